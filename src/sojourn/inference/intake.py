"""The model `sojourn` of monthly claims: momentum, reversion, breaks, in logs.

Order of a month, for the national total:
1. the running mean of monthly changes carries over with the momentum of `reversion.constants`;
2. the level closes a share (the reversion) of its distance from the mean of the last five years,
   months of closed borders (`event.entry_orders`, known by decree at the time) left out;
3. one of the surprises seen so far is added, with either sign;
4. rarely a break of the size seen in the record by origin is added, and stays.
Each member has one draw of momentum and reversion. Everything is fitted inside the origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import arrivals
from sojourn.inference import draws
from sojourn.inference.reversion import MEMORY, WINDOW, Constants, constants, response
from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import MODES

Array = NDArray[np.float64]

CLOSED = "event.entry_orders"
CAP = 2.8
"""Largest log deviation from the centre: the fullest year since 2000 had 17 times the emptiest."""


@dataclass(frozen=True)
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


def closed(span: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Months in which an order closed entry between ports [T]."""
    inside = span[(span >= months.FIRST) & (span <= months.HORIZON)]
    found = np.zeros(len(span), dtype=bool)
    if len(inside):
        found[np.isin(span, inside)] = parameters.load().paths(inside)[CLOSED] > 0
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
    momentum, reversion = float(fitted.momentum[0]), float(fitted.reversion[0])
    running, surprises = 0.0, np.empty(len(y) - 1)
    for t in range(1, len(y)):
        mean = _mean(whole, keep, len(before) + t)
        expected = y[t - 1] + momentum * running - reversion * (y[t - 1] - mean)
        surprises[t - 1] = y[t] - expected
        running = (1.0 - MEMORY) * running + MEMORY * (y[t] - y[t - 1])
    age = np.arange(len(whole) - 1, -1, -1)
    counts = keep & (age < WINDOW)
    if not counts.any():
        counts = age < WINDOW
    return State(float(y[-1]), running, whole[counts], age[counts], surprises)


def _mean(whole: Array, keep: NDArray[np.bool_], end: int) -> float:
    recent = slice(max(0, end - WINDOW), end)
    kept = whole[recent][keep[recent]]
    return float(kept.mean() if kept.size else whole[recent].mean())


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
    found = simulate(now, fitted.momentum[chosen], fitted.reversion[chosen], shocks).T
    middle = centre(now, fitted, horizon)
    return middle + (found - middle) * _held(now, fitted, horizon)


def _held(now: State, fitted: Constants, horizon: int) -> Array:
    """Factor [horizon] on deviations that holds their spread to `Constants.farthest`.

    The model has no memory longer than five years, so its spread would grow without end.
    """
    answer = response(fitted.momentum[:1], fitted.reversion[:1], horizon)[0]
    variance = float(np.mean(now.surprises**2)) + 2 * fitted.break_rate * fitted.break_size**2
    return np.minimum(1.0, fitted.farthest / np.sqrt(np.cumsum(answer**2) * variance))


def breaks(u: Array, fitted: Constants) -> Array:
    """Breaks from uniform draws: none with probability 1 - rate, else Laplace of the mean size."""
    inside = u < fitted.break_rate
    v = np.where(inside, u / max(fitted.break_rate, 1e-300), 0.5) - 0.5
    size = -fitted.break_size * np.log(np.maximum(1.0 - 2.0 * np.abs(v), 1e-12))
    return np.where(inside, np.sign(v) * size, 0.0)


def simulate(now: State, momentum: Array, reversion: Array, shocks: Array) -> Array:
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
        running = (1.0 - MEMORY) * running + MEMORY * move
        path[h] = level
        total = total + level
    return path


def centre(now: State, fitted: Constants, horizon: int) -> Array:
    """Log levels [horizon] without any surprise, at the best estimate of the constants."""
    one = fitted.momentum[:1], fitted.reversion[:1]
    return simulate(now, *one, np.zeros((horizon, 1)))[:, 0]


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


@lru_cache(maxsize=1)
def _latest() -> tuple[State, Constants, Array, Array]:
    """State, constants, last year's shares by mode [1, 1, mode] and steps of log shares."""
    seen = arrivals.history()
    claims = seen.claims.sum(axis=2)
    day = months.last_day(int(seen.months[-1]))
    fitted = constants(day)
    now = state(claims.sum(axis=1), int(seen.months[-1]), yearly_before(day), fitted)
    year = claims[-12:].sum(axis=0)
    logs = np.log(np.maximum(claims, 5.0)) - np.log(claims.sum(axis=1, keepdims=True))
    steps = np.diff(logs, axis=0)
    return now, fitted, (year / year.sum())[None, None, :], steps[~_rules_changed(seen.months)[1:]]


def _rules_changed(span: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Months in which, or in the month before which, a rule of entry changed: not surprises."""
    found = np.zeros(len(span), dtype=bool)
    rows = parameters.load().rows
    for name in (CLOSED, "law.stca", "law.protocol_2023", "event.mexico_visa"):
        for row in rows.get(name, ())[1:]:
            found |= (span >= row.start - 1) & (span <= row.start + 1)
    return found


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
