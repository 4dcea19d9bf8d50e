"""Worked cases of the specification: court decisions, guidance and edge cases read off the text."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from sojourn.law.casefile import decide_file, read_cases
from sojourn.law.decide import Decision, decide

FILE = Path(__file__).with_name("vignettes.csv")
ROWS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))


def made(row: dict[str, str]) -> Decision:
    facts = json.loads(row["facts"])
    for column in ("date_of_claim", "date_of_entry"):
        if row[column]:
            facts[column] = row[column]
    return decide(facts, row["question"])


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_case_gives_the_expected_outcome(row: dict[str, str]) -> None:
    assert made(row).outcome == row["expected_outcome"], row["why"]


INSTRUMENT = re.compile(r"(IRPA|IRPR) ((?:\d[\w.]*(?:\([\w.]+\))*(?:, )?|\([\w.]+\)(?:, )?)+)")
SECTION = re.compile(r"(\d+(?:\.\d+)*)((?:\([\w.]+\))*)|((?:\([\w.]+\))+)")


def citations(text: str) -> set[tuple[str, str, str]]:
    """(instrument, section, first paragraphs) cited in a text; `110(1), 110(2)(d)` is two."""
    found = set()
    text = re.sub(r"from \d{4}-\d\d-\d\d (?=\d)", "IRPA ", text)
    for law, sections in INSTRUMENT.findall(text):
        number = ""
        for section, marks, more in SECTION.findall(sections):
            number = section or number
            found.add((law, number, marks or more))
    for act, section in re.findall(r"(20\d\d, c\. \d+), ss?\. (\d+)", text):
        found.add((act, section, ""))
    for other in ("Quarantine Act", "Interpretation Act", "Additional Protocol", "public policy"):
        if other in text:
            found.add((other, "", ""))
    return found


def on_trail(cited: tuple[str, str, str], trail: set[tuple[str, str, str]]) -> bool:
    """Whether a step of the trail names that provision, the whole of it or a part of it."""
    law, section, marks = cited
    return any(
        (law, section) == (other, number)
        and (marks.startswith(part) or part.startswith(marks) or part.endswith(marks))
        for other, number, part in trail
    )


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_every_provision_expected_of_a_case_is_on_its_trail(row: dict[str, str]) -> None:
    decision = made(row)
    named = citations("; ".join((decision.provision, *(s.provision for s in decision.trail))))
    wanted = citations(row["expected_provision"])
    missing = [cited for cited in wanted if not on_trail(cited, named)]
    assert not missing, (decision.provision, row["expected_provision"])


def test_the_file_decided_as_a_batch_gives_the_same_answers() -> None:
    with FILE.open(encoding="utf-8", newline="") as lines:
        answers = decide_file(read_cases(lines, FILE.name), FILE.name)
    for row, answer in zip(ROWS, answers, strict=True):
        decision = made(row)
        assert answer == {
            "id": row["id"], "outcome": decision.outcome, "provision": decision.provision
        }  # fmt: skip


def test_both_sides_of_every_date_and_limit() -> None:
    rows = csv.DictReader(
        Path(__file__).with_name("boundaries.csv").read_text("utf-8").splitlines()
    )
    for row in rows:
        for side in ("last", "next"):
            got = decide(json.loads(row[f"{side}_facts"]), row["question"]).outcome
            assert got == row[f"{side}_outcome"], (row["what"], side)
        assert row["last_outcome"] != row["next_outcome"], row["what"]


def test_boundaries_cover_every_day_on_which_a_rule_starts_or_ends() -> None:
    from datetime import date, timedelta

    from sojourn.law.tables import load

    text = Path(__file__).with_name("boundaries.csv").read_text("utf-8")
    covered = {row["day_or_limit"] for row in csv.DictReader(text.splitlines())}
    law = load()
    turns = set()
    for rule in law.rules:
        turns.add(rule.applies_from)
        if rule.applies_to != date.max:
            turns.add(rule.applies_to + timedelta(days=1))
    for parameter in law.parameters.values():
        if any(parameter.name in rule.text for rule in law.rules) and parameter.unit == "date":
            turns.update(row.value for row in parameter.rows if row.value != date(9999, 12, 31))
    turns -= {date(2002, 6, 28)}
    assert {str(day) for day in turns} <= covered
