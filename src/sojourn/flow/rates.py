"""Parameters and shares by law turned into the arrays that the kernel reads."""

from __future__ import annotations

from dataclasses import dataclass
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

    epoch [T]; share [K, E, G]; joining [E, T]; pool_capacity [P, T] decisions a month; pool_part,
    hazard, lag, newest, newest_age, at_random [S, T]; recall_share [K, G]; recall_pace [T];
    arrivals [1, T, G]; start [S, BEFORE, G] persons waiting at the start by month of entry.
    """

    epoch: NDArray[np.int64]
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
    start: Floats


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
    """Arrays of one run. Raises InputError where months of the inputs differ or shares do not add
    to 1."""
    n_months = paths.months.size
    if intake.months.size != n_months or np.any(intake.months != paths.months):
        raise InputError(
            "intake", "months", intake.months.size, f"the {n_months} months of the run"
        )
    if shares.epoch.size != n_months:
        raise InputError("shares", "epoch", shares.epoch.size, f"{n_months} months")
    index = [paths.index[name] for name in _SHARES]
    rows = paths.value[index]
    starts, epoch = _epochs(rows, shares.epoch)
    at = dict(zip(_SHARES, np.clip(rows[:, starts], 0.0, 1.0), strict=True))
    law = _by_group(shares, shares.epoch[starts])
    entering, split = _law_split(law)
    share = _share_table(network, at, split)
    arrivals = _arrivals(intake, entering, epoch)
    n_stages = len(network.stages)
    full = np.zeros((n_stages, n_months))
    hazard, lag, newest, age, random = full, full.copy(), full.copy(), full.copy(), full.copy()
    part = np.ones((n_stages, n_months))
    s = network.stage_index
    for stage in ("eligibility", "rpd", "rad"):
        newest[s[stage]] = paths[f"{stage}.newest_first"]
        age[s[stage]] = paths[f"{stage}.newest_first_min_age"]
        random[s[stage]] = paths[f"{stage}.at_random"]
    for stage in ("eligibility", "rpd", "rad", "court", "pr"):
        lag[s[stage]] = paths[f"{stage}.lag"]
    lag[s["pr_dependants"]] = paths["pr.lag"]
    lag[s["prra_ineligible"]] = lag[s["prra_refused"]] = paths["prra.lag"]
    hazard[s["eligibility"]] = paths["eligibility.withdrawn"]
    hazard[s["rpd"]] = paths["rpd.withdrawn"]
    hazard[s["rad"]] = paths["rad.closed"]
    for stage, names in _HAZARDS.items():
        hazard[s[stage]] = sum(paths[name] for name in names)
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
        epoch, share, joining, np.minimum(pools, ENOUGH), part, np.clip(hazard, 0.0, 1.0),
        np.maximum(lag, 0.0), np.clip(newest, 0.0, 1.0), np.maximum(age, 0.0),
        np.clip(random, 0.0, 1.0), law["notice"], np.clip(paths["rpd.notice_pace"], 0.0, 1.0),
        arrivals, _start(network, paths, arrivals[0]),
    )  # fmt: skip


_HAZARDS = {
    "stayed": ("stay.lifted", "hc.stayed", "left.stayed"),
    "removal": ("left.removal", "removal.unlocated", "prra.applied", "hc.removal"),
    "without_status": ("left.without_status", "removal.located", "hc.without_status"),
}
"""Ways out of a stage without a decision; they add to its hazard."""


def _epochs(rows: Floats, law: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First month of each epoch [K] and the epoch of each month [T]."""
    new = np.any(rows[:, 1:] != rows[:, :-1], axis=0) | (law[1:] != law[:-1])
    starts = np.concatenate(([0], np.flatnonzero(new) + 1))
    epoch = np.zeros(law.size, np.int64)
    epoch[1:] = np.cumsum(new)
    return starts, epoch


def _by_group(shares: Shares, epochs: NDArray[np.int64]) -> dict[str, Floats]:
    """Shares by law for each epoch and group, [K, G]."""
    names = ("appeal", "no_appeal", "ineligible", "returned", "directed_back", "notice")
    return {n: getattr(shares, n)[epochs][:, MODE_OF, NATIONALITY_OF] for n in names}


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
    split["referred"] = 1.0 - split["ineligible"] - split["returned"] - split["directed_back"]
    return entering, split


