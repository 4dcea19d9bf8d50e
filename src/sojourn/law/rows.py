"""What the law's tables hold: facts, dated values, rules, findings, acts and switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sojourn.inputs.errors import InputError, nearest
from sojourn.law.grammar import Node, Value

DAWN, DUSK = date.min, date.max
"""Ends of an interval that is open on that side."""

Interval = tuple[date, date]

STAGES = {
    "eligibility": ("threshold", "ineligibility", "uncertainty", "default"),
    "destination": ("destination",),
    "rad": ("rad",),
    "removal_order": ("removal_order",),
    "prra": ("prra",),
    "prra_hearing": ("prra_hearing",),
    "jr_stay": ("jr_stay",),
    "work_permit": ("work_permit",),
    "claim_form": ("claim_form",),
    "pending_claim": ("pending_claim",),
}
"""The questions and the stages of rules that answer them, in order."""

LETTERS = ("a", "b", "b1", "b2", "c", "c1", "d", "e", "f")
"""Grounds of IRPA 101(1) in the order of the letters."""

SPECIAL = ("bar_start", "one_year_limit", "year_end_holiday", "year_end_statutory_holiday")
"""Derivations that are calendar arithmetic, done in `derived` and `batch`."""

CONFIDENCE = ("high", "medium", "low")


@dataclass(frozen=True)
class Fact:
    """One attribute of a case. `derivation` is None for facts that a case states."""

    name: str
    type: str
    codes: frozenset[str] | None
    default: str
    derivation: Node | None
    special: str
    provision: str
    meaning_en: str
    meaning_fr: str
    source_id: str

    @property
    def derived(self) -> bool:
        return self.derivation is not None or bool(self.special)


@dataclass(frozen=True)
class Dated:
    """A value of the law on the days from `start` to `end`, both included."""

    start: date
    end: date
    value: Value
    provision: str
    act: str
    source_id: str
    note: str


@dataclass(frozen=True)
class Parameter:
    """A number, day or list of the law with its dated rows; `switch` names what may move it."""

    name: str
    unit: str
    switch: str
    rows: tuple[Dated, ...]

    def on(self, day: date | None) -> Value:
        """Value on the day: the latest row that has begun; before the first row, the first."""
        live = self.rows[0]
        for row in self.rows[1:]:
            if day is not None and row.start <= day:
                live = row
        return live.value


@dataclass(frozen=True)
class Outcome:
    """What a rule answers: a word, and a day (`fixed` or basis plus n days or months)."""

    word: str
    plus: str = ""
    months: bool = False
    basis: str = ""
    fixed: str = ""


@dataclass(frozen=True)
class Rule:
    """One row of the rule table; `live` are the days (of `date_basis`) on which it applies."""

    id: str
    applies_from: date
    applies_to: date
    condition: Node
    text: str
    outcome: Outcome
    provision: str
    stage: str
    order: int
    date_basis: str
    confidence: str
    act: str
    ended_by: str
    switches: tuple[str, ...]
    text_en: str
    text_fr: str
    source_id: str
    note: str
    live: tuple[Interval, ...]

    def is_live(self, day: date) -> bool:
        """Whether the rule applies on the day."""
        return any(start <= day <= end for start, end in self.live)


@dataclass(frozen=True)
class Finding:
    """A step of the reasoning shown in the trail; it never changes the outcome."""

    id: str
    question: str
    condition: Node
    shown_if: Node
    text: str
    provision: str
    text_en: str
    text_fr: str


@dataclass(frozen=True)
class Act:
    """An act, regulation, order or judgment that added or ended rows; it reaches claims made from
    `reaches_from`, which may lie before its own day."""

    id: str
    day: date
    reaches_from: date
    citation: str
    label_en: str
    label_fr: str
    source_id: str


@dataclass(frozen=True)
class Switch:
    """A part of the law that a scenario may turn on or off from a day."""

    name: str
    start: date
    end: date
    label_en: str
    label_fr: str


@dataclass(frozen=True)
class Law:
    """All tables, linked and checked."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]
    acts: Mapping[str, Act]
    switches: Mapping[str, Switch]
    stages: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        stages: dict[str, list[Rule]] = {s: [] for of in STAGES.values() for s in of}
        for rule in sorted(self.rules, key=lambda rule: rule.order):
            stages[rule.stage].append(rule)
        object.__setattr__(self, "stages", {name: tuple(of) for name, of in stages.items()})

    def rule(self, id: str) -> Rule:
        """The rule by its id. Raises InputError with the nearest known id."""
        for rule in self.rules:
            if rule.id == id:
                return rule
        raise InputError("rules", "id", id, nearest(id, [rule.id for rule in self.rules]))
