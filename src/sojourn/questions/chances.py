"""The chance of each step of a single claim, read off a cohort run.

Within a stage everyone who entered in one month has the same chance to leave, so the run's
fraction still waiting is the survival of each of them; shares of edges are those of their group.
Recall by notice comes on top: whom it reaches differs by group (docs/how-it-works.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import queue
from sojourn.flow.batch import Rates
from sojourn.flow.columns import BEFORE
from sojourn.flow.kernel import DECISION, EXIT, RECALL
from sojourn.flow.simulate import Flows
from sojourn.flow.stages import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Step:
    """How some people leave a stage: month [n] (T: still there at the end) and edge [n] (or -1)."""

    month: Ints
    edge: Ints


@dataclass(frozen=True)
class Chances:
    """What a run says about single claims.

    `trace` [S, T, T]: fraction of those who entered in a month still waiting at the end of each;
    `survival` [S, T]: running log chance to stay, for stages without memory.
    """

    network: Network
    rates: Rates
    trace: Floats
    survival: Floats
    decided: Floats

    def leave(
        self, stage: int, since: Ints, group: Ints, exit_: Floats, kind: Floats, edge: Floats,
        notice: tuple[Ints, Floats] | None = None,
    ) -> Step:  # fmt: skip
        """Step of people in `group` [n] who entered the stage in month `since` [n].

        exit_, kind, edge, notice: uniform draws [n] for the month of leaving, whether by decision
        or while waiting, the edge, and (where the law recalls, with the month of the claim [n])
        the month a notice reaches them.
        """
        n_months = self.survival.shape[1]
        if self.network.stage_memory[stage] == 1:
            month = _first_below(self.trace[stage], since, exit_)
        else:
            before = np.where(since > 0, self.survival[stage, np.maximum(since - 1, 0)], 0.0)
            month = np.searchsorted(-self.survival[stage], -(before + np.log(exit_)))
            month = np.maximum(month, since)
        while_waiting = kind < self._exit_part(stage, since, np.minimum(month, n_months - 1))
        kinds = np.where(while_waiting, EXIT, DECISION)
        if notice is not None:
            told = self._notice(since, *notice, group)
            # a month's notices go out after its exits and before its decisions
            first = (told < month) | ((told == month) & ~while_waiting & (told < n_months))
            month, kinds = np.where(first, told, month), np.where(first, RECALL, kinds)
        return Step(month, self._edge(stage, since, month, group, kinds, edge))

    def _exit_part(self, stage: int, since: Ints, month: Ints) -> Floats:
        """Chance that someone who leaves in the month leaves while waiting, [n]."""
        hazard = self.rates.hazard[stage, month]
        if self.network.stage_memory[stage] == 1:
            trace = self.trace[stage]
            start = np.where(month > since, trace[since, np.maximum(month - 1, 0)], 1.0)
            leaving = start - trace[since, month]
        else:
            start = np.ones(month.size)
            leaving = 1.0 - (1.0 - hazard) * (1.0 - self.decided[stage, month])
        return np.divide(hazard * start, leaving, out=np.ones(month.size), where=leaving > 0.0)

    def _notice(self, since: Ints, claimed: Ints, u: Floats, group: Ints) -> Ints:
        """Month in which a notice reaches people who entered in `since` with claims made in
        `claimed`, [n]; T: never."""
        pace = np.log1p(-np.minimum(self.rates.recall_pace, 1.0 - 1e-15))
        running = np.concatenate([[0.0], np.cumsum(pace)])
        share = self.rates.recall_share[self.rates.epoch[claimed], group]
        # reached by month t: share x (1 - product of (1 - pace) since entry)
        safe = np.where(share > 0.0, share, 1.0)
        stay = np.where(share > 0.0, 1.0 - (1.0 - u) / safe, 0.0)
        reached = stay > 0.0
        level = running[since] + np.log(np.where(reached, stay, 1.0))
        month = np.searchsorted(-running[1:], -level)
        return np.where(reached, np.maximum(month, since), running.size - 1)

    def _edge(
        self, stage: int, since: Ints, month: Ints, group: Ints, kinds: Ints, u: Floats
    ) -> Ints:
        n_months = self.survival.shape[1]
        found = np.full(month.size, -1, np.int64)
        low, high = self.network.stage_edges[stage]
        for kind in (DECISION, EXIT, RECALL):
            edges = np.array([e for e in range(low, high) if self.network.edge_kind[e] == kind])
            who = np.flatnonzero((kinds == kind) & (month < n_months))
            if not who.size or not edges.size:
                continue
            by_entry = kind == DECISION and self.network.stage_by_entry[stage] == 1
            epoch = self.rates.epoch[since[who] if by_entry else month[who]]
            rows = self.rates.share_row[epoch[:, None], edges]
            upto = np.cumsum(self.rates.share[rows, group[who][:, None]], axis=1)
            pick = (u[who] * upto[:, -1])[:, None] >= upto
            found[who] = edges[np.minimum(pick.sum(axis=1), edges.size - 1)]
        return found


def of(flows: Flows) -> Chances:
    """Chances of a run; the run is made once more, keeping who still waits month by month."""
    network, rates = flows.network, flows.rates
    ran = queue.run(network, rates, trace=True)
    decided = np.zeros_like(ran.stock_total)
    for s in range(len(network.stages)):
        low, high = network.stage_edges[s]
        mine = np.arange(low, high)
        by_decision = mine[network.edge_kind[low:high] == DECISION]
        back = np.flatnonzero((network.edge_to == s) & (network.edge_from > s))
        out = ran.flow_total[by_decision].sum(axis=0)
        there = out + ran.stock_total[s] - ran.flow_total[back].sum(axis=0)
        decided[s] = np.divide(out, there, out=np.zeros(out.size), where=there > 1e-9)
    stay = np.log1p(-np.minimum(rates.hazard, 1.0 - 1e-15))
    stay += np.log1p(-np.minimum(decided, 1.0 - 1e-15))
    trace = np.maximum(ran.trace[:, BEFORE:], 0.0)
    return Chances(network, rates, trace, np.cumsum(stay, axis=1), decided)


def _first_below(trace: Floats, since: Ints, u: Floats) -> Ints:
    """First month from `since` [n] whose fraction still waiting is at most u [n]; T: none."""
    n_months = trace.shape[1]
    month = np.full(since.size, n_months, np.int64)
    order = np.argsort(since, kind="stable")
    starts = since[order]
    edges = np.flatnonzero(np.diff(starts)) + 1
    for part in np.split(order, edges):
        if part.size:
            first = int(since[part[0]])
            month[part] = first + np.searchsorted(-trace[first, first:], -u[part])
    return month
