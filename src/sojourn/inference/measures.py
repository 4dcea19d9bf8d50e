"""From modelled states to what is published: sums, stocks, means, shares, four RPD definitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import groups
from sojourn.flow.simulate import Flows
from sojourn.inputs import figures, months
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.figures import Figure

Array = NDArray[np.float64]

STOCKS = ("rpd.pending", "rad.pending", "eligibility.pending", "pr.pending", "court.pending")
MEANS = {"rpd.wait_finalised": "rpd.finalised"}
"""Series published as a mean over a period, and what weights its months."""

POPULATIONS = ("all_new_system", "legacy", "all", "regular", "irregular", "unhcr_first_instance")
"""Definitions of an RPD count (docs/figures.md): claims referred from 15 December 2012; those
before; both with the Board's other cases; those who did or did not enter between ports of entry;
and UNHCR's, which counts claims made from 2022 and, as pending, those not yet referred."""

UNHCR_CHANGED = months.parse("2022-01")
"""Month from which UNHCR's applications are claims made; referrals before."""

AGES = {
    "lt_6_months": (0, 6), "6_12_months": (6, 12), "lt_12_months": (0, 12),
    "12plus_months": (12, None), "1_2_years": (12, 24), "1_3_years": (12, 36),
    "2plus_years": (24, None), "3plus_years": (36, None),
}  # fmt: skip
"""Ages as published, in months: from, below."""


@dataclass(frozen=True)
class Measure:
    """How a published figure is read off a run: months it spans and a function of the flows."""

    first: int
    last: int
    read: Callable[[Flows], float]


def measure(figure: Figure) -> Measure:
    """The reading of a run that a figure publishes.

    Raises InputError for a series, population, age or period that no run gives.
    """
    first, last = months.of_day(figure.start), months.of_day(figure.end)
    item = dict(part.split("=", 1) for part in figure.item.split(";") if "=" in part)
    if figure.series == "rpd.age":
        return Measure(last, last, _age(item.get("age", ""), last, figure.unit == "share"))
    if figure.series == "rpd.age_under_12":
        return Measure(last, last, _age("lt_12_months", last, True))
    if figure.series in STOCKS and figure.start != figure.end:
        first = last
    values = _values(figure.series, item)
    if figure.series in STOCKS:
        return Measure(last, last, lambda run: float(values(run)[_at(run, last)]))
    if figure.series in MEANS:
        weight = MEANS[figure.series]

        def mean(run: Flows) -> float:
            span = slice(_at(run, first), _at(run, last) + 1)
            number = run.series(weight)[span]
            return float((values(run)[span] * number).sum() / number.sum())

        return Measure(first, last, mean)
    return Measure(
        first, last, lambda run: float(values(run)[_at(run, first) : _at(run, last) + 1].sum())
    )


def _at(run: Flows, month: int) -> int:
    return month - int(run.months[0])


def _values(series: str, item: dict[str, str]) -> Callable[[Flows], Array]:
    population = item.get("population", "all_new_system")
    family = series.split(".")[0]
    if (family == "rpd" and series not in MEANS) or series == "referred":
        if population not in POPULATIONS:
            raise InputError("measures", "population", population, nearest(population, POPULATIONS))
        return lambda run: by_population(run, series, population)
    if series == "rad.allowed" and "outcome" in item:
        return lambda run: run.total_flow(f"rad.{item['outcome']}")
    known = {k: v for k, v in item.items() if k != "population"}
    if known:
        raise InputError("measures", "item", item, "a figure of the whole series")
    return lambda run: run.series(series)


def by_population(run: Flows, series: str, population: str) -> Array:
    """An RPD series [T] under one of the definitions of POPULATIONS.

    series: referred, rpd.pending, rpd.finalised, rpd.accepted, rpd.rejected or rpd.withdrawn.
    The Board's other cases (applications to vacate or cease, re-determinations) are not modelled:
    `all` adds the share they had in 2019, the year with both tables.
    """
    if population == "all_new_system":
        return run.series(series)
    if population == "irregular":
        chosen = groups.select("between_ports", None)
        return run.by_group(series)[:, chosen].sum(axis=1)
    if population == "regular":
        return by_population(run, series, "all") - by_population(run, series, "irregular")
    if population == "unhcr_first_instance":
        if series == "referred":
            early = run.months < UNHCR_CHANGED
            return np.where(early, run.series("referred"), run.series("claims"))
        if series == "rpd.pending":
            whole = run.series(series) + _legacy(run, series)
            return whole + np.where(
                run.months < UNHCR_CHANGED, 0.0, run.series("eligibility.pending")
            )
        return run.series(series) + _legacy(run, series)
    legacy = _legacy(run, series)
    if population == "legacy":
        return legacy
    return (run.series(series) + legacy) * (1.0 + other_cases(series))


def _legacy(run: Flows, series: str) -> Array:
    if series == "rpd.pending":
        return run.series("rpd_legacy.pending")
    if series == "referred":
        return np.zeros(len(run.months))
    outcome = {"rpd.finalised": "", "rpd.accepted": "accepted", "rpd.rejected": "rejected",
               "rpd.withdrawn": "withdrawn"}[series]  # fmt: skip
    names = [e.name for e in run.network.edges if e.name.startswith(f"rpd_legacy.{outcome}")]
    return np.sum([run.total_flow(name) for name in names], axis=0)


@lru_cache(maxsize=8)
def other_cases(series: str) -> float:
    """Share by which the count of all cases exceeded that of new-system claims in 2019.

    Pending claims of the legacy system (585 at the end of 2018) are small beside it.
    """
    name = "rpd.pending" if series == "rpd.pending" else "referred"
    found: dict[str, float | None] = {}
    for figure in figures.select(name, item="*", period="*"):
        whole = name == "rpd.pending" or figure.period == "year"
        if whole and (figure.end.year, figure.end.month) == (2019, 12):
            found.setdefault(figure.item, figure.value)
    both = found.get("population=all"), found.get("population=all_new_system")
    if both[0] is None or both[1] is None:
        raise InputError("measures", "series", name, "both definitions published for 2019")
    return both[0] / both[1] - 1.0


def _age(name: str, last: int, share: bool) -> Callable[[Flows], float]:
    if name not in AGES:
        raise InputError("measures", "age", name, nearest(name, AGES))
    low, high = AGES[name]

    def read(run: Flows) -> float:
        at, rpd = _at(run, last), run.network.stage("rpd")
        pending = float(run.stock_total[rpd, at])
        below = {0: 0.0, None: pending}
        for limit, values in zip((6, 12, 24, 36), run.age, strict=True):
            below[limit] = float(values[at])
        count = below[high] - below[low]
        return count / pending if share else count

    return read
