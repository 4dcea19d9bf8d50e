"""Means and exact quantiles over members, one series at a time, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs.errors import InputError

BLOCK_VALUES = 8_000_000
"""Values of one series held at once by each thread (32 MB of float32)."""


class Members(Protocol):
    """Anything that can give all members of some periods of one row."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, periods, members."""

    def block(self, row: int, start: int, stop: int) -> NDArray[Any]:
        """Values [stop - start, members] of the row in the periods, members in order."""


@dataclass(frozen=True)
class Summary:
    """Over members: `mean` [K, P], `quantile` [Q, K, P], float64; NaN where no member has one."""

    quantiles: tuple[float, ...]
    mean: NDArray[np.float64]
    quantile: NDArray[np.float64]

    def row(self, at: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean [P] and quantiles [Q, P] of one row."""
        return self.mean[at], self.quantile[:, at]

    def again(self, members: Members, quantiles: Sequence[float], width: int = 1) -> Summary:
        """Of other members, as this one was made."""
        return summarise(members, quantiles, width=width)


@dataclass(frozen=True)
class OnDemand:
    """A `Summary` whose rows are worked out when asked for: a page shows some of a run's rows."""

    quantiles: tuple[float, ...]
    members: Members
    _known: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)

    def row(self, at: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean [P] and quantiles [Q, P] of one row."""
        if at not in self._known:
            every = self.members.block(at, 0, self.members.shape[1])
            self._known[at] = describe(every, self.quantiles)
        return self._known[at]

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """Means of all rows, [K, P]."""
        return np.stack([self.row(k)[0] for k in range(self.members.shape[0])])

    @cached_property
    def quantile(self) -> NDArray[np.float64]:
        """Quantiles of all rows, [Q, K, P]."""
        return np.stack([self.row(k)[1] for k in range(self.members.shape[0])], axis=1)

    def again(self, members: Members, quantiles: Sequence[float], width: int = 1) -> OnDemand:
        """Of other members, on demand as well."""
        return OnDemand(check_quantiles(quantiles), members)


def check_quantiles(quantiles: Sequence[float]) -> tuple[float, ...]:
    """The quantile levels in order, once each. Raises InputError outside 0 to 1."""
    levels = []
    for q in quantiles:
        if isinstance(q, bool) or not isinstance(q, int | float) or not 0 <= q <= 1:
            raise InputError("--quantiles", "level", q, "numbers from 0 to 1")
        levels.append(float(q))
    return tuple(sorted(set(levels)))


def summarise(
    members: Members, quantiles: Sequence[float], *, workers: int = 1, width: int = 1
) -> Summary:
    """Mean and exact quantiles (linear between order statistics, type 7) over the members.

    Each block holds every member of some periods, so the result does not depend on chunks,
    workers or the order in which they ended. `width` tells how many values are read for each one
    summarised (12 when months are gathered to years). Memory is about workers x 100 MB.
    """
    levels = check_quantiles(quantiles)
    rows, periods, count = members.shape
    mean = np.empty((rows, periods))
    quantile = np.empty((len(levels), rows, periods))
    step = max(1, BLOCK_VALUES // max(1, count * width))
    jobs = [(k, p, min(p + step, periods)) for k in range(rows) for p in range(0, periods, step)]

    def one(job: tuple[int, int, int]) -> None:
        row, start, stop = job
        part = members.block(row, start, stop)
        mean[row, start:stop], quantile[:, row, start:stop] = describe(part, levels)

    if workers == 1 or len(jobs) == 1 or rows * periods * count < 500_000:
        for job in jobs:
            one(job)
    else:
        with ThreadPoolExecutor(workers, thread_name_prefix="sojourn-reduce") as pool:
            for _ in pool.map(one, jobs):
                pass
    return Summary(levels, mean, quantile)


def describe(
    values: NDArray[Any], levels: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean [B] and quantiles [Q, B] over the members of values [B, N]; NaN is left out."""
    total = values.sum(axis=1, dtype=np.float64)
    ordered = np.sort(values, axis=1)
    # NaN sorts last, so one look at the last column tells whether any is there
    gaps = np.flatnonzero(np.isnan(ordered[:, -1]))
    mean = total / values.shape[1]
    quantile = _between(ordered, levels)
    for b in gaps:
        known = ordered[b : b + 1, : int(np.count_nonzero(~np.isnan(ordered[b])))]
        if known.shape[1]:
            mean[b] = known.mean(dtype=np.float64)
            quantile[:, b : b + 1] = _between(known, levels)
        else:
            mean[b] = np.nan
            quantile[:, b] = np.nan
    return mean, quantile


def _between(ordered: NDArray[Any], levels: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles [Q, B] of rows already in order [B, N]."""
    position = np.asarray(levels) * (ordered.shape[1] - 1)
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, ordered.shape[1] - 1)
    part = (position - below)[:, None]
    low, high = ordered[:, below].T.astype(np.float64), ordered[:, above].T.astype(np.float64)
    return low + part * (high - low)
