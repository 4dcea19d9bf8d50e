"""The calibrated draws shipped with the package, and how ensembles take them.

A posterior draw is, for each calibrated parameter, a probability u within its range of the
parameter table (the prior: a triangular law). A member takes one whole draw, so correlations
stay; parameters that no published figure informs keep their own streams.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import draws
from sojourn.inputs.errors import InputError

Array = NDArray[np.float64]

FILE = "data/posterior.csv"
RECORD = "data/posterior.json"
NUISANCE = "dispersion"
"""Column of the counts' dispersion, fitted beside the parameters and no parameter of the model."""


@dataclass(frozen=True)
class Posterior:
    """Calibrated draws: `u` [draws, names] in (0, 1), `names`, and the dispersion [draws]."""

    names: tuple[str, ...]
    u: Array
    dispersion: Array


@lru_cache(maxsize=1)
def load() -> Posterior | None:
    """The shipped posterior, or None in a package without one (before the first calibration)."""
    path = resources.files("sojourn").joinpath(FILE)
    if not path.is_file():
        return None
    return read(path.read_text(encoding="utf-8").splitlines(), FILE)


def read(lines: Sequence[str], where: str) -> Posterior:
    """A posterior from CSV lines. Raises InputError naming the line and column."""
    table = list(csv.reader(lines))
    if len(table) < 2 or NUISANCE not in table[0]:
        raise InputError(where, "header", table[:1], f"parameter names and {NUISANCE}")
    names = tuple(name for name in table[0] if name != NUISANCE)
    values = np.empty((len(table) - 1, len(table[0])))
    for n, row in enumerate(table[1:]):
        try:
            values[n] = [float(text) for text in row]
        except ValueError:
            raise InputError(f"{where} line {n + 2}", "row", row, "numbers") from None
    at = [table[0].index(name) for name in names]
    u = values[:, at]
    if not np.all((u > 0) & (u < 1)):
        raise InputError(where, "u", float(u.max()), "probabilities between 0 and 1")
    return Posterior(names, u, values[:, table[0].index(NUISANCE)])


@lru_cache(maxsize=1)
def record() -> dict[str, Any]:
    """The record of the shipped posterior: data, seed, chains, diagnostics."""
    path = resources.files("sojourn").joinpath(RECORD)
    if not path.is_file():
        return {}
    return dict(json.loads(path.read_text(encoding="utf-8")))


def draw(seed: int, lo: int, hi: int) -> dict[str, Array]:
    """u by name, each float64 [hi - lo], for members lo to hi - 1; empty without a posterior.

    Member i takes the row of the stream `posterior` of the seed, whatever the slice.
    """
    found = load()
    if found is None:
        return {}
    pick = _pick(found, seed, lo, hi)
    return {name: found.u[pick, n] for n, name in enumerate(found.names)}


def dispersion(seed: int, lo: int, hi: int) -> Array:
    """Dispersion of published counts about a run, by member [hi - lo], of the same draws.

    It stands for all that the model leaves out. Raises InputError without a posterior.
    """
    found = load()
    if found is None:
        raise InputError(FILE, "file", "missing", "the calibrated draws: sojourn calibrate")
    return found.dispersion[_pick(found, seed, lo, hi)]


def _pick(found: Posterior, seed: int, lo: int, hi: int) -> NDArray[np.int64]:
    u = draws.uniform(seed, "posterior", range(lo, hi))
    return (u * len(found.u)).astype(np.int64)


def overlay(u: Array, names: Sequence[str], seed: int, lo: int, hi: int) -> Array:
    """Uniform draws u [names, hi - lo] with the rows of calibrated parameters replaced."""
    taken = draw(seed, lo, hi)
    out = u.copy()
    for n, name in enumerate(names):
        if name in taken:
            out[n] = taken[name]
    return out
