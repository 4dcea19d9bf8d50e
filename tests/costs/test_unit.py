"""Unit costs: every one is worked out from published figures, and no year is priced with itself."""

from __future__ import annotations

import re
from datetime import date

import pytest

from sojourn.costs import unit
from sojourn.inputs import figures, months, parameters, sources
from sojourn.inputs.errors import InputError

PREFIXES = ("cost.", "benefit.", "residence.", "price.")
QUANTITIES = (
    "cost.rpd.ftes", "cost.rad.ftes", "benefit.hotel.places", "residence.", "cost.transfer.",
    "benefit.shelter.start", "benefit.shelter.nightly", "benefit.school", "benefit.ifhp.after",
)  # fmt: skip
"""Quantities and shares of the year itself; all else is a price or a rate of an earlier year."""


def test_every_cost_parameter_equals_its_derivation() -> None:
    table = parameters.load()
    derived = {(d.name, d.start, d.bound): d.result for d in unit.load()}
    mine = [n for n in table.rows if n.startswith(PREFIXES)]
    assert mine
    for name in mine:
        for row in table.rows[name]:
            value = derived.get((name, row.start, "value"))
            assert value is not None, f"{name} {months.text(row.start)} has no derivation"
            low = derived.get((name, row.start, "low"), value)
            high = derived.get((name, row.start, "high"), value)
            found = (row.value, row.low, row.high)
            assert found == pytest.approx((value, low, high), rel=1e-5, abs=0.006), name


def test_every_derivation_stands_in_the_parameter_table() -> None:
    table = parameters.load()
    starts = {(n, row.start) for n, rows in table.rows.items() for row in rows}
    assert {(d.name, d.start) for d in unit.load()} <= starts


def test_a_price_comes_only_from_years_before_the_one_it_prices() -> None:
    for derivation in unit.load():
        if derivation.name.startswith(QUANTITIES):
            continue
        for operand in derivation.operands:
            fiscal = re.fullmatch(r"(\d{4})-(\d{2})", operand.period)
            if fiscal and (int(fiscal[1]) + 1) % 100 == int(fiscal[2]):
                last = months.parse_fiscal_year(operand.period) + 11
                assert last < derivation.start, (derivation.name, operand.period)


def test_every_source_is_known() -> None:
    known = sources.load()
    for derivation in unit.load():
        for operand in derivation.operands:
            assert operand.source_id in known or operand.source_id in unit.OWN


def test_a_tape_is_worked_strictly_in_order() -> None:
    def operand(op: str, value: float) -> unit.Operand:
        return unit.Operand(op, "", "", "", "", value, "CAD", date(2020, 1, 1), "arithmetic")

    tape = (operand("start", 10), operand("minus", 4), operand("times", 3), operand("over", 2),
            operand("plus", 1))  # fmt: skip
    assert unit.work(tape) == 10.0


def test_what_was_not_published_by_a_day_is_not_used() -> None:
    then = unit.known_at(parameters.load(), date(2018, 11, 29))
    assert "cost.court" not in then.rows
    assert then.value("cost.ifhp", months.parse("2024-06")) == pytest.approx(104.536)
    assert all(
        d.available <= date(2018, 11, 29)
        for name in then.rows
        for d in unit.by_name().get(name, ())
        if d.bound == "value" and d.start in {row.start for row in then.rows[name]}
    )


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("op", "a,2020-01,value,divide,x,,,,1,CAD,2020-01-01,arithmetic,"),
        ("bound", "a,2020-01,middle,start,x,,,,1,CAD,2020-01-01,arithmetic,"),
        ("value", "a,2020-01,value,start,x,,,,ten,CAD,2020-01-01,arithmetic,"),
        ("source_id", "a,2020-01,value,start,x,,,,1,CAD,2020-01-01,NOBODY_2020,"),
        ("from", "a,2020,value,start,x,,,,1,CAD,2020-01-01,arithmetic,"),
        ("available", "a,2020-01,value,start,x,,,,1,CAD,2020,arithmetic,"),
    ],
)
def test_a_bad_line_is_refused_with_its_field(field: str, line: str) -> None:
    raw = (",".join(unit.COLUMNS) + "\n" + line + "\n").encode()
    with pytest.raises(InputError) as refused:
        unit.read(raw, "unit_costs.csv")
    assert refused.value.field == field


def test_a_divisor_of_zero_is_refused() -> None:
    lines = (
        "a,2020-01,value,start,x,,,,1,CAD,2020-01-01,arithmetic,\n"
        "a,2020-01,value,over,x,,,,0,CAD,2020-01-01,arithmetic,\n"
    )
    with pytest.raises(InputError):
        unit.read((",".join(unit.COLUMNS) + "\n" + lines).encode(), "unit_costs.csv")


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"cost\.ifhp"):
        unit.derivations("cost.ifph")


def test_operands_from_the_public_accounts_are_the_published_figures() -> None:
    """Each amount and staff number of a fiscal year stands in the figures with the same value."""
    held = {
        (f.series, f.start, round(f.value, 2))
        for series in ("cost.program_spending", "cost.program_ftes")
        for f in figures.rows(series)
        if f.value is not None
    }
    seen = 0
    for derivation in unit.load():
        for operand in derivation.operands:
            fiscal = re.fullmatch(r"(\d{4})-(\d{2})", operand.period)
            whole = fiscal is not None and (int(fiscal[1]) + 1) % 100 == int(fiscal[2])
            # sums and ratios of ours, and the shortfall of a court told in a figure's note
            ours = ("/", "less", "shortfall")
            own = "sum of" in operand.item or any(word in operand.text for word in ours)
            if not whole or own or operand.series not in ("cost.program_spending",
                                                          "cost.program_ftes"):  # fmt: skip
                continue
            start = months.first_day(months.parse_fiscal_year(operand.period))
            key = (operand.series, start, round(operand.value, 2))
            assert key in held, (derivation.name, operand.text, operand.period)
            seen += 1
    assert seen > 150


def test_counts_of_cover_are_the_published_figures() -> None:
    held = {f.value for f in figures.rows("cost.ifhp_beneficiaries")}
    for derivation in unit.derivations("benefit.ifhp.months_per_beneficiary"):
        persons = [o for o in derivation.operands if "eligible claimants" in o.text]
        assert len(persons) == 3
        assert {operand.value for operand in persons} <= held
