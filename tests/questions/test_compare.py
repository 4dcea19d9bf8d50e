"""Differences are paired by member, and gathered to years before."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inference import ensemble
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.questions.compare import compare, paired

MEMBERS, UNTIL = 12, "2017-12"
SERIES = ("claims", "rpd.pending", "rpd.wait_finalised")
BASE = Scenario("made_up", "A", "B", "", "", "none", "", ())
MORE = BASE.with_changes(["rpd.capacity=90000@2015-06"])


def test_a_difference_is_that_of_each_member_with_itself() -> None:
    found = compare(BASE, MORE, members=MEMBERS, until=UNTIL, series=SERIES)
    a = ensemble.members(BASE, "rpd.pending", members=MEMBERS, until=UNTIL)
    b = ensemble.members(MORE, "rpd.pending", members=MEMBERS, until=UNTIL)
    paired = found.sample("rpd.pending")
    np.testing.assert_array_equal(paired, b - a)
    mean = found.mean("rpd.pending")
    np.testing.assert_allclose(mean, (b - a).mean(axis=0), rtol=1e-12, atol=1e-9)
    expected = np.quantile(b - a, 0.9, axis=0)
    level = found.summary.quantiles.index(0.9)
    at = found.row("rpd.pending")
    np.testing.assert_allclose(found.summary.quantile[level, at], expected, rtol=1e-9)


def test_a_scenario_does_not_differ_from_itself() -> None:
    table = compare(MORE, MORE, members=MEMBERS, until=UNTIL, series=SERIES).table()
    assert set(table["value"].drop_nulls()) == {0.0}


def test_common_draws_leave_what_the_change_does_not_touch_without_difference() -> None:
    found = compare(BASE, MORE, members=MEMBERS, until=UNTIL, series=SERIES)
    assert (found.sample("claims") == 0).all()
    assert (found.sample("rpd.pending")[:, :5] == 0).all()
    assert (found.sample("rpd.pending")[:, -1] < 0).all()


def test_swapping_the_scenarios_swaps_the_sign() -> None:
    there = compare(BASE, MORE, members=MEMBERS, until=UNTIL, series=SERIES)
    back = compare(MORE, BASE, members=MEMBERS, until=UNTIL, series=SERIES)
    for name in SERIES:
        np.testing.assert_array_equal(there.mean(name), -back.mean(name))


def test_a_year_is_gathered_in_each_run_before_pairing() -> None:
    found = compare(BASE, MORE, members=MEMBERS, until=UNTIL, series=SERIES).over("year")
    a = ensemble.run(BASE, members=MEMBERS, until=UNTIL, series=SERIES).over("year")
    b = ensemble.run(MORE, members=MEMBERS, until=UNTIL, series=SERIES).over("year")
    for name in SERIES:
        expected = b.sample(name).astype(float) - a.sample(name)
        np.testing.assert_array_equal(found.sample(name), expected)
    assert found.series("claims")["date"].unique().sort().to_list() == ["2015", "2016", "2017"]


def test_runs_that_do_not_pair_are_refused() -> None:
    a = ensemble.run(BASE, members=4, until="2015-06", series=SERIES)
    for other, word in (
        (ensemble.run(MORE, members=4, until="2015-06", series=SERIES, seed=1), "seed"),
        (ensemble.run(MORE, members=5, until="2015-06", series=SERIES), "members"),
        (ensemble.run(MORE, members=4, until="2015-07", series=SERIES), "until"),
        (ensemble.run(MORE, members=4, until="2015-06", series=SERIES[:2]), "rows"),
    ):
        with pytest.raises(InputError, match=word):
            paired(a, other)


def test_the_record_names_both_runs_and_the_command() -> None:
    record = compare(BASE, MORE, members=4, until="2015-06", series=SERIES).record
    assert record["a"]["changes"] == []
    assert record["b"]["changes"] == ["rpd.capacity=90000@2015-06"]
    assert record["command"].startswith("sojourn compare made_up made_up --members 4 --seed 0")
