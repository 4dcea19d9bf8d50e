"""Sobol indices agree with a case solved on paper, and the interval shrinks by what is learnt."""

import numpy as np
import pytest

from sojourn.inputs.errors import InputError
from sojourn.questions import sensitivity

A, B = 7.0, 0.1


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2.0 * u - 1.0)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def exact() -> dict[str, tuple[float, float]]:
    """First-order and total indices of the Ishigami function (Homma and Saltelli 1996)."""
    v1 = 0.5 * (1 + B * np.pi**4 / 5) ** 2
    v2 = A**2 / 8
    v13 = B**2 * np.pi**8 * 8 / 225
    v = v1 + v2 + v13
    return {"x1": (v1 / v, (v1 + v13) / v), "x2": (v2 / v, v2 / v), "x3": (0.0, v13 / v)}


@pytest.fixture(scope="module")
def factors() -> dict[str, sensitivity.Factor]:
    names = ("x1", "x2", "x3")
    found = sensitivity.sobol(names, names, ishigami, 20_000, 1)
    return {factor.parameter: factor for factor in found}


@pytest.mark.parametrize("name", ["x1", "x2", "x3"])
def test_indices_agree_with_ishigami(factors, name: str) -> None:
    first, total = exact()[name]
    assert factors[name].first_order == pytest.approx(first, abs=0.02)
    assert factors[name].total == pytest.approx(total, abs=0.02)
    assert factors[name].first_low <= first + 0.02
    assert factors[name].first_high >= first - 0.02


def test_first_order_sums_to_at_most_one_and_totals_to_at_least_one(factors) -> None:
    assert sum(f.first_order for f in factors.values()) <= 1.02
    assert sum(f.total for f in factors.values()) >= 0.98


def test_factors_are_ranked_by_total_effect(factors) -> None:
    totals = [f.total for f in factors.values()]
    assert totals == sorted(totals, reverse=True)


def test_learning_the_only_factor_closes_the_interval_and_an_idle_one_does_nothing() -> None:
    names = ("it", "idle")
    found = sensitivity.sobol(names, names, lambda u: u[:, 0], 4_000, 0)
    by_name = {f.parameter: f for f in found}
    assert by_name["it"].shrink > 0.8
    assert by_name["idle"].shrink < 0.1
    assert by_name["it"].total == pytest.approx(1.0, abs=0.02)


def test_grouped_factors_count_as_one() -> None:
    names = ("a", "b", "c")
    found = sensitivity.sobol(names, ("a", "rest", "rest"), lambda u: u.sum(axis=1), 4_000, 0)
    by_name = {f.parameter: f for f in found}
    assert by_name["a"].total == pytest.approx(1 / 3, abs=0.03)
    assert by_name["rest"].total == pytest.approx(2 / 3, abs=0.03)


@pytest.mark.parametrize("value", [np.nan, 3.0])
def test_an_outcome_unknown_or_constant_is_refused(value: float) -> None:
    with pytest.raises(InputError):
        sensitivity.sobol(("a",), ("a",), lambda u: np.full(len(u), value), 200, 0)
