"""Parameters and shares by law turned into the arrays that the kernel reads."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import batch, beginning, claim_parts, columns, edge_shares, groups
from sojourn.flow.arrivals import Intake
from sojourn.flow.batch import ENOUGH, Batch, Given, Layout, Rates
from sojourn.flow.claim_parts import CELL_OF, Parts
from sojourn.flow.edge_shares import Places
from sojourn.flow.groups import APPEAL
from sojourn.flow.kernel import PACE
from sojourn.flow.stages import Network
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]

RUN_ON = 240
"""Months beyond the last one that the wait of new claims is followed."""


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


def rates(
    network: Network,
    paths: Paths,
    intake: Intake,
    law: Parts,
    start: tuple[Floats, Floats] | None = None,
) -> Batch:
    """Several runs packed for the kernel, from parameters `paths` [P, n, T], claims and what the
    law makes of them, of the same months. The runs must be alike (`alike`).

    start: `Given.waiting` and `Given.mix`, where they are known.

    Raises InputError where months of the inputs differ.
    """
    n, n_months = paths.shape
    if intake.months.size != n_months or np.any(intake.months != paths.months):
        raise InputError(
            "intake", "months", intake.months.size, f"the {n_months} months of the run"
        )
    if law.epoch.size != n_months:
        raise InputError("shares", "epoch", law.epoch.size, f"{n_months} months")
    split = paths.places(edge_shares.SHARES)
    starts, epoch = _epochs(paths.of(split)[:, 0])
    at = paths.of(split, starts).swapaxes(1, 2).clip(0.0, 1.0)
    none = edge_shares.nobody(network, at)
    keys = (x.tobytes() for x in (epoch, law.epoch, law.told, law.anyone, law.of_cell, none))
    plan = _layout(network, *keys, kinds=law.anyone.shape[-1])
    share = np.empty((plan.size, n))
    share[0] = 1.0
    edge_shares.fill(share, plan, at)
    level = np.moveaxis(intake.level, 0, -1)
    of_runs = intake.pattern if intake.pattern.ndim == 4 else intake.pattern[None]
    pattern = np.moveaxis(of_runs, 0, -1)
    cells = pattern.reshape(n_months, -1, pattern.shape[-1])
    told = level[law.told][:, :, None] * pattern[law.told]
    if start is None:
        first = (level[:12][:, :, None] * pattern[:12]).reshape(-1, cells.shape[1], n)
        parts = law.entering[law.epoch[:12]][:, :, law.of_cell]
        start = beginning.start(network, paths, first, parts)
    given = Given(
        level, cells, np.broadcast_to(law.entering, (*law.entering.shape[:-1], n)), share,
        _table(network, paths), law.reach(told), *start,
    )  # fmt: skip
    return Batch(network, plan.kernel, Given(*map(np.ascontiguousarray, given)),
                 lambda several, i: _one(several, plan, law, i))  # fmt: skip


def alike(paths: Paths) -> list[NDArray[np.int64]]:
    """Runs of `paths` [P, n, T] whose shares change in the same months, as lists of their numbers.

    Draws from the same ranges change together, so there is nearly always one list.
    """
    rows = paths.of(paths.places(edge_shares.SHARES))
    new = rows[:, :, 1:] != rows[:, :, :-1]
    if (new == new[:, :1]).all():
        return [np.arange(rows.shape[1])]
    _, kind = np.unique(new.transpose(1, 0, 2).reshape(new.shape[1], -1), axis=0,
                        return_inverse=True)  # fmt: skip
    return [np.flatnonzero(kind == k) for k in range(int(kind.max()) + 1)]


def _table(network: Network, paths: Paths) -> Floats:
    """Rates by month [Q, T, n], rows as told by `_rows`."""
    at = paths.places(_RATED)
    row = _rows(network)
    rate = np.empty((row.pace + 1, *paths.shape[::-1]))
    rate[0], rate[1] = 0.0, 1.0
    rate[2 : 2 + len(at)] = paths.of(at).swapaxes(1, 2)
    months = rate[2 : 2 + len(_RATED)]
    np.maximum(months, 0.0, out=months)
    hazards = rate[2 + len(at) : row.pools[0]]
    for hazard, names in zip(hazards, edge_shares.HAZARDS.values(), strict=True):
        hazard[:] = sum(paths[name].T for name in names)
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
        np.minimum(capacity[pool].T / 12.0, ENOUGH, out=rate[at_row])
    part = rate[row.stage[batch.RATES.index("part"), network.stage("pr")]]
    np.subtract(1.0, part, out=part)  # what dependants leave to principal applicants
    rate[row.joining] = paths["pr.dependants"].T
    rate[row.pace] = np.clip(paths["rpd.notice_pace"].T, 0.0, 1.0)
    return rate


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


_RATED = (*(name for _, _, name in _SINGLE), *(name for _, name in _PARTS))
"""Parameters of the rows of rates that follow a row of zeros and one of ones."""


class _Rows(NamedTuple):
    """Where rates stand in their table: of each rate and stage [6, S], of pools, and two more."""

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
        *(("hazard", stage) for stage in edge_shares.HAZARDS),
    )
    for k, (rate, stage) in enumerate(wanted):
        row[batch.RATES.index(rate), network.stage_index[stage]] = 2 + k
    pools = 2 + len(wanted) + np.arange(len(network.pools))
    return _Rows(row, pools, int(pools[-1]) + 1, int(pools[-1]) + 2)


@lru_cache(maxsize=64)
def _layout(
    network: Network,
    epoch_key: bytes,
    law_key: bytes,
    told_key: bytes,
    anyone_key: bytes,
    cells_key: bytes,
    nobody_key: bytes,
    kinds: int,
) -> Places:
    """The same for all members of a run."""
    epoch, law_epoch = np.frombuffer(epoch_key, np.int64), np.frombuffer(law_key, np.int64)
    told = np.frombuffer(told_key, np.bool_)
    n_epochs = int(epoch[-1]) + 1
    even = np.array([edge.name in edge_shares.EVEN for edge in network.edges])
    width = np.where(columns.by_group(network, even, recalls=True), groups.N_MERGED, 1)
    lowest = np.zeros_like(width)
    for stage in groups.BY_NATIONALITY:
        width[network.stage(stage)] = len(NATIONALITIES)
    for stage in groups.WITH_APPEAL:
        lowest[network.stage(stage)] = len(NATIONALITIES)
    names = ("ineligible", "returned", "directed_back", "referred")
    plan = columns.Columns(
        network, width, lowest, even,
        tuple(network.edge(f"eligibility.{name}") for name in names), groups.N_MERGED,
        nobody=np.frombuffer(nobody_key, np.bool_).reshape(-1, groups.N_MERGED),
        rest=frozenset(network.edge(name) for name in edge_shares.REST),
    )  # fmt: skip
    first, size, at = {}, 1, {}
    for e, edge in enumerate(network.edges):
        wide = 1 if even[e] else int(width[network.edge_from[e]])
        at[e] = size + wide * np.arange(n_epochs)
        if e not in plan.outcomes:
            first[edge.name] = (size, size + wide * n_epochs)
            size = first[edge.name][1]
    row = _rows(network)
    table, share_at = plan.edges(np.full(len(even), row.joining), 0, at)
    # claims by nationality go to the columns of those with an appeal, whatever becomes of them
    blocks = [start for start, _ in plan.blocks]
    nationality = np.tile(np.arange(len(NATIONALITIES)), len(MODES))
    to = np.stack([
        blocks[0] + nationality,
        np.full_like(nationality, blocks[1]),
        np.full_like(nationality, blocks[2]),
        blocks[3] + len(NATIONALITIES) + nationality,
        blocks[3] + nationality,
    ])  # fmt: skip
    own = np.frombuffer(cells_key, np.int64)
    anyone = np.frombuffer(anyone_key, np.bool_).reshape(-1, len(to), kinds)
    reach_row = np.full(epoch.size, -1)
    reach_row[told] = np.arange(np.count_nonzero(told))
    kernel = Layout(
        table, plan.stages(table, row.pools, row.stage, epoch.size),
        np.array([network.stage_recall, network.stage("rpd"), RUN_ON, row.pace, 0, 0]),
        *batch.links(to, anyone, len(NATIONALITIES), own), epoch, share_at, law_epoch, reach_row,
    )  # fmt: skip
    return Places(kernel, first, size)


def _epochs(rows: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First month of each epoch [K] and the epoch of each month [T]."""
    new = np.any(rows[:, 1:] != rows[:, :-1], axis=0)
    return np.concatenate(([0], np.flatnonzero(new) + 1)), np.concatenate(([0], np.cumsum(new)))


