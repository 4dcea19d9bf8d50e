"""A month is one integer: year * 12 + month - 1. Days are `datetime.date`."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs.errors import InputError

_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")
_FISCAL = re.compile(r"(\d{4})-(\d{2})\Z")

FIRST = 2015 * 12
"""January 2015, the first month simulated."""

LAST = 2035 * 12 + 11
"""December 2035, the last month shown by default."""

HORIZON = 2060 * 12 + 11
"""December 2060, the last month that any run may reach."""


def parse(text: str, *, where: str = "month", field: str = "month") -> int:
    """Month `YYYY-MM` as an integer. Raises InputError on anything else."""
    found = _MONTH.match(str(text))
    if not found or not 1 <= int(found[2]) <= 12:
        raise InputError(where, field, text, "a month written YYYY-MM")
    return int(found[1]) * 12 + int(found[2]) - 1


def text(month: int) -> str:
    """The month as `YYYY-MM`."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def year(month: int) -> int:
    """Calendar year of the month."""
    return month // 12


def fiscal_year(month: int) -> str:
    """Government of Canada fiscal year (April to March) of the month, as `2024-25`."""
    start = (month - 3) // 12
    return f"{start:04d}-{(start + 1) % 100:02d}"


def parse_fiscal_year(text: str, *, where: str = "fiscal year", field: str = "year") -> int:
    """First month (April) of fiscal year `YYYY-YY`. Raises InputError on anything else."""
    found = _FISCAL.match(str(text))
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise InputError(where, field, text, "a fiscal year written YYYY-YY, such as 2023-24")
    return int(found[1]) * 12 + 3


def span(first: int, last: int) -> NDArray[np.int64]:
    """All months from `first` to `last`, both included."""
    return np.arange(first, last + 1, dtype=np.int64)


def first_day(month: int) -> date:
    """First day of the month."""
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    """Last day of the month."""
    return first_day(month + 1) - timedelta(days=1)


def of_day(day: date) -> int:
    """Month that holds the day."""
    return day.year * 12 + day.month - 1


def parse_day(text: str, *, where: str = "day", field: str = "date") -> date:
    """Day `YYYY-MM-DD`. Raises InputError on anything else."""
    try:
        if len(str(text)) != 10:
            raise ValueError
        return date.fromisoformat(str(text))
    except ValueError:
        raise InputError(where, field, text, "a day written YYYY-MM-DD") from None
