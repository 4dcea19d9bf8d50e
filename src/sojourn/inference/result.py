"""The result of a run: means and quantiles by series, cell and period, with their record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import periods as periods_of
from sojourn.inference import published
from sojourn.inference.outputs import DIMENSIONS, Row
from sojourn.inference.periods import Kind, Periods
from sojourn.inference.reduce import Members, OnDemand, Summary
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.series import LONG_COLUMNS

if TYPE_CHECKING:
    import polars as pl

WIDEST = (0.05, 0.95)
"""The range shown of a series that is only ever a range, when the levels asked for hold none."""


@dataclass(frozen=True)
class Result:
    """Rows over periods, summarised over members; `members` gives the members themselves.

    `rows` beyond the first `shown` are weights of means and are not in the tables; `reused` is the
    number of finished chunks that the run found in its folder.
    """

    name: str
    rows: tuple[Row, ...]
    shown: int
    periods: Periods
    summary: Summary | OnDemand
    members: Members
    record: Mapping[str, Any]
    with_observed: bool = True
    reused: int = 0

    def table(self) -> pl.DataFrame:
        """The long table (`inputs.series.LONG_COLUMNS`): mean and quantiles, then observed values.

        A value that does not exist (a mean wait of nobody) is null. Series that are only ever a
        range have quantiles on both sides of the middle and no mean.
        """
        return self._frame

    def series(self, name: str, **dims: str) -> pl.DataFrame:
        """Rows of the long table of one series; a dimension not given is the total.

        `"*"` for a dimension gives every stated value. Raises InputError for a series or cell that
        the run does not have, with what it has.
        """
        import polars as pl

        if name not in {row.series for row in self.rows[: self.shown]}:
            raise InputError("result", "series", name, nearest(name, {r.series for r in self.rows}))
        for dim in dims:
            if dim not in DIMENSIONS:
                raise InputError("result", "dimension", dim, nearest(dim, DIMENSIONS))
        keep = pl.col("series") == name
        for dim in DIMENSIONS:
            want = dims.get(dim, "")
            keep &= (pl.col(dim) != "") if want == "*" else (pl.col(dim) == want)
        found = self.table().filter(keep)
        if found.is_empty():
            asked = ", ".join(f"{k}={v}" for k, v in dims.items()) or "the total"
            expected = "one of: " + "; ".join(self._cells(name))
            raise InputError("result", f"cell of {name}", asked, expected)
        return found

    def sample(self, name: str, **dims: str) -> NDArray[np.float32]:
        """Members of one row, float32 [members, periods]. Raises InputError for an unknown row."""
        at = self.row(name, **dims)
        return self.members.block(at, 0, len(self.periods)).T

    def mean(self, name: str, **dims: str) -> NDArray[np.float64]:
        """Mean over members of one row, [periods].

        Raises InputError for an unknown row, or for a series of which there is only a range.
        """
        if name in declared.SERIES and declared.get(name).range_only:
            raise InputError("result", f"mean of {name}", name, "its quantiles: it is a range only")
        return self.summary.row(self.row(name, **dims))[0]

    def row(self, name: str, **dims: str) -> int:
        """Index of a row. Raises InputError with the cells that the series has."""
        wanted = Row(name, **dims)
        for at, row in enumerate(self.rows[: self.shown]):
            if row == wanted:
                return at
        if name not in {row.series for row in self.rows}:
            raise InputError("result", "series", name, nearest(name, {r.series for r in self.rows}))
        asked = ", ".join(f"{k}={v}" for k, v in dims.items()) or "the total"
        expected = "one of: " + "; ".join(self._cells(name))
        raise InputError("result", f"cell of {name}", asked, expected)

    def over(self, kind: Kind, quantiles: Sequence[float] | None = None) -> Result:
        """The same members by fiscal or calendar year; each member is gathered before quantiles.

        Only from a monthly result. Raises InputError otherwise, or when no whole year is shown.
        """
        if self.periods.kind != "month":
            raise InputError("result", "periods", self.periods.kind, "a monthly result to gather")
        wider = periods_of.of(self.periods.first, self.periods.last, kind)
        gathered = held(by_year(self.members, self.rows, self.periods, wider))
        levels = self.summary.quantiles if quantiles is None else quantiles
        summary = self.summary.again(gathered, levels, width=12)
        flag = " --fiscal" if kind == "fiscal" else ""
        command = f"{self.record.get('command', '')}{flag}"
        record = {**self.record, "periods": kind, "command": command}
        return replace(self, periods=wider, summary=summary, members=gathered, record=record)

    def samples_table(self, start: int = 0, stop: int | None = None) -> pl.DataFrame:
        """Members `start` to `stop - 1` as a long table with `output_type` sample."""
        end = self.members.shape[2] if stop is None else stop
        values = np.stack(
            [self.members.block(k, 0, len(self.periods))[:, start:end] for k in range(self.shown)]
        )
        return long_samples(self.name, self.rows[: self.shown], self.periods, values, start)

    def _cells(self, name: str) -> list[str]:
        shown = [row for row in self.rows[: self.shown] if row.series == name]
        return [" ".join(f"{k}={v}" for k, v in r.cell.items()) or "the total" for r in shown]

    @cached_property
    def _frame(self) -> pl.DataFrame:
        import polars as pl

        shown = self.rows[: self.shown]
        known = published.table(shown, self.periods) if self.with_observed else {}
        parts: list[pl.DataFrame] = []
        for at, row in enumerate(shown):
            parts.append(self._modelled(at, row))
            if row in known:
                found = known[row]
                values = np.array(list(found.values()), dtype=np.float64)
                kinds = ["observed"] * len(found)
                parts.append(
                    long_frame(self.name, row, list(found), kinds, [""] * len(found), values)
                )
        return pl.concat(parts)

    def _modelled(self, at: int, row: Row) -> pl.DataFrame:
        levels = self.summary.quantiles
        kinds = [("quantile", f"{q:g}", self.summary.quantile[i, at]) for i, q in enumerate(levels)]
        if declared.get(row.series).range_only:
            # the middle of a range would be read as the number that nobody has
            kinds = [kind for kind, q in zip(kinds, levels, strict=True) if q != 0.5]
        else:
            kinds = [("mean", "", self.summary.mean[at]), *kinds]
        values = np.stack([kind[2] for kind in kinds], axis=1).ravel()
        count = len(kinds)
        return long_frame(
            self.name,
            row,
            [label for label in self.periods.labels for _ in range(count)],
            [kind[0] for kind in kinds] * len(self.periods),
            [kind[1] for kind in kinds] * len(self.periods),
            values,
        )


def by_year(members: Members, rows: tuple[Row, ...], months: Periods, years: Periods) -> Members:
    """Monthly members by year; a difference of runs is the difference of their years."""
    if isinstance(members, Difference):
        parts = (by_year(run, rows, months, years) for run in (members.a, members.b))
        return Difference(*parts)
    return Gathered(members, rows, months, years)


HELD = 2_000_000
"""Values of members that are worked out once and kept (8 MB); more are made when asked for."""


def held(members: Members) -> Members:
    """The same members, worked out now where they are few."""
    rows, periods, count = members.shape
    if rows * periods * count > HELD:
        return members
    return Held(np.stack([members.block(row, 0, periods) for row in range(rows)]))


@dataclass(frozen=True)
class Held:
    """Members as one array [rows, periods, members]."""

    values: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, periods, members."""
        rows, periods, count = self.values.shape
        return rows, periods, count

    def block(self, row: int, start: int, stop: int) -> NDArray[np.float32]:
        """Values [stop - start, members] of a row in some periods, members in order."""
        return self.values[row, start:stop]


