"""Claims about the checks of the mechanism: inputs as published, order set on one month alone."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inputs import figures, months, parameters
from sojourn.questions import mechanism, rpd_record
from sojourn.questions.mechanism import Order
from sojourn.questions.rpd_record import FIRST, LAST


@pytest.fixture(scope="module")
def checks() -> dict[str, mechanism.Check]:
    return {row.check: row for row in mechanism.checks()}


def test_monthly_inputs_add_up_to_every_published_year():
    year = months.span(FIRST, LAST) // 12
    for series, monthly in (
        ("referred", rpd_record.referred()),
        ("rpd.finalised", rpd_record.finalised()),
    ):
        assert np.all(monthly >= 0.0)
        for f in figures.select(series, period="year", item=rpd_record.NEW_SYSTEM, nationality=""):
            if f.value and 2015 <= f.start.year <= 2023:
                assert monthly[year == f.start.year].sum() == pytest.approx(f.value)


def test_months_with_a_published_count_keep_its_shape():
    monthly = rpd_record.finalised()
    at = months.parse("2020-04") - FIRST
    published = [f.value for f in figures.select(
        "rpd.finalised", period="month", item=rpd_record.ALL, start="2020-04", end="2020-09"
    )]  # fmt: skip
    np.testing.assert_allclose(
        monthly[at : at + 6] / monthly[at : at + 6].sum(), np.array(published) / sum(published)
    )


def test_identity_holds_within_two_per_cent(checks):
    rows = [row for name, row in checks.items() if name.startswith("RPD pending, end of")]
    assert len(rows) == 9
    assert all(row.passed for row in rows)


def test_ages_and_waits_that_were_not_fed_in_are_predicted(checks):
    judged = [
        row for name, row in checks.items()
        if ("inventory" in name or "mean wait" in name) and row.limit is not None
    ]  # fmt: skip
    assert len(judged) == 6
    assert all(row.passed for row in judged)


def test_october_2020_and_the_wait_of_2020_are_told_and_not_judged(checks):
    told = [row for row in checks.values() if row.limit is None]
    assert len(told) == 5
    assert all("2020" in row.check and row.passed is None for row in told)


def test_shipped_order_of_service_is_the_one_closest_to_october_2020():
    table, month = parameters.load(), months.parse("2020-10")
    shipped = Order(
        table.value("rpd.newest_first", month),
        table.value("rpd.at_random", month),
        table.value("rpd.lag", month),
    )
    target = np.array(rpd_record.october_2020())

    def distance(order: Order) -> float:
        made = mechanism.ages(mechanism.rpd_alone(order), "2020-10", (12, 24))
        return float(np.sqrt(np.mean((np.array(made) - target) ** 2)))

    best = distance(shipped)
    for newest, random, lag in [(0, 0.95, 6), (0.05, 0.95, 6), (0, 1, 5), (0, 1, 7), (0, 0.65, 2)]:
        assert distance(Order(newest, random, lag)) > best


@pytest.mark.slow
def test_search_of_the_order_of_service_finds_the_shipped_one():
    order, distance = mechanism.fit_order()
    table, month = parameters.load(), months.parse("2020-10")
    assert order.newest == table.value("rpd.newest_first", month)
    assert order.at_random == table.value("rpd.at_random", month)
    assert order.lag == table.value("rpd.lag", month)
    assert distance < 0.01


def test_the_fit_sees_nothing_after_october_2020(monkeypatch):
    # other intake and decisions after the month leave the ages of the month as they are
    before = mechanism.ages(mechanism.rpd_alone(), "2020-10", (12, 24))
    cut = months.parse("2020-11") - FIRST
    intake = rpd_record.referred().copy()
    intake[cut:] *= 3.0
    monkeypatch.setattr(rpd_record, "referred", lambda: intake)
    assert mechanism.ages(mechanism.rpd_alone(), "2020-10", (12, 24)) == before


def test_referrals_of_years_with_a_queue_are_called_what_they_are(checks):
    for year in range(2019, 2024):
        row = checks[f"referrals {year} from claims, law and eligibility queue"]
        assert row.kind == "identity"
    for year in (2019, 2020, 2022):
        row = checks[f"referrals {year} from claims and law"]
        assert row.kind == "mechanism"
        assert row.passed is (abs(row.error) <= 0.05)
        assert mechanism.REASONS[year] in row.note
