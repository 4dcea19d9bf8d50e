"""Dated parameters: each row has a value, its range, its kind and its source."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import months
from sojourn.inputs.errors import InputError, nearest

FILE = "data/parameters.csv"
COLUMNS = ("name", "from", "value", "low", "high", "unit", "kind", "source_id", "note")
KINDS = ("law", "observed", "estimated", "assumed")
NON_NEGATIVE_SUFFIXES = (".capacity", ".members", ".levels", ".removals", ".factor")


@dataclass(frozen=True)
class Row:
    """One value of a parameter, valid from a month until the next row of the same name."""

    name: str
    start: int
    value: float
    low: float
    high: float
    unit: str
    kind: str
    source_id: str
    note: str


@dataclass(frozen=True)
class Parameters:
    """All dated rows by name (rows of a name in order of their month)."""

    rows: Mapping[str, tuple[Row, ...]]

    def rows_of(self, name: str) -> tuple[Row, ...]:
        """Rows of a parameter in order of date. Raises InputError with the nearest known name."""
        try:
            return self.rows[name]
        except KeyError:
            raise InputError("parameters", "name", name, nearest(name, self.rows)) from None

    def value(self, name: str, month: int) -> float:
        """Central value in force in the month. Raises InputError before the first row."""
        live = [row for row in self.rows_of(name) if row.start <= month]
        if not live:
            first = months.text(self.rows_of(name)[0].start)
            raise InputError("parameters", name, months.text(month), f"a month from {first}")
        return live[-1].value

    def changed(self, name: str, month: int, value: float, *, where: str = "change") -> Parameters:
        """Same parameters with `name` exactly `value` from `month` on; later rows are replaced."""
        kept = tuple(row for row in self.rows_of(name) if row.start < month)
        model = self.rows_of(name)[-1]
        check_value(name, value, model.unit, where)
        new = replace(model, start=month, value=value, low=value, high=value, note="scenario")
        return Parameters({**self.rows, name: (*kept, new)})

    def paths(self, span: NDArray[np.int64]) -> Paths:
        """Step functions over the months: central, low and high values, each [P, T]."""
        names = tuple(sorted(self.rows))
        rows = [row for name in names for row in self.rows[name]]
        since = np.searchsorted(span, [row.start for row in rows])
        # before its first row a parameter has the first value: rows start when known
        first = np.cumsum([0, *(len(self.rows[name]) for name in names)])[:-1]
        since[first] = 0
        until = np.append(since[1:], 0)
        until[np.append(first[1:], len(rows)) - 1] = len(span)
        table = np.array([[row.value, row.low, row.high] for row in rows]).T
        value = np.repeat(table, until - since, axis=1).reshape(3, len(names), len(span))
        return Paths(span, names, value[0], value[1], value[2])


@lru_cache(maxsize=256)
def _places(known: tuple[str, ...], wanted: tuple[str, ...]) -> NDArray[np.int64]:
    at = {name: p for p, name in enumerate(known)}
    return np.array([at[name] for name in wanted], np.int64)


@dataclass(frozen=True)
class Paths:
    """Monthly values of every parameter: `value`, `low`, `high` are float64 [P, T]."""

    months: NDArray[np.int64]
    names: tuple[str, ...]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    index: Mapping[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.index:
            object.__setattr__(self, "index", {name: p for p, name in enumerate(self.names)})

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Monthly values [T] of a parameter. Raises InputError with the nearest known name."""
        try:
            return self.value[self.index[name]]
        except KeyError:
            raise InputError("parameters", "name", name, nearest(name, self.names)) from None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one parameter's values: months, of several runs side by side [n, T]."""
        return self.value.shape[1:]

    def of(
        self, places: NDArray[np.int64], months: NDArray[np.int64] | slice = slice(None)
    ) -> NDArray[np.float64]:
        """Values of the parameters at some places of `names`, [places, T], in some months only."""
        return self.value[places][..., months]

    def places(self, names: tuple[str, ...]) -> NDArray[np.int64]:
        """Where parameters stand among `names`."""
        return _places(self.names, names)

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Names whose low and high differ somewhere."""
        wide = np.any(self.high > self.low, axis=1)
        return tuple(name for name, w in zip(self.names, wide, strict=True) if w)

    def at(self, u: NDArray[np.float64]) -> Paths:
        """One member: values at probability u [P] of each triangular range (low, value, high).

        One u moves every dated row of a name together; exact rows keep their value.
        """
        value = inverse_triangular(u[:, None], self.low, self.value, self.high)
        return replace(self, value=value)

    def with_values(self, values: Mapping[str, float | NDArray[np.float64]]) -> Paths:
        """Same paths with some parameters set to a scalar or a [T] array."""
        value = self.value.copy()
        for name, new in values.items():
            if name not in self.index:
                raise InputError("parameters", "name", name, nearest(name, self.names))
            value[self.index[name]] = new
        return replace(self, value=value)


def inverse_triangular(
    u: NDArray[np.float64],
    low: NDArray[np.float64],
    mode: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Inverse distribution function of the triangular law on [low, high] with its mode.

    All arrays broadcast; where low equals high the result is the mode.
    """
    width = high - low
    safe = np.where(width > 0, width, 1.0)
    turn = (mode - low) / safe
    rising = low + np.sqrt(u * safe * np.maximum(mode - low, 0.0))
    falling = high - np.sqrt((1.0 - u) * safe * np.maximum(high - mode, 0.0))
    return np.where(width > 0, np.where(u < turn, rising, falling), mode)


