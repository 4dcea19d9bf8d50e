"""The parts of a difference add up to the whole, and Shapley's axioms hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.questions import explain

NAMES = ("a", "b", "c", "d")
KEY = ("cost", "2030")


def game(values: list[float]):
    """Any outcome by set of changes, from a list of 16 numbers."""

    def outcome(chosen: frozenset[str]) -> dict:
        return {KEY: values[sum(2**i for i, name in enumerate(NAMES) if name in chosen)]}

    return outcome


@given(st.lists(st.floats(-1e6, 1e6), min_size=16, max_size=16))
def test_both_splits_add_up_to_the_whole(values: list[float]) -> None:
    ordered, shapley, whole = explain.split(NAMES, game(values))[KEY]
    assert sum(ordered.values()) == pytest.approx(whole, abs=1e-6)
    assert sum(shapley.values()) == pytest.approx(whole, abs=1e-6)
    assert whole == values[15] - values[0]


@given(st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=4))
def test_changes_that_do_not_interact_get_what_they_do_alone(alone: list[float]) -> None:
    values = [sum(v for i, v in enumerate(alone) if m >> i & 1) for m in range(16)]
    ordered, shapley, _ = explain.split(NAMES, game(values))[KEY]
    for name, value in zip(NAMES, alone, strict=True):
        assert ordered[name] == pytest.approx(value, abs=1e-9)
        assert shapley[name] == pytest.approx(value, abs=1e-9)


def test_two_changes_that_work_only_together_share_equally() -> None:
    values = [1.0 if m & 3 == 3 else 0.0 for m in range(16)]
    ordered, shapley, _ = explain.split(NAMES, game(values))[KEY]
    assert shapley == pytest.approx({"a": 0.5, "b": 0.5, "c": 0.0, "d": 0.0})
    assert ordered == {"a": 0.0, "b": 1.0, "c": 0.0, "d": 0.0}


def baseline(*changes: str) -> Scenario:
    return Scenario.load("baseline").with_changes(changes)


def test_a_mix_of_all_changes_is_the_other_scenario() -> None:
    a = baseline("rpd.capacity=60000@2026-01")
    b = baseline("rpd.capacity=70000@2027-01", "rad.capacity=9000@2026-06")
    names = explain.differing(a, b)
    assert names == ("rpd.capacity", "rad.capacity")
    assert explain.mixed(a, b, frozenset()).hash == a.hash
    mixed = explain.mixed(a, b, frozenset(names))
    assert replace(mixed, name="").changes == b.changes


def test_scenarios_that_do_not_differ_are_refused() -> None:
    with pytest.raises(InputError, match="differ"):
        explain.differing(baseline(), baseline())
