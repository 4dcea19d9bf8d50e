"""Ensembles: 200 and 10,000 members on two workers, seconds and peak memory."""

from __future__ import annotations

from benchmarks import scale
from benchmarks.rows import Row, lines_of


def measure(quick: bool = False) -> list[Row]:
    """Rows of an ensemble in a process of its own, imports and compiled code already there."""
    lines = lines_of("src/sojourn/inference/ensemble.py", "src/sojourn/inference/member.py")
    rows: list[Row] = []
    for members, limit in ((200, None), (1000 if quick else 10_000, 3.0 if quick else 30.0)):
        found, _ = scale.measure("2 workers", members=members, workers=2)
        rows += [
            Row(f"{members:,} members, 2 workers", found.seconds, "s", limit, lines=lines),
            Row(f"{members:,} members, peak memory", found.resident, "MB", 1000.0),
        ]
    return rows
