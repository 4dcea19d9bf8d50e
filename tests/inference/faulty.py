"""A run in a process of its own, for tests that kill it: `python -m faulty ...`.

Arguments: folder, mode (threads, processes, cluster), address of the cluster. The task is noise
that depends on the member alone, with a pause, so that a signal finds the run in the middle.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import cluster, draws, ensemble
from sojourn.inference.plan import Plan
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario

BASE = Scenario("made_up", "A", "B", "", "", "none", "", ())
MEMBERS = 1500
PAUSE = 0.3
"""Seconds a chunk."""


def plan(seed: int = 0, members: int = MEMBERS) -> Plan:
    return ensemble.planned(BASE, members, seed, until="2015-12", series="claims,rpd.pending")


class Noise:
    """Values from the stream of the member's number."""

    def __init__(self, plan: Plan, pause: float = 0.0) -> None:
        self.plan, self.pause = plan, pause

    def __call__(self, lo: int, hi: int) -> NDArray[np.float32]:
        time.sleep(self.pause * (hi - lo) / 256)
        rows, periods, _ = self.plan.shape
        names = [f"noise/{i}" for i in range(rows * periods)]
        values = draws.matrix(self.plan.seed, names, range(lo, hi))
        return values.reshape(rows, periods, hi - lo).astype(np.float32)


class Foreign(Noise):
    """A task that finds itself among other code than its client's."""

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        cluster.record.code_hash = lambda: "f" * 64  # type: ignore[assignment]


def undisturbed(seed: int = 0, members: int = MEMBERS) -> ensemble.Result:
    work = plan(seed, members)
    return ensemble.execute(work, task=Noise(work), count=1)


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    work = plan()
    # the task has to be known under its own module, not as __main__
    import faulty

    try:
        ensemble.execute(
            work,
            task=faulty.Noise(work, PAUSE),
            out=folder,
            count=2,
            processes=mode == "processes",
            cluster=sys.argv[3] if mode == "cluster" else None,
        )
    except InputError as error:
        sys.exit(f"refused: {error}")


if __name__ == "__main__":
    main()
