"""People returned under the Agreement, each year predicted with weights fitted on the others.

The weight is the share of claimants at land ports who meet no exception. No denominator of these
returns is published, so rebuilt claims stand in for it: law and rebuilt claims give how many would
be returned if nobody met an exception (`exposed`), and a year's weight is what was published over
that. A year's prediction uses the weights of the other years only: their mean on the log scale and
an 80 % interval from Student's t with their number less one.

The 2024 figure is of the whole land border. Between ports the exposed are the people intercepted,
times the share whom the law returns: those returned are hardly among the counted claims (1, 6 and
4 claims counted in April, May and June 2023). The one other observation (2025) gives the weight
and is given the land ports' spread; it is above 1 because not only the intercepted are returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import arrivals, profiles
from sojourn.inputs import figures, months, parameters
from sojourn.inputs.dimensions import MODES
from sojourn.questions.mechanism import Check

Floats = NDArray[np.float64]

LAND, BETWEEN = list(MODES).index("land_port"), list(MODES).index("between_ports")

COVER = 0.8
"""Share of years that the interval is meant to hold."""

WIDEST = 3.0
"""An interval wider than this factor would say too little."""

NO_DENOMINATOR = "no denominator is published: rebuilt claims stand in for it"

EARLY_2025 = (
    "topic=2025-2026 Lacolle;finding=returned to the US under the STCA, January to mid-July 2025"
)


@dataclass(frozen=True)
class Period:
    """Days with a published count of returns: at land ports, between ports, or both together."""

    start: date
    end: date
    land: float | None = None
    between: float | None = None
    both: float | None = None

    @property
    def label(self) -> str:
        if (self.end - self.start).days >= 364:
            return str(self.start.year)
        return f"{self.start} to {self.end}"


@dataclass(frozen=True)
class Prediction:
    """A period predicted from the others: the middle and the ends of the interval, persons."""

    period: Period
    published: float
    model: float
    low: float
    high: float

    @property
    def factor(self) -> float:
        return self.high / self.low


@lru_cache(maxsize=1)
def periods() -> tuple[Period, ...]:
    """Every period with a published count that the prediction can use, in order of time."""
    found = [
        Period(f.start, f.end, land=f.value)
        for f in figures.select("returned_to_us", mode="land_port", item="", period="*")
        if f.value is not None
    ]
    (whole,) = (f for f in figures.rows("push.evidence") if f.item == EARLY_2025)
    (between,) = figures.select("returned_to_us", mode="between_ports", item="", period="*")
    assert whole.value is not None
    assert between.value is not None
    found.append(
        Period(whole.start, whole.end, land=whole.value - between.value, between=between.value)
    )
    border = figures.select("returned_to_us", item="scope=whole land border", period="*")
    found += [
        Period(f.start, f.end, both=f.value)
        for f in border
        if f.value is not None and (f.start.year, f.end.month) == (2024, 8)
    ]
    return tuple(sorted(found, key=lambda period: period.start))


@lru_cache(maxsize=1)
def _exposed() -> tuple[Floats, Floats, Floats]:
    """By month [T]: returns if nobody met an exception at land ports (rebuilt claims times shares
    by law), people intercepted between ports whom the law returns, and the same of claims counted
    between ports (the denominator tried first)."""
    history = arrivals.history()
    paths = parameters.load().paths(history.months)
    everyone: Mapping[str, float | Floats] = {
        "profile.land_port.not_excepted": 1.0,
        "profile.land_port.minor": 0.0,
        "profile.land_port.document": 0.0,
    }
    shares = profiles.shares(paths.with_values(everyone))
    returned = history.claims[:, LAND] * shares.returned[shares.epoch, LAND]
    by_law = profiles.returned_of_intercepted(paths)
    counted = history.claims[:, BETWEEN].sum(axis=1)
    return returned.sum(axis=1), history.interceptions * by_law, counted * by_law


def exposed(period: Period, *, counted: bool = False) -> tuple[float, float]:
    """Persons of the period who would be returned at weight 1, at land ports and between ports.

    `counted`: between ports the counted claims instead of the people intercepted.

    A month that the period covers in part counts by its days.
    """
    span = arrivals.history().months
    part = np.zeros(len(span))
    for t, month in enumerate(span.tolist()):
        first, last = months.first_day(month), months.last_day(month)
        days = (min(last, period.end) - max(first, period.start)).days + 1
        part[t] = max(days, 0) / ((last - first).days + 1)
    land, intercepted, claims = _exposed()
    between = claims if counted else intercepted
    return float((land * part).sum()), float((between * part).sum())


def weights(without: Period | None = None) -> Floats:
    """Log share of claimants at land ports who meet no exception, one for each other period."""
    found = [
        np.log(period.land / exposed(period)[0])
        for period in periods()
        if period is not without and period.land is not None
    ]
    return np.array(found)


def fitted() -> tuple[float, float, float]:
    """Mean (on the log scale), least and most of all weights: `profile.land_port.not_excepted`."""
    log = weights()
    return float(np.exp(log.mean())), float(np.exp(log.min())), float(np.exp(log.max()))


def predict(period: Period, *, counted: bool = False) -> Prediction:
    """The period's returns from the weights of the other periods (`counted` as in `exposed`)."""
    published = period.land if period.land is not None else period.both
    assert published is not None
    land, between = exposed(period, counted=counted)
    expected = between * _between_weight(counted) if period.both is not None else 0.0
    model, low, high = _interval(weights(period), land, expected)
    return Prediction(period, published, model, low, high)


