"""Ensembles against workers, members and a dask cluster: time, rate, memory.

    python -m benchmarks.scale            prints the table (about ten minutes on two processors)
    python -m benchmarks.scale --quick    the same with a tenth of the members
    python -m benchmarks.scale --write    also puts it into docs/scale.md

Every line is a process of its own, so its peak memory is its own; that of its worker processes is
added, sampled from /proc. Nothing else should be running.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
BEGIN, END = "<!-- measured: python -m benchmarks.scale --write -->", "<!-- end -->"
SAMPLE, REST = 0.05, 50
"""Seconds between two looks at the memory, and how many times a look's own time at least: looking
takes a processor, which would slow two workers on two of them but not one."""


@dataclass(frozen=True)
class Measured:
    """One run: members, seconds of making and summarising them, peak resident megabytes."""

    what: str
    members: int
    seconds: float
    resident: float

    @property
    def rate(self) -> float:
        """Members a second."""
        return self.members / self.seconds


def child(options: str) -> None:
    """The run to be measured, in this process: seconds and digest as JSON on standard output."""
    import hashlib

    from sojourn.inference import ensemble

    given = json.loads(options)
    ensemble.run("baseline", members=2, workers=1)  # imports, tables and compiled code
    began = time.perf_counter()
    result = ensemble.run("baseline", **given)
    seconds = time.perf_counter() - began
    digest = hashlib.sha256(result.summary.mean.tobytes() + result.summary.quantile.tobytes())
    print(json.dumps({"seconds": seconds, "digest": digest.hexdigest()}))


def measure(what: str, **options: object) -> tuple[Measured, str]:
    """Run `child` and watch the memory of its whole process tree."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scale", "--child", json.dumps(options)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[1],
    )
    peak = 0.0
    while process.poll() is None:
        began = time.perf_counter()
        peak = max(peak, resident(process.pid))
        time.sleep(max(SAMPLE, REST * (time.perf_counter() - began)))
    assert process.stdout is not None
    if process.returncode:
        raise SystemExit(f"{what} failed")
    found = json.loads(process.stdout.read().splitlines()[-1])
    members = options["members"]
    assert isinstance(members, int)
    return Measured(what, members, found["seconds"], peak), found["digest"]


def resident(pid: int) -> float:
    """Proportional resident megabytes of a process and all its descendants."""
    total = 0.0
    for one in [pid, *descendants(pid)]:
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(float(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return total


def descendants(pid: int) -> list[int]:
    """Children of a process, and theirs, from /proc."""
    found: list[int] = []
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for task in Path(f"/proc/{pid}/task").iterdir():
            listed += (task / "children").read_text().split()
    except OSError:
        return found
    for one in dict.fromkeys(map(int, listed)):
        found += [one, *descendants(one)]
    return found


class Cluster:
    """A dask scheduler and two workers on this machine."""

    def __enter__(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        address = f"tcp://127.0.0.1:{port}"
        where = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
        self.processes = [self._start("scheduler", *where)]
        self.processes += [
            self._start("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
            for _ in range(2)
        ]
        return address

    def __exit__(self, *failure: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def _start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def warm(address: str) -> None:
    """Let both workers of a cluster load the model before anything is timed."""
    from sojourn.inference import ensemble

    ensemble.run("baseline", members=1024, cluster=address)


def table(scale: float = 1.0) -> tuple[list[Measured], dict[str, float]]:
    """All measurements, and the ratios that the issue asks for. Digests are compared on the way."""
    few, some, many = int(4096 * scale), int(16_384 * scale), int(65_536 * scale)
    rows: list[Measured] = []
    digests: dict[int, str] = {}

    def add(what: str, **options: object) -> Measured:
        found, digest = measure(what, **options)
        if digests.setdefault(found.members, digest) != digest:
            raise SystemExit(f"{what}: other bytes than the first run of {found.members} members")
        rows.append(found)
        print(line(found), flush=True)
        return found

    one = add("1 thread", members=some, workers=1, processes=False)
    threads = add("2 threads", members=some, workers=2, processes=False)
    small = [add(f"{n} process{'es' * (n - 1)}", members=few, workers=n, processes=True)
             for n in (1, 2)]  # fmt: skip
    local = add("2 threads", members=many, workers=2, processes=False)
    with Cluster() as address:
        warm(address)
        cluster = add("dask, 2 workers", members=many, cluster=address)
    add("2 processes", members=int(1000 * scale), workers=2)
    add("2 processes", members=int(10_000 * scale), workers=2)
    alone = add("1 process", members=int(100_000 * scale), workers=1, processes=True)
    large = add("2 processes", members=int(100_000 * scale), workers=2)
    return rows, {
        f"two processes over one, {large.members:,} members": alone.seconds / large.seconds,
        f"two processes over one, {few:,} members": small[0].seconds / small[1].seconds,
        f"two threads over one, {some:,} members": one.seconds / threads.seconds,
        f"dask over two threads, {many:,} members": cluster.seconds / local.seconds - 1,
        "processor hours a million members": 2 * large.seconds / large.members * 1e6 / 3600,
    }


def line(row: Measured) -> str:
    """A measurement as a line of a Markdown table."""
    return (
        f"| {row.what} | {row.members:,} | {row.seconds:,.1f} | {row.rate:,.0f} "
        f"| {row.resident:,.0f} |"
    )


def page(rows: list[Measured], ratios: dict[str, float]) -> str:
    """The Markdown of all measurements."""
    head = "| workers | members | seconds | members a second | peak memory, MB |"
    rule = "|---|---|---|---|---|"
    lines = [line(row) for row in rows]
    facts = [f"- {name}: {value:.2f}" for name, value in ratios.items()]
    machine = (
        f"Measured on {os.cpu_count()} processors ({cpu()}), Python {platform.python_version()}."
    )
    return "\n".join([machine, "", head, rule, *lines, "", *facts])


def cpu() -> str:
    """Name of the processor."""
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            return row.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def main(words: list[str]) -> None:
    if words[:1] == ["--child"]:
        child(words[1])
        return
    rows, ratios = table(0.1 if "--quick" in words else 1.0)
    text = page(rows, ratios)
    print(f"\n{text}")
    Path(__file__).with_name("scale.json").write_text(
        json.dumps({"rows": [asdict(row) for row in rows], "ratios": ratios}, indent=1) + "\n"
    )
    if "--write" in words:
        before, _, rest = DOCS.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        DOCS.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    main(sys.argv[1:])
