"""Who waits at the beginning: the start stocks by month of entry and by column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import groups
from sojourn.flow.columns import BEFORE
from sojourn.flow.stages import Network
from sojourn.inputs.dimensions import MODES
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]


def start(network: Network, paths: Paths, claims: Floats, parts: Floats) -> tuple[Floats, Floats]:
    """People waiting before the first month: by month of entry [S, BEFORE, n], and their mix over
    columns [S, widest, n].

    Each start stock is spread evenly over its months of entry, and over groups as the claims of the
    first twelve months (the published stocks have no split), at the RAD as those with an appeal:
    claims [12, cells, n] and the parts of them by what becomes of them [12, 5, cells, n or 1].
    """
    by_cell = (claims[:, None] * parts).sum(axis=0)
    by_nation = by_cell.reshape(5, len(MODES), -1, by_cell.shape[-1]).sum(axis=1)
    ineligible, returned, back, appeal, no_appeal = by_nation
    with_appeal = by_nation[:4].sum(axis=0)
    # columns of the first stage: ineligible, returned, directed back, referred
    first = np.concatenate([ineligible, _all(returned), _all(back), no_appeal, appeal])
    mix = np.zeros((len(network.stages), *first.shape))
    mix[:, : groups.N_MERGED] = normalised(np.concatenate([no_appeal, with_appeal]))
    for stage in groups.BY_NATIONALITY:
        here = with_appeal if stage in groups.WITH_APPEAL else no_appeal + with_appeal
        mix[network.stage(stage), : len(here)] = normalised(here)
    mix[0] = normalised(first)
    names = tuple(f"start.{stage.name}" for stage in network.stages)
    at_first = np.zeros(1, np.int64)
    people = paths.of(paths.places(names), at_first).swapaxes(1, 2)
    spread = paths.of(paths.places(tuple(f"{name}.months" for name in names)), at_first)
    months = np.clip(np.rint(spread), 1.0, BEFORE).swapaxes(1, 2)
    # the last `months` of the months before the first
    waiting = np.where(np.arange(BEFORE, 0, -1)[:, None] <= months, people / months, 0.0)
    return waiting, mix


def normalised(people: Floats) -> Floats:
    """Parts of the whole [columns, n]; even parts of nobody."""
    total = _all(people)
    whole = np.where(total > 0.0, total, 1.0)
    return np.where(total > 0.0, people / whole, 1.0 / len(people))


def _all(people: Floats) -> Floats:
    """Sum over the first axis, which is kept: a running sum, as the order of `sum` hangs on n."""
    return people.cumsum(axis=0)[-1:]
