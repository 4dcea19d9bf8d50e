"""Call the kernel: on a whole network, or on one queue alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import batch, kernel
from sojourn.flow.batch import AGE_LIMITS, ENOUGH, Batch, Rates
from sojourn.flow.columns import BEFORE
from sojourn.flow.stages import Edge, Network, Stage, network
from sojourn.inputs.dimensions import Label
from sojourn.inputs.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KNOWN = 0.98
"""Share of a month's entries that must have left before their mean wait is told."""


class Made(NamedTuple):
    """What the kernel made of n runs, the last axis of each (shapes there): persons."""

    stock_total: Floats
    flow_total: Floats
    left: Floats
    waited: Floats
    watched: Floats
    recallable: Floats
    stocks: Floats
    flows: Floats
    trace: Floats

    @property
    def age(self) -> Floats:
        """Waiting in the watched stage less than AGE_LIMITS at month end, [L, T, n]."""
        return self.watched[: AGE_LIMITS.size]

    @property
    def tally(self) -> Floats:
        """Of the watched stage by month of entry: who entered, month ends at which they still
        waited, and how many wait at the end, [3, T, n]."""
        return self.watched[AGE_LIMITS.size :]


@dataclass(frozen=True)
class Run:
    """What the kernel made of one run: persons.

    `stocks` [S, T, G] and `flows` [E, T, G] when kept, else empty; `stock_total` [S, T] at month
    end; `flow_total` [E, T]; `left`, `waited` [S, T]: number leaving and months they waited; of the
    watched stage `age` [L, T]: waiting less than AGE_LIMITS, and `tally` [3, T]: who entered in the
    month, month ends at which they still waited, and how many wait at the end; `recallable` [T]: of
    the month's entries those whom a notice can reach; `trace` [S, BEFORE + T, T]: fraction of those
    who entered in a month still waiting at each month's end, empty when not asked for.
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
    trace: bool = False,
    watch: int = 0,
    function: Callable[..., None] | None = None,
) -> Run:
    """Run the kernel (or `function`, its uncompiled twin); arrivals enter the first stage.

    `keep` writes stocks and flows of every group, `trace` who still waits month by month; `watch`
    is the stage whose ages and waits by month of entry are told.
    """
    packed = batch.of(net, rates, keep=keep, watch=watch)
    return run_out(run_all(packed, keep=keep, trace=trace, function=function), 0)


def run_out(made: Made, i: int) -> Run:
    """Run i of several."""
    return Run(
        *(x[..., i] for x in (
            made.stocks, made.flows, made.stock_total, made.flow_total, made.left, made.waited,
            made.age, made.tally, made.recallable, made.trace,
        ))
    )  # fmt: skip


def run_all(
    several: Batch,
    *,
    keep: bool = False,
    trace: bool = False,
    function: Callable[..., None] | None = None,
) -> Made:
    """Run several runs; `keep` and `trace` ask for what is else empty.

    `keep` needs a batch packed for it: every stage on all groups.
    """
    made = empty(several, keep=keep, trace=trace)
    call(several, made, function=function)
    return made


def empty(several: Batch, *, keep: bool = False, trace: bool = False) -> Made:
    """Room for the results of a batch."""
    net, given = several.network, several.given
    _, n_months, n = given.rate.shape
    cells = given.pattern.shape[1]
    stages, edges = len(net.stages), len(net.edges)
    return Made(
        np.empty((stages, n_months, n)),
        np.empty((edges, n_months, n)),
        np.empty((stages, n_months, n)),
        np.empty((stages, n_months, n)),
        np.empty((AGE_LIMITS.size + 3, n_months, n)),
        np.empty((n_months, n)),
        np.zeros((stages if keep else 0, n_months, cells, n)),
        np.zeros((edges if keep else 0, n_months, cells, n)),
        np.zeros((stages if trace else 0, BEFORE + n_months, n_months, n)),
    )


def call(
    several: Batch,
    made: Made,
    *,
    start: int = 0,
    stop: int = 0,
    function: Callable[..., None] | None = None,
) -> None:
    """Fill `made` from month `start` on (what came before is in it and in this thread's work
    space), up to the month `stop` (0: to the end)."""
    layout, given, room = several.layout, several.given, work(several)
    plan = layout.plan.copy()
    plan[kernel.START], plan[kernel.STOP_AT] = start, stop
    if start == 0:
        begin(several, room)
    inputs = (
        *layout._replace(plan=plan), AGE_LIMITS, given.level, given.pattern, given.entering,
        given.share, given.rate, given.reach,
    )  # fmt: skip
    (function or kernel.run)(*map(_plain, inputs), *made, *room)


def _plain(table: NDArray[Any]) -> NDArray[Any]:
    """One row after another and open to writing: for another kind of table Numba would compile the
    kernel once more."""
    return np.require(table, requirements=["C", "W"])


class Room(NamedTuple):
    """Work space of the kernel (shapes there)."""

    entries: Floats
    now: Floats
    people: Floats
    leaving: Floats
    number: Floats
    size: Floats
    waiting: Floats
    oldest: Ints
    spare: Floats
    reached: Floats
    cohort: Floats
    lane: Floats
    whole: Floats
    place: Ints
    kinds: Ints
    told: Ints
    steps: Ints


class _Space(threading.local):
    shape: tuple[int, ...] = ()
    room: Room


_space = _Space()


def work(several: Batch) -> Room:
    """Work space for a batch, one for each thread: fresh memory would cost more than a run."""
    layout, given = several.layout, several.given
    months = given.waiting.shape[1] + layout.epoch.size + 1
    width = layout.stage[:, kernel.WIDTH]
    cohorts = months + int(layout.plan[kernel.RUN_ON])
    recall = int(layout.plan[kernel.RECALL_STAGE])
    told = months * int(width[recall]) if recall >= 0 else 0
    stages, n, rates = len(width), given.rate.shape[-1], len(given.rate)
    room, widest = months * int(width.sum()), int(width.max())
    shape = (room, stages, widest, cohorts, rates, told, n)
    if _space.shape != shape:
        _space.shape = shape
        _space.room = Room(
            np.empty((room, n)), np.empty((stages, widest, n)), np.empty((stages, n)),
            np.empty((4, widest, n)), np.empty((3, n)), np.empty((stages, cohorts, n)),
            np.empty((stages, cohorts, n)), np.empty((stages, n), np.int64),
            np.empty((rates, n)), np.empty((told, n)), np.empty((5, cohorts, n)),
            np.empty((15, n)), np.empty((3, stages, n)), np.empty((2, n), np.int64),
            np.empty(3, np.int64), np.empty(2, np.int64), _STEPS,
        )  # fmt: skip
    return _space.room


def begin(several: Batch, room: Room) -> None:
    """The work space before the first month: cohorts of those who wait at the start, by column."""
    given = several.given
    waiting, mix = given.waiting, given.mix
    _, before, n = waiting.shape
    room.cohort[:], room.cohort[1] = 0.0, 1.0
    room.whole[:], room.whole[0] = 0.0, 1.0
    room.now[:], room.size[:], room.people[:] = 0.0, 0.0, 0.0
    # months of entry of those whom a notice can reach: none yet
    room.told[:] = before + several.layout.epoch.size, before + several.layout.epoch.size - 1
    there = waiting > 0.0
    room.oldest[:] = np.where(there.any(axis=1), there.argmax(axis=1), before)
    room.waiting[:, :before] = 1.0
    stages = several.layout.stage[:, [kernel.ROOM, kernel.WIDTH]].tolist()
    for s, (at, width) in enumerate(stages):
        first = int(room.oldest[s].min())
        rows = room.entries[at + first * width : at + (before + 1) * width]
        rows = rows.reshape(before + 1 - first, width, n)
        rows[-1] = 0.0
        if first == before:
            continue
        part = mix[s, :width] if width > 1 else np.ones((1, n))
        rows[:-1] = waiting[s, first:, None] * part
        # running sums, because the order of `sum` hangs on the number of runs
        size = room.size[s, first:before]
        size[:] = waiting[s, first:] * part.cumsum(axis=0)[-1]
        room.whole[1, s] = room.people[s] = size.cumsum(axis=0)[-1]
        room.whole[2, s] = (size * np.arange(first, before)[:, None]).cumsum(axis=0)[-1]
        room.now[s, :width] = waiting[s, first:].cumsum(axis=0)[-1] * part


_STEPS: Ints = np.array([0, -1, 1])


def wait_new(tally: Floats) -> Floats:
    """Mean months to leave by month of entry, from a tally [3, ..., T] of the kernel.

    NaN: fewer than KNOWN of those who entered have left by the end, so it is not known.
    """
    entered, ended, rest = tally
    # who leaves in a month waited as many months as ended before; who is left counts one less
    known = (entered > 0.0) & (entered - rest >= KNOWN * entered)
    return np.where(known, (ended - rest) / np.where(known, entered, 1.0), np.nan)


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
    made = run(_ALONE, rates)
    return Queue(
        made.stock_total[0], made.flow_total[0], made.flow_total[1] + made.flow_total[2],
        made.waited[0], made.age, wait_new(made.tally),
    )  # fmt: skip
