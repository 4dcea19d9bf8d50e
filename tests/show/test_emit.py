"""One way out: JSON alone on standard output, whole files, absent values as null."""

from __future__ import annotations

import json
import math

import polars as pl
import pytest

from sojourn.inputs.errors import InputError
from sojourn.show import files
from sojourn.show.cli.emit import document, emit

FRAME = pl.DataFrame(
    {"series": ["a", "b", "c"], "value": [1.5, math.nan, math.inf], "n": [1, 2, 3]}
)


def test_json_holds_record_first_and_rows_without_nan():
    found = json.loads(document(FRAME, {"seed": 0, "hash": "x"}))
    assert list(found) == ["record", "rows"]
    assert [row["value"] for row in found["rows"]] == [1.5, None, None]


def test_json_of_a_mapping_is_that_mapping():
    found = json.loads(document({"value": math.nan, "trail": ({"step": 1},), "rows": FRAME}))
    assert found["value"] is None
    assert found["trail"] == [{"step": 1}]
    assert len(found["rows"]) == 3


def test_empty_frame_is_an_empty_list():
    assert json.loads(document(FRAME.clear())) == {"rows": []}


def test_json_option_prints_nothing_but_the_document(capsys):
    emit(FRAME, json=True)
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 3


def test_csv_and_parquet_hold_the_same_rows(tmp_path, capsys):
    emit(FRAME, csv=str(tmp_path / "a.csv"), parquet=str(tmp_path / "a.parquet"))
    assert pl.read_csv(tmp_path / "a.csv").equals(pl.read_parquet(tmp_path / "a.parquet"))
    assert "wrote" in capsys.readouterr().err


def test_json_and_csv_cannot_both_take_standard_output():
    with pytest.raises(InputError, match="--csv"):
        emit(FRAME, json=True, csv="-")


def test_numbers_are_written_by_language(capsys):
    row = [{"value": 1234567.0}]
    emit(row, lang="en")
    assert "1,234,567" in capsys.readouterr().out
    emit(row, lang="fr")
    assert "1\u00a0234\u00a0567" in capsys.readouterr().out


def test_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    target = tmp_path / "kept.txt"
    files.write_text(target, "old")

    def fail() -> None:
        with files.whole(target) as path:
            path.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]


def test_device_is_written_to_and_not_replaced():
    files.write_text("/dev/null", "x")
    assert not files.Path("/dev/null").is_file()


def test_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="--out"):
        files.folder(tmp_path / "file")
