"""Synthetic journeys of single claims, drawn so that they agree with a cohort run.

They are draws, not records of anyone. Draws are keyed by person, stage, visit and purpose, so the
same person has the same luck in two scenarios and differs only where policy does (given the same
arrivals: another intake places people in other months).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sojourn.costs import programmes
from sojourn.costs.pricing import Prices, at_entry, edge_cost, stay_cost
from sojourn.costs.programmes import Programme
from sojourn.costs.quantities import BORDER_MODES
from sojourn.flow import arrivals, profiles
from sojourn.flow.groups import MODE_OF, NATIONALITY_OF
from sojourn.flow.simulate import Flows, simulate
from sojourn.inference import draws
from sojourn.inputs import months
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Paths
from sojourn.inputs.scenario import Scenario
from sojourn.questions import chances

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST = 5_000_000
MOST_ROUNDS = 60
WAITING = "waiting"
"""Outcome of a visit that has not ended at the end of the run."""


@dataclass(frozen=True)
class Journeys:
    """Visits of persons 0 to n-1, in order of person and time.

    person, stage, edge (-1: still waiting), start, end (month index; one past the last when still
    waiting) [v]; cost [v] CAD of the stay and of the edge; entry, group [n]; arrival [n] CAD on
    arrival; weight: claims of the run that each person stands for.
    """

    flows: Flows
    person: Ints
    stage: Ints
    edge: Ints
    start: Ints
    end: Ints
    cost: Floats
    entry: Ints
    group: Ints
    arrival: Floats
    weight: float

    @property
    def n(self) -> int:
        """Number of persons."""
        return self.entry.size

    def total_cost(self) -> Floats:
        """CAD of each person's whole journey, as far as it goes, [n]."""
        return np.asarray(self.arrival + np.bincount(self.person, self.cost, self.n), np.float64)

    def total_months(self) -> Floats:
        """Months from the claim to the last edge taken, NaN while still waiting, [n]."""
        last = self._last()
        done = (self.edge[last] >= 0) & (self.flows.network.edge_to[self.edge[last]] < 0)
        found = np.full(self.n, np.nan)
        who = self.person[last]
        found[who[done]] = (self.end[last] - self.entry[who])[done].astype(np.float64)
        return found

    def outcome(self) -> list[str]:
        """Name of each person's last edge, or `waiting` with the stage, [n]."""
        names = [edge.name for edge in self.flows.network.edges]
        stages = [stage.name for stage in self.flows.network.stages]
        last = self._last()
        to = self.flows.network.edge_to[self.edge[last]]
        # an edge of the last month into an earlier stage leads to a wait beyond the end
        waits = np.where(self.edge[last] < 0, self.stage[last], to)
        return [
            names[e] if s < 0 else f"{WAITING}: {stages[s]}"
            for e, s in zip(self.edge[last], waits, strict=True)
        ]

    def _last(self) -> Ints:
        return np.flatnonzero(np.append(self.person[1:] != self.person[:-1], True))

    def edge_counts(self) -> Floats:
        """Claims of the run that the sample says take each edge in each month, [E, T]."""
        span = self.flows.months.size
        went = self.edge >= 0
        flat = self.edge[went] * span + self.end[went]
        counts = np.bincount(flat, minlength=len(self.flows.network.edges) * span)
        return counts.reshape(-1, span).astype(np.float64) * self.weight

    def table(self) -> pl.DataFrame:
        """One row a visit: person, mode, nationality, stage, from, to, outcome, cost."""
        import polars as pl

        network, first = self.flows.network, int(self.flows.months[0])
        text = [months.text(first + t) for t in range(self.flows.months.size)] + [""]
        edges = [edge.name for edge in network.edges] + [WAITING]
        opening = np.append(True, self.person[1:] != self.person[:-1])
        group = self.group[self.person]
        return pl.DataFrame(
            {
                "person": self.person,
                "mode": np.array(list(MODES))[MODE_OF[group]],
                "nationality": np.array(list(NATIONALITIES))[NATIONALITY_OF[group]],
                "stage": np.array([stage.name for stage in network.stages])[self.stage],
                "from": np.array(text)[self.start],
                "to": np.array(text)[np.where(self.edge >= 0, self.end, len(text) - 1)],
                "outcome": np.array(edges)[self.edge],
                "cost": self.cost + np.where(opening, self.arrival[self.person], 0.0),
            }
        )


