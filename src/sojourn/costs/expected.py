"""The course of a cohort that was expected at a day: waits and shares of `known.Setting`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.costs.follow import Way
from sojourn.costs.known import Setting
from sojourn.inputs.parameters import inverse_triangular

Floats = NDArray[np.float64]

EARLY = 0.5
"""Part of the wait that those who withdraw or abandon have waited (no figure is published)."""


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
