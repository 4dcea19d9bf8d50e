"""What a result came from: versions, data, code, scenario, seed and the command for it."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from sojourn.inference import outputs
from sojourn.inputs import months, scenario
from sojourn.inputs.content import code_hash, data_hash
from sojourn.inputs.series import QUANTILES

if TYPE_CHECKING:
    from sojourn.inference.plan import Plan

PACKAGES = ("sojourn", "numpy", "numba", "polars", "scipy")


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of Python, of Sojourn and of the packages that a number depends on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        found[name] = metadata.version(name)
    return found


def of(plan: Plan, quantiles: tuple[float, ...], known: Iterable[str]) -> dict[str, Any]:
    """The run record: nothing in it depends on when, where or with how many workers it was made.

    `known` are the series shown when none is asked for.
    """
    return {
        "scenario": plan.scenario.name,
        "title": plan.scenario.title,
        "title_fr": plan.scenario.title_fr,
        "reference": plan.scenario.reference,
        "scenario_hash": plan.scenario.hash,
        "changes": [change.text() for change in plan.scenario.changes],
        "data_hash": data_hash(),
        "code_hash": code_hash(),
        "run_hash": plan.hash,
        "seed": plan.seed,
        "members": plan.members,
        "from": months.text(plan.periods.first),
        "until": months.text(plan.periods.last),
        "periods": plan.periods.kind,
        "versions": versions(),
        "command": command(plan, quantiles, known),
    }


def command(plan: Plan, quantiles: tuple[float, ...], known: Iterable[str]) -> str:
    """The command line that makes the result again; what it leaves out is the default."""
    shipped = plan.scenario.name in scenario.names()
    own = plan.scenario.changes
    name = plan.scenario.name if shipped else scenario.DEFAULT
    base = scenario.Scenario.load(name).changes
    words = ["sojourn", "run", name]
    if own[: len(base)] == base:
        own = own[len(base) :]
    words += [f"--set {change.text()}" for change in own]
    words += [f"--members {plan.members}", f"--seed {plan.seed}"]
    shown = plan.rows[: plan.shown]
    names = list(dict.fromkeys(row.series for row in shown))
    if names != list(known):
        words.append(f"--series {','.join(names)}")
    split = [row.cell for row in shown if tuple(row.cell) != outputs.ALWAYS.get(row.series, ())]
    by = dict.fromkeys(dim for cell in split for dim in cell)
    if by:
        words.append(f"--by {','.join(by)}")
    first, last = plan.periods.first, plan.periods.last
    if plan.periods.kind != "month" or first != months.FIRST:
        words.append(f"--from {months.text(first)}")
    if plan.periods.kind != "month" or last != months.LAST:
        words.append(f"--until {months.text(last)}")
    if quantiles != QUANTILES:
        words.append("--quantiles " + ",".join(f"{q:g}" for q in quantiles))
    if plan.periods.kind == "fiscal":
        words.append("--fiscal")
    return " ".join(words)


__all__ = ["code_hash", "command", "data_hash", "of", "versions"]
