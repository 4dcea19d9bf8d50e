"""Rows read out of members: which arrays a series is, and how it splits into cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sojourn.costs import programmes, spending
from sojourn.costs.quantities import CITIES
from sojourn.costs.spending import Spending
from sojourn.flow import arrivals, us_population, without_status
from sojourn.flow.groups import select
from sojourn.flow.simulate import Flows
from sojourn.inference.outputs import Cells, Row
from sojourn.inputs.dimensions import MODES, NATIONALITIES, PROVINCES
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

RANGES: Mapping[str, Callable[[Ran], Floats]] = {
    "without_status": lambda ran: without_status.member(ran.flows, ran.paths),
    "us.without_status": lambda ran: us_population.member(ran.paths),
}
"""Stocks that nobody counts: a member's path serves quantiles only."""


@dataclass(frozen=True)
class Ran:
    """Members side by side: parameters [P, n, T], flows (`simulate.together`), and what follows."""

    paths: Paths
    flows: Flows

    @cached_property
    def spending(self) -> Spending:
        """What they cost."""
        return spending.spend(self.flows, self.paths)


@lru_cache(maxsize=1)
def cells() -> Mapping[str, Cells]:
    """The finest cells of every series that a member knows, in the order they are shown."""
    who = Cells(("mode", "nationality"), tuple(product(MODES, NATIONALITIES)))
    where = Cells(
        ("mode", "province", "nationality"), tuple(product(MODES, PROVINCES, NATIONALITIES))
    )
    return {
        **dict.fromkeys(GROUPED, who),
        "claims": where,
        **dict.fromkeys(TOTALS, Cells()),
        **dict.fromkeys(RANGES, Cells()),
        "shelter.occupied": Cells(("item",), tuple((city,) for city in CITIES)),
        "cost": Cells(
            ("stage", "payer", "province", "item"), tuple(map(_cost_cell, programmes.load()))
        ),
    }


def _cost_cell(line: programmes.Programme) -> tuple[str, str, str, str]:
    """Stage, payer, province, item: a place that is no province is an item (city, other)."""
    known = line.place in PROVINCES
    return line.stage, line.payer, line.place if known else "", "" if known else line.place


All = Callable[[Ran, Floats], None]
"""Writes the values [n, T] of some rows of several members into their table [rows, n, T]."""

Groups = Callable[[Flows, Floats], None]
"""The same from stocks and flows by group, for which each member is run once more."""


GROUPED_RUNS = 4
"""Members whose stocks and flows by group are held at once: 40 MB; more would leave the cache."""


@dataclass(frozen=True)
class Readers:
    """Functions that together fill a table of several members, [rows, n, T]."""

    all: tuple[All, ...]
    by_group: tuple[Groups, ...]

    def read(self, ran: Ran, table: Floats) -> None:
        """Fill the table."""
        for read in self.all:
            read(ran, table)
        if not self.by_group:
            return
        for first in range(0, table.shape[1], GROUPED_RUNS):
            stop = min(first + GROUPED_RUNS, table.shape[1])
            for i, one in enumerate(ran.flows.grouped(first, stop), first):
                for read_groups in self.by_group:
                    read_groups(one, table[:, i])


@lru_cache(maxsize=16)
def readers(rows: tuple[Row, ...]) -> Readers:
    """Readers of the rows; each series is worked out once a member, and only when asked for."""
    by_series: dict[str, list[tuple[int, Row]]] = {}
    for at, row in enumerate(rows):
        by_series.setdefault(row.series, []).append((at, row))
    everything: list[All] = []
    by_group: list[Groups] = []
    for name, wanted in by_series.items():
        cells = any(row.cell for _, row in wanted)
        if name in GROUPED and name != "claims" and cells:
            by_group.append(_grouped(name, wanted))
        else:
            everything.append(_all(name, wanted, cells))
    return Readers(tuple(everything), tuple(by_group))


def _all(name: str, wanted: list[tuple[int, Row]], cells: bool) -> All:
    at = [place for place, _ in wanted]
    if name == "cost":
        return _cost(wanted)
    if name == "shelter.occupied":
        return _shelter(wanted)
    if name in RANGES:
        return _range(name, at)
    if name == "claims" and cells:
        return _claims(wanted)

    def total(ran: Ran, table: Floats) -> None:
        table[at] = ran.flows.series(name)

    return total


def _range(name: str, at: list[int]) -> All:
    def uncertain(ran: Ran, table: Floats) -> None:
        table[at] = RANGES[name](ran)

    return uncertain


def _claims(wanted: list[tuple[int, Row]]) -> All:
    """Claims by cell; by province they are a passive split of each mode's claims of the month."""
    modes, provinces, nations = list(MODES), list(PROVINCES), list(NATIONALITIES)

    def some(codes: list[str], code: str) -> slice:
        return slice(codes.index(code), codes.index(code) + 1) if code else slice(None)

    def split(ran: Ran, table: Floats) -> None:
        intake = ran.flows.intake
        shares = _shares(len(intake.months), int(intake.months[0]))
        for at, row in wanted:
            table[at] = 0.0
            for mode in range(len(modes))[some(modes, row.mode)]:
                part = intake.of_mode(mode, some(nations, row.nationality))
                if row.province:
                    part = part * shares[:, mode, provinces.index(row.province)]
                table[at] += part

    return split


@lru_cache(maxsize=4)
def _shares(length: int, first: int) -> Floats:
    return arrivals.province_shares(np.arange(first, first + length))


def _grouped(name: str, wanted: list[tuple[int, Row]]) -> Groups:
    picks = [
        (at, np.flatnonzero(select(row.mode or None, row.nationality or None)))
        for at, row in wanted
    ]

    def split(flows: Flows, table: Floats) -> None:
        by_group = flows.by_group(name)
        for at, groups in picks:
            table[at] = by_group[:, groups].sum(axis=1)

    return split


def _cost(wanted: list[tuple[int, Row]]) -> All:
    known = cells()["cost"]
    picks = []
    for at, row in wanted:
        cell = [(i, row.cell[dim]) for i, dim in enumerate(known.dims) if dim in row.cell]
        lines = [k for k, code in enumerate(known.codes) if all(code[i] == v for i, v in cell)]
        picks.append((at, lines))

    def spent(ran: Ran, table: Floats) -> None:
        cad = ran.spending.cad
        for at, lines in picks:
            table[at] = 0.0
            for line in lines:
                table[at] += cad[line]

    return spent


def _shelter(wanted: list[tuple[int, Row]]) -> All:
    def sheltered(ran: Ran, table: Floats) -> None:
        by_city = ran.spending.shelter
        for at, row in wanted:
            table[at] = by_city[row.item] if row.item else np.sum(list(by_city.values()), axis=0)

    return sheltered
