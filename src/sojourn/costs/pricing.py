"""What a claim costs on its way: events at a month's price, and clocks that run while it waits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sojourn.costs import quantities
from sojourn.costs.programmes import Programme
from sojourn.inputs.parameters import Paths, inverse_triangular

Floats = NDArray[np.float64]

LIVING_STAGES = quantities.OPEN_STAGES
BANDS = (
    ("benefit.assistance.year1", 0.0, 12.0),
    ("benefit.assistance.year2", 12.0, 36.0),
    ("benefit.assistance.later", 36.0, np.inf),
)
"""Share on social assistance by months since the claim."""


class Prices:
    """Prices of M members over the months of `paths`, each member with its own draw.

    u [M, P]: probabilities of the members for each name of `paths` (None: one member, the central
    values). After the last month the last price stays; before the first the first.
    """

    def __init__(self, paths: Paths, u: Floats | None = None) -> None:
        self.first = int(paths.months[0])
        self.paths = paths
        self.u = u
        self.members = 1 if u is None else len(u)
        self._value: dict[str, Floats] = {}
        self._running: dict[tuple[str, ...], Floats] = {}
        self._product: dict[tuple[str, ...], Floats] = {}
        self.living: dict[str, tuple[Floats, Floats]] = {}

    def known(self, names: Iterable[str]) -> bool:
        """Whether every name has a value: one published after the day of the view has none."""
        return all(name in self.paths.index for name in names)

    def value(self, name: str) -> Floats:
        """Monthly values of a parameter, [M, T]."""
        if name not in self._value:
            central = self.paths[name]
            if self.u is None:
                made = central[None, :]
            else:
                p = self.paths.index[name]
                made = inverse_triangular(
                    self.u[:, p, None], self.paths.low[p], central, self.paths.high[p]
                )
            self._value[name] = made
        return self._value[name]

    def product(self, names: tuple[str, ...]) -> Floats:
        """Monthly product of parameters, [M, T]."""
        made = self._product.get(names)
        if made is None:
            made = self.value(names[0])
            for name in names[1:]:
                made = made * self.value(name)
            self._product[names] = made
        return made

    def at(self, names: tuple[str, ...], month: Floats) -> Floats:
        """Product of the parameters in force in a month, [M, A] for `month` [M, A]."""
        price = self.product(names)
        k = np.clip(np.floor(month - self.first).astype(np.int64), 0, price.shape[1] - 1)
        return np.take_along_axis(price, np.broadcast_to(k, (self.members, k.shape[-1])), axis=1)

    def between(self, names: tuple[str, ...], start: Floats, end: Floats) -> Floats:
        """Sum of the product over the months from `start` to `end` (fractions count), [M, A]."""
        return self._until(names, end) - self._until(names, start)

    def _until(self, names: tuple[str, ...], month: Floats) -> Floats:
        price = self.product(names)
        if names not in self._running:
            whole = np.cumsum(price, axis=1)
            self._running[names] = np.concatenate([np.zeros((self.members, 1)), whole], axis=1)
        x = np.broadcast_to(month, (self.members, month.shape[-1])) - self.first
        k = np.clip(np.floor(x).astype(np.int64), 0, price.shape[1] - 1)
        base = np.take_along_axis(self._running[names], k, axis=1)
        return base + (x - k) * np.take_along_axis(price, k, axis=1)


_RESIDENCE = ("residence.left.QC", *(f"residence.claimed.{p}" for p in quantities.PROVINCES[:-1]))


def needed(line: Programme) -> tuple[str, ...]:
    """Every parameter that the cost of one claim takes for a line: its prices and its clock."""
    head = line.event.partition(".")[0]
    more: tuple[str, ...] = ()
    if head == "assistance":
        more = (*(name for name, _, _ in BANDS), *_RESIDENCE)
    elif head == "open":
        more = _RESIDENCE
    elif head == "pupil":
        more = ("benefit.school.share", *_RESIDENCE)
    elif line.event == "ifhp.pr":
        more = ("benefit.ifhp.after_acceptance",)
    elif line.event == "ifhp.removal":
        more = ("benefit.ifhp.after_refusal",)
    return (*line.case_unit, *more)


def stay_cost(
    line: Programme, prices: Prices, stage: str, entry: Floats, start: Floats, length: Floats
) -> Floats | None:
    """CAD of one line while a claim stays in a stage, [M, A]; None where the line has no part.

    entry [A]: month of the claim; start, length [M, A]: months since the claim, months in it.
    """
    head, _, tail = line.event.partition(".")
    begin = entry + start
    if head == "ifhp":
        if tail != _COVER.get(stage, stage):
            return None
        return prices.between(line.case_unit, begin, begin + covered(prices, stage, begin, length))
    if stage not in LIVING_STAGES:
        return None
    if head == "assistance":
        total = np.zeros(np.broadcast_shapes(begin.shape, (prices.members, 1)))
        for name, low, high in BANDS:
            a = np.clip(start, low, high)
            b = np.clip(start + length, low, high)
            total = total + prices.between((*line.case_unit, name), entry + a, entry + b)
        return total * living_in(prices, tail, entry)
    if head == "open":
        return prices.between(line.case_unit, begin, begin + length) * living_in(
            prices, tail, entry
        )
    if head == "pupil":
        names = (*line.case_unit, "benefit.school.share")
        years = prices.between(names, begin, begin + length) / 12.0
        return years * living_in(prices, tail, entry)
    return None


_COVER = {"rpd_legacy": "rpd", "stayed": "removal", "prra_refused": "removal"}
"""Stages whose health cover stands under another stage's line."""


