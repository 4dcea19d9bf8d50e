"""The ensemble: members of a scenario drawn, simulated, kept in chunks and summarised.

One member is one draw of every uncertain parameter and of the future intake; the draws depend on
seed, name and number of the member only (`draws`), so members of two scenarios of one seed pair.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import chunks, member, outputs, partitions, record, reduce
from sojourn.inference import periods as periods_of
from sojourn.inference import workers as local
from sojourn.inference.plan import Plan, Work
from sojourn.inference.result import WIDEST, Result
from sojourn.inference.watch import Progress, Watch
from sojourn.inputs import months
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.inputs.series import QUANTILES

IN_MEMORY = 192 * 2**20
"""Bytes of members held in memory; more go through chunk files in a temporary folder."""

PROCESSES_FROM = 2048
"""Members still to make from which processes are faster than threads (docs/scale.md)."""

FEWEST = 20
"""Members below which a stock that nobody counts would look like one number, and is not shown."""

START, UNTIL = months.text(months.FIRST), months.text(months.LAST)

By = str | Sequence[str]


def run(
    scenario: Scenario | str | Path,
    *,
    members: int = 200,
    seed: int = 0,
    start: str | int = START,
    until: str | int = UNTIL,
    workers: int | None = None,
    series: By | None = None,
    by: By = (),
    quantiles: Sequence[float] = QUANTILES,
    fiscal: bool = False,
    keep: Literal["members"] | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    changes: Iterable[str] = (),
    processes: bool | None = None,
    limit: float | None = None,
    stop: threading.Event | None = None,
) -> Result:
    """Run a scenario and summarise its members: mean and exact quantiles by series and month.

    scenario: a Scenario, the name of a shipped one, or a TOML path; `changes` are further ones,
    written name=value@YYYY-MM. start, until: months shown (the run itself begins in 2015-01).
    series: names (all by default); by: dimensions to split by; fiscal: fiscal years, not months.
    workers: how many (default: one a processor); processes: whether they are processes (default:
    from 2,048 members on) or threads; cluster: address of a dask scheduler instead. out: run
    folder, whose finished chunks a later start goes on from; keep="members" writes every member
    there too, as Parquet. progress is called a few times a second; `stop` or `limit` (seconds) end
    the run early.

    The result does not depend on workers, processes, cluster or folder. Raises InputError for
    wrong input; Stopped when ended early, with all finished chunks in the folder.
    """
    plan = planned(scenario, members, seed, start, until, series, by, fiscal, changes)
    return execute(
        plan, quantiles=quantiles, count=workers, processes=processes, cluster=cluster, out=out,
        keep=keep, progress=progress, limit=limit, stop=stop,
    )  # fmt: skip


def planned(
    scenario: Scenario | str | Path,
    members: int = 200,
    seed: int = 0,
    start: str | int = START,
    until: str | int = UNTIL,
    series: By | None = None,
    by: By = (),
    fiscal: bool = False,
    changes: Iterable[str] = (),
) -> Plan:
    """The checked plan of a run (arguments as of `run`). Raises InputError."""
    chosen = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    texts = tuple(changes)
    if texts:
        chosen = chosen.with_changes(texts, where="changes")
    first, last = _month(start, "from"), _month(until, "until")
    shown = periods_of.of(first, last, "fiscal" if fiscal else "month")
    rows = outputs.rows(_names(series), _names(by) or (), member.cells())
    rows = _ranges_need_members(rows, members, asked=series is not None)
    weights = outputs.weights(rows)
    return Plan(chosen, members, seed, shown, rows + weights, len(rows))


def execute(
    plan: Plan,
    *,
    quantiles: Sequence[float] = QUANTILES,
    count: int | None = None,
    processes: bool | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    keep: Literal["members"] | None = None,
    progress: Callable[[Progress], None] | None = None,
    limit: float | None = None,
    stop: threading.Event | None = None,
    task: local.Task | None = None,
    on_demand: bool = False,
) -> Result:
    """Make the chunks of a plan that are missing and summarise them (arguments as of `run`).

    `task` stands in for the model: any function (lo, hi) -> float32 [rows, periods, hi - lo].
    on_demand: summarise a row when it is first asked for.
    """
    levels = _levels(plan, quantiles)
    if keep not in (None, "members"):
        raise InputError("--keep", "keep", keep, "members")
    if keep and out is None:
        raise InputError("--keep", "keep", keep, "a run folder beside it (--out FOLDER)")
    if task is not None and processes is None:
        processes = False
    store = made(
        plan, task if task is not None else member.Task(plan), count=count, processes=processes,
        cluster=cluster, out=out, progress=progress, limit=limit, stop=stop,
    )  # fmt: skip
    if keep and isinstance(store, chunks.Folder):
        partitions.write(plan, store)
    return Result(
        name=plan.scenario.name,
        rows=plan.rows,
        shown=plan.shown,
        periods=plan.periods,
        summary=(
            reduce.OnDemand(levels, store)
            if on_demand
            else reduce.summarise(store, levels, workers=hands_of(count))
        ),
        members=store,
        record=record.of(plan, levels, member.cells()),
        reused=store.reused if isinstance(store, chunks.Folder) else 0,
    )


def made(
    plan: Work,
    task: local.Task,
    *,
    count: int | None = None,
    processes: bool | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    limit: float | None = None,
    stop: threading.Event | None = None,
) -> chunks.Memory | chunks.Folder:
    """The store with every chunk of the plan; only the missing ones are made."""
    hands = hands_of(count)
    many = cluster is None and hands > 1 and plan.members >= PROCESSES_FROM
    store = _store(plan, out, many if processes is None else processes)
    reused = store.reused_members if isinstance(store, chunks.Folder) else 0
    if processes is None:
        processes = many and plan.members - reused >= PROCESSES_FROM
    watch = Watch(plan.members, reused, report=progress, limit=limit, stop=stop)
    try:
        with chunks.logged(store if out is not None else None):
            if not store.missing():
                pass
            elif cluster is not None:
                from sojourn.inference import cluster as dask

                dask.run(task, store, cluster, watch)
            elif processes and isinstance(store, chunks.Folder):
                local.processes(task, store, hands, watch)
            else:
                local.threads(task, store, hands, watch)
        watch.look()
        if isinstance(store, chunks.Folder):
            store.finish()
    finally:
        if isinstance(store, chunks.Folder):
            store.close()
    return store


def hands_of(count: int | None) -> int:
    """Workers asked for, or one a processor. Raises InputError outside 1 to 1024."""
    hands = local.available() if count is None else count
    if isinstance(hands, bool) or not isinstance(hands, int) or not 1 <= hands <= 1024:
        raise InputError("--workers", "workers", count, "a whole number from 1 to 1024")
    return hands


def members(
    scenario: Scenario | str | Path,
    series: str,
    *,
    changes: Iterable[str] = (),
    members: int = 200,
    seed: int = 0,
    start: str | int = START,
    until: str | int = UNTIL,
    workers: int | None = 1,
    **dims: str,
) -> NDArray[np.float64]:
    """Members of one series, float64 [members, months], with only the work that it needs.

    A dimension not given is the total. Raises InputError as `run`.
    """
    chosen = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    row = outputs.row(series, dims, member.cells())
    shown = periods_of.of(_month(start, "from"), _month(until, "until"))
    texts = tuple(changes)
    plan = Plan(chosen.with_changes(texts) if texts else chosen, members, seed, shown, (row,), 1)
    task = member.Task(plan)
    values = np.empty((1, len(shown), members), dtype=np.float32)
    hands = workers or 1
    if hands == 1:
        for chunk in plan.chunks():
            values[:, :, chunk.lo : chunk.hi] = task(chunk.lo, chunk.hi)
    else:
        store = chunks.Memory(plan)
        local.threads(task, store, hands, Watch(members))
        values = store.values
    return values[0].T.astype(np.float64)


def _store(plan: Work, out: str | Path | None, processes: bool) -> chunks.Memory | chunks.Folder:
    if out is not None:
        return chunks.Folder(plan, Path(out))
    if processes or plan.members * plan.bytes_of_member > IN_MEMORY:
        return chunks.Folder.temporary(plan)
    return chunks.Memory(plan)


def _ranges_need_members(
    rows: tuple[outputs.Row, ...], members: int, *, asked: bool
) -> tuple[outputs.Row, ...]:
    """Rows without the stocks shown only as ranges where too few members would make a number.

    Raises InputError where such a stock was asked for by name.
    """
    if members >= FEWEST:
        return rows
    ranged = [row.series for row in rows if declared.get(row.series).range_only]
    if ranged and asked:
        expected = f"{FEWEST} members or more for {ranged[0]}, which is shown only as a range"
        raise InputError("--members", "members", members, expected)
    return tuple(row for row in rows if row.series not in ranged)


def _levels(plan: Plan, quantiles: Sequence[float]) -> tuple[float, ...]:
    """The quantile levels, widened where a series may only be shown as a range."""
    levels = reduce.check_quantiles(quantiles)
    range_only = any(declared.get(row.series).range_only for row in plan.rows[: plan.shown])
    if range_only and not (levels and levels[0] < 0.5 < levels[-1]):
        levels = reduce.check_quantiles((*levels, *WIDEST))
    return levels


def _month(month: str | int, field: str) -> int:
    if isinstance(month, str):
        return months.parse(month, where=f"--{field}", field="month")
    return int(month)


def _names(names: By | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    words = names.split(",") if isinstance(names, str) else list(names)
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
