"""Totals of several runs of the same months side by side, so that one operation serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.simulate import Flows

APART = ("claims", "rpd.wait_new")
"""Series that need the arrivals of one run, so they are read run by run."""


def together(runs: Sequence[Flows]) -> Flows:
    """Runs as one, with an axis of members before the months: stocks [S, n, T], claims [n, T, ...].

    It has totals only: `total_stock`, `total_flow`, `total_left` and `series` outside `APART`.
    What is worked out from it by month is the same, to the byte, as from each run alone.
    """

    def beside(name: str) -> NDArray[np.float64]:
        return np.stack([getattr(run, name) for run in runs], axis=-2)

    known = runs[0].exogenous
    return replace(
        runs[0],
        stock_total=beside("stock_total"),
        flow_total=beside("flow_total"),
        left=beside("left"),
        waited=beside("waited"),
        age=beside("age"),
        interceptions=beside("interceptions"),
        claims=np.stack([run.claims for run in runs]),
        exogenous={name: np.stack([run.exogenous[name] for run in runs]) for name in known},
    )
