"""Which unknown matters: shares of an outcome's variance by parameter, and what learning one buys.

Variance-based indices (Sobol 2001; first order and total by the estimators of Saltelli et al.
2010, as SALib has them). Parameters are first ranked one at a time; those that move the outcome
most stand alone, all others form one group, and the future intake is a factor of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario

Floats = NDArray[np.float64]
Outcome = Callable[[Floats], Floats]
"""Outcome [n] at points u [n, factors] of the unit cube."""

INTAKE = "future intake"
OTHERS = "all other parameters"
INTAKES = 512
"""Paths of the future intake among which that factor chooses, in order of their total."""

ALONE = 10
"""Parameters that stand alone in the Sobol run."""

SWING = (0.05, 0.95)
"""Points of a parameter's range at which the tornado looks."""

BINS = 8
RESAMPLES = 200


@dataclass(frozen=True)
class Factor:
    """Part of the outcome's variance due to one factor.

    first_order: alone; total: with its interactions; *_low, *_high: 95 % bootstrap band;
    shrink: by how much the 90 % interval of the outcome would be narrower if the factor were known.
    """

    parameter: str
    first_order: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float
    shrink: float


@dataclass(frozen=True)
class Swing:
    """Outcome when one parameter alone goes to the 5 % and 95 % points of its range."""

    parameter: str
    low: float
    high: float
    base: float

    @property
    def width(self) -> float:
        """Distance between the two outcomes."""
        return abs(self.high - self.low)


def sensitivity(
    scenario: Scenario | str | Path,
    series: str,
    at: str | int,
    *,
    evaluations: int = 5000,
    seed: int = 0,
    workers: int | None = None,
    dims: dict[str, str] | None = None,
) -> tuple[Factor, ...]:
    """Sobol indices of a series in a month, ranked by total effect.

    evaluations: about how many runs of the model (the base sample is a power of two). Raises
    InputError for an unknown series or dimension, a month outside the run, fewer than 100 or more
    than 1,000,000 evaluations, or an outcome that is not known or does not vary.
    """
    if not 100 <= evaluations <= 1_000_000:
        raise InputError("--evaluations", "number", evaluations, "a number from 100 to 1,000,000")
    names, outcome = _problem(scenario, series, at, seed, workers, dims or {})
    swings = _swings(names, outcome)
    alone = [s.parameter for s in swings[:ALONE] if s.width > 0]
    groups = [name if name in (*alone, INTAKE) else OTHERS for name in names]
    return sobol(names, groups, outcome, evaluations, seed)


def tornado(
    scenario: Scenario | str | Path,
    series: str,
    at: str | int,
    *,
    seed: int = 0,
    workers: int | None = None,
    dims: dict[str, str] | None = None,
) -> tuple[Swing, ...]:
    """One parameter at a time, from the 5 % to the 95 % point of its range, widest first.

    Raises InputError as `sensitivity`.
    """
    names, outcome = _problem(scenario, series, at, seed, workers, dims or {})
    return tuple(s for s in _swings(names, outcome) if s.width > 0)


def _swings(names: Sequence[str], outcome: Outcome) -> list[Swing]:
    points = np.full((2 * len(names) + 1, len(names)), 0.5)
    for p in range(len(names)):
        points[2 * p, p], points[2 * p + 1, p] = SWING
    values = outcome(points)
    swings = [
        Swing(name, float(values[2 * p]), float(values[2 * p + 1]), float(values[-1]))
        for p, name in enumerate(names)
    ]
    return sorted(swings, key=lambda s: (-s.width, s.parameter))


