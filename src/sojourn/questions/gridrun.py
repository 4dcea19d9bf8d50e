"""A grid run: the members of all its cells as one long run, through the chunks of any ensemble."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import chunks, ensemble, member, outputs, periods, record, reduce
from sojourn.inference.outputs import Row
from sojourn.inference.periods import Periods
from sojourn.inference.plan import CHUNK, Chunk, Plan
from sojourn.inference.result import long_frame
from sojourn.inference.watch import Progress
from sojourn.inputs import months
from sojourn.inputs import series as declared
from sojourn.inputs.series import LONG_COLUMNS
from sojourn.questions import grid as grids
from sojourn.questions.grid import Grid, Measure

if TYPE_CHECKING:
    import polars as pl

DATASET = "dataset"


@dataclass(frozen=True)
class GridPlan:
    """The plan of a grid: member m of cell c is member c x members + m of one long run."""

    grid: Grid

    @cached_property
    def periods(self) -> Periods:
        """The months that the measures need."""
        return grids.months_of(self.grid.measures)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Rows that the measures need, and the weights of means among them."""
        rows = tuple(dict.fromkeys(measure.row for measure in self.grid.measures))
        return rows + outputs.weights(rows)

    @property
    def members(self) -> int:
        """Members of all cells."""
        return len(self.grid) * self.grid.members

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, months, members of all cells."""
        return len(self.rows), len(self.periods), self.members

    @property
    def bytes_of_member(self) -> int:
        """Size of one member's float32 values."""
        return 4 * len(self.rows) * len(self.periods)

    def chunks(self) -> list[Chunk]:
        """Chunks of at most 256 members; none crosses the border of two cells."""
        found: list[Chunk] = []
        for cell in range(len(self.grid)):
            first = cell * self.grid.members
            for lo in range(0, self.grid.members, CHUNK):
                hi = min(lo + CHUNK, self.grid.members)
                found.append(Chunk(len(found), first + lo, first + hi))
        return found

    def cell(self, number: int) -> Plan:
        """The plan of one cell."""
        made = self.grid.cell(number)
        return Plan(made.scenario, self.grid.members, self.grid.seed, self.periods, self.rows,
                    len(self.rows))  # fmt: skip

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """All that decides the bytes, readable: the manifest of a grid's folder."""
        grid = self.grid
        return {
            "scenarios": [s.name for s in grid.scenarios],
            "changes": [[c.text() for c in s.changes] for s in grid.scenarios],
            "levers": [
                f"{lever.name}: {', '.join(lever.parameters)} from {months.text(lever.month)}"
                f" = {', '.join(f'{value:.12g}' for value in lever.values)}"
                for lever in grid.levers
            ],
            "members": grid.members,
            "seed": grid.seed,
            "from": months.text(self.periods.first),
            "until": months.text(self.periods.last),
            "rows": [row.text() for row in self.rows],
            "data": record.data_hash(),
            "code": record.code_hash(),
            "numpy": record.versions()["numpy"],
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of `inputs`."""
        return hashlib.sha256(json.dumps(self.inputs, sort_keys=True).encode()).hexdigest()


class Task:
    """The members of a grid: a function (lo, hi) within one cell -> float32 [rows, months, n]."""

    def __init__(self, plan: GridPlan) -> None:
        self.plan = plan

    def __call__(self, lo: int, hi: int) -> NDArray[np.float32]:
        """Values of members lo to hi - 1 of the long run."""
        number, first = divmod(lo, self.plan.grid.members)
        return member.model(self.plan.cell(number)).values(first, first + hi - lo)


@dataclass(frozen=True)
class Summary:
    """A measure in every cell: mean and median [cells], quantiles [Q, cells]."""

    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    quantile: NDArray[np.float64]


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


@dataclass(frozen=True)
class Outcome:
    """What every cell of a grid gave, one summary a measure."""

    grid: Grid
    summaries: tuple[Summary, ...]
    record: dict[str, Any]
    reused: int

    def middle(self, measure: Measure) -> list[float | None]:
        """Median of each cell; None where no member has a value."""
        return _numbers(self.summaries[self.grid.measures.index(measure)].median)

    def edges(self, measure: Measure) -> tuple[list[float | None], list[float | None]]:
        """The lowest and the highest quantile of each cell."""
        quantile = self.summaries[self.grid.measures.index(measure)].quantile
        return _numbers(quantile[0]), _numbers(quantile[-1])

    def table(self) -> pl.DataFrame:
        """The long table of all measures, with a column for each lever after the scenario."""
        import polars as pl

        return pl.concat([self.measured(measure) for measure in self.grid.measures])

    def measured(self, measure: Measure) -> pl.DataFrame:
        """The long table of one measure, with a column for each lever after the scenario."""
        import polars as pl

        grid = self.grid
        found = self.summaries[grid.measures.index(measure)]
        kinds = [("quantile", f"{q:g}", found.quantile[i]) for i, q in enumerate(grid.quantiles)]
        if not declared.get(measure.row.series).range_only:
            kinds.insert(0, ("mean", "", found.mean))
        cells = [grid.cell(number) for number in range(len(grid))]
        frames = [
            long_frame(
                "", measure.row, [measure.period.labels[0]] * len(cells), [kind] * len(cells),
                [level] * len(cells), values,
            ).with_columns(
                pl.Series("scenario", [cell.base for cell in cells], dtype=pl.String),
                *(pl.Series(lever.name, [cell.values[i] for cell in cells], dtype=pl.Float64)
                  for i, lever in enumerate(grid.levers)),
                pl.Series("_cell", range(len(cells))),
            )
            for kind, level, values in kinds
        ]  # fmt: skip
        columns = ["scenario", *(lever.name for lever in grid.levers), *LONG_COLUMNS[1:]]
        return pl.concat(frames).sort("_cell", maintain_order=True).select(columns)


def run(
    grid: Grid,
    *,
    workers: int | None = None,
    processes: bool | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    limit: float | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Run every cell of the grid; arguments as of `ensemble.run`.

    With `out`, finished chunks are kept there and a later start goes on from them, and one Parquet
    file a measure is written to `dataset/`. Raises InputError; Stopped when ended early.
    """
    plan = GridPlan(grid)
    store = ensemble.made(
        plan, Task(plan), count=workers, processes=processes, cluster=cluster, out=out,
        progress=progress, limit=limit, stop=stop,
    )  # fmt: skip
    summaries = tuple(_summary(plan, store, measure) for measure in grid.measures)
    found = Outcome(
        grid, summaries, {**plan.inputs, "hash": plan.hash, "versions": record.versions()},
        store.reused if isinstance(store, chunks.Folder) else 0,
    )  # fmt: skip
    if out is not None:
        write(found, Path(out))
    return found


def write(outcome: Outcome, folder: Path) -> list[Path]:
    """Write one Parquet file a measure, whole or not at all; the folder is one dataset.

    Files of an earlier run with other measures are removed. Raises InputError on a full disk.
    """
    import io

    import polars as pl

    target = folder / DATASET
    files = []
    with chunks.disk(folder):
        target.mkdir(parents=True, exist_ok=True)
        for measure in outcome.grid.measures:
            buffer = io.BytesIO()
            frame = outcome.measured(measure)
            frame.with_columns(pl.lit(measure.name).alias("measure")).write_parquet(buffer)
            files.append(target / f"{measure.name}.parquet")
            chunks.write_atomic(files[-1], buffer.getbuffer())
        for other in set(target.glob("*.parquet")) - set(files):
            other.unlink()
    return files


def _summary(plan: GridPlan, store: chunks.Store, measure: Measure) -> Summary:
    values = _values(plan, store, measure).reshape(len(plan.grid), plan.grid.members)
    levels = plan.grid.quantiles
    mean, quantile = reduce.describe(values, (*levels, 0.5))
    return Summary(mean, quantile[-1], quantile[:-1])


def _values(plan: GridPlan, store: chunks.Store, measure: Measure) -> NDArray[np.float32]:
    """The measure in every member of every cell, in order."""
    lo = measure.period.first - plan.periods.first
    hi = measure.period.last + 1 - plan.periods.first
    series = declared.get(measure.row.series)
    block = store.block(plan.rows.index(measure.row), lo, hi)
    weight = None
    if series.weight and measure.period.kind != "month":
        at = plan.rows.index(Row(series.weight, **measure.row.cell))
        weight = store.block(at, lo, hi)
    gathered = periods.gather(block, measure.period.first, measure.period, series.over_year, weight)
    return gathered[0]
