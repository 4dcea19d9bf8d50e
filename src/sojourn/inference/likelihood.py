"""How likely the published figures are under a run: overdispersed counts, rounding, suppression.

A count published as v stands for every count that rounds to v; a suppressed cell for 1 to 5. A
count has a negative binomial law about the run's value, variance m + (d m)^2, where the
dispersion d stands for all that the model leaves out. A share has a normal law on the share, a
mean wait one on the months, both with the rounding's interval.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.simulate import Flows
from sojourn.inference.measures import Measure, measure
from sojourn.inputs import figures, months
from sojourn.inputs.figures import Figure

Array = NDArray[np.float64]

SHARE_ERROR = 0.03
"""Standard deviation of a published share about the run's, beyond its rounding (assumed)."""

WAIT_ERROR = 0.08
"""Relative standard deviation of a published mean wait about the run's (assumed)."""

ROUNDED = re.compile(r"round|approx|about|over|more than|closer to|nearly", re.IGNORECASE)

FITTED = (
    ("referred", "population=all_new_system", ("year",)),
    ("rpd.pending", "population=all_new_system", ("day",)),
    ("rpd.age", "*", ("day",)),
    ("rpd.wait_finalised", "", ("fiscal_year",)),
    ("eligibility.pending", "", ("day",)),
    ("rad.filed", "", ("year",)),
    ("rad.pending", "", ("day",)),
    ("removals.failed_claimants", "", ("year",)),
)  # fmt: skip
"""Series, item and kinds of period that calibration fits: what no parameter row repeats
(RPD and RAD decisions by year are parameter rows, so fitting them would prove nothing)."""


@dataclass(frozen=True)
class Datum:
    """A published figure, how a run gives it, and how it is rounded (width of the interval)."""

    figure: Figure
    reading: Measure
    kind: str
    width: float

    @property
    def label(self) -> str:
        """Series, item and period as text."""
        item = f" {self.figure.item}" if self.figure.item else ""
        if self.figure.period == "day":
            return f"{self.figure.series}{item} {self.figure.end.isoformat()}"
        first, last = months.text(self.reading.first), months.text(self.reading.last)
        return f"{self.figure.series}{item} {first} to {last}"


def data(as_of: date | None = None, until: int = months.HORIZON) -> tuple[Datum, ...]:
    """The figures that calibration fits, from 2016 on, as published by `as_of`, to month `until`.

    With `as_of` in the vintage of that day (earlier releases, before revisions).
    """
    found = []
    for series, item, kinds in FITTED:
        for kind in kinds:
            try:
                rows = figures.select(series, as_of, item=item, period=kind)
            except ValueError:
                continue
            for figure in rows:
                if figure.start.year >= 2016 and months.of_day(figure.end) <= until:
                    found.append(datum(figure))
    return tuple(found)


def datum(figure: Figure) -> Datum:
    """A figure with its reading and its rounding."""
    share = figure.unit == "share"
    kind = "share" if share else "months" if figure.unit == "months" else "count"
    return Datum(figure, measure(figure), kind, rounding(figure))


def rounding(figure: Figure) -> float:
    """Width of the interval of true values that round to the figure.

    Shares to a hundredth; waits to a month; counts as their note says: to 5, or, where it says
    rounded or about, to the last digit that is not zero.
    """
    if figure.unit == "share":
        return 0.01
    if figure.unit == "months":
        return 1.0
    if "rounded to 5" in figure.note:
        return 5.0
    if figure.value and ROUNDED.search(figure.note):
        width = 1.0
        while figure.value % (width * 10) == 0:
            width *= 10
        return width
    return 1.0


def predicted(run: Flows, chosen: Sequence[Datum]) -> Array:
    """Values [N] of the run for each datum."""
    return np.array([one.reading.read(run) for one in chosen])


def log_likelihood(values: Array, chosen: Sequence[Datum], dispersion: float) -> float:
    """Log probability of the published figures given the run's values [N]."""
    total = 0.0
    kinds = np.array([one.kind for one in chosen])
    widths = np.array([one.width for one in chosen])
    seen = np.array([np.nan if d.figure.value is None else d.figure.value for d in chosen])
    count = kinds == "count"
    shown = count & np.isfinite(seen)
    total += float(rounded_count(seen[shown], widths[shown], values[shown], dispersion).sum())
    hidden = count & ~np.isfinite(seen)
    total += float(suppressed_count(values[hidden], dispersion).sum())
    for kind in ("share", "months"):
        of = kinds == kind
        error = SHARE_ERROR if kind == "share" else WAIT_ERROR * np.maximum(values[of], 1.0)
        total += float(rounded_normal(seen[of], widths[of], values[of], error).sum())
    return total


def negative_binomial(k: Array, mean: Array, dispersion: float) -> Array:
    """Log probability of counts with variance mean + (dispersion x mean)^2."""
    from scipy.special import gammaln, xlogy

    mean = np.maximum(mean, 1e-9)
    r = 1.0 / max(dispersion, 1e-4) ** 2
    return np.asarray(
        gammaln(k + r) - gammaln(r) - gammaln(k + 1.0)
        + r * np.log(r / (r + mean)) + xlogy(k, mean / (r + mean))
    )  # fmt: skip


def rounded_count(value: Array, width: Array, mean: Array, dispersion: float) -> Array:
    """Log probability that a count lies in the interval which rounds to `value`.

    Exact for widths 1 and 5; wider intervals by five equal cells.
    """
    cells = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])[:, None] * width / 5.0
    k = np.maximum(value + np.where(width > 1.0, cells, 0.0), 0.0)
    logs = negative_binomial(k, mean, dispersion)
    inside = np.where(value + cells >= 0.0, logs, -np.inf)
    whole = np.logaddexp.reduce(inside, axis=0) + np.log(width / 5.0)
    return np.where(width > 1.0, whole, logs[2])


def suppressed_count(mean: Array, dispersion: float) -> Array:
    """Log probability of a count of 1 to 5, which is published as suppressed."""
    k = np.arange(1.0, 6.0)[:, None]
    return np.asarray(np.logaddexp.reduce(negative_binomial(k, mean, dispersion), axis=0))


def rounded_normal(value: Array, width: Array, mean: Array, error: Array | float) -> Array:
    """Log probability that a normal value lies in the interval which rounds to `value`."""
    from scipy.special import log_ndtr

    low, high = (value - width / 2 - mean) / error, (value + width / 2 - mean) / error
    flip = low > 0
    low, high = np.where(flip, -high, low), np.where(flip, -low, high)
    top, bottom = log_ndtr(high), log_ndtr(low)
    return np.asarray(top + np.log1p(-np.exp(np.minimum(bottom - top, -1e-12))))


def draw(values: Array, chosen: Sequence[Datum], dispersion: float, u: Array) -> Array:
    """Figures as they might be published, [N], from uniform draws u [N]: noise, then rounding."""
    from scipy.special import ndtri
    from scipy.stats import nbinom

    out = np.empty(len(chosen))
    r = 1.0 / max(dispersion, 1e-4) ** 2
    for n, one in enumerate(chosen):
        mean = max(float(values[n]), 1e-9)
        if one.kind == "count":
            raw = float(nbinom.ppf(u[n], r, r / (r + mean)))
        else:
            error = SHARE_ERROR if one.kind == "share" else WAIT_ERROR * max(mean, 1.0)
            raw = max(0.0, mean + error * float(ndtri(u[n])))
        out[n] = round(raw / one.width) * one.width
    return out
