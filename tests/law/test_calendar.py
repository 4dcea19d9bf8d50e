"""Counting of days, months and holidays."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from sojourn.law import calendar
from sojourn.law.calendar import NO_DAY


def test_a_year_from_29_february_ends_on_28_february() -> None:
    assert calendar.add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert calendar.add_months(date(2028, 2, 29), 48) == date(2032, 2, 29)
    assert calendar.add_months(date(2025, 1, 31), 1) == date(2025, 2, 28)


def test_a_period_of_days_does_not_move_for_a_sunday() -> None:
    assert calendar.add_days(date(2025, 5, 25), 7) == date(2025, 6, 1)
    assert calendar.is_sunday(date(2025, 6, 1))


def test_arrays_count_as_single_days_do() -> None:
    start = date(2019, 1, 1)
    days = [start + timedelta(days=n) for n in range(3000)]
    ordinals = np.array([*(day.toordinal() for day in days), NO_DAY], dtype=np.int32)
    for months in (1, 12, 36):
        moved = calendar.add_months_array(ordinals, months)
        assert moved[-1] == NO_DAY
        assert [date.fromordinal(n) for n in moved[:-1].tolist()] == [
            calendar.add_months(day, months) for day in days
        ]
    assert calendar.is_sunday_array(ordinals).tolist() == [
        *(calendar.is_sunday(day) for day in days), False
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2020, "04-12"), (2021, "04-04"), (2024, "03-31"), (2025, "04-20"), (2026, "04-05")],
)
def test_easter(year: int, easter: str) -> None:
    assert calendar.easter(year).isoformat() == f"{year}-{easter}"


def test_holidays_of_2025_on_weekdays() -> None:
    year = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    found = [f"{d:%m-%d}" for d in year if calendar.is_holiday(d) and not calendar.is_sunday(d)]
    assert found == ["01-01", "04-18", "04-21", "05-19", "07-01", "09-01", "09-30", "10-13",
                     "11-11", "12-25"]  # fmt: skip


def test_another_holiday_is_shown_on_the_trail_and_changes_nothing() -> None:
    from sojourn.law.decide import decide

    facts = {"date_of_entry": "2024-12-25", "date_of_claim": "2025-12-26"}
    decision = decide(facts)
    assert decision.outcome == "ineligible:b1"
    assert any(step.rule == "F-holiday" and step.held for step in decision.trail)
    next_day = decide({**facts, "date_of_claim": "2025-12-27"})
    assert not any(step.rule == "F-holiday" for step in next_day.trail)
