"""What would have to be true: the lever's value that reaches a target with a given probability.

The same draws are used at every trial value, so the outcome moves with the lever and not with
chance. The chance of meeting the target is looked at on a coarse grid of lever values first. Where
it does not move one way the answer is "cannot tell", with the values seen; where no value reaches
it, the closest is given. Else the root is bracketed and bisected.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.questions import resampled
from sojourn.questions import target as targets
from sojourn.questions.target import Target

Floats = NDArray[np.float64]
Trial = Callable[[float], Floats]
"""Members of the target's series at a value of the lever, [members]."""

FROM = months.parse("2026-01")
"""Month from which a lever is moved unless told otherwise."""

NEAR = (0.0, 0.2, 1.0)
"""Lever values looked at before the search, as parts of the way to either end of its range."""

STEPS = 60
SLACK = 0.02
"""Chance may fall back by this much along the grid before it counts as not monotone."""

PRECISION = 0.005
"""Width of the last bracket, as a part of the answer: half a percent of a capacity."""


@dataclass(frozen=True)
class Seen:
    """A lever value tried: the chance of meeting the target, and the outcome's spread."""

    value: float
    probability: float
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Answer:
    """Result of `solve`.

    reached: whether some lever value meets the target with the probability asked for. value: the
    smallest that does (the largest where a lower lever helps), or the closest when none does. low,
    high: 90 % interval of `value` when members are resampled (equal to value when not reached).
    why: empty, or the reason of a "cannot". seen: all values tried, in order.
    """

    scenario: str
    lever: str
    unit: str
    target: Target
    asked: float
    value: float
    probability: float
    reached: bool
    low: float
    high: float
    base: float
    since: int
    why: str = ""
    why_fr: str = ""
    seen: tuple[Seen, ...] = field(default=(), repr=False)

    def as_json(self) -> dict[str, object]:
        """The document of the contract, and what the search saw."""
        return {
            "lever": self.lever,
            "value": self.value,
            "unit": self.unit,
            "reached": self.reached,
            "probability": self.probability,
            "low": self.low,
            "high": self.high,
            "asked_probability": self.asked,
            "target": self.target.text,
            "scenario": self.scenario,
            "present_value": self.base,
            "from": months.text(self.since),
            "why": self.why,
            "why_fr": self.why_fr,
            "seen": [vars(seen) for seen in self.seen],
        }


def solve(
    scenario: Scenario | str | Path,
    lever: str,
    target: str | Target,
    *,
    probability: float = 0.8,
    members: int = 200,
    seed: int = 0,
    since: int = FROM,
    low: float | None = None,
    high: float | None = None,
    workers: int | None = None,
) -> Answer:
    """The smallest lever value (largest, where less helps) that meets a target with `probability`.

    The lever is moved from month `since` on, between `low` and `high` (default: 0 to ten times its
    present value, or 0 to 1 for shares and switches). Raises InputError for an unknown lever or
    series, a probability outside 0 to 1, a target before the lever moves, or a range without width.
    """
    chosen = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    aim = target if isinstance(target, Target) else targets.parse(target)
    if not 0.0 < probability < 1.0:
        raise InputError("--probability", "probability", probability, "a number between 0 and 1")
    row = chosen.parameters().rows_of(lever)[-1]
    base = chosen.parameters().value(lever, since)
    if aim.month < since:
        expected = f"a month from {months.text(since)}, when the lever moves"
        raise InputError("--target", "month", months.text(aim.month), expected)
    bottom, top = bounds(row.unit, base, low, high)
    trial = _trial(chosen, lever, since, aim, members, seed, workers)
    found = search(trial, aim, probability, bottom, top, base, ends=row.unit == "switch")
    return Answer(
        chosen.name, lever, row.unit, aim, probability, found.value, found.probability,
        found.reached, found.low, found.high, base, since, found.why, found.why_fr, found.seen,
    )  # fmt: skip


def bounds(unit: str, base: float, low: float | None, high: float | None) -> tuple[float, float]:
    """Range of lever values looked at. Raises InputError for a range without width."""
    share = unit in ("share", "switch")
    bottom = 0.0 if low is None else low
    top = (1.0 if share else max(10.0 * abs(base), 10.0)) if high is None else high
    if not bottom < top:
        raise InputError("--between", "range", (bottom, top), "a low end below the high end")
    return bottom, top


def _trial(
    scenario: Scenario,
    lever: str,
    since: int,
    aim: Target,
    members: int,
    seed: int,
    workers: int | None,
) -> Trial:
    from sojourn.inference import ensemble
    from sojourn.inference import workers as hands

    count = hands.available() if workers is None else workers
    at = months.text(aim.month)

    def trial(value: float) -> Floats:
        change = f"{lever}={value!r}@{months.text(since)}"
        return ensemble.members(
            scenario, aim.series, changes=(change,), members=members, seed=seed,
            start=at, until=at, workers=count, **dict(aim.dims),
        )[:, 0]  # fmt: skip

    return trial


@dataclass(frozen=True)
class Found:
    """Outcome of a search, before it is put into words."""

    value: float
    probability: float
    reached: bool
    low: float
    high: float
    why: str
    why_fr: str
    seen: tuple[Seen, ...]


