"""The kernel against claim-by-claim simulation of the same stages with SimPy and Ciw.

The kernel moves expected numbers, so it must lie within three standard errors of the mean of many
independent runs of single claims. Cases are loaded enough that a queue never runs empty by chance
(there the mean of a random queue differs from the queue of the mean).
"""

from __future__ import annotations

import numpy as np
import pytest

from .queue_case import Case, build, run

MONTHS, INTAKE, ROUNDS = 48, 60, 30
CAPACITY = {"p": 40.0, "q": 8.0}
EXIT, REFUSED, BACK = 0.01, 0.4, 0.25


def kernel_case(order: str) -> Case:
    mix = {
        "oldest": {},
        "newest": {"newest": {"rpd": 0.5}, "newest_age": {"rpd": 3.0}},
        "random": {"at_random": {"rpd": 1.0}},
    }
    return run(
        build(
            [("rpd", True, "p"), ("rad", True, "q")],
            [
                ("rpd.accepted", "rpd", "out", "decision"),
                ("rpd.refused", "rpd", "rad", "decision"),
                ("rpd.left", "rpd", "out", "exit"),
                ("rad.back", "rad", "rpd", "decision"),
                ("rad.done", "rad", "out", "decision"),
            ],
            months=MONTHS, arrivals=float(INTAKE), capacity=CAPACITY, hazard={"rpd": EXIT},
            lag={"rpd": 2.0, "rad": 1.0},
            share={"rpd.refused": REFUSED, "rpd.accepted": 1 - REFUSED, "rad.back": BACK,
                   "rad.done": 1 - BACK},
            **mix[order],
        )
    )  # fmt: skip


def by_claim(order: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """One run of single claims in SimPy: pending at month end [2, T], mean wait at the RPD [T]."""
    import simpy

    draw = np.random.default_rng(seed)
    env = simpy.Environment()
    rpd: list[int] = []
    rad: list[int] = []
    returning: list[int] = []
    pending = np.zeros((2, MONTHS))
    waits: list[list[int]] = [[] for _ in range(MONTHS)]

    def choose(queue: list[int], number: int, now: int, how: str) -> list[int]:
        ready = [m for m in queue if now - m >= (2 if queue is rpd else 1)]
        taken: list[int] = []
        if how == "newest":
            young = sorted((m for m in ready if now - m >= 3), reverse=True)[: number // 2]
            taken += young
            for m in young:
                ready.remove(m)
        if how == "random":
            draw.shuffle(ready)
        else:
            ready.sort()
        taken += ready[: number - len(taken)]
        return taken

    def board(env):
        while True:
            now = int(env.now)
            rpd.extend([now] * (draw.poisson(INTAKE) + len(returning)))
            returning.clear()
            for m in [m for m in rpd if draw.random() < EXIT]:
                rpd.remove(m)
                waits[now].append(now - m)
            for m in choose(rpd, int(CAPACITY["p"]), now, order):
                rpd.remove(m)
                waits[now].append(now - m)
                if draw.random() < REFUSED:
                    rad.append(now)
            for m in choose(rad, int(CAPACITY["q"]), now, "oldest"):
                rad.remove(m)
                if draw.random() < BACK:
                    returning.append(now)
            pending[:, now] = len(rpd) + len(returning), len(rad)
            yield env.timeout(1)

    env.process(board(env))
    env.run(until=MONTHS)
    return pending, np.array([np.mean(w) if w else 0.0 for w in waits])


@pytest.mark.parametrize("order", ["oldest", "newest", "random"])
def test_kernel_is_the_mean_of_simpy_claim_by_claim(order):
    case = kernel_case(order)
    runs = [by_claim(order, seed) for seed in range(ROUNDS)]
    months = [11, 23, 35, 47]
    for row, stage in enumerate(("rpd", "rad")):
        seen = np.array([pending[row, months] for pending, _ in runs])
        error = seen.std(axis=0, ddof=1) / np.sqrt(ROUNDS)
        assert np.all(np.abs(seen.mean(axis=0) - case.total(stage)[months]) <= 3 * error), stage
    seen = np.array([wait[months] for _, wait in runs])
    error = seen.std(axis=0, ddof=1) / np.sqrt(ROUNDS)
    assert np.all(np.abs(seen.mean(axis=0) - case.mean_wait("rpd")[months]) <= 3 * error)


def test_kernel_is_the_mean_of_ciw_claim_by_claim():
    import ciw

    # one officer who decides at a constant pace, claims at random: a queue that grows
    months, intake, capacity = 60, 30.0, 20.0
    seen = []
    for seed in range(20):
        ciw.seed(seed)
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(rate=intake)],
            service_distributions=[ciw.dists.Deterministic(value=1 / capacity)],
            number_of_servers=[1],
        )
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(months)
        last_year = [r for r in simulation.get_all_records() if r.exit_date > months - 12]
        wait = np.mean([r.exit_date - r.arrival_date for r in last_year])
        seen.append((simulation.nodes[1].number_of_individuals, wait))
    mean, spread = np.mean(seen, axis=0), np.std(seen, axis=0, ddof=1) / np.sqrt(len(seen))
    case = run(
        build(
            [("a", True, "p")], [("a.done", "a", "out", "decision")], months=months,
            arrivals=intake, capacity={"p": capacity},
        )
    )  # fmt: skip
    assert abs(mean[0] - case.total("a")[-1]) <= 3 * spread[0]
    wait = case.waited[0, -12:].sum() / case.left[0, -12:].sum()
    assert abs(mean[1] - wait) <= 3 * spread[1]
