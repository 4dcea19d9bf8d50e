"""`sojourn cost` on the command line: the JSON of the contract, bad input, both languages."""

from __future__ import annotations

import json

import pytest

from sojourn.show.cli import main

PBO = ["cost", "--cohort", "2017-18", "--mode", "between_ports", "--as-of", "2018-11-29",
       "--scope", "pbo"]  # fmt: skip
CONTRACT = {"persons", "mean", "total", "by_payer", "by_stage", "paths", "low_path", "high_path",
            "outcomes"}  # fmt: skip


def test_json_holds_what_the_contract_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.call([*PBO, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) >= CONTRACT
    assert {"path", "share", "cost"} <= set(found["paths"][0])
    assert {"path", "cost"} <= set(found["low_path"])
    assert found["persons"] == pytest.approx(23_785, abs=1)
    assert found["mean"] * found["persons"] == pytest.approx(found["total"])


def test_the_page_reads_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.call([*PBO, "--members", "5"]) == 0
    english = capsys.readouterr().out
    assert main.call([*PBO, "--members", "5", "--lang", "fr"]) == 0
    french = capsys.readouterr().out
    assert "Not counted" in english
    assert "not known" in english
    assert "Non compté" in french
    assert "non connu" in french
    assert "Gouvernement fédéral" in french


def test_csv_is_the_long_table(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "cost.csv"
    assert main.call([*PBO, "--members", "5", "--csv", str(target)]) == 0
    head, *rows = target.read_text(encoding="utf-8").splitlines()
    assert head.startswith("scenario,series,date,mode")
    assert any("irb.rpd" in row and "CAD per person" in row for row in rows)


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["--cohort", "2017-18", "--payer", "feds"], "payer"),
        (["--cohort", "1999-00"], "2015-16"),
        (["--cohort", "2017"], "YYYY-YY"),
        (["--cohort", "2017-18", "--mode", "sea"], "mode"),
        (["--cohort", "2017-18", "--as-of", "2018-13-01"], "as-of"),
        (["--cohort", "2017-18", "--real", "2020"], "price index"),
        (["--cohort", "2017-18", "--members", "0"], "members"),
        (["--cohort", "2017-18", "--set", "rpd.capcity=1@2020-01"], "rpd.capacity"),
    ],
)
def test_bad_input_gets_one_line(
    argv: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.call(["cost", *argv]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1
    assert word in captured.err
