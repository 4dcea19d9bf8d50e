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
