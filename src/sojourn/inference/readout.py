"""Rows read out of one member: which arrays a series is, and how it splits into cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.groups import select
from sojourn.flow.simulate import Flows
from sojourn.inference.outputs import Cells, Row
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]

GROUPED = (
    "claims", "eligibility.pending", "referred", "ineligible", "returned_to_us", "rpd.finalised",
    "rpd.accepted", "rpd.rejected", "rpd.withdrawn", "rpd.pending", "rad.filed", "rad.finalised",
    "rad.allowed", "rad.pending", "court.pending", "prra.pending", "removals.failed_claimants",
)  # fmt: skip
"""Series of persons by group, so by mode and nationality."""

TOTALS = (
    "interceptions", "rpd.wait_finalised", "rpd.wait_projected", "rpd.wait_new",
    "rpd.age_under_12", "rpd.age_over_24", "removals", "pr.admitted", "pr.pending",
)  # fmt: skip
"""Series of the flow known in total only."""


@dataclass(frozen=True)
class Ran:
    """One member, run: its parameters and flows, and what follows from them when asked for."""

    paths: Paths
    flows: Flows


@lru_cache(maxsize=1)
def cells() -> Mapping[str, Cells]:
    """The finest cells of every series that a member knows, in the order they are shown."""
    who = Cells(("mode", "nationality"), tuple(product(MODES, NATIONALITIES)))
    return {**dict.fromkeys(GROUPED, who), **dict.fromkeys(TOTALS, Cells())}


Reader = Callable[[Ran, Floats], None]
"""Writes the values [T] of some rows into the table [rows, T]."""


def readers(rows: Sequence[Row]) -> list[Reader]:
    """Functions that together fill a table [rows, T]; each series is worked out once a member."""
    by_series: dict[str, list[tuple[int, Row]]] = {}
    for at, row in enumerate(rows):
        by_series.setdefault(row.series, []).append((at, row))
    return [_reader(name, wanted) for name, wanted in by_series.items()]


def _reader(name: str, wanted: list[tuple[int, Row]]) -> Reader:
    if name in GROUPED and any(row.cell for _, row in wanted):
        return _grouped(name, wanted)
    at = [place for place, _ in wanted]

    def total(ran: Ran, table: Floats) -> None:
        table[at] = ran.flows.series(name)

    return total


def _grouped(name: str, wanted: list[tuple[int, Row]]) -> Reader:
    picks = [
        (at, np.flatnonzero(select(row.mode or None, row.nationality or None)))
        for at, row in wanted
    ]

    def split(ran: Ran, table: Floats) -> None:
        by_group = ran.flows.by_group(name)
        for at, groups in picks:
            table[at] = by_group[:, groups].sum(axis=1)

    return split
