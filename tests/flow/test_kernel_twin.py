"""The kernel against its uncompiled self, against a literal twin, and conservation of people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .queue_case import Case, build, conservation_error, run, twin

STAGES = [
    ("a", True, "p", True),
    ("b", True, "q"),
    ("c", True, "q"),
    ("d", False, "r"),
    ("e", True, "s"),
]
EDGES = [
    ("a.b", "a", "b", "decision"),
    ("a.c", "a", "c", "decision"),
    ("a.out", "a", "out", "decision"),
    ("a.left", "a", "d", "exit"),
    ("b.c", "b", "c", "decision", "e"),
    ("b.d", "b", "d", "decision"),
    ("b.left", "b", "out", "exit"),
    ("b.notice", "b", "c", "recall"),
    ("c.b", "c", "b", "decision"),
    ("c.d", "c", "d", "decision"),
    ("d.out", "d", "out", "decision"),
    ("d.b", "d", "b", "exit"),
    ("d.left", "d", "out", "exit"),
    ("e.out", "e", "out", "decision"),
]
SPLITS = [("a.b", "a.c", "a.out"), ("b.c", "b.d"), ("c.b", "c.d"), ("d.b", "d.left")]


def random_case(seed: int, months: int, groups: int) -> Case:
    """A network with every kind of edge and rates drawn from the seed, zeros among them."""
    draw = np.random.default_rng(seed)

    def some(high: float, low: float = 0.0) -> np.ndarray:
        """A monthly path that jumps a few times and is sometimes zero."""
        values = draw.uniform(low, high, 4) * (draw.random(4) > 0.25)
        return values[np.sort(draw.integers(0, 4, months))]

    epoch = np.sort(draw.integers(0, 3, months))
    epoch = np.unique(epoch, return_inverse=True)[1]
    epochs = int(epoch.max()) + 1
    share = {}
    for names in SPLITS:
        parts = draw.dirichlet(np.ones(len(names)), (epochs, groups))
        share.update({name: parts[:, :, i] for i, name in enumerate(names)})
    arrivals = draw.gamma(0.5, 40.0, (months, groups)) * (draw.random((months, 1)) > 0.2)
    stages = "abcde"
    return build(
        STAGES, EDGES, months=months, groups=groups, arrivals=arrivals, share=share, epoch=epoch,
        capacity={pool: some(200.0) for pool in "pqrs"},
        hazard={s: some(0.3) for s in "abd"},
        lag={s: float(draw.choice([0, 0, 0.3, 1, 2.5, 4])) for s in stages},
        newest={s: some(1.0) for s in stages},
        newest_age={s: float(draw.integers(0, 5)) for s in stages},
        at_random={s: some(1.0) for s in stages},
        part={"b": draw.uniform(0.2, 1.0)},
        joining={"b.c": some(0.8)},
        reached=draw.uniform(0, 1, (epochs, groups)) * (draw.random((epochs, groups)) > 0.4),
        pace=some(1.0),
        start={s: {int(draw.integers(1, 40)): draw.gamma(0.5, 50.0, groups)} for s in stages},
    )  # fmt: skip


def largest(case: Case) -> float:
    return max(1.0, float(case.stock.sum(axis=(0, 2)).max()))


@pytest.mark.parametrize("seed", range(4))
def test_compiled_and_plain_python_give_the_same_numbers(seed):
    fast = run(random_case(seed, 18, 5))
    slow = run(random_case(seed, 18, 5), compiled=False)
    for one, other in ((fast.stock, slow.stock), (fast.flow, slow.flow), (fast.age, slow.age)):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * largest(fast))


def compare_with_twin(seed: int, months: int, groups: int) -> None:
    case = run(random_case(seed, months, groups))
    stock, flow, waited = twin(case)
    scale = 1e-8 * largest(case)
    np.testing.assert_allclose(case.stock, stock, rtol=1e-7, atol=scale)
    np.testing.assert_allclose(case.flow, flow, rtol=1e-7, atol=scale)
    kept = [s for s, stage in enumerate(case.network.stages) if stage.cohorts]
    np.testing.assert_allclose(case.waited[kept], waited[kept], rtol=1e-6, atol=50 * scale)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 7))
def test_kernel_equals_the_literal_twin(seed, months, groups):
    compare_with_twin(seed, months, groups)


def check_conservation(seed: int, months: int, groups: int) -> None:
    case = run(random_case(seed, months, groups))
    assert conservation_error(case) <= 1e-9 * largest(case)
    assert case.stock.min() >= 0.0
    assert case.flow.min() >= 0.0
    assert np.all(np.isfinite(case.waited))
    limit = case.rates.pool_capacity
    used = np.zeros_like(limit)
    for e, edge in enumerate(case.network.edges):
        if edge.kind == "decision":
            used[case.network.stage_pool[case.network.edge_from[e]]] += case.flow[e].sum(axis=1)
    assert np.all(used <= limit * (1 + 1e-9) + 1e-9)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 9))
def test_people_are_conserved_and_capacity_is_kept(seed, months, groups):
    check_conservation(seed, months, groups)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1), st.integers(1, 80), st.integers(1, 20))
def test_people_are_conserved_in_ten_thousand_cases(seed, months, groups):
    check_conservation(seed, months, groups)


@pytest.mark.slow
@settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 7))
def test_kernel_equals_the_literal_twin_in_a_thousand_cases(seed, months, groups):
    compare_with_twin(seed, months, groups)
