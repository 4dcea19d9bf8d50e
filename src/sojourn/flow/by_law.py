"""What the law makes of every class of person, for each stretch of days without a change.

The law is asked once for each class, stretch and kind of nationality, never for a claim.

Grounds of 2026 reach claims made from 2025-06-03, but nobody could know before assent: claims of
those months are referred and reached by notice (s. 104) while the RPD has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.classes import FILE, profiles
from sojourn.inputs import months as calendar
from sojourn.inputs import parameters
from sojourn.inputs.content import kept
from sojourn.law.grammar import Parameter as ParameterName
from sojourn.law.grammar import operands
from sojourn.law.rows import DUSK, Law
from sojourn.law.tables import load

Floats = NDArray[np.float64]
Months = NDArray[np.int64]

OUTCOMES = ("appeal", "no_appeal", "ineligible", "returned", "directed_back", "notice")
"""What can become of a claim; the first five add up to 1, notice is a share of those referred."""

NATIONAL = ("USA", "MEX", "other")
"""Nationalities that the law tells apart: outside the Agreement, own visa rules, all others."""

DECIDED_AFTER = 540
"""Days from claim to the RPD's decision when asking about the appeal (no rule changes within)."""


@lru_cache(maxsize=1)
def switch_names() -> tuple[str, ...]:
    """Switches of the law that are parameters, in the order of their rows in `on`."""
    return tuple(name for name in load().switches if name in parameters.load().rows)


@dataclass(frozen=True)
class Decisions:
    """`outcome` [stretches, classes, OUTCOMES, NATIONAL] (0 or 1) and `mixture` [T, stretches]."""

    first_days: tuple[date, ...]
    outcome: Floats
    mixture: Floats


def decisions(span: Months, on: Floats) -> Decisions:
    """Decision of the law on every class, for each stretch of days without a change.

    `on` [switches, T] are the monthly values of the law.* switches.
    """
    held = kept(
        "decisions", span.tobytes() + on.tobytes(), lambda: _as_arrays(_decisions(span, on))
    )
    days = tuple(date.fromordinal(day) for day in held["days"].tolist())
    return Decisions(days, held["outcome"], held["mixture"])


def _as_arrays(made: Decisions) -> dict[str, NDArray[Any]]:
    days = np.array([day.toordinal() for day in made.first_days])
    return {"days": days, "outcome": made.outcome, "mixture": made.mixture}


def _decisions(span: Months, on: Floats) -> Decisions:
    from sojourn.law.switches import with_switches

    law = load()
    moved = switch_changes(span, on)
    now = with_switches(law, moved)
    first, last = calendar.first_day(int(span[0])), calendar.last_day(int(span[-1]))
    days = stretches(now, first, last)
    known = _known_before_assent(law, moved)
    before = with_switches(now, {name: [(date.min, False)] for name in known}) if known else now
    outcome = _outcomes(now, before, days)
    # neighbouring stretches with the same decisions are one
    new = np.ones(len(days), dtype=np.bool_)
    new[1:] = np.any(outcome[1:] != outcome[:-1], axis=(1, 2, 3))
    days = tuple(day for day, first_of in zip(days, new, strict=True) if first_of)
    return Decisions(days, outcome[new], _mixture(span, days))


def switch_changes(span: Months, on: Floats) -> dict[str, list[tuple[date, bool]]]:
    """What a scenario moves: for each switch not as shipped, the days on which it turns.

    A turn in the month of the shipped one is on its exact day, any other on the first of the month.
    """
    law = load()
    shipped = parameters.load().paths(span)
    moved = {}
    for n, name in enumerate(switch_names()):
        want, had = on[n] >= 0.5, shipped[name] >= 0.5
        if name == _ORDERS:
            want &= ~had
        elif np.array_equal(want, had):
            continue
        switch = law.switches[name]
        exact = {calendar.of_day(switch.start): switch.start}
        if switch.end != DUSK:
            exact[calendar.of_day(switch.end + timedelta(days=1))] = switch.end + timedelta(days=1)
        turns = [(date.min, False)]
        state = False
        for t, month in enumerate(span.tolist()):
            if bool(want[t]) == state:
                continue
            state = bool(want[t])
            day = exact.get(month, calendar.first_day(month))
            if t == 0 and state and switch.start < calendar.first_day(month):
                day = switch.start
            turns.append((day, state))
        moved[name] = turns
    return moved


