"""A scenario is data: a title, a base and dated changes to parameters, in one TOML file."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Parameters

FOLDER = "data/scenarios"
DEFAULT = "baseline"
MAX_BYTES = 100_000
TEXTS = ("title", "title_fr", "description", "description_fr", "reference", "base")
REQUIRED = ("title", "title_fr", "reference")


@dataclass(frozen=True)
class Change:
    """From `month` on the parameter is exactly `value`."""

    parameter: str
    month: int
    value: float

    def text(self) -> str:
        """The change as written after `--set`: name=value@YYYY-MM."""
        return f"{self.parameter}={self.value:.12g}@{months.text(self.month)}"


@dataclass(frozen=True)
class Scenario:
    """A named set of dated changes; `changes` holds those of its base first."""

    name: str
    title: str
    title_fr: str
    description: str
    description_fr: str
    reference: str
    base: str
    changes: tuple[Change, ...]

    @staticmethod
    def load(name_or_path: str | Path) -> Scenario:
        """A shipped scenario by name, or a TOML file by path.

        Raises InputError naming the file, the field and what was expected.
        """
        name = str(name_or_path)
        return _shipped(name) if name in names() else _load(name, ())

    @property
    def hash(self) -> str:
        """SHA-256 of the dated changes: equal changes, equal hash, whatever the words."""
        content = json.dumps([change.text() for change in self.changes])
        return hashlib.sha256(content.encode()).hexdigest()

    def parameters(self) -> Parameters:
        """The shipped parameters with the changes applied in order."""
        table = parameters.load()
        for change in self.changes:
            table = table.changed(
                change.parameter, change.month, change.value, where=f"scenario {self.name}"
            )
        return table

    def with_changes(self, texts: Iterable[str], *, where: str = "--set") -> Scenario:
        """Same scenario with further changes, each written name=value@YYYY-MM.

        Raises InputError for a wrong form, an unknown name or an impossible value.
        """
        added = _in_order(parse_change(text, where=where) for text in texts)
        changed = replace(self, changes=self.changes + added)
        changed.parameters()
        return changed

    def to_query(self) -> str:
        """The scenario as a URL query in readable names and values."""
        own = _own_changes(self)
        pairs = [("scenario", self.name if not own else self.base or self.name)]
        return urlencode(pairs + [("set", change.text()) for change in own], safe="@=.")

    @staticmethod
    def from_query(query: str) -> Scenario:
        """The scenario written by `to_query`. Raises InputError on unknown keys."""
        name, changes = DEFAULT, []
        for key, value in parse_qsl(query, keep_blank_values=True):
            if key == "scenario":
                name = value
            elif key == "set":
                changes.append(value)
            else:
                raise InputError("query", key, value, "scenario=NAME or set=name=value@YYYY-MM")
        if name not in names():
            raise InputError("query", "scenario", name, nearest(name, names()))
        return Scenario.load(name).with_changes(changes, where="query")


def _own_changes(scenario: Scenario) -> tuple[Change, ...]:
    """Changes that are not already those of the shipped scenario of that name."""
    if scenario.name in names():
        shipped = Scenario.load(scenario.name).changes
        if scenario.changes[: len(shipped)] == shipped:
            return scenario.changes[len(shipped) :]
    return scenario.changes


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of the shipped scenarios."""
    folder = resources.files("sojourn").joinpath(FOLDER)
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def parse_change(text: str, *, where: str = "--set") -> Change:
    """A change written name=value@YYYY-MM. Raises InputError for a wrong form or month."""
    name, equals, rest = text.partition("=")
    value, at, month = rest.partition("@")
    if not (equals and at and name.strip()):
        raise InputError(where, "change", text, "name=value@YYYY-MM")
    try:
        number = float(value)
    except ValueError:
        raise InputError(where, name, value, "a number") from None
    return _change(name.strip(), month, number, where)


def _in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """By month, so that the order in which they are written does not matter."""
    return tuple(sorted(changes, key=lambda change: change.month))


def _change(name: str, month: Any, value: Any, where: str) -> Change:
    table = parameters.load()
    rows = table.rows_of(name) if name in table.rows else None
    if rows is None:
        raise InputError(where, "parameter", name, nearest(name, table.rows))
    start = months.parse(month, where=where, field=f"{name} from")
    if not months.FIRST <= start <= months.HORIZON:
        expected = f"a month from {months.text(months.FIRST)} to {months.text(months.HORIZON)}"
        raise InputError(where, f"{name} from", month, expected)
    parameters.check_value(name, value, rows[-1].unit, where)
    return Change(name, start, float(value))


@lru_cache(maxsize=64)
def _shipped(name: str) -> Scenario:
    return _load(name, ())


def _load(name: str, seen: tuple[str, ...]) -> Scenario:
    if name in seen:
        raise InputError(name, "base", " -> ".join((*seen, name)), "bases without a circle")
    content, where, short = _read(name)
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, "TOML", str(error), "a well-formed TOML file") from None
    _check_fields(data, where)
    base = _load(data["base"], (*seen, name)).changes if data.get("base") else ()
    own = _in_order(_table_change(raw, where, i) for i, raw in enumerate(data.get("change", []), 1))
    texts = {key: data.get(key, "") for key in TEXTS}
    return Scenario(name=short, changes=base + own, **texts)


def _read(name: str) -> tuple[str, str, str]:
    shipped = resources.files("sojourn").joinpath(FOLDER)
    if name in names():
        where = f"{FOLDER}/{name}.toml"
        return shipped.joinpath(f"{name}.toml").read_text(encoding="utf-8"), where, name
    path = Path(name)
    if path.suffix != ".toml":
        raise InputError("scenario", "name", name, nearest(name, names()) + " or a .toml file")
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise InputError(name, "file", reason, "a readable TOML file") from None
    if len(raw) > MAX_BYTES:
        raise InputError(name, "size", len(raw), f"at most {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8"), name, path.stem
    except UnicodeDecodeError as error:
        raise InputError(name, "encoding", f"byte {error.start}", "UTF-8 text") from None


def _check_fields(data: Mapping[str, Any], where: str) -> None:
    known = (*TEXTS, "change")
    for key, value in data.items():
        if key not in known:
            raise InputError(where, key, value, nearest(key, known))
        if key != "change" and not isinstance(value, str):
            raise InputError(where, key, value, "a text")
    for key in REQUIRED:
        if not data.get(key):
            raise InputError(where, key, data.get(key), "a text")
    if not isinstance(data.get("change", []), list):
        raise InputError(where, "change", data["change"], "tables headed [[change]]")


def _table_change(raw: Any, where: str, number: int) -> Change:
    at = f"{where} change {number}"
    if not isinstance(raw, dict):
        raise InputError(at, "change", raw, "a table with parameter, from and value")
    for key in raw:
        if key not in ("parameter", "from", "value", "note"):
            raise InputError(at, key, raw[key], nearest(key, ("parameter", "from", "value")))
    for key in ("parameter", "from", "value"):
        if key not in raw:
            raise InputError(at, key, None, "a value")
    if not isinstance(raw["parameter"], str):
        raise InputError(at, "parameter", raw["parameter"], "a parameter's name")
    return _change(raw["parameter"], raw["from"], raw["value"], at)
