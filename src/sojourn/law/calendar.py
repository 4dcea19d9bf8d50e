"""Counting of days and years as in the Interpretation Act, ss. 26-29 (specification, 1.6).

The day of the first event is left out, the last day counts; a year ends on the same calendar date
and one that starts on 29 February ends on 28 February. `:+n` never moves for a holiday.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

NO_DAY = np.int32(-1)
"""The missing day in arrays of days (days are proleptic ordinals, 1 = 0001-01-01)."""

_EPOCH = date(1970, 1, 1).toordinal()


def add_days(day: date, days: int) -> date:
    """The day `days` days later; a Sunday or holiday does not move it."""
    return day + timedelta(days=days)


def add_months(day: date, months: int) -> date:
    """Same day `months` months later, or the last day of that month when it has none such."""
    at = day.year * 12 + day.month - 1 + months
    year, month = at // 12, at % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def is_sunday(day: date) -> bool:
    """Whether the day is a Sunday: the only holiday that the rule table computes (U6)."""
    return day.weekday() == 6


def is_holiday(day: date) -> bool:
    """Whether the day is a holiday of the Interpretation Act, s. 35(1), for all of Canada.

    Sundays, New Year's Day, Good Friday, Easter Monday, Victoria Day, Canada Day, Labour Day,
    National Day for Truth and Reconciliation (from 2021), Thanksgiving, Remembrance Day, Christmas.
    """
    if is_sunday(day) or (day.month, day.day) in _FIXED:
        return True
    if (day.month, day.day) == (9, 30):
        return day.year >= 2021
    if day.month == 7 and day.day == 2:
        return day.weekday() == 0  # Canada Day is moved when 1 July is a Sunday
    if day.weekday() == 0 and (
        (day.month == 5 and 18 <= day.day <= 24)
        or (day.month == 9 and day.day <= 7)
        or (day.month == 10 and 8 <= day.day <= 14)
    ):
        return True
    return day in (easter(day.year) - timedelta(days=2), easter(day.year) + timedelta(days=1))


_FIXED = ((1, 1), (7, 1), (11, 11), (12, 25))


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def next_working_day(day: date) -> date:
    """The first day after `day` that is not a holiday."""
    following = day + timedelta(days=1)
    while is_holiday(following):
        following += timedelta(days=1)
    return following


def add_months_array(days: NDArray[np.int32], months: int) -> NDArray[np.int32]:
    """`add_months` over day ordinals; a missing day stays missing."""
    day = (days - _EPOCH).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    in_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    first = target.astype("datetime64[D]").astype(np.int64)
    following = (target + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64)
    moved = np.minimum(first + in_month, following - 1) + _EPOCH
    return np.where(days == NO_DAY, NO_DAY, moved).astype(np.int32)


def is_sunday_array(days: NDArray[np.int32]) -> NDArray[np.bool_]:
    """`is_sunday` over day ordinals; a missing day is no Sunday."""
    return (days != NO_DAY) & (days % 7 == 0)
