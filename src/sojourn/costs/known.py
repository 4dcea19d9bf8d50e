"""How a cohort was expected to move, from figures published by a day: shares and waits.

No simulation: the queue before the hearing is the published number pending over the stated yearly
capacity, carried on by the last twelve months of claims; shares are those of the latest tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.costs.follow import Way
from sojourn.inputs import figures, months
from sojourn.inputs.errors import InputError
from sojourn.inputs.figures import Figure
from sojourn.inputs.parameters import inverse_triangular

Floats = NDArray[np.float64]

RPD_POPULATION = "population=all_new_system"
CAPACITY_KINDS = ("kind=capacity", "kind=funded_capacity", "kind=funded_capacity_permanent")
TARGET_KINDS = ("kind=target", "kind=annual_target")
EARLY = 0.5
"""Part of the wait that those who withdraw or abandon have waited (no figure is published)."""


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


def _figures(
    series: str,
    day: date,
    *,
    item: str | None = None,
    period: str | None = None,
    nationality: str = "",
) -> list[Figure]:
    """Used figures of a series known by the day, oldest first; none is not an error."""
    try:
        if item is None:
            found = figures.select(series, day, period=period, nationality=nationality)
        else:
            found = figures.select(series, day, period=period, item=item, nationality=nationality)
    except InputError as refused:
        if refused.field == "as_of":
            return []
        raise
    return [figure for figure in found if figure.value is not None]


def _need(found: list[Figure], what: str, day: date) -> list[Figure]:
    if not found:
        raise InputError("cost", "as-of", day.isoformat(), f"a day on which {what} was published")
    return found


def _value(figure: Figure) -> float:
    assert figure.value is not None
    return figure.value


def capacity(day: date) -> Known:
    """Decisions a year as last stated by the day: funded or stated capacity, target or plan.

    The range is that of the statements of the twelve months before.
    """
    told: list[tuple[date, date, float, str]] = []
    for figure in _figures("rpd.capacity", day, item="*", period="*"):
        if figure.item in CAPACITY_KINDS:
            times = 12.0 if figure.unit.endswith("per month") else 1.0
            told.append((figure.available, figure.end, times * _value(figure), figure.source_id))
    for figure in _figures("rpd.target", day, item="*", period="*"):
        if figure.item in TARGET_KINDS:
            told.append((figure.available, figure.end, _value(figure), figure.source_id))
    for figure in _figures("projection", day, item="*", period="*"):
        if figure.item.startswith("measure=finalised;"):
            told.append((figure.available, figure.end, _value(figure), figure.source_id))
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
    counted = _figures("rpd.pending", day, item="population=all", period="day")
    counted = counted or _figures("rpd.pending", day, item=RPD_POPULATION, period="day")
    _need(counted, "a count of pending claims", day)
    at = np.array([months.of_day(figure.end) + 1.0 for figure in counted])
    value = np.array([_value(figure) for figure in counted])
    month = span + 0.5
    inside = np.interp(month, at, value)
    later = value[-1] + np.maximum(month - at[-1], 0.0) * (inflow - leaving) / 12.0
    return np.maximum(np.where(month > at[-1], later, inside), 0.0), float(at[-1])


def inflow(day: date) -> Known:
    """Claims a year: the last twelve months published by the day."""
    monthly = _need(_figures("claims", day, period="month"), "twelve months of claims", day)[-12:]
    total = sum(_value(figure) for figure in monthly)
    return Known(total, total, total, f"claims of 12 months to {monthly[-1].end:%Y-%m}")


def _rpd_shares(day: date, nationality: str | None) -> dict[str, Known]:
    years: dict[int, dict[str, float]] = {}
    names: tuple[str, ...] = ("accepted", "rejected", "withdrawn")
    if nationality is not None:
        names = ("accepted", "rejected", "abandoned", "withdrawn_other")
    for name in names:
        found = _figures(
            f"rpd.{name}", day, item=RPD_POPULATION, period="year", nationality=nationality or ""
        )
        for figure in found:
            parts = years.setdefault(figure.start.year, {})
            kind = "withdrawn" if name in ("abandoned", "withdrawn_other") else name
            parts[kind] = parts.get(kind, 0.0) + _value(figure)
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
    full = _need(_figures("rad.filed", day, period="year"), "a table of appeals", day)
    year = full[-1].start.year

    def of(series: str, item: str = "") -> float:
        found = [f for f in _figures(series, day, item=item, period="*") if f.end.year == year]
        return _value(_need(found, f"{series} of {year}", day)[-1])

    filed, done, left = of("rad.filed"), of("rad.finalised"), of("rad.pending")
    rejected = [
        _value(f) for f in _figures("rpd.rejected", day, item=RPD_POPULATION, period="year")
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


def _measure(series: str, day: date, measure: str) -> list[float]:
    return [
        _value(f) for f in _figures(series, day, item="*", period="*")
        if f.item.split(";")[0] == f"measure={measure}"
    ]  # fmt: skip


def _last(series: str, day: date, measure: str) -> float:
    """Last value of a measure known by the day. Raises InputError where there is none."""
    found = _measure(series, day, measure)
    if not found:
        what = measure.replace("_", " ")
        raise InputError("cost", "as-of", day.isoformat(), f"a day on which {what} was published")
    return found[-1]


def _court(day: date) -> tuple[dict[str, Known], Known]:
    instituted = _measure("court.evidence", day, "refugee_leave_applications_instituted")
    rejected = [
        _value(f) for f in _figures("rpd.rejected", day, item="population=all", period="year")
        if f.start.year == 2013
    ]  # fmt: skip
    asked = min(2.0 * instituted[-1] / rejected[-1], 1.0) if rejected and instituted else 0.5
    success = _measure("court.evidence", day, "overall_success_rate")
    low, high = (
        _last("court.evidence", day, f"time_for_judicial_review_{end}") for end in ("low", "high")
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
    days = _last("removals.evidence", day, "average_days_to_removal_post_2012")
    within = _last("removals.evidence", day, "removed_within_12_months_of_final_decision")
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


def _year(first: int, day: date, item: str, nationality: str = "") -> float | None:
    """Claims of the twelve months from `first`, None where not all were published by the day."""
    found = {
        months.of_day(f.start): _value(f)
        for f in _figures("claims", day, item=item, period="month", nationality=nationality)
    }
    span = range(first, first + 12)
    return sum(found[m] for m in span) if all(m in found for m in span) else None


def interceptions(first: int, last: int, day: date) -> float | None:
    """Persons intercepted in the months from first to last, None where not known by the day.

    A single month that no source gives is the year's total less the other eleven.
    """
    monthly: dict[int, float] = {}
    yearly: dict[int, float] = {}
    for figure in _figures("interceptions", day, period="*"):
        if figure.period == "month":
            monthly[months.of_day(figure.start)] = _value(figure)
        elif figure.period == "year":
            yearly[figure.start.year] = _value(figure)
    for year, total in yearly.items():
        missing = [m for m in range(12 * year, 12 * year + 12) if m not in monthly]
        if len(missing) == 1:
            known = sum(monthly[m] for m in range(12 * year, 12 * year + 12) if m in monthly)
            monthly[missing[0]] = total - known
    span = range(first, last + 1)
    return sum(monthly[m] for m in span) if all(m in monthly for m in span) else None


BOOKED_AT_BORDER = 12 * 2018 + 2
"""March 2018: until then Quebec's arrivals between ports were booked as inland claims."""


