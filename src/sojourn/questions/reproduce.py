"""Published projections and costings, each reproduced from its own inputs.

Beside each quantity stand what was published, what the model says on the same inputs, and what
happened. The queue is the model's own (`flow.queue`), run alone: a projection is a statement about
one queue, its intake and its capacity. Where a source does not state an input, the one used is
named in the note; nothing is chosen to hit the published number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sojourn.inputs.errors import InputError, nearest


@dataclass(frozen=True)
class Row:
    """One quantity: published, model, happened; `rounding`: half the width of what was said, or
    the limit set beforehand for a costing whose inputs are not published.

    `at_least`: the source said more than ("over", "in excess of"). `within` is None where nothing
    was published to compare. `inputs` says what was fed in; low, high: the model's range, if any.
    """

    quantity: str
    unit: str
    published: float | None
    model: float
    happened: float | None
    rounding: float
    at_least: bool
    inputs: str
    note: str
    source_id: str
    low: float | None = None
    high: float | None = None

    @property
    def within(self) -> bool | None:
        """Whether the model's value rounds to what was published, or lies within the limit."""
        if self.published is None:
            return None
        if self.at_least:
            return self.model >= self.published - self.rounding
        return abs(self.model - self.published) <= self.rounding


@dataclass(frozen=True)
class Reproduction:
    """A published projection or costing and the function that makes its rows."""

    name: str
    title: str
    title_fr: str
    run: Callable[[], list[Row]]


MODULES = ("projections", "pbo_2018")
"""Modules beside this one whose `ALL` is a tuple of reproductions."""


def registry() -> Mapping[str, Reproduction]:
    """Every reproduction by name, in the order of MODULES."""
    found = (import_module(f"sojourn.questions.{name}").ALL for name in MODULES)
    return {one.name: one for group in found for one in group}


def reproduce(name: str) -> list[dict[str, Any]]:
    """The rows of one reproduction. Raises InputError with the nearest known name."""
    known = registry()
    if name not in known:
        raise InputError("reproduce", "name", name, nearest(name, known))
    return [as_row(name, row) for row in known[name].run()]


def as_row(name: str, row: Row) -> dict[str, Any]:
    """A row as a mapping, with the difference from what was published."""
    difference = None if row.published is None else row.model - row.published
    return {
        "reproduction": name, "quantity": row.quantity, "unit": row.unit,
        "published": row.published, "model": row.model, "happened": row.happened,
        "difference": difference, "rounding": row.rounding, "at_least": row.at_least,
        "within": row.within, "inputs": row.inputs, "note": row.note, "source_id": row.source_id,
        "low": row.low, "high": row.high,
    }  # fmt: skip


def listed() -> list[dict[str, Any]]:
    """Names and titles of all reproductions."""
    return [
        {"name": one.name, "title": one.title, "title_fr": one.title_fr}
        for one in registry().values()
    ]
