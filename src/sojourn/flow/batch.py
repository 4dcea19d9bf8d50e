"""What the kernel reads: of one run, spelled out by group, and of several runs, packed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import kernel
from sojourn.flow.columns import Columns, by_group
from sojourn.flow.stages import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

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
    link: Ints
    link_at: Ints
    epoch: Ints
    share_at: Ints
    law_epoch: Ints
    reach_row: Ints


class Given(NamedTuple):
    """Numbers of each run of a batch, the last axis of each, as `kernel.run` reads them (of the
    pattern, numbers of all runs where its last axis has one place).

    waiting [S, BEFORE, n], mix [S, W, n]: as of `Rates`, by column.
    """

    level: Floats
    pattern: Floats
    entering: Floats
    share: Floats
    rate: Floats
    reach: Floats
    waiting: Floats
    mix: Floats


@dataclass(frozen=True)
class Batch:
    """Several runs of one network, packed as the kernel reads them; `one` spells a run out."""

    network: Network
    layout: Layout
    given: Given
    spell: Callable[[Batch, int], Rates] = field(repr=False)

    def one(self, i: int) -> Rates:
        """Run i spelled out: every stage by every group."""
        return self.spell(self, i)

    def joining(self, edge: int) -> Floats:
        """Persons who join for each person on the edge, [T, n]."""
        at = np.flatnonzero(self.layout.edge[:, kernel.FLOW] == edge)[0]
        return self.given.rate[self.layout.edge[at, kernel.JOINING]]

    def rates_of_stages(self, i: int) -> Floats:
        """The rates of run i that stages have, [len(RATES), S, T]."""
        return self.given.rate[self.layout.stage[:, kernel.PART :].T, :, i]

    def capacity(self, i: int) -> Floats:
        """Decisions a month of each pool in run i, [P, T]."""
        net = self.network
        pools = np.empty(len(net.pools), np.int64)
        drawing = net.stage_pool >= 0
        pools[net.stage_pool[drawing]] = self.layout.stage[drawing, kernel.POOL]
        return self.given.rate[pools, :, i]


def of(net: Network, rates: Rates, *, keep: bool = False, watch: int = 0) -> Batch:
    """One run packed as it is: each stage on all groups, or on their sum where none differ.

    keep: every stage on all groups; watch: as in the kernel.
    """
    n_stages, n_pools, n_edges = len(net.stages), len(net.pools), len(net.edges)
    epochs, groups = len(rates.share_row), rates.share.shape[1]
    even = (rates.share == rates.share[:, :1]).all(axis=1)[rates.share_row].all(axis=0)
    by_entry = [e for e in range(*net.stage_edges[0]) if net.edge_kind[e] == kernel.DECISION]
    outcomes = tuple(by_entry) if net.stage_by_entry[0] == 1 else ()
    apart = by_group(net, even, bool(rates.recall_share.any())) | keep
    width, even = np.where(apart, groups, 1), even & ~keep
    columns = Columns(net, width, np.zeros_like(width), even, outcomes, groups, keep)
    pools = len(RATES) * n_stages
    joining = pools + n_pools
    at = {e: rates.share_row[:, e] * groups for e in range(n_edges)}
    edge, share_at = columns.edges(joining + np.arange(n_edges), rates.share.size, at)
    # groups of the first stage's claims, and the part of each that has each outcome
    to, entering = np.zeros((1, groups), np.int64), np.ones((epochs, 1, groups))
    if outcomes:
        to = np.stack([first + np.arange(groups) % count for first, count in columns.blocks])
        entering = rates.share[rates.share_row[:, list(outcomes)]]
    elif columns.width[0] > 1:
        to[0] = np.arange(groups)
    reached = rates.recall_share
    if outcomes and net.stage_recall > 0:
        there = [outcomes.index(e) for e in outcomes if net.edge_to[e] == net.stage_recall]
        reached = reached * entering[:, there].sum(axis=1)
    reach = reached[rates.epoch] * rates.arrivals[0]
    told = np.flatnonzero(reach.any(axis=1))
    reach_row = np.full(rates.epoch.size, -1)
    reach_row[told] = np.arange(told.size)
    layout = Layout(
        edge,
        columns.stages(
            edge, pools + np.arange(n_pools), np.arange(pools).reshape(len(RATES), n_stages),
            rates.epoch.size,
        ),
        np.array([net.stage_recall, watch, 0, joining + n_edges, 0, 0]),
        *links(to, entering > 0.0, groups, np.arange(groups)), rates.epoch, share_at, rates.epoch,
        reach_row,
    )  # fmt: skip
    rate = np.concatenate(
        [
            rates.pool_part, rates.hazard, rates.lag, rates.newest, rates.newest_age,
            rates.at_random, rates.pool_capacity, rates.joining, rates.recall_pace[None],
        ]
    )  # fmt: skip
    widest = int(columns.of_stage.max())
    mix = np.zeros((n_stages, widest))
    shown = min(groups, widest)  # fewer than all only where no stage has them
    mix[:, :shown] = rates.mix[:, :shown]
    if outcomes:
        mix[0] = 0.0
        own = rates.mix[0] * entering[0]
        for (first, count), part in zip(columns.blocks, own, strict=True):
            mix[0, first : first + count] = part if count == groups else part.sum()
    given = (
        np.ones_like(rates.arrivals[0, :, :1]), rates.arrivals[0], entering,
        np.append(rates.share.reshape(-1), 1.0), rate, reach[told], rates.waiting, mix,
    )  # fmt: skip
    return Batch(net, layout, Given(*(np.ascontiguousarray(x)[..., None] for x in given)),
                 lambda _, __: rates)  # fmt: skip


def links(to: Ints, anyone: NDArray[np.bool_], together: int, own: Ints) -> tuple[Ints, Ints]:
    """The kernel's `link` and `link_at`: the parts of cells by which anyone enters.

    to [O, cells]: column of the first stage that a part of a cell's claims enters; together:
    neighbouring cells that have one level; own [cells]: where each stands in anyone [law epochs, O,
    ..].
    """
    epoch, part, cell = np.nonzero(anyone[:, :, own])
    first = np.searchsorted(epoch, np.arange(len(anyone) + 1))
    return np.stack([part, own[cell], cell // together, cell, to[part, cell]], axis=1), first


def claims(given: Given, i: int) -> Floats:
    """Claims of run i by cell, [T, cells]."""
    level, pattern = given.level[..., i], given.pattern
    each = pattern[..., i if pattern.shape[-1] > 1 else 0]
    return level.repeat(each.shape[1] // level.shape[1], axis=1) * each


def beside(batches: Sequence[Batch]) -> Batch:
    """Batches of one layout as one, run after run."""
    first = batches[0]
    given = Given(*(
        np.concatenate(parts, axis=-1) for parts in zip(*(b.given for b in batches), strict=True)
    ))  # fmt: skip
    return Batch(first.network, first.layout, given, first.spell)
