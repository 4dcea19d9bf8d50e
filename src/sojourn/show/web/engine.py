"""Runs for pages and API: bounded, cached, shared between visitors, never kept for a person."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.show.web.settings import Settings

if TYPE_CHECKING:
    from sojourn.inference.pool import Pool
    from sojourn.inference.result import Result

T = TypeVar("T")

KEPT = 32
"""Results remembered: the same levers again, or the other language, cost nothing."""


class Engine:
    """Simulates for the whole process; at most `settings.runs` at a time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._room = threading.BoundedSemaphore(settings.runs)
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._pool: Pool | None = None
        if settings.processes > 0:
            from sojourn.inference.pool import Pool

            self._pool = Pool(settings.processes)
            self._pool.start()

    def close(self) -> None:
        """End the worker processes."""
        if self._pool is not None:
            self._pool.close()

    def members(self, count: int, where: str = "members") -> int:
        """The count. Raises InputError outside 1 to the server's limit."""
        if not 1 <= count <= self.settings.members:
            expected = f"a whole number from 1 to {self.settings.members} on this server"
            raise InputError(where, "members", count, expected)
        return count

    def run(
        self,
        scenario: Scenario,
        *,
        members: int,
        seed: int = 0,
        start: int,
        until: int,
        series: tuple[str, ...] | None = None,
        by: tuple[str, ...] = (),
        quantiles: tuple[float, ...],
        progress: Callable[[Any], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Result:
        """The monthly result of a scenario, from memory or simulated now.

        Raises InputError for wrong input, Stopped when it takes longer than the server allows.
        """
        self.members(members)
        key = ("run", scenario.name, scenario.hash, members, seed, start, until, series, by,
               quantiles)  # fmt: skip
        return self.recall(
            key,
            lambda: self._simulated(
                scenario, progress, stop, members=members, seed=seed, start=start, until=until,
                series=series, by=by, quantiles=quantiles,
            ),
        )  # fmt: skip

    def _simulated(
        self,
        scenario: Scenario,
        progress: Callable[[Any], None] | None,
        stop: threading.Event | None,
        **asked: Any,
    ) -> Result:
        from sojourn.inference import ensemble

        quantiles = asked.pop("quantiles")
        plan = ensemble.planned(scenario, **asked)
        # worker processes take turns among themselves
        with self.room() if self._pool is None else nullcontext():
            return ensemble.execute(
                plan, quantiles=quantiles, limit=self.settings.seconds, progress=progress,
                stop=stop, count=self._pool.hands(plan.members) if self._pool else None,
                task=self._pool.task(plan) if self._pool else None, on_demand=True,
            )  # fmt: skip

    def recall(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What is remembered under the key, or made now; the oldest of many is forgotten."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                known: T = self._kept[key]
                return known
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    @contextmanager
    def room(self) -> Iterator[None]:
        """Wait for a place among the simulations under way. Raises Stopped after a time."""
        from sojourn.inference.watch import Stopped

        if not self._room.acquire(timeout=self.settings.seconds):
            raise Stopped("the server is busy", 0, 0)
        try:
            yield
        finally:
            self._room.release()
