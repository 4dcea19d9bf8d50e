"""The kernel against SimPy and Ciw: the same stages, the same claims, on a small slice.

The slice is one claim in `1 / SLICE` of the whole baseline (arrivals, start stocks and capacities
alike), so its queues have the length in months of the full system. SimPy runs every rule of the
kernel claim by claim; Ciw runs the same twelve nodes with their mean capacity, routing and
reneging, which is less work for it. Times of a full run follow from claims per second.

    python -m benchmarks member
"""

from __future__ import annotations

import bisect
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.rows import Row, best, lines_of
from sojourn.flow import arrivals, claim_parts, profiles, queue, rates, stages
from sojourn.flow import simulate as flow
from sojourn.flow.batch import Batch, Rates
from sojourn.flow.columns import BEFORE
from sojourn.flow.stages import Network
from sojourn.inference.plan import BATCH
from sojourn.inputs import months, parameters
from sojourn.inputs.parameters import Paths

SLICE = 0.002
REPEATS = 30


@dataclass(frozen=True)
class Timed:
    """One engine: claims run, seconds, claims a second, seconds of a full run, lines of code."""

    engine: str
    claims: float
    seconds: float
    full_run_seconds: float
    lines: int
    rpd_pending: float

    @property
    def per_second(self) -> float:
        return self.claims / self.seconds


SERIES = (
    "claims", "referred", "rpd.finalised", "rpd.pending", "rpd.wait_finalised", "rpd.wait_new",
    "rad.pending", "removals", "pr.admitted", "not_removed",
)  # fmt: skip


def inputs(last: int = months.LAST) -> tuple[Paths, arrivals.Intake, claim_parts.Shares]:
    """Parameters, intake and shares by law of the shipped baseline, 2015-01 to the month `last`."""
    paths = parameters.load().paths(months.span(months.FIRST, last))
    return paths, arrivals.intake(paths), profiles.shares(paths)


def members(count: int, last: int = months.LAST) -> Batch:
    """Members of the shipped baseline side by side, 2015-01 to the month `last`."""
    paths, _, _ = inputs(last)
    draw = np.random.default_rng(0)
    drawn = [paths.at(draw.random(len(paths.names))).value for _ in range(count)]
    several = replace(paths, value=np.stack(drawn, axis=1))
    shares = profiles.shares(several, profiles.plan(paths))
    law = claim_parts.of(shares)
    return rates.rates(stages.load(), several, arrivals.intake(several), law)


def baseline(last: int = months.LAST) -> tuple[Network, Rates]:
    """Network and rates of the shipped baseline, 2015-01 to the month `last`."""
    paths, intake, shares = inputs(last)
    one = replace(paths, value=paths.value[:, None])
    return stages.load(), rates.rates(
        stages.load(), one, intake.several(), claim_parts.of(shares)
    ).one(0)


def persons(made: Rates) -> float:
    """People who enter the system from outside or wait at the start."""
    return float(made.arrivals.sum() + made.start.sum())


def time_kernel(network: Network, made: Rates, side_by_side: int = BATCH) -> Timed:
    """The compiled kernel on the full system, warm: one run of so many made side by side."""
    several = members(side_by_side)
    seconds = best(lambda: queue.run_all(several), REPEATS) / side_by_side
    pending = queue.run(network, made).stock_total[network.stage("rpd")]
    return Timed("sojourn kernel", persons(made), seconds, seconds,
                 lines_of("src/sojourn/flow/kernel.py"), float(pending[-1]))  # fmt: skip


