"""Small networks for kernel tests, and a slow readable twin of the kernel.

The twin is the literal version: each cohort holds its people by group, and those whom a notice
can reach are kept apart, so nothing of the kernel's arithmetic is shared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sojourn.flow import kernel, queue
from sojourn.flow.batch import Rates
from sojourn.flow.columns import BEFORE
from sojourn.flow.stages import Edge, Network, Stage, network
from sojourn.inputs.dimensions import Label


@dataclass
class Case:
    """A network, its rates, and what a run made of them."""

    network: Network
    rates: Rates
    stock: np.ndarray = field(init=False)
    flow: np.ndarray = field(init=False)
    left: np.ndarray = field(init=False)
    waited: np.ndarray = field(init=False)
    age: np.ndarray = field(init=False)

    def total(self, stage: str) -> np.ndarray:
        """People in the stage at month end, [T]."""
        return self.stock[self.network.stage(stage)].sum(axis=1)

    def moved(self, edge: str) -> np.ndarray:
        """People on the edge, [T]."""
        return self.flow[self.network.edge(edge)].sum(axis=1)

    def mean_wait(self, stage: str) -> np.ndarray:
        """Mean months of those leaving, [T]; NaN when nobody leaves."""
        s = self.network.stage(stage)
        out = np.full(self.left[s].shape, np.nan)
        return np.divide(self.waited[s], self.left[s], out=out, where=self.left[s] > 0)


def build(
    stages: list[tuple[str, bool, str] | tuple[str, bool, str, bool]],
    edges: list[tuple[str, str, str, str] | tuple[str, str, str, str, str]],
    *,
    months: int,
    groups: int = 1,
    arrivals: Any = 0.0,
    capacity: dict[str, Any] | None = None,
    hazard: dict[str, Any] | None = None,
    lag: dict[str, Any] | None = None,
    newest: dict[str, Any] | None = None,
    newest_age: dict[str, Any] | None = None,
    at_random: dict[str, Any] | None = None,
    part: dict[str, Any] | None = None,
    share: dict[str, Any] | None = None,
    epoch: Any = None,
    joining: dict[str, Any] | None = None,
    reached: Any = 0.0,
    pace: Any = 0.0,
    start: dict[str, Any] | None = None,
) -> Case:
    """A case from words: stages (name, cohorts, pool[, by_entry]), edges (name, stage, to, kind
    [, joins]). `arrivals` enter the first stage, [T, G] or broadcast. `capacity` by pool a month;
    `share` by edge [K, G] or broadcast, 1 where not given; `start` by stage {months ago: [G]}.
    """
    label = Label("", "")
    net = network(
        tuple(Stage(s[0], label, s[1], s[2], len(s) > 3 and bool(s[3]), False) for s in stages),
        tuple(Edge(e[0], e[1], e[2], e[3], e[4] if len(e) > 4 else "", label) for e in edges),
    )
    n_stages, n_edges = len(net.stages), len(net.edges)
    epoch = np.zeros(months, np.int64) if epoch is None else np.asarray(epoch, np.int64)
    n_epochs = int(epoch.max()) + 1

    def by_stage(given: dict[str, Any] | None, default: float = 0.0) -> np.ndarray:
        table = np.full((n_stages, months), default)
        for name, value in (given or {}).items():
            table[net.stage(name)] = value
        return table

    shares = np.ones((n_edges, n_epochs, groups))
    for name, value in (share or {}).items():
        shares[net.edge(name)] = value
    pools = np.zeros((len(net.pools), months))
    for name, value in (capacity or {}).items():
        pools[net.pools.index(name)] = value
    joins = np.zeros((n_edges, months))
    for name, value in (joining or {}).items():
        joins[net.edge(name)] = value
    first = np.zeros((n_stages, BEFORE, groups))
    for name, ages in (start or {}).items():
        for ago, people in ages.items():
            first[net.stage(name), BEFORE - ago] = people
    # one mix of groups for all who wait in a stage at the start
    waiting, mix = first.sum(axis=2), first.sum(axis=1)
    mix /= np.maximum(mix.sum(axis=1, keepdims=True), 1e-300)
    np.testing.assert_allclose(waiting[:, :, None] * mix[:, None], first, rtol=1e-12)
    row = np.arange(n_edges)[None, :] * n_epochs + np.arange(n_epochs)[:, None]
    rates = Rates(
        epoch, row, shares.reshape(-1, groups), joins, pools, by_stage(part, 1.0),
        by_stage(hazard), by_stage(lag), by_stage(newest), by_stage(newest_age),
        by_stage(at_random), np.broadcast_to(reached, (n_epochs, groups)).copy(),
        np.broadcast_to(pace, months).copy(),
        np.broadcast_to(arrivals, (1, months, groups)).astype(float).copy(), waiting, mix,
    )  # fmt: skip
    return Case(net, rates)


@contextmanager
def uncompiled() -> Iterator[Any]:
    """The kernel as plain Python, its steps too."""
    steps = {name: f for name, f in vars(kernel).items() if hasattr(f, "py_func")}
    try:
        for name, f in steps.items():
            setattr(kernel, name, f.py_func)
        yield kernel.run
    finally:
        for name, f in steps.items():
            setattr(kernel, name, f)


def run(case: Case, *, compiled: bool = True) -> Case:
    """Run the kernel on the case, compiled or as plain Python."""
    if not compiled:
        with uncompiled() as function:
            return _run(case, function)
    return _run(case, None)


def _run(case: Case, function: Any) -> Case:
    made = queue.run(case.network, case.rates, keep=True, function=function)
    case.stock, case.flow, case.left, case.waited = made.stocks, made.flows, made.left, made.waited
    case.age = made.age
    totals = queue.run(case.network, case.rates, function=function)
    np.testing.assert_allclose(totals.stock_total, case.stock.sum(axis=2), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(totals.flow_total, case.flow.sum(axis=2), rtol=1e-9, atol=1e-6)
    return case


def conservation_error(case: Case) -> float:
    """Largest |change of stock - (arrivals + flows in - flows out)| over stages, months, groups."""
    net, rates = case.network, case.rates
    worst = 0.0
    for s in range(len(net.stages)):
        came = np.zeros(case.stock.shape[1:])
        if s == 0:
            came += rates.arrivals[0]
        for e in range(len(net.edges)):
            if net.edge_to[e] == s:
                came += case.flow[e]
            if net.edge_joins[e] == s:
                came += rates.joining[e][:, None] * case.flow[e]
            if net.edge_from[e] == s:
                came -= case.flow[e]
        before = np.concatenate([rates.start[s].sum(axis=0)[None], case.stock[s][:-1]])
        worst = max(worst, float(np.abs(case.stock[s] - before - came).max()))
    return worst


@dataclass
class _Cohort:
    month: int
    people: np.ndarray
    reachable: np.ndarray
    held: float = 0.0

    def able(self) -> float:
        """How many are ready for a decision and not decided."""
        return max(self.people.sum() - self.held, 0.0)

    def lose(self, fraction: float) -> np.ndarray:
        """Let the fraction go, of all groups and of those reachable alike."""
        gone = fraction * self.people
        self.people = self.people - gone
        self.reachable = self.reachable * (1.0 - fraction)
        return gone


def twin(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The literal model: stock [S, T, G], flow [E, T, G], months waited by those leaving [S, T]."""
    made = _Twin(case.network, case.rates)
    for t in range(case.rates.arrivals.shape[1]):
        made.month(t)
    return made.stock, made.flow, made.waited


