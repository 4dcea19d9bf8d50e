"""Questions on top of ensembles: a solve, a Sobol run, a million journeys."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.rows import Row, lines_of
from sojourn.questions.journeys import journeys
from sojourn.questions.sensitivity import sensitivity
from sojourn.questions.solve import solve

FLOOR = "src/sojourn/questions/"
TARGET = "rpd.wait_new <= 12 @ 2028-03"
BREAK_EVEN = ("solve", "resampled", "target")
"""Modules of a break-even."""


def measure(quick: bool = False) -> list[Row]:
    """Rows for each question, at a tenth of its size when quick."""
    scale = 0.1 if quick else 1.0
    members, runs, people = int(200 * scale), int(5000 * scale), int(1_000_000 * scale)
    return [
        Row(f"Solve `{TARGET}` for rpd.capacity, {members} members",
            seconds(lambda: solve("baseline", "rpd.capacity", TARGET, members=members)),
            "s", 10.0, lines=lines_of(*(f"{FLOOR}{name}.py" for name in BREAK_EVEN))),
        Row(f"Sobol indices of rpd.pending in 2030-12, {runs:,} evaluations",
            seconds(lambda: sensitivity("baseline", "rpd.pending", "2030-12", evaluations=runs)),
            "s", 60.0 * scale, lines=lines_of(f"{FLOOR}sensitivity.py")),
        Row(f"{people:,} journeys", seconds(lambda: journeys("baseline", n=people)), "s",
            10.0 * scale, lines=lines_of(f"{FLOOR}journeys.py", f"{FLOOR}chances.py")),
    ]  # fmt: skip


def seconds(ask: Callable[[], object]) -> float:
    """Wall time of one answer."""
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start
