"""Random cases that do not contradict themselves, dense around every date and limit of the law."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from sojourn.law.rows import Law
from sojourn.law.tables import load

LATE = date(2023, 3, 25).toordinal()
START, END = date(2002, 6, 28).toordinal(), date(2030, 12, 31).toordinal()


def turning_days(law: Law) -> np.ndarray:
    """Every day on which some rule or parameter changes."""
    days: set[int] = set()
    for rule in law.rules:
        for start, end in rule.live:
            days.update((start.toordinal(), end.toordinal() + 1))
    for parameter in law.parameters.values():
        for row in parameter.rows:
            if isinstance(row.value, date):
                days.add(row.value.toordinal())
    return np.array(sorted(day for day in days if START <= day <= END))


def cases(number: int, seed: int) -> list[dict[str, Any]]:
    """`number` random cases: most attributes at their default, days mostly near turning days."""
    rng = np.random.default_rng(seed)
    law = load()
    turns = turning_days(law)
    open_codes = {"former_habitual_residence": ["USA", "SAU"],
                  "prior_claim_abroad": ["USA", "GBR", "AUS", "NZL", "DEU", "CAN"]}  # fmt: skip
    found = []
    for _ in range(number):
        facts: dict[str, Any] = {}
        focus = int(rng.integers(7))
        for name, fact in law.facts.items():
            if fact.derived or fact.type == "date" or name in ("nationalities", "stateless"):
                continue
            often = 0.75 if focus == 0 or name in _CENTRAL else 0.12
            if rng.random() > often:
                continue
            if fact.type == "bool":
                facts[name] = bool(rng.random() < 0.5)
            elif fact.type == "number":
                edge = 24 if name == "sentence_months" else 18
                facts[name] = int(max(0, edge + rng.integers(-3, 4)))
            elif fact.type == "list":
                letters = sorted(fact.codes or [])
                facts[name] = [x for x in letters if rng.random() < 0.2]
                if rng.random() < 0.5:
                    del facts[name]
            else:
                codes = open_codes.get(name) or sorted(fact.codes or [])
                facts[name] = codes[rng.integers(len(codes))]
        if rng.random() < 0.1:
            facts["stateless"] = True
        else:
            facts["nationalities"] = _nationalities(rng)
        if focus in (1, 2):  # the land border, so that its rules are met often
            facts["came_from_us"] = True
            facts["entry_mode"], facts["claim_place"] = _BORDER[rng.integers(len(_BORDER))]
        if focus == 5:  # the grounds of 2026
            facts.update(came_from_us=True, entry_mode="between_poe_land_border")
            facts.pop("claim_stage", None)
        if focus in (1, 2, 3, 4, 5):  # nothing that ends the matter at once
            for name in ("removal_order", "s100_2_pending", "examination_cannot_be_completed"):
                facts.pop(name, None)
        _days(facts, rng, turns[turns >= LATE] if focus == 5 else turns)
        found.append(facts)
    return found


_CENTRAL = ("came_from_us", "entry_mode", "claim_place", "event", "rpd_outcome", "claim_stage",
            "decision_reviewed", "anchor_relation", "anchor_status")  # fmt: skip

_BORDER = [("land_poe", "land_poe"), ("rail", "rail_examination"), ("land_poe", "inland"),
           ("between_poe_land_border", "inland"), ("other_non_poe", "inland")]  # fmt: skip


def _nationalities(rng: np.random.Generator) -> list[str]:
    known = ["USA", "MEX", "HTI", "IND", "COL", "NGA"]
    return [known[n] for n in rng.choice(len(known), size=rng.integers(0, 3), replace=False)]


def _near(rng: np.random.Generator, turns: np.ndarray) -> int:
    if rng.random() < 0.25:
        return int(rng.integers(START, END))
    return int(turns[rng.integers(len(turns))] + rng.integers(-2, 3))


def _days(facts: dict[str, Any], rng: np.random.Generator, turns: np.ndarray) -> None:
    cutoff = date(2020, 6, 24).toordinal()
    claim = max(_near(rng, turns), START)
    stay = (0, 1, 2, int(rng.integers(0, 20)), int(rng.integers(12, 16)),
            int(rng.integers(363, 369)), int(rng.integers(0, 3000)))[rng.integers(7)]  # fmt: skip
    entry = claim - stay
    if rng.random() < 0.2:
        entry = min(claim, _near(rng, turns))
    later = {"date_of_claim": claim, "date_of_entry": entry}
    if entry > cutoff + 1 and rng.random() < 0.2:
        year_before = claim - int(rng.integers(363, 369))
        later["first_entry_after_cutoff"] = max(cutoff + 1, min(entry, year_before))
    if rng.random() < 0.4:
        later["date_of_decision"] = max(claim, _near(rng, turns))
    if rng.random() < 0.6:
        later["date_of_referral"] = max(claim, _near(rng, turns))
    after = later.get("date_of_referral", claim)
    if rng.random() < 0.6:
        later["date_of_rpd_decision"] = max(after, _near(rng, turns))
    if rng.random() < 0.6:
        later["date_of_last_negative"] = max(claim, _near(rng, turns))
    if rng.random() < 0.7:
        wait = int(rng.integers(0, 400)) if rng.random() < 0.5 else int(rng.integers(178, 183))
        event = after + wait if rng.random() < 0.4 else _near(rng, turns)
        later["date_of_event"] = max(claim, event)
    for name, day in later.items():
        facts[name] = (date.min + timedelta(days=day - 1)).isoformat()
