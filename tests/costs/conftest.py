"""One small run that the cost tests share: shipped parameters and intake, a plain law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from sojourn.flow import arrivals
from sojourn.flow.simulate import Flows, simulate
from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.parameters import Paths


@dataclass(frozen=True)
class PlainLaw:
    """Every claim is referred with a right of appeal, but a tenth at land ports is returned."""

    epoch: NDArray[np.int64]
    national: NDArray[np.int64]
    appeal: NDArray[np.float64]
    no_appeal: NDArray[np.float64]
    ineligible: NDArray[np.float64]
    returned: NDArray[np.float64]
    directed_back: NDArray[np.float64]
    notice: NDArray[np.float64]


def plain_law(length: int) -> PlainLaw:
    size = (1, len(MODES), len(NATIONALITIES))
    returned = np.zeros(size)
    returned[:, list(MODES).index("land_port")] = 0.1
    zero = np.zeros(size)
    epoch, national = np.zeros(length, np.int64), np.arange(len(NATIONALITIES))
    return PlainLaw(epoch, national, 1.0 - returned, zero, zero, returned, zero, zero)


@pytest.fixture(scope="session")
def paths() -> Paths:
    return parameters.load().paths(months.span(months.FIRST, months.parse("2030-12")))


@pytest.fixture(scope="session")
def flows(paths: Paths) -> Flows:
    return simulate(paths, arrivals.intake(paths), plain_law(len(paths.months)))
