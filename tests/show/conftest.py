"""A result with known members, so that what is shown can be checked against what was put in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from sojourn.inference import ensemble, periods
from sojourn.inference.outputs import Row
from sojourn.inference.plan import Plan
from sojourn.inference.result import Result
from sojourn.inputs import months
from sojourn.inputs.scenario import Scenario

ROWS = (
    Row("claims"), Row("referred"), Row("rpd.finalised"), Row("rpd.pending"), Row("rpd.wait_new"),
    Row("removals"), Row("without_status"), Row("court.pending"), Row("cost"),
    Row("cost", payer="federal"), Row("cost", payer="provincial"),
)  # fmt: skip
MEMBERS = 21


def member_value(row: int, month: int, member: int) -> float:
    """The value put in: it rises by row and month, and spreads over members after 2025-07."""
    spread = max(0, month - 126) * (member - 10)
    return 1000.0 * (row + 1) + 10 * month + spread


def made(until: int = months.LAST) -> Result:
    plan = Plan(
        Scenario.load("baseline"), MEMBERS, 0, periods.of(months.FIRST, until), ROWS, len(ROWS)
    )

    def task(lo: int, hi: int) -> np.ndarray:
        values = np.empty((len(ROWS), len(plan.periods), hi - lo), dtype=np.float32)
        for r in range(len(ROWS)):
            for m in range(lo, hi):
                values[r, :, m - lo] = [member_value(r, t, m) for t in range(len(plan.periods))]
        return values

    return ensemble.execute(plan, task=task)


@pytest.fixture(scope="session")
def result() -> Result:
    return made()


@pytest.fixture(scope="session")
def put_in() -> Callable[[int, int, int], float]:
    """The value of a row, month and member that the result was made of."""
    return member_value


@pytest.fixture
def cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line as a person does, in its own process."""

    def call(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sojourn.show.cli.main", *argv],
            capture_output=True, text=True, timeout=120, env={**os.environ, **env}, check=False,
        )  # fmt: skip

    return call
