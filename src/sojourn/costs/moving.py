"""How a cohort moves in a run: waits and shares read from its stocks and flows, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.costs.follow import Way
from sojourn.flow import stages
from sojourn.flow.claim_parts import Shares
from sojourn.flow.groups import MODE_OF, NATIONALITY_OF
from sojourn.flow.simulate import Flows
from sojourn.inputs.dimensions import MODES
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]

WITHDRAWN = {"eligibility": "eligibility.withdrawn", "rpd": "rpd.withdrawn", "rad": "rad.closed"}
"""Monthly share that leaves each of these queues while waiting."""

POOLS = ("removal", "without_status", "stayed")
"""Stages without memory, in which everyone has the same chance to leave."""

NOTICE = "rpd.notice"
EARLY = 0.5
"""Part of the wait that those who leave while waiting have waited."""


@dataclass(frozen=True)
class Moving:
    """Waits [S, T] and shares of one run from the first month of the cohort on.

    decided [E, T, G]: share of an edge among decisions (or among all who leave a pool);
    leaving [E, T, G]: share of an edge among those who leave while waiting; hazard [S, T]: monthly
    share who do; notice [T, G]: share that a later law reaches, by month of entry; pace [T] of it.
    """

    first: int
    wait: Floats
    decided: Floats
    leaving: Floats
    hazard: Floats
    notice: Floats
    pace: Floats


def read(flows: Flows, paths: Paths, shares: Shares, first: int, mask: NDArray[np.bool_]) -> Moving:
    """What a cohort that enters from month `first` on will meet, for the groups of `mask`."""
    network = flows.network
    begin = int(first - flows.months[0])
    span = slice(begin, None)
    by_group = flows.flows[:, span][:, :, mask]
    n_edges, n_months, _ = by_group.shape
    decided, leaving = np.zeros((2, n_edges, n_months, int(mask.sum())))
    hazard = np.zeros((len(network.stages), n_months))
    wait = np.zeros((len(network.stages), n_months))
    for s, stage in enumerate(network.stages):
        low, high = network.stage_edges[s]
        edges = np.arange(low, high)
        kinds = np.array([network.edges[e].kind for e in edges])
        pool = stage.name in POOLS
        first_kind = edges if pool else edges[kinds == "decision"]
        decided[first_kind] = _parts(by_group[first_kind], flows.flow_total[first_kind, span])
        if stage.name in WITHDRAWN:
            gone = edges[kinds == "exit"]
            leaving[gone] = _parts(by_group[gone], flows.flow_total[gone, span])
            hazard[s] = paths[WITHDRAWN[stage.name]][span]
        wait[s] = _wait(flows, stage.name, pool)[span]
    told = flows.wait_new[span]
    rpd = network.stage("rpd")
    wait[rpd] = np.where(np.isfinite(told), told, wait[rpd])
    cell = shares.notice[shares.epoch[span]]
    notice = cell[:, MODE_OF[mask], NATIONALITY_OF[mask]]
    return Moving(first, wait, decided, leaving, hazard, notice, paths["rpd.notice_pace"][span])


def _parts(flow: Floats, total: Floats) -> Floats:
    """Each edge's part of those leaving, [E, T, G]; a group without flow moves as all do."""
    flow, total = np.maximum(flow, 0.0), np.maximum(total, 0.0)
    whole = flow.sum(axis=0)
    everyone = total.sum(axis=0)
    of_all = np.divide(total, everyone, out=np.zeros_like(total), where=everyone > 1e-9)
    mine = np.divide(flow, whole, out=np.zeros_like(flow), where=whole > 1e-9)
    return np.where(whole > 1e-9, mine, of_all[:, :, None])


