"""Published figures, by series: what stands in the files, and what was known on a given day.

Files hold whole families: series `rpd.pending` stands in `rpd.csv` and `rpd-*.csv`. They are read
with the csv module and checked row by row; polars is imported only where a frame is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from sojourn.inputs import figure_gaps, figure_table, months, sources
from sojourn.inputs.dimensions import MODES, PAYERS, PROVINCES
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.figure_gaps import STEP, Gap
from sojourn.inputs.figure_table import (
    COLUMNS,
    COUNTRIES,
    DIMENSIONS,
    ERRATUM,
    PERIODS,
    Declared,
    Figure,
    Key,
    check_code,
    countries,
    period_of,
    read_registry,
)

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "COLUMNS", "DIMENSIONS", "ERRATUM", "PERIODS", "Declared", "Figure", "Gap", "conflicts",
    "countries", "declared", "digest", "everything", "files", "frame", "gaps", "late_from",
    "load", "observed", "period_of", "read", "registry", "released", "rows", "select",
    "series_names", "shown", "vintage_at",
]  # fmt: skip

FOLDER = "data/figures"
REGISTRY = "data/figure_series.csv"
BY_COUNTRY = "-by-country.csv"
"""End of the names of files that hold only rows with a nationality."""


def read(raw: bytes, where: str) -> tuple[Figure, ...]:
    """Figures from the bytes of one CSV, with the declared series and the shipped sources.

    Raises InputError naming file, line and field (see `figure_table.read`).
    """
    return figure_table.read(raw, where, series=registry(), source_ids=sources.load())


@lru_cache(maxsize=1)
def registry() -> Mapping[str, Declared]:
    """Every series of figures as declared: definition, publication lag, labels. In file order."""
    raw = resources.files("sojourn").joinpath(REGISTRY).read_bytes()
    return read_registry(raw, REGISTRY)


def files() -> tuple[str, ...]:
    """Names of the shipped figure files, sorted."""
    folder = resources.files("sojourn").joinpath(FOLDER)
    return tuple(sorted(f.name for f in folder.iterdir() if f.name.endswith(".csv")))


@lru_cache(maxsize=64)
def _file(name: str) -> tuple[Figure, ...]:
    where = f"{FOLDER}/{name}"
    return read(resources.files("sojourn").joinpath(where).read_bytes(), where)


def series_names() -> tuple[str, ...]:
    """Names of all series of figures, in the order of the registry."""
    return tuple(registry())


def declared(series: str) -> Declared:
    """The declaration of a series. Raises InputError with the nearest known name."""
    try:
        return registry()[series]
    except KeyError:
        raise InputError("figures", "series", series, nearest(series, registry())) from None


@lru_cache(maxsize=256)
def rows(series: str) -> tuple[Figure, ...]:
    """Every row of a series, in file order: used or not, every vintage (no polars needed).

    Raises InputError with the nearest known name.
    """
    return tuple(f for name in _files_of(series) for f in _file(name) if f.series == series)


def _files_of(series: str) -> tuple[str, ...]:
    """Files that hold a series: `FAMILY.csv` and `FAMILY-PART.csv`."""
    family = declared(series).series.split(".")[0]
    return tuple(n for n in files() if n.removesuffix(".csv").split("-")[0] == family)


@lru_cache(maxsize=1)
def everything() -> tuple[Figure, ...]:
    """Every row of every file, in the order of file names."""
    return tuple(figure for name in files() for figure in _file(name))


def load() -> pl.DataFrame:
    """All figures as one frame, with the columns of the files (days as dates, `used` as a bool)."""
    return frame(everything())


def digest() -> str:
    """SHA-256 of all figure files, the registry and the sources: names the data of a run."""
    total = hashlib.sha256()
    names = [f"{FOLDER}/{name}" for name in files()]
    for name in [*names, REGISTRY, COUNTRIES, sources.FILE]:
        total.update(name.encode())
        total.update(resources.files("sojourn").joinpath(name).read_bytes())
    return total.hexdigest()


def frame(figures: Iterable[Figure]) -> pl.DataFrame:
    """Figures as a polars frame with the columns of the files."""
    import polars as pl

    chosen = list(figures)
    types: dict[str, pl.DataType] = {column: pl.String() for column in COLUMNS}
    types |= {column: pl.Date() for column in ("start", "end", "available")}
    types |= {column: pl.Float64() for column in ("value", "low", "high")}
    types["used"] = pl.Boolean()
    data = {column: [getattr(figure, column) for figure in chosen] for column in COLUMNS}
    return pl.DataFrame(data, schema=types)


def observed(
    series: str,
    as_of: date | str | None = None,
    *,
    start: date | str | None = None,
    end: date | str | None = None,
    used: bool = True,
    period: str | None = None,
    **dims: str | Iterable[str] | None,
) -> pl.DataFrame:
    """Published figures of a series as a frame sorted by period; see `select` for the choice."""
    return frame(select(series, as_of, start=start, end=end, used=used, period=period, **dims))


def select(
    series: str,
    as_of: date | str | None = None,
    *,
    start: date | str | None = None,
    end: date | str | None = None,
    used: bool = True,
    period: str | None = None,
    **dims: str | Iterable[str] | None,
) -> tuple[Figure, ...]:
    """Published figures of a series, sorted by period and dimensions (no polars needed).

    `as_of`: only what was available on that day, from the vintage then current (`vintage_at`).
    `start`, `end`: days or months that the periods lie between. `used=False`: every row, with
    superseded and conflicting ones. Dimensions (mode, province, nationality, stage, payer, item):
    a value, a collection of values, "" for the total, "*" for every stated value without the
    total. Not asked for (or None), a dimension of a series that the model computes is the total,
    `item` its main definition and `period` its main period; other series are given whole.
    `period`: month, quarter, year, fiscal_year, day, other, or "*" for all.

    Raises InputError for an unknown series (with the nearest name), dimension, code or period,
    and for an `as_of` before the first figure.
    """
    declaration = declared(series)
    wanted = _wanted(declaration, dims)
    period = period if period is not None else (declaration.period or "*")
    if period not in (*PERIODS, "*"):
        raise InputError("figures", "period", period, nearest(period, PERIODS))
    first = _bound(start, "start", last=False) or date.min
    last = _bound(end, "end", last=True) or date.max
    chosen = list(_held(series, by_country=wanted.get("nationality") != ""))
    for name, want in wanted.items():
        at = COLUMNS.index(name)
        chosen = [figure for figure in chosen if _matches(figure[at], want)]
    if period != "*":
        chosen = [figure for figure in chosen if figure.period == period]
    if as_of is not None:
        day = _bound(as_of, "as_of", last=True)
        assert day is not None
        known = [figure for figure in chosen if figure.available <= day]
        if chosen and not known:
            when = min(figure.available for figure in chosen)
            raise InputError("figures", "as_of", str(as_of), f"a day from {when} for {series}")
        chosen = vintage_at(known, day) if used else known
    elif used:
        chosen = [figure for figure in chosen if figure.used]
    chosen = [figure for figure in chosen if first <= figure.start and figure.end <= last]
    return tuple(sorted(chosen, key=lambda figure: (figure.start, figure.end, figure.key[3:])))


def _held(series: str, *, by_country: bool) -> tuple[Figure, ...]:
    """Rows of a series; without `by_country`, files of rows by country alone stay shut."""
    if by_country:
        return rows(series)
    names = [name for name in _files_of(series) if not name.endswith(BY_COUNTRY)]
    return tuple(f for name in names for f in _file(name) if f.series == series)


def vintage_at(figures: Iterable[Figure], day: date) -> list[Figure]:
    """Of rows available by `day`, the one for each key that a reader of that day would have used.

    The used row where its source was out by then; else the latest other source out by then; else
    (no source that old survives) the earliest source out later, by the series' stated lag.
    """
    by_key: dict[Key, list[Figure]] = {}
    for figure in figures:
        if figure.available <= day and not figure.note.startswith(ERRATUM):
            by_key.setdefault(figure.key, []).append(figure)
    return [_current(rivals, day) for rivals in by_key.values()]


def _current(rivals: list[Figure], day: date) -> Figure:
    if len(rivals) == 1:
        return rivals[0]
    out = [figure for figure in rivals if released(figure) <= day]
    for figure in out:
        if figure.used:
            return figure
    return max(out, key=released) if out else min(rivals, key=released)


def released(figure: Figure) -> date:
    """Day the figure's source came out (its own availability where the source states none)."""
    return sources.source(figure.source_id).released or figure.available