class Claims:
    """The stages claim by claim: a queue of claims in each, one process of decisions a month."""

    def __init__(self, env, network: Network, made: Rates, seed: int) -> None:
        self.env, self.net, self.made = env, network, made
        self.draw = np.random.default_rng(seed)
        self.queues: list[list] = [[] for _ in network.stages]
        self.count = 0
        self.spare = np.zeros(len(network.pools))

    def claim(self, stage: int, group: int, month: int):
        """Life of one claim: it waits in a stage until an event says where it goes."""
        while stage >= 0:
            leave = self.env.event()
            self.queues[stage].append((month, group, leave))
            edge = yield leave
            joins = self.net.edge_joins[edge]
            if joins >= 0 and self.draw.random() < self.made.joining[edge, int(self.env.now)]:
                self.env.process(self.claim(joins, group, int(self.env.now)))
            stage, month = self.net.edge_to[edge], int(self.env.now)

    def start(self, stage: int, group: int, expected: float, month: int) -> None:
        for _ in range(self.draw.poisson(expected * SLICE)):
            self.count += 1
            self.env.process(self.claim(stage, group, month))

    def leave(self, stage: int, kind: int, waiting: tuple) -> None:
        """Draw an edge by the shares of the claim's group."""
        lo, hi = self.net.stage_edges[stage]
        edges = [e for e in range(lo, hi) if self.net.edge_kind[e] == kind]
        t = int(self.env.now)
        month = waiting[0] if self.net.stage_by_entry[stage] and kind == 0 else t
        row = self.made.share_row[self.made.epoch[max(month, 0)]]
        share = np.cumsum([self.made.share[row[e], waiting[1]] for e in edges])
        waiting[2].succeed(edges[int(np.searchsorted(share, self.draw.random() * share[-1]))])

    def months(self):
        """Every month, stage by stage: arrivals, exits, notices, decisions."""
        made, net = self.made, self.net
        for s in range(len(net.stages)):
            waiting = made.start[s]
            for b, g in np.argwhere(waiting > 0):
                self.start(s, int(g), waiting[b, g], int(b) - BEFORE)
        for t in range(made.epoch.size):
            for g in np.flatnonzero(made.arrivals[0, t] > 0):
                self.start(0, int(g), made.arrivals[0, t, g], t)
            whole = made.pool_capacity[:, t] * SLICE
            self.spare = np.floor(whole + self.draw.random(whole.size))
            for s in range(len(net.stages)):
                # events of earlier stages are handled before this stage decides
                yield self.env.timeout(0)
                self.stage(s, t)
            yield self.env.timeout(t + 1 - self.env.now)

    def stage(self, s: int, t: int) -> None:
        # a queue is in order of entry, so nobody is looked at who does not leave
        made, line, draw = self.made, self.queues[s], self.draw
        for _ in range(int(draw.binomial(len(line), made.hazard[s, t]))):
            self.leave(s, 1, line.pop(int(draw.integers(len(line)))))
        if s == self.net.stage_recall and made.recall_pace[t] > 0.0:
            for waiting in [w for w in line if self.noticed(w, t)]:
                line.remove(waiting)
                self.leave(s, 2, waiting)
        pool = self.net.stage_pool[s]
        if pool < 0:
            return
        budget = int(min(self.spare[pool], math.ceil(self.spare[pool] * made.pool_part[s, t])))
        limit = t + 1 - made.lag[s, t] - draw.random()
        ready = bisect.bisect_left(line, limit, key=lambda w: w[0])
        for _ in range(min(budget, ready)):
            u = draw.random()
            if u < made.newest[s, t] and t - line[ready - 1][0] >= made.newest_age[s, t]:
                at = ready - 1
            elif u < made.newest[s, t] + made.at_random[s, t] or not self.net.stage_memory[s]:
                at = int(draw.integers(ready))
            else:
                at = 0
            self.leave(s, 0, line.pop(at))
            ready -= 1
            self.spare[pool] -= 1

    def noticed(self, waiting: tuple, t: int) -> bool:
        month, group = waiting[0], waiting[1]
        if month < 0 or self.made.recall_pace[t] == 0.0:
            return False
        q = self.made.recall_share[self.made.epoch[month], group]
        return self.draw.random() < q * self.made.recall_pace[t]


