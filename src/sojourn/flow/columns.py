"""On how few columns each stage of a network can be run: groups, their sum, or outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import kernel
from sojourn.flow.stages import Network

Ints = NDArray[np.int64]

BEFORE = 60
"""Months of entry kept for people who were waiting at the start."""


@dataclass(frozen=True)
class Columns:
    """How the stages of a network are run: the columns of each.

    width [S]: columns of a stage, which has group g in column g % width; lowest [S]: the first
    group that can be there (lower ones must have a share of 0 on the edges that lead to it). Where
    `outcomes` (edges) is not empty the first stage has instead a block of columns for each of them,
    as wide as the stage that it leads to, or all of `groups` wide where these are to be kept or
    another edge asks for them. even [E]: edges whose share is the same for all groups. nobody [E,
    groups]: groups whose share of an edge is 0. rest: edges that take all whom the others of their
    stage and kind leave; they lead to a sum of groups, or out.
    """

    net: Network
    width: Ints
    lowest: Ints
    even: NDArray[np.bool_]
    outcomes: tuple[int, ...]
    groups: int
    keep: bool = False
    nobody: NDArray[np.bool_] | None = None
    rest: frozenset[int] = frozenset()

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """First column and number of columns of each outcome."""
        every = self.keep or any(self._asks(e) for e in range(*self.net.stage_edges[0]))
        found, first = [], 0
        for e in self.outcomes:
            to = self.net.edge_to[e]
            wide = self.groups if every else int(self.width[to]) if to >= 0 else 1
            found.append((first, wide))
            first += wide
        return found

    def _asks(self, edge: int) -> bool:
        """Whether an edge of the first stage that is no outcome asks for groups."""
        to = self.net.edge_to[edge]
        wide = to >= 0 and self.width[to] > 1
        return edge not in self.outcomes and bool(wide or not self.even[edge])

    @property
    def of_stage(self) -> Ints:
        """Columns of each stage, [S]."""
        if not self.outcomes:
            return self.width
        first, count = self.blocks[-1]
        return np.concatenate([[first + count], self.width[1:]])

    def edges(self, joining: Ints, one: int, at: dict[int, Ints]) -> tuple[Ints, Ints]:
        """The kernel's table of edges, and where their shares begin [K, E].

        joining [E]: rows of rate; one: place of a share of 1; at: where the shares of each edge
        that is not an outcome begin, [K]. An edge is one row for each piece (`_pieces`).
        """
        net, rows, begins = self.net, [], []
        for s in range(len(net.stages)):
            # what the others leave is known after them
            for e in sorted(range(*net.stage_edges[s]), key=lambda e: e in self.rest):
                for first, count, into, skip in self._pieces(s, e):
                    shared = e in self.outcomes or bool(self.even[e])
                    share = kernel.REST if e in self.rest else kernel.SAME if shared else kernel.OWN
                    rows.append((net.edge_to[e], net.edge_kind[e], share, net.edge_joins[e],
                                 joining[e], first, count, e, into))  # fmt: skip
                    begin = np.full_like(at[e], one) if e in self.outcomes else at[e]
                    begins.append(begin if shared else begin + skip)
        return np.array(rows, np.int64), np.stack(begins, axis=1)

    def _pieces(self, stage: int, edge: int) -> list[tuple[int, int, int, int]]:
        """Neighbouring columns of a stage that an edge leads to neighbouring columns of another:
        the first, how many, the first of the others, and how many shares come before theirs."""
        to = int(self.net.edge_to[edge])
        wide = int(self.width[to]) if to >= 0 else 1
        if stage == 0 and edge in self.outcomes:
            return [(*self.blocks[self.outcomes.index(edge)], 0, 0)]
        if stage == 0 and self.outcomes:
            blocks = self.blocks if self._asks(edge) else [(0, int(self.of_stage[0]))]
            return [(first, count, 0, 0) for first, count in blocks]
        own, lowest = int(self.width[stage]), int(self.lowest[stage])
        if own == 1 or edge in self.rest or (wide == 1 and self.even[edge]):
            return [(0, own, 0, 0)]
        if wide > 1 and own < self.groups - lowest:
            name = self.net.edges[edge].name
            raise ValueError(f"{name} leads from groups put together to groups apart")
        since = max(lowest, int(self.lowest[to])) if wide > 1 else lowest
        if self.nobody is None and since == 0 and wide in (1, own):
            return [(0, own, 0, 0)]
        column = {(g - lowest) % own: g for g in range(since, self.groups) if self._takes(edge, g)}
        found: list[tuple[int, int, int, int]] = []
        for c, g in sorted(column.items()):
            into = g % wide
            if found and c == sum(found[-1][:2]) and (wide == 1 or into == sum(found[-1][1:3])):
                found[-1] = (found[-1][0], found[-1][1] + 1, *found[-1][2:])
            else:
                found.append((c, 1, into, c))
        return found

    def _takes(self, edge: int, group: int) -> bool:
        return self.nobody is None or not self.nobody[edge, group]

    def stages(self, edge: Ints, pools: Ints, rates: Ints, n_months: int) -> Ints:
        """The kernel's table of stages; pools [P], rates [6, S]: their rows of rate."""
        net, width = self.net, self.of_stage
        of = net.edge_from[edge[:, kernel.FLOW]]
        first = np.searchsorted(of, np.arange(len(width)))
        stop = np.searchsorted(of, np.arange(len(width)), side="right")
        pool = np.where(net.stage_pool >= 0, np.append(pools, -1)[net.stage_pool], -1)
        room = np.concatenate([[0], np.cumsum(width * (BEFORE + n_months + 1))[:-1]])
        entered = np.isin(np.arange(len(width)), [0, *net.edge_to, *net.edge_joins])
        columns = (first, stop, net.stage_memory, pool, width, room, entered, *rates)
        return np.stack(columns, axis=1).astype(np.int64)


def by_group(net: Network, even: NDArray[np.bool_], recalls: bool) -> NDArray[np.bool_]:
    """Stages that need their groups apart, [S].

    even [E]: edges whose share is the same for all groups. A stage needs its groups when a share of
    its edges or of notices differs between them, or when an edge leads to a stage that needs them.
    """
    needs = np.zeros(len(net.stages) + 1, np.bool_)  # the last one stands for -1: out
    if net.stage_recall >= 0 and recalls:
        needs[net.stage_recall] = True
    needs[net.edge_from[~even]] = True
    for _ in net.stages:
        needs[net.edge_from[needs[net.edge_to] | needs[net.edge_joins]]] = True
        needs[-1] = False
    return needs[:-1]
