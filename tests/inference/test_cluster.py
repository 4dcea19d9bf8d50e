"""The same bytes from a dask cluster, also when its parts die. Scheduler and workers are real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import faulty
import pytest

from sojourn.inference import cluster, ensemble
from sojourn.inference.watch import Progress, Stopped
from sojourn.inputs.errors import InputError

pytest.importorskip("distributed")


def digest(result: ensemble.Result) -> bytes:
    return result.summary.mean.tobytes() + result.summary.quantile.tobytes()


class Cluster:
    """A scheduler and workers, each a process of this test."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.start_scheduler()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port),
                           "--no-dashboard")  # fmt: skip

    def start_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--nthreads", "1", "--no-nanny",
                           "--no-dashboard", "--death-timeout", "30", **environment)  # fmt: skip

    def _start(self, what: str, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        log = open(self.folder / f"{what}-{len(self.processes)}.log", "wb")  # noqa: SIM115
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + what, *words],
            stdout=log,
            stderr=log,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        )
        log.close()
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "dask"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.close()


class Watched:
    """Calls a function once, when half of the members are done."""

    def __init__(self, act: object) -> None:
        self.act, self.done = act, False

    def __call__(self, now: Progress) -> None:
        if not self.done and now.done >= 256:
            self.done = True
            self.act()  # type: ignore[operator]


def test_two_workers_give_the_bytes_of_one_thread(dask: Cluster) -> None:
    for _ in range(2):
        dask.start_worker()
    plan = ensemble.planned(faulty.BASE, 600, until="2015-06", series="claims,rpd.pending,cost")
    assert digest(ensemble.execute(plan, cluster=dask.address)) == digest(
        ensemble.execute(plan, count=1)
    )


def test_a_worker_killed_in_the_middle_costs_only_its_chunks(dask: Cluster, tmp_path: Path) -> None:
    victim = dask.start_worker()
    dask.start_worker()
    kill = Watched(lambda: victim.send_signal(signal.SIGKILL))
    work = faulty.plan()
    found = ensemble.execute(
        work, task=faulty.Noise(work, faulty.PAUSE), cluster=dask.address, progress=kill,
        out=tmp_path / "run",
    )  # fmt: skip
    assert kill.done
    assert victim.wait(5) == -signal.SIGKILL
    assert digest(found) == digest(faulty.undisturbed())


@pytest.mark.slow
def test_a_restarted_scheduler_is_waited_for(
    dask: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        dask.start_worker()

    def restart() -> None:
        dask.scheduler.kill()
        dask.scheduler.wait()
        dask.scheduler = dask.start_scheduler()
        for _ in range(2):
            dask.start_worker()

    again = Watched(restart)
    work = faulty.plan()
    found = ensemble.execute(
        work, task=faulty.Noise(work, faulty.PAUSE), cluster=dask.address, progress=again
    )
    assert again.done
    assert "lost the scheduler" in caplog.text
    assert digest(found) == digest(faulty.undisturbed())


@pytest.mark.slow
def test_a_scheduler_that_stays_away_ends_the_run_with_its_chunks_kept(
    dask: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    dask.start_worker()
    work = faulty.plan()
    with pytest.raises(Stopped, match="did not come back"):
        ensemble.execute(
            work, task=faulty.Noise(work, faulty.PAUSE), cluster=dask.address,
            progress=Watched(dask.scheduler.kill), out=tmp_path / "run",
        )  # fmt: skip
    kept = list((tmp_path / "run").glob("chunks/*.chunk"))
    assert 0 < len(kept) < 6
    resumed = ensemble.execute(work, task=faulty.Noise(work), out=tmp_path / "run")
    assert digest(resumed) == digest(faulty.undisturbed())


def test_no_scheduler_at_the_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    for address in ("tcp://127.0.0.1:1", "nowhere", "tcp://", "ftp://127.0.0.1:1"):
        with pytest.raises(InputError, match="--cluster"):
            ensemble.execute(faulty.plan(), cluster=address)


def test_a_worker_with_other_code_is_refused(dask: Cluster) -> None:
    dask.start_worker()
    work = faulty.plan()
    with pytest.raises(InputError, match="cluster worker: code"):
        ensemble.execute(work, task=faulty.Foreign(work), cluster=dask.address)


@pytest.mark.slow
def test_a_task_the_cluster_cannot_load_is_refused(
    dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    dask.start_worker()
    work = faulty.plan()
    missing = type("Missing", (faulty.Noise,), {"__module__": "not_there"})
    monkeypatch.setitem(sys.modules, "not_there", types.SimpleNamespace(Missing=missing))
    with pytest.raises(InputError, match="environment"):
        ensemble.execute(work, task=missing(work), cluster=dask.address)


@pytest.mark.slow
def test_a_time_limit_holds_on_the_cluster_too(dask: Cluster) -> None:
    dask.start_worker()
    work = faulty.plan(members=20_000)
    began = time.monotonic()
    with pytest.raises(Stopped, match="time limit"):
        ensemble.execute(work, task=faulty.Noise(work, 1.0), cluster=dask.address, limit=4)
    assert time.monotonic() - began < 15
