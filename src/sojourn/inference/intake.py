"""The model `sojourn` of monthly claims: momentum, reversion, breaks, in logs.

Order of a month, for the national total:
1. the running mean of monthly changes carries over with the momentum of `reversion.constants`
   (its memory: that which foresaw the monthly records up to the origin best);
2. the level closes a share (the reversion) of its distance from the mean of the last five years,
   months of closed borders (`event.entry_orders`, known by decree at the time) left out;
3. one of the surprises seen so far is added, with either sign;
4. rarely a break of the size seen in the record by origin is added, and stays.
Each member has one draw of momentum and reversion. Everything is fitted inside the origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import arrivals
from sojourn.inference import draws
from sojourn.inference.reversion import MEMORIES, WINDOW, Constants, constants, response
from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import MODES
from sojourn.inputs.parameters import Paths

Array = NDArray[np.float64]

CLOSED = "event.entry_orders"
LARGEST = ("QC", "ON", "BC", "AB")
"""Provinces with 90 % of claims in every year."""

CAP = 2.8
"""Largest log deviation from the centre: the fullest year since 2000 had 17 times the emptiest."""


@dataclass(frozen=True, eq=False)
class State:
    """Where a monthly series stands at its last month, in logs.

    level: log of the last month; running: running mean of changes; window: logs of the months
    that still count in the five-year mean, newest last, with `age` months before the origin;
    surprises: what the model did not foresee, month by month.
    """

    level: float
    running: float
    window: Array
    age: NDArray[np.int64]
    surprises: Array


def fit(day: date, records: Mapping[str, Array], last: int) -> Constants:
    """Constants as of a day, with the memory that foresaw the records best.

    records: monthly counts [T] that all end in month `last`; each counts alike, by the mean size
    of its surprises relative to the first memory tried.
    """
    tried = [constants(day, memory) for memory in MEMORIES]
    size = np.array([
        [np.abs(state(r, last, np.empty(0), c).surprises).mean() for r in records.values()]
        for c in tried
    ])  # fmt: skip
    return tried[int(np.argmin((size / size[0]).mean(axis=1)))]


@lru_cache(maxsize=8)
def _provinces() -> dict[str, Array]:
    """Monthly claims of the largest provinces, all offices, for months from January 2015 [T].

    Suppressed cells (1 to 5) count as 3.
    """
    from sojourn.inputs import figures

    found = {code: np.zeros(arrivals.OBSERVED_UNTIL - months.FIRST + 1) for code in LARGEST}
    rows = figures.select("claims", province=LARGEST, item="*", period="month")
    for row in rows:
        if row.item.startswith("office="):
            at = months.of_day(row.start) - months.FIRST
            found[row.province][at] += 3.0 if row.value is None else row.value
    return found


def fit_claims(day: date, national: Array, last: int) -> Constants:
    """Constants for national claims [T] that end in month `last`, which provinces help to choose.

    Provinces are cut at the same month.
    """
    length = last - months.FIRST + 1
    parts = {code: values[:length] for code, values in _provinces().items()}
    return fit(day, {"national": national, **parts}, last)


def closed(span: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Months in which an order closed entry between ports [T]."""
    found = np.zeros(len(span), dtype=bool)
    for row in parameters.load().rows_of(CLOSED):
        found = np.where(span >= row.start, row.value > 0, found)
    return found


def state(history: Array, last: int, before: Array, fitted: Constants) -> State:
    """State after a monthly history [T] of counts ending in month `last`.

    `before` [B]: counts of the months just before the history, known only as yearly totals and
    used for the five-year level alone. Zero counts as a half.
    """
    y = np.log(np.maximum(history, 0.5))
    whole = np.concatenate([np.log(np.maximum(before, 0.5)), y])
    span = months.span(last - len(whole) + 1, last)
    keep = ~closed(span)
    mean = _means(whole, keep)[len(before) :]
    momentum, reversion = float(fitted.momentum[0]), float(fitted.reversion[0])
    running, surprises = 0.0, np.empty(len(y) - 1)
    for t in range(1, len(y)):
        expected = y[t - 1] + momentum * running - reversion * (y[t - 1] - mean[t - 1])
        surprises[t - 1] = y[t] - expected
        running = (1.0 - fitted.memory) * running + fitted.memory * (y[t] - y[t - 1])
    age = np.arange(len(whole) - 1, -1, -1)
    counts = keep & (age < WINDOW)
    if not counts.any():
        counts = age < WINDOW
    return State(float(y[-1]), running, whole[counts], age[counts], surprises)


