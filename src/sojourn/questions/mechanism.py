"""Checks of the mechanism: what the queue makes of published intake and capacity.

With published referrals and finalisations the pending count is an identity, so it says only that
the bookkeeping is right. What was not fed in is the test: referrals that follow from claims, the
ages of those waiting, the waits of those finalised. The order of service is set on the ages of
October 2020 alone. No reconciliation edge takes part in any check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import arrivals, profiles, queue
from sojourn.flow.queue import Queue
from sojourn.flow.simulate import Flows, simulate
from sojourn.inputs import figures, months, parameters
from sojourn.questions import rpd_record
from sojourn.questions.rpd_record import FIRST, LAST, NEW_SYSTEM

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """One row of the validation: `error` and `limit` in the unit that the check's name says."""

    check: str
    kind: str
    published: float
    model: float
    error: float
    limit: float | None
    passed: bool | None
    note: str


def relative(check: str, kind: str, published: float, model: float, limit: float, note: str
             ) -> Check:  # fmt: skip
    """A check whose error is a share of the published value."""
    error = model / published - 1.0
    return Check(check, kind, published, model, error, limit, abs(error) <= limit, note)


def absolute(check: str, published: float, model: float, limit: float | None, note: str) -> Check:
    """A check whose error is a difference; without a limit it is told and not judged."""
    error = model - published
    passed = None if limit is None else abs(error) <= limit
    return Check(check, "mechanism", published, model, error, limit, passed, note)


def checks() -> list[Check]:
    """All checks of the mechanism, in the order identity, referrals, ages, waits."""
    return [*identity(), *referrals(), *order_of_service()]


@dataclass(frozen=True)
class Order:
    """Order of service: shares newest first and at random, months until ready from LATER on."""

    newest: float
    at_random: float
    lag: float


LATER = months.parse("2018-01")
"""Month from which the fitted readiness holds; before, the 60 days of the Regulations."""


def rpd_alone(order: Order | None = None) -> Queue:
    """The RPD queue alone on published referrals and decisions, FIRST to LAST.

    Decisions on the merits are the published finalisations less the withdrawn and abandoned, who
    leave at the rate of the year (`rpd.withdrawn`). The order of service is the shipped one unless
    given.
    """
    paths = parameters.load().paths(months.span(FIRST, LAST))
    finalised = rpd_record.finalised()
    hazard, lag = paths["rpd.withdrawn"], paths["rpd.lag"]
    newest, at_random = paths["rpd.newest_first"], paths["rpd.at_random"]
    if order is not None:
        lag = np.where(paths.months >= LATER, order.lag, lag)
        newest, at_random = np.full(lag.size, order.newest), np.full(lag.size, order.at_random)
    # withdrawals follow from the hazard; decisions are the rest of the published finalisations
    pending = np.concatenate([[rpd_record.start_queue().sum()], _identity_pending()])[:-1]
    decided = np.maximum(finalised - hazard * (pending + rpd_record.referred()), 0.0)
    return queue.alone(
        rpd_record.referred(), decided, hazard=hazard, lag=lag, newest=newest,
        newest_age=paths["rpd.newest_first_min_age"], at_random=at_random,
        start=rpd_record.start_queue(),
    )  # fmt: skip


def _identity_pending() -> Floats:
    free = queue.alone(
        rpd_record.referred(), rpd_record.finalised(), start=rpd_record.start_queue()
    )
    return free.pending


# checks


def identity() -> list[Check]:
    """Published referrals and finalisations in: RPD pending at each year-end 2015 to 2023."""
    pending = _identity_pending()
    return [
        relative(
            f"RPD pending, end of {f.end.year} (referrals and finalisations given)", "identity",
            f.value, float(pending[months.of_day(f.end) - FIRST]), 0.02,
            "an identity: says that the bookkeeping is right, not that the model foresees",
        )
        for f in figures.select("rpd.pending", period="*", item=NEW_SYSTEM, nationality="")
        if f.value and (f.end.month, f.end.day) == (12, 31) and 2015 <= f.end.year <= 2023
    ]  # fmt: skip


REASONS = {
    2019: "the three-day limit ended on 2019-06-21 and a queue for the decision began",
    2020: "offices closed: claims waited for their eligibility decision",
    2022: "claims grew faster than eligibility decisions; no split of those waiting is published",
}
"""Why referrals of a year do not follow from its claims and the law alone."""


def baseline(last: int = LAST) -> Flows:
    """The shipped baseline to a month."""
    paths = parameters.load().paths(months.span(FIRST, last))
    return simulate(paths, arrivals.intake(paths), profiles.shares(paths))


def unlimited(last: int = LAST) -> Flows:
    """The baseline without any limit on eligibility decisions."""
    table = parameters.load().changed("eligibility.capacity", FIRST, 1e9)
    paths = table.paths(months.span(FIRST, last))
    return simulate(paths, arrivals.intake(paths), profiles.shares(paths))