class _Twin:
    def __init__(self, net: Network, rates: Rates) -> None:
        self.net, self.rates = net, rates
        _, months, self.groups = rates.arrivals.shape
        n_stages = len(net.stages)
        self.stock = np.zeros((n_stages, months, self.groups))
        self.flow = np.zeros((len(net.edges), months, self.groups))
        self.waited = np.zeros((n_stages, months))
        self.back = np.zeros((n_stages, self.groups))
        self.queues = [
            [
                _Cohort(b - BEFORE, rates.start[s, b], np.zeros(self.groups))
                for b in range(BEFORE)
                if rates.start[s, b].any()
            ]
            for s in range(n_stages)
        ]

    def month(self, t: int) -> None:
        """One month: every stage in order, then the stocks."""
        self.t, self.epoch = t, int(self.rates.epoch[t])
        self.coming, self.back = self.back, np.zeros_like(self.back)
        self.fresh = np.zeros(self.groups)
        if self.net.stage_recall == 0:
            self.fresh = self.rates.arrivals[0, t] * self.rates.recall_share[self.epoch]
        self.coming[0] += self.rates.arrivals[0, t]
        self.spare = self.rates.pool_capacity[:, t].copy()
        for s in range(len(self.net.stages)):
            self.stage(s)
        for s, waiting in enumerate(self.queues):
            self.queues[s] = [c for c in waiting if c.people.sum() > 0]
            people = sum((c.people for c in self.queues[s]), np.zeros(self.groups))
            self.stock[s, t] = people + self.back[s]

    def stage(self, s: int) -> None:
        net, rates, t, queue = self.net, self.rates, self.t, self.queues[s]
        recalls = s == net.stage_recall
        # whom a notice reaches hangs on the month of the claim, and no claim sent back is reached
        fresh = self.fresh if recalls else np.zeros(self.groups)
        queue.append(_Cohort(t, self.coming[s].copy(), fresh))
        if rates.hazard[s, t] > 0:
            for cohort in queue:
                self.leave(s, "exit", cohort, cohort.lose(rates.hazard[s, t]))
        if recalls and rates.recall_pace[t] > 0:
            for cohort in queue:
                gone = rates.recall_pace[t] * cohort.reachable
                cohort.reachable = cohort.reachable - gone
                cohort.people = cohort.people - gone
                self.leave(s, "recall", cohort, gone)
        pool = net.stage_pool[s]
        if pool < 0:
            return
        budget = min(self.spare[pool], rates.pool_capacity[pool, t] * rates.pool_part[s, t])
        if net.stages[s].cohorts:
            self.spare[pool] -= self.decide(s, budget)
            return
        everyone = sum(c.people.sum() for c in queue)
        fraction = min(1.0, budget / everyone) if everyone > 0 else 0.0
        self.spare[pool] -= fraction * everyone
        for cohort in queue:
            self.leave(s, "decision", cohort, cohort.lose(fraction))

    def decide(self, s: int, budget: float) -> float:
        """Newest first, at random, oldest first; how many were decided."""
        rates, t, queue = self.rates, self.t, self.queues[s]
        for c in queue:
            ready = min(max(t - c.month + 1 - rates.lag[s, t], 0.0), 1.0)
            c.held = (1.0 - ready) * c.people.sum()
        rest = budget
        part = min(rest, budget * rates.newest[s, t])
        for cohort in sorted(queue, key=lambda c: -c.month):
            if t - cohort.month >= math.ceil(rates.newest_age[s, t]):
                number = min(part, cohort.able())
                self.finish(s, cohort, number)
                part -= number
                rest -= number
        part = min(rest, budget * rates.at_random[s, t])
        ready = sum(c.able() for c in queue)
        fraction = min(1.0, part / ready) if ready > 0 else 0.0
        for cohort in queue:
            number = fraction * cohort.able()
            self.finish(s, cohort, number)
            rest -= number
        for cohort in sorted(queue, key=lambda c: c.month):
            number = min(rest, cohort.able())
            self.finish(s, cohort, number)
            rest -= number
        return budget - rest

    def finish(self, s: int, cohort: _Cohort, number: float) -> None:
        if number > 0:
            gone = cohort.lose(min(number / cohort.people.sum(), 1.0))
            self.leave(s, "decision", cohort, gone)

    def leave(self, s: int, kind: str, cohort: _Cohort, gone: np.ndarray) -> None:
        """Send those leaving over the edges of a kind."""
        net, t = self.net, self.t
        self.waited[s, t] += gone.sum() * (t - cohort.month)
        epoch = self.epoch
        if kind == "decision" and net.stages[s].by_entry:
            epoch = int(self.rates.epoch[max(cohort.month, 0)])
        for e, edge in enumerate(net.edges):
            if edge.stage != net.stages[s].name or edge.kind != kind:
                continue
            moved = gone * self.rates.share[self.rates.share_row[epoch, e]]
            self.flow[e, t] += moved
            to, joins = net.edge_to[e], net.edge_joins[e]
            referred = net.edge_from[e] == 0 and kind == "decision" and to == net.stage_recall
            if referred and cohort.month >= 0:
                self.fresh += moved * self.rates.recall_share[self.rates.epoch[cohort.month]]
            if to > s:
                self.coming[to] += moved
            elif to >= 0:
                self.back[to] += moved
            if joins >= 0:
                self.coming[joins] += self.rates.joining[e, t] * moved
