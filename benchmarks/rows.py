"""What a benchmark found: one row, a number beside its target."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("sojourn", "numpy", "numba", "polars", "scipy", "ciw", "simpy", "distributed",
            "statsforecast")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A measured value; `target` is the most (`least`: the smallest) that is asked for, if any."""

    what: str
    value: float
    unit: str
    target: float | None = None
    least: bool = False
    lines: int | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """met, missed, or nothing where there is no target."""
        if self.target is None:
            return ""
        good = self.value >= self.target if self.least else self.value <= self.target
        return "met" if good else "**missed**"

    def text(self) -> str:
        """A line of a Markdown table."""
        target = ""
        if self.target is not None:
            target = f"{'at least' if self.least else 'under'} {number(self.target)}"
        cells = [self.what, number(self.value), self.unit, target, self.verdict,
                 "" if self.lines is None else str(self.lines), self.note]  # fmt: skip
        return "| " + " | ".join(cells) + " |"


HEAD = (
    "| What | Measured | Unit | Target | | Lines of code | Note |\n|---|---:|---|---:|---|---:|---|"
)


def number(x: float) -> str:
    """Three digits that count, thousands apart."""
    if x == 0.0 or abs(x) >= 100:
        return f"{x:,.0f}"
    digits = 2 if abs(x) >= 1 else 3
    return f"{x:.{digits}f}".rstrip("0").rstrip(".") if abs(x) >= 0.01 else f"{x:.2g}"


def best(run: Callable[[], object], repeats: int) -> float:
    """Shortest of several runs after one that does not count, seconds."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def lines_of(*files: str) -> int:
    """Lines of code of files of the repository, blank ones left out."""
    return sum(
        1 for file in files for line in (ROOT / file).read_text().splitlines() if line.strip()
    )


def processor() -> str:
    """Name of the processor."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"


def machine() -> list[str]:
    """The machine in general words: processor, memory, versions; no names or paths."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    return [
        f"{os.cpu_count()} processors ({processor()}), {memory:.0f} GB of memory,"
        f" {platform.system()}, Python {platform.python_version()}.",
        ", ".join(versions) + ".",
        f"Load in the last minute when it began: {os.getloadavg()[0]:.1f} (much above 1: other work"
        " was running, and every time is too long).",
    ]
