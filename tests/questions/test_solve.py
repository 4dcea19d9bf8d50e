"""A solved lever value meets its target; what cannot be reached is said, never answered wrongly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.inputs.errors import InputError
from sojourn.questions import solve, target

AIM = target.parse("rpd.wait_new <= 12 @ 2028-03")
CAPACITIES = np.linspace(40_000, 80_000, 200)
"""Each member's own threshold: it meets the target from this lever value on."""


def rising(value: float) -> np.ndarray:
    return np.where(value >= CAPACITIES, 6.0, 24.0)


@given(st.floats(0.05, 0.95))
def test_the_answer_is_the_quantile_of_the_members_thresholds(probability: float) -> None:
    found = solve.search(rising, AIM, probability, 0.0, 200_000.0, 50_000.0)
    exact = CAPACITIES[int(np.ceil(probability * CAPACITIES.size)) - 1]
    assert found.reached
    assert found.value >= exact
    assert found.value == pytest.approx(exact, rel=2 * solve.PRECISION)
    assert found.probability >= probability
    assert found.low <= found.value <= found.high


@given(st.floats(0.05, 0.95))
def test_a_lever_that_works_the_other_way_gives_the_largest_value(probability: float) -> None:
    found = solve.search(
        lambda x: np.where(x <= CAPACITIES, 6.0, 24.0), AIM, probability, 0.0, 2e5, 5e4
    )
    exact = np.sort(CAPACITIES)[::-1][int(np.ceil(probability * CAPACITIES.size)) - 1]
    assert found.reached
    assert found.value <= exact
    assert found.value == pytest.approx(exact, rel=2 * solve.PRECISION)


def test_an_unreachable_target_gives_the_closest_value_and_says_so() -> None:
    found = solve.search(lambda x: np.full(50, 30.0 - x / 1e5), AIM, 0.8, 0.0, 1e5, 5e4)
    assert not found.reached
    assert found.value == 1e5
    assert found.probability == 0.0
    assert found.why
    assert found.why_fr


def test_a_lever_that_works_both_ways_is_reported_and_not_answered() -> None:
    found = solve.search(lambda x: np.full(50, 0.0 if 3e4 < x < 6e4 else 24.0), AIM, 0.8, 0, 1e5, 0)
    assert not found.reached
    assert "one way" in found.why


def test_a_wait_not_known_yet_does_not_count_as_met() -> None:
    found = solve.search(lambda x: np.full(50, np.nan), AIM, 0.8, 0.0, 1e5, 5e4)
    assert not found.reached


def test_a_range_that_meets_the_target_throughout_is_said() -> None:
    found = solve.search(lambda x: np.full(50, 1.0), AIM, 0.8, 10.0, 1e5, 5e4)
    assert found.reached
    assert found.value == 10.0 or found.value == 1e5
    assert "whole range" in found.why


def test_a_switch_is_only_on_or_off() -> None:
    asked = []

    def outcome(value: float) -> np.ndarray:
        asked.append(value)
        return np.full(50, 24.0 if value else 6.0)

    found = solve.search(outcome, AIM, 0.8, 0.0, 1.0, 1.0, ends=True)
    assert set(asked) == {0.0, 1.0}
    assert (found.reached, found.value) == (True, 0.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rpd.wait_new < 12 @ 2028-03", "SERIES <="),
        ("rpd.wait_new <= 12", "SERIES <="),
        ("rpd.wait_nw <= 12 @ 2028-03", "did you mean 'rpd.wait_new'"),
        ("rpd.wait_new <= 1e999 @ 2028-03", "finite"),
        ("rpd.wait_new <= 1.2.3 @ 2028-03", "finite"),
        ("rpd.wait_new <= 12 @ 2028-13", "YYYY-MM"),
        ("rpd.wait_new <= 12 @ 2099-01", "a month from 2015-01"),
        ("shelter.occupied[city=Toronto] <= 12 @ 2028-01", "dimension=code"),
    ],
)
def test_a_wrong_target_is_refused(text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        target.parse(text)
    assert expected in str(caught.value)


@given(st.floats(-1e9, 1e9), st.sampled_from(["<=", ">="]))
def test_a_target_survives_its_text(value: float, op: str) -> None:
    aim = target.Target("rpd.pending", (), op, float(f"{value:.12g}"), 24336)
    assert target.parse(aim.text) == aim


@pytest.mark.parametrize(
    ("lever", "aim"),
    [
        ("rpd.capacity", "rpd.wait_new <= 18 @ 2028-03"),
        pytest.param("rpd.members", "rpd.pending <= 250000 @ 2028-12", marks=pytest.mark.slow),
        pytest.param(
            "arrivals.inland.factor", "rpd.pending <= 300000 @ 2028-12", marks=pytest.mark.slow
        ),
        pytest.param("pr.levels", "pr.pending <= 60000 @ 2030-12", marks=pytest.mark.slow),
    ],
)
def test_a_solved_value_put_back_into_a_run_hits_its_target(lever: str, aim: str) -> None:
    from sojourn.inference import ensemble

    wanted = target.parse(aim)
    answer = solve.solve("baseline", lever, wanted, probability=0.7, members=60)
    assert answer.reached
    at = aim.split("@")[1].strip()

    def chance(value: float) -> float:
        result = ensemble.run(
            "baseline", members=60, series=(wanted.series,), start=at, until=at,
            changes=(f"{lever}={value!r}@2026-01",),
        )  # fmt: skip
        return float(wanted.met(result.sample(wanted.series)[:, 0].astype(float)).mean())

    assert chance(answer.value) >= 0.7
    worse = (
        1 - 3 * solve.PRECISION if lever != "arrivals.inland.factor" else 1 + 3 * solve.PRECISION
    )
    assert chance(answer.value * worse) < 0.7
