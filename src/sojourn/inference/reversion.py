"""How far surges carry and how fast they fade, learnt from 25 years of claims by origin.

National monthly figures start in 2015, too short to tell momentum from reversion. The record of
asylum applications in Canada by country of origin since 2000 (series `claims.unhcr`) holds
hundreds of surges. What followed them gives the constants of the monthly model: no constant is
set by hand, and a forecast as of a past date reads only the years published by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import draws
from sojourn.inputs import figures
from sojourn.inputs.content import kept
from sojourn.inputs.errors import InputError

SERIES = "claims.unhcr"
LEAST = 200
"""Applications in the base year below which an origin-year is left out as mostly noise."""

WINDOW = 60
"""Months of the level that claims return to: five years."""

MEMORIES = (0.05, 0.1, 0.2)
"""Weights tried for the newest month in the running mean of changes: 20, 10 and 5 months of
memory. Yearly figures cannot tell them apart; the monthly record before the origin does."""

ENOUGH = 100
"""Origin-years without which nothing is learnt."""

REPLICATES = 63
"""Bootstrap replicates of the constants, beside the best estimate."""

OUTLYING = 2.5
"""A year's surprise beyond this many robust standard deviations is a break."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Constants:
    """Monthly constants of the intake model and what they were learnt from.

    memory: weight of the newest month in the running mean of changes. momentum [B], reversion
    [B]: share of the running mean carried into the next month, and share of the distance from
    the five-year level closed each month: first the best estimate, then bootstrap replicates
    over years. break_rate: breaks a month; break_size: mean size of a national break, in logs;
    farthest: root mean square log ratio of two years of the country ten or more years apart.
    gap and change: the yearly regression coefficients reproduced; pairs: origin-years used;
    until: last year used.
    """

    memory: float
    momentum: Array
    reversion: Array
    break_rate: float
    break_size: float
    farthest: float
    gap: float
    change: float
    pairs: int
    until: int


def constants(as_of: date, memory: float) -> Constants:
    """Constants from the applications by origin published by a day.

    Yearly regression, without intercept, of next year's log change on the distance from the mean
    of five years and on this year's log change, over all origins with `LEAST` applications. The
    momentum and reversion are those under which the monthly model has the same two coefficients
    (indirect inference, so averaging over the year is allowed for). Breaks: share and size of
    surprises beyond `OUTLYING` robust deviations, their size scaled from origins to the country.
    Raises InputError when fewer than `ENOUGH` origin-years are known.
    """
    known = [f.start.year for f in _record() if f.available <= as_of]
    if known:
        found = _fit(max(known), memory)
        if found is not None:
            return found
    raise InputError("forecast", "as_of", str(as_of), f"a day with {ENOUGH} origin-years known")


@lru_cache(maxsize=1)
def _record() -> tuple[figures.Figure, ...]:
    """New applications by country of origin and year."""
    return tuple(f for f in figures.rows(SERIES) if f.used)


@lru_cache(maxsize=64)
def _fit(until: int, memory: float) -> Constants | None:
    by_origin: dict[str, dict[int, float]] = defaultdict(dict)
    country: dict[int, float] = defaultdict(float)
    for figure in _record():
        if figure.value is not None and figure.start.year <= until:
            by_origin[figure.nationality][figure.start.year] = figure.value
            country[figure.start.year] += figure.value
    table = np.array([row for years in by_origin.values() for row in _pairs(years)])
    if len(table) < ENOUGH:
        return None
    year, y, x = table[:, 0], table[:, 1], table[:, 2:]
    slope, normal = _regress(y, x)
    surprise = y - np.einsum("ni,i->n", x, slope)
    outside = np.abs(surprise) > OUTLYING * 1.4826 * float(np.median(np.abs(surprise)))
    ordered = np.log([country[k] for k in sorted(country)])
    scale = float(np.sqrt(np.mean(np.diff(ordered) ** 2) / np.mean(y**2)))
    # a second of work that data and code alone decide
    held = kept("reversion", f"{until} {memory!r}".encode(), lambda: {
        "pairs": np.array([_invert(*fit, memory) for fit in
                           [(slope, normal), *_replicates(year, y, x)]]),
    })  # fmt: skip
    pairs = held["pairs"]
    return Constants(
        memory,
        pairs[:, 0].copy(), pairs[:, 1].copy(),
        float(outside.mean()) / 12.0,
        float(np.abs(surprise[outside]).mean()) * scale if outside.any() else 0.0,
        _farthest(ordered), float(slope[0]), float(slope[1]), len(table), until,
    )  # fmt: skip


