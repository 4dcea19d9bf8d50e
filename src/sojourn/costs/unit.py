"""Unit costs and how each was derived: a tape of published figures, worked through in order.

`data/unit_costs.csv` holds one line for each operand of each derivation: start with a figure,
then `plus`, `minus`, `times` or `over` the next. The values stand as dated rows in
`data/parameters.csv`; a test works every tape and compares. A price carries the date of the
April (or month) after the period it was measured in, so that no year is priced with itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from sojourn.inputs import months, sources
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Parameters, Row

FILE = "data/unit_costs.csv"
COLUMNS = (
    "name", "from", "bound", "op", "operand", "series", "item", "period", "value", "unit",
    "available", "source_id", "note",
)  # fmt: skip
BOUNDS = ("value", "low", "high")
OWN = ("arithmetic", "assumption")
"""Operands of our own: a number of months, or an assumption said in words."""


@dataclass(frozen=True, slots=True)
class Operand:
    """One published figure (or stated assumption) in a derivation."""

    op: str
    text: str
    series: str
    item: str
    period: str
    value: float
    unit: str
    available: date
    source_id: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a bound (value, low or high) of one dated parameter row comes about."""

    name: str
    start: int
    bound: str
    operands: tuple[Operand, ...]
    note: str

    @property
    def result(self) -> float:
        """The operands worked through in order."""
        return work(self.operands)

    @property
    def available(self) -> date:
        """The first day on which every operand was known."""
        return max(operand.available for operand in self.operands)

    @property
    def text(self) -> str:
        """The derivation as one readable line."""
        signs = {"start": "", "plus": " + ", "minus": " - ", "times": " × ", "over": " ÷ "}
        parts = [
            f"{signs[o.op]}{o.value:,.10g} [{o.text}{', ' + o.period if o.period else ''}"
            f"; {o.source_id}]"
            for o in self.operands
        ]
        return "".join(parts)


def work(operands: tuple[Operand, ...]) -> float:
    """Result of a tape: start, then plus, minus, times or over, strictly in order."""
    total = 0.0
    for operand in operands:
        if operand.op == "start":
            total = operand.value
        elif operand.op == "plus":
            total += operand.value
        elif operand.op == "minus":
            total -= operand.value
        elif operand.op == "times":
            total *= operand.value
        else:
            total /= operand.value
    return total


def read(raw: bytes, where: str) -> tuple[Derivation, ...]:
    """Derivations from the bytes of a CSV. Raises InputError naming file, line and field."""
    tapes: dict[tuple[str, int, str], list[Operand]] = {}
    notes: dict[tuple[str, int, str], str] = {}
    for line, fields in sources.records(raw, where, COLUMNS):
        at = f"{where} line {line}"
        row = dict(zip(COLUMNS, fields, strict=True))
        start = months.parse(row["from"], where=at, field="from")
        if row["bound"] not in BOUNDS:
            raise InputError(at, "bound", row["bound"], " | ".join(BOUNDS))
        key = (row["name"], start, row["bound"])
        first = key not in tapes
        operand = _operand(row, at, first)
        tapes.setdefault(key, []).append(operand)
        if first:
            notes[key] = row["note"]
    return tuple(
        Derivation(name, start, bound, tuple(tape), notes[name, start, bound])
        for (name, start, bound), tape in tapes.items()
    )


def _operand(row: Mapping[str, str], at: str, first: bool) -> Operand:
    allowed = ("start",) if first else ("plus", "minus", "times", "over")
    if row["op"] not in allowed:
        raise InputError(at, "op", row["op"], " | ".join(allowed))
    for column in ("name", "operand", "unit", "source_id"):
        if not row[column].strip():
            raise InputError(at, column, row[column], "a value")
    if row["source_id"] not in OWN:
        sources.source(row["source_id"])
    try:
        value = float(row["value"])
    except ValueError:
        raise InputError(at, "value", row["value"], "a number") from None
    if row["op"] == "over" and value == 0:
        raise InputError(at, "value", row["value"], "a divisor other than zero")
    day = months.parse_day(row["available"], where=at, field="available")
    return Operand(row["op"], row["operand"], row["series"], row["item"], row["period"], value,
                   row["unit"], day, row["source_id"])  # fmt: skip


@lru_cache(maxsize=1)
def load() -> tuple[Derivation, ...]:
    """The shipped derivations, in file order."""
    return read(resources.files("sojourn").joinpath(FILE).read_bytes(), FILE)


@lru_cache(maxsize=1)
def by_name() -> Mapping[str, tuple[Derivation, ...]]:
    """Derivations of each parameter."""
    found: dict[str, list[Derivation]] = {}
    for derivation in load():
        found.setdefault(derivation.name, []).append(derivation)
    return {name: tuple(of_name) for name, of_name in found.items()}


def derivations(name: str, month: int | None = None) -> tuple[Derivation, ...]:
    """Derivations of a parameter: all, or those of the row in force in a month.

    Raises InputError with the nearest known name.
    """
    table = by_name()
    if name not in table:
        raise InputError("unit costs", "name", name, nearest(name, table))
    of_name = table[name]
    if month is None:
        return of_name
    starts = [d.start for d in of_name if d.start <= month] or [min(d.start for d in of_name)]
    return tuple(d for d in of_name if d.start == max(starts))


def known_at(parameters: Parameters, day: date) -> Parameters:
    """The parameters with only those unit costs whose every operand was published by `day`.

    A row not yet known is dropped, so the last known one stays in force; a name without any
    known row disappears, and whoever needs it must say that it is not known.
    """
    rows = dict(parameters.rows)
    for name, of_name in by_name().items():
        if name not in rows:
            continue
        value_known = {d.start for d in of_name if d.bound == "value" and d.available <= day}
        late = {(d.start, d.bound) for d in of_name if d.available > day}
        kept = tuple(
            _narrowed(row, late) for row in rows[name]
            if row.start in value_known or row.note == "scenario"
        )  # fmt: skip
        if kept:
            rows[name] = kept
        else:
            del rows[name]
    return Parameters(rows)


def _narrowed(row: Row, late: set[tuple[int, str]]) -> Row:
    """The row without a bound that was not known yet."""
    low = row.value if (row.start, "low") in late else row.low
    high = row.value if (row.start, "high") in late else row.high
    return Row(row.name, row.start, row.value, low, high, row.unit, row.kind, row.source_id,
               row.note)  # fmt: skip
