"""Three ways to the same answer: rule table one by one, rule table over arrays, plain functions.

Differences that have a reason are rows of differences.csv; none is left without one.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sojourn.inputs.errors import InputError
from sojourn.law.casefile import Row, decide_file
from sojourn.law.decide import decide

from . import second_encoding
from .random_cases import cases

FILED = {
    (row["question"], row["first"], row["second"])
    for row in csv.DictReader(
        Path(__file__).with_name("differences.csv").read_text("utf-8").splitlines()
    )
}

Answer = tuple[str, ...]


def by_table(facts: dict[str, Any], question: str) -> Answer:
    try:
        decision = decide(facts, question)
    except InputError as refused:
        return ("refused", refused.field)
    return (decision.outcome, decision.provision)


def by_functions(facts: dict[str, Any], question: str) -> Answer:
    try:
        return second_encoding.answer(facts, question)
    except second_encoding.Refused as refused:
        return ("refused", str(refused))


def by_arrays(facts: list[dict[str, Any]], question: str) -> list[Answer]:
    rows = [Row(str(n), question, dict(one)) for n, one in enumerate(facts)]
    return [
        ("refused",) if "error" in answer else (answer["outcome"], answer["provision"])
        for answer in decide_file(rows, "random")
    ]


def compare(facts: list[dict[str, Any]], question: str, *, one_by_one: int) -> Counter[str]:
    """Outcomes met; fails on a difference that is not filed. The first cases go one by one too."""
    met: Counter[str] = Counter()
    unexplained = []
    for n, (case, many) in enumerate(zip(facts, by_arrays(facts, question), strict=True)):
        plain = by_functions(case, question)
        if plain[: len(many)] != many and (question, many[0], plain[0]) not in FILED:
            unexplained.append((case, many, plain))
        if n < one_by_one:
            single = by_table(case, question)
            if single != plain and (question, single[0], plain[0]) not in FILED:
                unexplained.append((case, single, plain))
        met[plain[0].split(":2")[0]] += 1
    assert not unexplained, unexplained[:3]
    return met


SEEN = {
    "eligibility": {"barred", "directed_back", "suspended", "uncertain", "eligible",
                    "ineligible:b1", "ineligible:b2", "ineligible:c1", "ineligible:e"},
    "destination": {"return_to_us", "prra_stream", "rpd_hearing"},
    "rad": {"no_appeal", "appeal_available", "refused"},
    "removal_order": {"order_in_force", "departure_deadline", "uncertain", "refused"},
    "prra": {"prra_barred", "prra_on_notification", "prra_barred_until", "refused"},
    "prra_hearing": {"hearing_mandatory", "hearing_discretionary"},
    "jr_stay": {"automatic_stay", "no_automatic_stay", "refused"},
    "work_permit": {"available", "not_available", "refused"},
    "claim_form": {"due", "refused"},
    "pending_claim": {"terminable_by_notice", "not_reached", "refused"},
}  # fmt: skip
"""Outcomes that the random cases must meet, so that agreement is about something."""


RANDOM = cases(2500, 20)


@pytest.mark.parametrize("question", SEEN)
def test_encodings_agree_on_random_cases(question: str) -> None:
    met = compare(RANDOM, question, one_by_one=250)
    assert set(met) >= SEEN[question], met


@pytest.mark.slow
def test_encodings_agree_on_100_000_random_cases() -> None:
    for seed in range(5):
        facts = cases(20_000, 100 + seed)
        for question in SEEN:
            compare(facts, question, one_by_one=20_000 if question == "eligibility" else 2000)


def test_every_filed_difference_has_a_reason() -> None:
    rows = csv.DictReader(
        Path(__file__).with_name("differences.csv").read_text("utf-8").splitlines()
    )
    assert all(row["reason"].strip() for row in rows)
