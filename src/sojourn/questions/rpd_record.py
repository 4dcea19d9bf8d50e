"""The RPD's published record by month: referrals, finalisations, the queue of 2014, ages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.columns import BEFORE
from sojourn.inputs import figures, months, parameters
from sojourn.inputs.figures import Figure

Floats = NDArray[np.float64]

FIRST = months.FIRST
LAST = months.parse("2024-09")
"""Last month up to which referrals of the new system are published."""

NEW_SYSTEM, ALL = "population=all_new_system", "population=all"


@lru_cache(maxsize=1)
def referred() -> Floats:
    """Referrals by month from FIRST to LAST: published periods, spread over their months.

    Shorter periods come first; what a longer one leaves is spread over its other months as the
    published claims. Counts of all cases are brought to the new system by the year's ratio.
    """
    claims = np.array([f.value for f in figures.select("claims", period="month")], float)
    return _by_month("referred", claims[: LAST - FIRST + 1])


@lru_cache(maxsize=1)
def finalised() -> Floats:
    """Finalisations by month from FIRST to LAST, as `referred`, spread evenly."""
    return _by_month("rpd.finalised", np.ones(LAST - FIRST + 1))


def _by_month(series: str, weight: Floats) -> Floats:
    rows = [
        f
        for f in figures.select(series, period="*", item=[NEW_SYSTEM, ALL], nationality="")
        if f.used and f.value is not None
    ]
    years = {(f.item, f.start.year): f.value for f in rows if f.period == "year"}
    value = np.full(weight.size, np.nan)
    for first, last, total in sorted(_periods(rows, years), key=lambda p: (p[1] - p[0], p[0])):
        span = np.arange(first - FIRST, last - FIRST + 1)
        if span[0] < 0 or span[-1] >= weight.size:
            continue
        free = span[np.isnan(value[span])]
        rest = total - np.nansum(value[span])
        if free.size and rest >= 0.0:
            value[free] = rest * weight[free] / weight[free].sum()
    return value


def _periods(
    rows: Iterable[Figure], years: dict[tuple[str, int], float | None]
) -> Iterable[tuple[int, int, float]]:
    for f in rows:
        assert f.value is not None
        first, last = months.of_day(f.start), months.of_day(f.end)
        whole = years.get((ALL, f.start.year)), years.get((NEW_SYSTEM, f.start.year))
        if f.item == NEW_SYSTEM:
            yield first, last, f.value
        elif f.start.year == f.end.year and f.period != "year" and whole[0] and whole[1]:
            yield first, last, f.value * whole[1] / whole[0]


def start_queue() -> Floats:
    """New-system claims pending at the end of 2014 by month of entry, [BEFORE]."""
    table = parameters.load()
    spread = round(table.value("start.rpd.months", FIRST))
    start = np.zeros(BEFORE)
    start[BEFORE - spread :] = table.value("start.rpd", FIRST) / spread
    return start


@lru_cache(maxsize=1)
def ages() -> dict[str, float]:
    """Claims waiting by month and age, as published: `2020-10 lt_12_months`."""
    rows = {(f.end, f.item): f.value for f in figures.select("rpd.age", item="*", period="*")}
    found: dict[str, float] = {}
    for (day, item), value in rows.items():
        if value is not None:
            found[f"{day:%Y-%m} {item.removeprefix('age=')}"] = float(value)
    return found


def october_2020() -> tuple[float, float, float]:
    """Shares of the inventory of October 2020: under 12 months, 12 to 24, over 24."""
    known = ages()
    names = ("lt_12_months", "1_2_years", "2plus_years")
    counts = np.array([known[f"2020-10 {name}"] for name in names])
    a, b, c = counts / counts.sum()
    return float(a), float(b), float(c)
