"""Time and what importing costs; the full sizes are slow tests."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from sojourn.law import batch, columns
from sojourn.law.decide import decide
from sojourn.law.facts import complete, validate
from sojourn.law.tables import load

from .random_cases import cases


def arrays(number: int) -> dict[str, np.ndarray]:
    full = [complete(validate(facts), load()) for facts in cases(2000, 31)]
    for case in full:
        case.pop("grounds")
    few = columns.from_cases(full)
    return {name: np.resize(column, number) for name, column in few.items()}


def cpu_seconds(columns_: dict[str, np.ndarray], question: str) -> float:
    start = time.process_time()
    made = batch.decide_many(columns_, question)
    assert len(made.code) == len(columns_["date_of_claim"])
    return time.process_time() - start


def test_a_hundred_thousand_cases_take_a_fraction_of_a_second() -> None:
    facts = arrays(100_000)
    assert min(cpu_seconds(facts, "eligibility") for _ in range(3)) < 0.4


@pytest.mark.slow
def test_a_million_cases_take_less_than_two_seconds_on_one_core() -> None:
    facts = arrays(1_000_000)
    for question in ("eligibility", "prra"):
        assert min(cpu_seconds(facts, question) for _ in range(3)) < 2.0


def test_one_case_with_its_trail_takes_less_than_five_milliseconds() -> None:
    facts = cases(50, 2)
    for case in facts:
        decide(case)
    start = time.process_time()
    for case in facts:
        assert decide(case).trail
    assert (time.process_time() - start) / len(facts) < 0.005


def test_importing_the_law_pulls_in_nothing_heavy() -> None:
    heavy = "('polars', 'numba', 'scipy', 'altair', 'pandas', 'typer', 'fastapi')"
    code = f"import sys, sojourn.law.decide; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
