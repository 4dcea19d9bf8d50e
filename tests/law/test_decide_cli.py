"""`sojourn decide` as the contract writes it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from sojourn.show.cli.main import call

FACTS = {"date_of_claim": "2025-08-14", "date_of_entry": "2025-08-01", "came_from_us": True,
         "entry_mode": "between_poe_land_border", "nationalities": ["HTI"]}  # fmt: skip

Capture = pytest.CaptureFixture[str]


def facts_file(folder: Path, facts: Any) -> str:
    path = folder / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    return str(path)


def test_one_person_as_json(tmp_path: Path, capsys: Capture) -> None:
    assert call(["decide", "--facts", facts_file(tmp_path, FACTS), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["outcome"] == "ineligible:e"
    assert document["provision"] == "IRPA 101(1)(e); IRPR 159.4(1.1)"
    held = [step for step in document["trail"] if step["held"] and step["stage"] == "ineligibility"]
    assert [step["rule"] for step in held] == ["I-e2"]
    assert held[0]["facts"]["days_since_entry"] == 13
    assert held[0]["parameters"]["stca_between_poe_days_lt"] == 14
    assert all(step["text"]["en"] and step["text"]["fr"] for step in document["trail"])


def test_a_readable_trail_in_both_languages(tmp_path: Path, capsys: Capture) -> None:
    path = facts_file(tmp_path, FACTS)
    assert call(["decide", "--facts", path]) == 0
    english = capsys.readouterr().out
    assert "not legal advice" in english
    assert "IRPR 159.5(e)" not in english
    assert call(["decide", "--facts", path, "--lang", "fr"]) == 0
    french = capsys.readouterr().out
    assert "pas un avis juridique" in french
    assert "Irrecevable au titre de l'Entente" in french


def test_facts_from_standard_input_with_a_question_and_a_day(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    class Input:
        buffer = io.BytesIO(json.dumps({**FACTS, "grounds": ["c1"]}).encode())

    monkeypatch.setattr("sys.stdin", Input())
    asked = ["--question", "prra_hearing", "--date", "2025-09-01", "--json"]
    assert call(["decide", "--facts", "-", *asked]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "hearing_mandatory"


def test_a_case_written_like_a_row_of_a_batch_is_read_too(tmp_path: Path, capsys: Capture) -> None:
    row = {"id": "1", "date_of_claim": "2025-08-14", "date_of_entry": "2025-08-01",
           "question": "destination", "facts": {"canada_prior": "withdrawn"}}  # fmt: skip
    assert call(["decide", "--facts", facts_file(tmp_path, row), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "prra_stream"


BATCH = (
    "id,date_of_claim,date_of_entry,facts,expected_outcome,question\n"
    '1,2025-08-14,2025-08-01,"{""came_from_us"": true}",whatever,eligibility\n'
    '2,2025-08-14,2025-09-01,"{}",,eligibility\n'
    '3,2025-08-14,2025-08-01,"{broken",,eligibility\n'
    '4,2025-08-14,2025-08-01,"[1]",,eligibility\n'
    '5,2025-08-14,2025-08-01,"{""age"": 17, ""age"": 40}",,eligibility\n'
    '6,2025-08-14,2025-08-01,"{}",,elegibility\n'
    '7,,2025-08-01,"{}",,eligibility\n'
    '8,2025-08-14,2025-08-01,"{""date_of_claim"": ""2025-08-15""}",,eligibility\n'
    '9,2025-08-14,2025-08-01,"{""nationalities"": [""USA"", 3]}",,eligibility\n'
    '10,2025-08-14,2025-08-01,"{""age"": {""years"": 3}}",,eligibility\n'
    "11,2025-08-14\n"
    '12,2025-08-14,2025-08-01,"",,\n'
)


def test_a_bad_row_gets_its_error_and_the_rest_goes_on(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(BATCH, encoding="utf-8")
    assert call(["decide", "--batch", str(path), "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert list(rows) == [str(n) for n in range(1, 13)]
    for good in ("1", "12"):
        assert rows[good] == {"id": good, "outcome": "eligible", "provision": "IRPA 100(1), (3)"}
    fields = {"2": "date_of_claim", "3": "facts", "4": "facts", "5": "age", "6": "question",
              "7": "date_of_claim", "8": "date_of_claim", "9": "nationalities", "10": "age",
              "11": "row"}  # fmt: skip
    for id, field in fields.items():
        assert set(rows[id]) == {"id", "error"}
        assert field in rows[id]["error"], rows[id]
        assert "\n" not in rows[id]["error"]


WRONG = [
    (["decide"], "--facts or --batch"),
    (["decide", "--facts", "no/such/file"], "no/such/file"),
    (["decide", "--facts", "FACTS", "--question", "elegibility"], "eligibility"),
    (["decide", "--facts", "FACTS", "--date", "2025-02-30"], "YYYY-MM-DD"),
    (["decide", "--facts", "FACTS", "--lang", "de"], "de"),
    (["decide", "--batch", "FACTS"], "header"),
]


@pytest.mark.parametrize(("words", "named"), WRONG)
def test_wrong_input_is_one_line_and_exit_2(
    words: list[str], named: str, tmp_path: Path, capsys: Capture
) -> None:
    path = facts_file(tmp_path, FACTS)
    assert call([path if word == "FACTS" else word for word in words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert named in err
    assert err.count("\n") == 1


NO_CASE = ["", "[]", "{", "null", '{"age": 1e999}', "\x00", "{}", '{"date_of_claim": "2025-08-14"}',
           '{"date_of_claim": "2025-08-14", "\\u00e2ge": 3}']  # fmt: skip


@pytest.mark.parametrize("content", NO_CASE)
def test_text_that_is_no_case_is_one_line_and_exit_2(
    content: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "facts.json"
    path.write_text(content, encoding="utf-8")
    assert call(["decide", "--facts", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
