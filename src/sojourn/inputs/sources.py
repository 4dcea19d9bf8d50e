"""The sources behind every figure: who published what, when, where and under which licence."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from sojourn.inputs import months
from sojourn.inputs.errors import InputError, nearest

FILE = "data/sources.csv"
COLUMNS = (
    "source_id", "topic", "title", "publisher", "published", "released", "url", "licence", "notes",
)  # fmt: skip
TOPICS = ("arrivals", "costs", "law", "pipeline", "stocks")


@dataclass(frozen=True, slots=True)
class Source:
    """One publication. `published` is as the publisher states it, `released` the day it implies.

    A month or a year alone counts from its last day; None: no date is stated.
    """

    source_id: str
    topic: str
    title: str
    publisher: str
    published: str
    released: date | None
    url: str
    licence: str
    notes: str


def decode(raw: bytes, where: str) -> str:
    """Text of a shipped table. Raises InputError on wrong encoding or a line cut short."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        got = raw[error.start : error.start + 1]
        raise InputError(f"{where} line {line}", "encoding", got, "UTF-8 text") from None
    if text and not text.endswith("\n"):
        line = text.count("\n") + 1
        raise InputError(f"{where} line {line}", "row", text[-40:], "a line that ends (file cut)")
    return text


def records(raw: bytes, where: str, columns: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    """Line number and fields of each row under the expected header. Raises InputError."""
    reader = csv.reader(io.StringIO(decode(raw, where), newline=""), strict=True)
    rows = []
    line = 1
    try:
        header = next(reader, [])
        if tuple(header) != columns:
            raise InputError(f"{where} line 1", "header", ",".join(header), ",".join(columns))
        for fields in reader:
            line += 1
            # a row in quotes may run over lines; every row of ours is one line, so a longer
            # one is a quote left open
            if reader.line_num != line or len(fields) != len(columns):
                got = f"{len(fields)} fields"
                raise InputError(f"{where} line {line}", "row", got, f"{len(columns)} fields")
            rows.append((line, fields))
    except csv.Error as error:
        expected = "comma-separated values"
        raise InputError(f"{where} line {line + 1}", "row", str(error), expected) from None
    return rows


def read(raw: bytes, where: str) -> dict[str, Source]:
    """Sources by id from the bytes of a CSV. Raises InputError naming file, line and field."""
    found: dict[str, Source] = {}
    for line, fields in records(raw, where, COLUMNS):
        at = f"{where} line {line}"
        row = dict(zip(COLUMNS, fields, strict=True))
        for column in ("source_id", "title", "publisher", "licence"):
            if not row[column].strip():
                raise InputError(at, column, row[column], "a value")
        if row["topic"] not in TOPICS:
            raise InputError(at, "topic", row["topic"], " | ".join(TOPICS))
        if row["source_id"] in found:
            raise InputError(at, "source_id", row["source_id"], "one row for each source")
        text = row.pop("released")
        day = months.parse_day(text, where=at, field="released") if text else None
        found[row["source_id"]] = Source(released=day, **row)
    return found


@lru_cache(maxsize=1)
def load() -> Mapping[str, Source]:
    """The shipped table of sources, by id."""
    return read(resources.files("sojourn").joinpath(FILE).read_bytes(), FILE)


def source(source_id: str) -> Source:
    """One source. Raises InputError with the nearest known id."""
    try:
        return load()[source_id]
    except KeyError:
        raise InputError("sources", "source_id", source_id, nearest(source_id, load())) from None