def _means(whole: Array, keep: NDArray[np.bool_]) -> Array:
    """Mean [T] of the months that count among the last `WINDOW`, each month included."""
    total = np.concatenate([[0.0], np.cumsum(np.where(keep, whole, 0.0))])
    count = np.concatenate([[0], np.cumsum(keep)])
    end = np.arange(1, len(whole) + 1)
    start = np.maximum(end - WINDOW, 0)
    n = count[end] - count[start]
    return np.where(n > 0, (total[end] - total[start]) / np.maximum(n, 1), whole)


def paths(
    now: State, fitted: Constants, horizon: int, seed: int, lo: int, hi: int, name: str = "intake"
) -> Array:
    """Log levels [hi - lo, horizon] of members lo to hi - 1 for the months after the state.

    Draws come from the streams `name/...` of the seed, so a member does not depend on the slice.
    """
    members = range(lo, hi)
    which = draws.uniform(seed, f"{name}/constants", members)
    chosen = (which * len(fitted.momentum)).astype(int)
    step = draws.matrix(seed, [f"{name}/step/{h}" for h in range(horizon)], members)
    rare = draws.matrix(seed, [f"{name}/break/{h}" for h in range(horizon)], members)
    mirrored = np.sort(np.concatenate([now.surprises, -now.surprises]))
    shocks = mirrored[(step * len(mirrored)).astype(int)] + breaks(rare, fitted)
    found = simulate(
        now, fitted.memory, fitted.momentum[chosen], fitted.reversion[chosen], shocks
    ).T
    middle = centre(now, fitted, horizon)
    return middle + (found - middle) * _held(now, fitted, horizon)


@lru_cache(maxsize=16)
def _held(now: State, fitted: Constants, horizon: int) -> Array:
    """Factor [horizon] on deviations that holds their spread to `Constants.farthest`.

    The model has no memory longer than five years, so its spread would grow without end.
    """
    answer = response(fitted.memory, fitted.momentum[:1], fitted.reversion[:1], horizon)[0]
    variance = float(np.mean(now.surprises**2)) + 2 * fitted.break_rate * fitted.break_size**2
    return np.minimum(1.0, fitted.farthest / np.sqrt(np.cumsum(answer**2) * variance))


def breaks(u: Array, fitted: Constants) -> Array:
    """Breaks from uniform draws: none with probability 1 - rate, else Laplace of the mean size."""
    inside = u < fitted.break_rate
    v = np.where(inside, u / max(fitted.break_rate, 1e-300), 0.5) - 0.5
    size = -fitted.break_size * np.log(np.maximum(1.0 - 2.0 * np.abs(v), 1e-12))
    return np.where(inside, np.sign(v) * size, 0.0)


def simulate(now: State, memory: float, momentum: Array, reversion: Array, shocks: Array) -> Array:
    """Log levels [H, n] from shocks [H, n] and constants [n]: the four steps, month by month."""
    horizon, n = shocks.shape
    level, running = np.full(n, now.level), np.full(n, now.running)
    path, total = np.empty((horizon, n)), np.zeros(n)
    for h in range(horizon):
        known = now.window[now.age + h < WINDOW]
        seen = min(h, WINDOW)
        if h > WINDOW:
            total = total - path[h - WINDOW - 1]
        mean = (known.sum() + total) / max(len(known) + seen, 1)
        move = momentum * running - reversion * (level - mean) + shocks[h]
        level = level + move
        running = (1.0 - memory) * running + memory * move
        path[h] = level
        total = total + level
    return path


@lru_cache(maxsize=16)
def centre(now: State, fitted: Constants, horizon: int) -> Array:
    """Log levels [horizon] without any surprise, at the best estimate of the constants."""
    one = fitted.momentum[:1], fitted.reversion[:1]
    return simulate(now, fitted.memory, *one, np.zeros((horizon, 1)))[:, 0]


