"""Means and quantiles are exact, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sojourn.inference import reduce
from sojourn.inputs.errors import InputError

LEVELS = (0.05, 0.5, 0.9)


class Array:
    """Members held in one array [rows, periods, members]."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self.values = values

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, periods, members = self.values.shape
        return rows, periods, members

    def block(self, row: int, start: int, stop: int) -> NDArray[np.float32]:
        return self.values[row, start:stop]


@given(st.integers(0, 2**32), st.integers(1, 40), st.sampled_from([1, 7, 50, 10**6]))
def test_quantiles_are_those_of_numpy_in_any_blocks(seed: int, members: int, block: int) -> None:
    values = np.random.default_rng(seed).normal(size=(2, 5, members)).astype(np.float32)
    before, reduce.BLOCK_VALUES = reduce.BLOCK_VALUES, block
    try:
        summary = reduce.summarise(Array(values), LEVELS)
    finally:
        reduce.BLOCK_VALUES = before
    expected = np.quantile(values.astype(np.float64), LEVELS, axis=2)
    np.testing.assert_allclose(summary.quantile, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(summary.mean, values.mean(axis=2, dtype=np.float64), rtol=1e-12)


def test_two_threads_give_the_bytes_of_one() -> None:
    values = np.random.default_rng(0).lognormal(size=(6, 30, 4000)).astype(np.float32)
    one = reduce.summarise(Array(values), LEVELS, workers=1)
    two = reduce.summarise(Array(values), LEVELS, workers=2)
    assert one.mean.tobytes() == two.mean.tobytes()
    assert one.quantile.tobytes() == two.quantile.tobytes()


def test_rows_made_on_demand_have_the_bytes_of_all_at_once() -> None:
    values = np.random.default_rng(1).lognormal(size=(4, 30, 50)).astype(np.float32)
    values[2, 7, :3], values[3, 5] = np.nan, np.nan
    all_at_once = reduce.summarise(Array(values), LEVELS)
    asked = reduce.OnDemand(LEVELS, Array(values))
    mean, quantile = asked.row(2)
    assert mean.tobytes() == all_at_once.row(2)[0].tobytes()
    assert quantile.tobytes() == all_at_once.row(2)[1].tobytes()
    assert asked.mean.tobytes() == all_at_once.mean.tobytes()
    assert asked.quantile.tobytes() == all_at_once.quantile.tobytes()


def test_a_constant_has_itself_as_every_quantile() -> None:
    summary = reduce.summarise(Array(np.full((1, 3, 9), 7.5, np.float32)), LEVELS)
    assert (summary.quantile == 7.5).all()
    assert (summary.mean == 7.5).all()


def test_members_that_have_no_value_are_left_out_and_none_at_all_is_not_a_number() -> None:
    values = np.array([[[1.0, np.nan, 3.0], [np.nan] * 3, [1.0, 2.0, 3.0]]], np.float32)
    summary = reduce.summarise(Array(values), (0.5,))
    assert summary.mean[0, 0] == 2.0
    assert summary.quantile[0, 0, 0] == 2.0
    assert np.isnan(summary.mean[0, 1])
    assert np.isnan(summary.quantile[0, 0, 1])
    assert summary.mean[0, 2] == 2.0


def test_one_member_is_all_its_quantiles() -> None:
    summary = reduce.summarise(Array(np.array([[[4.0]]], np.float32)), (0.0, 0.3, 1.0))
    assert summary.quantile.ravel().tolist() == [4.0, 4.0, 4.0]


def test_levels_come_in_order_and_once() -> None:
    assert reduce.check_quantiles((0.9, 0.1, 0.9)) == (0.1, 0.9)


@pytest.mark.parametrize("level", [-0.1, 1.5, float("nan"), True, "0.5"])
def test_a_level_outside_0_to_1_is_refused(level: object) -> None:
    with pytest.raises(InputError, match="quantiles"):
        reduce.check_quantiles((level,))  # type: ignore[arg-type]
