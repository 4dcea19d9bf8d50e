"""Onward claims after announced ends of protection: what the episodes of 2017 and 2025 show.

Excess claims over their usual number, divided by the people told, and how they spread over the
months after the announcement. Two episodes, one under each scope of the Agreement; parameters
`push.onward.*` and `push.DELAY` hold these numbers (tests/flow/test_push.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.arrivals import history
from sojourn.flow.effects import Estimate
from sojourn.flow.events import LAND, NATIONALITY_LIST
from sojourn.inputs import figures, months

Array = NDArray[np.float64]

MONTHS = 6
"""Months from the announcement over which onward claims are counted, its own included."""


@dataclass(frozen=True)
class Episode:
    """Claims above usual after an announcement, persons by month since it [6], and those told.

    `told`: fewest, most likely and most people told, as published.
    """

    name: str
    excess: tuple[Array, ...]
    told: tuple[float, float, float]

    @property
    def share(self) -> Estimate:
        """Onward claims per person told."""
        total = float(sum(part.sum() for part in self.excess))
        fewest, likely, most = self.told
        return Estimate(total / likely, total / most, total / fewest)


def announcement_2017() -> Episode:
    """Haitian claims from May 2017, above their mean of January to April 2017.

    Told: 58,000 advised in May; holders are counted as 50,000 and as 59,000 elsewhere.
    """
    haiti = history().claims[:, :, NATIONALITY_LIST.index("HTI")].sum(axis=1)
    first = months.parse("2017-05") - months.FIRST
    usual = haiti[first - 4 : first].mean()
    advised = _value("push.evidence", "Haitians advised in May 2017")
    holders = [
        f.value
        for f in figures.rows("us.tps_holders")
        if f.nationality == "HTI" and f.start.year == 2017 and f.value
    ]
    return Episode(
        "2017 announcement",
        (np.maximum(haiti[first : first + MONTHS] - usual, 0.0),),
        (min(holders), advised, max(holders)),
    )


def terminations_2025() -> Episode:
    """Claims at Lacolle from February and from June 2025, above their monthly mean of 2024.

    Told: between the 330,735 holders of the end of March and the 520,000 of the announcement of
    June with the 211,040 paroled; most likely the middle of the two in logarithms. Nationalities
    are not published for 2025, so all of the excess is put down to Haitians.
    """
    counts = lacolle_2025()
    usual = _value("claims", "port=Saint-Bernard-de-Lacolle", "2024-01-01", "2024-12-14") / 11.45
    excess = np.maximum(counts - usual, 0.0)
    spring, summer = excess[1:5], excess[5:8]
    holders = _value("us.tps_holders", "", "2025-03-31", "2025-03-31", "HTI")
    announced = _value("us.tps_affected", "June 2025", nationality="HTI")
    paroled = _value("us.parole", "to November 2024", nationality="HTI")
    most = announced + paroled
    return Episode(
        "2025 terminations",
        tuple(np.pad(part, (0, MONTHS - len(part))) for part in (spring, summer)),
        (holders, float(np.sqrt(holders * most)), most),
    )


def lacolle_2025() -> Array:
    """Claims at Lacolle by month, January to August 2025 [8].

    May is the published total to 27 July less the other months; August is its first 24 days
    carried to the month.
    """
    name = "port=Saint-Bernard-de-Lacolle"
    out = np.zeros(8)
    for month in (1, 2, 3, 4, 6, 7):
        first = months.parse(f"2025-{month:02d}")
        days = months.first_day(first).isoformat(), months.last_day(first).isoformat()
        out[month - 1] = _value("claims", name, *days)
    july = _value("claims", name, "2025-07-01", "2025-07-27")
    to_july = _value("claims", name, "2025-01-01", "2025-07-27")
    out[4] = to_july - july - out[[0, 1, 2, 3, 5]].sum()
    out[7] = _value("claims", name, "2025-08-01", "2025-08-24") * 31 / 24
    return out


def delay(episodes: Sequence[Episode]) -> Array:
    """Share of onward claims by month since the announcement [6].

    Mean over the announcements seen and one flat shape: two or three announcements do not tell
    how much the delay varies, so the flat shape counts as one more.
    """
    shapes = [part / part.sum() for episode in episodes for part in episode.excess]
    return np.mean([*shapes, np.full(MONTHS, 1 / MONTHS)], axis=0)


def shares() -> dict[str, Estimate]:
    """Onward claims per person told by state of the Agreement.

    One episode for each state, so the low of `ports` is half of what was seen; `none` has no
    episode and takes up to twice that of `ports`.
    """
    seen = announcement_2017().share
    ports = Estimate(seen.value, seen.value / 2, seen.high)
    none = Estimate(ports.value, ports.low, 2 * ports.value)
    return {"whole": terminations_2025().share, "ports": ports, "none": none}


@dataclass(frozen=True)
class Slope:
    """Slope of log land-port claims on log people detained by ICE, over some months."""

    first: str
    last: str
    count: int
    slope: float
    error: float


def enforcement(first: str, last: str) -> Slope:
    """Least squares over the months from `first` to `last` that have a published count.

    Detention stands in for enforcement: no monthly series of removals is published. The standard
    error takes months as independent, so it is too small.
    """
    detained: dict[int, list[float]] = {}
    for figure in figures.rows("us.detained"):
        if figure.used and figure.item == "count=total" and figure.value:
            detained.setdefault(months.of_day(figure.start), []).append(figure.value)
    land = history().claims[:, LAND].sum(axis=1)
    span = [m for m in months.span(months.parse(first), months.parse(last)) if int(m) in detained]
    x = np.log([np.mean(detained[int(m)]) for m in span])
    y = np.log([land[int(m) - months.FIRST] for m in span])
    centred = x - x.mean()
    slope = float((centred * y).sum() / (centred**2).sum())
    rest = y - y.mean() - slope * centred
    error = float(np.sqrt((rest**2).sum() / (len(x) - 2) / (centred**2).sum()))
    return Slope(first, last, len(span), slope, error)


def _value(series: str, item: str, start: str = "", end: str = "", nationality: str = "") -> float:
    """The one used figure that fits; raises LookupError when there is none."""
    for figure in figures.rows(series):
        fits = (
            figure.used
            and item in figure.item
            and figure.nationality == nationality
            and (not start or (figure.start.isoformat(), figure.end.isoformat()) == (start, end))
        )
        if fits and figure.value is not None:
            return figure.value
    raise LookupError(f"{series}: {item} {start} {end}")
