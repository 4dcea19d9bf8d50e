"""What becomes of claims at the first decision, as parts of each month's claims of a cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import groups
from sojourn.flow.groups import MODE_OF, NATIONALITY_OF
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError

Floats = NDArray[np.float64]

OUTCOMES = ("appeal", "no_appeal", "ineligible", "returned", "directed_back", "notice")

CELL_OF = MODE_OF * len(NATIONALITIES) + NATIONALITY_OF

PARTS = ("ineligible", "returned", "directed_back", "appeal", "no_appeal")


def entering(law: dict[str, Floats]) -> Floats:
    """Parts of each cell's claims by what becomes of them, [law epochs, 5, cells, n or 1].

    Ineligible, returned, directed back, referred with an appeal, referred without. Where a mode has
    no group without appeal, its claims without appeal stay in the one group. law: shares by name,
    [law epochs, modes, nationalities, n or 1].
    """
    total = np.sum([law[name] for name in PARTS], axis=0)
    if np.any(np.abs(total - 1.0) > 1e-6):
        worst = float(total.flat[np.argmax(np.abs(total - 1.0))])
        raise InputError(
            "shares", "sum over outcomes", worst, "1 for every epoch, mode, nationality"
        )
    apart = law["no_appeal"] * _EXCEPTED_MODE[:, None, None]
    others = law["ineligible"] + law["returned"] + law["directed_back"] + apart
    parts = (law["ineligible"], law["returned"], law["directed_back"],
             np.maximum(1.0 - others, 0.0), apart)  # fmt: skip
    cells = len(MODES) * len(NATIONALITIES)
    return np.stack([part.reshape(len(part), cells, -1) for part in parts], axis=1)


_EXCEPTED_MODE = np.array([float(mode in groups.EXCEPTED_MODES) for mode in MODES])


def reach(
    law: dict[str, Floats], claims: Floats, law_epoch: NDArray[np.int64], told: NDArray[np.bool_]
) -> Floats:
    """Of the claims [T, modes, nationalities, n] of months that a later law reaches, those referred
    whom it does, by merged group, [R, N_MERGED, n]."""
    when = law_epoch[told]
    excepted = _EXCEPTED_MODE[:, None, None]
    with_appeal = law["appeal"] + law["no_appeal"] * (1.0 - excepted)
    both = (law["no_appeal"] * excepted, with_appeal)
    parts = [(claims[told] * (x * law["notice"])[when]).sum(axis=1) for x in both]
    return np.concatenate(parts, axis=1)
