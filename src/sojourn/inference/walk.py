"""The reference model `rw`: a log random walk whose steps are those seen so far, either sign.

The baseline of forecast hubs: the median stays at the last value and the interval grows with the
steps of the past. On national monthly claims it beats ETS, ARIMA and Theta at every horizon
(`benchmarks/forecast.py`), so skill is measured against it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import draws

Array = NDArray[np.float64]


def paths(history: Array, horizon: int, seed: int, lo: int, hi: int) -> Array:
    """Log levels [hi - lo, horizon] after a monthly history [T] of counts; zero counts as a half.

    Steps are drawn with replacement from the past monthly changes of the log and their negatives.
    """
    logs = np.log(np.maximum(history, 0.5))
    steps = np.diff(logs)
    mirrored = np.sort(np.concatenate([steps, -steps]))
    u = draws.matrix(seed, [f"walk/step/{h}" for h in range(horizon)], range(lo, hi))
    moves = mirrored[(u * len(mirrored)).astype(int)]
    return np.asarray(logs[-1] + np.cumsum(moves, axis=0).T)