def journeys(
    scenario: Scenario | str | Path,
    *,
    n: int = 1000,
    mode: str | None = None,
    start: str | int = "2015-01",
    until: str | int = "2035-12",
    claimed_until: str | int | None = None,
    seed: int = 0,
    scope: str = "all",
    changes: Iterable[str] = (),
) -> Journeys:
    """A sample of n claims made from `start` to `claimed_until` and followed until `until`.

    The run is the scenario's at the central values. mode: only claims of this mode of entry.
    scope: costs as of `sojourn cost`, "pbo" or "all"; hotels and shelters, which are not known per
    claim, are in neither. Raises InputError for n outside 1 to 5,000,000, an unknown mode or scope,
    months out of order, or a mode and months without claims.
    """
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST:
        raise InputError("--n", "journeys", n, f"a whole number from 1 to {MOST:,}")
    if mode is not None and mode not in MODES:
        raise InputError("--mode", "mode", mode, nearest(mode, MODES))
    if scope not in programmes.SCOPES:
        raise InputError("--scope", "scope", scope, nearest(scope, programmes.SCOPES))
    chosen = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    texts = tuple(changes)
    chosen = chosen.with_changes(texts) if texts else chosen
    first, last = _month(start, "--from"), _month(until, "--until")
    claimed = last if claimed_until is None else _month(claimed_until, "--claimed-until")
    if not months.FIRST <= first <= claimed <= last <= months.HORIZON:
        spans = tuple(months.text(m) for m in (first, claimed, last))
        raise InputError("--from", "months", spans, "months in order, 2015-01 to 2060-12")
    paths = chosen.parameters().paths(months.span(months.FIRST, last))
    flows = simulate(paths, arrivals.intake(paths), profiles.shares(paths))
    window = (first - months.FIRST, claimed - months.FIRST + 1)
    return draw(flows, paths, n, seed, window, mode, scope)


def draw(
    flows: Flows,
    paths: Paths,
    n: int,
    seed: int,
    window: tuple[int, int],
    mode: str | None = None,
    scope: str = "all",
) -> Journeys:
    """Draw n journeys from a run; `window`: first month index of claims and one past the last."""
    entry, group, weight = _enter(flows, n, seed, window, mode)
    chance = chances.of(flows)
    visits = _follow(chance, entry, group, seed)
    person, stage, edge, start, end = (np.concatenate(part) for part in zip(*visits, strict=True))
    order = np.lexsort((start, person))
    person, stage, edge = person[order], stage[order], edge[order]
    start, end = start[order], end[order]
    prices = Prices(paths)
    lines = [line for line in programmes.find(scope=scope) if prices.known(line.case_unit)]
    cost = _costs(flows, prices, lines, entry, person, stage, edge, start, end)
    arrival = _on_arrival(flows, prices, lines, entry, group)
    return Journeys(flows, person, stage, edge, start, end, cost, entry, group, arrival, weight)


def _enter(
    flows: Flows, n: int, seed: int, window: tuple[int, int], mode: str | None
) -> tuple[Ints, Ints, float]:
    """Month and group of each person, drawn in proportion to the claims of the run."""
    claims = flows.rates.arrivals[0][window[0] : window[1]]
    if mode is not None:
        claims = claims * (list(MODES).index(mode) == MODE_OF)
    upto = np.cumsum(claims)
    if upto[-1] <= 0.0:
        raise InputError("--mode", "claims", mode, "a mode and months with claims")
    u = draws.uniform(seed, "journeys/claim", n)
    cell = np.minimum(np.searchsorted(upto, u * upto[-1], side="right"), upto.size - 1)
    month, group = np.divmod(cell, claims.shape[1])
    return month + window[0], group, float(upto[-1] / n)


