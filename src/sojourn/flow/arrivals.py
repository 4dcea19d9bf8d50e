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
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import events, push
from sojourn.inputs import months, parameters
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
MOVE_SPLIT = (
    events.VISA,
    *(f"us.protection_ended.{name}" for name in push.PROTECTED),
    "arrivals.managed_intake",
)
"""Parameters that act on some nationalities only, where they differ from the shipped ones."""


@dataclass(frozen=True)
class Intake:
    """Claims made, `level` [T, mode] times `pattern` [T, mode, nationality] persons, and
    interceptions between ports [T].

    In observed months the pattern is the claims counted and the level their factor; later the level
    is the claims of a mode and the pattern their split. Of several runs level and interceptions
    have an axis of runs before the months; the pattern has one only where it differs between runs.
    """

    months: NDArray[np.int64]
    level: Array
    pattern: Array
    interceptions: Array

    @classmethod
    def of(cls, span: NDArray[np.int64], claims: Array, interceptions: Array) -> Intake:
        """From claims [T, mode, nationality] as they are."""
        return cls(span, np.ones(claims.shape[:-1]), claims, interceptions)

    @property
    def claims(self) -> Array:
        """Claims by mode and nationality, [T, mode, nationality]."""
        return self.level[..., None] * self.pattern

    def of_mode(self, mode: int, nationalities: slice = slice(None)) -> Array:
        """Claims of a mode, of all or some nationalities, [T]."""
        first, *others = np.moveaxis(self.pattern[..., mode, nationalities], -1, 0)
        # one after another, as the order of `sum` hangs on how many runs lie side by side
        return self.level[..., mode] * sum(others, first)

    def one(self, i: int) -> Intake:
        """Run i of several."""
        pattern = self.pattern[i] if self.pattern.ndim == 4 else self.pattern
        return Intake(self.months, self.level[i], pattern, self.interceptions[i])

    def several(self) -> Intake:
        """One run as the only one of several."""
        return replace(self, level=self.level[None], interceptions=self.interceptions[None])

    def check(self) -> None:
        """Raise InputError where claims are negative or no number."""
        for part in (self.level, self.pattern):
            lowest, total = float(part.min(initial=0.0)), float(part.sum())
            if not (lowest >= 0.0 and np.isfinite(total)):
                wrong = total if lowest >= 0.0 else lowest
                raise InputError("intake", "claims", wrong, "finite numbers of 0 or more")


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
    later = slice(plan.seen, None)
    # several runs lie next to each other in memory
    level = np.moveaxis(np.empty((len(paths.months), len(MODES), *paths.shape[:-1])), (0, 1),
                        (-2, -1))  # fmt: skip
    level[...] = _stack(paths, FACTORS)
    level[..., later, :] *= _stack(paths, LEVELS)[..., later, :] / 12
    if deviations is not None:
        level[..., later, :] *= np.exp(deviations[..., later, :])
    made = Intake(paths.months, level, plan.pattern, plan.interceptions)
    before = made.of_mode(BETWEEN)
    counted = before * paths["arrivals.interceptions_per_claim"]
    counted[..., : plan.seen] = plan.interceptions
    change, harder = events.multiplier(paths), push.enforcement(paths)
    if change is not None:
        level *= change.everyone
    if harder is not None:
        level[..., [LAND, BETWEEN]] *= harder[..., None]
    split_moves = _split_moves(paths)
    if split_moves:
        made = Intake.of(paths.months, _by_nationality(paths, made.claims, change), counted)
    if change is not None or harder is not None or split_moves:
        counted = _interceptions(paths, counted, before, made.of_mode(BETWEEN))
    return replace(made, interceptions=counted)


def _split_moves(paths: Paths) -> bool:
    """Whether something moves the split of a mode by nationality.

    By ranges and not by values, so that a run is the same alone and beside others.
    """
    split = paths.places(MOVE_SPLIT)
    shipped = parameters.shipped(paths.months).value[split]
    return not (np.all(paths.low[split] == shipped) and np.all(paths.high[split] == shipped))


def _by_nationality(paths: Paths, claims: Array, change: events.Effect | None) -> Array:
    """Claims [T, mode, nationality] after what acts on some nationalities only."""
    if change is not None:
        claims[..., events.MEXICO] *= change.mexico
    added = push.added(paths)
    if added is not None:
        claims = np.maximum(claims + added, 0.0)
    if np.any(paths["arrivals.managed_intake"]):
        claims[..., OTHER, :] += push.managed(paths)
    return claims


def _interceptions(paths: Paths, counted: Array, before: Array, after: Array) -> Array:
    """Interceptions [T] after the claims between ports changed from `before` to `after`.

    Under the Protocol few who cross are intercepted and claim at once; without it nearly all are.
    """
    same = np.divide(after, before, out=np.ones_like(before), where=before > 0)
    whole = events.state(events.switches(paths))[2]
    shipped = events.reference(paths.months)
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
    pattern: Array
    interceptions: Array


@lru_cache(maxsize=16)
def _plan(first: int, length: int) -> _Plan:
    if first < months.FIRST:
        expected = f"months from {months.text(months.FIRST)}"
        raise InputError("intake", "months", months.text(first), expected)
    skip = first - months.FIRST
    seen = int(np.clip(OBSERVED_UNTIL - first + 1, 0, length))
    past = history()
    later = np.broadcast_to(mix(), (length - seen, len(MODES), len(NATIONALITIES)))
    pattern = np.concatenate([past.claims[skip : skip + seen], later])
    pattern.setflags(write=False)
    return _Plan(seen, pattern, past.interceptions[skip : skip + seen])


def _check(paths: Paths) -> None:
    span = paths.months
    if len(span) > 1 and (span[-1] - span[0] != len(span) - 1 or np.any(span[1:] <= span[:-1])):
        raise InputError("intake", "months", "a gap", "months one after the other")


LEVELS, FACTORS = (
    tuple(f"arrivals.{mode}.{what}" for mode in MODES) for what in ("level", "factor")
)


def _stack(paths: Paths, names: tuple[str, ...]) -> Array:
    """Parameters of every mode, [T, mode] (of several runs [n, T, mode])."""
    return np.moveaxis(paths.of(paths.places(names)), 0, -1)