def persons(day: date, first: int, mode: str | None, nationality: str | None) -> float:
    """Persons who claim in the fiscal year that starts in month `first`, as known by the day.

    A year not complete by the day is taken to be like the last complete one. By mode: persons
    intercepted between ports; else claims by office, less those who had entered between ports.
    Raises InputError where nothing was published, or a nationality by mode is asked for.
    """
    if nationality is not None and mode is not None:
        raise InputError(
            "cost",
            "nationality",
            nationality,
            "no mode beside it: claims by both were not published by the day",
        )
    for back in range(6):
        start = first - 12 * back
        made = _persons(day, start, mode, nationality)
        if made is not None and made >= 1.0:
            return made
    field, value = ("mode", mode) if nationality is None else ("nationality", nationality)
    raise InputError("cost", field, value, f"a choice with claims published by {day.isoformat()}")


def _persons(day: date, first: int, mode: str | None, nationality: str | None) -> float | None:
    if mode is None:
        return _year(first, day, "", nationality or "")
    crossed = interceptions(first, first + 11, day)
    if mode == "between_ports":
        return crossed
    office = {"airport": "airport", "other": "other", "inland": "inland", "land_port": "border"}
    made = _year(first, day, f"office={office[mode]}")
    if made is None or mode in ("airport", "other"):
        return made
    last = first + 11
    turn = min(max(BOOKED_AT_BORDER, first), last + 1)
    span = (first, turn - 1) if mode == "inland" else (turn, last)
    booked = interceptions(*span, day) if span[0] <= span[1] else 0.0
    return None if booked is None else max(made - booked, 0.0)


def share_at_border(day: date, first: int, mode: str | None) -> float:
    """Share of the year's claims made at ports of entry or between them, as known by the day."""
    if mode is not None:
        return 1.0 if mode in ("land_port", "between_ports", "airport") else 0.0
    everyone = persons(day, first, None, None)
    at = [persons(day, first, m, None) for m in ("land_port", "between_ports", "airport")]
    return min(sum(at) / everyone, 1.0)