def time_simpy(network: Network, made: Rates, seed: int = 0) -> Timed:
    """SimPy on the slice, every rule of the kernel."""
    import simpy

    env = simpy.Environment()
    claims = Claims(env, network, made, seed)
    env.process(claims.months())
    start = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - start
    text = Path(__file__).read_text()
    own = text[text.index("class Claims") : text.index("def time_simpy")]
    lines = sum(1 for line in own.splitlines() if line.strip())
    pending = len(claims.queues[network.stage("rpd")]) / SLICE
    return Timed("SimPy", claims.count, seconds, seconds / claims.count * persons(made), lines,
                 pending)  # fmt: skip


def time_ciw(network: Network, made: Rates, seed: int = 0) -> Timed:
    """Ciw on the slice: the same nodes with mean capacity, routing and exits while waiting."""
    import ciw

    span = made.epoch.size
    nodes = len(network.stages)
    table = made.share[made.share_row].mean(axis=(0, 2))
    routing = np.zeros((nodes, nodes))
    leave = np.zeros(nodes)
    for e in range(len(network.edges)):
        s, to = network.edge_from[e], network.edge_to[e]
        if network.edge_kind[e] == 0 and to >= 0:
            routing[s, to] += table[e]
        if network.edge_kind[e] == 1:
            leave[s] = made.hazard[s].mean()
    routing /= np.maximum(routing.sum(axis=1, keepdims=True), 1.0)
    arrivals_by_node: list = [None] * nodes
    arrivals_by_node[0] = ciw.dists.Exponential(rate=made.arrivals.sum() / span * SLICE)
    service = []
    for s in range(nodes):
        pool = network.stage_pool[s]
        rate = made.pool_capacity[pool].mean() * made.pool_part[s].mean() if pool >= 0 else 0.0
        rate = rate if 0.0 < rate < 1e6 else made.arrivals.sum() / span
        service.append(ciw.dists.Deterministic(value=1.0 / (rate * SLICE)))
    start = time.perf_counter()
    ciw.seed(seed)
    simulation = ciw.Simulation(
        ciw.create_network(
            arrival_distributions=arrivals_by_node,
            service_distributions=service,
            number_of_servers=[1] * nodes,
            routing=[list(row) for row in routing],
            reneging_time_distributions=[
                ciw.dists.Exponential(rate=float(h)) if h > 0 else None for h in leave
            ],
        )
    )
    simulation.simulate_until_max_time(span)
    seconds = time.perf_counter() - start
    claims = simulation.nodes[0].number_of_individuals
    pending = simulation.nodes[1 + network.stage("rpd")].number_of_individuals / SLICE
    text = Path(__file__).read_text()
    own = text[text.index("def time_ciw") : text.index("def compare")]
    lines = sum(1 for line in own.splitlines() if line.strip())
    return Timed("Ciw", claims, seconds, seconds / claims * persons(made), lines, pending)


def compare() -> list[Timed]:
    """Kernel, SimPy and Ciw in one session."""
    network, made = baseline()
    return [time_kernel(network, made), time_simpy(network, made), time_ciw(network, made)]


def time_by_groups(counts: tuple[int, ...] = (23, 46, 91)) -> dict[int, float]:
    """Seconds of one run with some of the groups, the same number of people."""
    network, made = baseline()
    found = {}
    for n in counts:
        few = _with_groups(made, n)
        found[n] = best(lambda few=few: queue.run(network, few), REPEATS)
    return found


def _with_groups(made: Rates, n: int) -> Rates:
    scale = made.arrivals.sum() / made.arrivals[:, :, :n].sum()
    return replace(
        made,
        share=made.share[:, :n].copy(),
        recall_share=made.recall_share[:, :n].copy(),
        arrivals=made.arrivals[:, :, :n] * scale,
        waiting=made.waiting * scale,
        mix=made.mix[:, :n].copy(),
    )


def time_by_claims(factors: tuple[float, ...] = (0.01, 1.0, 100.0)) -> dict[float, float]:
    """Seconds of one run with that many times the claims and the capacity."""
    network, made = baseline()
    found = {}
    for k in factors:
        many = replace(
            made,
            arrivals=made.arrivals * k,
            waiting=made.waiting * k,
            pool_capacity=made.pool_capacity * k,
        )
        found[k] = best(lambda many=many: queue.run(network, many), REPEATS)
    return found


