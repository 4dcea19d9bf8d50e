"""Chunks made on a dask.distributed cluster: the same task, the same bytes.

The scheduler hands out chunks, so a worker that dies only costs the chunks it held. A scheduler
that dies is waited for: what had not come back is sent again. Workers must hold the same code and
data; one that does not is refused rather than mixed in.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import record
from sojourn.inference.chunks import Store
from sojourn.inference.plan import Chunk
from sojourn.inference.watch import Stopped, Watch
from sojourn.inference.workers import TICK, Task
from sojourn.inputs.errors import InputError

log = logging.getLogger("sojourn.ensemble")

CONNECT = 10.0
"""Seconds to wait for the scheduler at the start."""

PATIENCE = 120.0
"""Seconds to wait for a scheduler that was lost, or for a first worker."""

RETRIES = 3


def versions() -> dict[str, str]:
    """What client and workers must have in common for equal bytes."""
    return {
        "code": record.code_hash(),
        "data": record.data_hash(),
        "numpy": record.versions()["numpy"],
    }


def make(task: Task, expected: Mapping[str, str], chunk: Chunk) -> NDArray[np.float32]:
    """Run on a worker: the chunk's values. Raises InputError when code or data differ."""
    own = versions()
    for key, value in expected.items():
        if own[key] != value:
            raise InputError("cluster worker", key, own[key], f"{value}, as the client has")
    return task(chunk.lo, chunk.hi)


def run(task: Task, store: Store, address: str, watch: Watch) -> None:
    """Make the missing chunks on the cluster at `address`, no more in flight than it can work on.

    Raises InputError when dask is not installed, nobody answers or a worker differs; Stopped from
    the watch, or when a lost scheduler does not come back. Finished chunks stay.
    """
    client = _connect(address, CONNECT)
    lost = 0
    try:
        while True:
            try:
                _drain(client, task, store, watch)
                return
            except (Stopped, InputError):
                raise
            except Exception as error:
                if not _is_loss(error):
                    raise
                lost += 1
                if lost > RETRIES:
                    raise _gone(f"the scheduler was lost {lost} times", watch) from error
                log.warning("lost the scheduler at %s (%s); waiting for it", address, error)
                _close(client)
                client = _again(address, watch)
    finally:
        _close(client)


def _drain(client: Any, task: Task, store: Store, watch: Watch) -> None:
    """Submit the missing chunks and store them as they come back."""
    from distributed import TimeoutError as DaskTimeout
    from distributed import wait

    expected = versions()
    todo = store.missing()
    flying: dict[Any, tuple[Chunk, float]] = {}
    last = time.monotonic()
    while todo or flying:
        threads = sum(client.nthreads().values())
        if not threads and time.monotonic() - last > PATIENCE:
            raise _gone(f"no worker on the cluster for {PATIENCE:g} s", watch)
        while todo and len(flying) < 2 * max(1, threads):
            chunk = todo.pop(0)
            future = client.submit(make, task, expected, chunk, retries=RETRIES, pure=False)
            flying[future] = (chunk, time.monotonic())
        try:
            with client.as_current():
                done = wait(list(flying), timeout=TICK, return_when="FIRST_COMPLETED").done
        except (TimeoutError, DaskTimeout):
            done = set()
        for future in done:
            values = _result(future)
            chunk, began = flying.pop(future)
            store.put(chunk, values)
            watch.add(chunk.size)
            last = time.monotonic()
            log.info("%s done on the cluster in %.2f s", chunk, last - began)
        watch.look()


def _result(future: Any) -> NDArray[np.float32]:
    """The chunk's values. Raises InputError where the cluster cannot load our code."""
    try:
        values: NDArray[np.float32] = future.result()
    except RuntimeError as error:
        if "deserialization" not in str(error):
            raise
        expected = "a scheduler and workers with the same sojourn installed as here"
        raise InputError("--cluster", "environment", str(error.__cause__), expected) from None
    return values


def _gone(reason: str, watch: Watch) -> Stopped:
    return Stopped(reason, watch.done, watch.total)


def _connect(address: str, patience: float) -> Any:
    try:
        from distributed import Client
    except ImportError:
        expected = "the cluster extra: pip install 'sojourn[cluster]'"
        raise InputError("--cluster", "package", "dask.distributed is missing", expected) from None
    try:
        try:
            return Client(address, timeout=patience, set_as_default=False)
        except AssertionError:
            # its thread did not begin within ten seconds: the machine is busy, so once more
            return Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TimeoutError):
        expected = "the address of a dask scheduler that answers, such as tcp://10.0.0.1:8786"
        raise InputError("--cluster", "address", address, expected) from None


def _again(address: str, watch: Watch) -> Any:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        watch.look()
        try:
            return _connect(address, 2.0)
        except InputError:
            time.sleep(0.2)
    raise _gone(f"the scheduler did not come back in {PATIENCE:g} s", watch)


def _is_loss(error: Exception) -> bool:
    """Whether the error says that the scheduler went away."""
    from concurrent.futures import CancelledError

    from distributed.client import FutureCancelledError, FuturesCancelledError
    from distributed.comm import CommClosedError

    kinds = (CancelledError, FutureCancelledError, FuturesCancelledError, CommClosedError)
    return isinstance(error, (*kinds, OSError, TimeoutError))


def _close(client: Any) -> None:
    try:
        client.close(timeout=1)
    except Exception as error:  # a lost scheduler cannot say goodbye
        log.debug("client closed with %s", error)
