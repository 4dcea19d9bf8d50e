"""People in Canada without status: always a range, moved by flows.

Three parts, none of them a refugee claimant (a claim, an appeal, a court file, a stay or a risk
assessment that is open keeps a person out of this count):

- refused claimants not removed and not located (the stage of the simulation); the high adds those
  whose removal is under way;
- status expired: `without_status.others` people in January 2015, plus a share of temporary
  residents each year (`without_status.expired`), less departures, other removals and
  regularisation;
- undetected entry: a share of claims by people who entered between ports, only as a range.

The start is the range of published statements; nobody counts the whole (docs/arrivals.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.ranges import Range
from sojourn.inputs import figures
from sojourn.inputs.dimensions import MODES
from sojourn.inputs.parameters import Paths

Array = NDArray[np.float64]

NAME = "without_status."
BETWEEN = list(MODES).index("between_ports")
UNCERTAIN = ("others", "expired", "undetected", "departed")
METHOD = (
    "refused claimants not removed (simulated) and people whose status expired or who entered "
    "undetected (published range of 2012, moved by stated ranges of entry and exit)"
)
METHOD_FR = (
    "demandeurs déboutés non renvoyés (simulés) et personnes au statut expiré ou entrées sans être "
    "détectées (intervalle publié en 2012, entrées et sorties en intervalles énoncés)"
)


class Flows(Protocol):
    """What is needed of a run (`flow.simulate.Flows`); claims by mode [T] each."""

    @property
    def claims_by_mode(self) -> list[Array]: ...

    @property
    def exogenous(self) -> dict[str, Array]: ...

    def total_stock(self, stage: str) -> Array:
        """People in the stage at month end [T]."""


def stock(flows: Flows, paths: Paths) -> Range:
    """Low and high by month [T], persons; every uncertain parameter at the end that widens it."""
    low = _others(flows, paths, paths.low, paths.high)
    high = _others(flows, paths, paths.high, paths.low)
    refused = flows.total_stock("without_status")
    waiting = flows.total_stock("removal")
    return Range(refused + low, refused + waiting + high, METHOD, METHOD_FR)


def member(flows: Flows, paths: Paths) -> Array:
    """One member's path [T] (several: [n, T]), persons: for quantiles only, never shown alone.

    Its place between the low and the high of its own run (`without_status.place`): what is not
    known is one thing, so the parts are not drawn apart, which would narrow the range by chance.
    """
    found = stock(flows, paths)
    return found.low + paths[NAME + "place"] * (found.high - found.low)


def parts(flows: Flows, paths: Paths) -> dict[str, Range]:
    """The range of each part by month [T]: refused and not removed, expired or undetected."""
    refused = flows.total_stock("without_status")
    waiting = flows.total_stock("removal")
    low = _others(flows, paths, paths.low, paths.high)
    high = _others(flows, paths, paths.high, paths.low)
    return {
        "refused_not_removed": Range(refused, refused + waiting, METHOD, METHOD_FR),
        "expired_or_undetected": Range(low, high, METHOD, METHOD_FR),
    }


def _others(flows: Flows, paths: Paths, entering: Array, leaving: Array) -> Array:
    """People whose status expired or who entered undetected [T].

    `entering` and `leaving` are tables of values [P, T] (low, value or high) for parameters that
    raise and lower the stock. Each month: entries come, then a share leaves, then removals of
    people who never claimed and regularisation, never below zero.
    """
    row = {name: entering[paths.index[NAME + name]] for name in UNCERTAIN[:3]}
    between = flows.claims_by_mode[BETWEEN]
    residents = paths[NAME + "temporary_residents"] * paths["event.temporary_residents"]
    enter = residents * row["expired"] / 12.0 + between * row["undetected"]
    stay = (1.0 - leaving[paths.index[NAME + "departed"]]) ** (1.0 / 12.0)
    taken = flows.exogenous["other_removals"] + paths[NAME + "regularised"] / 12.0
    return _carried(float(row["others"][0]), enter * stay - taken, stay)


def _carried(start: float, net: Array, stay: Array) -> Array:
    """Stock [..., T]: last month's times `stay` [T], plus `net`, never below zero."""
    kept = np.cumprod(stay)
    if kept[-1] <= 1e-9:
        return _step_by_step(start, net, stay)
    # without the floor the stock is a sum of what came, each with what stayed of it since; the
    # floor gives back whatever that sum has lacked at worst so far
    free = start + np.cumsum(net / kept, axis=-1)
    lacked = np.minimum(np.minimum.accumulate(free, axis=-1), 0.0)
    return kept * (free - lacked)


def _step_by_step(start: float, net: Array, stay: Array) -> Array:
    out = np.empty(net.shape)
    now: Array | float = start
    for t, held in enumerate(stay.tolist()):
        now = np.maximum(now * held + net[..., t], 0.0)
        out[..., t] = now
    return out


@dataclass(frozen=True)
class Evidence:
    """An administrative count or a statement near the stock, and how it bears on it."""

    day: date
    name: str
    persons: float | None
    low: float | None
    high: float | None
    source_id: str
    part: str
    note: str
    note_fr: str


PARTS = {
    "statement": (
        "range stated for the whole; the start of the model's range",
        "intervalle énoncé pour l'ensemble; départ de l'intervalle du modèle",
    ),
    "inside": (
        "refused or removable people in the community: inside the stock",
        "personnes déboutées ou visées par un renvoi, dans la collectivité : dans le stock",
    ),
    "apart": (
        "removal orders not in force or stayed: most have a claim, an appeal or a stay open, so "
        "they are refugee claimants or protected for now, not part of the stock",
        "mesures de renvoi non exécutoires ou sursises : la plupart ont une demande, un appel ou "
        "un sursis en cours; elles ne font pas partie du stock",
    ),
}
"""How each piece of evidence bears on the stock, English and French."""

INSIDE = ("wanted", "warrants", "working_inventory", "removable_now", "enforceable", "denied")
APART = ("monitoring", "stay_inventory", "national_removal_inventory")


def evidence() -> tuple[Evidence, ...]:
    """Published ranges, and the removal inventories with what they overlap, by date."""
    found = [_evidence(figure, "statement") for figure in figures.rows("without_status")]
    for figure in figures.rows("stock.removal"):
        name = figure.item.removeprefix("measure=")
        if not figure.used or figure.province:
            continue
        if name.startswith(APART):
            found.append(_evidence(figure, "apart"))
        elif any(word in name for word in INSIDE):
            found.append(_evidence(figure, "inside"))
    return tuple(sorted(found, key=lambda e: (e.day, e.part, e.name)))


def _evidence(figure: figures.Figure, part: str) -> Evidence:
    name = figure.item.split("=", 1)[1]
    return Evidence(figure.start, name, figure.value, figure.low, figure.high,
                    figure.source_id, part, *PARTS[part])  # fmt: skip


def published() -> Range:
    """Widest of the national ranges published since 2012, persons."""
    chosen = [
        figure
        for figure in figures.rows("without_status")
        if figure.start.year >= 2012 and not figure.province and figure.high is not None
    ]
    low = min(figure.low for figure in chosen if figure.low is not None)
    high = max(figure.high for figure in chosen if figure.high is not None)
    return Range(np.array(low), np.array(high), METHOD, METHOD_FR)
