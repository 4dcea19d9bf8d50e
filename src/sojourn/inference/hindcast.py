"""A hindcast: the same run made with what was known on a past day, beside what then came.

Three kinds, told apart by what is handed over: nothing (claims forecast, capacity carried on),
intake (actual claims), capacity (actual decisions), or both, which tests the mechanism alone.
Figures and parameter rows published later are not read. Two hindsights remain, and are said in
every record: the split of past claims by mode and nationality is today's reconstruction, and
constants without a date are today's. No stock is reconciled with the published one; the error
that calibration finds about published figures is part of every interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import groups, profiles
from sojourn.flow import simulate as flow
from sojourn.inference import draws, known, measures, periods, posterior, scores, unknown
from sojourn.inference.forecast import parse_day, row
from sojourn.inference.sampler import Sampler
from sojourn.inputs import figures, months
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.figures import Figure
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
MOST = 20_000
"""Members that a hindcast takes: all are held at once."""

LIKE = {True: "rpd.age_under_12", False: "rpd.pending"}
"""Series that ages resemble, published as shares or as counts."""


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
    _check(day, last, members)
    chosen = _series(series, by)
    span = months.span(months.FIRST, last)
    table = (scenario or Scenario.load("baseline")).parameters()
    hand = known.CAPACITY if "capacity" in handed else ()
    then = known.parameters(table, day, hand)
    sampler = Sampler(then.paths(span))
    u = draws.matrix(seed, sampler.names, members)
    u = posterior.overlay(u, sampler.names, seed, 0, members)
    values = sampler.values(u)
    claims = unknown.claims(day, span, members, seed, actual="intake" in handed)
    pace = None if hand else unknown.pace(day, then, claims.totals(), span, seed)
    wanted = [figure for name in chosen for figure in came(name, day, last)]
    readings = [measures.measure(figure) for figure in wanted]
    shares = profiles.shares(sampler.paths)

    def one(i: int) -> tuple[list[Array], list[float]]:
        paths = sampler.member(values[i])
        if pace is not None:
            paths = unknown.paced(paths, pace[i])
        run = flow.simulate(paths, claims.of(i, paths), shares)
        return [_read(run, cell, span, day) for cell in cells], [r.read(run) for r in readings]

    cells = _cells(chosen, by)
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(one, range(members)))
    after = months.span(months.of_day(day) + 1, last)
    names = dict.fromkeys([*chosen, *LIKE.values()])
    error = {name: unknown.left_out(name, members, seed) for name in names}
    result = {
        _key(cell): error[cell.series](np.array([table_[k] for table_, _ in found]))
        for k, cell in enumerate(cells)
    }
    compared = tuple(
        (figure, error[_like(figure)](np.array([read[k] for _, read in found])))
        for k, figure in enumerate(wanted)
    )
    record = {
        "as_of": day.isoformat(), "until": months.text(last), "given": list(handed),
        "claims_through": months.text(claims.seen), "members": members, "seed": seed,
        "hindsight": "split of past claims by mode and nationality; constants without a date",
    }  # fmt: skip
    return Hindcast(day, handed, after, result, compared, record)


def _like(figure: Figure) -> str:
    """Series whose error a figure shares: ages are published under a name of their own."""
    return LIKE[figure.unit == "share"] if figure.series == "rpd.age" else figure.series


def _given(given: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(given))
    for name in found:
        if name not in GIVEN:
            raise InputError("--given", "given", name, nearest(name, GIVEN))
    return found


def _check(day: date, last: int, members: int) -> None:
    if isinstance(members, bool) or not isinstance(members, int) or not 1 <= members <= MOST:
        expected = f"a whole number from 1 to {MOST}"
        raise InputError("--members", "members", members, expected)
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
