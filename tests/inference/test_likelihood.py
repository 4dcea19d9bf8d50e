"""The likelihood is a distribution over what can be published, and measures are subtraction."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import pytest
from scipy import stats

from sojourn.flow import arrivals, profiles
from sojourn.flow.simulate import Flows, simulate
from sojourn.inference import likelihood, measures
from sojourn.inputs import figures, months, parameters
from sojourn.inputs.errors import InputError
from sojourn.inputs.figures import Figure


@lru_cache(maxsize=1)
def run() -> Flows:
    span = months.span(months.FIRST, months.parse("2024-12"))
    paths = parameters.load().paths(span)
    return simulate(paths, arrivals.intake(paths), profiles.shares(paths))


def figure(series: str, start: str, end: str, value: float | None = 100.0, **kw: str) -> Figure:
    fields = {"item": "", "unit": "claims", "note": "", **kw}
    return Figure(
        series, date.fromisoformat(start), date.fromisoformat(end), "", "", "", "", "",
        fields["item"], value, None, None, "" if value is not None else "suppressed",
        fields["unit"], "observed", date(2025, 1, 1), "v", "s", True, fields["note"],
    )  # fmt: skip


def test_negative_binomial_is_that_of_scipy():
    k = np.array([0.0, 3.0, 40.0, 900.0])
    r = 1 / 0.2**2
    theirs = stats.nbinom.logpmf(k, r, r / (r + 50.0))
    np.testing.assert_allclose(likelihood.negative_binomial(k, np.full(4, 50.0), 0.2), theirs)


def test_variance_grows_with_the_square_of_the_mean():
    k = np.arange(0.0, 4000.0)
    p = np.exp(likelihood.negative_binomial(k, np.full(len(k), 800.0), 0.1))
    assert p.sum() == pytest.approx(1.0, abs=1e-6)
    mean = (k * p).sum()
    assert mean == pytest.approx(800, rel=1e-6)
    assert ((k - mean) ** 2 * p).sum() == pytest.approx(800 + 80**2, rel=1e-4)


def test_published_values_rounded_to_5_share_out_the_whole_probability():
    """Suppressed (1 to 5) apart: 0, then 10, 15, ... each stand for five counts."""
    mean = 23.0
    values = np.arange(5.0, 300.0, 5.0)
    each = np.exp(
        likelihood.rounded_count(values, np.full(len(values), 5.0), np.full(len(values), mean), 0.2)
    )
    k = np.arange(3.0, 298.0)
    whole = np.exp(likelihood.negative_binomial(k, np.full(len(k), mean), 0.2)).sum()
    assert each.sum() == pytest.approx(whole, rel=1e-9)


def test_suppression_is_one_to_five():
    mean = np.array([2.0])
    k = np.arange(1.0, 6.0)
    parts = np.exp(likelihood.negative_binomial(k, np.repeat(mean, 5), 0.3)).sum()
    assert np.exp(likelihood.suppressed_count(mean, 0.3))[0] == pytest.approx(parts)
    unlikely = likelihood.suppressed_count(np.array([500.0]), 0.3)[0]
    assert unlikely < likelihood.suppressed_count(mean, 0.3)[0] - 10


def test_wide_rounding_is_close_to_the_exact_interval():
    value, width, mean = np.array([16_200.0]), np.array([100.0]), np.array([16_500.0])
    k = np.arange(16_150.0, 16_250.0)
    exact = np.exp(likelihood.negative_binomial(k, np.full(100, 16_500.0), 0.05)).sum()
    found = np.exp(likelihood.rounded_count(value, width, mean, 0.05))[0]
    assert found == pytest.approx(exact, rel=0.01)


def test_rounded_shares_and_waits_have_their_interval():
    low, high = stats.norm.cdf([0.295, 0.305], 0.28, 0.03)
    found = likelihood.rounded_normal(np.array([0.30]), np.array([0.01]), np.array([0.28]), 0.03)
    assert np.exp(found[0]) == pytest.approx(high - low, rel=1e-9)


@pytest.mark.parametrize(
    ("value", "note", "width"),
    [
        (16_200.0, "rounded to 100; all RPD case types", 100.0),
        (4_375.0, "includes re-determinations", 1.0),
        (12_060.0, "sum of rounded cells; rounded to 5", 5.0),
        (74_000.0, "approximately", 1000.0),
        (7_500.0, 'over 7,500; "about"', 100.0),
    ],
)
def test_rounding_is_read_from_the_note(value, note, width):
    one = figure("referred", "2019-01-01", "2019-12-31", value, note=note)
    assert likelihood.rounding(one) == width


def test_a_flow_is_summed_over_its_period_and_a_stock_read_at_its_end():
    made = run()
    year = measures.measure(figure("referred", "2019-01-01", "2019-12-31")).read(made)
    inside = (made.months >= months.parse("2019-01")) & (made.months <= months.parse("2019-12"))
    assert year == pytest.approx(made.series("referred")[inside].sum())
    stock = measures.measure(figure("rpd.pending", "2019-12-31", "2019-12-31")).read(made)
    assert stock == made.series("rpd.pending")[months.parse("2019-12") - months.FIRST]


def test_quarters_add_up_to_the_year_and_ages_to_the_inventory():
    made = run()
    ends = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]
    parts = [measures.measure(figure("rad.filed", f"2019-{a}", f"2019-{b}")).read(made)
             for a, b in ends]  # fmt: skip
    whole = measures.measure(figure("rad.filed", "2019-01-01", "2019-12-31")).read(made)
    assert sum(parts) == pytest.approx(whole)
    ages = ["lt_12_months", "1_2_years", "2plus_years"]
    count = [measures.measure(
        figure("rpd.age", "2020-10-31", "2020-10-31", item=f"age={age}")).read(made)
        for age in ages]  # fmt: skip
    assert sum(count) == pytest.approx(made.series("rpd.pending")[months.parse("2020-10") - 24180])


def test_the_definitions_of_an_rpd_count_nest():
    made = run()
    for series in ("referred", "rpd.pending", "rpd.finalised"):
        by = {p: measures.by_population(made, series, p) for p in measures.POPULATIONS}
        assert np.all(by["all"] >= by["all_new_system"])
        np.testing.assert_allclose(by["regular"] + by["irregular"], by["all"])
        assert np.all(by["irregular"] >= 0)
        assert np.all(by["irregular"] <= by["all_new_system"] + 1e-6)


def test_unhcr_counts_claims_made_from_2022_and_those_not_yet_referred():
    made = run()
    counted = measures.by_population(made, "referred", "unhcr_first_instance")
    late = made.months >= months.parse("2022-01")
    np.testing.assert_array_equal(counted[~late], made.series("referred")[~late])
    np.testing.assert_array_equal(counted[late], made.series("claims")[late])
    pending = measures.by_population(made, "rpd.pending", "unhcr_first_instance")
    more = pending[late] - made.series("rpd.pending")[late]
    assert np.all(more >= made.series("eligibility.pending")[late] - 1e-6)


def test_other_cases_of_the_board_are_a_few_in_a_hundred():
    assert 0.0 < measures.other_cases("referred") < 0.05


def test_data_are_those_published_by_the_day_in_their_own_vintage():
    day = date(2021, 6, 30)
    known = likelihood.data(as_of=day)
    assert known
    assert all(one.figure.available <= day for one in known)
    assert {one.label for one in known} <= {one.label for one in likelihood.data()}


def test_what_cannot_be_read_off_a_run_is_refused():
    with pytest.raises(InputError, match="age"):
        measures.measure(figure("rpd.age", "2020-10-31", "2020-10-31", item="age=ten"))
    with pytest.raises(InputError, match="population"):
        measures.measure(figure("referred", "2019-01-01", "2019-12-31", item="population=most"))


def test_likelihood_is_highest_at_the_truth():
    data = likelihood.data()
    truth = likelihood.predicted(run(), [d for d in data if d.reading.last <= run().months[-1]])
    kept = [d for d in data if d.reading.last <= run().months[-1]]
    made = [
        likelihood.Datum(_with(d, v), d.reading, d.kind, d.width)
        for d, v in zip(kept, truth, strict=True)
    ]
    best = likelihood.log_likelihood(truth, made, 0.05)
    for factor in (0.8, 0.9, 1.1, 1.3):
        assert likelihood.log_likelihood(truth * factor, made, 0.05) < best


def _with(datum: likelihood.Datum, value: float) -> Figure:
    one = datum.figure
    shown = round(value / datum.width) * datum.width
    return figure(
        one.series, one.start.isoformat(), one.end.isoformat(), shown, item=one.item, unit=one.unit
    )


def test_published_series_fitted_are_not_parameter_rows():
    names = {series for series, _, _ in likelihood.FITTED}
    assert not names & {"rpd.finalised", "rpd.accepted", "rad.finalised", "removals", "pr.admitted"}
    assert figures.series_names()
