"""The cost of people who arrive together, followed over every path to the end of their cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sojourn.costs.pricing import Prices, at_entry, edge_cost, needed, stay_cost
from sojourn.costs.programmes import Programme
from sojourn.flow import stages

Floats = NDArray[np.float64]

FIRST_STAGE = "eligibility"
ENDS: dict[str, str] = {
    "eligibility.returned": "returned_to_us",
    "eligibility.directed_back": "returned_to_us",
    "removal.removed": "removed",
    "removal.left": "left",
    "removal.regularised": "regularised",
    "removal.unlocated": "not_removed",
}
"""Edges that end a case, and the outcome."""

END_STAGES: dict[str, str] = {"pr": "protected", "stayed": "removal_stayed"}
"""Stages in which a case is at its end for the cost: protection, or a stay without a set end."""

OUTCOMES = ("protected", "returned_to_us", "removed", "left", "regularised", "removal_stayed",
            "not_removed", "open")  # fmt: skip
"""How a case ends; `open`: sent back more often than is followed, and nothing else was possible."""

NEGLIGIBLE = 1e-9
"""A way taken by fewer than this share is closed, and the others take its part."""

MOST_VISITS = 2
"""A stage is passed at most twice: claims sent back are decided again, and then for good."""


@dataclass(frozen=True)
class Way:
    """One way out of a stage: share [G, M, A] of those in it, months [M, A] they were there."""

    edge: str
    share: Floats
    months: Floats


class Course(Protocol):
    """How a cohort moves: months of entry, persons, and the ways out of each stage.

    entry [A] months; persons [A]; weight [G, A] the make-up of each month's persons (adds to 1);
    at_border, between [G]: share of claims made at the border, between ports of entry; per_claim:
    quantity of an event for each claim on arrival.
    """

    @property
    def entry(self) -> Floats: ...
    @property
    def persons(self) -> Floats: ...
    @property
    def weight(self) -> Floats: ...
    @property
    def at_border(self) -> Floats: ...
    @property
    def between(self) -> Floats: ...
    @property
    def per_claim(self) -> Mapping[str, Floats]: ...

    def ways(self, stage: str, start: Floats) -> list[Way]:
        """Ways out of a stage entered `start` [M, A] months after the claim; shares add to 1.

        Ways that take equally long hold the same array of months.
        """
        ...


@dataclass(frozen=True)
class Path:
    """One path: its edges in order, outcome, share [M, A], months [M, A], CAD by line [L, M, A]."""

    edges: tuple[str, ...]
    outcome: str
    share: Floats
    months: Floats
    cost: Floats


def follow(
    course: Course,
    prices: Prices,
    lines: tuple[Programme, ...],
    longer: Mapping[str, float] | None = None,
) -> list[Path]:
    """Every path of the cohort with its share and cost; the shares of each month add to 1.

    longer: months added to every stay in a stage, for the question what waiting costs.
    Lines of which a price is not known at the day of the view are left at nothing: the caller
    says so (`unpriced`).
    """
    to = {edge.name: edge.to for edge in stages.load().edges}
    left_out = unpriced(prices, lines, course.per_claim)
    priced = [(row, line) for row, line in enumerate(lines) if line not in left_out]
    on_arrival = [(row, line, at_entry(line, prices, course.entry)) for row, line in priced]
    size = (len(lines), prices.members, course.entry.size)
    added = longer or {}
    found: list[Path] = []

    def stay(stage: str, start: Floats, months: Floats) -> Floats:
        spent = np.zeros(size)
        for row, line in priced:
            more = stay_cost(line, prices, stage, course.entry, start, months)
            if more is not None:
                spent[row] += more
        return spent

    def end(path: tuple[str, ...], outcome: str, share: Floats, at: Floats, cost: Floats) -> None:
        # what a claim costs on arrival depends on where it is made, so on who takes the path
        weighted = course.weight[:, None, :] * share
        of_path = weighted.sum(axis=0)
        if not np.any(of_path > 0.0):
            return
        safe = np.where(of_path > 0.0, of_path, 1.0)
        arrival = {
            **course.per_claim,
            "claim": np.ones(1),
            "claim_at_border": np.einsum("g,gma->ma", course.at_border, weighted) / safe,
            "interception": np.einsum("g,gma->ma", course.between, weighted) / safe,
        }
        for row, line, price in on_arrival:
            if line.event in arrival:
                cost[row] += price * arrival[line.event]
        found.append(Path(path, outcome, of_path, at, cost))

    def walk(
        stage: str, share: Floats, start: Floats, cost: Floats, edges: tuple[str, ...],
        visits: dict[str, int],
    ) -> None:  # fmt: skip
        visits = {**visits, stage: visits.get(stage, 0) + 1}
        ways = [
            way
            for way in course.ways(stage, start)
            if visits.get(to[way.edge], 0) < MOST_VISITS and np.any(way.share > NEGLIGIBLE)
        ]
        kept = np.sum([way.share for way in ways], axis=0) if ways else np.zeros_like(share)
        stuck = np.where(kept > 0.0, 0.0, share)
        if np.any(stuck > 0.0):
            end(edges, "open", stuck, start, cost.copy())
        safe = np.where(kept > 0.0, kept, 1.0)
        stays: dict[int, tuple[Floats, Floats]] = {}
        for way in ways:
            part = share * way.share / safe
            if not np.any(part > 0.0):
                continue
            if id(way.months) not in stays:
                months = way.months + added.get(stage, 0.0)
                stays[id(way.months)] = (months, cost + stay(stage, start, months))
            months, kept_cost = stays[id(way.months)]
            spent = kept_cost.copy()
            out = start + months
            for row, line in priced:
                more = edge_cost(line, prices, stage, way.edge, course.entry + out)
                if more is not None:
                    spent[row] += more
            done, target = (*edges, way.edge), to[way.edge]
            outcome = ENDS.get(way.edge) or END_STAGES.get(target)
            if outcome is None:
                walk(target, part, out, spent, done, visits)
                continue
            if target in END_STAGES:
                spent += stay(target, out, course.ways(target, out)[0].months)
            end(done, outcome, part, out, spent)

    walk(
        FIRST_STAGE, np.ones((course.weight.shape[0], prices.members, course.entry.size)),
        np.zeros((prices.members, course.entry.size)), np.zeros(size), (), {},
    )  # fmt: skip
    return found


def unpriced(
    prices: Prices, lines: tuple[Programme, ...], per_claim: Mapping[str, Floats]
) -> tuple[Programme, ...]:
    """Lines of which a price or a clock was not yet published: not counted, which is not zero."""
    arrivals = ("hotel_nights", "shelter_nights")
    return tuple(
        line
        for line in lines
        if not prices.known(needed(line))
        or (line.event.startswith(arrivals) and line.event not in per_claim)
    )


@dataclass(frozen=True)
class Costing:
    """The cost of a cohort by member: each array [M], money CAD per person unless said otherwise.

    `lines` [L, M] per person of the cohort; `shares`, `costs` [P, M] of the paths; `waits` [P, M]
    months to the end; `by_path` [P, L, M] cost of a person on the path.
    """

    persons: float
    programmes: tuple[Programme, ...]
    paths: tuple[tuple[str, ...], ...]
    outcomes: tuple[str, ...]
    shares: Floats
    costs: Floats
    waits: Floats
    by_path: Floats
    lines: Floats
    mean: Floats

    def by(self, what: str) -> dict[str, Floats]:
        """CAD per person [M] by `payer`, `stage`, `programme` or `place`; the parts add up."""
        parts: dict[str, Floats] = {}
        for programme, row in zip(self.programmes, self.lines, strict=True):
            key = getattr(programme, what)
            parts[key] = parts.get(key, np.zeros_like(row)) + row
        return parts

    def by_outcome(self) -> dict[str, Floats]:
        """Persons [M] by outcome; they add up to the cohort."""
        parts = {name: np.zeros(self.mean.size) for name in OUTCOMES}
        for outcome, share in zip(self.outcomes, self.shares, strict=True):
            parts[outcome] = parts[outcome] + self.persons * share
        return {name: value for name, value in parts.items() if value.any()}

    def decided(self) -> Iterator[int]:
        """Paths that end in a decision on the merits: not withdrawn, returned or left midway."""
        for at, edges in enumerate(self.paths):
            if all(edge in _MERITS for edge in edges):
                yield at


_MERITS = {
    "eligibility.referred", "rpd.accepted", "rpd.rejected_appealed", "rpd.rejected_court",
    "rpd.rejected_final", "rad.substituted", "rad.referred_back", "rad.dismissed_court",
    "rad.dismissed_final", "court.returned", "court.dismissed", "removal.removed", "removal.prra",
    "prra_refused.accepted", "prra_refused.refused",
}  # fmt: skip


def cost(
    course: Course,
    prices: Prices,
    lines: tuple[Programme, ...],
    longer: Mapping[str, float] | None = None,
) -> Costing:
    """Cost of the cohort over all its paths; months of entry are weighted by their persons.

    longer: months added to every stay in a stage.
    """
    paths = follow(course, prices, lines, longer)
    total = float(course.persons.sum())
    part = course.persons / total
    shares = np.array([(path.share * part).sum(axis=1) for path in paths])
    safe = np.where(shares > 0.0, shares, 1.0)
    by_path = np.array(
        [(path.cost * path.share * part).sum(axis=2) / safe[k] for k, path in enumerate(paths)]
    )
    waits = np.array(
        [(path.months * path.share * part).sum(axis=1) / safe[k] for k, path in enumerate(paths)]
    )
    costs = by_path.sum(axis=1)
    by_line = (shares[:, None, :] * by_path).sum(axis=0)
    return Costing(
        round(total, 6), lines, tuple(path.edges for path in paths),
        tuple(path.outcome for path in paths), shares, costs, waits, by_path, by_line,
        (shares * costs).sum(axis=0),
    )  # fmt: skip
