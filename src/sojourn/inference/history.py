"""Monthly records of a series as known on a day: what forecasts start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import figures, months
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError

Array = NDArray[np.float64]

LEAST = 18
"""Months without a gap that a forecast needs behind it."""


@dataclass(frozen=True)
class History:
    """Values [T] of consecutive months that end in month `last`."""

    series: str
    unit: str
    last: int
    values: Array

    @property
    def first(self) -> int:
        """The first month."""
        return self.last - len(self.values) + 1

    def until(self, month: int) -> History:
        """The record up to a month within it."""
        return History(self.series, self.unit, month, self.values[: month - self.first + 1])


def monthly(series: str, as_of: date | None = None) -> History:
    """The unbroken monthly record up to the last month published by `as_of` (None: all of it).

    National totals in the vintage then current. Raises InputError for an unknown series, one with
    no unbroken monthly record of `LEAST` months, and a day before its first figure.
    """
    known = declared.get(series, where="forecast")
    if series not in figures.registry():
        raise InputError("forecast", "series", series, "a series with published figures")
    ever = _values(series, None)
    if len(_run(ever)) < LEAST:
        expected = f"a series with {LEAST} consecutive published months, such as claims"
        raise InputError("forecast", "series", series, expected)
    found = ever if as_of is None else _values(series, as_of)
    run = _run(found)
    if len(run) < LEAST:
        raise InputError("forecast", "as_of", str(as_of), f"a day from {_earliest(series)}")
    return History(series, known.unit, run[-1], np.array([found[month] for month in run]))


def _values(series: str, as_of: date | None) -> dict[int, float]:
    try:
        rows = figures.select(series, as_of, period="month")
    except InputError as error:
        if error.field != "as_of":
            raise
        rows = ()
    return {months.of_day(row.start): row.value for row in rows if row.value is not None}


def _run(values: dict[int, float]) -> list[int]:
    """The consecutive months that end with the last one known."""
    if not values:
        return []
    last = first = max(values)
    while first - 1 in values:
        first -= 1
    return list(range(first, last + 1))


def _earliest(series: str) -> date:
    """First day on which `LEAST` consecutive months were known."""
    rows = figures.select(series, None, period="month")
    start = _run(_values(series, None))[0]
    wanted = range(start, start + LEAST)
    return max(row.available for row in rows if months.of_day(row.start) in wanted)