def deviations(span: NDArray[np.int64], seed: int, lo: int, hi: int) -> Array:
    """Log deviations of future claims by mode from the central continuation [hi - lo, T, mode].

    span [T]: months of the run. Zero for observed months; after them the national paths of the
    model about their own centre, the same for every mode, and a walk of the modes' shares that
    returns with the same reversion; a month's shares add up to one, so the total stays national.
    At most `CAP` either way, so that no member leaves the range of the record.
    """
    out = np.zeros((hi - lo, len(span), len(MODES)))
    horizon = int(span[-1]) - arrivals.OBSERVED_UNTIL
    if horizon < 1:
        return out
    now, fitted, share, share_steps = _latest()
    national = paths(now, fitted, horizon, seed, lo, hi) - centre(now, fitted, horizon)
    u = draws.matrix(seed, [f"intake/share/{h}" for h in range(horizon)], range(lo, hi))
    mirrored = np.concatenate([share_steps, -share_steps])
    moves = mirrored[(u * len(mirrored)).astype(int)]
    for h in range(1, horizon):
        moves[h] += (1.0 - float(fitted.reversion[0])) * moves[h - 1]
    walk = moves.transpose(1, 0, 2)
    walk -= np.log(np.sum(share * np.exp(walk), axis=2, keepdims=True))
    found = np.clip(national[:, :, None] + walk, -CAP, CAP)
    first = max(0, arrivals.OBSERVED_UNTIL + 1 - int(span[0]))
    skip = max(0, int(span[0]) - arrivals.OBSERVED_UNTIL - 1)
    out[:, first:] = found[:, skip:]
    return out


def settle(paths: Paths) -> Paths:
    """Paths in which the levels of future intake are exact: their range is that of `deviations`.

    The parameter table gives `arrivals.MODE.level` a range for readers; a member that draws its
    deviations too would count the same uncertainty twice.
    """
    low, high = paths.low.copy(), paths.high.copy()
    for name, row in paths.index.items():
        if name.startswith("arrivals.") and name.endswith(".level"):
            low[row] = high[row] = paths.value[row]
    return replace(paths, low=low, high=high)


@lru_cache(maxsize=1)
def _latest() -> tuple[State, Constants, Array, Array]:
    """State, constants, last year's shares by mode [1, 1, mode] and steps of log shares."""
    seen = arrivals.history()
    claims = seen.claims.sum(axis=2)
    day = months.last_day(int(seen.months[-1]))
    national, last = claims.sum(axis=1), int(seen.months[-1])
    fitted = fit_claims(day, national, last)
    now = state(national, last, yearly_before(day), fitted)
    year = claims[-12:].sum(axis=0)
    return now, fitted, (year / year.sum())[None, None, :], _share_steps(seen.months, claims)


def _share_steps(span: NDArray[np.int64], claims: Array) -> Array:
    """Monthly steps of the modes' log shares [n, mode], from claims [T, mode].

    Changes between half-years, over the root of six: month to month the split is partly the
    noise of its reconstruction. Pairs of half-years with a change of rules are left out, since
    scenarios change rules and chance does not.
    """
    half = np.cumsum(np.concatenate([np.zeros((1, claims.shape[1])), claims]), axis=0)
    half = np.maximum(half[6:] - half[:-6], 30.0)
    logs = np.log(half / half.sum(axis=1, keepdims=True))
    steps = (logs[6:] - logs[:-6]) / np.sqrt(6.0)
    changed = np.zeros(len(span), dtype=bool)
    rows = parameters.load().rows
    for name in (CLOSED, "law.stca", "law.protocol_2023", "event.mexico_visa"):
        changed |= np.isin(span, [row.start for row in rows.get(name, ())[1:]])
    touched = np.array([changed[t : t + 13].any() for t in range(len(steps))])
    return steps[~touched]


def yearly_before(as_of: date) -> Array:
    """Monthly means [B] of the years before 2015 within the five-year window, from yearly totals.

    Empty when a year between is not known by `as_of`.
    """
    from sojourn.inputs import figures

    known = {
        f.start.year: f.value
        for f in figures.select("claims", as_of, period="year")
        if f.value is not None and f.start.year < months.year(months.FIRST)
    }
    found: list[float] = []
    year = months.year(months.FIRST) - 1
    while year in known and len(found) < WINDOW:
        found = [known[year] / 12.0] * 12 + found
        year -= 1
    return np.array(found)
