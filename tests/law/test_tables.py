"""The loader refuses tables that a slip of the pen has broken, and names the row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from sojourn.inputs.errors import InputError
from sojourn.law import tables
from sojourn.law.tables import build, load, read

Tables = dict[str, tables.Rows]


def shipped() -> Tables:
    return {
        name: [dict(row) for row in read(name)]
        for name in ("attributes", "parameters", "rules", "findings", "acts", "switches")
    }


def rule(all_: Tables, id: str) -> dict[str, str]:
    return next(row for row in all_["rules"] if row["id"] == id)


def set_rule(id: str, column: str, value: str) -> Callable[[Tables], None]:
    return lambda all_: rule(all_, id).__setitem__(column, value)


def copy_rule(source: str, **changes: str) -> Callable[[Tables], None]:
    def change(all_: Tables) -> None:
        all_["rules"].append({**rule(all_, source), "id": "NEW", "order": "99", **changes})

    return change


BROKEN: dict[str, tuple[Callable[[Tables], None], str]] = {
    "unknown attribute": (set_rule("I-a", "condition", "canada_pior = withdrawn"), "I-a"),
    "unknown code": (set_rule("I-a", "condition", "canada_prior = protecion_conferred"), "I-a"),
    "unknown parameter": (set_rule("I-e2", "condition", "days_since_entry < @days"), "I-e2"),
    "bad day": (set_rule("I-c1", "applies_from", "2019-4-8"), "I-c1"),
    "no such day": (set_rule("I-c1", "applies_from", "2019-02-30"), "I-c1"),
    "ends before it starts": (set_rule("T3", "applies_to", "2019-01-01"), "T3"),
    "unknown basis": (set_rule("T3", "date_basis", "date_of_entri"), "T3"),
    "unknown act": (set_rule("T3", "act", "act_1999"), "T3"),
    "unknown switch": (set_rule("T3", "switch", "law.nothing"), "T3"),
    "unknown confidence": (set_rule("T3", "confidence", "certain"), "T3"),
    "unknown stage": (set_rule("T3", "stage", "thresholds"), "T3"),
    "unknown ground": (set_rule("I-a", "outcome", "ineligible:f9"), "I-a"),
    "unknown outcome parameter": (set_rule("O1", "outcome", "order_in_force:+@none"), "O1"),
    "outcome not understood": (set_rule("O1", "outcome", "order in force"), "O1"),
    "French text missing": (set_rule("O1", "text_fr", " "), "O1"),
    "source missing": (set_rule("O1", "source_id", ""), "O1"),
    "same id twice": (copy_rule("I-a", id="I-a"), "I-a"),
    "same order twice": (copy_rule("W1", order="26", condition="grounds includes f"), "NEW"),
    "overlap": (copy_rule("I-f2", applies_from="2020-01-01"), "NEW"),
    "never reached after `true`": (copy_rule("W1", condition="grounds includes f"), "NEW"),
    "never reached after a wider rule": (
        copy_rule("K3", condition="grounds includes e AND prra_notified = true", order="99"),
        "NEW",
    ),
}


@pytest.mark.parametrize("slip", BROKEN)
def test_a_broken_rule_is_refused_with_its_row(slip: str) -> None:
    change, row = BROKEN[slip]
    broken = shipped()
    change(broken)
    with pytest.raises(InputError) as refused:
        build(broken)
    assert f"row {row}" in refused.value.where, refused.value


def test_overlapping_values_of_a_parameter_are_refused() -> None:
    broken = shipped()
    row = next(r for r in broken["parameters"] if r["parameter"] == "rad_perfect_days")
    row["to"] = "2021-01-01"
    with pytest.raises(InputError, match="overlap"):
        build(broken)


def test_a_value_that_is_no_number_is_refused() -> None:
    broken = shipped()
    next(r for r in broken["parameters"] if r["parameter"] == "departure_order_days")["value"] = "x"
    with pytest.raises(InputError, match="departure_order_days"):
        build(broken)


def test_no_number_of_the_law_is_repeated_inside_a_condition() -> None:
    import re

    for one in load().rules:
        plain = re.sub(r"@\w+|evidence_heard_or_allowed_by_2019_06_21|s100_2_pending", "", one.text)
        plain = re.sub(r"exc_159_\d|criminality_threshold_20\d\d|exclusion_1e_1f|c1", "", plain)
        plain = plain.replace("AND  = 1", "").replace("( = 1", "")  # flags that are on
        assert not re.search(r"\d", plain), (one.id, one.text)


def test_every_rule_and_attribute_speaks_both_languages() -> None:
    law = load()
    assert all(r.text_en and r.text_fr and r.text_en != r.text_fr for r in law.rules)
    assert all(f.meaning_en and f.meaning_fr for f in law.facts.values())
    assert all(f.text_en != f.text_fr for f in law.findings)


def test_days_in_force_are_both_included() -> None:
    order = load().rule("T3")
    assert order.is_live(date(2020, 3, 21))
    assert order.is_live(date(2021, 11, 20))
    assert not order.is_live(date(2020, 3, 20))
    assert not order.is_live(date(2021, 11, 21))


def test_designation_of_the_united_states_has_effect_on_every_day_since_2004() -> None:
    rows = load().parameters["stca_in_force"].rows
    assert [(row.start, row.end) for row in rows] == [(date(2004, 12, 29), date.max)]
