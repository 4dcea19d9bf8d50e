"""Worker processes that stay: for a server's many small runs, whose threads would take turns."""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import ensemble, member, memory
from sojourn.inference.ensemble import FEWEST
from sojourn.inference.plan import BATCH, Plan
from sojourn.inference.turns import Turns

Values = NDArray[np.float32]

SECONDS_A_MEMBER = 0.002
"""About what a member takes: no result hangs on it, only whose turn is next."""

MOST_ROUNDS = 4
"""Pieces of a run for each process that wait at once."""


class Pool:
    """Processes that make members of any plan; they start with the first and end with this one."""

    def __init__(self, count: int) -> None:
        self.count = count
        # one more than there are processes, so that none waits for its next piece
        self._turns = Turns(count + 1)
        self._lock = threading.Lock()
        self._running: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Have the processes made now, without waiting for them."""
        executor = self._executor()
        for _ in range(self.count):
            executor.submit(_ready)

    def task(self, plan: Plan) -> Callable[[int, int], Values]:
        """A function (lo, hi) -> float32 [rows, periods, hi - lo] that a process works out.

        Of several plans that wait, the one due first goes on (`Turns`). A process that dies is
        replaced and asked again, once. Raises InputError of the model.
        """
        due = time.monotonic() + SECONDS_A_MEMBER * plan.members / self.count

        def made(lo: int, hi: int) -> Values:
            with self._turns.turn(due):
                try:
                    return self._ask(plan, lo, hi)
                except BrokenProcessPool:
                    return self._ask(plan, lo, hi)

        return made

    def hands(self, members: int) -> int:
        """Threads that ask for the pieces of a run: enough for all of them to wait for their turns
        from the beginning, or others would come between (of a long run not all)."""
        rounds = math.ceil(members / (BATCH * self.count))
        return self.count * min(rounds, MOST_ROUNDS)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._running is not None:
                self._running.shutdown(wait=False, cancel_futures=True)
                self._running = None

    def _ask(self, plan: Plan, lo: int, hi: int) -> Values:
        executor = self._executor()
        try:
            return executor.submit(_values, plan, lo, hi).result()
        except BrokenProcessPool:
            with self._lock:
                if self._running is executor:
                    self._running = None
            raise

    def _executor(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._running is None:
                fresh = multiprocessing.get_context("spawn")
                self._running = ProcessPoolExecutor(self.count, fresh, _begin)
            return self._running


def _begin() -> None:
    """A process ends when its parent does, leaves Ctrl+C to it, and lets it go first: what is left
    to do there is short, and a visitor waits for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory.keep()
    os.nice(5)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(0)


def _ready() -> None:
    """Make a first member, so that everything is loaded; then look no more through what is."""
    member.model(ensemble.planned("baseline", members=FEWEST)).values(0, 1)
    gc.collect()
    gc.freeze()


def _values(plan: Plan, lo: int, hi: int) -> Values:
    return member.model(plan).values(lo, hi)
