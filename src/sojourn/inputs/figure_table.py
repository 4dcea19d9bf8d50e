"""One published figure as a row of a table, and the reader that refuses a row with a part missing.

Every row has value or missing flag, unit, period, availability and source (docs/figures.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from sojourn.inputs import months, sources
from sojourn.inputs.dimensions import MODES, NATIONALITIES, PAYERS, PROVINCES
from sojourn.inputs.errors import InputError, nearest

COUNTRIES = "data/countries.csv"
COLUMNS = (
    "series", "start", "end", "mode", "province", "nationality", "stage", "payer", "item",
    "value", "low", "high", "missing", "unit", "kind", "available", "vintage", "source_id",
    "used", "note",
)  # fmt: skip
REGISTRY_COLUMNS = (
    "series", "model", "item", "period", "lag_days", "lag_reason", "lag_reason_fr",
    "label", "label_fr", "definition", "definition_fr",
)  # fmt: skip
DIMENSIONS = ("mode", "province", "nationality", "stage", "payer", "item")
MISSING = ("suppressed", "not_published", "not_collected")
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
    lag_reason_fr: str
    label: str
    label_fr: str
    definition: str
    definition_fr: str


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
    raw: bytes, where: str, *, series: Iterable[str], source_ids: Iterable[str]
) -> tuple[Figure, ...]:
    """Figures from the bytes of one CSV; `series` and `source_ids` are the known names.

    Raises InputError naming file, line and field for a row without value or missing flag, unit,
    period, availability or source, for an unknown code, and for two used rows of one key.
    """
    known_series, known_sources = frozenset(series), frozenset(source_ids)
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
    check_code(row["mode"], MODES, at, "mode")
    check_code(row["province"], PROVINCES, at, "province")
    check_code(row["nationality"], countries(), at, "nationality")
    check_code(row["payer"], PAYERS, at, "payer")
    check_code(row["missing"], MISSING, at, "missing")
    check_code(row["kind"], KINDS, at, "kind", needed=True)
    check_code(row["used"], ("0", "1"), at, "used", needed=True)


def _figure(fields: list[str], at: str) -> Figure:
    """The figure of a row whose codes are known to be right."""
    start, end = _day(fields[1], at, "start"), _day(fields[2], at, "end")
    available = _day(fields[15], at, "available")
    if end < start:
        raise InputError(at, "end", fields[2], f"a day not before start {fields[1]}")
    value = _number(fields[9], at, "value")
    low, high = _number(fields[10], at, "low"), _number(fields[11], at, "high")
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


def check_code(
    text: str, known: Iterable[str], at: str, field: str, *, needed: bool = False
) -> None:
    if text not in known and (needed or text):
        raise InputError(at, field, text, nearest(text, known) + ("" if needed else ", or nothing"))


def read_registry(raw: bytes, where: str) -> dict[str, Declared]:
    """Declared series from the bytes of a CSV. Raises InputError naming file, line and field."""
    found: dict[str, Declared] = {}
    for line, fields in sources.records(raw, where, REGISTRY_COLUMNS):
        at = f"{where} line {line}"
        row = dict(zip(REGISTRY_COLUMNS, fields, strict=True))
        for column in ("series", *REGISTRY_COLUMNS[5:]):
            if not row[column].strip():
                raise InputError(at, column, row[column], "a value")
        if row["series"] in found:
            raise InputError(at, "series", row["series"], "one row for each series")
        check_code(row["model"], ("0", "1"), at, "model", needed=True)
        check_code(row["period"], PERIODS, at, "period")
        if not row["lag_days"].isdigit():
            raise InputError(at, "lag_days", row["lag_days"], "a whole number of days")
        found[row["series"]] = Declared(
            row["series"], row["model"] == "1", row["item"], row["period"], int(row["lag_days"]),
            *(row[column] for column in REGISTRY_COLUMNS[5:]),
        )  # fmt: skip
    return found


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """Codes a figure's `nationality` may have: any ISO 3166-1 alpha-3, UNHCR's extra codes, other.

    `other` is the rest of the same table, not one fixed group.
    """
    raw = resources.files("sojourn").joinpath(COUNTRIES).read_bytes()
    table = {code: name for _, (code, name) in sources.records(raw, COUNTRIES, ("iso3", "name"))}
    return {**table, **{code: label.en for code, label in NATIONALITIES.items()}}
