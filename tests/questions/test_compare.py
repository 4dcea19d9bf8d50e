"""Differences are paired by member, and their causes add up."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inference import ensemble
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.questions import compare as compared
from sojourn.questions.compare import compare

MEMBERS, UNTIL = 12, "2017-12"
SERIES = ("claims", "rpd.pending", "rpd.wait_finalised")
BASE = Scenario("made_up", "A", "B", "", "", "none", "", ())
MORE = BASE.with_changes(["rpd.capacity=90000@2015-06"])


def test_a_difference_is_that_of_each_member_with_itself() -> None:
    found = compare(BASE, MORE, members=MEMBERS, until=UNTIL, series=SERIES)
    a = ensemble.members(BASE, "rpd.pending", members=MEMBERS, until=UNTIL)
    b = ensemble.members(MORE, "rpd.pending", members=MEMBERS, until=UNTIL)
    paired = found.difference.sample("rpd.pending")
    np.testing.assert_array_equal(paired, b - a)
    mean = found.difference.mean("rpd.pending")
    np.testing.assert_allclose(mean, (b - a).mean(axis=0), rtol=1e-12, atol=1e-9)
    expected = np.quantile(b - a, 0.9, axis=0)
    level = found.difference.summary.quantiles.index(0.9)
    at = found.difference.row("rpd.pending")
    np.testing.assert_allclose(found.difference.summary.quantile[level, at], expected, rtol=1e-9)


def test_a_scenario_does_not_differ_from_itself() -> None:
    table = compare(MORE, MORE, members=MEMBERS, until=UNTIL, series=SERIES).table()
    assert set(table["value"].drop_nulls()) == {0.0}


def test_common_draws_leave_what_the_change_does_not_touch_without_difference() -> None:
    found = compare(BASE, MORE, members=MEMBERS, until=UNTIL, series=SERIES)
    assert (found.difference.sample("claims") == 0).all()
    assert (found.difference.sample("rpd.pending")[:, :5] == 0).all()
    assert (found.difference.sample("rpd.pending")[:, -1] < 0).all()


def test_swapping_the_scenarios_swaps_the_sign() -> None:
    there = compare(BASE, MORE, members=MEMBERS, until=UNTIL, series=SERIES)
    back = compare(MORE, BASE, members=MEMBERS, until=UNTIL, series=SERIES)
    for name in SERIES:
        np.testing.assert_array_equal(there.difference.mean(name), -back.difference.mean(name))


def test_causes_add_up_to_the_difference_member_by_member() -> None:
    both = MORE.with_changes(["rpd.at_random=0.9@2016-01", "eligibility.capacity=20000@2015-03"])
    found = compare(BASE, both, members=4, until=UNTIL, series=SERIES, explain=True)
    assert {cause for cause, _ in found.parts} == {
        "rpd.capacity",
        "rpd.at_random",
        "eligibility.capacity",
    }
    for name in SERIES:
        total = sum(part.sample(name) for _, part in found.parts)
        scale = np.nanmax(np.abs(found.a.sample(name)))
        np.testing.assert_allclose(total, found.difference.sample(name), atol=1e-9 * scale)
    rows = found.table()
    assert "rpd.capacity" in set(rows["item"])
    year = found.over("year")
    total = sum(part.mean("rpd.pending") for _, part in year.parts)
    np.testing.assert_allclose(total, year.difference.mean("rpd.pending"), atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7])
def test_weights_of_the_runs_give_the_whole_minus_nothing(count: int) -> None:
    causes = [f"c{i}" for i in range(count)]
    total: dict[frozenset[str], float] = {}
    for _, terms in compared._attribution(causes):
        for key, weight in terms.items():
            total[key] = total.get(key, 0.0) + weight
    left = {key: w for key, w in total.items() if abs(w) > 1e-12}
    assert left.keys() == {frozenset(), frozenset(causes)}
    assert left[frozenset(causes)] == pytest.approx(1)
    assert left[frozenset()] == pytest.approx(-1)


def test_equal_causes_get_equal_parts_of_what_they_do_together() -> None:
    value = {0: 0.0, 1: 0.0, 2: 12.0}
    for _, terms in compared._attribution(["a", "b"]):
        assert sum(w * value[len(key)] for key, w in terms.items()) == pytest.approx(6.0)


def test_nothing_to_explain_is_refused() -> None:
    with pytest.raises(InputError, match="differ"):
        compare(BASE, BASE, members=2, until="2015-03", series=SERIES, explain=True)
