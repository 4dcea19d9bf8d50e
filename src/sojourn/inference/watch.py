"""Progress, cancel and time limit of a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run is: members, members a second, seconds gone and left (None: unknown)."""

    done: int
    total: int
    reused: int
    rate: float
    elapsed: float
    left: float | None

    def text(self) -> str:
        """One line: `1,024 of 10,000 members, 540 a second, 17 s left`."""
        line = f"{self.done:,} of {self.total:,} members"
        if self.rate > 0:
            line += f", {self.rate:,.0f} a second"
        return line + (f", {self.left:,.0f} s left" if self.left is not None else "")


class Stopped(RuntimeError):
    """A run ended before its time: `reason`, and how many members are done of `total`."""

    def __init__(self, reason: str, done: int, total: int) -> None:
        self.reason, self.done, self.total = reason, done, total
        super().__init__(reason, done, total)

    def __str__(self) -> str:
        return f"stopped: {self.reason}; {self.done:,} of {self.total:,} members done"


class Watch:
    """Counts members as they are done and says when a run has to stop."""

    def __init__(
        self,
        total: int,
        reused: int = 0,
        *,
        report: Callable[[Progress], None] | None = None,
        limit: float | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self.total, self.reused = total, reused
        self.stop = stop or threading.Event()
        self.halted = False
        self._report = report
        self._limit = limit
        self._start = time.monotonic()
        self._made = 0
        self._lock = threading.Lock()

    @property
    def done(self) -> int:
        """Members done, those of an earlier start included."""
        return self.reused + self._made

    def add(self, members: int) -> None:
        """Count members as done. Any thread may call it."""
        with self._lock:
            self._made += members

    def progress(self) -> Progress:
        """How far the run is now."""
        elapsed = time.monotonic() - self._start
        rate = self._made / elapsed if elapsed > 0 else 0.0
        left = (self.total - self.done) / rate if rate > 0 else None
        return Progress(self.done, self.total, self.reused, rate, elapsed, left)

    def look(self) -> None:
        """Report progress; raise Stopped on cancel or at the time limit. For the main thread."""
        if self._report is not None:
            self._report(self.progress())
        if self.stop.is_set():
            raise Stopped("cancelled", self.done, self.total)
        if self._limit is not None and time.monotonic() - self._start > self._limit:
            raise Stopped(f"time limit of {self._limit:g} s", self.done, self.total)

    def going(self) -> bool:
        """False once the run is to end: workers look before each piece of work."""
        return not (self.halted or self.stop.is_set())
