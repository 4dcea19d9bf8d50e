"""What differs between two scenarios, member by member on common draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sojourn.inference import ensemble
from sojourn.inference.result import Difference, Result
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.inputs.series import QUANTILES

if TYPE_CHECKING:
    from sojourn.inference.watch import Progress

SAME = ("seed", "members", "from", "until", "periods", "data_hash", "code_hash")
"""What two runs must have in common for their members to pair."""


def compare(
    a: Scenario | str | Path,
    b: Scenario | str | Path,
    *,
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
) -> Result:
    """Paired differences B minus A on common draws; arguments as of `ensemble.run`.

    `changes` are made to both. `questions.explain` tells which changes cause the difference.
    Raises InputError for wrong input.
    """
    texts = tuple(changes)
    ran = [
        ensemble.run(
            scenario, members=members, seed=seed, start=start, until=until, workers=workers,
            series=series, by=by, quantiles=quantiles, fiscal=fiscal, changes=texts,
            cluster=cluster, progress=progress,
        )
        for scenario in (a, b)
    ]  # fmt: skip
    return paired(ran[0], ran[1])


def paired(a: Result, b: Result) -> Result:
    """B minus A, member by member: mean and quantiles of the differences, no observed values.

    Raises InputError when the runs differ in seed, members, months, rows, data or code.
    """
    for key in SAME:
        if a.record[key] != b.record[key]:
            raise InputError("compare", key, b.record[key], f"{a.record[key]}, as in the first run")
    if a.rows != b.rows or a.periods != b.periods:
        raise InputError("compare", "rows", b.name, f"the same series and periods as {a.name}")
    members = Difference(a.members, b.members)
    record = {
        "a": a.record,
        "b": b.record,
        "value": "b minus a, paired by member",
        "command": _command(a, b),
    }
    summary = a.summary.again(members, a.summary.quantiles, width=2)
    return Result(
        f"{b.name} - {a.name}", a.rows, a.shown, a.periods, summary, members, record,
        with_observed=False,
    )  # fmt: skip


def _command(a: Result, b: Result) -> str:
    """The command line that makes the comparison again, where both are named scenarios."""
    tail = str(a.record["command"]).split(" --members ", 1)[1]
    return f"sojourn compare {a.name} {b.name} --members {tail}"
