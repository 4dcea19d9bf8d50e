"""Parameters and shares by law turned into the arrays that the kernel reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import batch, groups
from sojourn.flow.batch import BEFORE, ENOUGH, Batch, Given, Layout
from sojourn.flow.groups import APPEAL, EXCEPTED, GROUPS, MERGED_OF, MODE_OF, NATIONALITY_OF
from sojourn.flow.stages import Network
from sojourn.inputs.dimensions import NATIONALITIES
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]

RUN_ON = 240
"""Months beyond the last one that the wait of new claims is followed."""


class Shares(Protocol):
    """What the law does with claims: `epoch` [T], the others [epochs, modes, nationalities].

    Of n runs the others may be [n, epochs, modes, nationalities].
    """

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
    """Who comes: `months` [T], `claims` [T, modes, nationalities], `interceptions` [T].

    Of n runs claims are [n, T, modes, nationalities] and interceptions [n, T].
    """

    @property
    def months(self) -> NDArray[np.int64]: ...
    @property
    def claims(self) -> Floats: ...
    @property
    def interceptions(self) -> Floats: ...


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
    """RPD decisions on the merits a year, [T] (of several runs [n, T]).

    `rpd.capacity` is what the planned decision makers do; each decision maker above or below the
    plan adds or takes `rpd.decisions_per_member`, `rpd.hiring_lag` months later. Never below 0.
    """
    extra = paths["rpd.members"] - paths["rpd.members_planned"]
    if np.any(extra):
        months = np.arange(extra.shape[-1])
        then = months - np.rint(paths["rpd.hiring_lag"]).astype(np.int64)
        hired = np.take_along_axis(extra, np.maximum(then, 0), axis=-1)
        extra = np.where(then >= 0, hired, 0.0)
    return np.maximum(paths["rpd.capacity"] + extra * paths["rpd.decisions_per_member"], 0.0)


def rates(network: Network, paths: Paths, intake: Intake, shares: Shares) -> Batch:
    """Several runs packed for the kernel, from parameters `paths` [P, n, T], claims and shares by
    law of the same months. The runs must be alike (`alike`).

    Raises InputError where months of the inputs differ or shares do not add to 1.
    """
    n_months = paths.months.size
    if intake.months.size != n_months or np.any(intake.months != paths.months):
        raise InputError(
            "intake", "months", intake.months.size, f"the {n_months} months of the run"
        )
    if shares.epoch.size != n_months:
        raise InputError("shares", "epoch", shares.epoch.size, f"{n_months} months")
    n = paths.value.shape[1]
    rows = paths.value[_places(paths.names, _SHARES)]
    starts, epoch = _epochs(rows[:, 0], shares.epoch)
    changed, period = _changes(rows[:, 0][:, starts])
    by_law, law_period = np.unique(shares.epoch[starts], return_inverse=True)
    law = {name: _by_group(getattr(shares, name)[..., by_law, :, :]) for name in OUTCOMES}
    entering, split = _law_split(law)
    plan = _layout(network, epoch.tobytes(), period.tobytes(), law_period.tobytes())
    share = np.empty((plan.size, n))
    for name, value in split.items():
        plan.put(share, f"eligibility.{name}", value.transpose(1, 2, 0))
    _fill(share, plan, rows[:, :, starts[changed]].clip(0.0, 1.0))
    claims = intake.claims.reshape(n, n_months, -1)
    entering = _of_all(entering, n, law_period)
    given = Given(
        claims, entering, share, _table(network, paths), _of_all(law["notice"], n, law_period),
        *_start(network, paths, claims[:, :12], entering[:, epoch[:12]]),
    )  # fmt: skip
    return Batch(network, plan.kernel, Given(*map(np.ascontiguousarray, given)))


def alike(paths: Paths) -> list[NDArray[np.int64]]:
    """Runs of `paths` [P, n, T] whose shares change in the same months, as lists of their numbers.

    Draws from the same ranges change together, so there is nearly always one list.
    """
    rows = paths.value[_places(paths.names, _SHARES)]
    new = rows[:, :, 1:] != rows[:, :, :-1]
    if (new == new[:, :1]).all():
        return [np.arange(rows.shape[1])]
    _, kind = np.unique(new.transpose(1, 0, 2).reshape(new.shape[1], -1), axis=0,
                        return_inverse=True)  # fmt: skip
    return [np.flatnonzero(kind == k) for k in range(int(kind.max()) + 1)]


def _of_all(shares: Floats, n: int, law_period: NDArray[np.int64]) -> Floats:
    """Shares [n or 1, law epochs, G] of n runs by epoch, [n, K, G]."""
    found = shares[:, law_period]
    return np.broadcast_to(found, (n, *found.shape[1:]))


def _table(network: Network, paths: Paths) -> Floats:
    """Rates by month [Q, n, T], rows as told by `_rows`."""
    at = _places(paths.names, _RATED)
    row = _rows(network)
    rate = np.empty((row.pace + 1, *paths.value.shape[1:]))
    rate[0], rate[1] = 0.0, 1.0
    rate[2 : 2 + len(at)] = paths.value[at]
    months = rate[2 : 2 + len(_RATED)]
    np.maximum(months, 0.0, out=months)
    hazards = rate[2 + len(at) : row.pools[0]]
    for hazard, names in zip(hazards, _HAZARDS.values(), strict=True):
        hazard[:] = sum(paths[name] for name in names)
    # all from the first share on
    shares = rate[2 + _N_MONTHS : row.pools[0]]
    np.clip(shares, 0.0, 1.0, out=shares)
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
    for at_row, pool in zip(row.pools, network.pools, strict=True):
        np.minimum(capacity[pool] / 12.0, ENOUGH, out=rate[at_row])
    part = rate[row.stage[batch.RATES.index("part"), network.stage("pr")]]
    np.subtract(1.0, part, out=part)  # what dependants leave to principal applicants
    rate[row.joining] = paths["pr.dependants"]
    rate[row.pace] = np.clip(paths["rpd.notice_pace"], 0.0, 1.0)
    return rate


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
    """Shares [(n,) epochs, modes, nationalities] for each group, [n or 1, epochs, G]."""
    cells = shares.reshape(-1, shares.shape[-3], shares.shape[-2] * shares.shape[-1])
    return cells.take(_CELL_OF, axis=2)


_SINGLE = (
    ("lag", "eligibility", "eligibility.lag"),
    ("lag", "rpd", "rpd.lag"),
    ("lag", "rad", "rad.lag"),
    ("lag", "court", "court.lag"),
    ("lag", "pr", "pr.lag"),
    ("lag", "pr_dependants", "pr.lag"),
    ("lag", "prra_ineligible", "prra.lag"),
    ("lag", "prra_refused", "prra.lag"),
    *(
        ("min_age", stage, f"{stage}.newest_first_min_age")
        for stage in ("eligibility", "rpd", "rad")
    ),
    ("hazard", "eligibility", "eligibility.withdrawn"),
    ("hazard", "rpd", "rpd.withdrawn"),
    ("hazard", "rad", "rad.closed"),
    *(("newest", stage, f"{stage}.newest_first") for stage in ("eligibility", "rpd", "rad")),
    *(("at_random", stage, f"{stage}.at_random") for stage in ("eligibility", "rpd", "rad")),
)
"""Rates of stages that are one parameter each: rate, stage, parameter."""

_N_MONTHS = sum(rate in ("lag", "min_age") for rate, _, _ in _SINGLE)
"""Those that are months stand first; the others are shares, so at most 1."""

_PARTS = (("prra_ineligible", "prra.ineligible_part"), ("pr", "pr.dependants_part"))
"""Stages that share a pool: the part of it that they may use (of the second: the others')."""


@lru_cache(maxsize=64)
def _places(known: tuple[str, ...], wanted: tuple[str, ...]) -> NDArray[np.int64]:
    """Where the wanted parameters stand among the known ones."""
    at = {name: p for p, name in enumerate(known)}
    return np.array([at[name] for name in wanted], np.int64)


_RATED = (*(name for _, _, name in _SINGLE), *(name for _, name in _PARTS))
"""Parameters of the rows of rates that follow a row of zeros and one of ones."""


class _Rows(NamedTuple):
    """Where rates stand in their table: of each rate and stage [6, S], of pools, and the last two."""

    stage: NDArray[np.int64]
    pools: NDArray[np.int64]
    joining: int
    pace: int


@lru_cache(maxsize=8)
def _rows(network: Network) -> _Rows:
    """After a row of zeros and one of ones, those of `_RATED`, then sums of hazards, then pools."""
    row = np.zeros((len(batch.RATES), len(network.stages)), np.int64)
    row[batch.RATES.index("part")] = 1
    wanted = (
        *((rate, stage) for rate, stage, _ in _SINGLE),
        *(("part", stage) for stage, _ in _PARTS),
        *(("hazard", stage) for stage in _HAZARDS),
    )
    for k, (rate, stage) in enumerate(wanted):
        row[batch.RATES.index(rate), network.stage_index[stage]] = 2 + k
    pools = 2 + len(wanted) + np.arange(len(network.pools))
    return _Rows(row, pools, int(pools[-1]) + 1, int(pools[-1]) + 2)


@dataclass(frozen=True)
class _Layout:
    """Where the shares of each edge stand in one column of numbers [size]: one piece for each of
    its periods, as wide as its stage (1 where all groups have the same share)."""

    kernel: Layout
    first: dict[str, tuple[int, int]]
    size: int

    def put(self, table: Floats, edge: str, share: Floats) -> None:
        """Set the shares [periods, groups or 1, n or 1] of an edge in table [size, n]."""
        start, stop = self.first[edge]
        table[start:stop].reshape(len(share), -1, table.shape[1])[...] = share


@lru_cache(maxsize=64)
def _layout(network: Network, epoch_key: bytes, period_key: bytes, law_key: bytes) -> _Layout:
    """The same for all members of a run: edges of the first stage change with the law, others with
    their parameters."""
    periods = {True: np.frombuffer(law_key, np.int64),
               False: np.frombuffer(period_key, np.int64)}  # fmt: skip
    even = np.array([edge.name in _EVEN for edge in network.edges])
    needs = batch.by_group(network, even, recalls=True)
    width = np.where(needs, groups.N_MERGED, 1)
    width[network.stage("eligibility")] = len(GROUPS)
    at = np.zeros((periods[True].size, len(network.edges)), np.int64)
    first, size = {}, 0
    for e, edge in enumerate(network.edges):
        period = periods[edge.stage == "eligibility"]
        wide = 1 if even[e] else int(width[network.edge_from[e]])
        at[:, e] = size + wide * period
        first[edge.name] = (size, size + wide * (int(period.max()) + 1))
        size = first[edge.name][1]
    row, epoch = _rows(network), np.frombuffer(epoch_key, np.int64)
    kernel = Layout(
        batch.edges(network, even, np.full(len(even), row.joining)),
        batch.stages(network, width, row.pools, row.stage, epoch.size),
        np.array([network.stage_recall, network.stage("rpd"), RUN_ON, row.pace]),
        MERGED_OF, _CELL_OF, epoch, at,
    )  # fmt: skip
    return _Layout(kernel, first, size)


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

    at: the parameters `_SHARES` in each period, [len(_SHARES), n, periods].
    """
    at = at.transpose(0, 2, 1)  # runs last, as the kernel has them
    value = dict(zip(_SHARES, at[:, :, None], strict=True))

    def put(name: str, share: Floats) -> None:
        layout.put(table, name, share)

    def one(name: str) -> Floats:
        return value[name]

    n = len(NATIONALITIES)
    stay = at[:n].transpose(1, 0, 2).take(groups.MERGED_NATIONALITY, axis=1)
    accepted = at[n : 2 * n].transpose(1, 0, 2).take(groups.MERGED_NATIONALITY, axis=1)
    appeal = groups.MERGED_APPEAL[:, None]
    go = 1.0 - stay
    withdrawn = one("rpd.legacy_withdrawn")
    legacy = np.minimum(one("rpd.legacy_accepted"), 1.0 - withdrawn)
    refused = 1.0 - withdrawn - legacy
    court = refused * one("court.filed_no_appeal")
    put("rpd_legacy.accepted", legacy)
    put("rpd_legacy.withdrawn", withdrawn)
    put("rpd_legacy.rejected_court", court)
    put("rpd_legacy.rejected_stayed", (refused - court) * stay)
    put("rpd_legacy.rejected_final", (refused - court) * go)

    refused = 1.0 - accepted
    appealed = refused * one("rad.filed_share") * appeal
    court = refused * one("court.filed_no_appeal") * (1.0 - appeal)
    final = np.maximum(refused - appealed - court, 0.0)
    put("rpd.accepted", accepted)
    put("rpd.rejected_appealed", appealed)
    put("rpd.rejected_court", court)
    put("rpd.rejected_stayed", final * stay)
    put("rpd.rejected_final", final * go)
    put("rpd.withdrawn", go)
    put("rpd.withdrawn_stayed", stay)

    back = np.minimum(one("rad.referred_back"), 1.0 - one("rad.substituted"))
    dismissed = 1.0 - one("rad.substituted") - back
    final = dismissed * (1.0 - one("court.filed_after_rad"))
    put("rad.substituted", one("rad.substituted"))
    put("rad.referred_back", back)
    put("rad.dismissed_court", dismissed - final)
    put("rad.dismissed_stayed", final * stay)
    put("rad.dismissed_final", final * go)

    returned = one("court.returned")
    put("court.returned", returned)
    put("court.dismissed_stayed", (1.0 - returned) * stay)
    put("court.dismissed", (1.0 - returned) * go)

    found = one("prra.accepted_ineligible")
    put("prra_ineligible.accepted", found)
    put("prra_ineligible.refused_stayed", (1.0 - found) * stay)
    put("prra_ineligible.refused", (1.0 - found) * go)
    put("prra_refused.accepted", one("prra.accepted_refused"))
    put("prra_refused.refused", 1.0 - one("prra.accepted_refused"))

    for stage, names in _HAZARDS.items():
        total = sum(one(name) for name in names)
        safe = np.where(total > 0.0, total, 1.0)
        for name, out in zip(names, _HAZARD_EDGES[stage], strict=True):
            put(out, np.where(total > 0.0, one(name) / safe, 1.0 / len(names)))
    for name in _ALL:
        put(name, _EVERYONE)


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


_ALL = (
    "eligibility.withdrawn", "rpd.notice", "rad.closed", "removal.removed", "pr.admitted",
    "pr_dependants.admitted",
)  # fmt: skip
"""Edges that take all who leave their stage in one way."""

_EVERYONE = np.ones((1, 1, 1))

_EVEN = frozenset(
    (
        *_ALL, *(edge for edges in _HAZARD_EDGES.values() for edge in edges),
        "rpd_legacy.accepted", "rpd_legacy.withdrawn", "rpd_legacy.rejected_court",
        "rad.substituted", "rad.referred_back", "rad.dismissed_court", "court.returned",
        "prra_ineligible.accepted", "prra_refused.accepted", "prra_refused.refused",
    )
)  # fmt: skip
"""Edges whose share is the same for all groups."""


def _start(
    network: Network, paths: Paths, claims: Floats, entering: Floats
) -> tuple[Floats, Floats]:
    """People waiting before the first month: by month of entry [n, S, BEFORE], and their mix
    [n, 1, G].

    Each start stock is spread evenly over its months of entry, and over groups as the claims of the
    first twelve months (the published stocks have no split): claims [n, 12, cells] and the shares
    of them that enter in each group [n, 12, G].
    """
    mix = (claims.take(_CELL_OF, axis=2) * entering).sum(axis=1)
    total = mix.sum(axis=1, keepdims=True)
    mix = np.where(total > 0.0, mix / np.where(total > 0.0, total, 1.0), 1.0 / len(GROUPS))
    names = tuple(f"start.{stage.name}" for stage in network.stages)
    people = paths.value[_places(paths.names, names), :, 0].T[:, :, None]
    spread = paths.value[_places(paths.names, tuple(f"{name}.months" for name in names)), :, 0]
    months = np.clip(np.rint(spread), 1.0, BEFORE).T[:, :, None]
    # the last `months` of the months before the first
    waiting = np.where(np.arange(BEFORE, 0, -1) <= months, people / months, 0.0)
    return waiting, mix[:, None]
