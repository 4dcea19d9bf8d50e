"""People in the United States whose stay is not secure: by nationality, by state, by protection.

Published counts only, each with its date and source; where a source gives a range it stays one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sojourn.inputs import figures


@dataclass(frozen=True)
class Group:
    """People without status or with a protection that can end: `persons`, or `low` to `high`."""

    nationality: str
    state: str
    basis: str
    day: date
    persons: float | None
    low: float | None
    high: float | None
    source_id: str


@dataclass(frozen=True)
class Ending:
    """The day a protection ends or was set to end, as told on `told`."""

    nationality: str
    day: date
    event: str
    told: str
    source_id: str


def by_nationality() -> tuple[Group, ...]:
    """People without status by country of birth, latest date of each estimator and country."""
    return _latest("us.without_status", lambda f, item: bool(f.nationality))


def by_state() -> tuple[Group, ...]:
    """People without status by state, latest date of each estimator and state."""
    return _latest("us.without_status", lambda f, item: "state" in item)


def protected() -> tuple[Group, ...]:
    """Holders of Temporary Protected Status and people paroled, latest date of each nationality."""
    holders = _latest("us.tps_holders", lambda f, item: bool(f.nationality))
    paroled = _latest("us.parole", lambda f, item: bool(f.nationality))
    return holders + paroled


def endings() -> tuple[Ending, ...]:
    """Ends of protection by day, announced or set."""
    found = []
    for figure in figures.rows("us.tps_end"):
        item = _item(figure)
        found.append(
            Ending(figure.nationality, figure.start, item["event"], item["told"], figure.source_id)
        )
    return tuple(sorted(found, key=lambda e: (e.day, e.nationality, e.event)))


Choice = Callable[[figures.Figure, Mapping[str, str]], bool]


def _latest(series: str, wanted: Choice) -> tuple[Group, ...]:
    newest: dict[tuple[str, str, str], Group] = {}
    for figure in figures.rows(series):
        item = _item(figure)
        if not figure.used or not wanted(figure, item):
            continue
        basis = item.get("estimator") or item.get("programme") or "TPS"
        group = Group(figure.nationality, item.get("state", ""), basis, figure.end,
                      figure.value, figure.low, figure.high, figure.source_id)  # fmt: skip
        key = group.nationality, group.state, basis
        if key not in newest or newest[key].day < group.day:
            newest[key] = group
    return tuple(newest[key] for key in sorted(newest))


def _item(figure: figures.Figure) -> dict[str, str]:
    return dict(part.split("=", 1) for part in figure.item.split(";") if "=" in part)
