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
    """Parts of each cell's claims by what becomes of them, [n or 1, law epochs, 5, cells].

    Ineligible, returned, directed back, referred with an appeal, referred without. Where a mode has
    no group without appeal, its claims without appeal stay in the one group.
    """
    total = np.sum([law[name] for name in PARTS], axis=0)
    if np.any(np.abs(total - 1.0) > 1e-6):
        worst = float(total.flat[np.argmax(np.abs(total - 1.0))])
        raise InputError(
            "shares", "sum over outcomes", worst, "1 for every epoch, mode, nationality"
        )
    apart = law["no_appeal"] * _EXCEPTED_MODE[:, None]
    others = law["ineligible"] + law["returned"] + law["directed_back"] + apart
    parts = (law["ineligible"], law["returned"], law["directed_back"],
             np.maximum(1.0 - others, 0.0), apart)  # fmt: skip
    return np.stack([part.reshape(*part.shape[:2], -1) for part in parts], axis=2)


_EXCEPTED_MODE = np.array([float(mode in groups.EXCEPTED_MODES) for mode in MODES])


def reach(
    law: dict[str, Floats], claims: Floats, law_epoch: NDArray[np.int64], told: NDArray[np.bool_]
) -> Floats:
    """Of the claims of months that a later law reaches, those referred whom it does, by merged
    group, [n, R, N_MERGED]."""
    when = law_epoch[told]
    by_cell = claims[:, told].reshape(len(claims), when.size, len(MODES), len(NATIONALITIES))
    excepted = _EXCEPTED_MODE[:, None]
    with_appeal = law["appeal"] + law["no_appeal"] * (1.0 - excepted)
    both = (law["no_appeal"] * excepted, with_appeal)
    parts = [(by_cell * (x * law["notice"])[:, when]).sum(axis=2) for x in both]
    return np.concatenate(parts, axis=2)
