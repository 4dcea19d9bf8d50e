"""Why two scenarios differ: the difference split into the changes that cause it.

Two splits, both adding up to the whole: one change at a time in order of date, and the Shapley
value (Shapley 1953), the mean over all orders, which does not depend on any. A change is everything
that the scenarios say differently about one parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial
from pathlib import Path

from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Change, Scenario

SERIES = ("cost", "rpd.pending", "rpd.wait_finalised")
MOST = 6
"""Changes of a Shapley split: 2 ** 6 scenarios are run."""

Outcome = Mapping[tuple[str, str], float]
"""Mean outcome by (series, year)."""


@dataclass(frozen=True)
class Part:
    """What one change contributes to B minus A for a series in a year."""

    series: str
    year: str
    change: str
    in_order: float
    shapley: float
    difference: float
    unit: str


def explain(
    a: Scenario | str | Path,
    b: Scenario | str | Path,
    *,
    series: Sequence[str] = SERIES,
    start: str | int = "2026-01",
    until: str | int = "2030-12",
    members: int = 64,
    seed: int = 0,
    workers: int | None = None,
) -> tuple[Part, ...]:
    """Split the mean difference B minus A, year by year, over the changes between them.

    Means are over `members` on common draws. Raises InputError when the scenarios do not differ or
    differ in more than six parameters.
    """
    first = a if isinstance(a, Scenario) else Scenario.load(a)
    second = b if isinstance(b, Scenario) else Scenario.load(b)
    names = differing(first, second)

    def outcome(chosen: frozenset[str]) -> Outcome:
        return _outcome(mixed(first, second, chosen), series, start, until, members, seed, workers)

    from sojourn.inputs import series as declared

    parts = []
    for key, (ordered, shapley, whole) in split(names, outcome).items():
        for name in names:
            parts.append(
                Part(*key, name, ordered[name], shapley[name], whole, declared.get(key[0]).unit)
            )
    return tuple(parts)


def differing(a: Scenario, b: Scenario) -> tuple[str, ...]:
    """Parameters that the scenarios treat differently, by the month of their first change.

    Raises InputError for none or more than six.
    """
    mine, other = _by_parameter(a), _by_parameter(b)
    names = [name for name in {**mine, **other} if mine.get(name) != other.get(name)]
    if not names:
        raise InputError("compare", "scenarios", (a.name, b.name), "two scenarios that differ")
    if len(names) > MOST:
        raise InputError("--explain", "changes", len(names), f"at most {MOST} changed parameters")

    def order(name: str) -> tuple[int, str]:
        both = (*mine.get(name, ()), *other.get(name, ()))
        return min(change.month for change in both), name

    return tuple(sorted(names, key=order))


def _by_parameter(scenario: Scenario) -> dict[str, tuple[Change, ...]]:
    found: dict[str, tuple[Change, ...]] = {}
    for change in scenario.changes:
        found[change.parameter] = (*found.get(change.parameter, ()), change)
    return found


def mixed(a: Scenario, b: Scenario, chosen: frozenset[str]) -> Scenario:
    """Scenario A with what B says about the chosen parameters."""
    kept = tuple(change for change in a.changes if change.parameter not in chosen)
    taken = tuple(change for change in b.changes if change.parameter in chosen)
    return replace(a, name=f"{a.name}+{b.name}", changes=kept + taken)


def split(
    names: Sequence[str], outcome: Callable[[frozenset[str]], Outcome]
) -> dict[tuple[str, str], tuple[dict[str, float], dict[str, float], float]]:
    """In-order parts, Shapley parts and the whole difference, for each key of the outcome.

    outcome: results with a set of the changes made; it is asked once for every set.
    """
    n = len(names)
    results = {
        frozenset(chosen): outcome(frozenset(chosen))
        for size in range(n + 1)
        for chosen in combinations(names, size)
    }
    nothing, everything = results[frozenset()], results[frozenset(names)]
    found = {}
    for key in nothing:
        ordered = {}
        for i, name in enumerate(names):
            before, after = frozenset(names[:i]), frozenset(names[: i + 1])
            ordered[name] = results[after][key] - results[before][key]
        shapley = dict.fromkeys(names, 0.0)
        for chosen, result in results.items():
            for name in names:
                if name in chosen:
                    continue
                size = len(chosen)
                weight = factorial(size) * factorial(n - size - 1) / factorial(n)
                shapley[name] += weight * (results[chosen | {name}][key] - result[key])
        found[key] = (ordered, shapley, everything[key] - nothing[key])
    return found


def _outcome(
    scenario: Scenario,
    series: Sequence[str],
    start: str | int,
    until: str | int,
    members: int,
    seed: int,
    workers: int | None,
) -> Outcome:
    from sojourn.inference import ensemble

    result = ensemble.run(
        scenario, members=members, seed=seed, start=start, until=until, workers=workers,
        series=tuple(series), quantiles=(0.5,),
    ).over("year", (0.5,))  # fmt: skip
    found = {}
    for row in result.table().iter_rows(named=True):
        total = not any(row[d] for d in ("mode", "province", "nationality", "stage", "payer"))
        if row["output_type"] == "mean" and total and not row["item"]:
            found[row["series"], str(row["date"])[:4]] = float(row["value"])
    if not found:
        raise InputError("--explain", "months", (_text(start), _text(until)), "a whole year")
    return found


def _text(month: str | int) -> str:
    return month if isinstance(month, str) else months.text(month)
