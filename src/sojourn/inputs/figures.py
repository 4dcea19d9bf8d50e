"""Published figures: every row with value, unit, period, availability and source (docs/figures.md).

Files hold whole families: series `rpd.pending` stands in `rpd.csv` or `rpd_*.csv`. They are read
with the csv module and checked row by row; polars is imported only where a frame is asked for.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sojourn.inputs import months, sources
from sojourn.inputs.dimensions import MODES, NATIONALITIES, PAYERS, PROVINCES
from sojourn.inputs.errors import InputError, nearest

if TYPE_CHECKING:
    import polars as pl

FOLDER = "data/figures"
REGISTRY = "data/figure_series.csv"
COUNTRIES = "data/countries.csv"
COLUMNS = (
    "series", "start", "end", "mode", "province", "nationality", "stage", "payer", "item",
    "value", "low", "high", "missing", "unit", "kind", "available", "vintage", "source_id",
    "used", "note",
)  # fmt: skip
REGISTRY_COLUMNS = (
    "series", "model", "item", "period", "lag_days", "lag_reason", "label", "label_fr",
    "definition",
)  # fmt: skip
DIMENSIONS = ("mode", "province", "nationality", "stage", "payer", "item")
KEY = ("series", "start", "end", *DIMENSIONS)
MISSING = ("suppressed", "not_published", "not_collected")
BY_COUNTRY = "-by-country.csv"
KINDS = ("observed", "reconstructed")
PERIODS = ("day", "month", "quarter", "year", "fiscal_year", "other")
Key = tuple[str, date, date, str, str, str, str, str, str]
ERRATUM = "erratum:"
"""A note that starts so marks a row known to be wrong: kept, shown, never chosen."""


class Figure(NamedTuple):
    """One published figure. `value` is None exactly where `missing` says why."""

    series: str
    start: date
    end: date
    mode: str
    province: str
    nationality: str
    stage: str
    payer: str
    item: str
    value: float | None
    low: float | None
    high: float | None
    missing: str
    unit: str
    kind: str
    available: date
    vintage: str
    source_id: str
    used: bool
    note: str

    @property
    def key(self) -> Key:
        """What the figure counts: series, period and dimensions. Conflicts share it."""
        return self[:9]

    @property
    def period(self) -> str:
        """Kind of period: day (a stock), month, quarter, year, fiscal_year or other."""
        return period_of(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Declared:
    """A series as declared in the registry: its main definition, its lag and its labels.

    `model`: the series is one that the model also computes, so a dimension not asked for means
    the total, and `item` and `period` are the definition and period shown by default.
    """

    series: str
    model: bool
    item: str
    period: str
    lag_days: int
    lag_reason: str
    label: str
    label_fr: str
    definition: str


@lru_cache(maxsize=20_000)
def period_of(start: date, end: date) -> str:
    """Kind of period between two days, both included."""
    if start == end:
        return "day"
    first, last = months.of_day(start), months.of_day(end)
    if start.day != 1 or end != months.last_day(last):
        return "other"
    length = last - first + 1
    if length == 12 and first % 12 in (0, 3):
        return "year" if first % 12 == 0 else "fiscal_year"
    if length == 3 and first % 3 == 0:
        return "quarter"
    return "month" if length == 1 else "other"


def read(
    raw: bytes,
    where: str,
    *,
    series: Iterable[str] | None = None,
    source_ids: Iterable[str] | None = None,
) -> tuple[Figure, ...]:
    """Figures from the bytes of one CSV; `series` and `source_ids` are the known names.

    Raises InputError naming file, line and field for a row without value or missing flag, unit,
    period, availability or source, for an unknown code, and for two used rows of one key.
    """
    known_series = frozenset(registry() if series is None else series)
    known_sources = frozenset(sources.load() if source_ids is None else source_ids)
    found: list[Figure] = []
    used: dict[Key, int] = {}
    codes: set[tuple[str, ...]] = set()
    for line, fields in sources.records(raw, where, COLUMNS):
        at = f"{where} line {line}"
        if fields[0] not in known_series:
            raise InputError(at, "series", fields[0], nearest(fields[0], known_series))
        if fields[17] not in known_sources:
            raise InputError(at, "source_id", fields[17], nearest(fields[17], known_sources))
        code = (*fields[3:6], fields[7], *fields[12:15], fields[16], fields[18])
        if code not in codes:
            _check_codes(dict(zip(COLUMNS, fields, strict=True)), at)
            codes.add(code)
        figure = _figure(fields, at)
        if figure.used:
            other = used.setdefault(figure.key, line)
            if other != line:
                expected = f"one used row for each key (line {other} has it too)"
                raise InputError(at, "used", figure.series, expected)
        found.append(figure)
    return tuple(found)


def _check_codes(row: Mapping[str, str], at: str) -> None:
    for column in ("unit", "vintage"):
        if not row[column].strip():
            raise InputError(at, column, row[column], "a value")
    _known(row["mode"], MODES, at, "mode")
    _known(row["province"], PROVINCES, at, "province")
    _known(row["nationality"], countries(), at, "nationality")
    _known(row["payer"], PAYERS, at, "payer")
    _known(row["missing"], MISSING, at, "missing")
    _known(row["kind"], KINDS, at, "kind", needed=True)
    _known(row["used"], ("0", "1"), at, "used", needed=True)


def _figure(fields: list[str], at: str) -> Figure:
    """The figure of a row whose codes are known to be right."""
    start, end, available = (_day(fields[c], at, COLUMNS[c]) for c in (1, 2, 15))
    if end < start:
        raise InputError(at, "end", fields[2], f"a day not before start {fields[1]}")
    value, low, high = (_number(fields[c], at, COLUMNS[c]) for c in (9, 10, 11))
    missing, used, note = fields[12], fields[18] == "1", fields[19]
    if (value is None) == (not missing):
        got = f"value {fields[9]!r}, missing {missing!r}"
        raise InputError(at, "value", got, f"a value or one missing flag ({' | '.join(MISSING)})")
    if low is not None or high is not None:
        ordered = [number for number in (low, value, high) if number is not None]
        if ordered != sorted(ordered):
            raise InputError(at, "low, value, high", ordered, "low <= value <= high")
    if not used and not note.strip():
        raise InputError(at, "note", note, "the reason why the row is not used")
    if used and note.startswith(ERRATUM):
        raise InputError(at, "used", fields[18], "0 for an erratum")
    return Figure(
        fields[0], start, end, fields[3], fields[4], fields[5], fields[6], fields[7], fields[8],
        value, low, high, missing, fields[13], fields[14], available, fields[16], fields[17],
        used, note,
    )  # fmt: skip


_DAYS: dict[str, date] = {}


def _day(text: str, at: str, field: str) -> date:
    found = _DAYS.get(text)
    if found is None:
        found = months.parse_day(text, where=at, field=field)
        if len(_DAYS) < 20_000:
            _DAYS[text] = found
    return found


def _number(text: str, at: str, field: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        raise InputError(at, field, text, "a finite number, or nothing")
    return number


def _known(text: str, known: Iterable[str], at: str, field: str, *, needed: bool = False) -> None:
    if text not in known and (needed or text):
        raise InputError(at, field, text, nearest(text, known) + ("" if needed else ", or nothing"))


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """Codes a figure's `nationality` may have: any ISO 3166-1 alpha-3, UNHCR's extra codes, other.

    `other` is the rest of the same table, not one fixed group.
    """
    raw = resources.files("sojourn").joinpath(COUNTRIES).read_bytes()
    table = {code: name for _, (code, name) in sources.records(raw, COUNTRIES, ("iso3", "name"))}
    return {**table, **{code: label.en for code, label in NATIONALITIES.items()}}


@lru_cache(maxsize=1)
def registry() -> Mapping[str, Declared]:
    """Every series of figures as declared: definition, publication lag, labels. In file order."""
    raw = resources.files("sojourn").joinpath(REGISTRY).read_bytes()
    return read_registry(raw, REGISTRY)


def read_registry(raw: bytes, where: str) -> dict[str, Declared]:
    """Declared series from the bytes of a CSV. Raises InputError naming file, line and field."""
    found: dict[str, Declared] = {}
    for line, fields in sources.records(raw, where, REGISTRY_COLUMNS):
        at = f"{where} line {line}"
        row = dict(zip(REGISTRY_COLUMNS, fields, strict=True))
        for column in ("series", "lag_reason", "label", "label_fr", "definition"):
            if not row[column].strip():
                raise InputError(at, column, row[column], "a value")
        if row["series"] in found:
            raise InputError(at, "series", row["series"], "one row for each series")
        _known(row["model"], ("0", "1"), at, "model", needed=True)
        _known(row["period"], PERIODS, at, "period")
        if not row["lag_days"].isdigit():
            raise InputError(at, "lag_days", row["lag_days"], "a whole number of days")
        found[row["series"]] = Declared(
            row["series"], row["model"] == "1", row["item"], row["period"], int(row["lag_days"]),
            row["lag_reason"], row["label"], row["label_fr"], row["definition"],
        )  # fmt: skip
    return found


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
    **dims: str | Iterable[str],
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
    **dims: str | Iterable[str],
) -> tuple[Figure, ...]:
    """Published figures of a series, sorted by period and dimensions (no polars needed).

    `as_of`: only what was available on that day, from the vintage then current (`vintage_at`).
    `start`, `end`: days or months that the periods lie between. `used=False`: every row, with
    superseded and conflicting ones. Dimensions (mode, province, nationality, stage, payer, item):
    a value, a collection of values, "" for the total, "*" for every stated value without the
    total. Not asked for, a dimension of a series that the model computes is the total, `item`
    its main definition and `period` its main period; other series are given whole.
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
    chosen = [
        figure
        for figure in _held(series, by_country=wanted.get("nationality") != "")
        if period in ("*", figure.period)
        and all(_matches(getattr(figure, name), want) for name, want in wanted.items())
    ]
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
    declaration: Declared, dims: Mapping[str, str | Iterable[str]]
) -> dict[str, str | frozenset[str]]:
    for name in dims:
        if name not in DIMENSIONS:
            raise InputError("figures", "dimension", name, nearest(name, DIMENSIONS))
    wanted: dict[str, str | frozenset[str]] = {}
    codes = {"mode": MODES, "province": PROVINCES, "payer": PAYERS, "nationality": countries()}
    for name in DIMENSIONS:
        if name in dims:
            asked = dims[name]
            values = (asked,) if isinstance(asked, str) else tuple(asked)
            for value in values:
                if value not in ("", "*") and name in codes:
                    _known(value, codes[name], "figures", name)
            wanted[name] = asked if isinstance(asked, str) else frozenset(values)
        elif declaration.model:
            wanted[name] = declaration.item if name == "item" else ""
    return wanted


