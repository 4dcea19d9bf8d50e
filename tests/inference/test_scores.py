"""Scores agree with scoringrules and behave as scores must."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.inference import scores
from sojourn.inputs.errors import InputError

RNG = np.random.default_rng(20250731)
Y = RNG.gamma(3.0, 500.0, 40)
SAMPLES = RNG.gamma(3.0, 500.0, (40, 300))
QUANTILES = np.quantile(SAMPLES, scores.LEVELS, axis=1).T


def test_wis_is_that_of_scoringrules():
    alpha = np.array([0.5, 0.1, 0.05])
    theirs = scoringrules.weighted_interval_score(
        Y, QUANTILES[:, 3], QUANTILES[:, [2, 1, 0]], QUANTILES[:, [4, 5, 6]], alpha
    )
    np.testing.assert_allclose(scores.wis(Y, QUANTILES), theirs, rtol=1e-12)


def test_wis_is_twice_the_mean_pinball_loss_of_scoringrules():
    pinball = scoringrules.quantile_score(Y[:, None], QUANTILES, np.array(scores.LEVELS))
    np.testing.assert_allclose(scores.wis(Y, QUANTILES), 2 * pinball.mean(axis=1), rtol=1e-12)


def test_crps_is_that_of_scoringrules():
    np.testing.assert_allclose(
        scores.crps(Y, SAMPLES), scoringrules.crps_ensemble(Y, SAMPLES), rtol=1e-10
    )


def test_log_wis_is_the_wis_of_logs():
    np.testing.assert_allclose(
        scores.log_wis(Y, QUANTILES), scores.wis(np.log1p(Y), np.log1p(QUANTILES))
    )


def test_wis_of_a_certain_forecast_is_the_absolute_error():
    certain = np.repeat(np.array([[100.0]]), 7, axis=1)
    assert scores.wis(np.array([130.0]), certain)[0] == pytest.approx(30.0)


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(0.1, 1e5), st.floats(-5, 5), st.floats(0.2, 3.0))
def test_wis_is_proper_and_scales_with_its_unit(centre, spread, shift, scale):
    z = np.array([-1.96, -1.645, -0.674, 0.0, 0.674, 1.645, 1.96])
    truth = centre + spread * np.random.default_rng(1).standard_normal(4000)
    honest = np.tile(centre + spread * z, (4000, 1))
    other = np.tile(centre + spread * (shift + scale * z), (4000, 1))
    a, b = scores.wis(truth, honest).mean(), scores.wis(truth, other).mean()
    assert a <= b * 1.02
    assert scores.wis(10 * truth, 10 * honest).mean() == pytest.approx(10 * a)


def test_coverage_counts_both_ends_as_inside():
    quantiles = np.array([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])
    inside = [scores.covered(np.array([y]), quantiles, 0.9)[0] for y in (0.9, 1.0, 5.0, 5.1)]
    assert inside == [0.0, 1.0, 1.0, 0.0]


def test_pit_of_a_calibrated_forecast_is_uniform():
    draws = RNG.standard_normal((3000, 201))
    pit = scores.pit(draws[:, 0], draws[:, 1:])
    assert abs(pit.mean() - 0.5) < 0.02
    assert abs(np.quantile(pit, 0.9) - 0.9) < 0.02


def test_mase_of_the_naive_forecast_inside_its_history_is_one():
    history = np.array([3.0, 5.0, 4.0, 8.0, 6.0])
    assert scores.mase(history[1:], history[:-1], history) == pytest.approx(1.0)


def test_percentage_error_is_undefined_where_nothing_came():
    error = scores.absolute_percentage(np.array([0.0, 50.0]), np.array([10.0, 60.0]))
    assert np.isnan(error[0])
    assert error[1] == pytest.approx(0.2)


def test_skill_is_zero_against_itself_and_one_when_perfect():
    assert scores.skill(Y, Y) == 0.0
    assert scores.skill(np.zeros(3), Y[:3]) == 1.0


def test_bootstrap_band_of_independent_values_is_that_of_theory():
    values = (np.arange(400) % 10 < 9).astype(float)
    RNG.shuffle(values)
    low, high = scores.mean_band(values, block=1)
    error = 1.96 * np.sqrt(0.9 * 0.1 / 400)
    assert low == pytest.approx(0.9 - error, abs=0.006)
    assert high == pytest.approx(0.9 + error, abs=0.006)


def test_longer_blocks_widen_the_band_of_dependent_values():
    values = np.repeat((np.arange(20) % 4 > 0).astype(float), 12)
    RNG.shuffle(values.reshape(20, 12))
    one, twelve = scores.mean_band(values, 1), scores.mean_band(values, 12)
    assert twelve[1] - twelve[0] > 2 * (one[1] - one[0])


def test_bands_are_the_same_each_time():
    assert scores.skill_band(Y, Y[::-1], 6) == scores.skill_band(Y, Y[::-1], 6)


@pytest.mark.parametrize(
    ("levels", "shape"),
    [((0.1, 0.9), (40, 2)), ((0.1, 0.5, 0.8), (40, 3)), (scores.LEVELS, (40, 6))],
)
def test_wrong_levels_are_refused(levels, shape):
    with pytest.raises(InputError):
        scores.wis(Y, np.zeros(shape), levels)