_ORDERS = "law.pandemic_order"
"""Those directed back in 2020-2021 made no claim that was counted: only orders that a scenario adds
direct back claims that are counted."""

_HINDSIGHT = ("law.one_year_bar", "law.fourteen_day_bar")
"""Grounds that reach back: claims made before assent were referred, then reached by notice."""


def _known_before_assent(law: Law, moved: dict[str, list[tuple[date, bool]]]) -> tuple[str, ...]:
    """Grounds of 2026 that nobody could know before assent (a scenario that brings one forward
    makes it known from its own day)."""
    return tuple(
        name for name in _HINDSIGHT
        if name not in moved or (law.switches[name].start, True) in moved[name]
    )  # fmt: skip


def stretches(law: Law, first: date, last: date) -> tuple[date, ...]:
    """First days of the stretches of claim days on which no decision can change.

    A decision can change on a day of the law, and as many days later as a class entered before.
    """
    turns: set[date] = set()
    for stage in _STAGES:
        for rule in law.stages[stage]:
            for start, end in rule.live:
                turns.update((start, end))
    for name in _parameters_read():
        for row in law.parameters[name].rows:
            turns.update(day for day in (row.start, row.end, row.value) if isinstance(day, date))
    lags = {0, -DECIDED_AFTER}
    for profile in profiles():
        lags.update((profile.entry_days, profile.first_entry_days or 0))
    days = {first}
    for turn in turns:
        if not date(1990, 1, 1) < turn < date(2100, 1, 1):
            continue
        for lag in lags:
            for day in (turn + timedelta(days=lag), turn + timedelta(days=lag + 1)):
                if first < day <= last:
                    days.add(day)
    return tuple(sorted(days))


_STAGES = ("threshold", "ineligibility", "uncertainty", "default", "rad", "pending_claim")
"""Stages of rules that the shares ask."""


@lru_cache(maxsize=1)
def _parameters_read() -> frozenset[str]:
    """Parameters that the rules of those stages and the derived facts read."""
    law = load()
    nodes = [rule.condition for stage in _STAGES for rule in law.stages[stage]]
    nodes += [fact.derivation for fact in law.facts.values() if fact.derivation is not None]
    names = {name for node in nodes for name in operands(node, ParameterName)}
    return frozenset((*names, "one_year_bar_entry_after", "visa_exempt_mexico"))


def _mixture(span: Months, days: Sequence[date]) -> Floats:
    """Part of each month's days that falls in each stretch [T, stretches]."""
    edges = np.array([day.toordinal() for day in days], dtype=np.int64)
    mixture = np.zeros((len(span), len(days)))
    for t, month in enumerate(span.tolist()):
        first = calendar.first_day(month).toordinal()
        length = calendar.last_day(month).toordinal() - first + 1
        at = np.searchsorted(edges, np.arange(first, first + length), side="right") - 1
        stretch, count = np.unique(at, return_counts=True)
        mixture[t, stretch] = count / length
    return mixture


def _outcomes(now: Law, before: Law, days: Sequence[date]) -> Floats:
    """Outcome of every class on every stretch [stretches, classes, OUTCOMES, NATIONAL]."""
    assent = now.parameters["c12_royal_assent"].rows[0].start
    made = _decide(now, days, assent)
    if before is not now:
        early = np.array([day < assent for day in days])
        made[early] = _decide(before, [day for day in days if day < assent], assent, notice=now)
    return made


def _decide(law: Law, days: Sequence[date], assent: date, notice: Law | None = None) -> Floats:
    from sojourn.law.batch import decide_many

    shape = (len(days), len(profiles()), len(NATIONAL))
    made = np.zeros((len(days), len(profiles()), len(OUTCOMES), len(NATIONAL)))
    if not days:
        return made
    columns = _columns(law, days)
    found = decide_many(columns, law=law)
    kind = np.array([_kind(word) for word in (*found.outcomes, "")])[found.code].reshape(shape)
    referred = kind == _REFERRED
    appeals = decide_many(
        {**columns, "date_of_rpd_decision": columns["date_of_claim"] + np.int32(DECIDED_AFTER),
         "date_of_referral": columns["date_of_claim"], "grounds": np.zeros(1, dtype=np.uint16)},
        "rad", law=law,
    )  # fmt: skip
    no_appeal = np.array([word == "no_appeal" for word in (*appeals.outcomes, "")])
    barred = no_appeal[appeals.code].reshape(shape)
    reached = np.zeros(shape, dtype=np.bool_)
    if notice is not None:
        reached = referred & _reached(notice, columns, assent).reshape(shape)
    held = (referred & ~barred, referred & barred, kind == _INELIGIBLE, kind == _RETURNED,
            kind == _DIRECTED_BACK, reached)  # fmt: skip
    for n, where in enumerate(held):
        made[:, :, n] = where
    return made


