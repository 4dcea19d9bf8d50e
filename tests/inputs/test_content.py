"""The cache between starts: the same arrays as without it, and never in the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sojourn.inputs import content


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(content.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> content.Arrays:
        self.times += 1
        return {"x": np.arange(5) / 3, "names": np.array(["a", "é"])}


def test_what_was_made_once_is_read_the_second_time(folder: Path) -> None:
    make = Maker()
    first = content.kept("table", b"question", make)
    second = content.kept("table", b"question", make)
    assert make.times == 1
    assert first["x"].tobytes() == second["x"].tobytes()
    assert second["names"].tolist() == ["a", "é"]


@pytest.mark.parametrize("other", [("table", b"another"), ("chairs", b"question")])
def test_another_question_is_made_anew(folder: Path, other: tuple[str, bytes]) -> None:
    make = Maker()
    content.kept("table", b"question", make)
    content.kept(*other, make)
    assert make.times == 2


def test_other_code_or_data_is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    content.kept("table", b"", make)
    for name in ("code_hash", "data_hash"):
        monkeypatch.setattr(content, name, lambda: "other")
        content.kept("table", b"", make)
    assert make.times == 3


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"nonsense" * 100])
def test_a_damaged_file_is_made_anew_and_mended(folder: Path, damage: bytes) -> None:
    make = Maker()
    content.kept("table", b"", make)
    next(folder.glob("*.npz")).write_bytes(damage)
    assert content.kept("table", b"", make)["x"][1] == 1 / 3
    content.kept("table", b"", make)
    assert make.times == 2


def test_a_folder_that_cannot_be_written_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(content.VARIABLE, str(tmp_path / "file" / "cache"))
    assert content.kept("table", b"", Maker())["x"][0] == 0


def test_off_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(content.VARIABLE, "off")
    make = Maker()
    content.kept("table", b"", make)
    content.kept("table", b"", make)
    assert make.times == 2
    assert not list(tmp_path.iterdir())


def test_the_oldest_files_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST", 3)
    for i in range(6):
        content.kept("table", bytes([i]), Maker())
    assert len(list(folder.glob("*"))) == 3


def test_the_cache_does_not_grow_over_its_bytes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "MOST_BYTES", 100_000)
    for i in range(6):
        content.kept("wide", bytes([i]), lambda: {"x": np.zeros(5_000)})
    assert len(list(folder.glob("*"))) == 2
