"""Spending by month: every programme as a quantity times a unit cost, with its derivation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.costs import programmes, unit
from sojourn.costs.quantities import CITIES, Quantities
from sojourn.flow.simulate import Flows
from sojourn.inputs import months
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]


class SpendLabel(NamedTuple):
    """What a row of spending is: programme, stage, who pays, province or city of residence."""

    programme: str
    stage: str
    payer: str
    place: str


@dataclass(frozen=True)
class Spending:
    """Spending of one run: `cad` [L, T] CAD a month by `labels`, a quantity times a price each.

    The rows add up to all that is counted, before transfers; `transfers` [K, T] move money between
    payers and are never part of a sum; `shelter` has persons in shelters by city, [T].
    """

    months: NDArray[np.int64]
    labels: tuple[SpendLabel, ...]
    cad: Floats
    quantities: Quantities = field(repr=False)
    transfer_labels: tuple[tuple[str, str, str], ...]
    transfers: Floats
    shelter: dict[str, Floats]

    def total(self) -> Floats:
        """All spending before transfers, CAD a month [T]."""
        return self.cad.sum(axis=0)

    def by(self, what: str) -> dict[str, Floats]:
        """CAD a month [T] by `programme`, `stage`, `payer` or `place`; the parts add up."""
        if what not in SpendLabel._fields:
            expected = " | ".join(SpendLabel._fields)
            raise InputError("spending", "by", what, expected)
        parts: dict[str, Floats] = {}
        for label, row in zip(self.labels, self.cad, strict=True):
            key = getattr(label, what)
            parts[key] = parts[key] + row if key in parts else row.copy()
        return parts

    def by_payer_stage(self) -> dict[tuple[str, str], Floats]:
        """CAD a month [T] by payer and stage; the parts add up."""
        parts: dict[tuple[str, str], Floats] = {}
        for label, row in zip(self.labels, self.cad, strict=True):
            key = (label.payer, label.stage)
            parts[key] = parts[key] + row if key in parts else row.copy()
        return parts

    def net(self) -> dict[str, Floats]:
        """CAD a month [T] by payer after transfers; adds up to the same total."""
        parts = self.by("payer")
        for (_, giver, taker), row in zip(self.transfer_labels, self.transfers, strict=True):
            for payer, sign in ((giver, 1.0), (taker, -1.0)):
                parts[payer] = parts.get(payer, np.zeros(row.size)) + sign * row
        return parts

    def containers(self) -> dict[str, Floats]:
        """CAD a month [T] of what is modelled inside each larger programme of the accounts.

        Shown nested beside the published total of that programme; never added to anything.
        """
        inside: dict[str, Floats] = {}
        for programme, row in zip(programmes.load(), self.cad, strict=True):
            if programme.within:
                inside[programme.within] = inside.get(programme.within, 0.0) + row
        for (name, giver, _), row in zip(self.transfer_labels, self.transfers, strict=True):
            if giver == "federal" and name == "transfer.ihap":
                inside["ircc.asylum"] = inside["ircc.asylum"] + row
        return inside

    def yearly(self, rows: Floats, *, fiscal: bool = True) -> dict[str, float]:
        """Sum of monthly `rows` [T] by fiscal (or calendar) year; only whole years."""
        name: Callable[[int], str]
        name = months.fiscal_year if fiscal else (lambda m: str(months.year(m)))
        labels = [name(int(m)) for m in self.months]
        whole = {y for y in set(labels) if labels.count(y) == 12}
        years = [y for y in dict.fromkeys(labels) if y in whole]
        return {y: float(rows[[at == y for at in labels]].sum()) for y in years}

    def derivation(self, label: SpendLabel | tuple[str, str, str, str], month: int) -> Opened:
        """How a row's amount of one month comes about. Raises InputError for an unknown row."""
        try:
            at = self.labels.index(SpendLabel(*label))
        except (ValueError, TypeError):
            known = [".".join(filter(None, known)) for known in self.labels]
            expected = nearest(".".join(map(str, label)), known)
            raise InputError("spending", "label", tuple(label), expected) from None
        when = np.flatnonzero(self.months == month)
        if when.size == 0:
            first, last = (months.text(int(self.months[k])) for k in (0, -1))
            raise InputError("spending", "month", month, f"a month from {first} to {last}")
        t = int(when[0])
        programme = programmes.load()[at]
        return Opened(
            self.labels[at], month, float(self.cad[at, t]), programme.quantity,
            float(self.quantities[programme.quantity][t]),
            float(_price(self.quantities.paths, programme.unit)[t]), programme.unit,
            tuple(d for name in programme.unit for d in unit.derivations(name, month)
                  if d.bound == "value"),
            programme.note,
        )  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """One amount opened up: `cad` = `quantity` x `price`; the unit costs with their sources."""

    label: SpendLabel
    month: int
    cad: float
    quantity_name: str
    quantity: float
    price: float
    unit_names: tuple[str, ...]
    derivations: tuple[unit.Derivation, ...]
    note: str


TRANSFERS: tuple[tuple[str, str, str, str], ...] = (
    ("transfer.ihap", "federal", "provincial", "cost.transfer.ihap"),
    ("transfer.ihap", "federal", "municipal", "cost.transfer.ihap"),
    ("transfer.quebec", "federal", "provincial", "cost.transfer.quebec"),
)
"""Name, who gives, who receives, CAD a year. IHAP is split by `residence.ihap.QC`."""


def spend(flows: Flows, paths: Paths) -> Spending:
    """Spending of a run, CAD a month by programme, stage, payer and place.

    flows, paths: of the same months. Prices are those dated in the parameters, nominal, each
    measured before the month it prices. No random draw; same inputs, same bytes. Of several runs
    (`flow.together`, with paths [P, n, T]) every row is [n, T].
    """
    quantities = Quantities(flows, paths)
    lines = programmes.load()
    # in memory as the flows of several runs are
    *runs, n_months = paths.shape
    cad = np.empty((len(lines), n_months, *runs)).swapaxes(1, -1)
    for row, line in zip(cad, lines, strict=True):
        np.multiply(quantities[line.quantity], _price(paths, line.unit), out=row)
    return Spending(
        paths.months, _labels(), cad, quantities, tuple(entry[:3] for entry in TRANSFERS),
        _transfers(paths), {city: quantities[f"shelter_active.{city}"] for city in CITIES},
    )  # fmt: skip


@lru_cache(maxsize=1)
def _labels() -> tuple[SpendLabel, ...]:
    return tuple(SpendLabel(*line.key) for line in programmes.load())


def _price(paths: Paths, unit_names: tuple[str, ...]) -> Floats:
    """Product of unit costs, CAD per unit of quantity [T].

    Raises InputError where a programme names an unknown parameter.
    """
    for name in unit_names:
        if name not in paths.index:
            raise InputError(programmes.FILE, "unit", name, nearest(name, paths.names))
    price = paths[unit_names[0]]
    for name in unit_names[1:]:
        price = price * paths[name]
    return price


def _transfers(paths: Paths) -> Floats:
    quebec = paths["residence.ihap.QC"]
    part = (quebec, 1.0 - quebec, np.ones(len(paths.months)))
    return np.array(
        [paths[name] / 12.0 * share for (_, _, _, name), share in zip(TRANSFERS, part, strict=True)]
    )