def _interval(others: Floats, land: float, between: float) -> tuple[float, float, float]:
    """Middle and interval of the sum of both parts over a grid of their quantiles.

    `land` are persons at weight 1, `between` the middle of the part between ports.
    """
    from scipy.stats import t

    grid = (np.arange(400) + 0.5) / 400
    n = len(others)
    spread, step = float(others.std(ddof=1)), t.ppf(grid, n - 1)
    total = land * np.exp(others.mean() + spread * np.sqrt(1 + 1 / n) * step)
    if between:
        # one other observation: its own error and the year's, each with the land ports' spread
        part = between * np.exp(spread * np.sqrt(2.0) * step)
        total = (total[:, None] + part[None, :]).ravel()
    low, middle, high = np.quantile(total, [(1 - COVER) / 2, 0.5, (1 + COVER) / 2])
    return float(middle), float(low), float(high)


def _between_weight(counted: bool) -> float:
    """Returned between ports over those exposed there, from the one period that counts them."""
    (period,) = (p for p in periods() if p.between is not None)
    assert period.between is not None
    return period.between / exposed(period, counted=counted)[1]


def targets() -> tuple[Period, ...]:
    """The calendar years 2016 to 2019 and January to August 2024."""
    return tuple(
        p for p in periods() if p.both is not None or (p.land is not None and p.start.year < 2020)
    )


def rows() -> list[Check]:
    """Checks for `sojourn validate`: each target predicted, misses included.

    `error` is model / published - 1; `limit` is the error at the end of the interval.
    """
    return [_row(predict(period)) for period in targets()]


def _row(made: Prediction) -> Check:
    error = made.model / made.published - 1.0
    limit = made.model / made.low - 1.0 if error > 0 else 1.0 - made.model / made.high
    note = (
        f"weights fitted on the other periods; {COVER:.0%} interval {made.low:,.0f} to"
        f" {made.high:,.0f} (factor {made.factor:.1f}); {NO_DENOMINATOR}"
    )
    if made.period.both is not None:
        first = predict(made.period, counted=True).model
        note += (
            f"; between ports over people intercepted (counted claims, tried first: {first:,.0f})"
        )
    elif not made.low <= made.published <= made.high:
        note += "; the share without an exception was well above that of every other period"
    return Check(
        f"returned under the Agreement, {made.period.label}", "prediction", made.published,
        made.model, error, limit, made.low <= made.published <= made.high, note,
    )  # fmt: skip
