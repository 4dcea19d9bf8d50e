"""One case against the tables: values of facts, whether conditions hold, and what was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sojourn.inputs.errors import InputError
from sojourn.law import calendar, grammar
from sojourn.law.grammar import All, Attribute, Compare, Node, Not, Operand, Value
from sojourn.law.grammar import Parameter as ParameterName
from sojourn.law.rows import Law, Rule


@dataclass
class Reading:
    """What a condition read: facts and parameters by name, those missing, and its last term."""

    facts: dict[str, Value] = field(default_factory=dict)
    parameters: dict[str, Value] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)
    term: str = ""


class Case:
    """The facts of one person and the law; derived facts are computed once, when first read."""

    def __init__(self, law: Law, facts: Mapping[str, Value], where: str,
                 grounds: Callable[[], frozenset[str]]) -> None:  # fmt: skip
        self.law, self.facts, self.where = law, facts, where
        self.grounds = grounds
        self._derived: dict[str, tuple[Value, Reading]] = {}

    def value(self, name: str, reading: Reading) -> Value:
        """Value of a fact, noted in `reading`. Raises InputError when a needed fact is missing."""
        fact = self.law.facts[name]
        if fact.derived or (name == "grounds" and name not in self.facts):
            if name not in self._derived:
                below = Reading()
                self._derived[name] = (self._derive(name, below), below)
            value, below = self._derived[name]
            reading.facts.update(below.facts)
            reading.parameters.update(below.parameters)
        elif name in self.facts:
            value = self.facts[name]
        else:
            raise InputError(self.where, name, "none", "a value: the answer turns on it")
        reading.facts[name] = value
        if value is None:
            reading.missing[name] = None
        return value

    def _derive(self, name: str, reading: Reading) -> Value:
        fact = self.law.facts[name]
        if name == "grounds":
            return self.grounds()
        if fact.special.startswith("days("):
            start, end = (part.strip() for part in fact.special[5:-1].split(","))
            first, last = self.value(start, reading), self.value(end, reading)
            return (
                (last - first).days if isinstance(first, date) and isinstance(last, date) else None
            )
        if fact.special:
            return _SPECIAL[name](self, reading)
        assert fact.derivation is not None
        return self.holds(fact.derivation, self.claim_day(), reading)

    def claim_day(self) -> date | None:
        """Day on which parameters inside derivations are read."""
        day = self.facts.get("date_of_claim")
        return day if isinstance(day, date) else None

    def parameter(self, name: str, day: date | None, reading: Reading) -> Value:
        """Value of a parameter on the day, noted in `reading`."""
        value = self.law.parameters[name].on(day)
        reading.parameters[name] = value
        return value

    def operand(self, side: Operand, day: date | None, reading: Reading) -> Value:
        """Value of one side of a comparison."""
        if isinstance(side, Attribute):
            return self.value(side.name, reading)
        if isinstance(side, ParameterName):
            return self.parameter(side.name, day, reading)
        return side.value

    def holds(self, node: Node, day: date | None, reading: Reading) -> bool:
        """Whether the condition holds; stops at the first term that settles it."""
        if isinstance(node, Compare):
            left = self.operand(node.left, day, reading)
            right = self.operand(node.right, day, reading)
            reading.term = node.text
            return grammar.holds(left, node.op, right)
        if isinstance(node, Not):
            held = not self.holds(node.term, day, reading)
            reading.term = node.text
            return held
        if isinstance(node, All):
            return all(self.holds(term, day, reading) for term in node.terms)
        return any(self.holds(term, day, reading) for term in node.terms)

    def day_of(self, rule: Rule) -> date | None:
        """The day that decides whether the rule is live."""
        day = self.facts.get(rule.date_basis)
        return day if isinstance(day, date) else None

    def outcome(self, rule: Rule) -> str:
        """The rule's answer, with its day computed."""
        out = rule.outcome
        day = self.day_of(rule)
        if out.fixed:
            return f"{out.word}:{self.law.parameters[out.fixed].on(day)}"
        if not out.plus:
            return out.word
        n = self.law.parameters[out.plus].on(day)
        base = self.value(out.basis, Reading()) if out.basis else day
        assert isinstance(base, date)
        assert isinstance(n, int)
        moved = calendar.add_months(base, n) if out.months else calendar.add_days(base, n)
        return f"{out.word}:{moved}"


def _bar_start(case: Case, reading: Reading) -> Value:
    first = case.value("first_entry_after_cutoff", reading)
    if first is not None:
        return first
    entry = case.value("date_of_entry", reading)
    cutoff = case.parameter("one_year_bar_entry_after", case.claim_day(), reading)
    return entry if grammar.holds(entry, ">", cutoff) else None


def _one_year_limit(case: Case, reading: Reading) -> Value:
    start = case.value("bar_start", reading)
    years = case.parameter("one_year_bar_years", case.claim_day(), reading)
    if not isinstance(start, date) or not isinstance(years, int):
        return None
    return calendar.add_months(start, 12 * years)


def _year_end_holiday(case: Case, reading: Reading) -> Value:
    limit = case.value("one_year_limit", reading)
    if not isinstance(limit, date) or not calendar.is_sunday(limit):
        return False
    return case.value("date_of_claim", reading) == limit + timedelta(days=1)


def _year_end_statutory_holiday(case: Case, reading: Reading) -> Value:
    limit = case.value("one_year_limit", reading)
    if not isinstance(limit, date) or calendar.is_sunday(limit) or not calendar.is_holiday(limit):
        return False
    return case.value("date_of_claim", reading) == calendar.next_working_day(limit)


_SPECIAL: dict[str, Callable[[Case, Reading], Value]] = {
    "bar_start": _bar_start,
    "one_year_limit": _one_year_limit,
    "year_end_holiday": _year_end_holiday,
    "year_end_statutory_holiday": _year_end_statutory_holiday,
}
