"""Which rows a run gives: one series and one cell of its dimensions each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError, nearest

DIMENSIONS = declared.DIMENSIONS


@dataclass(frozen=True, order=True)
class Row:
    """A series in one cell; an empty dimension is the total."""

    series: str
    mode: str = ""
    province: str = ""
    nationality: str = ""
    stage: str = ""
    payer: str = ""
    item: str = ""

    @property
    def cell(self) -> dict[str, str]:
        """The dimensions that are not totals."""
        return {d: getattr(self, d) for d in DIMENSIONS if getattr(self, d)}

    def text(self) -> str:
        """The row as read in messages and manifests: `cost payer=federal`."""
        return " ".join([self.series, *(f"{d}={v}" for d, v in self.cell.items())])


@dataclass(frozen=True)
class Cells:
    """The finest cells a series is known in: `codes` are tuples in the order of `dims`."""

    dims: tuple[str, ...] = ()
    codes: tuple[tuple[str, ...], ...] = ((),)

    def split(self, by: Sequence[str]) -> list[dict[str, str]]:
        """The cells by some of the dimensions, in order, each once."""
        if not by:
            return [{}]
        at = [self.dims.index(d) for d in by]
        seen = dict.fromkeys(tuple(code[i] for i in at) for code in self.codes)
        return [dict(zip(by, code, strict=True)) for code in seen if all(code)]


ALWAYS: Mapping[str, tuple[str, ...]] = {"cost": ("payer",), "shelter.occupied": ("item",)}
"""Splits shown without being asked for."""


def rows(
    names: Sequence[str] | None, by: Sequence[str], known: Mapping[str, Cells]
) -> tuple[Row, ...]:
    """Rows of the series asked for (all when None): totals, then splits by the dimensions.

    Each series is split by those of the dimensions that it has. Raises InputError for an unknown
    series, an unknown dimension, or one that none of the series has.
    """
    asked = tuple(known) if names is None else tuple(names)
    for name in asked:
        declared.get(name)
        if name not in known:
            raise InputError("--series", "series", name, nearest(name, known))
    if not asked:
        raise InputError("--series", "series", "", "at least one series")
    for dim in by:
        if dim not in DIMENSIONS:
            raise InputError("--by", "dimension", dim, nearest(dim, DIMENSIONS))
        if not any(dim in known[name].dims for name in asked):
            having = sorted({d for name in asked for d in known[name].dims})
            expected = f"a dimension of the series: {', '.join(having) or 'they have none'}"
            raise InputError("--by", "dimension", dim, expected)
    found: list[Row] = []
    for name in asked:
        cells = known[name]
        splits = [(), ALWAYS.get(name, ()), tuple(d for d in DIMENSIONS if d in by)]
        for split in splits:
            found += [Row(name, **c) for c in cells.split([d for d in split if d in cells.dims])]
    return tuple(dict.fromkeys(found))


def row(name: str, dims: Mapping[str, str], known: Mapping[str, Cells]) -> Row:
    """One row. Raises InputError for an unknown series, dimension or code, with the nearest."""
    declared.get(name, where="series")
    if name not in known:
        raise InputError("series", "series", name, nearest(name, known))
    cells = known[name]
    for dim, code in dims.items():
        if dim not in cells.dims:
            raise InputError("series", f"dimension of {name}", dim, nearest(dim, cells.dims))
        codes = {cell[dim] for cell in cells.split([dim])}
        if code not in codes:
            raise InputError("series", f"{dim} of {name}", code, nearest(code, codes))
    return Row(name, **dims)


def weights(shown: Iterable[Row]) -> tuple[Row, ...]:
    """Rows that weight the means among `shown` and are not shown themselves."""
    shown = tuple(shown)
    needed = dict.fromkeys(
        Row(declared.get(row.series).weight, **row.cell)
        for row in shown
        if declared.get(row.series).weight
    )
    return tuple(row for row in needed if row not in shown)
