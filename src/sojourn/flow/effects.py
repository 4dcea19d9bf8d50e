"""Effects of past changes of rules, estimated from before and after.

The interval is the range over windows of several lengths, so it shows how much the answer hangs on
the choice; what else changed in the same months is stated beside each (`overlap`). Parameters
`event.*` of kind estimated hold these numbers to two digits (tests/flow/test_events.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sojourn.flow.arrivals import history
from sojourn.flow.events import AIRPORT, BETWEEN, LAND, MEXICO
from sojourn.inputs import figures, months

Span = tuple[str, str]

YEAR_BEFORE: tuple[Span, ...] = (
    ("2022-04", "2023-03"), ("2022-10", "2023-03"), ("2023-01", "2023-03"),
)  # fmt: skip
"""Before the Protocol: a year, half a year, a quarter."""

YEAR_AFTER: tuple[Span, ...] = (
    ("2023-04", "2024-03"), ("2023-04", "2023-09"), ("2024-01", "2024-12"),
)  # fmt: skip
"""After the Protocol: a year, half a year, the next calendar year."""

BEFORE_ANNOUNCEMENTS: Span = ("2024-08", "2025-01")
CLOSED: tuple[Span, ...] = (("2020-04", "2021-10"), ("2020-04", "2021-03"))
AROUND: tuple[Span, ...] = (("2019-03", "2020-02"), ("2022-01", "2022-12"))


@dataclass(frozen=True)
class Study:
    """One before-and-after: mean monthly claims in `over` divided by those in `under`.

    The first window of each gives the value, all pairs the range; `least` and `most` bound it
    where the sign is known; `middle`: the value is the middle of the range in logarithms, because
    the windows disagree on whether there is an effect at all. `nationality` None = all.
    """

    over: tuple[Span, ...]
    under: tuple[Span, ...]
    mode: int | None
    nationality: int | None
    overlap: str
    least: float = 0.0
    most: float = np.inf
    middle: bool = False


@dataclass(frozen=True)
class Estimate:
    """A factor with its range."""

    value: float
    low: float
    high: float


STUDIES: Mapping[str, Study] = {
    "event.agreement_ports.land_port": Study(
        YEAR_BEFORE, (*YEAR_AFTER, BEFORE_ANNOUNCEMENTS), LAND, None,
        "part of those who would have crossed between ports came to ports and met an exception",
    ),
    "event.agreement_ports.between_ports": Study(
        YEAR_BEFORE, (*YEAR_AFTER, BEFORE_ANNOUNCEMENTS), BETWEEN, None,
        "claims after the Protocol are by people counted 14 days or more after they entered; they "
        "fell again in 2025, so the windows after disagree",
        least=1.0, middle=True,
    ),
    "event.agreement_ports.airport": Study(
        YEAR_BEFORE, (*YEAR_AFTER, BEFORE_ANNOUNCEMENTS, ("2025-02", "2025-07")), AIRPORT, None,
        "airport claims had doubled in the year before and fell below that level in 2025 with the "
        "Protocol in force: most of the rise had other causes",
        most=1.0, middle=True,
    ),
    "event.mexico_visa.airport": Study(
        (("2024-03", "2024-12"), ("2016-01", "2016-11")),
        (("2022-12", "2023-11"), ("2017-01", "2017-12")), None, MEXICO,
        "months of 2024 by nationality are rebuilt from the year; mode of entry is not published",
        most=1.0,
    ),
    "event.entry_orders.land_port": Study(
        CLOSED, AROUND, LAND, None, "the border was closed to most travel at the same time",
        most=1.0,
    ),
    "event.entry_orders.between_ports": Study(
        CLOSED, AROUND, BETWEEN, None, "the border was closed to most travel at the same time",
        most=1.0,
    ),
    "event.entry_orders.airport": Study(
        (("2020-04", "2021-08"), ("2020-04", "2021-03")), AROUND, AIRPORT, None,
        "travel rules of all countries",
        most=1.0,
    ),
}  # fmt: skip


def estimate(study: Study) -> Estimate:
    """The factor of a study and its range over all pairs of windows."""
    if study.nationality == MEXICO:
        # the visa was lifted and came back: pair like with like
        ratios = [_mean(study, a) / _mean(study, b)
                  for a, b in zip(study.over, study.under, strict=True)]  # fmt: skip
    else:
        ratios = [_mean(study, a) / _mean(study, b) for a in study.over for b in study.under]
    bounded = np.clip(ratios, study.least, study.most)
    low, high = float(bounded.min()), float(bounded.max())
    value = float(np.sqrt(low * high)) if study.middle else float(bounded[0])
    return Estimate(value, low, high)


def opening() -> Estimate:
    """Claims at land ports with the Agreement suspended, relative to the whole Agreement.

    Value: all who came by land in 2022, at ports or between, over land ports in 2024. Low: land
    border claims in 2004 over 2006, around the start of the Agreement. High: the last quarter
    before the Protocol over the months before the announcements of 2025.
    """
    past = history().claims.sum(axis=2)
    by_land = past[:, LAND] + past[:, BETWEEN]
    value = _window(by_land, ("2022-01", "2022-12")) / _window(past[:, LAND], YEAR_AFTER[2])
    high = _window(by_land, YEAR_BEFORE[2]) / _window(past[:, LAND], BEFORE_ANNOUNCEMENTS)
    shares = {
        f.start.year: float(f.value or 0)
        for f in figures.rows("arrivals.evidence")
        if "US land border, share" in f.item
    }
    totals = {f.start.year: float(f.value or 0) for f in figures.select("claims", period="year")}
    low = shares[2004] * totals[2004] / (shares[2006] * totals[2006])
    return Estimate(value, low, high)


def table() -> dict[str, Estimate]:
    """Every estimated effect by parameter name."""
    return {name: estimate(study) for name, study in STUDIES.items()} | {
        "event.agreement_none.land_port": opening()
    }


def _mean(study: Study, span: Span) -> float:
    claims = history().claims
    chosen = claims if study.mode is None else claims[:, study.mode : study.mode + 1]
    if study.nationality is not None:
        chosen = chosen[:, :, study.nationality : study.nationality + 1]
    return _window(chosen.sum(axis=(1, 2)), span)


def _window(series: np.ndarray, span: Span) -> float:
    first, last = (months.parse(text) - months.FIRST for text in span)
    return float(series[first : last + 1].mean())
