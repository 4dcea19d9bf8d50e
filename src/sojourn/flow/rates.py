"""Parameters and shares by law turned into the arrays that the kernel reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.groups import APPEAL, EXCEPTED, GROUPS, MODE_OF, NATIONALITY_OF
from sojourn.flow.stages import Network
from sojourn.inputs.dimensions import NATIONALITIES
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]

BEFORE = 60
"""Months of entry kept for people who were waiting at the start."""

ENOUGH = 1e15
"""Capacity of a stage without limit, persons a month."""


class Shares(Protocol):
    """What the law does with claims: `epoch` [T], the others [epochs, modes, nationalities]."""

    @property
    def epoch(self) -> NDArray[np.int64]: ...
    @property
    def appeal(self) -> Floats: ...
    @property
    def no_appeal(self) -> Floats: ...
    @property
    def ineligible(self) -> Floats: ...
    @property
    def returned(self) -> Floats: ...
    @property
    def directed_back(self) -> Floats: ...
    @property
    def notice(self) -> Floats: ...


class Intake(Protocol):
    """Who comes: `months` [T], `claims` [T, modes, nationalities], `interceptions` [T]."""

    @property
    def months(self) -> NDArray[np.int64]: ...
    @property
    def claims(self) -> Floats: ...
    @property
    def interceptions(self) -> Floats: ...


@dataclass(frozen=True)
class Rates:
    """Everything the kernel reads that changes with the scenario or the member.

    epoch [T]; share_row [K, E]: row of share [R, G] for each epoch and edge; joining [E, T];
    pool_capacity [P, T] decisions a month; pool_part, hazard, lag, newest, newest_age, at_random
    [S, T]; recall_share [K, G]; recall_pace [T]; arrivals [1, T, G]; waiting [S, BEFORE] persons
    waiting at the start by month of entry, mix [S, G] their split over groups.
    """

    epoch: NDArray[np.int64]
    share_row: NDArray[np.int64]
    share: Floats
    joining: Floats
    pool_capacity: Floats
    pool_part: Floats
    hazard: Floats
    lag: Floats
    newest: Floats
    newest_age: Floats
    at_random: Floats
    recall_share: Floats
    recall_pace: Floats
    arrivals: Floats
    waiting: Floats
    mix: Floats

    @property
    def start(self) -> Floats:
        """People waiting at the start by month of entry and group, [S, BEFORE, G]."""
        return self.waiting[:, :, None] * self.mix[:, None]


_STAY = tuple(f"stay.share.{n}" for n in NATIONALITIES)
_ACCEPTED = tuple(f"rpd.accepted.{n}" for n in NATIONALITIES)
_SHARES = (
    *_STAY,
    *_ACCEPTED,
    "rpd.legacy_accepted",
    "rpd.legacy_withdrawn",
    "rad.filed_share",
    "rad.substituted",
    "rad.referred_back",
    "court.filed_after_rad",
    "court.filed_no_appeal",
    "court.returned",
    "prra.accepted_ineligible",
    "prra.accepted_refused",
    "hc.stayed",
    "hc.removal",
    "hc.without_status",
    "left.stayed",
    "left.removal",
    "left.without_status",
    "stay.lifted",
    "removal.unlocated",
    "removal.located",
    "prra.applied",
)
"""Parameters that split those leaving a stage; a month in which one changes starts an epoch."""


def members_capacity(paths: Paths) -> Floats:
    """RPD decisions on the merits a year, [T].

    `rpd.capacity` is what the planned decision makers do; each decision maker above or below the
    plan adds or takes `rpd.decisions_per_member`, `rpd.hiring_lag` months later. Never below 0.
    """
    extra = paths["rpd.members"] - paths["rpd.members_planned"]
    if np.any(extra):
        months = np.arange(extra.size)
        then = months - np.rint(paths["rpd.hiring_lag"]).astype(np.int64)
        extra = np.where(then >= 0, extra[np.maximum(then, 0)], 0.0)
    return np.maximum(paths["rpd.capacity"] + extra * paths["rpd.decisions_per_member"], 0.0)


def rates(network: Network, paths: Paths, intake: Intake, shares: Shares) -> Rates:
    """Arrays of one run, from parameters `paths`, claims and shares by law of the same months.

    Raises InputError where months of the inputs differ or shares do not add to 1.
    """
    n_months = paths.months.size
    if intake.months.size != n_months or np.any(intake.months != paths.months):
        raise InputError(
            "intake", "months", intake.months.size, f"the {n_months} months of the run"
        )
    if shares.epoch.size != n_months:
        raise InputError("shares", "epoch", shares.epoch.size, f"{n_months} months")
    rows = paths.value[_places(paths.names, _SHARES)]
    starts, epoch = _epochs(rows, shares.epoch)
    changed, period = _changes(rows[:, starts])
    by_law, law_period = np.unique(shares.epoch[starts], return_inverse=True)
    law = {name: _by_group(getattr(shares, name)[by_law]) for name in OUTCOMES}
    entering, split = _law_split(law)
    layout = _layout(network, period.tobytes(), law_period.tobytes())
    share = np.ones((layout.size, len(GROUPS)))
    for name, value in split.items():
        layout.put(share, f"eligibility.{name}", value)
    _fill(share, layout, rows[:, starts[changed]].clip(0.0, 1.0))
    arrivals = _arrivals(intake, entering, law_period[epoch])
    n_stages = len(network.stages)
    s = network.stage_index
    # one table for all of `_BY_STAGE`, so that a member costs one copy
    table = np.zeros((len(_RATES), n_stages, n_months))
    at_rate, at_stage, at_name = _by_stage(network, paths.names)
    table[at_rate, at_stage] = paths.value[at_name]
    hazard, lag, newest, age, random = table
    for stage, names in _HAZARDS.items():
        hazard[s[stage]] = sum(paths[name] for name in names)
    part = np.ones((n_stages, n_months))
    part[s["prra_ineligible"]] = paths["prra.ineligible_part"]
    part[s["pr"]] = 1.0 - paths["pr.dependants_part"]
    capacity = {
        "eligibility": paths["eligibility.capacity"],
        "rpd_legacy": paths["rpd.legacy_capacity"],
        "rpd": members_capacity(paths),
        "rad": paths["rad.capacity"],
        "court": paths["court.capacity"],
        "prra": paths["prra.capacity"],
        "removal": paths["removal.capacity"] * paths["removal.failed_share"],
        "pr": paths["pr.levels"],
    }
    pools = np.array([capacity[pool] for pool in network.pools]) / 12.0
    joining = np.zeros((len(network.edges), n_months))
    joining[network.edge_joins >= 0] = paths["pr.dependants"]
    return Rates(
        epoch, layout.row, share, joining, np.minimum(pools, ENOUGH), part,
        np.clip(hazard, 0.0, 1.0), np.maximum(lag, 0.0), np.clip(newest, 0.0, 1.0),
        np.maximum(age, 0.0), np.clip(random, 0.0, 1.0), law["notice"][law_period],
        np.clip(paths["rpd.notice_pace"], 0.0, 1.0),
        arrivals, *_start(network, paths, arrivals[0]),
    )  # fmt: skip


_HAZARDS = {
    "stayed": ("stay.lifted", "hc.stayed", "left.stayed"),
    "removal": ("left.removal", "removal.unlocated", "prra.applied", "hc.removal"),
    "without_status": ("left.without_status", "removal.located", "hc.without_status"),
}
"""Ways out of a stage without a decision; they add to its hazard."""


OUTCOMES = ("appeal", "no_appeal", "ineligible", "returned", "directed_back", "notice")

_CELL_OF = MODE_OF * len(NATIONALITIES) + NATIONALITY_OF


def _epochs(rows: Floats, law: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First month of each epoch [K] and the epoch of each month [T]."""
    new = np.any(rows[:, 1:] != rows[:, :-1], axis=0) | (law[1:] != law[:-1])
    starts = np.concatenate(([0], np.flatnonzero(new) + 1))
    epoch = np.zeros(law.size, np.int64)
    epoch[1:] = np.cumsum(new)
    return starts, epoch