def _matches(value: str, want: str | frozenset[str]) -> bool:
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


def conflicts(series: str) -> tuple[tuple[Figure, ...], ...]:
    """Keys of a series with more than one row, each as its rows, the used one first."""
    by_key: dict[Key, list[Figure]] = {}
    for figure in rows(series):
        by_key.setdefault(figure.key, []).append(figure)
    rivals = [group for group in by_key.values() if len(group) > 1]
    return tuple(tuple(sorted(group, key=lambda f: not f.used)) for group in rivals)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of days without a figure, for one combination of dimensions."""

    series: str
    dims: tuple[str, ...]
    start: date
    end: date
    reason: str


def gaps(series: str) -> tuple[Gap, ...]:
    """What is missing: cells with a missing flag, and holes between the regular periods held.

    Holes are looked for between the first and the last figure of each combination of dimensions
    and kind of period (months, quarters, years, fiscal years); their reason is `no row`.
    """
    found = []
    spans: dict[tuple[tuple[str, ...], str], set[tuple[date, date]]] = {}
    for figure in rows(series):
        dims = tuple(getattr(figure, name) for name in DIMENSIONS)
        if figure.value is None and figure.used and figure.low is None and figure.high is None:
            found.append(Gap(series, dims, figure.start, figure.end, figure.missing))
        if figure.period not in ("day", "other"):
            spans.setdefault((dims, figure.period), set()).add((figure.start, figure.end))
    day = timedelta(days=1)
    for (dims, _), held in spans.items():
        for (_, before), (after, _) in pairwise(sorted(held)):
            if after > before + day:
                found.append(Gap(series, dims, before + day, after - day, "no row"))
    return tuple(sorted(found, key=lambda gap: (gap.start, gap.end, gap.dims)))
