"""Uncertain parameters of many members at once, from uniform draws."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs.parameters import Paths, inverse_triangular


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

    def together(self, values: NDArray[np.float64]) -> Paths:
        """Paths of several members side by side, `value` [P, n, T], from their rows of `values`.

        In memory members lie next to each other, as everything made of them later does.
        """
        found = np.take(values.T.copy(), self._at, axis=0, mode="clip")
        return replace(self.paths, value=found.swapaxes(1, 2))
