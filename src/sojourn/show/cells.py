"""The long table of a result turned into cells: per series, dimension and date."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sojourn.inputs import series as declared
from sojourn.inputs.series import DIMENSIONS

if TYPE_CHECKING:
    import polars as pl

    from sojourn.inference.outputs import Row
    from sojourn.inference.periods import Periods
    from sojourn.inference.result import Result

Key = tuple[str, ...]
"""Series, then mode, province, nationality, stage, payer, item (empty = total)."""


@dataclass
class Cell:
    """One value with its interval and, where there is one, the published value beside it.

    `mean` is None for a series that is only ever a range.
    """

    mean: float | None = None
    quantiles: dict[float, float] = field(default_factory=dict)
    observed: float | None = None

    @property
    def mid(self) -> float | None:
        """The middle to tell: the median, or the mean where no median is given.

        Distributions of intake are skewed, so that the mean can lie far from most members. Costs
        are told by their mean all the same, because those of the payers add up to it.
        """
        return self.quantiles.get(0.5, self.mean)

    @property
    def low(self) -> float | None:
        """The 5 % quantile, or the lowest one given."""
        return self._edge(0.05, min)

    @property
    def high(self) -> float | None:
        """The 95 % quantile, or the highest one given."""
        return self._edge(0.95, max)

    def _edge(self, level: float, extreme: Any) -> float | None:
        if not self.quantiles:
            return None
        at: float = level if level in self.quantiles else extreme(self.quantiles)
        return self.quantiles[at]

    @property
    def exists(self) -> bool:
        """Whether the model gives a value here at all."""
        return self.mean is not None or bool(self.quantiles)


def cells(frame: pl.DataFrame) -> dict[Key, dict[str, Cell]]:
    """Cells by key and date, both in the order of the frame; absent values are left out."""
    names = ["series", *DIMENSIONS, "date", "output_type", "output_type_id", "value"]
    found: dict[Key, dict[str, Cell]] = {}
    for *key, date, kind, level, value in frame.select(names).iter_rows():
        if value is None:
            continue
        cell = found.setdefault(tuple(key), {}).setdefault(date, Cell())
        if kind in ("mean", "point"):
            cell.mean = value
        elif kind == "observed":
            cell.observed = value
        elif kind == "quantile" and not (float(level) == 0.5 and ranged(key[0])):
            cell.quantiles[round(float(level), 6)] = value
    return found


@lru_cache(maxsize=128)
def ranged(series: str) -> bool:
    """Whether a series is only ever told as a range, so that not even its median is shown."""
    return series in declared.SERIES and declared.SERIES[series].range_only


def of_result(
    result: Result,
    only: Collection[str] | None = None,
    shows: Callable[[str, bool], bool] | None = None,
) -> dict[Key, dict[str, Cell]]:
    """Cells of a result straight from its summary, some series only; as `cells` of its table.

    shows: whether a date, published or not, is wanted (all by default).

    A page needs them while a slider moves, and a frame would take longer than the run.
    """
    levels = [round(level, 6) for level in result.summary.quantiles]
    labels = result.periods.labels
    found: dict[Key, dict[str, Cell]] = {}
    shown = result.rows[: result.shown]
    known = _published(shown, result.periods) if result.with_observed else {}
    for at, row in enumerate(shown):
        if only is not None and row.series not in only:
            continue
        ranged = declared.get(row.series).range_only
        seen = known.get(row, {})
        when = [k for k, label in enumerate(labels) if shows is None or shows(label, label in seen)]
        mean, quantile = result.summary.row(at)
        told = [k for k, q in enumerate(levels) if not (ranged and q == 0.5)]
        names = [levels[k] for k in told]
        by_date = {}
        for k, middle, values in zip(
            when, mean[when].tolist(), quantile[told][:, when].T.tolist(), strict=True
        ):
            # where a mean exists so does every quantile
            if middle == middle:
                quantiles = dict(zip(names, values, strict=True))
                by_date[labels[k]] = Cell(None if ranged else middle, quantiles)
        for label, value in seen.items():
            by_date.setdefault(label, Cell()).observed = value
        found[(row.series, *(getattr(row, name) for name in DIMENSIONS))] = by_date
    return found


@lru_cache(maxsize=16)
def _published(rows: tuple[Row, ...], periods: Periods) -> Mapping[Row, Mapping[str, float]]:
    from sojourn.inference import published

    return published.table(rows, periods)


def key(series: str, **dims: str) -> Key:
    """The key of a series in one cell; a dimension not given is the total."""
    return (series, *(dims.get(name, "") for name in DIMENSIONS))


def parts(
    found: Mapping[Key, Mapping[str, Cell]], series: str, dim: str
) -> dict[str, Mapping[str, Cell]]:
    """Cells of a series by the codes of one dimension, the other dimensions at their total."""
    at = 1 + DIMENSIONS.index(dim)
    return {
        k[at]: by_date
        for k, by_date in found.items()
        if k[0] == series and k[at] and not any(c for i, c in enumerate(k) if i not in (0, at))
    }
