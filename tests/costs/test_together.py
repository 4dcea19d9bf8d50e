"""Several runs side by side give each run's numbers, to the byte, whoever its neighbours are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sojourn.costs import spending
from sojourn.flow import arrivals, claim_parts, us_population, without_status
from sojourn.flow.simulate import Flows, simulate, together
from sojourn.inputs.parameters import Paths

from .conftest import plain_law

DRAWS = (0.2, 0.5, 0.9)


@pytest.fixture(scope="module")
def apart(paths: Paths) -> list[tuple[Paths, Flows]]:
    drawn = [paths.at(np.full(len(paths.names), u)) for u in DRAWS]
    return [(own, simulate(own, arrivals.intake(own), plain_law(len(own.months)))) for own in drawn]


@pytest.fixture(scope="module")
def beside(paths: Paths, apart: list[tuple[Paths, Flows]]) -> tuple[Paths, Flows]:
    value = np.stack([own.value for own, _ in apart], axis=1)
    several = replace(paths, value=value)
    law = plain_law(len(paths.months))
    return several, together(several, arrivals.intake(several), claim_parts.of(law))


def test_spending_of_runs_side_by_side_is_that_of_each(
    apart: list[tuple[Paths, Flows]], beside: tuple[Paths, Flows]
) -> None:
    both = spending.spend(beside[1], beside[0])
    for i, (own, run) in enumerate(apart):
        one = spending.spend(run, own)
        assert np.array_equal(both.cad[:, i], one.cad)
        assert np.array_equal(both.shelter["Toronto"][i], one.shelter["Toronto"])
    assert len({float(both.total()[i, -1]) for i in range(len(DRAWS))}) == len(DRAWS)


def test_uncertain_stocks_of_runs_side_by_side_are_those_of_each(
    apart: list[tuple[Paths, Flows]], beside: tuple[Paths, Flows]
) -> None:
    here, there = without_status.member(beside[1], beside[0]), us_population.member(beside[0])
    for i, (own, run) in enumerate(apart):
        assert np.array_equal(here[i], without_status.member(run, own))
        assert np.array_equal(there[i], us_population.member(own))


@pytest.mark.parametrize(
    "name", ["claims", "referred", "removals", "rpd.age_over_24", "rpd.wait_new", "interceptions"]
)
def test_series_of_runs_side_by_side_are_those_of_each(
    apart: list[tuple[Paths, Flows]], beside: tuple[Paths, Flows], name: str
) -> None:
    for i, (_, run) in enumerate(apart):
        assert np.array_equal(beside[1].series(name)[i], run.series(name), equal_nan=True)


def test_groups_of_runs_side_by_side_are_those_of_each(
    apart: list[tuple[Paths, Flows]], beside: tuple[Paths, Flows]
) -> None:
    for (_, run), one in zip(apart, beside[1].grouped(0, len(DRAWS)), strict=True):
        for name in ("rpd.pending", "eligibility.pending", "rad.filed", "claims"):
            assert np.array_equal(one.by_group(name), run.by_group(name)), name
            total = one.by_group(name).sum(axis=1)
            np.testing.assert_allclose(total, run.series(name), rtol=1e-9, atol=1e-6)
