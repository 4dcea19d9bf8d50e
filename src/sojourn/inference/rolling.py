"""Rolling-origin scores: every month in turn is the origin, and what came after is known.

Plain rolling origin: at each origin a model sees the monthly record through that month (latest
vintage), and of yearly tables what was published by its last day. Constants are fitted anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import scores
from sojourn.inference.forecast import MEMBERS, MODELS, check_horizon, parse_day
from sojourn.inference.history import History, monthly
from sojourn.inputs import months
from sojourn.inputs.errors import InputError

Array = NDArray[np.float64]

START = 36
"""Months of record before the first origin."""


@dataclass(frozen=True)
class Rolled:
    """Forecasts of one model: samples [origin, member, horizon]; observed [origin, horizon]."""

    model: str
    origins: NDArray[np.int64]
    observed: Array
    samples: Array


def origins(known: History, first: int | None, last: int | None, horizon: int) -> NDArray[np.int64]:
    """Origin months whose whole horizon is observed.

    Default: from the 36th month of the record to `horizon` months before its end.
    Raises InputError when none is left.
    """
    earliest = known.first + START - 1
    latest = known.last - horizon
    start = earliest if first is None else max(first, earliest)
    end = latest if last is None else min(last, latest)
    if start > end:
        expected = f"origins between {months.text(earliest)} and {months.text(latest)}"
        got = f"{months.text(start)} to {months.text(end)} at {horizon} months"
        raise InputError("score", "from, until", got, expected)
    return months.span(start, end)


def roll(known: History, at: NDArray[np.int64], horizon: int, model: str, seed: int = 0) -> Rolled:
    """Forecasts of a model at each origin, with what came."""
    samples = np.empty((len(at), MEMBERS, horizon))
    observed = np.empty((len(at), horizon))
    for k, origin in enumerate(at):
        record = known.until(int(origin))
        day = months.last_day(int(origin))
        samples[k] = MODELS[model](record, day, horizon, seed, 0, MEMBERS)
        after = int(origin) - known.first + 1
        observed[k] = known.values[after : after + horizon]
    return Rolled(model, at, observed, samples)


def table(ours: Rolled, reference: Rolled, known: History) -> list[dict[str, Any]]:
    """Scores by horizon of one model beside the reference, with block-bootstrap bands.

    Blocks are as long as the horizon, at least six months.
    """
    rows = []
    for h in range(1, ours.observed.shape[1] + 1):
        y = ours.observed[:, h - 1]
        x, base = ours.samples[:, :, h - 1], reference.samples[:, :, h - 1]
        quantiles = np.quantile(x, scores.LEVELS, axis=1).T
        own = scores.wis(y, quantiles)
        other = scores.wis(y, np.quantile(base, scores.LEVELS, axis=1).T)
        median = quantiles[:, 3]
        inside = scores.covered(y, quantiles, 0.90)
        eighty = np.quantile(x, [0.1, 0.5, 0.9], axis=1).T
        block = max(h, 6)
        coverage_low, coverage_high = scores.mean_band(inside, block)
        skill_low, skill_high = scores.skill_band(own, other, block)
        rows.append({
            "model": ours.model, "horizon": h, "n": len(y),
            "wis": float(own.mean()), "crps": float(scores.crps(y, x).mean()),
            "log_wis": float(scores.log_wis(y, quantiles).mean()),
            "coverage_50": float(scores.covered(y, quantiles, 0.50).mean()),
            "coverage_80": float(scores.covered(y, eighty, 0.80, (0.1, 0.5, 0.9)).mean()),
            "coverage_90": float(inside.mean()),
            "coverage_90_low": coverage_low, "coverage_90_high": coverage_high,
            "median_ape": float(np.median(scores.absolute_percentage(y, median))),
            "mase": scores.mase(y, median, known.until(int(ours.origins[0])).values),
            "pit_mean": float(scores.pit(y, x).mean()),
            "skill_vs_rw": scores.skill(own, other),
            "skill_low": skill_low, "skill_high": skill_high,
        })  # fmt: skip
    return rows


def score(
    series: str,
    *,
    from_: date | str | None = None,
    until: date | str | None = None,
    horizon: int = 12,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Rolling-origin scores of `sojourn` and `rw` for horizons 1 to `horizon`.

    from_, until: first and last origin (a day or month; by default all with 36 months behind them
    and the whole horizon observed). Raises InputError for a series without a monthly record, a
    horizon outside 1 to 120 and a span without origins.
    """
    check_horizon(horizon)
    first, last = (
        None if bound is None else months.of_day(parse_day(bound, f"--{option}", option))
        for bound, option in ((from_, "from"), (until, "until"))
    )
    known = monthly(series)
    at = origins(known, first, last, horizon)
    rolled = {name: roll(known, at, horizon, name, seed) for name in MODELS}
    return [r for one in rolled.values() for r in table(one, rolled["rw"], known)]