def referrals() -> list[Check]:
    """Referrals of each year 2016 to 2023 that follow from its claims: by law alone, and with the
    eligibility queue, whose capacity is estimated from referrals (so an identity from 2019)."""
    made = baseline()
    with_queue, without = made.series("referred"), unlimited().series("referred")
    year = months.span(FIRST, LAST) // 12
    by_law, by_queue = [], []
    for f in figures.select("referred", period="year", item=NEW_SYSTEM, nationality=""):
        if f.value and 2016 <= f.start.year <= 2023:
            at = year == f.start.year
            reason = REASONS.get(f.start.year)
            by_law.append(
                relative(f"referrals {f.start.year} from claims and law", "mechanism", f.value,
                         float(without[at].sum()), 0.05,
                         f"no limit on eligibility decisions{f': {reason}' if reason else ''}")
            )  # fmt: skip
            fed = f.start.year >= 2019
            by_queue.append(
                relative(f"referrals {f.start.year} from claims, law and eligibility queue",
                         "identity" if fed else "mechanism", f.value,
                         float(with_queue[at].sum()), 0.05,
                         "eligibility.capacity of the year is estimated from this very figure"
                         if fed else "no queue yet: decided within three working days")
            )  # fmt: skip
    pending = figures.select("eligibility.pending", period="*")[0]
    assert pending.value is not None
    waiting = made.series("eligibility.pending")[months.of_day(pending.end) - FIRST]
    return [
        *by_law,
        *by_queue,
        relative("eligibility pending, May 2024", "mechanism", pending.value, float(waiting), 0.15,
                 "what claims, law and referrals since 2015 leave waiting; not fed in. Too few:"
                 " shares found ineligible or returned too high, or claims counted twice"),
    ]  # fmt: skip


def _share_under(made: Queue, month: str, limit: int) -> float:
    t = months.parse(month) - FIRST
    row = int(np.flatnonzero(limit == queue.AGE_LIMITS)[0])
    return float(made.under[row, t] / made.pending[t])


def ages(made: Queue, month: str, limits: tuple[int, ...]) -> tuple[float, ...]:
    """Shares of those waiting by age: under the first limit, between limits, over the last."""
    under = [0.0, *(_share_under(made, month, limit) for limit in limits), 1.0]
    return tuple(float(x) for x in np.diff(under))


def fit_order(step: float = 0.05, lags: Iterable[float] = range(1, 10)) -> tuple[Order, float]:
    """The order of service closest to the ages of October 2020, and its distance.

    A grid of shares by `step` and of months until ready; the distance is the root mean square of
    the three shares. Nothing else is looked at: every other age and every wait is a prediction.
    """
    target = np.array(rpd_record.october_2020())
    best: tuple[float, Order] | None = None
    for lag in lags:
        for newest in np.arange(0.0, 0.3001, step):
            for random in np.arange(0.0, 1.0001 - newest, step):
                order = Order(round(float(newest), 4), round(float(random), 4), float(lag))
                made = np.array(ages(rpd_alone(order), "2020-10", (12, 24)))
                distance = float(np.sqrt(np.mean((made - target) ** 2)))
                if best is None or distance < best[0]:
                    best = distance, order
    assert best is not None
    return best[1], best[0]


def order_of_service() -> list[Check]:
    """Ages of the inventory and waits of those finalised, in percentage points and months."""
    made, known = rpd_alone(), rpd_record.ages()
    rows = []
    fitted = "set on this month alone; not a prediction"
    bands = ("under 12 months", "12 to 24 months", "over 24 months")
    got = ages(made, "2020-10", (12, 24))
    for name, published, model in zip(bands, rpd_record.october_2020(), got, strict=True):
        rows.append(_points(f"RPD inventory October 2020, {name}", published, model, None, fitted))
    under = figures.select("rpd.age_under_12", start="2023-05", end="2023-05")[0].value
    predicted = "predicted with the order of service set on October 2020"
    assert under is not None
    rows.append(
        _points("RPD inventory May 2023, under 12 months", under,
                _share_under(made, "2023-05", 12), 5.0, predicted)
    )  # fmt: skip
    names = ("lt_6_months", "6_12_months", "1_3_years", "3plus_years")
    counts = np.array([known[f"2024-04 {name}"] for name in names])
    got = ages(made, "2024-04", (6, 12, 36))
    for name, published, model in zip(
        ("under 6 months", "6 to 12 months", "1 to 3 years", "over 3 years"),
        counts / counts.sum(), got, strict=True,
    ):  # fmt: skip
        rows.append(
            _points(f"RPD inventory April 2024, {name}", float(published), model, 5.0, predicted)
        )
    return rows + waits(made)


def _points(check: str, published: float, model: float, limit: float | None, note: str) -> Check:
    return absolute(f"{check} (%)", 100.0 * published, 100.0 * model, limit, note)


def mean_wait(made: Queue, first: str, last: str) -> float:
    """Mean months waited by those who left the queue between two months, both included."""
    span = slice(months.parse(first) - FIRST, months.parse(last) - FIRST + 1)
    left = made.decided[span].sum() + made.withdrawn[span].sum()
    return float(made.waited[span].sum() / left)


def waits(made: Queue) -> list[Check]:
    """Mean waits of those finalised in 2023-24 and, reported both ways, in 2020."""
    rows = []
    for f in figures.select("rpd.wait_finalised", period="*"):
        if f.value is None:
            continue
        if months.text(months.of_day(f.start)) == "2023-04":
            rows.append(
                absolute("mean wait of those finalised 2023-24 (months)", f.value,
                         mean_wait(made, "2023-04", "2024-03"), 2.0,
                         "predicted with the order of service set on October 2020")
            )  # fmt: skip
        elif months.text(months.of_day(f.end)) == "2020-10":
            for first, words in (("2020-01", "calendar"), ("2020-04", "fiscal")):
                rows.append(
                    absolute(
                        f"mean wait of those finalised 2020, {words} year to October (months)",
                        f.value, mean_wait(made, first, "2020-10"), None,
                        "published year to date in October 2020, start of the year unstated:"
                        " reported both ways and not judged",
                    )
                )  # fmt: skip
    return rows