def sobol(
    names: Sequence[str], groups: Sequence[str], outcome: Outcome, evaluations: int, seed: int
) -> tuple[Factor, ...]:
    """First-order and total indices of the groups, ranked by total effect.

    names, groups: one of each for a factor of `outcome`. Raises InputError for an outcome that is
    not known somewhere or does not vary.
    """
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    kept = list(dict.fromkeys(groups))
    base = 2 ** max(4, round(np.log2(evaluations / (len(kept) + 2))))
    problem = {
        "num_vars": len(names),
        "names": list(names),
        "bounds": [[0.0, 1.0]] * len(names),
        "groups": list(groups),
    }
    points = sample.sample(problem, base, calc_second_order=False, seed=seed)
    values = outcome(np.clip(points, 1e-9, 1.0 - 1e-9))
    if not np.all(np.isfinite(values)):
        missing = int(np.sum(~np.isfinite(values)))
        raise InputError("--at", "outcome", f"not known in {missing} runs", "an earlier month")
    if np.ptp(values) == 0.0:
        raise InputError("--series", "outcome", float(values[0]), "a series that varies")
    scaled = (values - values.mean()) / values.std()
    found = analyse.analyze(
        problem, scaled, calc_second_order=False, num_resamples=RESAMPLES, seed=seed
    )
    block = len(kept) + 2
    own = points[::block]
    factors = []
    for g, name in enumerate(kept):
        column = own[:, list(groups).index(name)] if list(groups).count(name) == 1 else None
        shrink = float("nan") if column is None else _shrink(column, values[::block])
        s1, s1c = float(found["S1"][g]), float(found["S1_conf"][g])
        st, stc = float(found["ST"][g]), float(found["ST_conf"][g])
        factors.append(Factor(name, s1, s1 - s1c, s1 + s1c, st, st - stc, st + stc, shrink))
    return tuple(sorted(factors, key=lambda f: (-f.total, f.parameter)))


def _shrink(column: Floats, values: Floats) -> float:
    """How much narrower the 90 % interval is within bins of a factor than within random bins."""
    bins = min(BINS, max(2, values.size // 32))
    order = np.argsort(column, kind="stable")
    # bins by a fixed shuffle stand for a factor that tells nothing, at the same bin size
    idle = np.argsort(np.modf(np.arange(values.size) * 0.6180339887498949)[0], kind="stable")
    told, untold = (
        sum(_width(part) for part in np.array_split(values[index], bins)) for index in (order, idle)
    )
    return max(0.0, 1.0 - told / untold) if untold > 0 else 0.0


def _width(values: Floats) -> float:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(high - low)


def _problem(
    scenario: Scenario | str | Path,
    series: str,
    at: str | int,
    seed: int,
    workers: int | None,
    dims: dict[str, str],
) -> tuple[tuple[str, ...], Outcome]:
    """Names of the factors (uncertain parameters, then the future intake) and the outcome."""
    from sojourn.inference import intake, member, outputs, periods
    from sojourn.inference import workers as hands
    from sojourn.inference.plan import BATCH, Plan

    chosen = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    month = at if isinstance(at, int) else months.parse(at, where="--at", field="month")
    if not months.FIRST <= month <= months.HORIZON:
        expected = f"a month from {months.text(months.FIRST)} to {months.text(months.HORIZON)}"
        raise InputError("--at", "month", at, expected)
    row = outputs.row(series, dims, member.cells())
    plan = Plan(chosen, 1, seed, periods.of(month, month), (row,), 1)
    model = member.model(plan)
    deviations = intake.deviations(model.paths.months, seed, 0, INTAKES)
    # ordered by the people they bring, so that the factor moves the outcome one way
    people = np.exp(deviations).sum(axis=(1, 2))
    deviations = deviations[np.argsort(people, kind="stable")]
    names = (*model.sampler.names, INTAKE)
    count = hands.available() if workers is None else workers

    def some(u: Floats) -> Floats:
        paths = model.sampler.together(model.sampler.values(np.ascontiguousarray(u[:, :-1].T)))
        pick = np.minimum((u[:, -1] * INTAKES).astype(np.int64), INTAKES - 1)
        return model.tables(paths, deviations[pick])[0, :, month - months.FIRST]

    def outcome(points: Floats) -> Floats:
        pieces = [points[first : first + BATCH] for first in range(0, len(points), BATCH)]
        with ThreadPoolExecutor(count) as pool:
            return np.concatenate(list(pool.map(some, pieces)))

    return names, outcome
