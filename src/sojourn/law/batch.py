"""The law on many cases at once: the same tables over arrays of facts.

Works in blocks that fit the cache; each condition is computed once a block and a conjunction
stops as soon as no case of the block is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.law import calendar
from sojourn.law.calendar import NO_DAY
from sojourn.law.columns import Column, codings
from sojourn.law.facts import defaults
from sojourn.law.grammar import COMPARE, All, Attribute, Compare, Literal, Node, Not, Operand, Value
from sojourn.law.grammar import Parameter as ParameterName
from sojourn.law.rows import LETTERS, Law, Rule
from sojourn.law.tables import load

BLOCK = 1 << 15

Bools = NDArray[np.bool_]

UNANSWERED = -1
"""Code of a case that no rule answers (a missing day, or one outside every rule)."""


@dataclass(frozen=True)
class Decisions:
    """Answers of N cases: codes into `outcomes` and `provisions`, and a day where one is due.

    `code` int16 [N] (UNANSWERED where no rule answers), `day` int32 [N] ordinals or NO_DAY.
    """

    code: NDArray[np.int16]
    day: NDArray[np.int32]
    outcomes: tuple[str, ...]
    provisions: tuple[str, ...]

    def texts(self) -> tuple[list[str], list[str]]:
        """Outcome and provision of every case as texts (empty where no rule answers)."""
        words = np.array([*self.outcomes, ""], dtype=object)[self.code]
        provisions = np.array([*self.provisions, ""], dtype=object)[self.code]
        out = words.tolist()
        for at in np.flatnonzero(self.day != NO_DAY):
            out[at] = f"{out[at]}:{date.fromordinal(int(self.day[at]))}"
        return out, provisions.tolist()


def decide_many(columns: Mapping[str, Column], question: str = "eligibility", *,
                law: Law | None = None, size: int | None = None) -> Decisions:  # fmt: skip
    """Decisions on N cases given as arrays (see `columns`); absent attributes take the default.

    Arrays have length N or 1. `grounds` absent means: computed from the other facts.
    """
    law = law or load()
    if size is None:
        size = max((len(column) for column in columns.values()), default=0)
    outcomes, provisions = labels(law, question)
    code = np.empty(size, dtype=np.int16)
    day = np.full(size, NO_DAY, dtype=np.int32)
    for start in range(0, size, BLOCK):
        stop = min(start + BLOCK, size)
        block = {
            name: column if len(column) == 1 and size != 1 else column[start:stop]
            for name, column in columns.items()
        }
        cases = Cases(law, block, stop - start)
        if question == "eligibility":
            code[start:stop] = cases.eligibility()
        else:
            code[start:stop], day[start:stop] = cases.first(law.stages[question])
    return Decisions(code, day, outcomes, provisions)


def labels(law: Law, question: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Outcome words and provisions by code, as `decide` writes them.

    Eligibility: code = set of rules of ineligibility that hold (bits), then the other rules.
    """
    if question != "eligibility":
        rules = law.stages[question]
        return tuple(_word(law, r) for r in rules), tuple(r.provision for r in rules)
    grounds = law.stages["ineligibility"]
    outcomes, provisions = _ground_labels(
        tuple((rule.outcome.word.partition(":")[2], rule.provision) for rule in grounds)
    )
    others = _others(law)
    return (
        (*outcomes, *(_word(law, rule) for rule in others)),
        (*provisions, *(rule.provision for rule in others)),
    )


def _word(law: Law, rule: Rule) -> str:
    out = rule.outcome
    return f"{out.word}:{law.parameters[out.fixed].on(None)}" if out.fixed else out.word


def _others(law: Law) -> tuple[Rule, ...]:
    return (*law.stages["threshold"], *law.stages["uncertainty"], *law.stages["default"])