def _wait(flows: Flows, stage: str, pool: bool) -> Floats:
    """Months that someone who enters in each month will stay, [T].

    A queue: until as many have left as were waiting at the month's end (oldest first); a pool: the
    stock over those who leave. After the last month the last twelve go on.
    """
    stock, left = flows.total_stock(stage), flows.total_left(stage)
    if pool:
        return np.divide(stock, left, out=np.zeros_like(stock), where=left > 1e-9)
    rate = max(float(left[-12:].mean()), 1e-9)
    done = np.concatenate([[0.0], np.cumsum(left)])
    month = np.arange(done.size, dtype=np.float64)
    target = done[1:] + stock
    inside = np.interp(target, done + 1e-9 * month, month)
    beyond = month[-1] + (target - done[-1]) / rate
    until = np.where(target > done[-1], beyond, inside)
    return np.maximum(until - month[1:], 0.0)


@dataclass(frozen=True)
class RunCourse:
    """A cohort in one or more runs (see `follow.Course`): one member for each of `runs`."""

    entry: Floats
    persons: Floats
    weight: Floats
    at_border: Floats
    between: Floats
    per_claim: Mapping[str, Floats]
    runs: Sequence[Moving]
    all_removed: bool = False

    def ways(self, stage: str, start: Floats) -> list[Way]:
        """Ways out of a stage at the waits and shares of the months in which they are met.

        all_removed: whoever is finally refused is removed, as in the scope of the PBO.
        """
        network = stages.load()
        s = network.stage(stage)
        low, high = network.stage_edges[s]
        names = [network.edges[e].name for e in range(low, high)]
        size = (self.weight.shape[0], len(self.runs), self.entry.size)
        share = np.zeros((len(names), *size))
        wait = np.zeros(size[1:])
        start = np.broadcast_to(start, size[1:])
        for m, run in enumerate(self.runs):
            share[:, :, m], wait[m] = self._one(run, s, start[m], low, high, names)
        if stage == "removal" and self.all_removed:
            return [Way("removal.removed", np.ones(size), wait)]
        early = EARLY * wait
        return [
            Way(name, share[k], wait if network.edges[low + k].kind == "decision" else early)
            for k, name in enumerate(names)
        ]

    def _one(
        self, run: Moving, s: int, start: Floats, low: int, high: int, names: list[str]
    ) -> tuple[Floats, Floats]:
        last = run.wait.shape[1] - 1

        def month(when: Floats) -> NDArray[np.int64]:
            return np.clip(np.floor(when).astype(np.int64) - run.first, 0, last)

        here = month(self.entry + start)
        wait = run.wait[s, here]
        out = month(self.entry + start + wait)
        gone = 1.0 - (1.0 - run.hazard[s, here]) ** wait
        decided = run.decided[low:high, out].transpose(0, 2, 1)
        share = (1.0 - gone) * decided
        if np.any(gone > 0.0):
            midway = month(self.entry + start + EARLY * wait)
            share = share + gone * run.leaving[low:high, midway].transpose(0, 2, 1)
        if NOTICE in names:
            slow = np.concatenate([[0.0], np.cumsum(np.log1p(-np.minimum(run.pace, 0.999999)))])
            reached = 1.0 - np.exp(slow[np.minimum(out + 1, last + 1)] - slow[here])
            told = np.maximum(run.notice[month(self.entry)].T * reached, 0.0)
            share = (1.0 - told) * share
            share[names.index(NOTICE)] = told
        return share, wait


def course(
    runs: Sequence[Moving],
    flows: Flows,
    first: int,
    mask: NDArray[np.bool_],
    per_claim: Mapping[str, Floats],
    all_removed: bool,
) -> RunCourse:
    """The cohort that enters in the twelve months from `first`, of the groups of `mask`."""
    begin = int(first - flows.months[0])
    arrived = flows.rates.arrivals[0][begin : begin + 12][:, mask]
    persons = arrived.sum(axis=1)
    weight = np.divide(
        arrived, persons[:, None], out=np.zeros_like(arrived), where=persons[:, None] > 0.0
    )
    modes = list(MODES)
    border = {modes.index(mode) for mode in ("land_port", "between_ports", "airport")}
    of = MODE_OF[mask]
    return RunCourse(
        np.arange(first, first + 12, dtype=np.float64), persons, weight.T,
        np.isin(of, list(border)).astype(np.float64),
        (of == modes.index("between_ports")).astype(np.float64), per_claim, runs,
        all_removed,
    )  # fmt: skip
