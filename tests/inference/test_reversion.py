"""The constants of the intake model are what the yearly record says, and can be found again."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sojourn.inference import reversion
from sojourn.inputs.errors import InputError

SHIPPED = [reversion.constants(date(year, 12, 31), 0.1) for year in (2017, 2020, 2024)]


def simulated(memory: float, momentum: float, kappa: float, runs: int, years: int) -> np.ndarray:
    """Logs of yearly means [years, runs] of the monthly model, written out month by month."""
    rng = np.random.default_rng(4)
    months = [np.zeros(runs)]
    running = np.zeros(runs)
    for _ in range(years * 12):
        mean = np.mean(months[-reversion.WINDOW :], axis=0)
        move = momentum * running - kappa * (months[-1] - mean) + 0.05 * rng.standard_normal(runs)
        running = (1 - memory) * running + memory * move
        months.append(months[-1] + move)
    monthly = np.exp(np.array(months[1:])).reshape(years, 12, runs)
    return np.log(monthly.mean(axis=1))


@pytest.mark.parametrize(("memory", "p", "r"), [(0.1, 0, 0), (0.1, 30, 10), (0.05, 45, 20)])
def test_implied_yearly_coefficients_are_those_of_the_simulated_model(memory, p, r):
    momentum, kappa = reversion.MOMENTA[p], reversion.REVERSIONS[r]
    a = simulated(memory, momentum, kappa, runs=1500, years=40)
    base = np.arange(12, 39)
    y = (a[base + 1] - a[base]).ravel()
    level = np.mean([a[base - k] for k in range(5)], axis=0)
    x = np.stack([(a[base] - level).ravel(), (a[base] - a[base - 1]).ravel()])
    found = np.linalg.solve(x @ x.T, x @ y)
    np.testing.assert_allclose(found, reversion.implied(memory)[p, r], atol=0.02)


def test_constants_reproduce_the_yearly_coefficients():
    for found in SHIPPED:
        p = int(np.argmin(np.abs(reversion.MOMENTA - found.momentum[0])))
        r = int(np.argmin(np.abs(reversion.REVERSIONS - found.reversion[0])))
        implied = reversion.implied(0.1)[p, r]
        assert implied == pytest.approx([found.gap, found.change], abs=0.06)


def test_surges_carry_on_and_then_fade_whatever_the_year_asked():
    for found in SHIPPED:
        assert 0.4 <= found.momentum[0] < 1
        assert 0.02 <= found.reversion[0] <= 0.06
        assert found.change > 0 > found.gap


def test_only_years_published_by_the_day_are_read():
    assert [found.until for found in SHIPPED] == [2016, 2019, 2023]
    before, after = (reversion.constants(date(2018, 6, day), 0.1) for day in (1, 30))
    assert (before.until, after.until) == (2016, 2017)


def test_uncertainty_of_the_constants_holds_the_best_estimate():
    for found in SHIPPED:
        low, high = np.quantile(found.reversion[1:], [0.05, 0.95])
        assert low <= found.reversion[0] <= high


def test_a_day_before_the_record_is_refused():
    with pytest.raises(InputError, match="origin-years"):
        reversion.constants(date(2003, 1, 1), 0.1)
