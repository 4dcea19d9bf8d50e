"""The streams of chance: named, numbered by member, and nothing else."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sojourn.inference import draws
from sojourn.inputs.errors import InputError


def test_draws_are_the_words_of_numpys_philox() -> None:
    key = int.from_bytes(hashlib.blake2b(b"rpd.capacity", digest_size=8).digest(), "little")
    words = np.random.Philox(key=np.array([7, key], dtype=np.uint64)).random_raw(1000)
    expected = [((int(w) >> 11) + 0.5) / 2**53 for w in words]
    assert draws.uniform(7, "rpd.capacity", 1000).tolist() == expected


def test_golden_values_do_not_change_between_versions() -> None:
    assert draws.uniform(0, "rpd.capacity", 3).tolist() == GOLDEN


@given(
    st.integers(0, 2**63 - 1),
    st.text(max_size=12),
    st.integers(0, 3000),
    st.integers(0, 300),
)
def test_a_chunk_made_alone_equals_its_part_of_the_whole(
    seed: int, name: str, start: int, length: int
) -> None:
    whole = draws.uniform(seed, name, start + length)
    alone = draws.uniform(seed, name, range(start, start + length))
    assert alone.tobytes() == whole[start:].tobytes()


def test_a_far_member_needs_no_draws_before_it() -> None:
    far = draws.uniform(3, "x", range(4 * 10**15 + 1, 4 * 10**15 + 9))
    assert len(far) == 8
    assert np.array_equal(far[3:], draws.uniform(3, "x", range(4 * 10**15 + 4, 4 * 10**15 + 9)))


def test_draws_are_uniform_and_never_an_end_of_the_interval() -> None:
    u = draws.uniform(1, "rad.capacity", 200_000)
    assert 0 < u.min() < 1e-4
    assert 1 - 1e-4 < u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > 0.001


def test_names_and_seeds_give_unrelated_draws() -> None:
    a = draws.uniform(0, "a", 50_000)
    for other in (draws.uniform(0, "b", 50_000), draws.uniform(1, "a", 50_000)):
        assert abs(np.corrcoef(a, other)[0, 1]) < 4 / np.sqrt(50_000)
    assert abs(np.corrcoef(a[:-1], a[1:])[0, 1]) < 4 / np.sqrt(50_000)


def test_a_row_of_the_matrix_does_not_depend_on_the_other_names() -> None:
    table = draws.matrix(5, ["a", "b", "c"], range(10, 30))
    assert np.array_equal(table[1], draws.uniform(5, "b", range(10, 30)))


def test_normal_draws_have_the_standard_normal_law() -> None:
    z = draws.normal(2, ["shock"], 100_000)[0]
    assert stats.kstest(z, "norm").pvalue > 0.001


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True, "0"])
def test_a_wrong_seed_is_refused(seed: object) -> None:
    with pytest.raises(InputError, match="seed"):
        draws.uniform(seed, "a", 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("members", [-1, True, 2.0, range(0, 10, 2), range(5, 2), "3"])
def test_wrong_members_are_refused(members: object) -> None:
    with pytest.raises(InputError, match="members"):
        draws.uniform(0, "a", members)  # type: ignore[arg-type]


GOLDEN = [0.5425449263720628, 0.03400238173403963, 0.8947906118252806]


def test_picking_members_reads_the_same_stream() -> None:
    members = np.array([0, 1, 2, 3, 4, 5, 17, 4_095, 4_096, 99_999, 7])
    for seed in (0, 1, 2**63 - 1):
        whole = draws.matrix(seed, ("a", "b/c"), 100_000)
        few = draws.picked(seed, ("a", "b/c"), members, 100_000)
        assert np.array_equal(few, whole[:, members])
        many = draws.picked(seed, ("a",), np.arange(0, 100_000, 3), 100_000)
        assert np.array_equal(many, whole[:1, ::3])
