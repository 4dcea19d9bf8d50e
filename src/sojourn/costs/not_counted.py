"""What no sum here contains: each as a range with its method, or as not known, never as zero.

Offsets (earnings, taxes, charges to the person) stand apart in a table of their own and are never
taken off a cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from sojourn.inputs import sources
from sojourn.inputs.dimensions import PAYERS, Label
from sojourn.inputs.errors import InputError, nearest

FILE = "data/not_counted.csv"
OFFSETS = "data/offsets.csv"
COLUMNS = (
    "item", "item_fr", "payer", "place", "scope", "period", "low", "high", "unit", "method",
    "method_fr", "source_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NotCounted:
    """One cost that is not in the sums. `low` and `high` are None where not known."""

    item: Label
    payer: str
    place: str
    scope: str
    period: str
    low: float | None
    high: float | None
    unit: str
    method: Label
    source_id: str

    def document(self) -> dict[str, Any]:
        """The row as shown beside every cost."""
        return {
            "item": self.item.en, "item_fr": self.item.fr, "payer": self.payer,
            "place": self.place, "period": self.period, "low": self.low, "high": self.high,
            "unit": self.unit, "method": self.method.en, "method_fr": self.method.fr,
            "source_id": self.source_id,
        }  # fmt: skip


def read(raw: bytes, where: str) -> tuple[NotCounted, ...]:
    """Rows from the bytes of a CSV. Raises InputError naming file, line and field."""
    found = []
    for line, fields in sources.records(raw, where, COLUMNS):
        at = f"{where} line {line}"
        row = dict(zip(COLUMNS, fields, strict=True))
        for column in ("item", "item_fr", "period", "unit", "method", "method_fr"):
            if not row[column].strip():
                raise InputError(at, column, row[column], "a value")
        if row["payer"] not in PAYERS:
            raise InputError(at, "payer", row["payer"], nearest(row["payer"], PAYERS))
        if row["scope"] not in ("pbo", "all"):
            raise InputError(at, "scope", row["scope"], "pbo | all")
        sources.source(row["source_id"])
        low, high = (_number(row[column], at, column) for column in ("low", "high"))
        if low is not None and high is not None and low > high:
            raise InputError(at, "low, high", (low, high), "low <= high")
        if low is None and high is None and "known" not in row["method"] \
                and "counted" not in row["method"]:  # fmt: skip
            raise InputError(at, "method", row["method"], "'not known', where there is no range")
        found.append(
            NotCounted(
                Label(row["item"], row["item_fr"]), row["payer"], row["place"], row["scope"],
                row["period"], low, high, row["unit"], Label(row["method"], row["method_fr"]),
                row["source_id"],
            )
        )  # fmt: skip
    return tuple(found)


def _number(text: str, at: str, field: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(at, field, text, "a number, or nothing where not known") from None


@lru_cache(maxsize=1)
def load() -> tuple[NotCounted, ...]:
    """The shipped rows, in file order."""
    return read(resources.files("sojourn").joinpath(FILE).read_bytes(), FILE)


def find(payer: str | None = None, scope: str = "all") -> tuple[NotCounted, ...]:
    """Rows of a payer (None = any) that a costing of the scope would contain if they were known."""
    return tuple(
        row
        for row in load()
        if (payer is None or row.payer == payer) and (scope == "all" or row.scope == "pbo")
    )


@lru_cache(maxsize=1)
def _offsets() -> tuple[NotCounted, ...]:
    return read(resources.files("sojourn").joinpath(OFFSETS).read_bytes(), OFFSETS)


def offsets(payer: str | None = None) -> tuple[NotCounted, ...]:
    """What comes back to a payer (None = any), apart from the costs and never netted."""
    return tuple(row for row in _offsets() if payer is None or row.payer == payer)
