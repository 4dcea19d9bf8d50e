"""A grid: every combination of scenarios and levers, and what is measured in each, from TOML.

scenarios = ["baseline", "stca-suspended"]      # shipped names or TOML paths
members = 100                                   # seed, quantiles: as of `sojourn run`

[[lever]]                                       # one parameter, or several that move together
parameter = "rpd.capacity"
from = "2026-01"
values = [40000, 60000, 80000]

[[measure]]                                     # a month, a year (2030) or a fiscal year
series = "cost"
at = "2029-30"
payer = "federal"
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from sojourn.inference import member, outputs, periods, reduce
from sojourn.inference.outputs import Row
from sojourn.inference.periods import Kind, Periods
from sojourn.inputs import months, scenario
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.scenario import Change, Scenario
from sojourn.inputs.series import DIMENSIONS, LONG_COLUMNS, QUANTILES

MEMBERS = 100
MOST_BYTES = 200_000
MOST_RUNS = 5_000_000
KEYS = ("title", "title_fr", "scenarios", "members", "seed", "quantiles", "lever", "measure")
LEVER_KEYS = ("parameter", "name", "from", "values")
MEASURE_KEYS = ("series", "at", *DIMENSIONS)
ENDLESS = 1e12


@dataclass(frozen=True)
class Lever:
    """Parameters that take each of the values from a month on; `name` is its column."""

    name: str
    parameters: tuple[str, ...]
    month: int
    values: tuple[float, ...]


@dataclass(frozen=True)
class Measure:
    """One row in one month or year."""

    row: Row
    period: Periods

    @property
    def name(self) -> str:
        """Series, cell and date in a form that can name a file."""
        words = f"{self.row.text()} {self.period.labels[0]}"
        return re.sub(r"[^A-Za-z0-9.]+", "-", words)


@dataclass(frozen=True)
class Cell:
    """One combination: the scenario it starts from, its lever values, and what comes of both."""

    number: int
    base: str
    values: tuple[float, ...]
    scenario: Scenario


@dataclass(frozen=True)
class Grid:
    """Scenarios x lever values, measured; every cell has the same members and draws."""

    name: str
    title: str
    title_fr: str
    scenarios: tuple[Scenario, ...]
    levers: tuple[Lever, ...]
    measures: tuple[Measure, ...]
    members: int = MEMBERS
    seed: int = 0
    quantiles: tuple[float, ...] = QUANTILES

    def __len__(self) -> int:
        return len(self.scenarios) * math.prod(len(lever.values) for lever in self.levers)

    def cell(self, number: int) -> Cell:
        """A combination by its number; the last lever moves fastest."""
        at, places = number, []
        for lever in reversed(self.levers):
            at, place = divmod(at, len(lever.values))
            places.append(lever.values[place])
        values = tuple(reversed(places))
        base = self.scenarios[at]
        changes = tuple(
            Change(parameter, lever.month, value)
            for lever, value in zip(self.levers, values, strict=True)
            for parameter in lever.parameters
        )
        made = replace(base, changes=base.changes + changes)
        return Cell(number, base.name, values, made)


def load(path: str | Path) -> Grid:
    """The grid of a TOML file. Raises InputError naming the file, the field and what was expected.

    Every value of every lever is checked before anything runs.
    """
    where = str(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise InputError(where, "file", error.strerror, "a readable TOML file") from None
    if len(raw) > MOST_BYTES:
        raise InputError(where, "size", len(raw), f"at most {MOST_BYTES} bytes")
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(where, "encoding", f"byte {error.start}", "UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, "TOML", str(error), "a well-formed TOML file") from None
    return read(data, where, Path(path).stem)


def read(data: Mapping[str, Any], where: str, name: str) -> Grid:
    """The grid of a parsed TOML document. Raises InputError."""
    _known(data, KEYS, where)
    bases = data.get("scenarios", [scenario.DEFAULT])
    if not isinstance(bases, list) or not bases or not all(isinstance(b, str) for b in bases):
        raise InputError(where, "scenarios", bases, "a list of scenario names or TOML paths")
    measures = tuple(
        _measure(t, f"{where} measure {i}") for i, t in _tables(data, "measure", where)
    )
    if not measures:
        raise InputError(where, "measure", "none", "at least one [[measure]] table")
    levers = tuple(_lever(t, f"{where} lever {i}") for i, t in _tables(data, "lever", where))
    names = [lever.name for lever in levers]
    if len(set(names)) < len(names):
        raise InputError(where, "lever", names, "levers with different names")
    quantiles = data.get("quantiles", list(QUANTILES))
    if not isinstance(quantiles, list):
        raise InputError(where, "quantiles", quantiles, "a list of numbers from 0 to 1")
    texts = {key: data.get(key, name) for key in ("title", "title_fr")}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise InputError(where, key, text, "a text")
    made = Grid(
        name, **texts, scenarios=tuple(Scenario.load(base) for base in bases), levers=levers,
        measures=measures, members=_whole(data, "members", MEMBERS, 1, where),
        seed=_whole(data, "seed", 0, 0, where), quantiles=reduce.check_quantiles(quantiles),
    )  # fmt: skip
    levels = made.quantiles
    ranged = any(declared.get(m.row.series).range_only for m in measures)
    if ranged and not (levels and levels[0] < 0.5 < levels[-1]):
        expected = "a low and a high one: a series that is only ever a range is measured"
        raise InputError(where, "quantiles", levels, expected)
    if len(made) * made.members > MOST_RUNS:
        runs = f"{len(made)} cells x {made.members} members"
        raise InputError(where, "size", runs, f"at most {MOST_RUNS:,} runs")
    return made


def months_of(measures: Sequence[Measure]) -> Periods:
    """The months that all measures together need."""
    first = min(measure.period.first for measure in measures)
    last = max(measure.period.last for measure in measures)
    return periods.of(first, last)


def _tables(data: Mapping[str, Any], key: str, where: str) -> list[tuple[int, Mapping[str, Any]]]:
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError(where, key, tables, f"tables headed [[{key}]]")
    return list(enumerate(tables, 1))


def _lever(table: Mapping[str, Any], at: str) -> Lever:
    _known(table, LEVER_KEYS, at)
    names = table.get("parameter")
    parameters = (names,) if isinstance(names, str) else tuple(names or ())
    if not parameters or not all(isinstance(name, str) for name in parameters):
        raise InputError(at, "parameter", names, "a parameter's name, or a list of names")
    values = table.get("values")
    if not isinstance(values, list) or not values:
        raise InputError(at, "values", values, "a list of numbers")
    start = table.get("from")
    checked: list[Change] = []
    for value, parameter in product(values, parameters):
        number = _number(value, at)
        checked.append(scenario.parse_change(f"{parameter}={number!r}@{start}", where=at))
    numbers = tuple(_number(value, at) for value in values)
    if len(set(numbers)) < len(numbers):
        raise InputError(at, "values", values, "values that differ")
    name = table.get("name", "+".join(parameters))
    if not isinstance(name, str) or not name.strip() or name in LONG_COLUMNS:
        raise InputError(at, "name", name, "a name that is no column of the long table")
    return Lever(name, parameters, checked[0].month, numbers)


def _number(value: Any, at: str) -> float:
    words = {"on": 1.0, "off": 0.0, True: 1.0, False: 0.0}
    if isinstance(value, bool | str) and value in words:
        return words[value]
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        raise InputError(at, "values", value, "a number, on or off")
    if not abs(value) <= ENDLESS:
        raise InputError(at, "values", value, "a finite number below 1e12 in size")
    return float(value)


def _measure(table: Mapping[str, Any], at: str) -> Measure:
    _known(table, MEASURE_KEYS, at)
    for key in ("series", "at"):
        if not isinstance(table.get(key), str):
            raise InputError(at, key, table.get(key), "a text")
    cell = {key: table[key] for key in DIMENSIONS if key in table}
    for key, code in cell.items():
        if not isinstance(code, str):
            raise InputError(at, key, code, "a text")
    try:
        row = outputs.row(table["series"], cell, member.cells())
    except InputError as error:
        raise InputError(at, error.field, error.value, error.expected) from None
    return Measure(row, _period(table["at"], at))


def _period(text: str, at: str) -> Periods:
    kind: Kind = "month"
    if re.fullmatch(r"\d{4}", text):
        kind, first = "year", int(text) * 12
    elif re.fullmatch(r"\d{4}-\d{2}", text) and int(text[5:]) == (int(text[:4]) + 1) % 100:
        # 2011-12 could be both, but the model begins in 2015
        kind, first = "fiscal", months.parse_fiscal_year(text, where=at, field="at")
    else:
        first = months.parse(text, where=at, field="at")
    last = first if kind == "month" else first + 11
    if not months.FIRST <= first <= last <= months.HORIZON:
        raise InputError(at, "at", text, "a month, year or fiscal year from 2015-01 to 2060-12")
    return periods.of(first, last, kind)


def _whole(data: Mapping[str, Any], key: str, default: int, least: int, where: str) -> int:
    value = data.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**63:
        raise InputError(where, key, value, f"a whole number of {least} or more")
    return value


def _known(table: Mapping[str, Any], keys: Sequence[str], where: str) -> None:
    for key, value in table.items():
        if key not in keys:
            raise InputError(where, key, value, nearest(key, keys))
