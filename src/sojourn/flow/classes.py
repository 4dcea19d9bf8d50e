"""Classes of person: for each mode of entry the product of its features (`profiles.csv`)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import product
from typing import Any

from sojourn.inputs import parameters
from sojourn.inputs.dimensions import MODES
from sojourn.inputs.errors import InputError, nearest

FILE = "data/law/profiles.csv"
COLUMNS = ("mode", "feature", "level", "weight", "entry_days", "first_entry_days", "facts",
           "label_en", "label_fr")  # fmt: skip


@dataclass(frozen=True)
class Level:
    """One level of a feature of a mode; `weight` is a parameter or "rest"."""

    mode: str
    feature: str
    name: str
    weight: str
    entry_days: int | None
    first_entry_days: int | None
    facts: dict[str, Any]
    label_en: str
    label_fr: str


@dataclass(frozen=True)
class Profile:
    """A class of person: one level of every feature of its mode (indices into `levels()`)."""

    mode: str
    levels: tuple[int, ...]
    entry_days: int
    first_entry_days: int | None
    facts: dict[str, Any]


@lru_cache(maxsize=1)
def levels() -> tuple[Level, ...]:
    """Levels of all features, in the order of the table. Raises InputError naming the row."""
    text = resources.files("sojourn").joinpath(FILE).read_text(encoding="utf-8")
    return read(text)


def read(text: str) -> tuple[Level, ...]:
    """Levels from the text of the table, checked. Raises InputError naming the row."""
    reader = csv.DictReader(text.splitlines(), strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InputError(FILE, "header", reader.fieldnames, ",".join(COLUMNS))
    known = parameters.load().rows
    found = []
    for row in reader:
        where = f"{FILE} line {reader.line_num}"
        if row["mode"] not in MODES:
            raise InputError(where, "mode", row["mode"], nearest(row["mode"], MODES))
        if row["weight"] != "rest" and row["weight"] not in known:
            raise InputError(where, "weight", row["weight"], nearest(row["weight"], known))
        found.append(
            Level(row["mode"], row["feature"], row["level"], row["weight"],
                  _days(row["entry_days"], where), _days(row["first_entry_days"], where),
                  json.loads(row["facts"]) if row["facts"] else {}, row["label_en"],
                  row["label_fr"])
        )  # fmt: skip
    for mode, feature in {(level.mode, level.feature) for level in found}:
        rests = sum(x.weight == "rest" for x in found if (x.mode, x.feature) == (mode, feature))
        if rests != 1:
            raise InputError(FILE, f"{mode} {feature}", rests, "one level with the weight `rest`")
    return tuple(found)


def _days(text: str, where: str) -> int | None:
    if not text:
        return None
    if not text.isdigit():
        raise InputError(where, "entry_days", text, "a number of days")
    return int(text)


@lru_cache(maxsize=1)
def profiles() -> tuple[Profile, ...]:
    """All classes: the product of the features of each mode, mode by mode."""
    return tuple(_profiles(levels()))


def _profiles(known: Sequence[Level]) -> Iterator[Profile]:
    for mode in MODES:
        features: dict[str, list[int]] = {}
        for n, level in enumerate(known):
            if level.mode == mode:
                features.setdefault(level.feature, []).append(n)
        for chosen in product(*features.values()):
            of = [known[n] for n in chosen]
            facts: dict[str, Any] = {}
            for level in of:
                facts.update(level.facts)
            entry = [level.entry_days for level in of if level.entry_days is not None]
            first = [level.first_entry_days for level in of if level.first_entry_days is not None]
            if len(entry) != 1:
                raise InputError(FILE, f"{mode} entry_days", entry, "one feature that states it")
            yield Profile(mode, chosen, entry[0], first[0] if first else None, facts)