def _follow(
    chance: chances.Chances, entry: Ints, group: Ints, seed: int
) -> list[tuple[Ints, Ints, Ints, Ints, Ints]]:
    """Visits as (person, stage, edge, start, end), stage by stage and round by round."""
    network, n = chance.network, entry.size
    n_months = chance.survival.shape[1]
    at = np.zeros(n, np.int64)
    since = entry.copy()
    times = np.zeros((len(network.stages), n), np.int64)
    visits = []
    for _ in range(MOST_ROUNDS):
        if np.all(at < 0):
            break
        for s, stage in enumerate(network.stages):
            here = np.flatnonzero(at == s)
            for visit in np.unique(times[s, here]).tolist():
                who = here[times[s, here] == visit]
                # claims sent back are not reached by notice
                told = s == network.stage_recall and visit == 0
                purposes = _PURPOSES if told else _PURPOSES[:-1]
                names = [f"journeys/{stage.name}/{visit}/{purpose}" for purpose in purposes]
                month, kind, edge_, *notice = draws.picked(seed, names, who, n)
                step = chance.leave(
                    s, since[who], group[who], month, kind, edge_,
                    (entry[who], notice[0]) if told else None,
                )  # fmt: skip
                gone = step.month < n_months
                edge = np.where(gone, step.edge, -1)
                visits.append((who, np.full(who.size, s), edge, since[who], step.month))
                to = np.where(edge >= 0, network.edge_to[edge], -1)
                # an earlier stage is entered in the next month, as in the kernel
                enters = step.month + (to < s)
                at[who] = np.where((to >= 0) & (enters < n_months), to, -1)
                since[who] = np.minimum(enters, n_months - 1)
            times[s, here] += 1
    return visits


_PURPOSES = ("month", "kind", "edge", "notice")


def _costs(
    flows: Flows, prices: Prices, lines: list[Programme], entry: Ints, person: Ints, stage: Ints,
    edge: Ints, start: Ints, end: Ints,
) -> Floats:  # fmt: skip
    """CAD of each visit: the stay and the edge, once for each different combination."""
    network, first = flows.network, int(flows.months[0])
    keys = np.stack([stage, edge, entry[person], start, end])
    span = np.int64(flows.months.size + 2)
    code = keys[0]
    for row, size in zip(keys[1:], (len(network.edges) + 1, span, span, span), strict=True):
        code = code * size + row + (row.min() < 0)
    _, pick, back = np.unique(code, return_index=True, return_inverse=True)
    s, e, month, begin, stop = keys[:, pick]
    claimed = (month + first).astype(np.float64)
    waited, length = (begin - month).astype(np.float64), (stop - begin).astype(np.float64)
    total = np.zeros(pick.size)
    for k, one in enumerate(network.stages):
        mine = np.flatnonzero(s == k)
        if not mine.size:
            continue
        args = (one.name, claimed[mine], waited[None, mine], length[None, mine])
        prices.living.clear()
        for line in lines:
            spent = stay_cost(line, prices, *args)
            if spent is not None:
                total[mine] += np.broadcast_to(spent, (1, mine.size))[0]
        for number in np.unique(e[mine]):
            if number < 0:
                continue
            taken = mine[e[mine] == number]
            when = (stop[taken] + first).astype(np.float64)[None]
            for line in lines:
                spent = edge_cost(line, prices, one.name, network.edges[number].name, when)
                if spent is not None:
                    total[taken] += spent[0]
    return total[back]


def _on_arrival(
    flows: Flows, prices: Prices, lines: list[Programme], entry: Ints, group: Ints
) -> Floats:
    """CAD of intake by mode of entry, [n]; hotels and shelters are not known per claim."""
    first, mode = int(flows.months[0]), MODE_OF[group]
    month = (entry + first).astype(np.float64)
    applies = {
        "claim": np.ones(entry.size),
        "claim_at_border": np.isin(mode, BORDER_MODES).astype(np.float64),
        "interception": (mode == list(MODES).index("between_ports")).astype(np.float64),
    }
    total = np.zeros(entry.size)
    for line in lines:
        if line.event in applies:
            total += applies[line.event] * at_entry(line, prices, month)[0]
    return total


def _month(month: str | int, where: str) -> int:
    return month if isinstance(month, int) else months.parse(month, where=where, field="month")
