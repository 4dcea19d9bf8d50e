"""Faults, really made: kills, a full disk, broken and foreign files. Nothing finished is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faulty
import numpy as np
import pytest
from numpy.typing import NDArray

from sojourn.inference import ensemble
from sojourn.inputs.errors import InputError

CHUNKS = -(-faulty.MEMBERS // 256)


@pytest.fixture(scope="module")
def undisturbed() -> bytes:
    return digest(faulty.undisturbed())


def digest(result: ensemble.Result) -> bytes:
    return result.summary.mean.tobytes() + result.summary.quantile.tobytes()


def start(folder: Path, mode: str) -> subprocess.Popen[bytes]:
    """The run in a process group of its own, returned when its first chunk is there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "faulty", str(folder), mode],
        start_new_session=True,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    wait_for(lambda: finished(folder) or process.poll() is not None)
    assert process.poll() is None, process.communicate()[1].decode()
    return process


def go_on(folder: Path, **options: Any) -> ensemble.Result:
    """The same run, started again without pauses."""
    work = faulty.plan()
    return ensemble.execute(work, task=faulty.Noise(work), out=folder, count=2, **options)


def finished(folder: Path) -> list[Path]:
    return sorted(folder.glob("chunks/*.chunk"))


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "nothing happened in time"
        time.sleep(0.01)


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`, from /proc."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(after_name[1]) == pid and after_name[0] != "Z":
            found.append(int(entry.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")


@pytest.mark.parametrize("mode", ["threads", "processes"])
def test_a_run_killed_after_its_first_chunk_goes_on_from_there(
    tmp_path: Path, mode: str, undisturbed: bytes
) -> None:
    process = start(tmp_path, mode)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = {file: file.stat().st_mtime_ns for file in finished(tmp_path)}
    assert 0 < len(kept) < CHUNKS
    result = go_on(tmp_path)
    assert digest(result) == undisturbed
    assert {file: file.stat().st_mtime_ns for file in kept} == kept


def test_a_killed_worker_is_replaced_and_its_chunk_made_again(
    tmp_path: Path, undisturbed: bytes
) -> None:
    process = start(tmp_path, "processes")
    victim = children(process.pid)[0]
    os.kill(victim, signal.SIGKILL)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0
    assert b"worker died on chunk" in errors
    assert digest(go_on(tmp_path)) == undisturbed


def test_killing_the_parent_leaves_no_worker_behind(tmp_path: Path) -> None:
    process = start(tmp_path, "processes")
    workers = children(process.pid)
    assert len(workers) == 2
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(alive(worker) for worker in workers), seconds=5)


def test_an_interrupt_keeps_what_is_finished(tmp_path: Path, undisturbed: bytes) -> None:
    process = start(tmp_path, "threads")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert 0 < len(finished(tmp_path)) < CHUNKS
    assert digest(go_on(tmp_path)) == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that one chunk and a half fill."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = int(1.5 * 256 * faulty.plan().bytes_of_member) + 8192
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a tmpfs")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("processes", [False, True])
def test_a_full_disk_is_one_clear_line_and_space_lets_the_run_go_on(
    small_disk: Path, processes: bool, undisturbed: bytes
) -> None:
    folder = small_disk / "run"
    with pytest.raises(InputError, match="no space left") as refusal:
        go_on(folder, processes=processes)
    assert "\n" not in str(refusal.value)
    assert 0 < len(finished(folder)) < CHUNKS
    assert not list(folder.rglob("*.part"))
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    assert digest(go_on(folder)) == undisturbed


def test_a_truncated_chunk_is_made_again_and_said_so(
    tmp_path: Path, undisturbed: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    go_on(tmp_path)
    victim = finished(tmp_path)[2]
    os.truncate(victim, victim.stat().st_size // 2)
    assert digest(go_on(tmp_path)) == undisturbed
    assert "chunk 2 (members 512 to 767) is truncated" in caplog.text


def test_a_folder_of_other_inputs_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    go_on(tmp_path)
    assert "chunk 5 (members 1280 to 1499) done" in (tmp_path / "run.log").read_text()
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(InputError, match="seed there is 0, here 5"):
        ensemble.execute(faulty.plan(seed=5), task=faulty.Noise(faulty.plan(seed=5)), out=tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_second_start_makes_nothing_again(tmp_path: Path, undisturbed: bytes) -> None:
    go_on(tmp_path)

    def never(lo: int, hi: int) -> NDArray[np.float32]:
        raise AssertionError(f"members {lo} to {hi} made again")

    again = ensemble.execute(faulty.plan(), out=tmp_path, task=never)
    assert digest(again) == undisturbed
    assert again.reused == CHUNKS
    assert "start: 6 of 6 chunks are there" in (tmp_path / "run.log").read_text()


def test_more_members_go_on_from_the_chunks_of_fewer(tmp_path: Path) -> None:
    few, many = faulty.plan(members=512), faulty.plan(members=700)
    ensemble.execute(few, task=faulty.Noise(few), out=tmp_path)
    made: list[int] = []
    noise = faulty.Noise(many)

    def counted(lo: int, hi: int) -> NDArray[np.float32]:
        made.append(lo)
        return noise(lo, hi)

    result = ensemble.execute(many, task=counted, out=tmp_path)
    assert min(made) == 512
    assert digest(result) == digest(faulty.undisturbed(members=700))
