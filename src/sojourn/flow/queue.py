"""Call the kernel: on a whole network, or on one queue alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import kernel
from sojourn.flow.rates import BEFORE, ENOUGH, Rates
from sojourn.flow.stages import Edge, Network, Stage, network
from sojourn.inputs.dimensions import Label
from sojourn.inputs.errors import InputError

Floats = NDArray[np.float64]

AGE_LIMITS = np.array([6, 12, 24, 36], np.int64)
"""Limits in months of the ages reported for those waiting."""

KNOWN = 0.98
"""Share of a month's entries that must have left before their mean wait is told."""


@dataclass(frozen=True)
class Run:
    """What the kernel made: persons.

    `stocks` [S, T, G] and `flows` [E, T, G] when kept, else empty; `stock_total` [S, T] at month
    end; `flow_total` [E, T]; `left`, `waited` [S, T]: number leaving and months they waited; `age`
    [S, L, T]: waiting less than AGE_LIMITS; `tally` [2, BEFORE + T] of a single stage, empty when
    not asked for: by month of entry, month ends at which its people still waited and how many wait
    at the end; `recallable` [T]: of the month's entries those whom a notice can reach; `trace`
    [S, BEFORE + T, T]: fraction of those who entered in a month still waiting at each month's end,
    empty when not asked for.
    """

    stocks: Floats
    flows: Floats
    stock_total: Floats
    flow_total: Floats
    left: Floats
    waited: Floats
    age: Floats
    tally: Floats
    recallable: Floats
    trace: Floats


def run(
    net: Network,
    rates: Rates,
    *,
    keep: bool = False,
    tally: bool = False,
    trace: bool = False,
    function: Callable[..., None] | None = None,
) -> Run:
    """Run the kernel (or `function`, its uncompiled twin); arrivals enter the first stage.

    `keep` writes stocks and flows of every group, `tally` waits by month of entry,
    `trace` who still waits month by month.
    """
    n_stages, n_edges = len(net.stages), len(net.edges)
    _, n_months, n_groups = rates.arrivals.shape
    kept_s, kept_e = (n_stages, n_edges) if keep else (0, 0)
    rows_s, rows_e = (np.arange(n) if keep else np.full(n, -1) for n in (n_stages, n_edges))
    first = np.full(n_stages, -1, np.int64)
    first[0] = 0
    even = np.where((rates.share == rates.share[:, :1]).all(axis=1), rates.share[:, 0], -1.0)
    made = Run(
        np.empty((kept_s, n_months, n_groups)),
        np.zeros((kept_e, n_months, n_groups)),
        np.zeros((n_stages, n_months)),
        np.zeros((n_edges, n_months)),
        np.zeros((n_stages, n_months)),
        np.zeros((n_stages, n_months)),
        np.zeros((n_stages, AGE_LIMITS.size, n_months)),
        np.zeros((2, BEFORE + n_months if tally else 0)),
        np.zeros(n_months),
        np.zeros((n_stages, BEFORE + n_months, n_months) if trace else (n_stages, 0, 0)),
    )
    (function or kernel.run)(
        net.edge_from, net.edge_to, net.edge_kind, rows_e, net.edge_joins, net.stage_edges,
        net.stage_memory, net.stage_by_entry, net.stage_pool, net.stage_recall,
        rows_s, first, widths(net, rates, even, keep), rates.epoch, rates.share_row, rates.share,
        even, rates.joining, rates.pool_capacity, rates.pool_part, rates.hazard, rates.lag,
        rates.newest, rates.newest_age, rates.at_random, rates.recall_share, rates.recall_pace,
        rates.arrivals, rates.waiting, rates.mix,
        _entries((n_stages, BEFORE + n_months + 1, n_groups)), made.stocks, made.flows,
        made.stock_total, made.flow_total, made.left, made.waited, made.age, AGE_LIMITS, made.tally,
        made.recallable, made.trace,
    )  # fmt: skip
    return made