def share_between(day: date, first: int, mode: str | None) -> float:
    """Share of the year's claimants intercepted between ports, as known by the day."""
    if mode is not None:
        return float(mode == "between_ports")
    crossed = persons(day, first, "between_ports", None)
    return min(crossed / persons(day, first, None, None), 1.0)


def pr_wait(day: date) -> float:
    """Months from acceptance to permanent residence last published by the day (0: none was)."""
    told = _measure("pr.processing_time", day, "time_to_pr_after_acceptance")
    told += _measure("pr.processing_time", day, "processing_time_in_canada")
    return told[-1] if told else 0.0


NAMES = ("capacity", "accepted", "withdrawn", "court_filed", "court_returned", "removed",
         "eligibility", "rad", "court")  # fmt: skip
"""What is drawn for each member, in this order."""


@dataclass(frozen=True)
class KnownCourse:
    """A cohort on the course that was expected at a day (see `follow.Course`)."""

    entry: Floats
    persons: Floats
    weight: Floats
    at_border: Floats
    between: Floats
    per_claim: Mapping[str, Floats]
    shares: Mapping[str, Floats]
    waits: Mapping[str, Floats]
    rpd_wait: Floats
    members: int = 1

    def ways(self, stage: str, start: Floats) -> list[Way]:
        """Ways out of a stage; the wait for a second hearing is that of the first."""
        s, size = self.shares, (self.members, self.entry.size)
        wait = self.rpd_wait if stage == "rpd" else self.waits.get(stage, self.waits["pr"])
        months = {part: np.broadcast_to(part * wait, size) for part in (1.0, EARLY)}

        def way(edge: str, share: Floats | float, part: float = 1.0) -> Way:
            return Way(edge, np.broadcast_to(share, (1, *size)), months[part])

        if stage == "eligibility":
            return [way("eligibility.referred", 1.0)]
        if stage == "rpd":
            merits = 1.0 - s["withdrawn"]
            rejected = merits * (1.0 - s["accepted"])
            without = rejected * (1.0 - s["appealed"])
            return [
                way("rpd.accepted", merits * s["accepted"]),
                way("rpd.rejected_appealed", rejected * s["appealed"]),
                way("rpd.rejected_court", without * s["court_filed"]),
                way("rpd.rejected_final", without * (1.0 - s["court_filed"])),
                way("rpd.withdrawn", s["withdrawn"], EARLY),
            ]
        if stage == "rad":
            closed = 1.0 - s["substituted"] - s["referred_back"] - s["confirmed"]
            return [
                way("rad.substituted", s["substituted"]),
                way("rad.referred_back", s["referred_back"]),
                way("rad.dismissed_court", s["confirmed"] * s["court_filed"]),
                way("rad.dismissed_final", s["confirmed"] * (1.0 - s["court_filed"])),
                way("rad.closed", closed, EARLY),
            ]
        if stage == "court":
            return [
                way("court.returned", s["court_returned"]),
                way("court.dismissed", 1.0 - s["court_returned"]),
            ]
        if stage == "removal":
            return [
                way("removal.removed", s["removed"]),
                way("removal.unlocated", 1.0 - s["removed"]),
            ]
        return [way("pr.admitted", 1.0)]


class Arriving(NamedTuple):
    """Who arrives: persons by month [12], shares at the border and between ports, what each claim
    takes on arrival, and months from acceptance to permanent residence (0: not published)."""

    persons: Floats
    at_border: float
    between: float
    per_claim: Mapping[str, Floats]
    pr_wait: float


def course(
    known: Setting, span: NDArray[np.int64], arriving: Arriving, u: Floats | None = None
) -> KnownCourse:
    """The course of a cohort that enters in the months of `span`.

    u [M, len(NAMES)]: probabilities of the members (None: one member, the central values).
    """
    table = {"capacity": known.capacity, **known.shares, **known.waits}

    def drawn(name: str) -> Floats:
        k = table[name]
        if u is None or name not in NAMES:
            return np.full((1, 1), k.value)
        at = u[:, NAMES.index(name), None]
        return inverse_triangular(at, np.array(k.low), np.array(k.value), np.array(k.high))

    able = drawn("capacity")
    # the queue grows by claims less capacity, so another capacity also changes what is pending
    ahead = np.maximum(span + 0.5 - known.counted_until, 0.0)
    waiting = known.pending - ahead * (able - known.capacity.value) / 12.0
    return KnownCourse(
        span.astype(np.float64), arriving.persons, np.ones((1, arriving.persons.size)),
        np.array([arriving.at_border]), np.array([arriving.between]), arriving.per_claim,
        {name: drawn(name)[None] for name in known.shares},
        {**{name: drawn(name) for name in known.waits}, "pr": np.full((1, 1), arriving.pr_wait)},
        12.0 * np.maximum(waiting, 0.0) / able, 1 if u is None else len(u),
    )  # fmt: skip