def check_value(name: str, value: float, unit: str, where: str) -> None:
    """Refuse a value that the parameter cannot take (not finite, negative, share above one)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(where, name, value, "a finite number")
    if abs(value) > 1e12:
        raise InputError(where, name, value, "a number below 1e12 in size")
    if unit in ("share", "share per month", "switch") and not 0 <= value <= 1:
        raise InputError(where, name, value, f"a {unit} between 0 and 1")
    counted = unit in ("months", "persons", "decision makers", "persons per acceptance")
    money_or_rate = "CAD" in unit or "per year" in unit
    if value < 0 and (name.endswith(NON_NEGATIVE_SUFFIXES) or money_or_rate or counted):
        raise InputError(where, name, value, "a number of 0 or more")


def read(lines: list[str], where: str) -> Parameters:
    """Parameters from the lines of a CSV. Raises InputError naming file, line and field."""
    reader = csv.DictReader(lines, strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InputError(where, "header", reader.fieldnames, ",".join(COLUMNS))
    rows: dict[str, list[Row]] = {}
    for raw in reader:
        at = f"{where} line {reader.line_num}"
        if None in raw or None in raw.values():
            raise InputError(at, "row", raw.get("name"), f"{len(COLUMNS)} fields")
        row = _row(raw, at)
        rows.setdefault(row.name, []).append(row)
    ordered = {}
    for name, of_name in rows.items():
        of_name.sort(key=lambda row: row.start)
        for before, after in itertools.pairwise(of_name):
            if before.start == after.start:
                raise InputError(where, name, months.text(after.start), "one row for each month")
        ordered[name] = tuple(of_name)
    return Parameters(ordered)


def _row(raw: Mapping[str, str], at: str) -> Row:
    for column in ("name", "from", "value", "unit", "kind", "source_id"):
        if not raw[column].strip():
            raise InputError(at, column, raw[column], "a value")
    if raw["kind"] not in KINDS:
        raise InputError(at, "kind", raw["kind"], " | ".join(KINDS))
    numbers = {}
    for column in ("value", "low", "high"):
        text = raw[column] or raw["value"]
        try:
            numbers[column] = float(text)
        except ValueError:
            raise InputError(at, column, text, "a number") from None
        check_value(raw["name"], numbers[column], raw["unit"], at)
    if not numbers["low"] <= numbers["value"] <= numbers["high"]:
        raise InputError(at, "low, value, high", tuple(numbers.values()), "low <= value <= high")
    start = months.parse(raw["from"], where=at, field="from")
    return Row(raw["name"], start, **numbers, unit=raw["unit"], kind=raw["kind"],
               source_id=raw["source_id"], note=raw["note"])  # fmt: skip


@lru_cache(maxsize=1)
def load() -> Parameters:
    """The shipped parameter table."""
    text = resources.files("sojourn").joinpath(FILE).read_text(encoding="utf-8")
    return read(text.splitlines(), FILE)


def shipped(span: NDArray[np.int64]) -> Paths:
    """The shipped parameters over months one after the other: what a scenario differs from."""
    return _shipped(int(span[0]), len(span))


@lru_cache(maxsize=16)
def _shipped(first: int, length: int) -> Paths:
    return load().paths(months.span(first, first + length - 1))
