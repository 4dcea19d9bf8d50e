"""Returns under the Agreement predicted year by year, each from the other years."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inputs import parameters
from sojourn.questions import agreement_returns
from sojourn.questions.agreement_returns import WIDEST, fitted, periods, predict, rows, targets


def test_the_five_published_periods_are_predicted() -> None:
    published = [predict(period).published for period in targets()]
    assert published == [742, 1992, 744, 663, 2481]


def test_every_interval_is_narrower_than_a_factor_of_three() -> None:
    assert all(predict(period).factor < WIDEST for period in targets())


def test_a_period_takes_no_part_in_its_own_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    target = targets()[0]
    before = predict(target)
    doubled = agreement_returns.Period(target.start, target.end, land=2 * (target.land or 0))
    changed = tuple(doubled if period is target else period for period in periods())
    monkeypatch.setattr(agreement_returns, "periods", lambda: changed)
    after = predict(doubled)
    assert after.published == 2 * before.published
    assert (after.model, after.low, after.high) == (before.model, before.low, before.high)


def test_a_row_passes_exactly_when_the_published_number_is_in_the_interval() -> None:
    for period, row in zip(targets(), rows(), strict=True):
        made = predict(period)
        assert row.passed == (made.low <= made.published <= made.high)
        assert row.limit is not None
        assert row.passed == (abs(row.error) <= row.limit)
        assert "no denominator is published" in row.note


def test_the_shipped_weight_is_the_one_fitted() -> None:
    (row,) = parameters.load().rows_of("profile.land_port.not_excepted")
    np.testing.assert_allclose((row.value, row.low, row.high), fitted(), atol=5e-4)
