"""The law taken apart by act, put together again, and switched."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sojourn.inputs.errors import InputError
from sojourn.law import acts
from sojourn.law.decide import decide
from sojourn.law.rows import Law
from sojourn.law.tables import load

from .random_cases import cases

BETWEEN = {"came_from_us": True, "entry_mode": "between_poe_land_border", "claim_place": "inland"}
AT_PORT = {"came_from_us": True, "entry_mode": "land_poe", "claim_place": "land_poe"}


def on_day(day: str, days_ago: int = 0, **facts: Any) -> dict[str, Any]:
    entry = date.fromordinal(date.fromisoformat(day).toordinal() - days_ago)
    return {"date_of_claim": day, "date_of_entry": str(entry), **facts}


def test_old_law_plus_each_act_in_turn_is_the_law_of_today() -> None:
    law = load()
    *_, (_, built) = acts.in_turn(law)
    assert {rule.id: rule.live for rule in built.rules} == {r.id: r.live for r in law.rules}
    assert built.parameters == law.parameters
    assert built == law


def test_each_act_adds_or_ends_something() -> None:
    law = load()
    before: Law | None = None
    for act, now in acts.in_turn(law):
        assert (
            before is None
            or (now.rules, now.parameters) != (before.rules, before.parameters)
            or (act.id == "dco_2015")
        ), act.id
        before = now


ENDED = [
    ("dco_2015", "rad", {**on_day("2014-12-01"), "date_of_rpd_decision": "2015-08-01",
                         "date_of_referral": "2014-12-02", "dco_national": True},
     "no_appeal", "appeal_available"),
    ("act_2026", "removal_order", {**on_day("2026-01-01"), "event": "withdrawn",
                                   "date_of_event": "2026-04-01"},
     "order_in_force:2026-04-16", "order_in_force:2026-04-01"),
    ("tsr_2009", "eligibility", {**on_day("2010-01-01"), **AT_PORT, "tsr_national": True},
     "eligible", "ineligible:e"),
    ("feher_2019", "prra", {**on_day("2018-01-01"), "rpd_outcome": "rejected", "dco_national": True,
                            "date_of_last_negative": "2019-06-01"},
     "prra_barred_until:2022-06-01", "prra_barred_until:2020-06-01"),
    ("reform_2012", "rad", {**on_day("2013-01-01"), "date_of_referral": "2013-01-02",
                            "date_of_rpd_decision": "2013-05-01", "rpd_outcome": "rejected"},
     "no_appeal", "appeal_available"),
    ("reform_2012", "jr_stay", {**on_day("2013-01-01"), "date_of_referral": "2013-01-02",
                                "date_of_event": "2013-05-01",
                                "decision_reviewed": "rpd_rejection"},
     "automatic_stay", "no_automatic_stay"),
    ("protocol_2023", "eligibility", on_day("2024-05-10", 5, **BETWEEN),
     "eligible", "ineligible:e"),
    ("act_2019", "eligibility", on_day("2020-01-10", 5, prior_claim_abroad="USA"),
     "eligible", "ineligible:c1"),
    ("stca_2004", "eligibility", on_day("2005-01-10", **AT_PORT), "eligible", "ineligible:e"),
    ("pandemic_2020", "eligibility", on_day("2020-07-10", **BETWEEN), "eligible", "directed_back"),
    ("act_2026", "eligibility", on_day("2025-12-10", 800), "eligible", "ineligible:b1"),
    ("practice_2020", "claim_form", {**on_day("2020-09-01"), "claim_place": "airport",
                                     "date_of_referral": "2020-09-01"},
     "due:2020-09-16", "due:2020-10-16"),
    ("policy_um_2026", "eligibility", on_day("2026-06-10", 800, age=16),
     "ineligible:b1", "eligible"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "question", "facts", "without", "with_it"), ENDED)
def test_the_law_before_an_act_answers_as_it_did(
    act: str, question: str, facts: dict[str, Any], without: str, with_it: str
) -> None:
    law = load()
    names = [one.id for one in acts.in_order(law)]
    before = acts.before(law, act)
    after = acts.of_acts(law, names[: names.index(act) + 1])
    assert decide(facts, question, law=before).outcome == without
    assert decide(facts, question, law=after).outcome == with_it


def test_cases_over_before_an_act_are_answered_alike_with_and_without_it() -> None:
    law = load()
    listed = cases(200, 9)
    compared = 0
    ordered = acts.in_order(law)
    for n, act in enumerate(ordered[1:], 1):
        before = acts.before(law, act.id)
        # `before` lacks the later acts too, and some of them reach back
        reach = min(min(one.day, one.reaches_from) for one in ordered[n:]).isoformat()
        for facts in listed:
            if max(v for k, v in facts.items() if k.startswith(("date", "first"))) >= reach:
                continue
            for question in ("eligibility", "destination", "removal_order", "jr_stay"):
                try:
                    today = decide(facts, question)
                except InputError:
                    continue
                then = decide(facts, question, law=before)
                assert (then.outcome, then.provision) == (today.outcome, today.provision), act.id
                compared += 1
    assert compared > 1000


SWITCHED = [
    ("law.stca", "2026-01-01", on_day("2026-02-01", **AT_PORT), "ineligible:e", "eligible"),
    ("law.stca", "2026-01-01", on_day("2026-02-01", 5, **BETWEEN), "ineligible:e", "eligible"),
    ("law.protocol_2023", "2026-01-01", on_day("2026-02-01", 5, **BETWEEN), "ineligible:e",
     "eligible"),
    ("law.protocol_2023", "2026-01-01", on_day("2026-02-01", **AT_PORT), "ineligible:e",
     "ineligible:e"),
    ("law.one_year_bar", "2026-01-01", on_day("2026-02-01", 800), "ineligible:b1", "eligible"),
    ("law.one_year_bar", "2026-01-01", on_day("2025-12-01", 800), "ineligible:b1",
     "ineligible:b1"),
    ("law.fourteen_day_bar", "2026-01-01", on_day("2026-02-01", 20, **BETWEEN), "ineligible:b2",
     "eligible"),
    ("law.previous_claim_bar", "2026-01-01", on_day("2026-02-01", 3, prior_claim_abroad="USA"),
     "ineligible:c1", "eligible"),
    ("law.minor_policy_2026", "2026-05-20", on_day("2026-06-01", 800, age=16), "eligible",
     "ineligible:b1"),
]  # fmt: skip


@pytest.mark.parametrize(("switch", "day", "facts", "on", "off"), SWITCHED)
def test_a_switch_turns_off_its_part_of_the_law_from_its_day(
    switch: str, day: str, facts: dict[str, Any], on: str, off: str
) -> None:
    assert decide(facts).outcome == on
    assert decide(facts, switches={switch: [(day, False)]}).outcome == off
    back = {switch: [(day, False), (day, True)]}
    assert decide(facts, switches=back).outcome == on


def test_an_act_can_be_brought_forward() -> None:
    protocol = {"law.protocol_2023": [("2019-01-01", True)]}
    crossed = on_day("2019-06-10", 5, **BETWEEN)
    assert decide(crossed, switches=protocol).outcome == "ineligible:e"
    before = on_day("2019-01-02", 3, **BETWEEN)
    assert decide(before, switches=protocol).outcome == "uncertain"
    year = {"law.one_year_bar": [("2023-01-01", True)]}
    assert decide(on_day("2023-06-10", 800), switches=year).outcome == "ineligible:b1"


def test_orders_can_be_made_again() -> None:
    again = {"law.pandemic_order": [("2027-01-01", True), ("2027-07-01", False)]}
    assert decide(on_day("2027-03-01", **BETWEEN), switches=again).outcome == "directed_back"
    assert decide(on_day("2027-07-01", **BETWEEN), switches=again).outcome == "ineligible:e"
    assert decide(on_day("2021-03-01", **BETWEEN), switches=again).outcome == "directed_back"


def test_without_the_appeal_division_nobody_appeals() -> None:
    facts = {**on_day("2026-01-01"), "date_of_referral": "2026-01-05", "rpd_outcome": "rejected",
             "date_of_rpd_decision": "2026-09-01"}  # fmt: skip
    assert decide(facts, "rad").outcome == "appeal_available"
    assert (
        decide(facts, "rad", switches={"law.rad": [("2026-06-01", False)]}).outcome == "no_appeal"
    )


def test_an_unknown_switch_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"law\.stca"):
        decide(on_day("2026-02-01"), switches={"law.stcaa": [("2026-01-01", False)]})


def test_a_switch_left_as_it_is_changes_no_answer() -> None:
    law = load()
    for name, switch in law.switches.items():
        same = {name: [(switch.start, True)]}
        if switch.end != date.max:
            same[name].append((date.fromordinal(switch.end.toordinal() + 1), False))
        for facts in cases(60, 11):
            for question in ("eligibility", "rad"):
                try:
                    shipped = decide(facts, question)
                except InputError:
                    continue
                assert decide(facts, question, switches=same).outcome == shipped.outcome
