"""How a cohort was expected to move, from figures published by a day: shares and waits.

No simulation: the queue before the hearing is the published number pending over the stated yearly
capacity, carried on by the last twelve months of claims; shares are those of the latest tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.costs.published import known_figures, last_measure, measures, need, number
from sojourn.inputs import months
from sojourn.inputs.errors import InputError

Floats = NDArray[np.float64]

RPD_POPULATION = "population=all_new_system"
CAPACITY_KINDS = ("kind=capacity", "kind=funded_capacity", "kind=funded_capacity_permanent")
TARGET_KINDS = ("kind=target", "kind=annual_target")


class Known(NamedTuple):
    """A quantity as known at a day, with the range of its rivals, and where it is from."""

    value: float
    low: float
    high: float
    how: str


class Setting(NamedTuple):
    """All that a cohort's course needs; each as known at the day."""

    pending: Floats
    counted_until: float
    capacity: Known
    inflow: Known
    shares: Mapping[str, Known]
    waits: Mapping[str, Known]


def capacity(day: date) -> Known:
    """Decisions a year as last stated by the day: funded or stated capacity, target or plan.

    The range is that of the statements of the twelve months before.
    """
    told: list[tuple[date, date, float, str]] = []
    for figure in known_figures("rpd.capacity", day, item="*", period="*"):
        if figure.item in CAPACITY_KINDS:
            times = 12.0 if figure.unit.endswith("per month") else 1.0
            told.append((figure.available, figure.end, times * number(figure), figure.source_id))
    for figure in known_figures("rpd.target", day, item="*", period="*"):
        if figure.item in TARGET_KINDS:
            told.append((figure.available, figure.end, number(figure), figure.source_id))
    for figure in known_figures("projection", day, item="*", period="*"):
        if figure.item.startswith("measure=finalised;"):
            told.append((figure.available, figure.end, number(figure), figure.source_id))
    if not told:
        raise InputError("cost", "as-of", day.isoformat(), "a day with a stated capacity")
    told.sort()
    last = told[-1]
    since = date(last[0].year - 1, last[0].month, 1)
    rivals = [value for available, _, value, _ in told if available >= since]
    return Known(last[2], min(rivals), max(rivals), f"stated capacity ({last[3]})")


def pending(
    day: date, span: NDArray[np.int64], inflow: float, leaving: float
) -> tuple[Floats, float]:
    """Claims before the RPD in the middle of each month of `span` [T], and the last month counted.

    Between published counts in a straight line; after the last one by claims less capacity.
    """
    counted = known_figures("rpd.pending", day, item="population=all", period="day")
    counted = counted or known_figures("rpd.pending", day, item=RPD_POPULATION, period="day")
    need(counted, "a count of pending claims", day)
    at = np.array([months.of_day(figure.end) + 1.0 for figure in counted])
    value = np.array([number(figure) for figure in counted])
    month = span + 0.5
    inside = np.interp(month, at, value)
    later = value[-1] + np.maximum(month - at[-1], 0.0) * (inflow - leaving) / 12.0
    return np.maximum(np.where(month > at[-1], later, inside), 0.0), float(at[-1])


def inflow(day: date) -> Known:
    """Claims a year: the last twelve months published by the day."""
    monthly = need(known_figures("claims", day, period="month"), "twelve months of claims", day)[
        -12:
    ]
    total = sum(number(figure) for figure in monthly)
    return Known(total, total, total, f"claims of 12 months to {monthly[-1].end:%Y-%m}")


def _rpd_shares(day: date, nationality: str | None) -> dict[str, Known]:
    years: dict[int, dict[str, float]] = {}
    names: tuple[str, ...] = ("accepted", "rejected", "withdrawn")
    if nationality is not None:
        names = ("accepted", "rejected", "abandoned", "withdrawn_other")
    for name in names:
        found = known_figures(
            f"rpd.{name}", day, item=RPD_POPULATION, period="year", nationality=nationality or ""
        )
        for figure in found:
            parts = years.setdefault(figure.start.year, {})
            kind = "withdrawn" if name in ("abandoned", "withdrawn_other") else name
            parts[kind] = parts.get(kind, 0.0) + number(figure)
    whole = {
        y: parts
        for y, parts in sorted(years.items())
        if len(parts) == 3 and parts["accepted"] + parts["rejected"] > 0
    }
    if not whole:
        what = f"RPD outcomes of a year{f' for {nationality}' if nationality else ''}"
        raise InputError("cost", "as-of", day.isoformat(), f"a day with {what}")
    recent = list(whole)[-3:]
    merits = {y: whole[y]["accepted"] + whole[y]["rejected"] for y in recent}
    last = recent[-1]

    def known(of: dict[int, float], what: str) -> Known:
        how = f"{what}, {last} (range {recent[0]} to {last})"
        return Known(of[last], min(of.values()), max(of.values()), how)

    return {
        "accepted": known({y: whole[y]["accepted"] / merits[y] for y in recent},
                          "accepted of those decided on the merits"),
        "withdrawn": known(
            {y: whole[y]["withdrawn"] / sum(whole[y].values()) for y in recent},
            "withdrawn or abandoned of those finalised"),
        "rejected_count": known({y: whole[y]["rejected"] for y in recent}, "rejected"),
    }  # fmt: skip


