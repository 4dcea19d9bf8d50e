"""How much of a break-even answer is the luck of the members drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sojourn.questions.target import Target

Floats = NDArray[np.float64]

BOOTSTRAP = 400


def interval(
    tried: dict[float, Floats], aim: Target, probability: float, value: float, rises: bool
) -> tuple[float, float]:
    """5 % and 95 % points of the answer when the members are drawn again with replacement.

    Each member has a lever value from which it meets the target, read off the values tried by a
    straight line between the last margin below zero and the next; the answer is the quantile of
    these, so resampling them shows how much of it is the luck of the members drawn.
    """
    levers = np.array(sorted(tried))
    margins = np.array([np.nan_to_num(aim.margin(tried[v]), nan=-np.inf) for v in levers])
    if not rises:
        levers, margins = -levers[::-1], margins[::-1]
    first = _thresholds(levers, margins)
    count = first.size
    picks = _resamples(count)
    answers = np.sort(first[picks], axis=1)[:, max(int(np.ceil(probability * count)) - 1, 0)]
    low, high = np.quantile(answers, (0.05, 0.95), method="nearest")
    low, high = (low, high) if rises else (-high, -low)
    ends = (min(float(low), value), max(float(high), value))
    return (ends[0] if np.isfinite(ends[0]) else value, ends[1] if np.isfinite(ends[1]) else value)


def _thresholds(levers: Floats, margins: Floats) -> Floats:
    """First lever value of each member with a margin of 0 or more, [members]; inf where none."""
    met = margins >= 0.0
    at = np.argmax(met, axis=0)
    found = levers[at]
    members = np.arange(margins.shape[1])
    before = np.maximum(at - 1, 0)
    bad, good = margins[before, members], margins[at, members]
    inside = (at > 0) & met.any(axis=0) & np.isfinite(bad) & (good > bad)
    part = np.where(inside, -bad / np.where(inside, good - bad, 1.0), 1.0)
    return np.where(
        met.any(axis=0), np.where(inside, levers[before] + part * (found - levers[before]), found),
        np.inf,
    )  # fmt: skip


def _resamples(count: int) -> NDArray[np.int64]:
    """Bootstrap picks [BOOTSTRAP, count] from a named stream."""
    from sojourn.inference import draws

    u = draws.uniform(0, "solve.bootstrap", BOOTSTRAP * count)
    return np.minimum((u * count).astype(np.int64), count - 1).reshape(BOOTSTRAP, count)
