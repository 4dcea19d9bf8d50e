"""What a series of figures lacks: cells that are flagged missing, and holes between periods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sojourn.inputs.figure_table import DIMENSIONS, Figure

SPARSE = timedelta(days=396)
"""Stocks further apart than this have a gap between them."""

STEP = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}
"""Months from one regular period to the next."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of days without a figure, for one combination of dimensions."""

    dims: tuple[str, ...]
    start: date
    end: date
    period: str
    reason: str


def find(rows: Iterable[Figure], *, stocks: bool) -> tuple[Gap, ...]:
    """What is missing: cells with a missing flag, and holes between the regular periods held.

    Holes are looked for between the first and the last figure of each combination of dimensions
    and kind of period (months, quarters, years, fiscal years), and, with `stocks`,
    wherever no day of 13 months is held; their reason is `no row`.
    """
    day = timedelta(days=1)
    found: list[Gap] = []
    cells: dict[tuple[tuple[str, ...], str, str], list[tuple[date, date]]] = {}
    spans: dict[tuple[tuple[str, ...], str], set[tuple[date, date]]] = {}
    for figure in rows:
        dims = tuple(getattr(figure, name) for name in DIMENSIONS)
        if figure.value is None and figure.used and figure.low is None and figure.high is None:
            cells.setdefault((dims, figure.period, figure.missing), []).append(
                (figure.start, figure.end)
            )
        if figure.period in STEP or (figure.period == "day" and stocks):
            spans.setdefault((dims, figure.period), set()).add((figure.start, figure.end))
    for (dims, kind, reason), missing in cells.items():
        found += [Gap(dims, *stretch, kind, reason) for stretch in _joined(missing)]
    for (dims, kind), held in spans.items():
        apart = SPARSE if kind == "day" else day
        for (_, before), (after, _) in pairwise(sorted(held)):
            if after > before + apart:
                found.append(Gap(dims, before + day, after - day, kind, "no row"))
    return tuple(sorted(found, key=lambda gap: (gap.start, gap.end, gap.dims)))


def _joined(periods: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Periods that follow each other, as one stretch."""
    joined: list[tuple[date, date]] = []
    for start, end in sorted(set(periods)):
        if joined and start == joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
