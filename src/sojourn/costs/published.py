"""Figures that were published by a day, and those who had arrived by then, as counted."""

from __future__ import annotations

from datetime import date

from sojourn.inputs import figures, months
from sojourn.inputs.errors import InputError
from sojourn.inputs.figures import Figure


def known_figures(
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


def need(found: list[Figure], what: str, day: date) -> list[Figure]:
    """The figures themselves. Raises InputError where there are none."""
    if not found:
        raise InputError("cost", "as-of", day.isoformat(), f"a day on which {what} was published")
    return found


def number(figure: Figure) -> float:
    """The value of a figure that has one."""
    assert figure.value is not None
    return figure.value


def measures(series: str, day: date, measure: str) -> list[float]:
    """Values of a measure known by the day, oldest first."""
    return [
        number(f) for f in known_figures(series, day, item="*", period="*")
        if f.item.split(";")[0] == f"measure={measure}"
    ]  # fmt: skip


def last_measure(series: str, day: date, measure: str) -> float:
    """Last value of a measure known by the day. Raises InputError where there is none."""
    found = measures(series, day, measure)
    if not found:
        what = measure.replace("_", " ")
        raise InputError("cost", "as-of", day.isoformat(), f"a day on which {what} was published")
    return found[-1]


def _year(first: int, day: date, item: str, nationality: str = "") -> float | None:
    """Claims of the twelve months from `first`, None where not all were published by the day."""
    found = {
        months.of_day(f.start): number(f)
        for f in known_figures("claims", day, item=item, period="month", nationality=nationality)
    }
    span = range(first, first + 12)
    return sum(found[m] for m in span) if all(m in found for m in span) else None


def interceptions(first: int, last: int, day: date) -> float | None:
    """Persons intercepted in the months from first to last, None where not known by the day.

    A single month that no source gives is the year's total less the other eleven.
    """
    monthly: dict[int, float] = {}
    yearly: dict[int, float] = {}
    for figure in known_figures("interceptions", day, period="*"):
        if figure.period == "month":
            monthly[months.of_day(figure.start)] = number(figure)
        elif figure.period == "year":
            yearly[figure.start.year] = number(figure)
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
    told = measures("pr.processing_time", day, "time_to_pr_after_acceptance")
    told += measures("pr.processing_time", day, "processing_time_in_canada")
    return told[-1] if told else 0.0
