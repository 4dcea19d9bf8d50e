"""Decisions by law: a million cases over arrays, one case with its trail."""

from __future__ import annotations

import runpy
import time

import numpy as np

from benchmarks.rows import ROOT, Row, best, lines_of
from sojourn.law import batch, columns
from sojourn.law.decide import decide
from sojourn.law.facts import complete, validate
from sojourn.law.tables import load


def measure(quick: bool = False) -> list[Row]:
    """Rows for the batch path and the path of a single case, on the random cases of the tests."""
    cases = runpy.run_path(str(ROOT / "tests/law/random_cases.py"))["cases"]
    number = 100_000 if quick else 1_000_000
    full = [complete(validate(facts), load()) for facts in cases(2000, 31)]
    for case in full:
        case.pop("grounds")
    many = {name: np.resize(c, number) for name, c in columns.from_cases(full).items()}
    rows = [
        Row(f"{number:,} cases, {question}", best(lambda q=question: batch.decide_many(many, q), 3),
            "s", 2.0 * number / 1e6, lines=lines_of("src/sojourn/law/batch.py"))
        for question in ("eligibility", "prra")
    ]  # fmt: skip
    alone = cases(200, 2)
    for case in alone:
        decide(case)
    start = time.perf_counter()
    for case in alone:
        decide(case)
    one = (time.perf_counter() - start) / len(alone)
    return [*rows, Row("One case with its trail", 1e3 * one, "ms", 5.0,
                       lines=lines_of("src/sojourn/law/decide.py"))]  # fmt: skip
