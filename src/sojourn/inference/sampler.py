"""Uncertain parameters of many members at once, from uniform draws."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Paths, inverse_triangular

Values = NDArray[np.float64]


class Several(Paths):
    """Paths of n members side by side, [P, n, T]: months are filled from dated rows when asked for.

    rows [R, n], at [P, T]: the row of each parameter and month. In memory members lie next to each
    other, as everything made of them later does.
    """

    def __init__(self, paths: Paths, rows: Values, at: NDArray[np.int64]) -> None:
        for name in ("months", "names", "low", "high", "index"):
            object.__setattr__(self, name, getattr(paths, name))
        self._held: tuple[Values, NDArray[np.int64]]
        object.__setattr__(self, "_held", (rows, at))

    @property
    def shape(self) -> tuple[int, ...]:
        """Members and months."""
        rows, at = self._held
        return rows.shape[1], at.shape[1]

    def __getitem__(self, name: str) -> Values:
        """Monthly values [n, T] of a parameter. Raises InputError with the nearest known name."""
        if name not in self.index:
            raise InputError("parameters", "name", name, nearest(name, self.names))
        # not kept: what is used up at once stays in the cache
        rows, at = self._held
        return rows.take(at[self.index[name]], axis=0, mode="clip").T

    def of(
        self, places: NDArray[np.int64], months: NDArray[np.int64] | slice = slice(None)
    ) -> Values:
        """Values of the parameters at some places of `names`, [places, n, T], in some months."""
        rows, at = self._held
        return rows.take(at[places][:, months], axis=0, mode="clip").swapaxes(1, 2)

    @cached_property
    def value(self) -> Values:  # type: ignore[override]
        """Values of all parameters, [P, n, T]."""
        return self.of(np.arange(len(self.names)))

    def before(self, month: int) -> tuple[Values, NDArray[np.int64]]:
        """Dated rows that act in the first months of the span, and where."""
        rows, at = self._held
        early = at[:, :month]
        acts = np.bincount(early.ravel(), minlength=len(rows)) > 0
        # numbered among themselves: later rows of other parameters do not matter
        return rows[acts], (np.cumsum(acts) - 1)[early]

    def only(self, who: NDArray[np.int64]) -> Several:
        """Some of the members."""
        rows, at = self._held
        return Several(self, np.ascontiguousarray(rows[:, who]), at)


class Sampler:
    """Gives `paths.at(u)` for many members, the bytes of which it keeps.

    The inverse triangular law is evaluated once a dated row and not once a month; the months are
    then filled from those rows by index.
    """

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.names = paths.uncertain
        tables = np.stack([paths.low, paths.value, paths.high])
        new = np.ones(paths.value.shape, dtype=bool)
        new[:, 1:] = (tables[:, :, 1:] != tables[:, :, :-1]).any(axis=0)
        self._at = (np.cumsum(new.ravel()) - 1).reshape(new.shape)
        self._certain = paths.value[new]
        name = np.nonzero(new)[0]
        drawn = np.array([paths.index[n] for n in self.names], dtype=np.int64)
        self._rows = np.flatnonzero(np.isin(name, drawn))
        self._name = np.searchsorted(drawn, name[self._rows])
        self._law = [table[new][self._rows][:, None] for table in tables]

    def values(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of all dated rows, [n, rows], from u [uncertain names, n]."""
        found = np.repeat(self._certain[None], u.shape[1], axis=0)
        found[:, self._rows] = inverse_triangular(u[self._name], *self._law).T
        return found

    def steps(self, names: Collection[str]) -> NDArray[np.int64]:
        """Dated rows of the parameters that follow a row of the same one."""
        at = self._at[[self.paths.index[name] for name in names]]
        return np.concatenate([np.arange(row[0], row[-1]) + 1 for row in at])

    def member(self, values: NDArray[np.float64]) -> Paths:
        """Paths of one member from its row of `values`."""
        return replace(self.paths, value=np.take(values, self._at, mode="clip"))

    def together(self, values: NDArray[np.float64]) -> Several:
        """Paths of several members side by side from their rows of `values`."""
        return Several(self.paths, np.ascontiguousarray(values.T), self._at)