@dataclass(frozen=True)
class Gathered:
    """Monthly members by year."""

    members: Members
    rows: tuple[Row, ...]
    months: Periods
    years: Periods

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, years, members."""
        return len(self.rows), len(self.years), self.members.shape[2]

    def block(self, row: int, start: int, stop: int) -> NDArray[np.float32]:
        """Values [stop - start, members] of a row in some years, members in order."""
        part = Periods(
            self.years.kind,
            self.years.labels[start:stop],
            self.years.starts[start:stop],
            self.years.stops[start:stop],
        )
        lo, hi = part.first - self.months.first, part.last + 1 - self.months.first
        series = declared.get(self.rows[row].series)
        weight = None
        if series.weight:
            at = self.rows.index(Row(series.weight, **self.rows[row].cell))
            weight = self.members.block(at, lo, hi)
        values = self.members.block(row, lo, hi)
        return periods_of.gather(values, part.first, part, series.over_year, weight)


@dataclass(frozen=True)
class Difference:
    """Members of B minus the same members of A, in double precision."""

    a: Members
    b: Members

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, periods, members."""
        return self.a.shape

    def block(self, row: int, start: int, stop: int) -> NDArray[np.float64]:
        """Values [stop - start, members] of a row in some periods, members in order."""
        found: NDArray[np.float64] = self.b.block(row, start, stop).astype(np.float64)
        found -= self.a.block(row, start, stop)
        return found


def long_frame(
    scenario: str,
    row: Row,
    dates: Sequence[str],
    types: Sequence[str],
    type_ids: Sequence[str],
    values: NDArray[np.float64],
) -> pl.DataFrame:
    """Rows of the long table for one series and cell; values that do not exist become null."""
    import polars as pl

    texts = {"scenario": scenario, "series": row.series, "unit": declared.get(row.series).unit}
    texts |= {dim: getattr(row, dim) for dim in DIMENSIONS}
    frame = pl.DataFrame(
        {
            "date": dates,
            "output_type": types,
            "output_type_id": type_ids,
            "value": pl.Series(values, dtype=pl.Float64).fill_nan(None),
        },
        schema_overrides=dict.fromkeys(("date", "output_type", "output_type_id"), pl.String),
    )
    return frame.with_columns(**{k: pl.lit(v) for k, v in texts.items()}).select(LONG_COLUMNS)


def long_samples(
    scenario: str, rows: Sequence[Row], periods: Periods, values: NDArray[np.float32], first: int
) -> pl.DataFrame:
    """Long table of members: values [rows, periods, n], members numbered from `first`."""
    import polars as pl

    count = values.shape[2]
    dates = [label for label in periods.labels for _ in range(count)]
    ids = [str(first + i) for i in range(count)] * len(periods)
    types = ["sample"] * len(ids)
    flat = values.reshape(len(rows), -1).astype(np.float64)
    return pl.concat(
        [long_frame(scenario, row, dates, types, ids, flat[k]) for k, row in enumerate(rows)]
    )
