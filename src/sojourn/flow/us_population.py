"""People in the United States without status: the residual method, its rivals and a path.

Residual: the foreign born counted by the survey, corrected for those it missed, less the foreign
born present with status (admissions less deaths and emigration, and nonimmigrants). Components:
DHS, January 2022 (table A1-1), which gives 10.98 million where DHS prints 10.99.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.ranges import Range
from sojourn.inputs import figures, months, parameters
from sojourn.inputs.parameters import Paths

Array = NDArray[np.float64]

PREFIX = "us.residual."
WINDOW = 18
"""Months either side within which an estimate bears on a month of the path."""


@dataclass(frozen=True)
class Components:
    """Components of the residual, persons in January 2022; `undercount` is a share of the result.

    The shift moves the survey's reference date. Undercounts of people with status are part of the
    foreign born, since those with status are counted from administrative data.
    """

    survey: float
    shift: float
    missed_nonimmigrants: float
    missed_residents: float
    admitted: float
    deaths: float
    emigration: float
    nonimmigrants: float
    undercount: float


@dataclass(frozen=True)
class Sensitivity:
    """Result in persons when one assumption goes to its low and its high, others held."""

    assumption: str
    low_value: float
    high_value: float
    at_low: float
    at_high: float
    source_id: str


@dataclass(frozen=True)
class Rival:
    """A published estimate and why it differs from the residual of DHS."""

    estimator: str
    version: str
    day: date
    persons: float | None
    low: float | None
    high: float | None
    source_id: str
    reason: str
    reason_fr: str


@lru_cache(maxsize=1)
def components() -> Components:
    """The published components of DHS (series us.residual)."""
    table = {
        f.item.removeprefix("component=DHS_A1-1:"): float(f.value or 0)
        for f in figures.rows("us.residual")
        if f.used and f.item.startswith("component=DHS_A1-1:")
    }
    return Components(
        survey=table["foreign_born_entered_1980_2021_acs"],
        shift=table["reference_date_shift_adjustment"],
        missed_nonimmigrants=table["undercount_nonimmigrants"],
        missed_residents=table["undercount_lpr_refugee_asylee"],
        admitted=table["lpr_refugee_asylee_flow_1980_2021"],
        deaths=table["mortality_of_lpr_refugee_asylee_1980_2021"],
        emigration=table["emigration_of_lpr_refugee_asylee_1980_2021"],
        nonimmigrants=table["nonimmigrant_resident"],
        undercount=_undercount(table),
    )


def _undercount(table: Mapping[str, float]) -> float:
    """Share of people without status whom the survey missed, from the persons DHS added."""
    with_status = (
        table["lpr_refugee_asylee_flow_1980_2021"]
        - table["mortality_of_lpr_refugee_asylee_1980_2021"]
        - table["emigration_of_lpr_refugee_asylee_1980_2021"]
        + table["nonimmigrant_resident"]
    )
    total = table["estimated_foreign_born_resident"] - with_status
    return table["undercount_without_status"] / total


def residual(parts: Components) -> float:
    """Persons without status by the residual method."""
    with_status = parts.admitted - parts.deaths - parts.emigration + parts.nonimmigrants
    born_abroad = parts.survey + parts.shift + parts.missed_nonimmigrants + parts.missed_residents
    return (born_abroad - with_status) / (1.0 - parts.undercount)


ASSUMPTIONS = ("undercount", "missed_status", "deaths", "emigration", "nonimmigrants")
"""Parameters us.residual.*: the undercount is a share, the others factors on DHS's component."""


def adjusted(values: Mapping[str, float]) -> Components:
    """DHS's components with assumptions (by name without prefix) at other values."""
    parts = components()
    missed = values.get("missed_status", 1.0)
    return replace(
        parts,
        undercount=values.get("undercount", parts.undercount),
        missed_nonimmigrants=parts.missed_nonimmigrants * missed,
        missed_residents=parts.missed_residents * missed,
        deaths=parts.deaths * values.get("deaths", 1.0),
        emigration=parts.emigration * values.get("emigration", 1.0),
        nonimmigrants=parts.nonimmigrants * values.get("nonimmigrants", 1.0),
    )


