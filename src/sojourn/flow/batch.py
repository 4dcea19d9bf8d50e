"""What the kernel reads: of one run, spelled out by group, and of several runs, packed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import kernel
from sojourn.flow.stages import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BEFORE = 60
"""Months of entry kept for people who were waiting at the start."""

ENOUGH = 1e15
"""Capacity of a stage without limit, persons a month."""

AGE_LIMITS: Ints = np.array([6, 12, 24, 36], np.int64)
"""Limits in months of the ages reported for those waiting."""

RATES = ("part", "hazard", "lag", "newest", "min_age", "at_random")
"""Rates of a stage in the order of their columns in the kernel, from PART on."""


@dataclass(frozen=True)
class Rates:
    """Everything of one run that the scenario or the member changes, spelled out by group.

    epoch [T]; share_row [K, E]: row of share [R, G] for each epoch and edge; joining [E, T];
    pool_capacity [P, T] decisions a month; pool_part, hazard, lag, newest, newest_age, at_random
    [S, T]; recall_share [K, G]; recall_pace [T]; arrivals [1, T, G]; waiting [S, BEFORE] persons
    waiting at the start by month of entry, mix [S, G] their split over groups.
    """

    epoch: Ints
    share_row: Ints
    share: Floats
    joining: Floats
    pool_capacity: Floats
    pool_part: Floats
    hazard: Floats
    lag: Floats
    newest: Floats
    newest_age: Floats
    at_random: Floats
    recall_share: Floats
    recall_pace: Floats
    arrivals: Floats
    waiting: Floats
    mix: Floats

    @property
    def start(self) -> Floats:
        """People waiting at the start by month of entry and group, [S, BEFORE, G]."""
        return self.waiting[:, :, None] * self.mix[:, None]


class Layout(NamedTuple):
    """What is the same for all runs of a batch, as `kernel.run` reads it."""

    edge: Ints
    stage: Ints
    plan: Ints
    merge: Ints
    cell: Ints
    epoch: Ints
    share_at: Ints


class Given(NamedTuple):
    """Numbers of each run of a batch, as `kernel.run` reads them."""

    claims: Floats
    entering: Floats
    share: Floats
    rate: Floats
    recall_share: Floats
    waiting: Floats
    mix: Floats


@dataclass(frozen=True)
class Batch:
    """Several runs of one network, packed as the kernel reads them."""

    network: Network
    layout: Layout
    given: Given

    def one(self, i: int) -> Rates:
        """Run i spelled out: every stage by every group."""
        (edge, stage, plan, merge, _, epoch, share_at), given = self.layout, self.given
        net, rate = self.network, given.rate[:, i]
        part, hazard, lag, newest, min_age, at_random = rate[stage[:, kernel.PART :].T]
        pools = np.empty(len(net.pools), np.int64)
        drawing = net.stage_pool >= 0
        pools[net.stage_pool[drawing]] = stage[drawing, kernel.POOL]
        joins = net.edge_joins >= 0
        joining = np.zeros((len(net.edges), epoch.size))
        joining[joins] = rate[edge[joins, kernel.JOINING]]
        at, row = np.unique(share_at, return_inverse=True)
        row = row.reshape(share_at.shape)
        of = np.empty(at.size, np.int64)
        of[row] = np.arange(len(net.edges))
        share = given.share[at[:, None] + self._columns()[of], i]
        return Rates(
            epoch, row, share, joining, rate[pools], part, hazard, lag, newest, min_age, at_random,
            given.recall_share[i], rate[plan[kernel.PACE]], self.arrivals(i)[None],
            given.waiting[i], np.broadcast_to(given.mix[i], (len(net.stages), merge.size)),
        )  # fmt: skip

    def arrivals(self, i: int) -> Floats:
        """Arrivals of run i by group, [T, G]."""
        layout, given = self.layout, self.given
        return given.claims[i].take(layout.cell, axis=1) * given.entering[i, layout.epoch]

    def joining(self, edge: int) -> Floats:
        """Persons who join for each person on the edge, [n, T]."""
        return self.given.rate[self.layout.edge[edge, kernel.JOINING]]

    def _columns(self) -> Ints:
        """Where the share of each group stands within an edge's shares, [E, G]."""
        edge, stage, merge = self.layout.edge, self.layout.stage, self.layout.merge
        width = stage[self.network.edge_from, kernel.WIDTH]
        width = np.where(edge[:, kernel.EVEN] == 1, 1, width)[:, None]
        every = np.arange(merge.size)
        return np.where(width == every.size, every, np.where(width == 1, 0, merge))


def of(net: Network, rates: Rates, *, keep: bool = False, watch: int = 0) -> Batch:
    """One run packed as it is: each stage on all groups, or on their sum where none differ.

    keep: every stage on all groups; watch: as in the kernel.
    """
    n_stages, n_pools, n_edges = len(net.stages), len(net.pools), len(net.edges)
    groups = rates.share.shape[1]
    even = (rates.share == rates.share[:, :1]).all(axis=1)[rates.share_row].all(axis=0)
    needs = by_group(net, even, bool(rates.recall_share.any())) | keep
    rate = np.concatenate(
        [
            rates.pool_part, rates.hazard, rates.lag, rates.newest, rates.newest_age,
            rates.at_random, rates.pool_capacity, rates.joining, rates.recall_pace[None],
        ]
    )  # fmt: skip
    pools = len(RATES) * n_stages
    joining = pools + n_pools
    every = np.arange(groups)
    layout = Layout(
        edges(net, even, joining + np.arange(n_edges)),
        stages(
            net, np.where(needs, groups, 1), pools + np.arange(n_pools),
            np.arange(pools).reshape(len(RATES), n_stages), rates.epoch.size,
        ),
        np.array([net.stage_recall, watch, 0, joining + n_edges]),
        every, every, rates.epoch, rates.share_row * groups,
    )  # fmt: skip
    given = (
        rates.arrivals, np.ones((1, len(rates.share_row), groups)), rates.share.reshape(-1, 1),
        rate[:, None], rates.recall_share[None], rates.waiting[None], rates.mix[None],
    )  # fmt: skip
    return Batch(net, layout, Given(*map(np.ascontiguousarray, given)))


def edges(net: Network, even: NDArray[np.bool_], joining: Ints) -> Ints:
    """The kernel's table of edges; even [E]: all groups share alike; joining [E]: row of rate."""
    columns = (net.edge_to, net.edge_kind, even, net.edge_joins, joining)
    return np.stack(np.broadcast_arrays(*columns), axis=1).astype(np.int64)


def stages(net: Network, width: Ints, pools: Ints, rates: Ints, n_months: int) -> Ints:
    """The kernel's table of stages; width [S]; pools [P], rates [6, S]: their rows of rate."""
    pool = np.where(net.stage_pool >= 0, np.append(pools, -1)[net.stage_pool], -1)
    room = np.concatenate([[0], np.cumsum(width * (BEFORE + n_months + 1))[:-1]])
    columns = (*net.stage_edges.T, net.stage_memory, net.stage_by_entry, pool, width, room, *rates)
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
