"""Import, first start (nothing compiled yet) and later starts of the main command."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rows import ROOT, Row

IMPORT = "import time; t = time.perf_counter(); import sojourn; print(time.perf_counter() - t)"
RUN = [str(Path(sys.executable).with_name("sojourn")), "run", "baseline"]


def measure(quick: bool = False) -> list[Row]:
    """Rows for import and starts."""
    repeats = 2 if quick else 5
    more = ["--members", "20"] if quick else []
    imports = [
        float(subprocess.check_output([sys.executable, "-c", IMPORT], cwd=ROOT))
        for _ in range(repeats)
    ]
    with tempfile.TemporaryDirectory() as empty:
        # neither machine code nor byte code of an earlier start
        nothing = {
            "NUMBA_CACHE_DIR": empty,
            "PYTHONPYCACHEPREFIX": str(Path(empty) / "pyc"),
            "PYTHONDONTWRITEBYTECODE": "",  # a start writes byte code unless a shell forbids it
        }
        first = seconds(more, nothing)
        later = min(seconds(more, nothing) for _ in range(repeats))
    return [
        Row("`import sojourn`", min(imports), "s", 0.3),
        Row("`sojourn run baseline`, very first start", first, "s", 8.0),
        Row("`sojourn run baseline`, later start", later, "s", 2.0, note="200 members, 2 workers"),
    ]


def seconds(more: list[str], environment: dict[str, str]) -> float:
    """Wall time of the command as a process of its own."""
    start = time.perf_counter()
    subprocess.run(
        [*RUN, *more], cwd=ROOT, env={**os.environ, **environment}, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - start