@lru_cache(maxsize=16)
def _ground_labels(
    grounds: tuple[tuple[str, str], ...],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Outcome and provision of every set of grounds, from (letter, provision) of each rule."""
    outcomes, provisions = [], []
    by_letters = sorted(range(len(grounds)), key=lambda n: (LETTERS.index(grounds[n][0]), n))
    for bits in range(1 << len(grounds)):
        held = [n for n in by_letters if bits >> n & 1]
        outcomes.append("ineligible:" + "+".join(dict.fromkeys(grounds[n][0] for n in held)))
        provisions.append("; ".join(dict.fromkeys(grounds[n][1] for n in held)))
    return tuple(outcomes), tuple(provisions)


class Cases:
    """A block of cases: arrays of facts, derived ones computed once when first used."""

    def __init__(self, law: Law, columns: Mapping[str, Column], size: int) -> None:
        self.law, self.size = law, size
        self.columns: dict[str, Column] = dict(columns)

    def value(self, name: str) -> Column:
        """Array of one fact, length N or 1."""
        if name not in self.columns:
            self.columns[name] = self._missing(name)
        return self.columns[name]

    def _missing(self, name: str) -> Column:
        fact = self.law.facts[name]
        if name == "grounds":
            return self._grounds()
        if fact.special.startswith("days("):
            start, end = (self.value(part.strip()) for part in fact.special[5:-1].split(","))
            both = (start != NO_DAY) & (end != NO_DAY)
            return np.where(both, end.astype(np.int64) - start.astype(np.int64), np.nan)
        if fact.special:
            return _SPECIAL[name](self)
        if fact.derivation is not None:
            return self.holds(fact.derivation, "date_of_claim")
        coding = codings()[name]
        if fact.default.startswith("="):
            return self.value(fact.default[1:])
        return np.array([coding.code(defaults().get(name))], dtype=coding.dtype)

    def _grounds(self) -> Column:
        code = self.eligibility()
        letters = codings()["grounds"].codes
        bits = np.where((code >= 0) & (code < 1 << len(self.law.stages["ineligibility"])), code, 0)
        found = np.zeros(self.size, dtype=np.uint16)
        for n, rule in enumerate(self.law.stages["ineligibility"]):
            letter = 1 << letters[rule.outcome.word.partition(":")[2]]
            found |= np.where(bits >> n & 1, letter, 0).astype(np.uint16)
        return found

    def holds(self, node: Node, basis: str) -> Bools:
        """Whether the condition holds, [N] or [1]; parameters are read on the day `basis`."""
        if isinstance(node, Compare):
            return self._compare(node, basis)
        if isinstance(node, Not):
            return ~self.holds(node.term, basis)
        if isinstance(node, All):
            held: Bools = np.ones(1, dtype=np.bool_)
            for term in node.terms:
                held = held & self.holds(term, basis)
                if not held.any():
                    break
            return held
        held = np.zeros(1, dtype=np.bool_)
        for term in node.terms:
            held = held | self.holds(term, basis)
        return held

    def _compare(self, node: Compare, basis: str) -> Bools:
        name = node.left.name if isinstance(node.left, Attribute) else ""
        left = self._operand(node.left, name, basis)
        if node.op == "in":
            found = np.zeros(1, dtype=np.bool_)
            for codes, live in self._sets(node.right, basis):
                table = np.zeros(len(codings()[name].codes) + 2, dtype=np.bool_)
                table[[codings()[name].codes[code] + 1 for code in codes]] = True
                found = found | (table[left] & live)
            return found
        if node.op == "includes":
            assert isinstance(node.right, Literal)
            bit = np.uint16(1 << codings()[name].codes[str(node.right.value)])
            return (left & bit) != 0
        right = self._operand(node.right, name, basis)
        if node.op in ("=", "!="):
            same = left == right
            return same if node.op == "=" else ~same
        held = COMPARE[node.op](left, right)
        for side in (left, right):
            if side.dtype == np.int32:
                held = held & (side != NO_DAY)
        return held

    def _operand(self, side: Operand, name: str, basis: str) -> Column:
        if isinstance(side, Attribute):
            return self.value(side.name)
        if isinstance(side, ParameterName):
            return self.parameter(side.name, basis)
        if not name:  # a parameter compared with a number
            return np.array([side.value], dtype=np.float64)
        coding = codings()[name]
        return np.array([coding.code(side.value)], dtype=coding.dtype)

    def _sets(self, side: Operand, basis: str) -> list[tuple[frozenset[str], Bools]]:
        """The lists a value is sought in, and where each is in force."""
        always = np.ones(1, dtype=np.bool_)
        if isinstance(side, Literal):
            assert isinstance(side.value, frozenset)
            return [(side.value, always)]
        assert isinstance(side, ParameterName)
        found = []
        for value, live in self._dated(side.name, basis):
            assert isinstance(value, frozenset)
            found.append((value, live))
        return found

    def parameter(self, name: str, basis: str) -> Column:
        """Array of a parameter on the days `basis`: float64, or int32 ordinals for days."""
        day = self.law.parameters[name].unit == "date"
        held = None
        for value, live in self._dated(name, basis):
            if day:
                number = float(value.toordinal()) if isinstance(value, date) else float(NO_DAY)
            else:
                number = float(value) if isinstance(value, int | float) else np.nan
            held = np.array([number]) if held is None else np.where(live, number, held)
        assert held is not None
        return held.astype(np.int32) if day else held

    def _dated(self, name: str, basis: str) -> list[tuple[Value, Bools]]:
        """Values of a parameter and where each is in force (the first from the beginning)."""
        rows = self.law.parameters[name].rows
        found: list[tuple[Value, Bools]] = [(rows[0].value, np.ones(1, dtype=np.bool_))]
        for row in rows[1:]:
            begun = self.value(basis) >= row.start.toordinal()
            found = [(value, live & ~begun) for value, live in found]
            found.append((row.value, begun))
        return found

    def live(self, rule: Rule) -> Bools:
        """Where the rule is in force on its day."""
        day = self.value(rule.date_basis)
        held = np.zeros(1, dtype=np.bool_)
        for start, end in rule.live:
            held = held | ((day >= start.toordinal()) & (day <= end.toordinal()))
        return held & (day != NO_DAY)

    def held(self, rule: Rule) -> Bools:
        """Where the rule is in force and its condition holds."""
        live = self.live(rule)
        return live & self.holds(rule.condition, rule.date_basis) if live.any() else live

    def eligibility(self) -> NDArray[np.int16]:
        """Codes of the eligibility decision (see `labels`)."""
        grounds = self.law.stages["ineligibility"]
        bits = np.zeros(self.size, dtype=np.int16)
        for n, rule in enumerate(grounds):
            bits |= self.held(rule).astype(np.int16) << n
        code = np.where(bits > 0, bits, UNANSWERED).astype(np.int16)
        number = 1 << len(grounds)
        for n, rule in reversed(list(enumerate(_others(self.law), number))):
            held = self.held(rule)
            if rule.stage != "threshold":
                held = held & (bits == 0)
            code[np.broadcast_to(held, code.shape)] = n
        return code

    def first(self, rules: Sequence[Rule]) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
        """Code of the first rule that holds, and the day it computes."""
        code = np.full(self.size, UNANSWERED, dtype=np.int16)
        day = np.full(self.size, NO_DAY, dtype=np.int32)
        open_ = np.ones(self.size, dtype=np.bool_)
        for n, rule in enumerate(rules):
            if not open_.any():
                break
            basis = self.value(rule.date_basis)
            condition = self.holds(rule.condition, rule.date_basis)
            # a rule that holds but whose day is missing settles the case: the day is asked for
            missing = open_ & condition & (basis == NO_DAY)
            held = open_ & condition & self.live(rule)
            code[held] = n
            open_ &= ~(held | missing)
            if rule.outcome.plus:
                day = np.where(held, self._moved(rule), day)
        return code, day

    def _moved(self, rule: Rule) -> NDArray[np.int32]:
        out = rule.outcome
        base = self.value(out.basis or rule.date_basis).astype(np.int32)
        n = self.parameter(out.plus, rule.date_basis)
        if not out.months:
            return np.where(base == NO_DAY, NO_DAY, base + np.nan_to_num(n)).astype(np.int32)
        moved = base
        for months in np.unique(n):
            moved = np.where(n == months, calendar.add_months_array(base, int(months)), moved)
        return moved.astype(np.int32)


def _bar_start(cases: Cases) -> Column:
    first, entry = cases.value("first_entry_after_cutoff"), cases.value("date_of_entry")
    cutoff = cases.parameter("one_year_bar_entry_after", "date_of_claim")
    counted = np.where((entry != NO_DAY) & (entry > cutoff), entry, NO_DAY)
    return np.where(first != NO_DAY, first, counted).astype(np.int32)


def _one_year_limit(cases: Cases) -> Column:
    years = cases.parameter("one_year_bar_years", "date_of_claim")
    return calendar.add_months_array(
        np.asarray(cases.value("bar_start"), dtype=np.int32), 12 * int(years[0])
    )


def _year_end_holiday(cases: Cases) -> Column:
    limit = np.asarray(cases.value("one_year_limit"), dtype=np.int32)
    return calendar.is_sunday_array(limit) & (cases.value("date_of_claim") == limit + 1)


def _year_end_statutory_holiday(cases: Cases) -> Column:
    limit = np.asarray(cases.value("one_year_limit"), dtype=np.int32)
    days, where = np.unique(limit, return_inverse=True)
    helped = np.full(len(days), -2, dtype=np.int32)
    for n, ordinal in enumerate(days.tolist()):
        if ordinal == NO_DAY:
            continue
        day = date.fromordinal(ordinal)
        if calendar.is_holiday(day) and not calendar.is_sunday(day):
            helped[n] = calendar.next_working_day(day).toordinal()
    return cases.value("date_of_claim") == helped[where]


_SPECIAL: dict[str, Callable[[Cases], Column]] = {
    "bar_start": _bar_start,
    "one_year_limit": _one_year_limit,
    "year_end_holiday": _year_end_holiday,
    "year_end_statutory_holiday": _year_end_statutory_holiday,
}
