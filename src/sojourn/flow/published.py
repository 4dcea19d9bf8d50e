"""What is published on arrivals, as arrays: the only input of the reconstruction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

OFFICES = ("airport", "land_border_office", "inland_office", "other_office")
AIRPORT, BORDER, INLAND, OTHER = range(4)


@dataclass(frozen=True)
class Published:
    """Published claims and interceptions by month; NaN where a cell is not published.

    months [T]; total [T]; office [T, 4] and quebec [T, 4] by OFFICES; province [T, 4, P];
    interceptions, quebec_interceptions, provinces_interceptions (sum of the provinces published)
    [T]; mode [T, 5] (the monthly table of 2023-24, its own vintage); nationality [T, 13] and its
    suppressed cells; yearly tables by year; between_nationality [13] (referred claims of people
    who entered between ports, February 2017 to September 2022).
    """

    months: NDArray[np.int64]
    total: Array
    office: Array
    quebec: Array
    province: Array
    interceptions: Array
    quebec_interceptions: Array
    provinces_interceptions: Array
    interceptions_year: Mapping[int, float]
    quebec_interceptions_year: Mapping[int, float]
    mode: Array
    mode_year: Mapping[int, Array]
    mode_spring_2025: Array
    between_month: Mapping[int, float]
    nationality: Array
    nationality_suppressed: NDArray[np.bool_]
    nationality_year: Mapping[int, Array]
    between_nationality: Array
