"""Groups of claimants: mode of entry x nationality x right of appeal, about ninety."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs.dimensions import MODES, NATIONALITIES

EXCEPTED_MODES = ("land_port", "between_ports")
"""Modes in which a claim may be referred through an exception of the Agreement, without appeal."""


class Group(NamedTuple):
    """One class of claimant; `appeal` says whether a refusal can go to the appeal division."""

    mode: str
    nationality: str
    appeal: bool


GROUPS: tuple[Group, ...] = tuple(
    Group(mode, nationality, True) for mode in MODES for nationality in NATIONALITIES
) + tuple(
    Group(mode, nationality, False) for mode in EXCEPTED_MODES for nationality in NATIONALITIES
)
"""All groups: 5 modes x 13 nationalities with an appeal, 2 x 13 without: 91."""

_MODE_LIST, _NATIONALITY_LIST = list(MODES), list(NATIONALITIES)

MODE_OF: NDArray[np.int64] = np.array([_MODE_LIST.index(g.mode) for g in GROUPS])
"""Index of each group's mode in MODES, [G]."""

NATIONALITY_OF: NDArray[np.int64] = np.array(
    [_NATIONALITY_LIST.index(g.nationality) for g in GROUPS]
)
"""Index of each group's nationality in NATIONALITIES, [G]."""

APPEAL: NDArray[np.float64] = np.array([float(g.appeal) for g in GROUPS])
"""1 where a refusal can be appealed, [G]."""

N_MERGED = 2 * len(NATIONALITIES)
"""After the eligibility decision nothing asks for the mode of entry, so groups of one nationality
and right of appeal are run as one: the nationalities without appeal, then those with."""

WITH_APPEAL = ("rad",)
"""Stages that nobody without a right of appeal comes to."""

BY_NATIONALITY = ("rad", "prra_ineligible")
"""Stages after the eligibility decision of which nothing asks for the right of appeal."""

MERGED_OF: NDArray[np.int64] = APPEAL.astype(np.int64) * len(NATIONALITIES) + NATIONALITY_OF
"""Merged group of each group, [G]."""

MERGED_NATIONALITY: NDArray[np.int64] = np.arange(N_MERGED) % len(NATIONALITIES)
"""Index of each merged group's nationality in NATIONALITIES."""

MERGED_APPEAL: NDArray[np.float64] = (np.arange(N_MERGED) // len(NATIONALITIES)).astype(float)
"""1 where a refusal of the merged group can be appealed."""


def select(
    mode: str | None = None, nationality: str | None = None, appeal: bool | None = None
) -> NDArray[np.bool_]:
    """Mask [G] of the groups with the given mode, nationality and right of appeal (None = any)."""
    return np.array(
        [
            (mode is None or g.mode == mode)
            and (nationality is None or g.nationality == nationality)
            and (appeal is None or g.appeal == appeal)
            for g in GROUPS
        ]
    )