def sensitivity() -> tuple[Sensitivity, ...]:
    """The answer as each assumption goes to the ends of its range, widest first."""
    table = parameters.load()
    found = []
    for name in ASSUMPTIONS:
        row = table.rows_of(PREFIX + name)[0]
        at_low, at_high = (residual(adjusted({name: v})) for v in (row.low, row.high))
        found.append(Sensitivity(name, row.low, row.high, at_low, at_high, row.source_id))
    return tuple(sorted(found, key=lambda s: -abs(s.at_high - s.at_low)))


def interval() -> Range:
    """Range of the residual in January 2022: independent assumptions added in quadrature."""
    centre = residual(components())
    moves = [(s.at_low - centre, s.at_high - centre) for s in sensitivity()]
    down = np.sqrt(sum(min(*move, 0.0) ** 2 for move in moves))
    up = np.sqrt(sum(max(*move, 0.0) ** 2 for move in moves))
    return Range(np.array(centre - down), np.array(centre + up), METHOD, METHOD_FR)


METHOD = "residual of DHS (January 2022), assumptions at the ends of their ranges in quadrature"
METHOD_FR = (
    "résidu du DHS (janvier 2022), hypothèses aux bornes de leurs intervalles, en quadrature"
)

REASONS: Mapping[str, tuple[str, str]] = {
    "DHS": (
        "residual on the American Community Survey; entrants since 1980; undercount 13 % in the "
        "first year, falling by 7.5 % a year; earlier versions used older census weights",
        "résidu de l'enquête ACS; entrées depuis 1980; sous-dénombrement de 13 % la première "
        "année, en baisse de 7,5 % par an; versions antérieures sur d'anciens poids de recensement",
    ),
    "Pew": (
        "residual too, at 1 July; counts people with temporary protection, parole or a pending "
        "asylum case; the revision of 2025 adds arrivals that the survey's weights missed",
        "résidu également, au 1er juillet; compte les protections temporaires, admissions sur "
        "parole et demandes d'asile en cours; révision de 2025 pour les arrivées non pondérées",
    ),
    "MPI": (
        "status imputed to each survey record; counts people in a liminal status; the revision of "
        "2026 follows new population weights",
        "statut imputé à chaque enregistrement; compte les statuts liminaux; la révision de 2026 "
        "suit de nouveaux poids de population",
    ),
    "CMS": (
        "status by occupation and year of entry; the 2026 version assumes that the survey "
        "misses 37 % of entrants of 2021-2024, against 13 % in DHS's first year",
        "statut selon l'emploi et l'année d'entrée; en 2026, on suppose que l'enquête manque "
        "37 % des arrivées de 2021-2024, contre 13 % la première année au DHS",
    ),
    "CIS": (
        "monthly Current Population Survey, three years later, with its population controls of "
        "January 2025; 2.25 % undercount",
        "enquête mensuelle CPS, trois ans plus tard, avec ses contrôles de population de janvier "
        "2025; sous-dénombrement de 2,25 %",
    ),
    "Fazel-Zarandi et al.": (
        "not a residual: inflows less outflows since 1990, with entries inferred from apprehension "
        "rates; critics find the excess in the circular migration of the 1990s",
        "pas un résidu : entrées moins sorties depuis 1990, entrées déduites des taux "
        "d'interception; les critiques situent l'excédent dans la migration circulaire d'alors",
    ),
    "Van Hook et al. 2021": (
        "interval of the residual when emigration, mortality and undercount vary together",
        "intervalle du résidu quand émigration, mortalité et sous-dénombrement varient ensemble",
    ),
}
"""Why each estimator differs, English and French, by its name in series us.without_status."""

_REMARK = (
    "one of several statements of this estimator", "une des mentions de cet estimateur",
)  # fmt: skip


def rivals() -> tuple[Rival, ...]:
    """Every published national total since 2012, with the reason why it differs."""
    found = []
    for figure in figures.rows("us.without_status"):
        item = dict(part.split("=", 1) for part in figure.item.split(";") if "=" in part)
        if not set(item) <= {"estimator", "version"} or figure.nationality or not figure.used:
            continue
        if figure.start.year < 2012:
            continue
        reason = REASONS.get(item["estimator"], _REMARK)
        found.append(
            Rival(item["estimator"], item.get("version", ""), figure.start, figure.value,
                  figure.low, figure.high, figure.source_id, *reason)
        )  # fmt: skip
    return tuple(sorted(found, key=lambda rival: (rival.day, rival.estimator, rival.version)))


