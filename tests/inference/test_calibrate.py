"""Calibration finds parameters that made the data, and the shipped posterior is what it says."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inference import calibrate, draws, likelihood, posterior
from sojourn.inputs import figures, months
from sojourn.inputs.errors import InputError
from sojourn.inputs.figures import Figure

NAMES = ("rpd.at_random", "rpd.newest_first", "rad.filed_share", "rad.closed")
UNTIL = months.parse("2021-12")
DISPERSION = 0.04


def recovered(case: int, walkers: int, steps: int) -> list[bool]:
    """Whether the 90 % intervals of a fit hold the parameters that made its data."""
    whole = calibrate.problem(NAMES, until=UNTIL)
    size = len(whole.names)
    truth = draws.matrix(case, [f"truth/{name}" for name in whole.names], 1)[:, 0]
    truth = 0.1 + 0.8 * truth
    u = draws.matrix(case, [f"noise/{k}" for k in range(len(whole.data))], 1)[:, 0]
    shown = likelihood.draw(whole.predict(truth), whole.data, DISPERSION, u)
    data = [
        likelihood.Datum(_valued(d, v), d.reading, d.kind, d.width)
        for d, v in zip(whole.data, shown, strict=True)
    ]
    asked = calibrate.problem(NAMES, data, until=UNTIL)
    fit = calibrate.sample(asked, walkers=walkers, steps=steps, burn=steps // 3, seed=case)
    low, high = np.quantile(fit.draws[:, :size], [0.05, 0.95], axis=0)
    return [bool(a <= t <= b) for a, t, b in zip(low, truth, high, strict=True)]


def _valued(datum: likelihood.Datum, value: float) -> Figure:
    fields = [getattr(datum.figure, name) for name in figures.COLUMNS]
    return Figure(
        *(value if n == "value" else f for n, f in zip(figures.COLUMNS, fields, strict=True))
    )


def test_a_fit_recovers_the_parameters_that_made_its_data():
    """Small version: one made data set; at least three of four 90 % intervals hold the truth."""
    assert sum(recovered(1, walkers=12, steps=90)) >= 3


@pytest.mark.slow
def test_intervals_hold_the_truth_at_the_stated_rate():
    """25 data sets of 4 parameters: 90 of 100 expected; 80 is 3.3 standard errors below."""
    held = [one for case in range(25) for one in recovered(case, walkers=20, steps=300)]
    assert sum(held) >= 80


def test_the_same_seed_gives_the_same_draws_whatever_the_workers():
    asked = calibrate.problem(NAMES, until=months.parse("2017-12"))
    one, two = (
        calibrate.sample(asked, walkers=10, steps=12, burn=4, seed=3, workers=w) for w in (1, 2)
    )
    np.testing.assert_array_equal(one.draws, two.draws)


def test_rhat_is_one_for_one_law_and_large_for_two():
    rng = np.random.default_rng(0)
    same = rng.standard_normal((400, 8, 2))
    apart = same + np.arange(8)[None, :, None]
    assert np.all(np.abs(calibrate.rhat(same) - 1) < 0.03)
    assert np.all(calibrate.rhat(apart) > 1.5)


def test_the_prior_is_the_parameter_table():
    """Without data the sampler's coordinates are uniform, so parameters are triangular."""
    nothing = calibrate.Problem(NAMES, (), lambda u: np.empty(0))
    fit = calibrate.sample(nothing, walkers=30, steps=350, burn=50, seed=1, workers=1)
    np.testing.assert_allclose(fit.draws.mean(axis=0), 0.5, atol=0.08)
    np.testing.assert_allclose(np.quantile(fit.draws, 0.9, axis=0), 0.9, atol=0.08)


def test_nothing_to_fit_and_too_few_walkers_are_refused():
    with pytest.raises(InputError, match="low and a high"):
        calibrate.problem(("rpd.funded_capacity",))
    with pytest.raises(InputError, match="walkers"):
        calibrate.sample(calibrate.problem(NAMES), walkers=4)


def test_the_shipped_posterior_belongs_to_the_shipped_table():
    found, record = posterior.load(), posterior.record()
    assert found is not None
    assert list(found.names) == record["parameters"]
    assert record["priors"] == calibrate.prior_digest(found.names)
    assert set(found.names) <= set(calibrate.PARAMETERS)


def test_the_shipped_posterior_converged():
    record = posterior.record()
    assert max(record["rhat"].values()) <= 1.1
    assert min(record["ess"].values()) >= 200


def test_members_take_whole_draws_whatever_the_slice():
    found = posterior.load()
    assert found is not None
    whole = posterior.draw(5, 0, 60)
    part = posterior.draw(5, 20, 31)
    for name in found.names:
        np.testing.assert_array_equal(part[name], whole[name][20:31])
    rows = {tuple(row) for row in found.u}
    assert all(tuple(whole[n][i] for n in found.names) in rows for i in range(60))


def test_only_calibrated_rows_are_replaced():
    found = posterior.load()
    assert found is not None
    names = ("cost.unknown", found.names[0], "rpd.unheard")
    u = np.full((3, 10), 0.123)
    out = posterior.overlay(u, names, 0, 0, 10)
    assert np.all(out[[0, 2]] == 0.123)
    np.testing.assert_array_equal(out[1], posterior.draw(0, 0, 10)[found.names[0]])


@pytest.mark.parametrize(
    "lines", [["a,b", "0.5,0.5"], ["a,dispersion", "x,0.1"], ["a,dispersion", "1.5,0.1"], []]
)
def test_a_broken_posterior_is_refused(lines):
    with pytest.raises(InputError):
        posterior.read(lines, "posterior.csv")