def _one(several: Batch, plan: Places, law: Parts, i: int) -> Rates:
    """Run i spelled out: every stage by every group."""
    network, given = several.network, several.given
    epoch, law_epoch = several.layout.epoch, several.layout.law_epoch
    # epochs of shares by law and by parameters together
    both = np.stack([epoch, law_epoch]).astype(float)
    starts, months = _epochs(both)
    by_cell = given.entering[..., i].swapaxes(0, 1)[:, :, law.of_cell]
    part = dict(zip(claim_parts.PARTS, by_cell, strict=True))
    entering = np.where(APPEAL == 1.0, 1.0 - part["no_appeal"][:, CELL_OF],
                        part["no_appeal"][:, CELL_OF])  # fmt: skip
    safe = np.where(entering > 0.0, entering, 1.0)
    own = {
        f"eligibility.{name}": np.where(APPEAL == 1.0, part[name][:, CELL_OF] / safe, 0.0)
        for name in ("ineligible", "returned", "directed_back")
    }
    own["eligibility.referred"] = np.maximum(1.0 - sum(own.values()), 0.0)
    share: list[Floats] = []
    k, n_edges = starts.size, len(network.edges)
    row = np.arange(n_edges) * k + np.arange(k)[:, None]
    for edge in network.edges:
        if edge.name in own:
            share.append(own[edge.name][law_epoch[starts]])
        else:
            share.append(plan.spelled(given.share[:, i], edge.name)[epoch[starts]])
    joining = np.zeros((n_edges, epoch.size))
    for joins in np.flatnonzero(network.edge_joins >= 0).tolist():
        joining[joins] = several.joining(joins)[:, i]
    arrivals = batch.claims(given, i).take(CELL_OF, axis=1) * entering[law_epoch]
    told = law.notice[..., i if law.notice.shape[-1] > 1 else 0]
    notice = told.reshape(len(told), -1)[:, law.of_cell[CELL_OF]][law_epoch[starts]]
    came = arrivals[:12].sum(axis=0)
    mix = np.tile(beginning.normalised(came[:, None])[:, 0], (len(network.stages), 1))
    for stage in groups.WITH_APPEAL:
        mix[network.stage(stage)] = beginning.normalised((came * APPEAL)[:, None])[:, 0]
    part_of, hazard, lag, newest, min_age, at_random = several.rates_of_stages(i)
    return Rates(
        months, row, np.concatenate(share), joining, several.capacity(i),
        part_of, hazard, lag, newest, min_age, at_random, notice,
        given.rate[several.layout.plan[PACE], :, i], arrivals[None], given.waiting[..., i],
        mix,
    )  # fmt: skip
