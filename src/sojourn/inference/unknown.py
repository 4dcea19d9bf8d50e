"""What is not known ahead in a hindcast: claims, capacity, and what the model leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import arrivals
from sojourn.inference import draws, intake, likelihood, posterior
from sojourn.inference.history import monthly
from sojourn.inputs import figures, months
from sojourn.inputs import series as declared
from sojourn.inputs.parameters import Parameters, Paths

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Claims:
    """Claims of every member: the same to month `past`, then national paths split by one mix.

    past [P, mode, nationality]; national [members, T - P]; mix [mode, nationality] adds to one;
    seen: last month of claims that was known.
    """

    past: Array
    national: Array
    mix: Array
    seen: int

    def of(self, member: int, paths: Paths) -> arrivals.Intake:
        """The intake of one member."""
        later = self.national[member][:, None, None] * self.mix
        claims = np.concatenate([self.past, later])
        between = claims[:, arrivals.BETWEEN].sum(axis=1)
        return arrivals.Intake.of(
            paths.months, claims, between * paths["arrivals.interceptions_per_claim"]
        )

    def totals(self) -> Array:
        """National claims by month [members, T]."""
        past = np.broadcast_to(self.past.sum(axis=(1, 2)), (len(self.national), len(self.past)))
        return np.concatenate([past, self.national], axis=1)


def claims(day: date, span: NDArray[np.int64], members: int, seed: int, *, actual: bool) -> Claims:
    """Claims as known on a day and forecast after; `actual`: those that came, while published.

    The split by mode and nationality of forecast months is that of the last twelve known.
    """
    past = arrivals.history().claims
    record = monthly("claims", None if actual else day)
    known = min(record.last - months.FIRST + 1, len(past))
    kept = min(known, len(span))
    ahead = len(span) - kept
    recent = past[known - 12 : known].sum(axis=0)
    national = np.empty((members, 0))
    if ahead:
        from_day = months.last_day(record.last) if actual else day
        fitted = intake.fit_claims(from_day, record.values, record.last)
        before = intake.yearly_before(from_day)
        now = intake.state(record.values, record.last, before, fitted)
        national = np.exp(intake.paths(now, fitted, ahead, seed, 0, members))
    return Claims(past[:kept], national if ahead else np.empty((members, 0)),
                  recent / recent.sum(), record.last)  # fmt: skip


PACED = (
    "eligibility.capacity",
    "rpd.capacity",
    "rad.capacity",
    "removal.capacity",
    "pr.levels",
)
"""Capacities that move after the day."""


def pace(day: date, then: Parameters, national: Array, span: NDArray[np.int64], seed: int) -> Array:
    """Factors [members, T, PACED] on capacity after the day, since none is known ahead.

    A walk: yearly steps as large as the yearly changes of first-instance decisions since 2000
    (UNHCR) or, for eligibility decisions, as their own changes, as far as known by the day. And a
    move within a year from the pace last known towards what would be enough, all of the way in
    some members and none in others: for the RPD the capacity funded, for eligibility decisions
    (never fewer) the claims made.
    """
    members, month = len(national), months.of_day(day)
    ahead = np.maximum(span - month, 0) / 12.0
    low = np.floor(ahead).astype(int)
    part = (ahead - low)[:, None]
    out = np.ones((members, len(span), len(PACED)))
    for k, name in enumerate(PACED):
        streams = [f"hindcast/{name}/{y}" for y in range(int(ahead[-1]) + 1)]
        steps = draws.normal(seed, streams, members) * _spread(day, then, name)
        walk = np.concatenate([np.zeros((1, members)), np.cumsum(steps, axis=0)])
        out[:, :, k] = np.exp((1 - part) * walk[low] + part * walk[low + 1]).T
    within = np.minimum(ahead, 1.0)
    funded = then.value("rpd.funded_capacity", month) / then.value("rpd.capacity", month)
    way = draws.uniform(seed, "hindcast/funded", members)[:, None]
    out[:, :, PACED.index("rpd.capacity")] *= np.exp(way * np.log(funded) * within)
    short = np.maximum(np.log(12 * national / then.value("eligibility.capacity", month)), 0.0)
    way = draws.uniform(seed, "hindcast/eligibility", members)[:, None]
    out[:, :, PACED.index("eligibility.capacity")] *= np.exp(way * short * within)
    return out


def _spread(day: date, then: Parameters, name: str) -> float:
    """Root mean square yearly change, in logs, of what a capacity has been."""
    if name == "eligibility.capacity":
        rows = then.rows_of(name)[1:]
        own = [np.log(b.value / a.value) for a, b in pairwise(rows)]
        if own:
            return float(np.sqrt(np.mean(np.square(own))))
    totals = {
        f.start.year: f.value
        for f in figures.select("unhcr.decisions", day, item="level=first_instance")
        if f.value
    }
    change = [np.log(totals[b] / totals[a]) for a, b in pairwise(sorted(totals)) if b == a + 1]
    return float(np.sqrt(np.mean(np.square(change))))


def paced(paths: Paths, factor: Array) -> Paths:
    value = paths.value.copy()
    for k, name in enumerate(PACED):
        if name in paths.index:
            value[paths.index[name]] *= factor[:, k]
    return replace(paths, value=value)


def left_out(series: str, members: int, seed: int) -> Callable[[Array], Array]:
    """What the model leaves out, added to the members [n, ...] of a series.

    One deviate for each member and series: counts by the dispersion that calibration found about
    published figures, shares and waits by the errors of the likelihood. Claims are published
    themselves, so they have none.
    """
    if series in ("claims", "interceptions"):
        return lambda values: values
    z = draws.normal(seed, [f"hindcast/left_out/{series}"], members)[0]
    unit = declared.get(series).unit
    if unit == "share":
        return lambda values: np.clip(values + likelihood.SHARE_ERROR * _along(z, values), 0.0, 1.0)
    error = posterior.dispersion(seed, 0, members) if unit != "months" else likelihood.WAIT_ERROR
    factor = np.exp(error * z)
    return lambda values: values * _along(factor, values)


def _along(z: Array, values: Array) -> Array:
    return z.reshape(-1, *(1,) * (values.ndim - 1))