def _farthest(ordered: Array) -> float:
    first, second = np.triu_indices(len(ordered), k=min(10, len(ordered) - 1))
    return float(np.sqrt(np.mean((ordered[second] - ordered[first]) ** 2)))


def _regress(y: Array, x: Array) -> tuple[Array, Array]:
    normal = np.einsum("ni,nj->ij", x, x)
    return np.linalg.solve(normal, np.einsum("ni,n->i", x, y)), normal


def _replicates(year: Array, y: Array, x: Array) -> Iterator[tuple[Array, Array]]:
    """Regressions on years drawn with replacement: years share shocks, so they stay whole."""
    years = np.unique(year)
    u = draws.matrix(0, [f"reversion/{k}" for k in range(len(years))], REPLICATES)
    for column in (u * len(years)).astype(int).T:
        index = np.concatenate([np.flatnonzero(year == years[k]) for k in column])
        yield _regress(y[index], x[index])


def _pairs(years: dict[int, float]) -> list[tuple[float, float, float, float]]:
    """Year, next year's change, distance from the five-year mean, this year's change (in logs)."""
    found: list[tuple[float, float, float, float]] = []
    for year, value in years.items():
        window = [years[k] for k in range(year - 4, year + 1) if years.get(k, 0) > 0]
        before, after = years.get(year - 1, 0), years.get(year + 1, -1)
        if value >= LEAST and before > 0 and after >= 0 and len(window) >= 4:
            level = np.log(value + 5)
            mean = float(np.mean(np.log(np.array(window) + 5)))
            change = level - np.log(before + 5)
            found.append((year, np.log(after + 5) - level, level - mean, change))
    return found


MOMENTA = np.linspace(0.0, 0.9, 46)
REVERSIONS = np.linspace(0.0, 0.1, 26)


def _invert(slope: Array, normal: Array, memory: float) -> tuple[float, float]:
    """Momentum and reversion whose yearly coefficients are nearest, in the metric of the fit."""
    table = implied(memory)
    gap = table - slope
    distance = np.einsum("pri,ij,prj->pr", gap, normal, gap)
    p, r = np.unravel_index(int(np.argmin(distance)), distance.shape)
    return float(MOMENTA[p]), float(REVERSIONS[r])


@lru_cache(maxsize=8)
def implied(memory: float) -> Array:
    """Yearly regression coefficients of the monthly model, [momentum, reversion, 2], exact.

    Every quantity of the regression is a weighted sum of past monthly shocks, so its covariances
    are sums over the response of the level to one shock (small-noise approximation of log means).
    """
    horizon = 50 * 12
    phi, kappa = (g.ravel() for g in np.meshgrid(MOMENTA, REVERSIONS, indexing="ij"))
    level = response(memory, phi, kappa, horizon)
    total = np.concatenate([np.zeros((len(phi), 1)), np.cumsum(level, axis=1)], axis=1)
    # weight of a shock k months before the end of the newest year in the mean log of year y
    age = np.arange(horizon)
    mean = np.zeros((6, len(phi), horizon))
    for back in range(6):
        last = age - 12 * back + 1
        mean[back] = total[:, np.clip(last, 0, horizon)] - total[:, np.clip(last - 12, 0, horizon)]
    mean /= 12.0
    after, base, before = mean[0], mean[1], mean[2]
    gap = base - mean[1:6].mean(axis=0)
    y, x = after - base, np.stack([gap, base - before])
    normal = np.einsum("igk,jgk->gij", x, x)
    cross = np.einsum("igk,gk->gi", x, y)
    slope = np.linalg.solve(normal, cross[..., None])[..., 0]
    return np.asarray(slope.reshape(len(MOMENTA), len(REVERSIONS), 2))


def response(memory: float, momentum: Array, reversion: Array, horizon: int) -> Array:
    """Response [g, horizon] of the log level to one unit shock, for pairs of constants [g].

    Order of a month: the level moves by momentum times the running mean of changes, less
    reversion times its distance from the mean of the last `WINDOW` months, plus the shock.
    """
    level = np.zeros((len(momentum), horizon + 1))
    running = np.zeros(len(momentum))
    total = np.zeros((len(momentum), horizon + 2))
    for t in range(horizon):
        low = max(0, t + 1 - WINDOW)
        # before the shock the level was zero: the mean is over the full window
        mean = (total[:, t + 1] - total[:, low]) / WINDOW
        move = momentum * running - reversion * (level[:, t] - mean) + (t == 0)
        level[:, t + 1] = level[:, t] + move
        running = (1.0 - memory) * running + memory * move
        total[:, t + 2] = total[:, t + 1] + level[:, t + 1]
    return level[:, 1:]