def _share_table(network: Network, at: dict[str, Floats], split: dict[str, Floats]) -> Floats:
    """Shares of those leaving by decision, while waiting, and by notice, [K, E, G]."""
    n_epochs = split["referred"].shape[0]
    table = np.zeros((n_epochs, len(network.edges), len(GROUPS)))
    e = network.edge_index

    def one(name: str) -> Floats:
        return at[name][:, None]

    stay = np.array([at[name] for name in _STAY]).T[:, NATIONALITY_OF]
    accepted = np.array([at[name] for name in _ACCEPTED]).T[:, NATIONALITY_OF]
    for name, value in split.items():
        table[:, e[f"eligibility.{name}"]] = value
    table[:, e["eligibility.withdrawn"]] = 1.0

    withdrawn = one("rpd.legacy_withdrawn")
    legacy = np.minimum(one("rpd.legacy_accepted"), 1.0 - withdrawn)
    refused = 1.0 - withdrawn - legacy
    court = refused * one("court.filed_no_appeal")
    table[:, e["rpd_legacy.accepted"]] = legacy
    table[:, e["rpd_legacy.withdrawn"]] = withdrawn
    table[:, e["rpd_legacy.rejected_court"]] = court
    table[:, e["rpd_legacy.rejected_stayed"]] = (refused - court) * stay
    table[:, e["rpd_legacy.rejected_final"]] = (refused - court) * (1.0 - stay)

    refused = 1.0 - accepted
    appealed = refused * one("rad.filed_share") * APPEAL
    court = refused * one("court.filed_no_appeal") * (1.0 - APPEAL)
    final = refused - appealed - court
    table[:, e["rpd.accepted"]] = accepted
    table[:, e["rpd.rejected_appealed"]] = appealed
    table[:, e["rpd.rejected_court"]] = court
    table[:, e["rpd.rejected_stayed"]] = final * stay
    table[:, e["rpd.rejected_final"]] = final * (1.0 - stay)
    table[:, e["rpd.withdrawn"]] = 1.0 - stay
    table[:, e["rpd.withdrawn_stayed"]] = stay
    table[:, e["rpd.notice"]] = 1.0

    back = np.minimum(one("rad.referred_back"), 1.0 - one("rad.substituted"))
    dismissed = 1.0 - one("rad.substituted") - back
    final = dismissed * (1.0 - one("court.filed_after_rad"))
    table[:, e["rad.substituted"]] = one("rad.substituted")
    table[:, e["rad.referred_back"]] = back
    table[:, e["rad.dismissed_court"]] = dismissed - final
    table[:, e["rad.dismissed_stayed"]] = final * stay
    table[:, e["rad.dismissed_final"]] = final * (1.0 - stay)
    table[:, e["rad.closed"]] = 1.0

    returned = one("court.returned")
    table[:, e["court.returned"]] = returned
    table[:, e["court.dismissed_stayed"]] = (1.0 - returned) * stay
    table[:, e["court.dismissed"]] = (1.0 - returned) * (1.0 - stay)

    found = one("prra.accepted_ineligible")
    table[:, e["prra_ineligible.accepted"]] = found
    table[:, e["prra_ineligible.refused_stayed"]] = (1.0 - found) * stay
    table[:, e["prra_ineligible.refused"]] = (1.0 - found) * (1.0 - stay)
    table[:, e["prra_refused.accepted"]] = one("prra.accepted_refused")
    table[:, e["prra_refused.refused"]] = 1.0 - one("prra.accepted_refused")

    table[:, e["removal.removed"]] = 1.0
    table[:, e["pr.admitted"]] = 1.0
    table[:, e["pr_dependants.admitted"]] = 1.0
    for stage, names in _HAZARDS.items():
        total = sum(one(name) for name in names)
        safe = np.where(total > 0.0, total, 1.0)
        for name, edge in zip(names, _HAZARD_EDGES[stage], strict=True):
            table[:, e[edge]] = np.where(total > 0.0, one(name) / safe, 1.0 / len(names))
    return table


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


def _arrivals(intake: Intake, entering: Floats, epoch: NDArray[np.int64]) -> Floats:
    """Claims by group, [1, T, G]."""
    claims = intake.claims[:, MODE_OF, NATIONALITY_OF]
    return np.ascontiguousarray((claims * entering[epoch])[None])


def _start(network: Network, paths: Paths, claims: Floats) -> Floats:
    """People waiting before the first month, [S, BEFORE, G].

    Each start stock is spread evenly over its months of entry, and over groups as the claims of the
    first twelve months (the published stocks have no split).
    """
    mix = claims[:12].sum(axis=0)
    total = mix.sum()
    mix = mix / total if total > 0.0 else np.full(len(GROUPS), 1.0 / len(GROUPS))
    start = np.zeros((len(network.stages), BEFORE, len(GROUPS)))
    for s, stage in enumerate(network.stages):
        months = int(np.clip(np.rint(paths[f"start.{stage.name}.months"][0]), 1, BEFORE))
        start[s, BEFORE - months :] = paths[f"start.{stage.name}"][0] / months * mix
    return start
