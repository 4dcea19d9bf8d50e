"""Forecasts read only what was published, keep their promises of form, and beat the walk."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from sojourn.inference import intake, rolling, walk
from sojourn.inference.forecast import forecast
from sojourn.inference.history import History, monthly
from sojourn.inputs import figures, months
from sojourn.inputs.errors import InputError

MARCH = months.parse("2021-03")


def flat(level: float = 1000.0, length: int = 80) -> History:
    rng = np.random.default_rng(3)
    values = level * np.exp(0.05 * rng.standard_normal(length))
    return History("claims", "persons", months.FIRST + length - 1, values)


def test_rows_are_the_months_after_that_of_the_day_in_hub_columns():
    rows = forecast("claims", as_of="2024-02-10", horizon=3)
    assert {row["date"] for row in rows} == {"2024-03", "2024-04", "2024-05"}
    assert {row["horizon"] for row in rows} == {1, 2, 3}
    assert {row["origin_date"] for row in rows} == {"2024-02-10"}
    assert {row["output_type"] for row in rows} == {"quantile"}
    assert {row["target"] for row in rows} == {"claims"}
    for h in (1, 2, 3):
        values = [row["value"] for row in rows if row["horizon"] == h]
        assert values == sorted(values)
        assert values[0] > 0


def test_only_figures_published_by_the_day_are_read():
    for day in (date(2019, 3, 31), date(2022, 6, 30), date(2025, 10, 15)):
        known = monthly("claims", day)
        used = figures.select("claims", day, period="month")
        assert max(row.available for row in used) <= day
        assert known.last == max(months.of_day(row.start) for row in used)
        assert forecast("claims", as_of=day, horizon=1)[0]["origin_data"] == months.text(known.last)


def test_a_later_day_of_the_same_data_gives_the_same_paths_further_on():
    one = forecast("claims", as_of="2025-10-15", horizon=2)
    two = forecast("claims", as_of="2025-11-15", horizon=1)
    assert one[0]["origin_data"] == two[0]["origin_data"] == "2025-07"
    later = [row["value"] for row in one if row["date"] == "2025-12"]
    assert later == [row["value"] for row in two]


def test_members_do_not_depend_on_the_slice():
    known = flat()
    fitted = intake.fit(date(2021, 8, 31), {"x": known.values}, known.last)
    now = intake.state(known.values, known.last, np.empty(0), fitted)
    whole = intake.paths(now, fitted, 12, 7, 0, 40)
    np.testing.assert_array_equal(intake.paths(now, fitted, 12, 7, 13, 29), whole[13:29])
    np.testing.assert_array_equal(
        walk.paths(known.values, 12, 7, 13, 29), walk.paths(known.values, 12, 7, 0, 40)[13:29]
    )


def test_the_walk_keeps_its_median_at_the_last_value():
    paths = walk.paths(flat().values, 12, 0, 0, 4000)
    assert np.median(np.exp(paths[:, -1])) == pytest.approx(flat().values[-1], rel=0.02)


def test_a_surge_carries_on_and_then_fades_in_the_centre():
    calm = flat(length=84).values
    calm[-10:] = 1000 * np.exp(np.linspace(0.1, 1.0, 10))
    last = months.FIRST + 83
    fitted = intake.constants(date(2021, 12, 31), 0.1)
    now = intake.state(calm, last, np.empty(0), fitted)
    centre = np.exp(intake.centre(now, fitted, 60))
    assert centre[1] > calm[-1]
    assert centre[-1] < centre.max()
    assert centre[-1] > 1000


def test_closed_months_do_not_pull_the_level_down():
    span = months.span(months.parse("2020-01"), months.parse("2022-01"))
    shut = [months.text(int(m)) for m, s in zip(span, intake.closed(span), strict=True) if s]
    assert (shut[0], shut[-1], len(shut)) == ("2020-04", "2021-10", 19)


def test_breaks_come_as_often_and_as_large_as_said():
    fitted = intake.constants(date(2024, 12, 31), 0.1)
    u = (np.arange(400_000) + 0.5) / 400_000
    found = intake.breaks(u, fitted)
    assert (found != 0).mean() == pytest.approx(fitted.break_rate, rel=0.01)
    assert np.abs(found[found != 0]).mean() == pytest.approx(fitted.break_size, rel=0.02)
    assert (found > 0).mean() == pytest.approx((found < 0).mean(), rel=0.02)


def test_deviations_are_zero_while_observed_and_stay_in_the_record():
    span = months.span(months.FIRST, months.LAST)
    found = intake.deviations(span, 0, 0, 64)
    assert found.shape == (64, len(span), 5)
    seen = span <= months.parse("2025-07")
    assert not found[:, seen].any()
    assert found[:, ~seen].any(axis=(0, 2)).all()
    assert np.abs(found).max() <= intake.CAP
    np.testing.assert_array_equal(intake.deviations(span, 0, 10, 12), found[10:12])


def test_spread_grows_for_years_and_then_holds():
    span = months.span(months.FIRST, months.parse("2060-12"))
    found = intake.deviations(span, 0, 0, 400)
    national = [np.std(found[:, 126 + h, 3]) for h in (3, 12, 60, 400)]
    assert national[0] < national[1] < national[2]
    assert national[3] < 1.5 * national[2]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"series": "claims", "as_of": "2010-01-01", "horizon": 3}, "as_of"),
        ({"series": "claims", "as_of": "2016-06-30", "horizon": 3}, "as_of"),
        ({"series": "claims", "as_of": "yesterday", "horizon": 3}, "as_of"),
        ({"series": "claims", "as_of": "2024-01-31", "horizon": 0}, "horizon"),
        ({"series": "claims", "as_of": "2024-01-31", "horizon": 10_000}, "horizon"),
        ({"series": "claims", "as_of": "2055-01-31", "horizon": 100}, "horizon"),
        ({"series": "claim", "as_of": "2024-01-31", "horizon": 3}, "series"),
        ({"series": "without_status", "as_of": "2024-01-31", "horizon": 3}, "series"),
        ({"series": "claims", "as_of": "2024-01-31", "horizon": 3, "model": "arima"}, "model"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_one_line(asked, field):
    with pytest.raises(InputError) as caught:
        forecast(**asked)
    assert caught.value.field == field
    assert "\n" not in str(caught.value)


def test_origins_leave_the_whole_horizon_observed():
    known = monthly("claims")
    at = rolling.origins(known, None, None, 12)
    assert (months.text(int(at[0])), months.text(int(at[-1])), len(at)) == (
        "2017-12",
        "2024-07",
        80,
    )
    with pytest.raises(InputError, match="origins between"):
        rolling.origins(known, known.last, None, 12)


def test_an_origin_sees_nothing_that_came_after():
    known = monthly("claims")
    changed = History("claims", "persons", known.last, known.values.copy())
    changed.values[MARCH - known.first + 1 :] *= 7.0
    at = np.array([MARCH])
    for model in ("rw", "sojourn"):
        one, two = (rolling.roll(k, at, 3, model) for k in (known, changed))
        np.testing.assert_array_equal(one.samples, two.samples)


@pytest.mark.slow
def test_claims_beat_the_walk_with_honest_intervals():
    rows = {row["horizon"]: row for row in rolling.score("claims") if row["model"] == "sojourn"}
    assert rows[1]["skill_vs_rw"] > 0
    assert rows[3]["skill_vs_rw"] >= 0.05
    assert rows[6]["skill_vs_rw"] >= 0.05
    assert rows[12]["skill_vs_rw"] >= 0.10
    for row in rows.values():
        assert row["coverage_90_low"] <= 0.90 <= row["coverage_90_high"]


@pytest.mark.slow
def test_the_walk_scores_what_was_measured_before():
    """411, 816, 1,341 and 2,194 with weights divided by K; ours divide by K + 1/2 (6/7)."""
    rows = {row["horizon"]: row for row in rolling.score("claims") if row["model"] == "rw"}
    for horizon, stated in {1: 411, 3: 816, 6: 1341, 12: 2194}.items():
        assert rows[horizon]["wis"] * 7 / 6 == pytest.approx(stated, rel=0.05)


def test_rows_go_into_json():
    assert json.loads(json.dumps(forecast("claims", as_of="2024-05-31", horizon=1)))
