"""Only a miss without a known reason fails, and misses come first."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sojourn.inputs.errors import InputError
from sojourn.questions import score_sheet, validate
from sojourn.questions.validate import Check


def made(name: str, passed: bool | None, kind: str = "mechanism") -> dict:
    return {"check": name, "kind": kind, "published": 100, "model": 90.0, "error": -0.1,
            "limit": 0.05, "passed": passed, "note": "a note"}  # fmt: skip


class Source:
    """A stand-in for a module of checks."""


@pytest.fixture
def found(monkeypatch) -> list[Check]:
    Source.checks = staticmethod(
        lambda: [made("good", True), made("told", None), made("bad", False), made("known", False)]
    )
    monkeypatch.setattr(validate, "import_module", lambda name: Source)
    monkeypatch.setattr(validate, "known_misses", lambda: {"known": "why", "good": "old"})
    return validate.checks(["source:checks"])


def test_only_an_unlisted_miss_fails(found):
    assert [check.check for check in validate.unlisted(found)] == ["bad"]


def test_a_reason_is_given_to_misses_only(found):
    by = {check.check: check for check in found}
    assert by["known"].listed
    assert by["known"].reason == "why"
    assert not by["good"].listed
    assert not by["told"].listed


def test_misses_come_first_in_the_document(found):
    text = validate.document(found)
    assert text.index("## Misses") < text.index("## Mechanism")
    misses = text[text.index("## Misses") : text.index("## Mechanism")]
    assert "| bad |" in misses
    assert "| known |" in misses
    assert "why" in misses
    assert "| good |" not in misses
    assert "3 checks are judged: 1 pass, 2 miss (1 without a known reason)" in text


def test_a_check_of_the_wrong_form_is_refused(monkeypatch):
    Source.checks = staticmethod(lambda: [made("x", True, kind="luck")])
    monkeypatch.setattr(validate, "import_module", lambda name: Source)
    with pytest.raises(InputError, match="kind"):
        validate.checks(["source:checks"])


@pytest.mark.parametrize(
    "text",
    ["[[miss]]\ncheck = 'a'\n", "[[miss]]\ncheck = 'a'\nreason = ' '\n", "[[miss", "[[miss]]\n"
     "check='a'\nreason='b'\n[[miss]]\ncheck='a'\nreason='c'\n"],
)  # fmt: skip
def test_broken_reasons_are_refused(text):
    with pytest.raises(InputError):
        validate.read_misses(text, "known_misses.toml")


def test_every_listed_miss_names_a_source_that_is_run():
    assert all(len(reason) > 40 for reason in validate.known_misses().values())
    assert all(re.fullmatch(r"sojourn\.questions\.\w+:\w+", s) for s in validate.SOURCES)


def test_the_calendar_month_explains_what_chance_would():
    """A series without season: about 11 of 125 of the variance falls between months."""
    rng = np.random.default_rng(1)
    change = rng.standard_normal((300, 126))
    month = np.arange(126) % 12
    share = score_sheet._explained(change, month)
    assert share.mean() == pytest.approx(11 / 125, abs=0.01)
    seasonal = change + 3 * np.sin(2 * np.pi * month / 12)
    assert score_sheet._explained(seasonal, month).mean() > 0.7


def test_reproductions_are_judged_within_their_rounding():
    rows = score_sheet.reproductions()
    assert len({row["check"] for row in rows}) == len(rows)
    assert all(row["kind"] == "cross" for row in rows)
    assert sum(row["passed"] is True for row in rows) >= 10


@pytest.mark.slow
def test_no_miss_is_without_a_reason():
    assert validate.unlisted(validate.checks()) == []


def test_targets_of_speed_that_are_missed_are_those_of_the_last_benchmarks():
    written = (Path(__file__).parents[2] / "benchmarks" / "results.md").read_text(encoding="utf-8")
    missed = re.findall(r"^- Missed: (.+): ([\d.]+) (\S+)$", written, re.M)
    assert len(missed) == len(validate.TOO_SLOW)
    for (name, value, unit), told in zip(missed, validate.TOO_SLOW, strict=True):
        said = re.fullmatch(r"(.+), ([\d.]+) (\S+) \(limit \d+\)", told)
        assert said is not None
        assert (said[1].lower(), said[3]) == (name.lower(), unit)
        assert float(said[2]) == pytest.approx(float(value), rel=0.02)
