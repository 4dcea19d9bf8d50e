"""The law on one case: facts and a question in, a decision and its trail out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sojourn.inputs.errors import InputError, nearest
from sojourn.law.evaluate import Case, Reading
from sojourn.law.facts import check_contradictions, complete, model, validate
from sojourn.law.grammar import ALWAYS, Value
from sojourn.law.rows import LETTERS, STAGES, Law, Rule
from sojourn.law.switches import Switches, with_switches
from sojourn.law.tables import load

NOTICE_EN = "This is not legal advice. Law to 2026-06-14; what came after is outside."
NOTICE_FR = "Ceci n'est pas un avis juridique. Droit au 2026-06-14; la suite n'est pas couverte."

LAW = load()
"""The law as shipped: read, with the model of the facts, when this module is imported, so that the
first decision takes no longer than the others."""

model()

QUESTIONS = tuple(STAGES)

TURNS_ON = {
    "eligibility": "date_of_claim",
    "destination": "date_of_decision",
    "rad": "date_of_rpd_decision",
    "removal_order": "date_of_event",
    "prra": "date_of_last_negative",
    "prra_hearing": "date_of_decision",
    "jr_stay": "date_of_event",
    "work_permit": "date_of_event",
    "claim_form": "date_of_referral",
    "pending_claim": "date_of_decision",
}
"""The day that each question asks about; `on` states it."""


@dataclass(frozen=True)
class Step:
    """One provision looked at: whether it was in force and held, and on what it turned."""

    rule: str
    stage: str
    provision: str
    text_en: str
    text_fr: str
    live: bool
    held: bool
    basis: str
    day: date | None
    facts: Mapping[str, Value]
    parameters: Mapping[str, Value]
    turned_on: str
    confidence: str
    source_id: str
    note: str

    def as_json(self) -> dict[str, Any]:
        """The step with JSON values only."""
        return {
            "rule": self.rule,
            "stage": self.stage,
            "provision": self.provision,
            "text": {"en": self.text_en, "fr": self.text_fr},
            "in_force": self.live,
            "held": self.held,
            "day": {self.basis: plain(self.day)} if self.basis else {},
            "facts": {name: plain(value) for name, value in self.facts.items()},
            "parameters": {name: plain(value) for name, value in self.parameters.items()},
            "turned_on": self.turned_on,
            "confidence": self.confidence,
            "source_id": self.source_id,
            "note": self.note,
        }


@dataclass(frozen=True)
class Decision:
    """An answer: outcome, the provision it rests on, and every provision looked at."""

    question: str
    outcome: str
    provision: str
    confidence: str
    why_en: str
    why_fr: str
    trail: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """The document that `sojourn decide --json` prints."""
        return {
            "outcome": self.outcome,
            "provision": self.provision,
            "trail": [step.as_json() for step in self.trail],
            "question": self.question,
            "confidence": self.confidence,
            "why": {"en": self.why_en, "fr": self.why_fr},
            "notice": {"en": NOTICE_EN, "fr": NOTICE_FR},
        }


def plain(value: Value) -> Any:
    """A fact as a JSON value: days as text, sets as sorted lists."""
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def decide(
    facts: Mapping[str, object],
    question: str = "eligibility",
    on: date | str | None = None,
    *,
    switches: Switches | None = None,
    law: Law | None = None,
    where: str = "facts",
) -> Decision:
    """Decision of the law on one case.

    `facts`: attributes by name as in `data/law/attributes.csv` (days as text or `date`);
    `question`: one of QUESTIONS; `on`: the day the question asks about (`TURNS_ON`), in place of
    the stated one; `switches`: parts of the law turned on or off from a day, such as
    `{"law.stca": [("2026-01-01", False)]}`.
    Raises InputError naming the field for unknown, contradictory or missing facts.
    """
    check_question(question, where)
    law = with_switches(law or LAW, switches) if switches else law or LAW
    raw = dict(facts)
    if on is not None:
        raw[TURNS_ON[question]] = str(on) if isinstance(on, date) else on
    stated = validate(raw, where)
    full = complete(stated, law)
    if "grounds" not in stated:
        full.pop("grounds")
    check_contradictions(full, law, where)
    decision = run(law, full, question, where)
    _check_stated(law, stated, full, where)
    return decision


def check_question(question: str, where: str) -> None:
    """Refuse an unknown question with the nearest known one."""
    if question not in STAGES:
        raise InputError(where, "question", question, nearest(question, STAGES))


def run(law: Law, full: Mapping[str, Value], question: str, where: str) -> Decision:
    """The decision on complete, checked facts (`grounds` absent means: computed)."""
    before: list[Step] = []

    def grounds() -> frozenset[str]:
        first = run(law, full, "eligibility", where)
        word, _, letters = first.outcome.partition(":")
        found = frozenset(letters.split("+")) if word == "ineligible" else frozenset()
        before.extend((*first.trail, _grounds_step(first, found)))
        return found

    case = Case(law, full, where, grounds)
    if question == "eligibility":
        return _eligibility(case)
    steps = _findings(case, question)
    found = _first(case, law.stages[question], steps)
    if found is None:
        raise _unanswered(case, question)
    return _decision(question, case.outcome(found), (found,), (*before, *steps))


def _grounds_step(first: Decision, found: frozenset[str]) -> Step:
    """Says that the grounds were computed, and from which answer."""
    en = f"Grounds computed from the facts; the eligibility decision is {first.outcome}."
    fr = f"Motifs calculés à partir des faits; la décision sur la recevabilité : {first.outcome}."
    if not first.outcome.startswith(("ineligible", "eligible")):
        en += " No eligibility decision is made, so the set of grounds is empty."
        fr += " Aucune décision n'est prise sur la recevabilité : l'ensemble est vide."
    return Step("grounds", "grounds", first.provision, en, fr, True, True, "", None,
                {"grounds": found}, {}, "", first.confidence, "", "")  # fmt: skip


def _eligibility(case: Case) -> Decision:
    steps = _findings(case, "eligibility")
    found = _first(case, case.law.stages["threshold"], steps)
    if found is not None:
        return _decision("eligibility", case.outcome(found), (found,), steps)
    held = [rule for rule in case.law.stages["ineligibility"] if _look(case, rule, steps)]
    if held:
        by_letter: dict[str, list[Rule]] = {}
        for rule in held:
            by_letter.setdefault(rule.outcome.word.partition(":")[2], []).append(rule)
        letters = [letter for letter in LETTERS if letter in by_letter]
        ordered = [rule for letter in letters for rule in by_letter[letter]]
        return _decision("eligibility", "ineligible:" + "+".join(letters), ordered, steps)
    for stage in ("uncertainty", "default"):
        found = _first(case, case.law.stages[stage], steps)
        if found is not None:
            return _decision("eligibility", case.outcome(found), (found,), steps)
    raise _unanswered(case, "default")


def _decision(
    question: str, outcome: str, rules: Sequence[Rule], steps: Sequence[Step]
) -> Decision:
    provisions = dict.fromkeys(rule.provision for rule in rules)
    worst = max(rules, key=lambda rule: ("high", "medium", "low").index(rule.confidence))
    return Decision(question, outcome, "; ".join(provisions), worst.confidence,
                    " ".join(rule.text_en for rule in rules),
                    " ".join(rule.text_fr for rule in rules), tuple(steps))  # fmt: skip


def _first(case: Case, rules: Sequence[Rule], steps: list[Step]) -> Rule | None:
    for rule in rules:
        if _look(case, rule, steps):
            return rule
    return None


def _look(case: Case, rule: Rule, steps: list[Step]) -> bool:
    """Look at one rule and write the step; a rule outside its days is not tested."""
    day = case.day_of(rule)
    reading = Reading()
    live = day is not None and rule.is_live(day)
    held = (live or day is None) and case.holds(rule.condition, day, reading)
    if held and day is None:
        raise InputError(case.where, rule.date_basis, "none",
                         f"a day: {rule.provision} turns on it")  # fmt: skip
    steps.append(
        Step(rule.id, rule.stage, rule.provision, rule.text_en, rule.text_fr, live, held,
             rule.date_basis, day, reading.facts, reading.parameters,
             reading.term if not held else "", rule.confidence, rule.source_id, rule.note)
    )  # fmt: skip
    return held


def _findings(case: Case, question: str) -> list[Step]:
    """The steps of reasoning behind the rules, shown before them."""
    steps = []
    for finding in case.law.findings:
        if finding.question != question:
            continue
        reading = Reading()
        day = case.claim_day()
        try:
            shown = finding.shown_if is ALWAYS or case.holds(finding.shown_if, day, Reading())
            held = shown and case.holds(finding.condition, day, reading)
        except InputError:
            shown = False  # a missing day is asked for by the rule that needs it, not by a note
        if shown:
            steps.append(
                Step(finding.id, "finding", finding.provision, finding.text_en, finding.text_fr,
                     True, held, "", None, reading.facts, reading.parameters,
                     reading.term if not held else "", "high", "", "")
            )  # fmt: skip
    return steps


def _unanswered(case: Case, stage: str) -> InputError:
    """No rule answers: name the missing fact, or the day outside every rule."""
    reading = Reading()
    outside: Rule | None = None
    for rule in case.law.stages[stage]:
        day = case.day_of(rule)
        if case.holds(rule.condition, day, reading):
            outside = rule
    known = ("date_of_referral",) if stage == "rad" else ()
    for name in known:
        if name in reading.missing:
            return InputError(case.where, name, "none", "a day: the answer turns on it")
    if outside is not None:
        name = outside.date_basis
        first = min(start for start, _ in outside.live) if outside.live else "(switched off)"
        return InputError(case.where, name, str(case.day_of(outside)), f"a day from {first}")
    name = next(iter(reading.facts), TURNS_ON.get(stage, "date_of_claim"))
    value = plain(reading.facts.get(name))
    return InputError(case.where, name, value or "none", "a value that the question turns on")


def _check_stated(law: Law, stated: Mapping[str, Value], full: Mapping[str, Value],
                  where: str) -> None:  # fmt: skip
    """A derived fact that the case states must equal what follows from the other facts."""
    case = Case(law, full, where, frozenset)
    for name, value in stated.items():
        if law.facts[name].derived:
            follows = case.value(name, Reading())
            if follows != value:
                expected = f"{plain(follows)}, which follows from the other facts"
                raise InputError(where, name, plain(value), expected)
