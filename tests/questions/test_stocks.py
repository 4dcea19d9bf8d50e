"""Checks of the two stocks: what is judged can fail, what is a statement is only told."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.flow.ranges import Range
from sojourn.questions import stocks, validate


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    return stocks.checks()


def test_the_residual_of_dhs_passes_within_the_rounding_of_its_parts(rows) -> None:
    row = next(r for r in rows if r["check"] == "DHS residual: without_status_resident")
    assert row["published"] == 10_990_000
    assert row["model"] == 10_980_000
    assert row["passed"]


def test_statements_are_told_and_not_judged(rows) -> None:
    told = [r for r in rows if str(r["check"]).startswith("without status, ")]
    assert len(told) >= 6
    assert all(r["passed"] is None for r in told)


def test_a_number_outside_its_range_misses_by_the_persons_outside() -> None:
    at = Range(np.array(100.0), np.array(200.0), "m", "m")
    assert stocks._inside("x", 150.0, at, "n")["passed"]
    row = stocks._inside("x", 230.0, at, "n")
    assert not row["passed"]
    assert (row["error"], row["model"]) == (30.0, 200.0)


def test_validation_takes_the_rows(rows) -> None:
    found = validate.checks(["sojourn.questions.stocks:checks"])
    assert [c.check for c in found] == [r["check"] for r in rows]
    assert "sojourn.questions.stocks:checks" in validate.SOURCES
