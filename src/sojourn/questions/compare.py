"""What differs between two scenarios, member by member on common draws, and what causes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from math import factorial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import ensemble, reduce
from sojourn.inference.periods import Kind
from sojourn.inference.reduce import Members
from sojourn.inference.result import Result
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Change, Scenario
from sojourn.inputs.series import QUANTILES

if TYPE_CHECKING:
    import polars as pl

    from sojourn.inference.watch import Progress

EXACT = 4
"""Up to so many causes every order in which they can be added is averaged; beyond, two orders."""


@dataclass(frozen=True)
class Comparison:
    """`difference` is B minus A; `parts` are its causes, which add up to it member by member."""

    a: Result
    b: Result
    difference: Result
    parts: tuple[tuple[str, Result], ...]
    record: Mapping[str, Any]

    def table(self) -> pl.DataFrame:
        """The long table of B minus A: mean and quantiles of the paired differences.

        With causes, rows whose `item` is the cause; the means of the causes add up to that of the
        whole (quantiles do not add up).
        """
        import polars as pl

        frames = [self.difference.table()]
        for cause, part in self.parts:
            frame = part.table()
            joined = pl.concat_str([pl.col("item"), pl.lit(cause)], separator=" ")
            frames.append(frame.with_columns(item=joined.str.strip_chars()))
        return pl.concat(frames)

    def series(self, name: str, **dims: str) -> pl.DataFrame:
        """Rows of one series of the difference, as `Result.series`."""
        return self.difference.series(name, **dims)

    def over(self, kind: Kind, quantiles: Sequence[float] | None = None) -> Comparison:
        """The same by fiscal or calendar year: each member is gathered, then paired."""
        levels = self.difference.summary.quantiles if quantiles is None else quantiles
        a, b = self.a.over(kind, levels), self.b.over(kind, levels)
        whole = _combined(self.difference, [(1.0, b), (-1.0, a)], levels)
        # the parts keep their own runs, each of which is gathered alike
        parts = tuple((cause, _regathered(part, kind, levels)) for cause, part in self.parts)
        return replace(self, a=a, b=b, difference=whole, parts=parts)


@dataclass(frozen=True)
class Weighted:
    """Members that are weighted sums of the members of several runs, in double precision."""

    terms: tuple[tuple[float, Result], ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, periods, members."""
        return self.terms[0][1].members.shape

    def block(self, row: int, start: int, stop: int) -> NDArray[np.float64]:
        """Values [stop - start, members] of a row in some periods, members in order."""
        weight, first = self.terms[0]
        total = weight * first.members.block(row, start, stop).astype(np.float64)
        for weight, run in self.terms[1:]:
            total += weight * run.members.block(row, start, stop).astype(np.float64)
        return total