def time_by_months(years: tuple[int, ...] = (2020, 2025, 2035)) -> dict[int, float]:
    """Seconds of one run from 2015 to the end of each year, by number of months."""
    found = {}
    for year in years:
        several = members(BATCH, months.parse(f"{year}-12"))
        seconds = best(lambda many=several: queue.run_all(many), REPEATS)
        found[several.layout.epoch.size] = seconds / BATCH
    return found


def time_member() -> float:
    """Seconds of one run from parameters, with its rates, and the series that people ask for."""
    given = inputs()

    def member() -> None:
        run = flow.simulate(*given)
        for name in SERIES:
            run.series(name)

    return best(member, REPEATS)


def measure(quick: bool = False) -> list[Row]:
    """One run: its time, what the time depends on, and the same stages in SimPy and Ciw."""
    global SLICE
    if quick:
        SLICE = 0.0005
    network, made = baseline()
    kernel = "src/sojourn/flow/kernel.py"
    parts = ("batch", "claim_parts", "columns", "edge_shares", "queue", "rates", "simulate")
    floor = (kernel, *(f"src/sojourn/flow/{n}.py" for n in parts))
    ours, *rivals = compare()
    alone = time_kernel(network, made, 1)
    grouped = best(lambda: queue.run(network, made, keep=True), REPEATS)
    rows = [
        Row(f"One run in the kernel among {BATCH}, 252 months, 12 stages, 91 groups",
            1e3 * ours.seconds, "ms", 1.0, lines=ours.lines, note=f"{ours.claims:,.0f} people"),
        Row("One run in the kernel alone", 1e3 * alone.seconds, "ms", 1.0),
        Row("The same with every stock and flow kept by group", 1e3 * grouped, "ms"),
        Row(f"`simulate` and {len(SERIES)} series, from parameters", 1e3 * time_member(), "ms",
            3.0, lines=lines_of(*floor)),
    ]  # fmt: skip
    groups, spans, claims = time_by_groups(), time_by_months(), time_by_claims()
    rows += [Row(f"{n} groups", 1e3 * x, "ms") for n, x in groups.items()]
    first, *_, last = groups
    # the slope between few and all: what one group more costs
    each = (groups[last] - groups[first]) / (last - first)
    rows += [
        Row("One group more", 1e6 * each, "µs"),
        Row("91 groups over 46", groups[91] / groups[46], "times", 91 / 46, note="linear: 1.98"),
        *(Row(f"{n} months", 1e3 * x, "ms") for n, x in spans.items()),
        *(Row(f"{k:g} times the claims", 1e3 * x, "ms") for k, x in claims.items()),
        Row("100 times the claims over 1", claims[100.0] / claims[1.0], "times", 1.25),
    ]
    for rival, least in zip(rivals, (15_000.0, 50_000.0), strict=True):
        rows += [
            Row(f"{rival.engine}, claims a second", rival.per_second, "claims/s",
                lines=rival.lines, note=f"a slice of {rival.claims:,.0f} claims"),
            Row(f"{rival.engine}, time of the full run", rival.full_run_seconds, "s"),
            Row(f"Kernel over {rival.engine}, claims a second", ours.per_second / rival.per_second,
                "times", least, least=True),
        ]  # fmt: skip
    return rows


def main() -> None:
    """Print the comparison as a table."""
    rows = compare()
    kernel = rows[0]
    for row in rows:
        ratio = kernel.per_second / row.per_second
        print(
            f"{row.engine:16s} {row.claims:12,.0f} claims {row.seconds:9.4f} s"
            f" {row.per_second:16,.0f} claims/s  full run {row.full_run_seconds:10.4f} s"
            f"  kernel faster x {ratio:12,.0f}  RPD pending at the end {row.rpd_pending:9,.0f}"
            f"  {row.lines} lines"
        )
    print("seconds by groups", {k: round(v, 5) for k, v in time_by_groups().items()})
    print("seconds by claims", {k: round(v, 5) for k, v in time_by_claims().items()})


if __name__ == "__main__":
    main()
