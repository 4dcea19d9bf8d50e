"""Months become years member by member: flows add up, stocks end, means are weighted."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inference import periods
from sojourn.inputs import months
from sojourn.inputs.errors import InputError

FIRST, LAST = months.parse("2015-01"), months.parse("2018-12")
T = LAST - FIRST + 1


def test_fiscal_years_run_from_april_to_march_and_only_whole_ones_are_given() -> None:
    fiscal = periods.of(FIRST, LAST, "fiscal")
    assert fiscal.labels == ("2015-16", "2016-17", "2017-18")
    assert (months.text(fiscal.first), months.text(fiscal.last)) == ("2015-04", "2018-03")


def test_calendar_years_are_whole() -> None:
    assert periods.of(FIRST + 1, LAST, "year").labels == ("2016", "2017", "2018")
    assert periods.of(FIRST, LAST - 1, "year").labels == ("2015", "2016", "2017")


def test_a_flow_of_a_year_is_the_sum_of_its_months() -> None:
    values = np.arange(T, dtype=np.float32)[:, None]
    year = periods.gather(values, FIRST, periods.of(FIRST, LAST, "year"), "sum")
    assert year[:, 0].tolist() == [sum(range(12 * y, 12 * y + 12)) for y in range(4)]


def test_a_stock_of_a_fiscal_year_is_that_of_its_march() -> None:
    values = np.arange(T, dtype=np.float32)[:, None]
    fiscal = periods.of(FIRST, LAST, "fiscal")
    gathered = periods.gather(values, FIRST, fiscal, "last")[:, 0]
    assert gathered.tolist() == [stop - 1 - FIRST for stop in fiscal.stops]


def test_a_mean_of_a_year_is_that_of_all_persons_in_it() -> None:
    rng = np.random.default_rng(1)
    wait = rng.uniform(1, 30, (T, 3)).astype(np.float32)
    persons = rng.uniform(0, 100, (T, 3)).astype(np.float32)
    year = periods.gather(wait, FIRST, periods.of(FIRST, LAST, "year"), "mean", persons)
    expected = (wait[:12] * persons[:12]).sum(axis=0) / persons[:12].sum(axis=0)
    np.testing.assert_allclose(year[0], expected, rtol=1e-5)


def test_a_month_without_a_mean_carries_no_weight_and_a_year_without_any_has_none() -> None:
    wait = np.full((24, 1), np.nan, np.float32)
    wait[3], wait[5] = 10.0, 20.0
    persons = np.ones((24, 1), np.float32)
    persons[5] = 3.0
    year = periods.gather(wait, FIRST, periods.of(FIRST, FIRST + 23, "year"), "mean", persons)
    assert year[0, 0] == 17.5
    assert np.isnan(year[1, 0])


def test_months_stay_as_they_are() -> None:
    values = np.arange(T, dtype=np.float32)[:, None]
    part = periods.gather(values, FIRST, periods.of(FIRST + 2, FIRST + 4), "sum")
    assert part[:, 0].tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [(LAST, FIRST, "month"), (FIRST - 1, LAST, "month"), (FIRST, FIRST + 10, "year"),
     (FIRST, FIRST + 13, "fiscal"), (FIRST, months.HORIZON + 1, "month")],
)  # fmt: skip
def test_a_window_without_a_whole_period_is_refused(first: int, last: int, kind: str) -> None:
    with pytest.raises(InputError, match="from, until"):
        periods.of(first, last, kind)  # type: ignore[arg-type]
