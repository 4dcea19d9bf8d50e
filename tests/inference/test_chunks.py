"""Chunk files are whole or known not to be; memory and files give the same blocks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sojourn.inference import chunks, periods
from sojourn.inference.outputs import Row
from sojourn.inference.plan import Plan, difference
from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario

SCENARIO = Scenario("made_up", "A", "B", "", "", "none", "", ())
ROWS = (Row("claims"), Row("rpd.pending"), Row("cost", payer="federal"))


def plan(members: int = 600, seed: int = 0, rows: tuple[Row, ...] = ROWS) -> Plan:
    shown = periods.of(months.FIRST, months.FIRST + 9)
    return Plan(SCENARIO, members, seed, shown, rows, len(rows))


def values_of(lo: int, hi: int) -> NDArray[np.float32]:
    """Values that say which row, period and member they are."""
    rows, times, members = np.ogrid[0:3, 0:10, lo:hi]
    return (rows * 1e6 + times * 1e4 + members).astype(np.float32)


def filled(path: Path, members: int = 600) -> chunks.Folder:
    store = chunks.Folder(plan(members), path)
    for chunk in store.missing():
        store.put(chunk, values_of(chunk.lo, chunk.hi))
    store.finish()
    store.close()
    return store


def test_chunks_hold_256_members_and_the_last_one_the_rest() -> None:
    assert [(c.lo, c.hi) for c in plan(600).chunks()] == [(0, 256), (256, 512), (512, 600)]


def test_a_member_too_large_for_memory_makes_smaller_chunks() -> None:
    wide = plan(rows=tuple(Row("claims", nationality=f"{i}") for i in range(100_000)))
    assert wide.chunk_members * wide.bytes_of_member <= 128 * 2**20
    assert wide.chunk_members >= 16


def test_memory_and_files_give_the_same_blocks(tmp_path: Path) -> None:
    memory, folder = chunks.Memory(plan()), filled(tmp_path)
    for chunk in reversed(memory.missing()):
        memory.put(chunk, values_of(chunk.lo, chunk.hi))
    for row in range(3):
        expected = values_of(0, 600)[row, 2:7]
        assert np.array_equal(memory.block(row, 2, 7), expected)
        assert np.array_equal(folder.block(row, 2, 7), expected)


def test_a_folder_opened_again_misses_nothing(tmp_path: Path) -> None:
    filled(tmp_path)
    again = chunks.Folder(plan(), tmp_path)
    assert again.missing() == []
    assert (again.reused, again.reused_members) == (3, 600)


def test_a_longer_run_goes_on_from_the_whole_chunks_of_a_shorter(tmp_path: Path) -> None:
    filled(tmp_path, 600)
    longer = chunks.Folder(plan(1000), tmp_path)
    assert [c.number for c in longer.missing()] == [2, 3]
    assert longer.reused_members == 512


@pytest.mark.parametrize("keep", [0, 5, 11, 100, 300, -1])
def test_a_truncated_chunk_is_made_again(tmp_path: Path, keep: int) -> None:
    store = filled(tmp_path)
    file = store.file(plan().chunks()[1])
    file.write_bytes(file.read_bytes()[:keep])
    assert [c.number for c in chunks.Folder(plan(), tmp_path).missing()] == [1]


def test_a_damaged_chunk_is_made_again(tmp_path: Path) -> None:
    store = filled(tmp_path)
    file = store.file(plan().chunks()[2])
    raw = bytearray(file.read_bytes())
    raw[-3] ^= 1
    file.write_bytes(bytes(raw))
    assert [c.number for c in chunks.Folder(plan(), tmp_path).missing()] == [2]


def test_a_chunk_of_another_run_or_other_members_is_made_again(tmp_path: Path) -> None:
    store = filled(tmp_path / "ours")
    other = chunks.Folder(plan(seed=1), tmp_path / "other")
    first, second = plan().chunks()[:2]
    other.put(first, values_of(first.lo, first.hi))
    store.file(first).write_bytes(other.file(first).read_bytes())
    store.file(second).write_bytes(store.file(plan().chunks()[2]).read_bytes())
    assert [c.number for c in chunks.Folder(plan(), tmp_path / "ours").missing()] == [0, 1]


def test_a_folder_of_other_inputs_is_refused_with_the_difference(tmp_path: Path) -> None:
    filled(tmp_path)
    with pytest.raises(InputError, match="seed there is 0, here 1"):
        chunks.Folder(plan(seed=1), tmp_path)
    with pytest.raises(InputError, match="rows there is cost payer=federal, here without"):
        chunks.Folder(plan(rows=ROWS[:2]), tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", '{"format": 1, "inputs": 3}', "\x00"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    filled(tmp_path)
    (tmp_path / chunks.MANIFEST).write_text(text)
    with pytest.raises(InputError, match=chunks.MANIFEST):
        chunks.Folder(plan(), tmp_path)


def test_chunks_without_their_manifest_are_refused(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / chunks.MANIFEST).unlink()
    with pytest.raises(InputError, match=chunks.MANIFEST):
        chunks.Folder(plan(), tmp_path)


def test_the_finished_manifest_holds_the_hash_of_every_chunk(tmp_path: Path) -> None:
    filled(tmp_path)
    manifest = json.loads((tmp_path / chunks.MANIFEST).read_text())
    assert sorted(manifest["chunks"]) == ["0", "1", "2"]
    assert len(set(manifest["chunks"].values())) == 3
    assert manifest["plan"] == plan().hash


def test_two_runs_cannot_write_to_one_folder(tmp_path: Path) -> None:
    first = chunks.Folder(plan(), tmp_path)
    with pytest.raises(InputError, match="in use"):
        chunks.Folder(plan(), tmp_path)
    first.close()
    chunks.Folder(plan(), tmp_path).close()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="folder"):
        chunks.Folder(plan(), tmp_path / "file" / "run")


def test_halves_of_files_left_by_a_kill_are_swept(tmp_path: Path) -> None:
    store = filled(tmp_path)
    (store.chunks / "000009.chunk.123.part").write_bytes(b"half")
    chunks.Folder(plan(), tmp_path).close()
    assert not list(store.chunks.glob("*.part"))


def test_a_temporary_folder_goes_with_its_store() -> None:
    store = chunks.Folder.temporary(plan())
    path = store.path
    assert path.exists()
    del store
    assert not path.exists()


def test_the_first_difference_is_named() -> None:
    assert difference({"a": 1, "b": [1, 2]}, {"a": 1, "b": [2, 3]}) == "b there is 3, here 1"
    assert difference({"a": 1}, {"a": 1}) == ""


@pytest.mark.parametrize("members", [0, -1, 10**9, True, 2.5])
def test_a_number_of_members_that_is_none_is_refused(members: int) -> None:
    with pytest.raises(InputError, match="members"):
        plan(members)
