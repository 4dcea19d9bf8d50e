"""Published figures in the periods of a result, so that they stand beside the modelled ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference.outputs import Row
from sojourn.inference.periods import Periods
from sojourn.inputs import figures, months
from sojourn.inputs import series as declared
from sojourn.inputs.content import kept
from sojourn.inputs.figures import Figure

LATE_DAYS = 3
"""A stock counted up to three days into a month is the stock at the end of the month before."""

EVERYONE = "population=all"
"""The model counts claims of every system, so a count of all of them comes first."""


def table(rows: Sequence[Row], periods: Periods) -> dict[Row, dict[str, float]]:
    """Published values of each row by period label, as `beside`; rows without any are left out.

    Kept between starts: the figures are not read again while they are the same.
    """
    held = kept("published", repr((rows, periods)).encode(), lambda: _made(rows, periods))
    found: dict[Row, dict[str, float]] = {}
    columns = (held["row"].tolist(), held["period"].tolist(), held["value"].tolist())
    for at, period, value in zip(*columns, strict=True):
        found.setdefault(rows[at], {})[periods.labels[period]] = value
    return found


def _made(rows: Sequence[Row], periods: Periods) -> dict[str, NDArray[Any]]:
    place = {label: p for p, label in enumerate(periods.labels)}
    cells = [
        (at, place[label], value)
        for at, row in enumerate(rows)
        for label, value in beside(row, periods).items()
    ]
    return {
        "row": np.array([cell[0] for cell in cells], dtype=np.int64),
        "period": np.array([cell[1] for cell in cells], dtype=np.int64),
        "value": np.array([cell[2] for cell in cells], dtype=np.float64),
    }


def beside(row: Row, periods: Periods) -> dict[str, float]:
    """Published values of the row by period label; only those that cover exactly the period.

    A stock belongs to the month it was counted in when that was in its last week, or to the month
    before when it was counted in the first three days. A year is what was published for the year;
    where only its months were, they are added up (flows) or the last is taken (stocks).
    """
    if row.series not in figures.registry() or not figures.declared(row.series).model:
        return {}
    stock = declared.get(row.series).over_year == "last"
    by_month = _monthly(row, "day" if stock else "month")
    if periods.kind == "month":
        pairs = zip(periods.labels, periods.starts, strict=True)
        return {label: by_month[month] for label, month in pairs if month in by_month}
    if stock:
        ends = {label: stop - 1 for label, stop in zip(periods.labels, periods.stops, strict=True)}
        return {label: by_month[end] for label, end in ends.items() if end in by_month}
    kind = "year" if periods.kind == "year" else "fiscal_year"
    found = {months.of_day(f.start): f.value for f in _figures(row, kind) if f.value is not None}
    known: dict[str, float] = {}
    for label, start, stop in zip(periods.labels, periods.starts, periods.stops, strict=True):
        whole = all(m in by_month for m in range(start, stop))
        if start in found:
            known[label] = found[start]
        elif whole and declared.get(row.series).over_year == "sum":
            known[label] = sum(by_month[m] for m in range(start, stop))
    return known


def _monthly(row: Row, period: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for figure in _figures(row, period):
        month = _month_of(figure)
        if month is not None and figure.value is not None:
            found[month] = figure.value
    return found


def _month_of(figure: Figure) -> int | None:
    month = months.of_day(figure.end)
    if figure.start != figure.end:
        return month
    if figure.end.day <= LATE_DAYS:
        return month - 1
    return month if (months.last_day(month) - figure.end).days < 7 else None


def _figures(row: Row, period: str) -> list[Figure]:
    """The row's figures of one period kind; the widest population last, so that it is taken."""
    declaration = figures.declared(row.series)
    cell = {name: value for name, value in row.cell.items() if name != "item"}
    items = (row.item,) if row.item else dict.fromkeys((declaration.item, EVERYONE))
    chosen: list[Figure] = []
    for item in items:
        chosen += figures.select(row.series, None, period=period, **{**cell, "item": item})  # type: ignore[arg-type]
    return chosen