def _changes(rows: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns that differ from the one before, and for each column the last that did."""
    new = np.any(rows[:, 1:] != rows[:, :-1], axis=0)
    period = np.concatenate(([0], np.cumsum(new)))
    return np.concatenate(([0], np.flatnonzero(new) + 1)), period


def _by_group(shares: Floats) -> Floats:
    """Shares [epochs, modes, nationalities] for each group, [epochs, G]."""
    return shares.reshape(shares.shape[0], -1).take(_CELL_OF, axis=1)


_RATES = ("hazard", "lag", "newest", "newest_age", "at_random")
_BY_STAGE = (
    ("hazard", "eligibility", "eligibility.withdrawn"),
    ("hazard", "rpd", "rpd.withdrawn"),
    ("hazard", "rad", "rad.closed"),
    *(("lag", stage, f"{stage}.lag") for stage in ("eligibility", "rpd", "rad", "court", "pr")),
    ("lag", "pr_dependants", "pr.lag"),
    ("lag", "prra_ineligible", "prra.lag"),
    ("lag", "prra_refused", "prra.lag"),
    *(("newest", stage, f"{stage}.newest_first") for stage in ("eligibility", "rpd", "rad")),
    *(
        ("newest_age", stage, f"{stage}.newest_first_min_age")
        for stage in ("eligibility", "rpd", "rad")
    ),
    *(("at_random", stage, f"{stage}.at_random") for stage in ("eligibility", "rpd", "rad")),
)
"""Rates of stages that are one parameter each: rate, stage, parameter."""


@lru_cache(maxsize=64)
def _places(known: tuple[str, ...], wanted: tuple[str, ...]) -> NDArray[np.int64]:
    """Where the wanted parameters stand among the known ones."""
    at = {name: p for p, name in enumerate(known)}
    return np.array([at[name] for name in wanted], np.int64)


@lru_cache(maxsize=8)
def _by_stage(network: Network, names: tuple[str, ...]) -> tuple[NDArray[np.int64], ...]:
    """Rate, stage and parameter of each row of `_BY_STAGE`, as indices."""
    return (
        np.array([_RATES.index(rate) for rate, _, _ in _BY_STAGE]),
        np.array([network.stage_index[stage] for _, stage, _ in _BY_STAGE]),
        _places(names, tuple(name for _, _, name in _BY_STAGE)),
    )


@dataclass(frozen=True)
class _Layout:
    """Where the shares of each edge stand in one table [size, G]: a row for each of its periods.

    The table is ones at first: an edge never put has all who leave. `row` [K, E] as in `Rates`.
    """

    row: NDArray[np.int64]
    first: dict[str, slice]
    size: int

    def put(self, table: Floats, edge: str, share: Floats) -> None:
        """Set the shares [periods, G or 1] of an edge."""
        table[self.first[edge]] = share


@lru_cache(maxsize=64)
def _layout(network: Network, period_key: bytes, law_period_key: bytes) -> _Layout:
    """The same for all members of a run: edges of the first stage change with the law, others with
    their parameters."""
    periods = {True: np.frombuffer(law_period_key, np.int64),
               False: np.frombuffer(period_key, np.int64)}  # fmt: skip
    row = np.zeros((periods[True].size, len(network.edges)), np.int64)
    first, size = {}, 0
    for e, edge in enumerate(network.edges):
        by_law = edge.stage == "eligibility"
        period = periods[by_law]
        row[:, e] = size + period
        first[edge.name] = slice(size, size + int(period.max()) + 1)
        size = first[edge.name].stop
    return _Layout(row, first, size)


def _law_split(law: dict[str, Floats]) -> tuple[Floats, dict[str, Floats]]:
    """Share of the claims of its mode and nationality that enter in each group [K, G], and what
    becomes of them at the eligibility decision.

    Claims to be referred without appeal are a group from the start; all others share the rest.
    """
    total = (
        law["appeal"] + law["no_appeal"] + law["ineligible"] + law["returned"]
        + law["directed_back"]
    )  # fmt: skip
    if np.any(np.abs(total - 1.0) > 1e-6):
        worst = float(total.flat[np.argmax(np.abs(total - 1.0))])
        raise InputError(
            "shares", "sum over outcomes", worst, "1 for every epoch, mode, nationality"
        )
    with_appeal = APPEAL == 1.0
    # where a mode has no group without appeal, its claims without appeal stay in the one group
    apart = np.where(EXCEPTED, law["no_appeal"], 0.0)
    entering = np.where(with_appeal, 1.0 - apart, apart)
    rest = np.where(entering > 0.0, entering, 1.0)
    split = {}
    for name in ("ineligible", "returned", "directed_back"):
        split[name] = np.where(with_appeal, law[name] / rest, 0.0)
    others = split["ineligible"] + split["returned"] + split["directed_back"]
    split["referred"] = np.maximum(1.0 - others, 0.0)
    return entering, split


def _fill(table: Floats, layout: _Layout, at: Floats) -> None:
    """Shares of those leaving by decision and while waiting, for all stages but the first.

    at: the parameters `_SHARES` in each period, [len(_SHARES), periods].
    """
    value = dict(zip(_SHARES, at[:, :, None], strict=True))

    def put(name: str, share: Floats) -> None:
        layout.put(table, name, share)

    def one(name: str) -> Floats:
        return value[name]

    n = len(NATIONALITIES)
    stay = at[:n].T.take(NATIONALITY_OF, axis=1)
    accepted = at[n : 2 * n].T.take(NATIONALITY_OF, axis=1)
    withdrawn = one("rpd.legacy_withdrawn")
    legacy = np.minimum(one("rpd.legacy_accepted"), 1.0 - withdrawn)
    refused = 1.0 - withdrawn - legacy
    court = refused * one("court.filed_no_appeal")
    put("rpd_legacy.accepted", legacy)
    put("rpd_legacy.withdrawn", withdrawn)
    put("rpd_legacy.rejected_court", court)
    put("rpd_legacy.rejected_stayed", (refused - court) * stay)
    put("rpd_legacy.rejected_final", (refused - court) * (1.0 - stay))

    refused = 1.0 - accepted
    appealed = refused * one("rad.filed_share") * APPEAL
    court = refused * one("court.filed_no_appeal") * (1.0 - APPEAL)
    final = np.maximum(refused - appealed - court, 0.0)
    put("rpd.accepted", accepted)
    put("rpd.rejected_appealed", appealed)
    put("rpd.rejected_court", court)
    put("rpd.rejected_stayed", final * stay)
    put("rpd.rejected_final", final * (1.0 - stay))
    put("rpd.withdrawn", 1.0 - stay)
    put("rpd.withdrawn_stayed", stay)

    back = np.minimum(one("rad.referred_back"), 1.0 - one("rad.substituted"))
    dismissed = 1.0 - one("rad.substituted") - back
    final = dismissed * (1.0 - one("court.filed_after_rad"))
    put("rad.substituted", one("rad.substituted"))
    put("rad.referred_back", back)
    put("rad.dismissed_court", dismissed - final)
    put("rad.dismissed_stayed", final * stay)
    put("rad.dismissed_final", final * (1.0 - stay))

    returned = one("court.returned")
    put("court.returned", returned)
    put("court.dismissed_stayed", (1.0 - returned) * stay)
    put("court.dismissed", (1.0 - returned) * (1.0 - stay))

    found = one("prra.accepted_ineligible")
    put("prra_ineligible.accepted", found)
    put("prra_ineligible.refused_stayed", (1.0 - found) * stay)
    put("prra_ineligible.refused", (1.0 - found) * (1.0 - stay))
    put("prra_refused.accepted", one("prra.accepted_refused"))
    put("prra_refused.refused", 1.0 - one("prra.accepted_refused"))

    for stage, names in _HAZARDS.items():
        total = sum(one(name) for name in names)
        safe = np.where(total > 0.0, total, 1.0)
        for name, out in zip(names, _HAZARD_EDGES[stage], strict=True):
            put(out, np.where(total > 0.0, one(name) / safe, 1.0 / len(names)))


_HAZARD_EDGES = {
    "stayed": ("stayed.lifted", "stayed.regularised", "stayed.left"),
    "removal": ("removal.left", "removal.unlocated", "removal.prra", "removal.regularised"),
    "without_status": (
        "without_status.left",
        "without_status.located",
        "without_status.regularised",
    ),
}
"""Edges of the ways out in `_HAZARDS`, in the same order."""


def _arrivals(intake: Intake, entering: Floats, law_period: NDArray[np.int64]) -> Floats:
    """Claims by group, [1, T, G]."""
    claims = _by_group(intake.claims)
    return (claims * entering[law_period])[None]


def _start(network: Network, paths: Paths, claims: Floats) -> tuple[Floats, Floats]:
    """People waiting before the first month: by month of entry [S, BEFORE], and their mix [S, G].

    Each start stock is spread evenly over its months of entry, and over groups as the claims of the
    first twelve months (the published stocks have no split).
    """
    mix = claims[:12].sum(axis=0)
    total = mix.sum()
    mix = mix / total if total > 0.0 else np.full(len(GROUPS), 1.0 / len(GROUPS))
    names = tuple(f"start.{stage.name}" for stage in network.stages)
    people = paths.value[_places(paths.names, names), 0]
    months = paths.value[_places(paths.names, tuple(f"{name}.months" for name in names)), 0]
    months = np.clip(np.rint(months), 1.0, BEFORE)[:, None]
    # the last `months` of the months before the first
    waiting = np.where(np.arange(BEFORE, 0, -1) <= months, people[:, None] / months, 0.0)
    return waiting, np.tile(mix, (len(network.stages), 1))