def _wanted(
    declaration: Declared, dims: Mapping[str, str | Iterable[str] | None]
) -> dict[str, str | frozenset[str]]:
    for name in dims:
        if name not in DIMENSIONS:
            raise InputError("figures", "dimension", name, nearest(name, DIMENSIONS))
    wanted: dict[str, str | frozenset[str]] = {}
    codes = {"mode": MODES, "province": PROVINCES, "payer": PAYERS, "nationality": countries()}
    for name in DIMENSIONS:
        asked = dims.get(name)
        if asked is not None:
            values = (asked,) if isinstance(asked, str) else tuple(asked)
            for value in values:
                if value not in ("", "*") and name in codes:
                    check_code(value, codes[name], "figures", name)
            wanted[name] = asked if isinstance(asked, str) else frozenset(values)
        elif declaration.model:
            wanted[name] = declaration.item if name == "item" else ""
    return wanted


def _matches(value: Any, want: str | frozenset[str]) -> bool:
    if want == "*":
        return bool(value)
    return value in want if isinstance(want, frozenset) else value == want


def _bound(day: date | str | None, field: str, *, last: bool) -> date | None:
    if day is None or isinstance(day, date):
        return day
    if len(day) == 7:
        month = months.parse(day, where="figures", field=field)
        return months.last_day(month) if last else months.first_day(month)
    return months.parse_day(day, where="figures", field=field)


