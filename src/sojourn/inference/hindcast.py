"""A hindcast: the same run made with what was known on a past day, beside what then came.

Three kinds, told apart by what is handed over: nothing (claims forecast, capacity carried on),
intake (actual claims), capacity (actual decisions), or both, which tests the mechanism alone.
Figures and parameter rows published later are not read. Two hindsights remain, and are said in
every record: the split of past claims by mode and nationality is today's reconstruction, and
constants without a date are today's. No stock is reconciled with the published one; the error
that calibration finds about published figures is part of every interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import arrivals, groups, profiles
from sojourn.flow import simulate as flow
from sojourn.inference import (
    draws,
    intake,
    known,
    likelihood,
    measures,
    periods,
    posterior,
    scores,
)
from sojourn.inference.forecast import parse_day, row
from sojourn.inference.history import monthly
from sojourn.inference.sampler import Sampler
from sojourn.inputs import figures, months
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.figures import Figure
from sojourn.inputs.parameters import Parameters, Paths
from sojourn.inputs.scenario import Scenario

Array = NDArray[np.float64]

GIVEN = ("intake", "capacity")
FED = {
    "intake": ("claims", "interceptions"),
    "capacity": ("rpd.finalised", "rad.finalised", "removals", "pr.admitted"),
}
"""Series that a given input hands over: they are shown and not counted as predicted."""

SERIES = (
    "claims", "referred", "rpd.pending", "rpd.finalised", "rpd.wait_finalised",
    "rpd.age_under_12", "rpd.age_over_24", "rad.filed", "rad.finalised", "rad.pending",
    "removals", "removals.failed_claimants", "pr.admitted", "pr.pending",
)  # fmt: skip
"""Series a hindcast gives by default: those with published figures that a run knows."""

DEFINITIONS = ("population=all_new_system", "population=all", "")
"""RPD definitions compared, best first; no item where a series has one definition."""

KNOWN = (
    *SERIES, "eligibility.pending", "ineligible", "returned_to_us", "rpd.accepted",
    "rpd.rejected", "rpd.withdrawn", "rpd.wait_projected", "rad.allowed", "court.pending",
    "prra.pending",
)  # fmt: skip
"""Every series that may be asked for."""

EARLIEST = "2016-01-01"
LONGEST = 120


@dataclass(frozen=True)
class Hindcast:
    """Members [n] of a hindcast: `months` [T] after the day, `values` by series [n, T].

    `compared`: the figures that came, each with its members [n]; `record`: what was known.
    """

    day: date
    given: tuple[str, ...]
    months: NDArray[np.int64]
    values: Mapping[str, Array]
    compared: tuple[tuple[Figure, Array], ...]
    record: dict[str, Any]


def hindcast(
    as_of: date | str,
    until: str | int,
    *,
    given: Iterable[str] = (),
    series: Sequence[str] = SERIES,
    scenario: Scenario | None = None,
    members: int = 200,
    seed: int = 0,
    workers: int | None = None,
    by: Sequence[str] = (),
) -> Hindcast:
    """Run the system as of a day to a month and gather what was published of it later.

    `by`: also the cells by mode or nationality, for series of persons. Raises InputError for a day
    before 2016 or after the last figure, a month not after it or beyond ten years, an unknown
    series or `given`, and a split that the series does not have.
    """
    day = parse_day(as_of)
    handed = _given(given)
    last = months.parse(until, where="--until", field="month") if isinstance(until, str) else until
    _check(day, last)
    chosen = _series(series, by)
    span = months.span(months.FIRST, last)
    table = (scenario or Scenario.load("baseline")).parameters()
    hand = known.CAPACITY if "capacity" in handed else ()
    then = known.parameters(table, day, hand)
    sampler = Sampler(then.paths(span))
    u = draws.matrix(seed, sampler.names, members)
    u = posterior.overlay(u, sampler.names, seed, 0, members)
    values = sampler.values(u)
    claims, seen = _claims(day, span, members, seed, "intake" in handed)
    pace = _pace(day, then, claims, span, members, seed) if not hand else None
    wanted = [figure for name in chosen for figure in came(name, day, last)]
    readings = [measures.measure(figure) for figure in wanted]
    shares = profiles.shares(sampler.paths)

    def one(i: int) -> tuple[list[Array], list[float]]:
        paths = sampler.member(values[i])
        if pace is not None:
            paths = _paced(paths, pace[i])
        run = flow.simulate(paths, _intake(paths, claims[i]), shares)
        return [_read(run, cell, span, day) for cell in cells], [r.read(run) for r in readings]

    cells = _cells(chosen, by)
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(one, range(members)))
    after = months.span(months.of_day(day) + 1, last)
    left_out = {name: _left_out(name, members, seed) for name in chosen}
    result = {
        _key(cell): left_out[cell.series](np.array([table_[k] for table_, _ in found]))
        for k, cell in enumerate(cells)
    }
    compared = tuple(
        (figure, _of(figure, left_out, members, seed)(np.array([read[k] for _, read in found])))
        for k, figure in enumerate(wanted)
    )
    record = {
        "as_of": day.isoformat(), "until": months.text(last), "given": list(handed),
        "claims_through": months.text(seen), "members": members, "seed": seed,
        "hindsight": "split of past claims by mode and nationality; constants without a date",
    }  # fmt: skip
    return Hindcast(day, handed, after, result, compared, record)


def _left_out(series: str, members: int, seed: int) -> Callable[[Array], Array]:
    """What the model leaves out, added to the members [n, ...] of a series.

    One deviate for each member and series: counts by the dispersion that calibration found about
    published figures, shares and waits by the errors of the likelihood. Claims are published
    themselves, so they have none.
    """
    if series in FED["intake"]:
        return lambda values: values
    z = draws.normal(seed, [f"hindcast/left_out/{series}"], members)[0]
    unit = declared.get(series).unit
    if unit == "share":
        return lambda values: np.clip(values + likelihood.SHARE_ERROR * _along(z, values), 0.0, 1.0)
    error = posterior.dispersion(seed, 0, members) if unit != "months" else likelihood.WAIT_ERROR
    factor = np.exp(error * z)
    return lambda values: values * _along(factor, values)


def _of(
    figure: Figure, known_: Mapping[str, Callable[[Array], Array]], members: int, seed: int
) -> Callable[[Array], Array]:
    """The same for a figure: ages are published as shares or counts under a name of their own."""
    if figure.series in known_:
        return known_[figure.series]
    like = "rpd.age_under_12" if figure.unit == "share" else "rpd.pending"
    return _left_out(like, members, seed)


def _along(z: Array, values: Array) -> Array:
    return z.reshape(-1, *(1,) * (values.ndim - 1))


def _given(given: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(given))
    for name in found:
        if name not in GIVEN:
            raise InputError("--given", "given", name, nearest(name, GIVEN))
    return found


def _check(day: date, last: int) -> None:
    if not date.fromisoformat(EARLIEST) <= day <= months.last_day(months.LAST):
        end = months.last_day(months.LAST)
        raise InputError("--as-of", "as_of", str(day), f"a day from {EARLIEST} to {end}")
    ahead = last - months.of_day(day)
    if not 1 <= ahead <= LONGEST or last > months.HORIZON:
        first = months.text(months.of_day(day) + 1)
        expected = f"a month from {first}, at most {LONGEST} months on"
        raise InputError("--until", "month", months.text(last), expected)


def _series(series: Sequence[str], by: Sequence[str]) -> tuple[str, ...]:
    for name in series:
        if name not in KNOWN:
            raise InputError("--series", "series", name, nearest(name, KNOWN))
    for dim in by:
        if dim not in ("mode", "nationality"):
            raise InputError("--by", "dimension", dim, nearest(dim, ("mode", "nationality")))
    return tuple(dict.fromkeys(series))


def came(series: str, day: date, last: int) -> list[Figure]:
    """Published national figures of a series whose whole period lies after the day, to a month.

    Of the four RPD definitions the new-system one, and the full count where only it is published.
    """
    published = {"rpd.age_under_12": ("rpd.age_under_12", "rpd.age"), "rpd.age_over_24": ()}
    if series not in figures.registry() and series not in published:
        return []
    taken: dict[tuple[date, date, str], Figure] = {}
    for name in published.get(series, (series,)):
        for item in ("*",) if name == "rpd.age" else DEFINITIONS:
            for figure in figures.select(name, item=item, period="*"):
                whole = figure.start == figure.end or figure.start > day
                inside = figure.end > day and months.of_day(figure.end) <= last
                if figure.value is not None and whole and inside:
                    kind = figure.item if name == "rpd.age" else ""
                    taken.setdefault((figure.start, figure.end, kind), figure)
    return sorted(taken.values(), key=lambda f: (f.end, f.start, f.item))


def _claims(
    day: date, span: NDArray[np.int64], members: int, seed: int, actual: bool
) -> tuple[Array, int]:
    """Claims [members, T, mode, nationality] and the last month that was known."""
    past = arrivals.history().claims
    record = monthly("claims", day)
    seen = record.last
    out = np.zeros((members, len(span), *past.shape[1:]))
    at = seen - months.FIRST + 1
    n = min(len(span), len(past)) if actual else min(at, len(span))
    out[:, :n] = past[:n]
    if actual and len(span) > len(past):
        at, record = len(past), monthly("claims")
        day, seen = months.last_day(record.last), record.last
    if len(span) > max(n, at) or not actual:
        ahead = len(span) - at
        if ahead > 0:
            fitted = intake.fit_claims(day, record.values, seen)
            now = intake.state(record.values, seen, intake.yearly_before(day), fitted)
            national = np.exp(intake.paths(now, fitted, ahead, seed, 0, members))
            recent = past[at - 12 : at].sum(axis=0)
            out[:, at:] = national[:, :, None, None] * (recent / recent.sum())
    return out, seen


def _intake(paths: Paths, claims: Array) -> arrivals.Intake:
    between = claims[:, arrivals.BETWEEN].sum(axis=1)
    per_claim = paths["arrivals.interceptions_per_claim"]
    return arrivals.Intake(paths.months, claims, between * per_claim)


PACED = (
    "eligibility.capacity",
    "rpd.capacity",
    "rad.capacity",
    "removal.capacity",
    "pr.levels",
)


def _pace(
    day: date, then: Parameters, claims: Array, span: NDArray[np.int64], members: int, seed: int
) -> Array:
    """Factors [members, T, PACED] on capacity after the day, since none is known ahead.

    A walk: yearly steps as large as the yearly changes of first-instance decisions since 2000
    (UNHCR) or, for eligibility decisions, as their own changes, as far as known by the day. And a
    move within a year from the pace last known towards what would be enough, all of the way in
    some members and none in others: for the RPD the capacity funded, for eligibility decisions
    (never fewer) the claims made.
    """
    month = months.of_day(day)
    ahead = np.maximum(span - month, 0) / 12.0
    low = np.floor(ahead).astype(int)
    part = (ahead - low)[:, None]
    out = np.ones((members, len(span), len(PACED)))
    for k, name in enumerate(PACED):
        streams = [f"hindcast/{name}/{y}" for y in range(int(ahead[-1]) + 1)]
        steps = draws.normal(seed, streams, members) * _spread(day, then, name)
        walk = np.concatenate([np.zeros((1, members)), np.cumsum(steps, axis=0)])
        out[:, :, k] = np.exp((1 - part) * walk[low] + part * walk[low + 1]).T
    within = np.minimum(ahead, 1.0)
    funded = then.value("rpd.funded_capacity", month) / then.value("rpd.capacity", month)
    way = draws.uniform(seed, "hindcast/funded", members)[:, None]
    out[:, :, PACED.index("rpd.capacity")] *= np.exp(way * np.log(funded) * within)
    made = 12 * claims.sum(axis=(2, 3))
    short = np.maximum(np.log(made / then.value("eligibility.capacity", month)), 0.0)
    way = draws.uniform(seed, "hindcast/eligibility", members)[:, None]
    out[:, :, PACED.index("eligibility.capacity")] *= np.exp(way * short * within)
    return out


def _spread(day: date, then: Parameters, name: str) -> float:
    """Root mean square yearly change, in logs, of what a capacity has been."""
    if name == "eligibility.capacity":
        rows = then.rows_of(name)[1:]
        own = [np.log(b.value / a.value) for a, b in pairwise(rows)]
        if own:
            return float(np.sqrt(np.mean(np.square(own))))
    totals = {
        f.start.year: f.value
        for f in figures.select("unhcr.decisions", day, item="level=first_instance")
        if f.value
    }
    change = [np.log(totals[b] / totals[a]) for a, b in pairwise(sorted(totals)) if b == a + 1]
    return float(np.sqrt(np.mean(np.square(change))))


def _paced(paths: Paths, factor: Array) -> Paths:
    value = paths.value.copy()
    for k, name in enumerate(PACED):
        if name in paths.index:
            value[paths.index[name]] *= factor[:, k]
    return replace(paths, value=value)


@dataclass(frozen=True)
class Cell:
    """A series and its mode and nationality ("" = total)."""

    series: str
    mode: str = ""
    nationality: str = ""


def _key(cell: Cell) -> str:
    return "|".join((cell.series, cell.mode, cell.nationality)).rstrip("|")


def _cells(series: Sequence[str], by: Sequence[str]) -> list[Cell]:
    from sojourn.inputs.dimensions import MODES, NATIONALITIES

    found = []
    for name in series:
        found.append(Cell(name))
        splits = set(by) & set(declared.get(name).dims)
        for mode in MODES if "mode" in splits else ("",):
            for nation in NATIONALITIES if "nationality" in splits else ("",):
                if mode or nation:
                    found.append(Cell(name, mode, nation))
    return found


def _read(run: flow.Flows, cell: Cell, span: NDArray[np.int64], day: date) -> Array:
    after = months.of_day(day) + 1 - int(span[0])
    if not cell.mode and not cell.nationality:
        return run.series(cell.series)[after:]
    chosen = groups.select(cell.mode or None, cell.nationality or None)
    return run.by_group(cell.series)[after:, chosen].sum(axis=1)


def rows(
    made: Hindcast, quantiles: Sequence[float], *, fiscal: bool = False
) -> list[dict[str, Any]]:
    """Quantiles by month (or fiscal year), then what was published: long table, hub columns.

    An observed row carries its own definition and period in `item`, and beside it stand the
    quantiles of the same reading of the run.
    """
    first, last = int(made.months[0]), int(made.months[-1])
    shown = periods.of(first, last, "fiscal" if fiscal else "month")
    found = []
    for key, values in made.values.items():
        name, mode, nation = (*key.split("|"), "", "")[:3]
        series = declared.get(name)
        weight = made.values.get(series.weight) if series.weight else None
        table = periods.gather(
            values.T.astype(np.float32), first, shown, series.over_year,
            None if weight is None else weight.T.astype(np.float32),
        )  # fmt: skip
        for p, label in enumerate(shown.labels):
            known_values = table[p][np.isfinite(table[p])]
            if known_values.size:
                at = np.quantile(known_values.astype(float), quantiles)
                end = shown.stops[p] - 1
                for level, value in zip(quantiles, at, strict=True):
                    found.append(
                        _row(made, name, series.unit, end, level, value)
                        | {"date": label, "mode": mode, "nationality": nation}
                    )
    for figure, members in made.compared:
        end = months.of_day(figure.end)
        item = f"{figure.start.isoformat()} to {figure.end.isoformat()}"
        item = f"{item} {figure.item}".strip()
        base = _row(made, figure.series, figure.unit, end, 0.5, 0.0) | {"item": item}
        for level, value in zip(quantiles, np.quantile(members, quantiles), strict=True):
            found.append(base | {"output_type_id": level, "value": float(value)})
        found.append(
            base
            | {"output_type": "observed", "output_type_id": None, "value": figure.value}
            | {"source_id": figure.source_id}
        )
    return found


def _row(
    made: Hindcast, series: str, unit: str, month: int, level: float, value: float
) -> dict[str, Any]:
    origin = months.of_day(made.day)
    made_row = row(series, unit, "sojourn", made.day, origin, month - origin, level, float(value))
    return made_row | {"source_id": ""}


def score(made: Hindcast) -> list[dict[str, Any]]:
    """Scores by series over the figures that came: error of the median, coverage, WIS.

    `fed` marks series that a given input hands over: not predicted, so not to be counted.
    """
    fed = {name for given in made.given for name in FED[given]}
    found = []
    for name in dict.fromkeys(figure.series for figure, _ in made.compared):
        pairs = [(f, m) for f, m in made.compared if f.series == name]
        y = np.array([f.value for f, _ in pairs], dtype=float)
        q = np.array([np.quantile(m, scores.LEVELS) for _, m in pairs])
        found.append({
            "series": name, "n": len(pairs), "fed": name in fed,
            "median_ape": float(np.median(scores.absolute_percentage(y, q[:, 3]))),
            "bias": float(np.median(q[:, 3] / np.maximum(y, 1e-9) - 1.0)),
            "coverage_50": float(scores.covered(y, q, 0.5).mean()),
            "coverage_90": float(scores.covered(y, q, 0.9).mean()),
            "wis": float(scores.wis(y, q).mean()),
        })  # fmt: skip
    return found