def _rad(day: date) -> tuple[dict[str, Known], Known]:
    """Shares and wait of the appeal division from its last full table known by the day."""
    full = need(known_figures("rad.filed", day, period="year"), "a table of appeals", day)
    year = full[-1].start.year

    def of(series: str, item: str = "") -> float:
        found = [f for f in known_figures(series, day, item=item, period="*") if f.end.year == year]
        return number(need(found, f"{series} of {year}", day)[-1])

    filed, done, left = of("rad.filed"), of("rad.finalised"), of("rad.pending")
    rejected = [
        number(f) for f in known_figures("rpd.rejected", day, item=RPD_POPULATION, period="year")
        if f.start.year == year
    ]  # fmt: skip
    share = min(filed / rejected[-1], 1.0)
    table = f"RAD table of {year}"
    exact = {
        "appealed": (share, "appeals filed over claims rejected"),
        "substituted": (of("rad.allowed", "outcome=substituted") / done, "accepted on appeal"),
        "referred_back": (of("rad.allowed", "outcome=referred_back") / done, "sent back"),
        "confirmed": (of("rad.dismissed", "outcome=confirmed") / done, "refusal confirmed"),
    }
    shares = {name: Known(v, v, v, f"{what}, {table}") for name, (v, what) in exact.items()}
    now = 12.0 * left / done
    wait = Known(
        now, min(12.0 * left / filed, now), max(now * filed / done, now),
        f"pending over finalised, {table}; low if capacity meets intake, high if the gap goes on",
    )  # fmt: skip
    return shares, wait


def _court(day: date) -> tuple[dict[str, Known], Known]:
    instituted = measures("court.evidence", day, "refugee_leave_applications_instituted")
    rejected = [
        number(f) for f in known_figures("rpd.rejected", day, item="population=all", period="year")
        if f.start.year == 2013
    ]  # fmt: skip
    asked = min(2.0 * instituted[-1] / rejected[-1], 1.0) if rejected and instituted else 0.5
    success = measures("court.evidence", day, "overall_success_rate")
    low, high = (
        last_measure("court.evidence", day, f"time_for_judicial_review_{end}")
        for end in ("low", "high")
    )
    shares = {
        "filed": Known(asked, 0.6 * asked, min(1.4 * asked, 1.0),
                       "leave applications of half of 2013, doubled, over claims rejected in 2013"
                       " (range 40 % either way: assumed)"),
        "returned": Known(success[-1], min(success), max(success), "success rate at the Court"),
    }  # fmt: skip
    wait = Known((low + high) / 2.0, low, high, "time for judicial review (minister, 2012)")
    return shares, wait


def setting(
    day: date, span: NDArray[np.int64], *, all_removed: bool, nationality: str | None = None
) -> Setting:
    """What was known by the day for cohorts that enter in the months of `span`.

    nationality: outcomes of its claims before the RPD (None: of all claims). all_removed: whoever
    is finally refused is costed to the removal (the PBO's scope), else the published share removed
    within twelve months. Raises InputError where too little was known.
    """
    come, able = inflow(day), capacity(day)
    rpd = _rpd_shares(day, nationality)
    rad, rad_wait = _rad(day)
    court, court_wait = _court(day)
    days = last_measure("removals.evidence", day, "average_days_to_removal_post_2012")
    within = last_measure("removals.evidence", day, "removed_within_12_months_of_final_decision")
    if all_removed:
        removed = Known(1.0, within, 1.0,
                        "scope: every final refusal is costed to the removal; low: the share"
                        " removed within 12 months")  # fmt: skip
    else:
        removed = Known(within, within, 1.0, "removed within 12 months; high: all")
    lag = Known(0.1, 0.0, 0.25, "three working days to the eligibility decision")
    removal = days / 30.4375
    shares = {
        "accepted": rpd["accepted"], "withdrawn": rpd["withdrawn"], **rad,
        "court_filed": court["filed"], "court_returned": court["returned"], "removed": removed,
    }  # fmt: skip
    waits = {
        "eligibility": lag, "rad": rad_wait, "court": court_wait,
        "removal": Known(removal, removal, removal, "mean days to removal after the refusal"),
    }  # fmt: skip
    return Setting(*pending(day, span, come.value, able.value), able, come, shares, waits)
