"""The law read from its tables, once, and checked.

Every refusal names the table and the row (an InputError): unknown attribute or parameter, bad
date, overlapping or unreachable rule, missing act, missing text in either language.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from sojourn.inputs.errors import InputError, nearest
from sojourn.law import grammar
from sojourn.law.grammar import Names, Value
from sojourn.law.rows import (
    CONFIDENCE,
    DAWN,
    DUSK,
    LETTERS,
    SPECIAL,
    STAGES,
    Act,
    Dated,
    Fact,
    Finding,
    Interval,
    Law,
    Outcome,
    Parameter,
    Rule,
    Switch,
)  # fmt: skip

FOLDER = "data/law"
Rows = list[dict[str, str]]


@lru_cache(maxsize=1)
def load() -> Law:
    """The law as shipped. Raises InputError naming table and row when a table is wrong."""
    return build({name: read(name) for name in _COLUMNS})


def read(name: str) -> Rows:
    """Rows of one shipped table as texts."""
    path = resources.files("sojourn").joinpath(FOLDER, f"{name}.csv")
    return rows_of(path.read_text(encoding="utf-8"), name)


def rows_of(text: str, name: str) -> Rows:
    """Rows of a table with its columns checked. Raises InputError."""
    reader = csv.DictReader(text.splitlines(), strict=True)
    if tuple(reader.fieldnames or ()) != _COLUMNS[name]:
        raise InputError(_where(name), "header", reader.fieldnames, ",".join(_COLUMNS[name]))
    rows = list(reader)
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise InputError(
                f"{_where(name)} line {number}", "row", row, "as many fields as columns"
            )
    return rows


_COLUMNS = {
    "attributes": ("name", "type", "values", "default", "derivation", "provision", "meaning_en",
                   "meaning_fr", "source_id"),
    "parameters": ("parameter", "from", "to", "value", "unit", "provision", "act", "switch",
                   "source_id", "note"),
    "rules": ("id", "applies_from", "applies_to", "condition", "outcome", "provision", "stage",
              "order", "date_basis", "confidence", "act", "ended_by", "switch", "source_id",
              "text_en", "text_fr", "note"),
    "findings": ("id", "question", "shown_if", "condition", "provision", "text_en", "text_fr"),
    "acts": ("act", "day", "reaches_from", "citation", "label_en", "label_fr", "source_id"),
    "switches": ("switch", "from", "to", "label_en", "label_fr"),
}  # fmt: skip


def build(tables: Mapping[str, Rows]) -> Law:
    """A Law from the rows of its tables. Raises InputError naming table and row."""
    acts = {row["act"]: Act(row["act"], _day(row["day"], "acts", row["act"], "day"),
                            _day(row["reaches_from"], "acts", row["act"], "reaches_from"),
                            row["citation"], row["label_en"], row["label_fr"], row["source_id"])
            for row in _filled("acts", tables["acts"], "act")}  # fmt: skip
    switches = {row["switch"]: Switch(row["switch"], *_interval(row, "switches", row["switch"]),
                                      row["label_en"], row["label_fr"])
                for row in _filled("switches", tables["switches"], "switch")}  # fmt: skip
    parameters = _parameters(tables["parameters"], acts, switches)
    facts, names = _facts(tables["attributes"], parameters)
    rules = tuple(_rule(row, names, acts, switches)
                  for row in _filled("rules", tables["rules"], "id"))  # fmt: skip
    findings = tuple(_finding(row, names) for row in _filled("findings", tables["findings"], "id"))
    _check_rules(rules)
    return Law(facts, parameters, rules, findings, acts, switches)


def _where(table: str, row: str = "") -> str:
    return f"{FOLDER}/{table}.csv" + (f" row {row}" if row else "")


def _filled(table: str, rows: Rows, key: str) -> Iterable[dict[str, str]]:
    """Rows with a unique key and every text and source present."""
    seen: set[str] = set()
    for row in rows:
        for column in (key, *(c for c in row if c.endswith(("_en", "_fr")) or c == "source_id")):
            if not row[column].strip():
                raise InputError(_where(table, row[key]), column, row[column], "a text")
        if row[key] in seen:
            raise InputError(_where(table, row[key]), key, row[key], "each row once")
        seen.add(row[key])
        yield row


def _day(text: str, table: str, row: str, column: str) -> date:
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(_where(table, row), column, text, "a day written YYYY-MM-DD") from None


def _interval(row: Mapping[str, str], table: str, key: str, start: str = "from",
              end: str = "to") -> Interval:  # fmt: skip
    first = _day(row[start], table, key, start) if row[start] else DAWN
    last = _day(row[end], table, key, end) if row[end] else DUSK
    if first > last:
        raise InputError(_where(table, key), end, row[end], f"a day not before {row[start]}")
    return first, last


_KINDS = {"date": "date", "list": "list", "text": "text", "code": "text", "citation": "text",
          "none": "number"}  # fmt: skip


def _parameters(rows: Rows, acts: Mapping[str, Act],
                switches: Mapping[str, Switch]) -> dict[str, Parameter]:  # fmt: skip
    found: dict[str, list[Dated]] = {}
    units: dict[str, tuple[str, str]] = {}
    for row in rows:
        name = row["parameter"]
        at = f"{name} from {row['from']}"
        for column in ("parameter", "value", "unit", "source_id"):
            if not row[column].strip():
                raise InputError(_where("parameters", at), column, row[column], "a value")
        if row["act"] not in acts:
            raise InputError(_where("parameters", at), "act", row["act"], nearest(row["act"], acts))
        if row["switch"] and row["switch"] not in switches:
            raise InputError(
                _where("parameters", at), "switch", row["switch"], nearest(row["switch"], switches)
            )
        start, end = _interval(row, "parameters", at)
        kind = _KINDS.get(row["unit"], "number")
        found.setdefault(name, []).append(
            Dated(start, end, _value(row["value"], kind, at), row["provision"], row["act"],
                  row["source_id"], row["note"])
        )  # fmt: skip
        if row["unit"] != "none" or name not in units:
            units[name] = (row["unit"], row["switch"])
    parameters = {}
    for name, dated in found.items():
        dated.sort(key=lambda value: value.start)
        for before, after in pairwise(dated):
            if after.start <= before.end:
                at = f"{name} from {after.start}"
                raise InputError(_where("parameters", at), "from", after.start,
                                 f"a day after {before.end}: rows overlap")  # fmt: skip
        parameters[name] = Parameter(name, *units[name], tuple(dated))
    return parameters


def _value(text: str, kind: str, at: str) -> Value:
    if kind == "text":
        return text
    if kind == "list":
        return frozenset(text.split(";"))
    if kind == "date":
        return _day(text, "parameters", at, "value")
    if text == "none":
        return None
    try:
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        raise InputError(_where("parameters", at), "value", text, "a number") from None


def _facts(rows: Rows, parameters: Mapping[str, Parameter]) -> tuple[dict[str, Fact], Names]:
    types: dict[str, str] = {}
    codes: dict[str, frozenset[str] | None] = {}
    listed = list(_filled("attributes", rows, "name"))
    for row in listed:
        if row["type"] not in ("date", "bool", "number", "code", "list"):
            raise InputError(_where("attributes", row["name"]), "type", row["type"],
                             "date | bool | number | code | list")  # fmt: skip
        types[row["name"]] = row["type"]
        open_list = row["type"] not in ("code", "list") or row["values"].startswith("ISO")
        codes[row["name"]] = None if open_list else frozenset(row["values"].split("|"))
    kinds = {name: _KINDS.get(p.unit, "number") for name, p in parameters.items()}
    names = Names(types, codes, kinds)
    facts = {}
    for row in listed:
        name, text = row["name"], row["derivation"]
        special = text if text.startswith(("special:", "days(")) else ""
        if special.startswith("special:") and special[8:] not in SPECIAL:
            raise InputError(_where("attributes", name), "derivation", text, nearest(text, SPECIAL))
        node = None
        if text and not special:
            node = grammar.parse(text, names, _where("attributes", name))
        facts[name] = Fact(name, row["type"], codes[name], row["default"], node, special,
                           row["provision"], row["meaning_en"], row["meaning_fr"],
                           row["source_id"])  # fmt: skip
    return facts, names


def _finding(row: dict[str, str], names: Names) -> Finding:
    at = _where("findings", row["id"])
    if row["question"] not in STAGES:
        raise InputError(at, "question", row["question"], nearest(row["question"], STAGES))
    return Finding(row["id"], row["question"], grammar.parse(row["condition"], names, at),
                   grammar.parse(row["shown_if"], names, at), row["condition"],
                   row["provision"], row["text_en"], row["text_fr"])  # fmt: skip


_OUTCOME = re.compile(
    r"(?P<word>[a-z_]+)(?::(?P<letter>[a-f]\d?)"
    r"|:\+@(?P<plus>\w+)(?P<months> m)?(?: of (?P<basis>\w+))?|:@(?P<fixed>\w+))?"
)


def _rule(row: dict[str, str], names: Names, acts: Mapping[str, Act],
          switches: Mapping[str, Switch]) -> Rule:  # fmt: skip
    at = _where("rules", row["id"])
    start, end = _interval(row, "rules", row["id"], "applies_from", "applies_to")
    for column, known in (("act", acts), ("ended_by", acts)):
        if (row[column] and row[column] not in known) or not row["act"]:
            raise InputError(at, column, row[column], nearest(row[column], known))
    of = tuple(name.strip() for name in row["switch"].split(";") if name.strip())
    for name in of:
        if name not in switches:
            raise InputError(at, "switch", name, nearest(name, switches))
    if names.types.get(row["date_basis"]) != "date":
        raise InputError(at, "date_basis", row["date_basis"],
                         nearest(row["date_basis"], names.types))  # fmt: skip
    if row["confidence"] not in CONFIDENCE:
        raise InputError(at, "confidence", row["confidence"], " | ".join(CONFIDENCE))
    stages = {stage for of_question in STAGES.values() for stage in of_question}
    if row["stage"] not in stages:
        raise InputError(at, "stage", row["stage"], nearest(row["stage"], stages))
    if not row["order"].isdigit():
        raise InputError(at, "order", row["order"], "a whole number")
    condition = grammar.parse(row["condition"], names, at)
    return Rule(row["id"], start, end, condition, row["condition"],
                _outcome(row["outcome"], names, at), row["provision"], row["stage"],
                int(row["order"]), row["date_basis"], row["confidence"], row["act"],
                row["ended_by"], of, row["text_en"], row["text_fr"], row["source_id"],
                row["note"], ((start, end),))  # fmt: skip


def _outcome(text: str, names: Names, at: str) -> Outcome:
    found = _OUTCOME.fullmatch(text)
    if not found:
        raise InputError(at, "outcome", text, "a word, word:letter, word:+@days or word:@day")
    if found["letter"]:
        if found["letter"] not in LETTERS:
            raise InputError(at, "outcome", text, "a ground of 101(1): " + ", ".join(LETTERS))
        return Outcome(f"{found['word']}:{found['letter']}")
    for name in (found["plus"], found["fixed"]):
        if name and name not in names.parameters:
            raise InputError(at, "outcome", name, nearest(name, names.parameters))
    return Outcome(found["word"], found["plus"] or "", bool(found["months"]),
                   found["basis"] or "", found["fixed"] or "")  # fmt: skip


def _check_rules(rules: tuple[Rule, ...]) -> None:
    """Refuse rules with one order, the same rule twice on a day, and rules never reached."""
    ordered = sorted(rules, key=lambda rule: rule.order)
    for before, after in pairwise(ordered):
        if before.order == after.order:
            raise InputError(_where("rules", after.id), "order", after.order,
                             f"an order of its own ({before.id} has it)")  # fmt: skip
    for n, rule in enumerate(ordered):
        terms = grammar.terms_of(rule.condition)
        for earlier in ordered[:n]:
            if earlier.stage != rule.stage or earlier.date_basis != rule.date_basis:
                continue
            meets = (
                earlier.applies_from <= rule.applies_to and rule.applies_from <= earlier.applies_to
            )
            covers = (earlier.applies_from <= rule.applies_from
                      and rule.applies_to <= earlier.applies_to)  # fmt: skip
            wider = grammar.terms_of(earlier.condition)
            if wider == terms and meets:
                raise InputError(_where("rules", rule.id), "applies_from", str(rule.applies_from),
                                 f"days outside those of {earlier.id}: both overlap")  # fmt: skip
            first_wins = rule.stage not in ("ineligibility",)
            if first_wins and covers and (not wider or wider == {grammar.ALWAYS} or wider <= terms):
                expected = f"a case that {earlier.id} leaves over: it is never reached"
                raise InputError(_where("rules", rule.id), "condition", rule.text, expected)
