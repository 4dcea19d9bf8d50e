"""Turns at something of which there is only so much: short work need not wait for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count


class Turns:
    """At most `places` at once; of those who wait the one that is due first goes next.

    What is due when it came plus the time that it takes lets short work pass long work that came
    just before it, and nothing waits for ever: what comes later is due later in the end.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: list[tuple[float, int]] = []
        self._number = count()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, due: float) -> Iterator[None]:
        """Wait for a place, and give it back at the end. due: seconds, on any one clock."""
        with self._changed:
            mine = (due, next(self._number))
            heappush(self._waiting, mine)
            self._changed.wait_for(lambda: self._free > 0 and self._waiting[0] == mine)
            heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()
