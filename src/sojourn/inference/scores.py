"""Scores of quantile forecasts: small functions on arrays, tested against `scoringrules`.

Forecasts are quantiles at known levels, observations are numbers. All scores are in the units of
what is forecast and smaller is better, unless said. Where many origins are scored, the first axis
is the origin, in time order, and bands come from a block bootstrap along it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sojourn.inputs.errors import InputError

LEVELS = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
"""Levels that forecasts are scored at: the median and the 50, 90 and 95 % intervals."""

Array = NDArray[np.float64]


def wis(observed: ArrayLike, quantiles: ArrayLike, levels: Sequence[float] = LEVELS) -> Array:
    """Weighted interval score of each forecast, in the units of the observation.

    observed [...]; quantiles [..., L]; levels [L] symmetric about a median. The mean pinball loss
    doubled, which equals (|y - m| / 2 + sum of alpha / 2 times the interval score) / (K + 1/2)
    for K intervals (Bracher, Ray, Gneiting and Reich 2021). Raises InputError on other levels.
    """
    y, q, tau = _checked(observed, quantiles, levels)
    error = y[..., None] - q
    return 2.0 * np.mean(np.maximum(tau * error, (tau - 1.0) * error), axis=-1)


def log_wis(observed: ArrayLike, quantiles: ArrayLike, levels: Sequence[float] = LEVELS) -> Array:
    """WIS of log(1 + x): relative errors count alike at low and high counts (Bosse et al. 2023)."""
    y, q, _ = _checked(observed, quantiles, levels)
    return wis(np.log1p(np.maximum(y, 0.0)), np.log1p(np.maximum(q, 0.0)), levels)


def crps(observed: ArrayLike, samples: ArrayLike) -> Array:
    """Continuous ranked probability score of sampled forecasts: observed [...], samples [..., M].

    E|X - y| - E|X - X'| / 2 over the empirical distribution, by the sorted sample.
    """
    y = np.asarray(observed, dtype=float)
    x = np.sort(np.asarray(samples, dtype=float), axis=-1)
    members = x.shape[-1]
    if members == 0 or x.shape[:-1] != y.shape:
        raise InputError("crps", "samples", x.shape, f"shape {(*y.shape, 'M')} with M of 1 or more")
    rank = 2.0 * np.arange(1, members + 1) - members - 1
    spread = 2.0 * np.sum(rank * x, axis=-1) / members**2
    return np.mean(np.abs(x - y[..., None]), axis=-1) - spread / 2.0


def covered(
    observed: ArrayLike, quantiles: ArrayLike, central: float, levels: Sequence[float] = LEVELS
) -> Array:
    """1.0 where the observation lies in the central interval (both ends in), else 0.0.

    Raises InputError when the levels do not hold both ends of the interval.
    """
    y, q, tau = _checked(observed, quantiles, levels)
    ends = [_level(tau, (1.0 - central) / 2.0), _level(tau, (1.0 + central) / 2.0)]
    return ((q[..., ends[0]] <= y) & (y <= q[..., ends[1]])).astype(float)


def pit(observed: ArrayLike, samples: ArrayLike) -> Array:
    """Probability integral transform of the observation in the sample: mid-rank, in [0, 1].

    Uniform over many forecasts when they are calibrated. Ties take the middle of their jump.
    """
    y = np.asarray(observed, dtype=float)[..., None]
    x = np.asarray(samples, dtype=float)
    return np.asarray(0.5 * (np.mean(x < y, axis=-1) + np.mean(x <= y, axis=-1)))


def mase(observed: ArrayLike, median: ArrayLike, history: ArrayLike, lag: int = 1) -> float:
    """Mean absolute error of the medians over that of the naive forecast inside the history.

    Hyndman and Koehler (2006); `lag` 1 is the random walk, 12 last year's month.
    Raises InputError when the history is too short or never changes.
    """
    past = np.asarray(history, dtype=float)
    steps = np.abs(past[lag:] - past[:-lag])
    if steps.size == 0 or not np.mean(steps) > 0:
        raise InputError("mase", "history", past.shape, f"a changing history of more than {lag}")
    error = np.abs(np.asarray(observed, dtype=float) - np.asarray(median, dtype=float))
    return float(np.mean(error) / np.mean(steps))


def absolute_percentage(observed: ArrayLike, median: ArrayLike) -> Array:
    """|median - observed| / observed; not a number where nothing was observed (0)."""
    y = np.asarray(observed, dtype=float)
    error = np.abs(np.asarray(median, dtype=float) - y)
    return np.divide(error, y, out=np.full_like(error, np.nan), where=y > 0)


def skill(ours: ArrayLike, reference: ArrayLike) -> float:
    """1 - mean score / mean reference score: 0 is no better, 1 is perfect."""
    base = float(np.mean(np.asarray(reference, dtype=float)))
    return 1.0 - float(np.mean(np.asarray(ours, dtype=float))) / base if base > 0 else float("nan")


def block_bootstrap(
    statistic: Callable[..., NDArray[np.float64]],
    *series: ArrayLike,
    block: int,
    level: float = 0.95,
    replicates: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """Band of a statistic of paired time series by the moving-block bootstrap (Kuensch 1989).

    series: arrays [n] in time order, resampled together; `statistic` takes arrays
    [replicates, n] of each and gives [replicates]. `block` is the number of consecutive origins
    kept together: at least the horizon, since forecasts made h months ahead share h - 1 months.
    Returns the ends of the central `level` band.
    """
    from sojourn.inference import draws

    arrays = [np.asarray(s, dtype=float) for s in series]
    n = arrays[0].size
    if n == 0 or any(a.shape != (n,) for a in arrays):
        raise InputError("block bootstrap", "series", [a.shape for a in arrays], "equal lengths")
    length = min(max(block, 1), n)
    blocks = -(-n // length)
    u = draws.matrix(seed, [f"block_bootstrap/{k}" for k in range(blocks)], replicates).T
    starts = np.minimum((u * (n - length + 1)).astype(np.int64), n - length)
    index = (starts[:, :, None] + np.arange(length)).reshape(replicates, -1)[:, :n]
    values = statistic(*(a[index] for a in arrays))
    low, high = np.quantile(values, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def mean_band(values: ArrayLike, block: int) -> tuple[float, float]:
    """Block-bootstrap band of a mean, such as a coverage."""
    return block_bootstrap(lambda v: v.mean(axis=1), values, block=block)


def skill_band(ours: ArrayLike, reference: ArrayLike, block: int) -> tuple[float, float]:
    """Block-bootstrap band of the skill, both scores resampled together."""
    return block_bootstrap(
        lambda a, b: 1.0 - a.mean(axis=1) / np.maximum(b.mean(axis=1), 1e-300),
        ours, reference, block=block,
    )  # fmt: skip


def _checked(
    observed: ArrayLike, quantiles: ArrayLike, levels: Sequence[float]
) -> tuple[Array, Array, Array]:
    y, q = np.asarray(observed, dtype=float), np.asarray(quantiles, dtype=float)
    tau = np.asarray(levels, dtype=float)
    if not (np.all(np.diff(tau) > 0) and np.allclose(tau + tau[::-1], 1.0) and tau.size % 2):
        raise InputError("scores", "levels", tuple(levels), "rising levels about a median")
    if q.shape != (*y.shape, tau.size):
        raise InputError("scores", "quantiles", q.shape, f"shape {(*y.shape, tau.size)}")
    return y, q, tau


def _level(tau: Array, wanted: float) -> int:
    at = int(np.argmin(np.abs(tau - wanted)))
    if abs(tau[at] - wanted) > 1e-9:
        raise InputError("scores", "levels", tuple(tau), f"the level {wanted:g} among them")
    return at
