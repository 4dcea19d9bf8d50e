"""Shares of the edges of every stage but the first, from parameters: where they stand, and them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import groups
from sojourn.flow.batch import Layout
from sojourn.flow.groups import MERGED_OF
from sojourn.flow.stages import Network
from sojourn.inputs.dimensions import NATIONALITIES

Floats = NDArray[np.float64]

_STAY = tuple(f"stay.share.{n}" for n in NATIONALITIES)
_ACCEPTED = tuple(f"rpd.accepted.{n}" for n in NATIONALITIES)
SHARES = (
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

HAZARDS = {
    "stayed": ("stay.lifted", "hc.stayed", "left.stayed"),
    "removal": ("left.removal", "removal.unlocated", "prra.applied", "hc.removal"),
    "without_status": ("left.without_status", "removal.located", "hc.without_status"),
}
"""Ways out of a stage without a decision; they add to its hazard."""

_HAZARD_EDGES = {
    "stayed": ("stayed.lifted", "stayed.regularised", "stayed.left"),
    "removal": ("removal.left", "removal.unlocated", "removal.prra", "removal.regularised"),
    "without_status": (
        "without_status.left",
        "without_status.located",
        "without_status.regularised",
    ),
}
"""Edges of the ways out in `HAZARDS`, in the same order."""


_ALL = (
    "eligibility.withdrawn", "rpd.notice", "rad.closed", "removal.removed", "pr.admitted",
    "pr_dependants.admitted",
)  # fmt: skip
"""Edges that take all who leave their stage in one way."""

_EVERYONE = np.ones((1, 1, 1))

EVEN = frozenset(
    (
        *_ALL, *(edge for edges in _HAZARD_EDGES.values() for edge in edges),
        "rpd_legacy.accepted", "rpd_legacy.withdrawn", "rpd_legacy.rejected_court",
        "rad.substituted", "rad.referred_back", "rad.dismissed_court", "court.returned",
        "prra_ineligible.accepted", "prra_refused.accepted", "prra_refused.refused",
    )
)  # fmt: skip
"""Edges whose share is the same for all groups."""

REST = frozenset((
    "rpd_legacy.rejected_final", "rpd.rejected_final", "rpd.withdrawn", "rad.dismissed_final",
    "court.dismissed", "prra_ineligible.refused",
))  # fmt: skip
"""Edges that take all whom the others of their stage and kind leave."""

_STAYED = (
    "rpd_legacy.rejected_stayed", "rpd.rejected_stayed", "rpd.withdrawn_stayed",
    "rad.dismissed_stayed", "court.dismissed_stayed", "prra_ineligible.refused_stayed",
)  # fmt: skip
"""Edges of those whose removal is stayed."""


def nobody(network: Network, at: Floats) -> NDArray[np.bool_]:
    """Merged groups of which nobody takes an edge in any run, [E, N_MERGED]; at: as of `fill`."""
    stays = at[: len(NATIONALITIES)].reshape(len(NATIONALITIES), -1).max(axis=1) > 0.0
    none = np.zeros((len(network.edges), groups.N_MERGED), dtype=bool)
    none[[network.edge(name) for name in _STAYED]] = np.logical_not(
        stays[groups.MERGED_NATIONALITY]
    )
    none[network.edge("rpd.rejected_appealed")] = groups.MERGED_APPEAL == 0.0
    none[network.edge("rpd.rejected_court")] = groups.MERGED_APPEAL == 1.0
    return none


@dataclass(frozen=True)
class Places:
    """Where the shares of each edge stand in one column of numbers [size]: one piece for each
    epoch, as wide as its stage (1 where all groups have the same share), after one that is 1."""

    kernel: Layout
    first: dict[str, tuple[int, int]]
    size: int

    def put(self, table: Floats, edge: str, share: Floats) -> None:
        """Set the shares [epochs, groups or 1, n or 1] of an edge in table [size, n]."""
        start, stop = self.first[edge]
        table[start:stop].reshape(len(share), -1, table.shape[1])[...] = share

    def spelled(self, share: Floats, name: str) -> Floats:
        """Shares of an edge by every group, [K, G], from those of one run [size]."""
        start, stop = self.first[name]
        table = share[start:stop].reshape(len(self.kernel.share_at), -1)
        return table[:, MERGED_OF % table.shape[1]]


def fill(table: Floats, places: Places, at: Floats) -> None:
    """Shares of those leaving by decision and while waiting, for all stages but the first.

    at: the parameters `SHARES` in each period, [len(SHARES), periods, n].
    """
    value = dict(zip(SHARES, at[:, :, None], strict=True))

    def put(name: str, share: Floats) -> None:
        places.put(table, name, share)

    def one(name: str) -> Floats:
        return value[name]

    n = len(NATIONALITIES)
    by_nation = at[:n].transpose(1, 0, 2)
    stay = by_nation.take(groups.MERGED_NATIONALITY, axis=1)
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
    put("rad.dismissed_stayed", final * by_nation)
    put("rad.dismissed_final", final * (1.0 - by_nation))

    returned = one("court.returned")
    put("court.returned", returned)
    put("court.dismissed_stayed", (1.0 - returned) * stay)
    put("court.dismissed", (1.0 - returned) * go)

    found = one("prra.accepted_ineligible")
    put("prra_ineligible.accepted", found)
    put("prra_ineligible.refused_stayed", (1.0 - found) * by_nation)
    put("prra_ineligible.refused", (1.0 - found) * (1.0 - by_nation))
    put("prra_refused.accepted", one("prra.accepted_refused"))
    put("prra_refused.refused", 1.0 - one("prra.accepted_refused"))

    for stage, names in HAZARDS.items():
        total = sum(one(name) for name in names)
        safe = np.where(total > 0.0, total, 1.0)
        for name, out in zip(names, _HAZARD_EDGES[stage], strict=True):
            put(out, np.where(total > 0.0, one(name) / safe, 1.0 / len(names)))
    for name in _ALL:
        put(name, _EVERYONE)