_REFERRED, _INELIGIBLE, _RETURNED, _DIRECTED_BACK, _NONE = range(5)


def _kind(outcome: str) -> int:
    """What an eligibility outcome means for the flow; an uncertain case is referred, because
    nothing in the law stops it; any ground of the Agreement means a return (IRPA 115(3))."""
    word, _, letters = outcome.partition(":")
    if word == "ineligible":
        return _RETURNED if "e" in letters.split("+") else _INELIGIBLE
    return {"eligible": _REFERRED, "uncertain": _REFERRED, "directed_back": _DIRECTED_BACK}.get(
        word, _NONE
    )


def _reached(law: Law, columns: dict[str, NDArray[Any]], assent: date) -> NDArray[np.bool_]:
    """Whether a claim that is still before the RPD on the day of assent can be ended by notice."""
    from sojourn.law.batch import decide_many
    from sojourn.law.columns import codings

    stage = np.array([codings()["claim_stage"].code("pending_rpd")], dtype=np.int16)
    asked = {**columns, "claim_stage": stage,
             "date_of_decision": np.array([assent.toordinal()], dtype=np.int32)}  # fmt: skip
    found = decide_many(asked, "pending_claim", law=law, size=len(columns["date_of_claim"]))
    by_notice = np.array([word == "terminable_by_notice" for word in (*found.outcomes, "")])
    return by_notice[found.code]


def _columns(law: Law, days: Sequence[date]) -> dict[str, NDArray[Any]]:
    """Facts of every class on every stretch, as arrays [stretches * classes * NATIONAL]."""
    from sojourn.law.columns import codings
    from sojourn.law.facts import defaults, validate

    known = profiles()
    shape = (len(days), len(known), len(NATIONAL))
    day = np.array([d.toordinal() for d in days], dtype=np.int32)[:, None, None]
    entry = np.array([p.entry_days for p in known], dtype=np.int32)[None, :, None]
    first = np.array([p.first_entry_days or -1 for p in known], dtype=np.int32)[None, :, None]
    cutoff = law.parameters["one_year_bar_entry_after"].on(None)
    assert isinstance(cutoff, date)
    counted = (first >= 0) & (day - first > cutoff.toordinal())
    columns: dict[str, NDArray[Any]] = {
        "date_of_claim": np.broadcast_to(day, shape),
        "date_of_entry": np.broadcast_to(day - entry, shape),
        "first_entry_after_cutoff": np.where(counted, day - first, -1),
    }
    typed = [validate(p.facts, FILE) for p in known]
    for name in {name for facts in typed for name in facts}:
        coding = codings()[name]
        default = defaults().get(name)
        values = [coding.code(facts.get(name, default)) for facts in typed]
        columns[name] = np.array(values, dtype=coding.dtype)[None, :, None]
    codes = codings()["nationalities"]
    columns["nationalities"] = np.array(
        [codes.code(frozenset([name] if name != "other" else ["COL"])) for name in NATIONAL],
        dtype=codes.dtype,
    )
    columns["visa_needed_for_canada"] = _visa(law, days)
    return {
        name: np.ascontiguousarray(np.broadcast_to(column, shape)).reshape(-1)
        for name, column in columns.items()
    }


def _visa(law: Law, days: Sequence[date]) -> NDArray[np.bool_]:
    """Whether each nationality needs a visa for Canada [stretches, 1, NATIONAL]."""
    needed = np.ones((len(days), 1, len(NATIONAL)), dtype=np.bool_)
    needed[:, 0, NATIONAL.index("USA")] = False
    rows = law.parameters["visa_exempt_mexico"]
    needed[:, 0, NATIONAL.index("MEX")] = [rows.on(day) != 1 for day in days]
    return needed