def widths(net: Network, rates: Rates, even: Floats, keep: bool) -> NDArray[np.int64]:
    """Groups that each stage is run on, [S]: all, or 1 where nothing from there on asks for them.

    even [R]: as in the kernel. A stage needs its groups when they are to be kept, when a share of
    its edges or of notices differs between them, or when an edge leads to a stage that needs them.
    """
    needs = np.full(len(net.stages) + 1, keep)  # the last one stands for -1: out of the system
    needs[-1] = False
    if net.stage_recall >= 0 and rates.recall_share.any():
        needs[net.stage_recall] = True
    needs[net.edge_from[(even[rates.share_row] < 0.0).any(axis=0)]] = True
    for _ in net.stages:
        needs[net.edge_from[needs[net.edge_to] | needs[net.edge_joins]]] = True
    return np.where(needs[:-1], rates.share.shape[1], 1)


class _Space(threading.local):
    entries: Floats = np.empty((0, 0, 0))


_space = _Space()


def _entries(shape: tuple[int, int, int]) -> Floats:
    """Work space of the kernel, one for each thread: fresh memory would cost more than a run."""
    if _space.entries.shape != shape:
        _space.entries = np.empty(shape)
    return _space.entries


_NAME = Label("", "")
_ALONE = network(
    (Stage("queue", _NAME, True, "queue", False, False),),
    (
        Edge("decided", "queue", "out", "decision", "", _NAME),
        Edge("withdrawn", "queue", "out", "exit", "", _NAME),
        Edge("notice", "queue", "out", "recall", "", _NAME),
    ),
)


@dataclass(frozen=True)
class Queue:
    """One queue by month [T]: pending at month end, decided, withdrawn (exits and notices), months
    waited by those leaving, `under` [L, T] waiting less than AGE_LIMITS, `wait_new` mean months of
    those who entered in the month (NaN: fewer than KNOWN of them have left by the end)."""

    pending: Floats
    decided: Floats
    withdrawn: Floats
    waited: Floats
    under: Floats
    wait_new: Floats


def alone(
    entered: Floats,
    capacity: Floats,
    *,
    hazard: Floats | float = 0.0,
    lag: Floats | float = 0.0,
    newest: Floats | float = 0.0,
    newest_age: Floats | float = 0.0,
    at_random: Floats | float = 0.0,
    reached: Floats | float = 0.0,
    pace: Floats | float = 0.0,
    start: Floats | None = None,
) -> Queue:
    """Run one queue by itself, without groups.

    `entered`, `capacity` [T] persons a month; `hazard` share leaving a month; `lag`, `newest_age`
    months; `newest`, `at_random` shares of capacity; `reached` share of a month's entries that
    notices reach at `pace`; `start` [BEFORE] waiting at the start by month of entry. All of [T] or
    one number. Raises InputError for negative entries or capacity.
    """
    span = entered.size
    if entered.min(initial=0.0) < 0.0 or capacity.min(initial=0.0) < 0.0:
        raise InputError("queue", "entered, capacity", "negative", "numbers of 0 or more")

    def row(x: Floats | float) -> Floats:
        return np.broadcast_to(np.asarray(x, float), (1, span)).copy()

    before = np.zeros((1, BEFORE)) if start is None else start.reshape(1, BEFORE)
    rates = Rates(
        np.arange(span), np.zeros((span, 3), np.int64), np.ones((1, 1)), np.zeros((3, span)),
        np.minimum(row(capacity), ENOUGH), row(1.0), row(hazard), row(lag), row(newest),
        row(newest_age), row(at_random), row(reached).T.copy(), row(pace)[0],
        entered.astype(float)[None, :, None], before, np.ones((1, 1)),
    )  # fmt: skip
    made = run(_ALONE, rates, tally=True)
    ended, rest = made.tally[:, BEFORE:]
    # who leaves in a month waited as many months as ended before; who is left counts one less
    months = ended - rest
    known = (entered > 0.0) & (entered - rest >= KNOWN * entered)
    return Queue(
        made.stock_total[0], made.flow_total[0], made.flow_total[1] + made.flow_total[2],
        made.waited[0], made.age[0],
        np.where(known, months / np.where(known, entered, 1.0), np.nan),
    )  # fmt: skip


def carry_on(x: Floats, months: int, last: int = 1) -> Floats:
    """A path [T] carried on for some months at the mean of its `last` ones."""
    return np.concatenate([x, np.full(months, x[-last:].mean())])