def covered(prices: Prices, stage: str, begin: Floats, length: Floats) -> Floats:
    """Months of health cover in a stage, [M, A]: all, or to a limit after the last decision."""
    limit = {
        "removal": "benefit.ifhp.after_refusal",
        "stayed": "benefit.ifhp.after_refusal",
        "pr": "benefit.ifhp.after_acceptance",
    }.get(stage)
    if limit is None:
        return length
    return np.minimum(length, prices.at((limit,), begin))


def living_in(prices: Prices, place: str, entry: Floats) -> Floats:
    """Share of the claimants of the entry months who live in the province, [M, A]."""
    kept = prices.living.get(place)
    if kept is None or kept[0] is not entry:
        month = np.broadcast_to(entry, (prices.members, entry.shape[-1]))
        claimed = [prices.at((f"residence.claimed.{p}",), month) for p in quantities.PROVINCES[:-1]]
        left = prices.at(("residence.left.QC",), month)
        shares = quantities.settle(claimed, left)
        for row, name in enumerate(quantities.PROVINCES):
            prices.living[name] = (entry, shares[row])
        kept = prices.living[place]
    return kept[1]


def at_entry(line: Programme, prices: Prices, entry: Floats) -> Floats:
    """Price of a line's event in the months in which the claims are made, [M, A]."""
    return prices.at(line.case_unit, np.broadcast_to(entry, (prices.members, entry.shape[-1])))


EDGE_EVENTS = {"rpd_decision": "rpd", "rpd_finalised": "rpd", "rad_decision": "rad"}
"""Events that stand for every claim that a stage finalises (unit costs are per finalisation)."""


def edge_cost(
    line: Programme, prices: Prices, stage: str, edge: str, month: Floats
) -> Floats | None:
    """CAD of one line when a claim takes an edge in a month, [M, A]; None where it has no part."""
    finalised = EDGE_EVENTS.get(line.event) in (stage, stage.removesuffix("_legacy"))
    if (finalised and edge != "rpd.notice") or (line.event, edge) in _EDGES:
        return prices.at(line.case_unit, month)
    return None


_EDGES = {
    ("removal", "removal.removed"),
    ("court_filed", "rpd.rejected_court"),
    ("court_filed", "rpd_legacy.rejected_court"),
    ("court_filed", "rad.dismissed_court"),
}
