"""The parameter table as it could have been written on a past day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import zip_longest

from sojourn.inputs import months
from sojourn.inputs.parameters import Parameters, Row

LAG = 90
"""Days from the end of what a row describes to its publication (the IRB's lag, docs/figures.md)."""

MOST = 9
"""Months of a year that must be published before its rate is taken as known."""

CAPACITY = (".capacity", ".levels", ".members", ".members_planned", "rpd.withdrawn")
"""Ends of the names that say how many cases are handled: what `--given capacity` hands over."""


ANNOUNCED = ("rpd.funded_capacity", "pr.levels")
"""Plans, known from their first day."""


def parameters(table: Parameters, day: date, given: Iterable[str] = ()) -> Parameters:
    """The table with only the dated rows that were known on a day; later months keep the last.

    A row describes the months until the next row of its name and was known `LAG` days after
    them, a yearly row after nine of its months (the Board publishes the year to date each
    quarter); a row of law was known when in force. The first row of a name is always kept: a
    constant without date is today's, a hindsight that every hindcast says. Names that end like
    one of `given` keep every row.
    """
    keep = tuple(given)
    return Parameters({
        name: rows if keep and name.endswith(keep) else _known(rows, day)
        for name, rows in table.rows.items()
    })  # fmt: skip


def _known(rows: tuple[Row, ...], day: date) -> tuple[Row, ...]:
    found = [rows[0]]
    for row, after in zip_longest(rows[1:], rows[2:]):
        if known_on(row, after) <= day:
            found.append(row)
    return tuple(found)


def known_on(row: Row, after: Row | None) -> date:
    """Day from which a dated row could be known."""
    if row.kind == "law" or row.name in ANNOUNCED:
        return months.first_day(row.start)
    length = MOST if after is None else min(MOST, after.start - row.start)
    return months.last_day(row.start + length - 1) + timedelta(days=LAG)
