"""Who comes: monthly claims by mode and nationality, observed and then continued.

To July 2025 the national monthly totals are the published ones and their split is rebuilt
(`flow.reconstruct`). From August 2025 each mode continues at its level (`arrivals.MODE.level`,
a year) times its factor (`arrivals.MODE.factor`), split by nationality as in the last twelve
months. Events and law act only as differences from the policy in force (`flow.events`,
`flow.push`): a scenario that changes nothing gives the baseline exactly.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import events, groups, push
from sojourn.inputs import months
from sojourn.inputs.content import kept
from sojourn.inputs.dimensions import MODES, NATIONALITIES, PROVINCES
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths

Array = NDArray[np.float64]

FILE = "data/figures/reconstructed.csv"
PROVINCES_FILE = "data/figures/reconstructed-provinces.csv"
OBSERVED_UNTIL = months.parse("2025-07")
"""Last month of published national claims."""

LAND, BETWEEN = events.LAND, events.BETWEEN
OTHER = list(MODES).index("other")


@dataclass(frozen=True)
class Intake:
    """Claims made, persons [T, mode, nationality], and interceptions between ports [T].

    Of several runs both have an axis of runs before the months.
    """

    months: NDArray[np.int64]
    claims: Array
    interceptions: Array


@dataclass(frozen=True)
class History:
    """Observed months: claims [H, mode, nationality] and interceptions [H]."""

    months: NDArray[np.int64]
    claims: Array
    interceptions: Array


def intake(paths: Paths, deviations: Array | None = None) -> Intake:
    """Claims and interceptions for the months of `paths`, of one run or of several [P, n, T].

    `deviations` [T, mode] or [n, T, mode] are log deviations of the months after the last observed
    one (None: zero); those of observed months are ignored. Uses arrivals.*, event.*, law.*, push.*
    and us.* parameters. Raises InputError when the months start before January 2015 or leave gaps.
    """
    plan = _plan(int(paths.months[0]), len(paths.months))
    _check(paths)
    *runs, n_months = paths.shape
    # several runs lie next to each other in memory
    claims = np.empty((n_months, len(MODES), len(NATIONALITIES), *runs))
    claims = np.moveaxis(claims, -1, 0) if runs else claims
    counted = np.empty((n_months, *runs)).T
    claims[..., : plan.seen, :, :] = plan.past
    counted[..., : plan.seen] = plan.interceptions
    later = slice(plan.seen, None)
    factor = _stack(paths, FACTORS)
    level = _stack(paths, LEVELS)[..., later, :] * factor[..., later, :] / 12
    if deviations is not None:
        level = level * np.exp(deviations[..., later, :])
    claims[..., later, :, :] = level[..., None] * plan.mix
    if np.any(factor[..., : plan.seen, :] != 1.0):
        claims[..., : plan.seen, :, :] *= factor[..., : plan.seen, :, None]
    before = groups.of_mode(claims, BETWEEN)
    change = events.multiplier(paths)
    if change is not None:
        change.apply(claims)
    harder = push.enforcement(paths)
    if harder is not None:
        claims[..., [LAND, BETWEEN], :] *= harder[..., None, None]
    added = push.added(paths)
    if added is not None:
        claims = np.maximum(claims + added, 0.0)
    if np.any(paths["arrivals.managed_intake"]):
        claims[..., OTHER, :] += push.managed(paths)
    per_claim = paths["arrivals.interceptions_per_claim"]
    counted[..., later] = before[..., later] * per_claim[..., later]
    if change is not None or harder is not None or added is not None:
        after = groups.of_mode(claims, BETWEEN)
        counted = _interceptions(paths, counted, before, after)
    return Intake(paths.months, claims, counted)


def _interceptions(paths: Paths, counted: Array, before: Array, after: Array) -> Array:
    """Interceptions [T] after the claims between ports changed from `before` to `after`.

    Under the Protocol few who cross are intercepted and claim at once; without it nearly all are.
    """
    same = np.divide(after, before, out=np.ones_like(before), where=before > 0)
    whole = events.state(events.switches(paths))[2]
    shipped = events.reference(int(paths.months[0]), len(paths.months))
    was_whole = events.state(shipped)[2]
    opened = (was_whole > 0) & (whole < 1)
    per_claim = paths["arrivals.interceptions_per_claim_open"]
    return np.where(
        opened, after * per_claim * (1 - whole) + counted * same * whole, counted * same
    )


@lru_cache(maxsize=1)
def history() -> History:
    """Rebuilt claims and interceptions of all observed months, from the figures table."""
    held = kept("history", b"", _rebuilt)
    return History(months.span(months.FIRST, OBSERVED_UNTIL), held["claims"], held["interceptions"])


def _rebuilt() -> dict[str, Array]:
    span = months.span(months.FIRST, OBSERVED_UNTIL)
    modes = {name: m for m, name in enumerate(MODES)}
    names = {code: n for n, code in enumerate(NATIONALITIES)}
    claims = np.zeros((len(span), len(MODES), len(NATIONALITIES)))
    counted = np.full(len(span), np.nan)
    for series, t, mode, _, nationality, value in _rows(FILE):
        if series == "reconstructed.claims":
            claims[t, modes[mode], names[nationality]] = value
        else:
            counted[t] = value
    counted = np.where(np.isnan(counted), published_interceptions(), counted)
    return {"claims": claims, "interceptions": counted}


def published_interceptions() -> Array:
    """National monthly interceptions as published [H]; NaN where no source gives the month."""
    from sojourn.inputs import figures

    out = np.full(OBSERVED_UNTIL - months.FIRST + 1, np.nan)
    for figure in figures.select("interceptions", period="month"):
        t = months.of_day(figure.start) - months.FIRST
        if 0 <= t < len(out) and figure.value is not None:
            out[t] = figure.value
    return out


@lru_cache(maxsize=1)
def provinces() -> Array:
    """Rebuilt claims of all observed months by mode and province of claim [H, mode, province]."""
    modes = {name: m for m, name in enumerate(MODES)}
    codes = {code: p for p, code in enumerate(PROVINCES)}
    claims = np.zeros((OBSERVED_UNTIL - months.FIRST + 1, len(MODES), len(PROVINCES)))
    for _, t, mode, province, _, value in _rows(PROVINCES_FILE):
        claims[t, modes[mode], codes[province]] = value
    return claims


def _rows(path: str) -> Iterator[tuple[str, int, str, str, str, float]]:
    """Series, month from January 2015, mode, province, nationality and value of a rebuilt table.

    The tables have the columns of all figures; checking each row belongs to `inputs.figures`.
    """
    text = resources.files("sojourn").joinpath(path).read_text(encoding="utf-8")
    for row in csv.reader(text.splitlines()[1:]):
        series, start, _, mode, province, nationality = row[:6]
        month = int(start[:4]) * 12 + int(start[5:7]) - 1
        yield series, month - months.FIRST, mode, province, nationality, float(row[9])


def province_shares(span: NDArray[np.int64]) -> Array:
    """Share of each mode's claims made in each province [T, mode, province]; adds up to 1.

    Observed months have their own shares, later ones those of the last twelve. A mode without
    claims takes the shares of its whole record. Raises InputError for months before 2015.
    """
    if span[0] < months.FIRST:
        expected = f"months from {months.text(months.FIRST)}"
        raise InputError("provinces", "months", months.text(int(span[0])), expected)
    seen = provinces()
    recent = seen[-12:].sum(axis=0)
    rows = np.concatenate([seen, recent[None]])[np.minimum(span - months.FIRST, len(seen))]
    total = rows.sum(axis=2, keepdims=True)
    record = seen.sum(axis=0)
    usual = record / record.sum(axis=1, keepdims=True)
    return np.where(total > 0, rows / np.maximum(total, 1e-9), usual)


def mix() -> Array:
    """Nationality shares by mode [mode, nationality] of the last twelve observed months."""
    recent = history().claims[-12:].sum(axis=0)
    everyone = recent.sum(axis=0) / recent.sum()
    total = recent.sum(axis=1, keepdims=True)
    return np.where(total > 0, recent / np.maximum(total, 1e-9), everyone)


@dataclass(frozen=True)
class _Plan:
    """What does not depend on parameters, for one span of months."""

    seen: int
    past: Array
    interceptions: Array
    mix: Array


@lru_cache(maxsize=16)
def _plan(first: int, length: int) -> _Plan:
    if first < months.FIRST:
        expected = f"months from {months.text(months.FIRST)}"
        raise InputError("intake", "months", months.text(first), expected)
    skip = first - months.FIRST
    seen = int(np.clip(OBSERVED_UNTIL - first + 1, 0, length))
    past = history()
    return _Plan(
        seen, past.claims[skip : skip + seen], past.interceptions[skip : skip + seen], mix()
    )


def _check(paths: Paths) -> None:
    span = paths.months
    if len(span) > 1 and (span[-1] - span[0] != len(span) - 1 or np.any(span[1:] <= span[:-1])):
        raise InputError("intake", "months", "a gap", "months one after the other")


LEVELS, FACTORS = (
    tuple(f"arrivals.{mode}.{what}" for mode in MODES) for what in ("level", "factor")
)


def _stack(paths: Paths, names: tuple[str, ...]) -> Array:
    """Parameters of every mode, [T, mode] (of several runs [n, T, mode])."""
    return np.moveaxis(paths.of(np.array([paths.index[name] for name in names])), 0, -1)
