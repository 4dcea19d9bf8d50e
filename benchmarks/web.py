"""Latency of the explorer: a lever dragged, a lever at rest, twelve visitors; sizes of its pages.

The server runs in its own process with `sojourn serve`; every request asks for other values, so
that no answer comes from the cache.

    python -m benchmarks.web
"""

from __future__ import annotations

import gzip
import random
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass

DRAGGED, RELEASED = 50, 200
THINK = 3.0
VISITORS = 12


@dataclass(frozen=True)
class Latency:
    """Milliseconds of requests of one kind: median, 95th percentile, how many, and the limit."""

    name: str
    median: float
    p95: float
    count: int
    limit: float


def fetch(url: str) -> bytes:
    """The body of an answer, unpacked."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        body: bytes = answer.read()
        return gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body


def size(url: str) -> int:
    """Bytes of an answer on the wire."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return len(answer.read())


def timed(url: str) -> float:
    """Milliseconds until an answer is complete."""
    start = time.perf_counter()
    fetch(url)
    return 1e3 * (time.perf_counter() - start)


def moved(base: str, members: int, draw: random.Random, part: str = "data") -> str:
    """An address with the RPD's capacity and inland claims somewhere else."""
    capacity, inland = draw.randrange(40_000, 150_000), round(draw.uniform(0.5, 2.0), 4)
    levers = f"rpd.capacity={capacity}&arrivals.inland.factor={inland}"
    return f"{base}/en/data?{levers}&members={members}&part={part}"


def latency(name: str, times: list[float], limit: float) -> Latency:
    """Times of one kind, summarised."""
    ordered = sorted(times)
    at = min(len(ordered) - 1, int(0.95 * len(ordered)))
    return Latency(name, ordered[len(ordered) // 2], ordered[at], len(ordered), limit)


def visitors(base: str, seconds: float) -> list[float]:
    """Milliseconds of all requests of twelve visitors who drag and release, with time to think."""
    times: list[float] = []
    end = time.monotonic() + seconds

    def visit(number: int) -> None:
        draw = random.Random(number)
        time.sleep(draw.uniform(0, THINK))
        while time.monotonic() < end:
            times.append(timed(moved(base, RELEASED, draw, "all")))
            time.sleep(draw.expovariate(1 / THINK))

    threads = [threading.Thread(target=visit, args=(n,)) for n in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def sizes(base: str) -> tuple[int, int]:
    """Bytes on the wire of the first load (page, style, scripts, icon) and of a later page."""
    page = fetch(f"{base}/en/").decode()
    parts = set(re.findall(r'"(/static/[^"]+)"', page))
    later = size(f"{base}/en/")
    return later + sum(size(base + part) for part in sorted(parts)), later


def measure(seconds: float = 45.0, part: float = 1.0) -> tuple[list[Latency], tuple[int, int]]:
    """Start a server, measure it (a `part` of the single requests), stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sojourn.show.cli.main", "serve", "--port", str(port),
               "--rate", "100000"]  # fmt: skip
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                fetch(f"{base}/healthz")
                break
            except OSError:
                time.sleep(0.1)
        draw = random.Random(0)
        found_sizes = sizes(base)
        for members in (DRAGGED, RELEASED):
            timed(moved(base, members, draw))
        dragged = [timed(moved(base, DRAGGED, draw)) for _ in range(int(60 * part))]
        released = [timed(moved(base, RELEASED, draw, "all")) for _ in range(int(30 * part))]
        crowd = visitors(base, seconds)
    finally:
        server.terminate()
        server.wait(20)
    return [
        latency("a lever dragged, 50 members", dragged, 120),
        latency("a lever released, 200 members, all charts and tables", released, 250),
        latency("twelve visitors, 3 s think time", crowd, 400),
    ], found_sizes


def main() -> None:
    """Print the table."""
    rows, (first, later) = measure()
    print("| request | median ms | p95 ms | limit ms | requests |")
    print("|---|---|---|---|---|")
    for row in rows:
        numbers = f"{row.median:.0f} | {row.p95:.0f} | {row.limit:.0f} | {row.count}"
        print(f"| {row.name} | {numbers} |")
    print(f"\nFirst load {first / 1e3:.0f} kB (limit 450), later page {later / 1e3:.0f} kB (60).")


if __name__ == "__main__":
    main()
