"""How much of each thing there is in a month: claims, staff, months of cover, nights, pupils.

Benefit clocks (docs/costs.md): health cover runs from the claim to the final refusal and some
months on, or to permanent residence; social assistance falls with the time since the claim;
shelter and hotel belong to the first months. Living costs follow the province of residence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.rates import members_capacity
from sojourn.flow.simulate import Flows
from sojourn.inputs import parameters
from sojourn.inputs.dimensions import MODES
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]

BORDER_MODES = [list(MODES).index(mode) for mode in ("land_port", "between_ports", "airport")]
OPEN_STAGES = ("eligibility", "rpd_legacy", "rpd", "rad", "court", "prra_ineligible")
"""Stages of a claim still open: assistance, schooling and services run."""

RESIDENT = 24
"""Months of claims whose provinces stand for those of all open claims."""

DAYS = 365.25 / 12.0
"""Nights in a month."""


class Quantities:
    """Quantities of a run by month, [T] each, worked out when first asked for.

    Of several runs (`flow.together`, with paths [P, n, T]) each quantity is [n, T]: every
    operation is by month or along the months, so a run's bytes do not depend on its neighbours.
    """

    def __init__(self, flows: Flows, paths: Paths) -> None:
        self.flows = flows
        self.paths = paths
        self._known: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        """Quantity [T]. Raises InputError with the nearest known name."""
        found = self._known.get(name)
        if found is None:
            head, _, place = name.partition(".")
            make = _MADE.get(name) or _MADE.get(head)
            if make is None:
                raise InputError("quantities", "name", name, nearest(name, _MADE))
            found = make(self, place)
            self._known[name] = found
        return found

    def keep(self, name: str, made: Floats) -> None:
        """Remember a quantity that another one made on its way."""
        self._known[name] = made

    def stock(self, stage: str) -> Floats:
        """People in a stage at month end, [T]."""
        return self.flows.total_stock(stage)

    def edge(self, name: str) -> Floats:
        """People who take the edge in the month, [T]."""
        return self.flows.total_flow(name)

    def entered(self, stage: str) -> Floats:
        """People who enter a stage in the month: change of stock and those who left, [T].

        The stock before the first month is not kept: it is taken as unchanged in that month.
        """
        came = self.flows.total_left(stage)
        stock = self.stock(stage)
        came[..., 1:] += stock[..., 1:] - stock[..., :-1]
        return np.maximum(came, 0.0, out=came)


def rpd_extra(paths: Paths) -> Floats:
    """RPD decisions a year that a scenario adds to the shipped plan and so needs staff for, [T].

    A capacity set to an exact value is bought with staff; one drawn inside its range is the
    productivity of the staff there is, and only what lies outside that range needs more.
    """
    return _rpd_extra(paths, members_capacity(paths))


def _rpd_extra(paths: Paths, capacity: Floats) -> Floats:
    return _extra(paths, "rpd.capacity") + (capacity - paths["rpd.capacity"])


def _extra(paths: Paths, name: str) -> Floats:
    base = parameters.shipped(paths.months)
    at, p = base.index[name], paths.index[name]
    plan, low, high = base.value[at], base.low[at], base.high[at]
    value = paths[name]
    if np.array_equal(value, plan):
        return np.zeros(value.shape)
    exact = paths.low[p] == paths.high[p]
    return np.where(exact, value - plan, value - np.clip(value, low, high))


def _staff(q: Quantities, division: str, extra: Floats) -> Floats:
    """Full-time equivalents a month over twelve: years of work in the month."""
    paths = q.paths
    needed = paths[f"cost.{division}.ftes"] + paths[f"cost.{division}.fte_per_decision"] * extra
    return np.maximum(needed, 0.0) / 12.0


def recent(flow: Floats, months: Floats, stock: Floats) -> Floats:
    """Of those who entered, how many did so in the last `months` (a fraction may count), [T].

    Never more than `stock`. Before the run people had entered evenly, as the first stock says.
    """
    *runs, span = flow.shape
    total = np.zeros((span + 1, *runs)).T  # in memory as the flows of several runs are
    np.cumsum(flow, axis=-1, out=total[..., 1:])
    since = np.arange(1.0, span + 1.0) - months
    # linear between the two months around `since`
    inside = np.broadcast_to(np.clip(since, 0.0, span), flow.shape)
    below = np.minimum(inside.astype(np.int64), span - 1)
    start, end = (np.take_along_axis(total, at, axis=-1) for at in (below, below + 1))
    entered = total[..., 1:] - ((end - start) * (inside - below) + start)
    before = stock[..., :1] * np.clip(-since / np.maximum(months, 1e-9), 0.0, 1.0)
    return np.minimum(entered + before, stock)


def _ifhp(q: Quantities, stage: str) -> Floats:
    if stage == "removal":
        stock = q.stock("removal") + q.stock("stayed")
        return recent(q["refused"], q.paths["benefit.ifhp.after_refusal"], stock)
    if stage == "pr":
        return recent(q.entered("pr"), q.paths["benefit.ifhp.after_acceptance"], q.stock("pr"))
    if stage == "rpd":
        return q.stock("rpd") + q.stock("rpd_legacy")
    return q.stock(stage)


def _refused(q: Quantities) -> Floats:
    """People finally refused in the month: into removal or stayed, not back from elsewhere, [T]."""
    back = q.edge("stayed.lifted") + q.edge("without_status.located")
    return np.maximum(q.entered("removal") + q.entered("stayed") - back, 0.0)


def _open(q: Quantities) -> Floats:
    return sum((q.stock(stage) for stage in OPEN_STAGES[1:]), q.stock(OPEN_STAGES[0]))


PROVINCES = ("QC", "ON", "AB", "BC", "other")
"""Provinces of residence that are told apart."""

_CLAIMED = tuple(f"residence.claimed.{place}" for place in PROVINCES[:-1])


def _residence(q: Quantities, place: str) -> Floats:
    """Share of open claims whose claimant lives in the province, [T]: claims of the last months."""
    claims = q["claims"]
    here = [trailing(claims * share, RESIDENT) for share in residence(q.paths)]
    everyone = np.maximum(trailing(claims, RESIDENT), 1e-9)
    for name, some in zip(PROVINCES, here, strict=True):
        q.keep(f"residence.{name}", some / everyone)
    return q[f"residence.{place}"]


def residence(paths: Paths) -> list[Floats]:
    """Share of the claimants of a month who will live in each of PROVINCES, 5 of [T].

    Those who leave Quebec go to the other provinces in proportion to claims made there.
    """
    return settle([paths[name] for name in _CLAIMED], paths["residence.left.QC"])


def settle(claimed: Sequence[Floats], left: Floats) -> list[Floats]:
    """5 shares of residence from the 4 of claims made and that of those who leave Quebec."""
    quebec, ontario, alberta, columbia = claimed
    moved = quebec * left
    grown = 1.0 + moved / np.maximum(1.0 - quebec, 1e-9)
    others = 1.0 - (quebec + ontario + alberta + columbia)
    return [quebec - moved, ontario * grown, alberta * grown, columbia * grown, others * grown]


def trailing(x: Floats, span: int) -> Floats:
    """Sum of the last `span` months, of fewer at the start, [..., T]."""
    total = np.cumsum(x, axis=-1)
    moved = total.copy("K")
    moved[..., span:] -= total[..., :-span]
    return moved


def _receiving(q: Quantities) -> Floats:
    """Claimants who would be on social assistance at month end, [T].

    Open claims are taken as the newest ones, so that age follows from the claims made.
    """
    claims, paths, waiting = q["claims"], q.paths, q["open"]
    year = np.minimum(trailing(claims, 12), waiting)
    three = np.minimum(trailing(claims, 36), waiting)
    return (
        paths["benefit.assistance.year1"] * year
        + paths["benefit.assistance.year2"] * (three - year)
        + paths["benefit.assistance.later"] * (waiting - three)
    )


def shelter(entries: Floats, leaving: Floats, start: Floats | float) -> Floats:
    """Persons active in a city's shelters in each month, [..., T].

    active(t) = active(t-1) x (1 - leaving) + entries(t), from `start` [...] before the first month.
    """
    active = np.empty_like(entries)
    staying = np.maximum(1.0 - leaving, FEWEST_STAY)
    now = np.asarray(start)[..., None]
    for first in range(0, entries.shape[-1], PIECE):
        piece = (..., slice(first, first + PIECE))
        kept = np.cumprod(staying[piece], axis=-1)
        active[piece] = kept * (now + np.cumsum(entries[piece] / kept, axis=-1))
        now = active[piece][..., -1:]
    return active


FEWEST_STAY = 1e-5
"""Least share that stays in a shelter from month to month."""

PIECE = 47
"""Months worked out by the closed form at once: few enough that no product of shares vanishes."""


def _active(q: Quantities, city: str) -> Floats:
    paths = q.paths
    claims = q["claims"] * paths["residence.claimed.ON"]
    entries = claims * paths[f"benefit.shelter.entry.{city}"]
    start = paths[f"benefit.shelter.start.{city}"][..., 0]
    return shelter(entries, paths[f"benefit.shelter.exit.{city}"], start)


CITIES = ("Toronto",)
"""Cities with a monthly count of claimants in shelters."""

_MADE: dict[str, Callable[[Quantities, str], Floats]] = {
    "claims": lambda q, _: q.flows.series("claims"),
    "claims_at_border": lambda q, _: q.flows.claims_of(BORDER_MODES),
    "interceptions": lambda q, _: q.flows.intake.interceptions,
    "rpd_staff": lambda q, _: _staff(
        q, "rpd", _rpd_extra(q.paths, q.flows.exogenous["rpd_capacity"])
    ),
    "rad_staff": lambda q, _: _staff(q, "rad", _extra(q.paths, "rad.capacity")),
    "rpd_finalised": lambda q, _: q.flows.total_left("rpd") - q.edge("rpd.notice"),
    "court_filed": lambda q, _: q.entered("court"),
    "removals": lambda q, _: q.edge("removal.removed"),
    "refused": lambda q, _: _refused(q),
    "ifhp_months": _ifhp,
    "open": lambda q, _: _open(q),
    "residence": _residence,
    "open_months": lambda q, place: q["open"] * q[f"residence.{place}"],
    "receiving": lambda q, _: _receiving(q),
    "assistance_months": lambda q, place: q["receiving"] * q[f"residence.{place}"],
    "pupil_years": lambda q, place: (
        q[f"open_months.{place}"] * q.paths["benefit.school.share"] / 12.0
    ),
    "hotel_nights": lambda q, _: q.paths["benefit.hotel.places"] * DAYS,
    "shelter_active": _active,
    "shelter_nights": lambda q, city: (
        q[f"shelter_active.{city}"] * q.paths[f"benefit.shelter.nightly.{city}"] * DAYS
    ),
}
