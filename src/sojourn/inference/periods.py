"""The periods a result is shown in: months, fiscal years or calendar years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.inputs.series import OverYear

Kind = Literal["month", "fiscal", "year"]
KINDS = ("month", "fiscal", "year")
APRIL = 3


@dataclass(frozen=True)
class Periods:
    """Periods in order; period p covers the months `starts[p]` to `stops[p] - 1`."""

    kind: Kind
    labels: tuple[str, ...]
    starts: tuple[int, ...]
    stops: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def first(self) -> int:
        """First month of the first period."""
        return self.starts[0]

    @property
    def last(self) -> int:
        """Last month of the last period."""
        return self.stops[-1] - 1


def of(first: int, last: int, kind: Kind = "month") -> Periods:
    """Periods inside the months `first` to `last`; a year that is not whole is left out.

    Raises InputError when the months are out of order, outside the model's range, or hold no
    whole year.
    """
    window = f"{months.text(first)} to {months.text(last)}"
    if not months.FIRST <= first <= last <= months.HORIZON:
        expected = f"months in order from {months.text(months.FIRST)}"
        raise InputError("periods", "from, until", window, f"{expected} to 2060-12")
    if kind == "month":
        span = range(first, last + 1)
        labels = tuple(months.text(m) for m in span)
        return Periods(kind, labels, tuple(span), tuple(m + 1 for m in span))
    head = 0 if kind == "year" else APRIL
    start = first + (head - first) % 12
    span = range(start, last - 10, 12)
    if not span:
        name = "fiscal year (April to March)" if kind == "fiscal" else "calendar year"
        raise InputError("periods", "from, until", window, f"at least one whole {name}")
    name_of = months.fiscal_year if kind == "fiscal" else lambda m: str(months.year(m))
    return Periods(kind, tuple(name_of(m) for m in span), tuple(span), tuple(m + 12 for m in span))


def gather(
    values: NDArray[np.float32],
    first: int,
    periods: Periods,
    over_year: OverYear,
    weight: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Monthly values [T, ...] that begin in month `first`, gathered to periods [P, ...].

    Flows add up, stocks take the last month, means are weighted by `weight` [T, ...]; months
    where a mean does not exist (NaN) carry no weight, and a year without any is NaN.
    """
    lo, hi = periods.first - first, periods.last + 1 - first
    window = values[lo:hi]
    if periods.kind == "month":
        return window
    by_year = window.reshape(len(periods), 12, *values.shape[1:])
    if over_year == "last":
        return by_year[:, -1]
    if over_year == "sum":
        return by_year.sum(axis=1, dtype=np.float64).astype(np.float32)
    known = ~np.isnan(by_year)
    share = known.astype(np.float64)
    if weight is not None:
        share *= np.nan_to_num(weight[lo:hi]).reshape(by_year.shape)
    total = share.sum(axis=1)
    mean = (np.where(known, by_year, 0.0) * share).sum(axis=1) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, mean, np.nan).astype(np.float32)
