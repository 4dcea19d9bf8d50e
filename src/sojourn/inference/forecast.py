"""Forecasts of monthly series as of a day, and their scores from a rolling origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import intake, walk
from sojourn.inference.history import History, monthly
from sojourn.inputs import months
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError, nearest

Array = NDArray[np.float64]

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
"""Quantiles given by default: every level that scores use, and the 80 % interval."""

MEMBERS = 2000
FLOW_MEMBERS = 400
MONTHLY = ("claims", "interceptions")
"""Series forecast from their own monthly record."""

LONGEST = 120
"""Months that may be asked for: ten years."""


def sojourn_paths(known: History, day: date, horizon: int, seed: int, lo: int, hi: int) -> Array:
    """Counts [hi - lo, horizon] of the model `sojourn` for the months after the record."""
    if known.series == "claims":
        fitted = intake.fit_claims(day, known.values, known.last)
        before = intake.yearly_before(day)
    else:
        fitted = intake.fit(day, {known.series: known.values}, known.last)
        before = np.empty(0)
    now = intake.state(known.values, known.last, before, fitted)
    return np.exp(intake.paths(now, fitted, horizon, seed, lo, hi))


def walk_paths(known: History, day: date, horizon: int, seed: int, lo: int, hi: int) -> Array:
    """Counts [hi - lo, horizon] of the reference model `rw` for the months after the record."""
    return np.exp(walk.paths(known.values, horizon, seed, lo, hi))


MODELS: Mapping[str, Callable[[History, date, int, int, int, int], Array]] = {
    "sojourn": sojourn_paths,
    "rw": walk_paths,
}


def forecast(
    series: str,
    *,
    as_of: date | str,
    horizon: int,
    model: str = "sojourn",
    members: int | None = None,
    seed: int = 0,
    levels: Sequence[float] = LEVELS,
) -> list[dict[str, Any]]:
    """Quantiles of a series for months 1 to `horizon` after the month of `as_of`.

    Only figures published by `as_of` are read, in the vintage of that day. The last of them is
    some months older (`origin_data`), so the path first crosses those months. `claims` and
    `interceptions` follow the monthly model; series of the claim system (`hindcast.KNOWN`) follow
    the flow simulation, driven by the same forecast of claims and by the capacity known then.
    members: 2,000 by default, 400 through the simulation. Rows are those of the long table with
    the hub columns `model`, `origin_date`, `target`, `horizon`.
    Raises InputError for an unknown series or model, a series that no model gives, a day before
    the record or a horizon outside 1 to 120.
    """
    from sojourn.inference import hindcast

    day = parse_day(as_of)
    check_horizon(horizon)
    if model not in MODELS:
        raise InputError("forecast", "model", model, nearest(model, MODELS))
    unit = declared.get(series, where="forecast").unit
    origin = months.of_day(day)
    if origin + horizon > months.HORIZON:
        last = months.text(months.HORIZON)
        raise InputError("forecast", "horizon", horizon, f"a last month by {last}")
    if series in hindcast.KNOWN and series not in MONTHLY:
        if model != "sojourn":
            expected = f"sojourn: {series} has no monthly record for a walk to start from"
            raise InputError("forecast", "model", model, expected)
        made = hindcast.hindcast(
            day, origin + horizon, series=(series,), members=members or FLOW_MEMBERS, seed=seed
        )
        values = np.nanquantile(made.values[series], levels, axis=0)
        seen = made.record["claims_through"]
    else:
        known = monthly(series, day)
        lag = max(0, origin - known.last)
        paths = MODELS[model](known, day, lag + horizon, seed, 0, members or MEMBERS)[:, lag:]
        values, seen = np.quantile(paths, levels, axis=0), months.text(known.last)
    return [
        row(series, unit, model, day, origin, h, level, values[q, h - 1]) | {"origin_data": seen}
        for h in range(1, horizon + 1)
        for q, level in enumerate(levels)
    ]


def row(
    series: str, unit: str, model: str, day: date, origin: int, h: int, level: float, value: float
) -> dict[str, Any]:
    """One quantile as a row of the long table with the hub columns."""
    return {
        "scenario": model, "series": series, "date": months.text(origin + h),
        "mode": "", "province": "", "nationality": "", "stage": "", "payer": "", "item": "",
        "output_type": "quantile", "output_type_id": level, "value": float(value), "unit": unit,
        "model": model, "origin_date": day.isoformat(), "target": series, "horizon": h,
    }  # fmt: skip


def parse_day(value: date | str, where: str = "--as-of", field: str = "as_of") -> date:
    """A day from `YYYY-MM-DD`, or the last day of a month `YYYY-MM`."""
    if isinstance(value, date):
        return value
    if len(str(value)) == 7:
        return months.last_day(months.parse(value, where=where, field=field))
    return months.parse_day(value, where=where, field=field)


def check_horizon(horizon: int, where: str = "--horizon") -> None:
    """Refuse a horizon outside 1 to `LONGEST` months."""
    if isinstance(horizon, bool) or not isinstance(horizon, int) or not 1 <= horizon <= LONGEST:
        raise InputError(where, "horizon", horizon, f"a number of months from 1 to {LONGEST}")
