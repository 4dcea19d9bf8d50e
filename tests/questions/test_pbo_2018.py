"""The PBO's costing of 2018, predicted: inside the limits that were set before it was compared."""

from __future__ import annotations

import pytest

from sojourn.costs import unit
from sojourn.inputs import months, parameters
from sojourn.questions import pbo_2018, reproduce


@pytest.mark.parametrize("year", pbo_2018.YEARS)
def test_the_published_mean_is_in_the_range_and_near_the_centre(year: str) -> None:
    said, one = pbo_2018.published(pbo_2018.MEAN, year), pbo_2018.estimate(year)
    low, high = one.document()["ranges"]["mean"]
    assert low <= said <= high
    assert abs(one.mean / said - 1.0) <= 0.15


def test_the_published_numbers_are_those_of_the_report() -> None:
    assert [pbo_2018.published(pbo_2018.MEAN, y) for y in pbo_2018.YEARS] == [14321, 15483, 16666]
    totals = [pbo_2018.published(pbo_2018.TOTAL, y) for y in pbo_2018.YEARS]
    assert totals == [340_200_000, 367_800_000, 395_900_000]
    assert pbo_2018.counted() == 23_755


def test_the_rise_is_within_five_points() -> None:
    means = [pbo_2018.estimate(year).mean for year in pbo_2018.YEARS]
    assert abs(means[-1] / means[0] - 1.0 - (16666 / 14321 - 1.0)) <= 0.05


def test_the_extreme_paths_are_within_a_quarter() -> None:
    one = pbo_2018.estimate("2017-18").document()
    assert abs(one["low_path"]["cost"] / 9915 - 1.0) <= 0.25
    assert abs(one["high_path"]["cost"] / 33738 - 1.0) <= 0.25


def test_no_unit_cost_was_taken_from_the_answers() -> None:
    """The PBO's results are in the figures; no derivation may use one of them."""
    for derivation in unit.load():
        for operand in derivation.operands:
            assert operand.series != "cost.pbo_2018"
            assert operand.source_id != "PBO2018_PAGE"
            assert operand.value not in (14321, 15483, 16666, 9915, 33738)


def test_each_choice_moves_the_mean_and_the_choices_hold_the_answer() -> None:
    base = pbo_2018.mean_under(None, "2017-18")
    assert base == pytest.approx(pbo_2018.estimate("2017-18").mean, rel=1e-9)
    means = [pbo_2018.mean_under(choice, "2017-18") for choice in pbo_2018.CHOICES]
    assert all(mean != base for mean in means)
    assert min(means) < 14321 < max(means)


def test_a_choice_of_price_is_the_bound_of_the_table() -> None:
    then = months.parse("2018-11")
    row = [r for r in parameters.load().rows_of("cost.cbsa_intake") if r.start <= then][-1]
    choice = next(c for c in pbo_2018.CHOICES if "CBSA" in c.label.en)
    fall = pbo_2018.mean_under(None, "2017-18") - pbo_2018.mean_under(choice, "2017-18")
    assert fall == pytest.approx(row.value - row.low)


def test_the_reproduction_is_registered_with_its_range() -> None:
    rows = reproduce.reproduce("pbo-2018")
    first = rows[0]
    assert first["published"] == 14321
    assert first["low"] < first["model"] < first["high"]
    parts = [r["model"] for r in rows if r["quantity"].startswith("of the mean, entry 2017-18")]
    assert sum(parts) == pytest.approx(first["model"], abs=0.01)


def test_validation_judges_it_by_the_limits_set_beforehand() -> None:
    judged = [r for r in reproduce.reproduce("pbo-2018") if r["published"] is not None]
    assert len(judged) == 9
    assert all(r["within"] for r in judged)
    limits = {r["quantity"]: r["rounding"] / r["published"] for r in judged}
    assert limits["mean cost, entry 2018-19"] == pytest.approx(0.15)
    assert limits["highest path, entry 2017-18"] == pytest.approx(0.25)