PEOPLE = ("persons", "claims", "appeals", "applications", "encounters")
FEW = 5
"""Counts of people in these units below this number are not shown as exact."""


def shown(figure: Figure) -> Figure:
    """The figure as it may be shown: a count of 1 to 4 people becomes that range, not a number.

    Some publishers print such cells and some suppress them; pages and commands show none.
    """
    if figure.value is None or not 0 < figure.value < FEW or figure.unit not in PEOPLE:
        return figure
    note = "; ".join(filter(None, (figure.note, "1 to 4, not shown as exact")))
    low, high = 1.0, float(FEW - 1)
    return figure._replace(value=None, low=low, high=high, missing="suppressed", note=note)


def conflicts(series: str) -> tuple[tuple[Figure, ...], ...]:
    """Keys of a series with more than one row, each as its rows, the used one first."""
    by_key: dict[Key, list[Figure]] = {}
    for figure in rows(series):
        by_key.setdefault(figure.key, []).append(figure)
    rivals = [group for group in by_key.values() if len(group) > 1]
    return tuple(tuple(sorted(group, key=lambda f: not f.used)) for group in rivals)


def gaps(series: str) -> tuple[Gap, ...]:
    """What is missing in a series: flagged cells and holes between its periods, oldest first."""
    return figure_gaps.find(rows(series), stocks=declared(series).model)


def late_from(series: str, as_of: date | None = None) -> date | None:
    """Day on which the next figure of the main period was due by the stated lag, if that is past.

    Past means before `as_of`, or before the newest release of any source held; None: not late, or
    a series without a regular main period.
    """
    declaration = declared(series)
    if not declaration.model or declaration.period not in STEP:
        return None
    known = [f for f in select(series) if as_of is None or f.available <= as_of]
    if not known:
        return None
    last = months.of_day(max(figure.end for figure in known))
    due = months.last_day(last + STEP[declaration.period]) + timedelta(days=declaration.lag_days)
    dated = (s for s in sources.load().values() if str(s.released) == s.published)
    today = as_of or max(s.released for s in dated if s.released)
    return due if due < today else None
