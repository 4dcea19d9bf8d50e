"""Cases read from a CSV: decided together where that is possible, a bad row answered by its error.

Columns: `id`, `facts` (a JSON object), and optionally `question` and any date attribute
(`date_of_claim`, `date_of_entry` ...). Other columns, such as expected answers, are ignored.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from sojourn.inputs.errors import InputError
from sojourn.law import batch
from sojourn.law.calendar import NO_DAY
from sojourn.law.columns import Column, codings
from sojourn.law.decide import TURNS_ON, check_question, decide
from sojourn.law.facts import CLAIM_EVENTS, ORDER, REQUIRED, adapter, types
from sojourn.law.grammar import Value
from sojourn.law.rows import Law
from sojourn.law.switches import Switches, with_switches
from sojourn.law.tables import load

csv.field_size_limit(1 << 20)


@dataclass
class Row:
    """One case as written, before any check."""

    id: str
    question: str
    raw: dict[str, Any]
    error: str = ""


@dataclass
class _Group:
    """Rows of one question decided together: where they stand, and their facts by attribute."""

    at: list[int] = field(default_factory=list)
    facts: list[Mapping[str, Any]] = field(default_factory=list)


def read_cases(lines: Iterable[str], where: str, question: str = "eligibility") -> Iterator[Row]:
    """Rows of a CSV of cases. Raises InputError when the table itself cannot be read.

    `question` is asked where the column is absent or empty.
    """
    reader = csv.reader(lines, strict=True)
    header = next(reader, [])
    for needed in ("id", "facts"):
        if needed not in header:
            raise InputError(where, "header", ",".join(header), f"a column {needed}")
    columns = _Columns(
        len(header), header.index("id"), header.index("facts"),
        header.index("question") if "question" in header else None,
        tuple((n, name) for n, name in enumerate(header)
              if name in types() and name.startswith("date_of_")),
    )  # fmt: skip
    try:
        for cells in reader:
            if cells:
                yield _row(cells, columns, f"{where} line {reader.line_num}", question)
    except csv.Error as problem:
        raise InputError(where, f"line {reader.line_num}", str(problem), "a CSV row") from None


class _Columns(NamedTuple):
    """Where the columns of a case file stand."""

    width: int
    id: int
    facts: int
    question: int | None
    dates: tuple[tuple[int, str], ...]


def _row(cells: Sequence[str], columns: _Columns, where: str, question: str) -> Row:
    name = cells[columns.id] if columns.id < len(cells) else ""
    row = Row(name, question, {})
    try:
        if len(cells) != columns.width:
            raise InputError(where, "row", name, f"{columns.width} fields, as the header has")
        if columns.question is not None:
            row.question = cells[columns.question].strip() or question
        row.raw = _facts(cells[columns.facts], where)
        for at, column in columns.dates:
            cell = cells[at].strip()
            if cell:
                if row.raw.get(column, cell) != cell and row.raw[column] is not None:
                    expected = f"{cell}, as in the column {column}"
                    raise InputError(where, column, row.raw[column], expected)
                row.raw[column] = cell
        check_question(row.question, where)
    except InputError as problem:
        row.error = str(problem)
    return row


def _facts(text: str, where: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        facts = json.loads(text)
        # more colons than names: a value that holds one, or a name stated twice
        if isinstance(facts, dict) and text.count(":") != len(facts):
            facts = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        raise InputError(where, "facts", text[:80], f"a JSON object ({problem})") from None
    if not isinstance(facts, dict):
        raise InputError(where, "facts", text[:80], "a JSON object")
    return facts


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} is stated twice")
    return found


def parse_facts(text: str, where: str) -> tuple[dict[str, Any], str]:
    """Facts of one case from JSON, and the question if the document asks one.

    Either the attributes themselves, or an object with `facts` and the columns of a case file.
    Raises InputError.
    """
    whole = _facts(text, where)
    if not whole:
        raise InputError(where, "facts", text[:80], "a JSON object with the facts of the case")
    stated = whole.get("facts", {name: v for name, v in whole.items() if name not in _BESIDE})
    if not isinstance(stated, dict):
        raise InputError(where, "facts", str(stated)[:80], "a JSON object")
    facts = dict(stated)
    for name, value in whole.items():
        if name in types():
            if facts.get(name, value) != value:
                raise InputError(where, name, facts[name], f"{value}, as stated beside facts")
            facts[name] = value
    question = whole.get("question") or ""
    return facts, question if isinstance(question, str) else str(question)


_BESIDE = ("id", "question")
"""Columns of a case file that are no facts."""


def decide_file(rows: Iterable[Row], where: str, *, on: str | None = None,
                switches: Switches | None = None) -> list[dict[str, str]]:  # fmt: skip
    """`{"id", "outcome", "provision"}` of every row in order, or `{"id", "error"}`."""
    law = with_switches(load(), switches) if switches else load()
    listed = list(rows)
    answers: list[dict[str, str]] = [{"id": row.id, "error": row.error} for row in listed]
    groups: dict[tuple[str, bool], _Group] = {}
    for at, row in enumerate(listed):
        if row.error:
            continue
        if on is not None:
            row.raw[TURNS_ON[row.question]] = on
        group = groups.setdefault((row.question, "grounds" in row.raw), _Group())
        group.at.append(at)
        group.facts.append(row.raw)
    for (question, _), group in groups.items():
        columns, bad = _columns(group.facts, law)
        bad |= _contradictory(columns, law)
        found = batch.decide_many(columns, question, law=law, size=len(group.at))
        alone = bad | (found.code == batch.UNANSWERED)
        outcomes, provisions = found.texts()
        for n, at in enumerate(group.at):
            name = listed[at].id
            if alone[n]:
                answers[at] = _alone(name, group.facts[n], question, law, where)
            else:
                answers[at] = {"id": name, "outcome": outcomes[n], "provision": provisions[n]}
    return answers


def _alone(name: str, raw: Mapping[str, Any], question: str, law: Law,
           where: str) -> dict[str, str]:  # fmt: skip
    """A row that the arrays cannot answer: decided one by one, or its error."""
    try:
        made = decide(raw, question, law=law, where=f"{where} row {name}")
    except InputError as problem:
        return {"id": name, "error": str(problem)}
    return {"id": name, "outcome": made.outcome, "provision": made.provision}


def _columns(facts: Sequence[Mapping[str, Any]], law: Law) -> tuple[dict[str, Column], Column]:
    """Arrays of the stated facts, and which rows need to be looked at one by one.

    Each distinct value of an attribute is checked by its type once.
    """
    size = len(facts)
    bad = np.zeros(size, dtype=np.bool_)
    arrays: dict[str, Column] = {}
    known: dict[str, _Known] = {}
    for at, raw in enumerate(facts):
        for name, value in raw.items():
            codes = known.get(name)
            if codes is None:
                codes = known[name] = _Known(name, law)
                if codes.stated:
                    arrays[name] = _blank(name, size)
            # texts are most of the values; 1 and true would meet as keys without their class
            key = value if value.__class__ is str else codes.key(value)
            code = codes.get(key, _NEW)
            if code is _NEW:
                code = codes[key] = codes.check(value)
            if code is None:
                bad[at] = True
            else:
                arrays[name][at] = code
    for name in REQUIRED:
        bad |= arrays[name] == NO_DAY if name in arrays else np.ones(size, dtype=np.bool_)
    decision = arrays.get("date_of_decision")
    if decision is not None and "date_of_claim" in arrays:
        arrays["date_of_decision"] = np.where(decision == NO_DAY, arrays["date_of_claim"], decision)
    return arrays, bad


_NEW: Any = object()


class _Known(dict[Any, Any]):
    """Codes of the values of one attribute met so far; None for a value that is not allowed."""

    def __init__(self, name: str, law: Law) -> None:
        super().__init__()
        self.name = name
        fact = law.facts.get(name)
        self.stated = fact is not None and not fact.derived

    def key(self, value: Any) -> Any:
        """What stands for a value that is no text."""
        if value.__class__ is list and all(item.__class__ is str for item in value):
            return (list, *value)
        if value is None or value.__class__ in (bool, int, float):
            return (value.__class__, value)
        return _NEW  # neither a list of texts nor a single value: never a fact

    def check(self, value: Any) -> float | int | bool | None:
        """The code of a value of the right type, None otherwise."""
        if not self.stated:
            return None
        try:
            typed: Value = adapter(self.name).validate_python(value)
        except ValidationError:
            return None
        if typed is None and codings()[self.name].kind in ("bool", "number", "list"):
            return None
        return codings()[self.name].code(typed)


def _blank(name: str, size: int) -> Any:
    """An array filled with the default of the attribute (no day for dates)."""
    from sojourn.law.facts import defaults

    coding = codings()[name]
    default = defaults().get(name)
    value: Any = NO_DAY if coding.kind == "date" else coding.code(default)
    return np.full(size, value, dtype=coding.dtype)


def _contradictory(columns: Mapping[str, Column], law: Law) -> Column:
    """Rows whose facts cannot all be true: the same tests as `facts.check_contradictions`."""
    none = np.array([NO_DAY], dtype=np.int32)
    bad = np.zeros(1, dtype=np.bool_)

    def day(name: str) -> Column:
        return columns.get(name, none)

    def before(first: str, then: str) -> Column:
        a, b = day(first), day(then)
        return (a != NO_DAY) & (b != NO_DAY) & (b < a)

    for pair in ORDER:
        bad = bad | before(*pair)
    if "event" in columns:
        codes = codings()["event"].codes
        of_claim = np.isin(columns["event"], [codes[event] + 1 for event in CLAIM_EVENTS])
        bad = bad | (of_claim & before("date_of_claim", "date_of_event"))
    cutoff = law.parameters["one_year_bar_entry_after"].on(None)
    assert isinstance(cutoff, date)
    first = day("first_entry_after_cutoff")
    bad = bad | ((first != NO_DAY) & (first <= cutoff.toordinal()))
    if "stateless" in columns and "nationalities" in columns:
        bad = bad | (columns["stateless"] & (columns["nationalities"] != 0))
    return bad
