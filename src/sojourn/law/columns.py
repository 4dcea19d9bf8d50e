"""Facts of many cases as arrays, one per attribute, in the coding that `batch` computes with.

bool -> bool; number -> float64 (nan: none); date -> int32 day ordinals (NO_DAY: none);
code -> int16, 0 for none and 1.. for the codes the tables name, the last for any other;
list -> uint16, one bit per code that the tables name and one for any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.law.calendar import NO_DAY
from sojourn.law.grammar import Attribute, Literal, Parameter, Value, walk
from sojourn.law.rows import LETTERS, Fact, Law
from sojourn.law.tables import load

Column = NDArray[Any]


@dataclass(frozen=True)
class Coding:
    """How the values of one attribute become numbers."""

    kind: str
    codes: Mapping[str, int]

    def code(self, value: Value) -> float | int | bool:
        """One value as the number that stands for it."""
        if self.kind == "bool":
            return bool(value)
        if self.kind == "date":
            return value.toordinal() if isinstance(value, date) else int(NO_DAY)
        if self.kind == "number":
            return float(value) if isinstance(value, int | float) else float("nan")
        other = len(self.codes)
        if self.kind == "list":
            assert isinstance(value, frozenset)
            bits = 0
            for code in value:
                bits |= 1 << self.codes.get(code, other)
            return bits
        return 0 if value is None else self.codes.get(str(value), other) + 1

    @property
    def dtype(self) -> type[np.generic]:
        """Array type of the attribute."""
        return {"bool": np.bool_, "date": np.int32, "number": np.float64,
                "code": np.int16, "list": np.uint16}[self.kind]  # fmt: skip


@lru_cache(maxsize=1)
def codings() -> dict[str, Coding]:
    """Coding of every attribute; open code lists hold the codes that conditions name."""
    law = load()
    named = _named(law)
    found = {}
    for name, fact in law.facts.items():
        codes: Sequence[str] = ()
        if fact.type in ("code", "list"):
            known = fact.codes if fact.codes is not None else named.get(name, set())
            codes = LETTERS if name == "grounds" else sorted(known - {"none"})
        found[name] = Coding(fact.type, {code: n for n, code in enumerate(codes)})
    return found


def _named(law: Law) -> dict[str, set[str]]:
    """Codes that conditions compare each attribute with, written out or through a parameter."""
    named: dict[str, set[str]] = {}
    nodes = [rule.condition for rule in law.rules]
    nodes += [fact.derivation for fact in law.facts.values() if fact.derivation is not None]
    for node in nodes:
        for term in walk(node):
            if not isinstance(term.left, Attribute):
                continue
            values: list[Value] = []
            if isinstance(term.right, Literal):
                values = [term.right.value]
            elif isinstance(term.right, Parameter):
                values = [row.value for row in law.parameters[term.right.name].rows]
            for value in values:
                codes = value if isinstance(value, frozenset) else {value}
                named.setdefault(term.left.name, set()).update(
                    c for c in codes if isinstance(c, str)
                )
    return named


def encode(name: str, values: Sequence[Value]) -> Column:
    """Typed values of one attribute as an array."""
    coding = codings()[name]
    return np.array([coding.code(value) for value in values], dtype=coding.dtype)


def constant(fact: Fact, value: Value) -> Column:
    """An array of one element that broadcasts: the same value for every case."""
    coding = codings()[fact.name]
    return np.array([coding.code(value)], dtype=coding.dtype)


def from_cases(cases: Sequence[Mapping[str, Value]]) -> dict[str, Column]:
    """Arrays from complete cases (the output of `facts.complete`); absent days are missing."""
    names = {name for case in cases for name in case}
    law = load()
    columns = {}
    for name in names:
        if law.facts[name].derived:
            continue
        missing: Value = frozenset() if law.facts[name].type == "list" else None
        columns[name] = encode(name, [case.get(name, missing) for case in cases])
    return columns
