"""Facts are typed, filled from the table's defaults, and refused when they contradict."""

from __future__ import annotations

from typing import Any

import pytest

from sojourn.inputs.errors import InputError
from sojourn.law.casefile import Row, decide_file
from sojourn.law.decide import decide

BASE: dict[str, Any] = {"date_of_claim": "2025-08-20", "date_of_entry": "2025-08-01"}

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "claim before entry": ({"date_of_entry": "2025-09-01"}, "date_of_claim"),
    "unaccompanied minor of 40": ({"age": 40, "exc_minor": True}, "exc_minor"),
    "no such attribute": ({"minor": True}, "minor"),
    "age of a person": ({"age": 130}, "age"),
    "negative age": ({"age": -1}, "age"),
    "age in words": ({"age": "forty"}, "age"),
    "yes for true": ({"came_from_us": "yes"}, "came_from_us"),
    "one for true": ({"came_from_us": 1}, "came_from_us"),
    "null for false": ({"came_from_us": None}, "came_from_us"),
    "day that is none": ({"date_of_referral": "2025-02-30"}, "date_of_referral"),
    "day with a time": ({"date_of_claim": "2025-08-20T10:00"}, "date_of_claim"),
    "day as a number": ({"date_of_claim": 20250820}, "date_of_claim"),
    "code of no meaning": ({"entry_mode": "boat"}, "entry_mode"),
    "country of no meaning": ({"nationalities": ["UAS"]}, "nationalities"),
    "country without a list": ({"nationalities": "USA"}, "nationalities"),
    "country in words": ({"prior_claim_abroad": "United States"}, "prior_claim_abroad"),
    "stateless, with a nationality": (
        {"stateless": True, "nationalities": ["COL"]}, "nationalities"),
    "first entry after the last": ({"first_entry_after_cutoff": "2025-08-10"}, "date_of_entry"),
    "first entry not after the cut-off": (
        {"first_entry_after_cutoff": "2020-06-24"}, "first_entry_after_cutoff"),
    "decision before claim": ({"date_of_decision": "2025-08-19"}, "date_of_decision"),
    "referral before claim": ({"date_of_referral": "2025-08-19"}, "date_of_referral"),
    "refusal before referral": (
        {"date_of_referral": "2025-09-01", "date_of_rpd_decision": "2025-08-25"},
        "date_of_rpd_decision"),
    "withdrawal before claim": (
        {"event": "withdrawn", "date_of_event": "2025-08-19"}, "date_of_event"),
    "days that the dates do not give": ({"days_since_entry": 5}, "days_since_entry"),
    "ground of no meaning": ({"grounds": ["g"]}, "grounds"),
}  # fmt: skip


@pytest.mark.parametrize("slip", WRONG)
def test_wrong_facts_are_refused_with_the_field(slip: str) -> None:
    change, field = WRONG[slip]
    with pytest.raises(InputError) as refused:
        decide({**BASE, **change})
    assert refused.value.field == field


@pytest.mark.parametrize("slip", WRONG)
def test_a_wrong_row_of_a_batch_gets_its_error_and_the_rest_goes_on(slip: str) -> None:
    change, field = WRONG[slip]
    rows = [Row("1", "eligibility", dict(BASE)), Row("2", "eligibility", {**BASE, **change}),
            Row("3", "eligibility", dict(BASE))]  # fmt: skip
    first, wrong, last = decide_file(rows, "cases.csv")
    assert first["outcome"] == last["outcome"] == "eligible"
    assert field in wrong["error"]
    assert "row 2" in wrong["error"]


LACKING = [
    ("eligibility", {"date_of_entry": "2025-08-01"}, "date_of_claim"),
    ("eligibility", {"date_of_claim": "2025-08-20"}, "date_of_entry"),
    ("rad", {**BASE, "date_of_referral": "2025-08-21", "rpd_outcome": "rejected"},
     "date_of_rpd_decision"),
    ("rad", {"date_of_claim": "2008-01-01", "date_of_entry": "2008-01-01",
             "date_of_rpd_decision": "2009-01-01"}, "date_of_referral"),
    ("prra", {**BASE, "rpd_outcome": "rejected"}, "date_of_last_negative"),
    ("pending_claim", {**BASE, "claim_stage": "pending_rpd"}, "date_of_decision"),
    ("removal_order", {**BASE, "date_of_event": "2025-08-20"}, "event"),
    ("removal_order", {**BASE, "event": "withdrawn"}, "date_of_event"),
    ("removal_order", {"date_of_claim": "2008-01-01", "date_of_entry": "2008-01-01",
                       "event": "rad_rejected", "date_of_event": "2009-01-01"}, "date_of_event"),
    ("jr_stay", {**BASE, "decision_reviewed": "rad_rejection"}, "date_of_event"),
    ("work_permit", BASE, "date_of_event"),
    ("claim_form", BASE, "date_of_referral"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "facts", "field"), LACKING)
def test_a_question_without_the_day_it_turns_on_is_refused(
    question: str, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        decide(facts, question)
    assert refused.value.field == field
    (answer,) = decide_file([Row("1", question, dict(facts))], "cases.csv")
    assert field in answer["error"]


def test_a_day_that_changes_nothing_need_not_be_stated() -> None:
    assert decide(
        {"date_of_event": "2026-04-01", "event": "withdrawn"}, "removal_order"
    ).outcome == ("order_in_force:2026-04-01")


def test_derived_facts_may_be_stated_when_they_agree() -> None:
    assert decide({**BASE, "days_since_entry": 19, "us_national": False}).outcome == "eligible"


def test_none_may_be_written_as_null_or_as_the_word() -> None:
    for none in (None, "none"):
        facts = {**BASE, "canada_prior": none, "date_of_referral": none, "prior_claim_abroad": none}
        assert decide(facts).outcome == "eligible"


def test_the_day_asked_about_replaces_the_stated_one() -> None:
    facts = {**BASE, "came_from_us": True, "entry_mode": "between_poe_land_border"}
    assert decide(facts, on="2025-08-14").outcome == "ineligible:e"
    assert decide(facts, on="2025-08-15").outcome == "ineligible:b2"


def test_grounds_stated_as_none_are_taken_as_stated() -> None:
    facts = {**BASE, "canada_prior": "withdrawn"}
    assert decide(facts, "destination").outcome == "prra_stream"
    assert decide({**facts, "grounds": []}, "destination").outcome == "rpd_hearing"


def test_before_the_act_nothing_is_answered() -> None:
    with pytest.raises(InputError, match="2002-06-28"):
        decide({"date_of_claim": "2002-06-27", "date_of_entry": "2002-06-01"})