def compare(
    a: Scenario | str | Path,
    b: Scenario | str | Path,
    *,
    explain: bool = False,
    members: int = 200,
    seed: int = 0,
    start: str | int = ensemble.START,
    until: str | int = ensemble.UNTIL,
    workers: int | None = None,
    series: str | Sequence[str] | None = None,
    by: str | Sequence[str] = (),
    quantiles: Sequence[float] = QUANTILES,
    fiscal: bool = False,
    changes: Iterable[str] = (),
    cluster: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Paired differences B minus A on common draws; arguments as of `ensemble.run`.

    `changes` are made to both. explain: also split the difference into the parameters whose
    changes cause it (Shapley value: the mean over all orders in which up to 4 causes can be added;
    beyond that over the given order and its reverse), so that the causes add up to the whole.
    Raises InputError for wrong input.
    """
    texts = tuple(changes)
    first, second = (_changed(scenario, texts) for scenario in (a, b))

    def run(scenario: Scenario) -> Result:
        found = ensemble.run(
            scenario, members=members, seed=seed, start=start, until=until, workers=workers,
            series=series, by=by, quantiles=quantiles, fiscal=fiscal, cluster=cluster,
            progress=progress,
        )  # fmt: skip
        return replace(found, with_observed=False)

    run_a, run_b = run(first), run(second)
    levels = run_a.summary.quantiles
    name = f"{second.name} - {first.name}"
    named = replace(run_b, name=name)
    whole = _combined(named, [(1.0, run_b), (-1.0, run_a)], levels)
    parts: list[tuple[str, Result]] = []
    method = ""
    if explain:
        causes, mix = _between(first, second)
        method = "all orders" if len(causes) <= EXACT else "two orders"
        made: dict[frozenset[str], Result] = {frozenset(): run_a, frozenset(causes): run_b}
        for cause, terms in _attribution(causes):
            for members_in in terms:
                if members_in not in made:
                    made[members_in] = run(mix(members_in))
            weighted = [(weight, made[key]) for key, weight in terms.items()]
            parts.append((cause, _combined(named, weighted, levels)))
    record = {
        "a": run_a.record,
        "b": run_b.record,
        "value": "b minus a, paired by member",
        **({"explained": method, "causes": [cause for cause, _ in parts]} if explain else {}),
        "command": _command(first, second, run_b.record, explain),
    }
    return Comparison(run_a, run_b, whole, tuple(parts), record)


def _changed(scenario: Scenario | str | Path, texts: tuple[str, ...]) -> Scenario:
    chosen = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    return chosen.with_changes(texts, where="changes") if texts else chosen


def _combined(
    like: Result, terms: Sequence[tuple[float, Result]], levels: Sequence[float]
) -> Result:
    members: Members = Weighted(tuple(terms))
    first = terms[0][1]
    return replace(
        like, rows=first.rows, shown=first.shown, periods=first.periods, members=members,
        summary=reduce.summarise(members, levels), with_observed=False,
    )  # fmt: skip


def _regathered(part: Result, kind: Kind, levels: Sequence[float]) -> Result:
    assert isinstance(part.members, Weighted)
    terms = [(weight, run.over(kind, levels)) for weight, run in part.members.terms]
    return _combined(part, terms, levels)


def _between(
    a: Scenario, b: Scenario
) -> tuple[tuple[str, ...], Callable[[frozenset[str]], Scenario]]:
    """Parameters whose changes differ, and the scenario that has B's changes of some of them."""
    names = dict.fromkeys(c.parameter for c in (*b.changes, *a.changes))
    causes = tuple(n for n in names if _of(a, n) != _of(b, n))
    if not causes:
        raise InputError("compare", "B", b.name, f"a scenario whose changes differ from {a.name}")

    def mix(taken: frozenset[str]) -> Scenario:
        of_a = tuple(c for c in a.changes if c.parameter not in taken)
        of_b = tuple(c for c in b.changes if c.parameter in taken)
        return replace(a, name=f"{a.name} with {len(taken)} causes", changes=of_a + of_b)

    return causes, mix


def _of(scenario: Scenario, name: str) -> list[Change]:
    return [change for change in scenario.changes if change.parameter == name]


def _attribution(
    causes: Sequence[str],
) -> list[tuple[str, dict[frozenset[str], float]]]:
    """Weight of each run (a set of causes in force) in each cause's part."""
    found: list[tuple[str, dict[frozenset[str], float]]] = []
    for cause in causes:
        steps: dict[frozenset[str], float] = {}
        for before, share in _before(cause, causes):
            for key, sign in ((before | {cause}, 1.0), (before, -1.0)):
                steps[key] = steps.get(key, 0.0) + sign * share
        found.append((cause, steps))
    return found


def _before(cause: str, causes: Sequence[str]) -> list[tuple[frozenset[str], float]]:
    """Sets of causes that are in force before this one is added, with the share of such orders."""
    others = [c for c in causes if c != cause]
    n = len(causes)
    if n <= EXACT:
        sets = chain.from_iterable(combinations(others, k) for k in range(n))
        total = factorial(n)
        return [(frozenset(s), factorial(len(s)) * factorial(n - 1 - len(s)) / total) for s in sets]
    at = list(causes).index(cause)
    return [(frozenset(causes[:at]), 0.5), (frozenset(causes[at + 1 :]), 0.5)]


def _command(a: Scenario, b: Scenario, record: Mapping[str, Any], explain: bool) -> str:
    words = ["sojourn", "compare", a.name, b.name, *(["--explain"] if explain else [])]
    tail = str(record["command"]).split(" --members ", 1)[1]
    return " ".join([*words, "--members", tail])