def search(
    trial: Trial,
    aim: Target,
    probability: float,
    bottom: float,
    top: float,
    base: float,
    *,
    ends: bool = False,
) -> Found:
    """Search a lever's range for the value that meets the target with the probability.

    When the chance rises along the lever the smallest such value is sought, when it falls the
    largest. Monotone in the lever or refused: see the module's text. ends: only the two ends of
    the range have a meaning (a switch).
    """
    tried: dict[float, Floats] = {}

    def chance(value: float) -> float:
        if value not in tried:
            tried[value] = trial(value)
        return float(aim.met(tried[value]).mean())

    def reach(value: float) -> float:
        """Margin of the member that decides: at least 0 exactly where the chance suffices."""
        margins = np.sort(np.nan_to_num(aim.margin(tried[value]), nan=-np.inf))[::-1]
        return float(margins[math.ceil(probability * margins.size - 1e-9) - 1])

    grid = [bottom, top] if ends else _grid(bottom, top, base)
    chances = np.array([chance(value) for value in grid])
    rises = bool(np.all(np.diff(chances) >= -SLACK))
    falls = bool(np.all(np.diff(chances) <= SLACK))
    best = int(np.argmax(chances))
    if not (rises or falls):
        return _cannot(
            grid[best], chances[best], tried, aim,
            "the chance of meeting the target does not move one way along the lever",
            "la probabilité d'atteindre la cible ne varie pas dans un seul sens",
        )  # fmt: skip
    if chances.max() < probability:
        closest = _closest(tried, aim, probability)
        return _cannot(
            closest, chance(closest), tried, aim,
            "no value in the range reaches the target with that probability",
            "aucune valeur de l'intervalle n'atteint la cible avec cette probabilité",
        )  # fmt: skip
    good = chances >= probability
    if good.all():
        value = grid[0] if rises else grid[-1]
        low, high = value, value
        return Found(value, chance(value), True, low, high,
                     "the whole range meets the target", "tout l'intervalle atteint la cible",
                     _seen(tried, aim))  # fmt: skip
    if rises:
        first = int(np.argmax(good))
        bad_end, good_end = grid[first - 1], grid[first]
    else:
        last = len(grid) - 1 - int(np.argmax(good[::-1]))
        good_end, bad_end = grid[last], grid[last + 1]
    for step in range(0 if ends else STEPS):
        width = good_end - bad_end
        if abs(width) <= PRECISION * max(abs(good_end), abs(bad_end)):
            break
        middle = bad_end + width * _guess(reach(bad_end), reach(good_end), step)
        if chance(middle) >= probability:
            good_end = middle
        else:
            bad_end = middle
    low, high = resampled.interval(tried, aim, probability, good_end, rises)
    return Found(good_end, chance(good_end), True, low, high, "", "", _seen(tried, aim))


def _grid(bottom: float, top: float, base: float) -> list[float]:
    """Lever values looked at first, closer together near the present value."""
    if bottom < base < top:
        steps = np.array(NEAR)
        below, above = base - (base - bottom) * steps[::-1], base + (top - base) * steps
        return sorted({*below.tolist(), *above.tolist()})
    return [float(value) for value in np.linspace(bottom, top, 2 * len(NEAR) - 1)]


def _guess(bad: float, good: float, step: int) -> float:
    """Where in the bracket to look next, as a part of its width from the bad end.

    By turns where a straight line through the deciding margins crosses zero, a little beyond it on
    either side so that both ends move in, and the middle, which never fails.
    """
    if step % 3 == 2 or not (math.isfinite(bad) and math.isfinite(good)) or good == bad:
        return 0.5
    cross = -bad / (good - bad)
    return min(max(cross + (0.02 if step % 3 == 0 else -0.02), 0.02), 0.98)


def _closest(tried: dict[float, Floats], aim: Target, probability: float) -> float:
    """The value whose members come nearest: highest chance, then the best margin."""

    def score(value: float) -> tuple[float, float]:
        margins = aim.margin(tried[value])
        known = margins[np.isfinite(margins)]
        reach = float(np.quantile(known, 1.0 - probability)) if known.size else -np.inf
        return float(aim.met(tried[value]).mean()), reach

    return max(tried, key=score)


def _cannot(
    value: float, chance: float, tried: dict[float, Floats], aim: Target, why: str, why_fr: str
) -> Found:
    return Found(value, float(chance), False, value, value, why, why_fr, _seen(tried, aim))


def _seen(tried: dict[float, Floats], aim: Target) -> tuple[Seen, ...]:
    rows = []
    for value in sorted(tried):
        outcome = tried[value]
        known = outcome[np.isfinite(outcome)]
        quantiles = np.quantile(known, (0.05, 0.5, 0.95)) if known.size else np.full(3, np.nan)
        rows.append(Seen(value, float(aim.met(outcome).mean()), *map(float, quantiles)))
    return tuple(rows)


@dataclass(frozen=True)
class Point:
    """One point of a trade-off: with the other lever at `other`, the answer for the first."""

    other: float
    answer: Answer


def trade_off(
    scenario: Scenario | str | Path,
    lever: str,
    other: str,
    values: list[float],
    target: str | Target,
    *,
    since: int = FROM,
    **options: object,
) -> tuple[Point, ...]:
    """For each value of a second lever, the value of the first that reaches the target.

    Arguments otherwise as of `solve`. Raises InputError as `solve`.
    """
    chosen = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    points = []
    for value in values:
        changed = chosen.with_changes([f"{other}={value!r}@{months.text(since)}"])
        points.append(Point(value, solve(changed, lever, target, since=since, **options)))  # type: ignore[arg-type]
    return tuple(points)