RESIDUALS = ("DHS", "Pew", "MPI", "CMS", "CIS")
"""Estimators whose spread makes the path; stock-flow estimates stand beside it."""


@lru_cache(maxsize=1)
def _spread() -> tuple[NDArray[np.int64], Array]:
    """Month and persons of the estimates that make the path, newest version of each."""
    old = ("first", "superseded", "cited", "as published 2018", "as published Dec", "Jan 2021")
    chosen = [
        (months.of_day(r.day), r.persons)
        for r in rivals()
        if r.estimator in RESIDUALS and r.persons and not any(word in r.version for word in old)
    ]
    return np.array([c[0] for c in chosen]), np.array([float(c[1]) for c in chosen])


@lru_cache(maxsize=16)
def _published(first: int, length: int) -> tuple[Array, Array, int]:
    """Smallest and largest estimate around each month [T], and the index after the last one."""
    span = np.arange(first, first + length)
    at, persons = _spread()
    low, high = np.empty(length), np.empty(length)
    for t, month in enumerate(span):
        gap = np.abs(at - month)
        near = persons[gap <= max(WINDOW, int(gap.min()))]
        low[t], high[t] = near.min(), near.max()
    return low, high, int(np.clip(at.max() + 1 - first, 0, length))


def path(paths: Paths) -> Range:
    """Low and high by month [T], persons.

    To January 2025: the smallest and largest residual estimate within 18 months, times the
    residual's own range. After: net change a year, less removals above the shipped US removals.
    """
    low, high, end = _published(int(paths.months[0]), len(paths.months))
    inside = interval()
    centre = residual(components())
    low, high = low * (inside.low / centre), high * (inside.high / centre)
    fewest = _change(paths, paths.low, paths.high)
    most = _change(paths, paths.high, paths.low)
    low, high = _carried(low, fewest, end), _carried(high, most, end)
    return Range(low, np.maximum(high, low), METHOD_PATH, METHOD_PATH_FR)


METHOD_PATH = (
    "spread of residual estimates times the residual's range; then net change and removals"
)
METHOD_PATH_FR = (
    "étendue des estimations résiduelles fois l'intervalle du résidu; puis solde et renvois"
)


def member(paths: Paths) -> Array:
    """One member's path [T] (several: [n, T]), persons: for quantiles only, never shown alone."""
    low, high, end = _published(int(paths.months[0]), len(paths.months))
    # the residual is plain arithmetic, so it takes an array [n, 1] as well as a number
    values: dict[str, Any] = {name: paths[PREFIX + name][..., :1] for name in ASSUMPTIONS}
    ratio = residual(adjusted(values)) / residual(components())
    where = paths["us.without_status.estimator"]
    return _carried((low + (high - low) * where) * ratio, _change(paths), end)


def _change(paths: Paths, net: Array | None = None, ended: Array | None = None) -> Array:
    """Net change a month [T], from tables of values [P, T] (None: the paths' own).

    `us.without_status.net` is the change a year under the shipped US removals; removals above them
    end stays in the share `us.without_status.removed`.
    """
    moved = _row(paths, "us.without_status.net", net)
    out = _row(paths, "us.without_status.removed", ended)
    shipped = parameters.shipped(paths.months)["us.removals"]
    return (moved - out * (paths["us.removals"] - shipped)) / 12.0


def _row(paths: Paths, name: str, values: Array | None) -> Array:
    return paths[name] if values is None else values[paths.index[name]]


def _carried(stock: Array, change: Array, end: int) -> Array:
    """The stock kept to `end` and moved on by the changes after it; never negative."""
    out = stock.copy()
    if 0 < end < out.shape[-1]:
        moved = out[..., end - 1 : end] + np.cumsum(change[..., end:], axis=-1)
        out[..., end:] = np.maximum(moved, 0.0)
    return out
