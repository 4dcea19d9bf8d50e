"""Worker processes that stay give the bytes of threads, and outlive one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from sojourn.inference import ensemble, member
from sojourn.inference.pool import Pool
from sojourn.inputs.errors import InputError


@pytest.fixture(scope="module")
def pool():
    made = Pool(2)
    yield made
    made.close()


def plan(*changes: str, members: int = 50):
    return ensemble.planned(
        "baseline", members, until="2028-12", series=("rpd.pending", "cost"), changes=changes
    )


def test_processes_give_the_bytes_of_this_one(pool):
    asked = plan("rpd.capacity=60000@2026-01")
    here = member.Task(asked)(10, 40)
    assert pool.task(asked)(10, 40).tobytes() == here.tobytes()


def test_levers_one_after_another_do_not_mix(pool):
    # the second and third go on from what the first left
    for capacity in (40_000, 90_000, 40_000):
        asked = plan(f"rpd.capacity={capacity}@2026-03")
        whole = member.Model(asked).values(0, 25)
        assert pool.task(asked)(0, 25).tobytes() == whole.tobytes()


def test_a_process_that_is_killed_is_replaced(pool):
    asked = plan()
    before = pool.task(asked)(0, 20)
    for pid in list(pool._running._processes):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    np.testing.assert_array_equal(pool.task(asked)(0, 20), before)


def test_wrong_input_comes_back_as_such(pool):
    asked = plan("event.mexico_visa.airport=-1@2026-01", "event.mexico_visa=0@2026-01")
    with pytest.raises(InputError, match="factor"):
        pool.task(asked)(0, 20)


ORPHANS = """
import os, signal
from sojourn.inference import ensemble
from sojourn.inference.pool import Pool
if __name__ == "__main__":
    pool = Pool(1)
    pool.task(ensemble.planned("baseline", 20, until="2027-12", series=("claims",)))(0, 2)
    print(*pool._running._processes, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_processes_end_with_their_parent(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(ORPHANS)
    told = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120
    )
    pid = int(told.stdout)
    for _ in range(100):
        if not _alive(pid):
            return
        time.sleep(0.1)
    pytest.fail(f"process {pid} is left")


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
