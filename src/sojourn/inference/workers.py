"""Chunks made on this machine: by threads (the kernel runs without the GIL) or by processes.

Both call one function, `task(lo, hi)`, that gives the values of members lo to hi - 1 whatever
else is running; so who makes a chunk, and when, leaves no trace in the bytes.
"""

from __future__ import annotations

import gc
import json
import logging
import math
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import chunks, memory
from sojourn.inference.chunks import Folder, Store
from sojourn.inference.plan import BATCH, Chunk
from sojourn.inference.watch import Watch
from sojourn.inputs.errors import InputError

log = logging.getLogger("sojourn.ensemble")

Task = Callable[[int, int], NDArray[np.float32]]

TICK = 0.1
ATTEMPTS = 3
"""Times a chunk is given to a new worker process after one has died on it."""


def available() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads(task: Task, store: Store, workers: int, watch: Watch) -> None:
    """Make the missing chunks with `workers` threads, each chunk cut into strips.

    Raises Stopped from the watch, or the first error of a task; finished chunks stay.
    """
    memory.keep()
    todo = store.missing()
    strips = _strips(todo, _even(sum(chunk.size for chunk in todo), workers))
    lock = threading.Lock()
    open_chunks: dict[int, tuple[NDArray[np.float32], int, float]] = {}
    rows, periods, _ = store.shape

    def work() -> None:
        while watch.going():
            with lock:
                piece = next(strips, None)
                if piece is None:
                    return
                chunk, lo, hi = piece
                if chunk.number not in open_chunks:
                    buffer = np.empty((rows, periods, chunk.size), dtype=np.float32)
                    open_chunks[chunk.number] = (buffer, chunk.size, time.monotonic())
            buffer = open_chunks[chunk.number][0]
            buffer[:, :, lo - chunk.lo : hi - chunk.lo] = task(lo, hi)
            watch.add(hi - lo)
            with lock:
                _, left, began = open_chunks[chunk.number]
                open_chunks[chunk.number] = (buffer, left - (hi - lo), began)
                whole = left == hi - lo
                if whole:
                    del open_chunks[chunk.number]
            if whole:
                store.put(chunk, buffer)
                log.info("%s done in %.2f s", chunk, time.monotonic() - began)

    with _short_turns(), ThreadPoolExecutor(workers, thread_name_prefix="sojourn") as pool:
        _attend([pool.submit(work) for _ in range(workers)], watch)


def processes(task: Task, store: Folder, workers: int, watch: Watch) -> None:
    """Make the missing chunks with `workers` processes that write the chunk files themselves.

    A worker that dies is replaced and its chunk made again, up to three times in a row. Workers
    end when this process does, however it ends. Raises Stopped from the watch, InputError, or
    RuntimeError when a chunk's workers keep dying.
    """
    todo: queue.SimpleQueue[Chunk] = queue.SimpleQueue()
    missing = store.missing()
    for chunk in missing:
        todo.put(chunk)
    start = pickle.dumps((task, str(store.chunks), store.plan.hash))
    running: list[_Process] = []

    def manage() -> None:
        process: _Process | None = None
        while watch.going():
            try:
                chunk = todo.get_nowait()
            except queue.Empty:
                break
            for attempt in range(1, ATTEMPTS + 1):
                began = time.monotonic()
                if process is None:
                    process = _Process(start)
                    running.append(process)
                if process.make(chunk):
                    store.took(chunk)
                    watch.add(chunk.size)
                    log.info("%s done in %.2f s", chunk, time.monotonic() - began)
                    break
                process = None
                if not watch.going():
                    return
                log.warning("worker died on %s, attempt %d of %d", chunk, attempt, ATTEMPTS)
            else:
                raise RuntimeError(f"{ATTEMPTS} worker processes died on {chunk}")
        if process is not None:
            process.close()

    count = min(workers, len(missing))
    with ThreadPoolExecutor(max(1, count), thread_name_prefix="sojourn-manage") as pool:
        try:
            _attend([pool.submit(manage) for _ in range(count)], watch)
        finally:
            for process in running:
                process.kill()


def _attend(jobs: list[Future[None]], watch: Watch) -> None:
    """Wait for the jobs with an eye on the watch; on any failure tell the others to end."""
    try:
        while True:
            done, pending = wait(jobs, timeout=TICK, return_when=FIRST_EXCEPTION)
            for job in done:
                job.result()
            if not pending:
                break
            watch.look()
    finally:
        watch.halted = True


def _even(members: int, workers: int) -> int:
    """Members of a strip, so that workers end together and none has more than a batch at a time."""
    rounds = math.ceil(members / (workers * BATCH))
    return math.ceil(members / (workers * rounds)) if rounds else 1


def _strips(todo: list[Chunk], size: int) -> Iterator[tuple[Chunk, int, int]]:
    for chunk in todo:
        for lo in range(chunk.lo, chunk.hi, size):
            yield chunk, lo, min(lo + size, chunk.hi)


@contextmanager
def _short_turns() -> Iterator[None]:
    """A thread back from the kernel waits up to one switch interval for the GIL: shorten it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class _Process:
    """One worker process, told of chunks on its standard input, answering on its output."""

    def __init__(self, start: bytes) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "sojourn.inference.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self._alive = self._send(len(start).to_bytes(8, "little") + start)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def make(self, chunk: Chunk) -> bool:
        """Have the chunk made; False when the worker died. Raises the task's InputError."""
        line = b""
        if self._alive and self._send(json.dumps(list(chunk)).encode() + b"\n"):
            assert self._popen.stdout is not None
            line = self._popen.stdout.readline()
        if not line.endswith(b"\n"):
            self.kill()
            return False
        answer = json.loads(line)
        if answer["error"] is None:
            return True
        if answer["input"]:
            raise InputError(*answer["input"])
        raise RuntimeError(f"{chunk}: {answer['error']}")

    def close(self) -> None:
        """Let it end."""
        assert self._popen.stdin is not None
        self._popen.stdin.close()
        self._popen.wait()

    def kill(self) -> None:
        """End it at once."""
        self._popen.kill()
        self._popen.wait()

    def _send(self, data: bytes) -> bool:
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(data)
            self._popen.stdin.flush()
        except OSError:
            return False
        return True


def serve() -> None:
    """What a worker process does: read the task, then make and write one chunk for each line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # nothing printed by a library may get between the answers
    source = sys.stdin.buffer
    task, folder, plan_hash = pickle.loads(source.read(int.from_bytes(source.read(8), "little")))
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        for line in source:
            lines.put(line)
        os._exit(0)  # the parent closed the pipe or is no more

    threading.Thread(target=listen, daemon=True).start()
    memory.keep()
    settled = False
    while True:
        chunk = Chunk(*json.loads(lines.get()))
        answer: dict[str, Any] = {"error": None, "input": None}
        try:
            values = task(chunk.lo, chunk.hi)
            with chunks.disk(Path(folder).parent):
                chunks.write(chunks.file_of(Path(folder), chunk), plan_hash, chunk, values)
        except InputError as error:
            fields = [error.where, error.field, error.value, error.expected]
            answer = {"error": str(error), "input": [str(field) for field in fields]}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}", "input": None}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        if not settled:
            gc.freeze()  # all is loaded now, and stays: no need to look through it again
            settled = True


if __name__ == "__main__":
    serve()
