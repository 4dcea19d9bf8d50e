"""The push from the United States: onward claims after *announced* ends of protection.

An announcement is a rise of `us.protection_ended.NATIONALITY` (share of the holders of a temporary
protection told that it ends). Of the people told, a share claims in Canada within half a year
(`push.onward.STATE`), open or closed by the state of the Agreement, with the delays of the
episodes of 2017 and 2025 (`flow.onward`). The formal end adds nothing: in 2017 the warning of
May preceded the surge and the end of November had no visible effect.

Enforcement (`us.removals` a year) scales claims at the land border with a stated elasticity whose
interval reaches zero. Both act only as differences from the shipped paths.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.events import BETWEEN, LAND, MODE_LIST, NATIONALITY_LIST, state, switches
from sojourn.inputs import parameters
from sojourn.inputs.parameters import Paths

Array = NDArray[np.float64]

PROTECTED = ("HTI", "VEN", "other")
"""Nationality groups with counted holders of a temporary protection (others: all the rest)."""

DELAY = np.array([0.10, 0.25, 0.34, 0.20, 0.06, 0.05])
"""Share of the onward claims made 0 to 5 months after the month of the announcement.

Mean of the announcements of May 2017, February and June 2025 and a flat shape (`onward.delay`).
"""

BETWEEN_SHARE = {"none": 0.0, "ports": 0.9, "whole": 0.05}
"""Share of the onward claims by people who enter between ports, by state of the Agreement.

2017: interceptions rose, land ports did not. 2025: claims rose at the port of Lacolle.
"""


def added(paths: Paths) -> Array | None:
    """Onward claims [T, mode, nationality] above those of the shipped announcements, or None.

    Persons a month; negative where a scenario cancels an announcement that is not yet observed.
    """
    base = reference(paths.months)
    out = None
    for name in PROTECTED:
        now = paths[f"us.protection_ended.{name}"]
        if np.all(now == base[name]):
            continue
        told = _told(now) - _told(base[name])
        claims = onward(paths, told * paths[f"us.protected.{name}"])
        if out is None:
            out = np.zeros((*paths.shape, len(MODE_LIST), len(NATIONALITY_LIST)))
        out[..., [LAND, BETWEEN], NATIONALITY_LIST.index(name)] += claims
    return out


def onward(paths: Paths, told: Array) -> Array:
    """Claims [T, 2] at land ports and between ports that follow `told` [T] persons told."""
    spread = np.zeros_like(told)
    for later, share in enumerate(DELAY[: told.shape[-1]]):
        spread[..., later:] += share * told[..., : told.shape[-1] - later]
    weights = dict(zip(("none", "ports", "whole"), state(switches(paths)), strict=True))
    out = np.zeros((*told.shape, 2))
    for name, weight in weights.items():
        claims = spread * weight * paths[f"push.onward.{name}"]
        out[..., 0] += claims * (1 - BETWEEN_SHARE[name])
        out[..., 1] += claims * BETWEEN_SHARE[name]
    return out


def managed(paths: Paths) -> Array:
    """Claims [T, nationality] of a managed intake from the United States (arrivals.managed_intake).

    By nationality as the people whose protection has been said to end.
    """
    ended = np.zeros((*paths.shape, len(NATIONALITY_LIST)))
    for name in PROTECTED:
        people = paths[f"us.protected.{name}"] * paths[f"us.protection_ended.{name}"]
        ended[..., NATIONALITY_LIST.index(name)] = people
    total = ended.sum(axis=-1, keepdims=True)
    rest = np.zeros_like(ended)
    rest[..., NATIONALITY_LIST.index("other")] = 1.0
    share = np.where(total > 0, ended / np.maximum(total, 1e-9), rest)
    return paths["arrivals.managed_intake"][..., None] / 12 * share


def enforcement(paths: Paths) -> Array | None:
    """Factor [T] on claims at the land border, or None where US removals are the shipped ones."""
    base = reference(paths.months)["removals"]
    now = paths["us.removals"]
    if np.all(now == base):
        return None
    ratio = np.maximum(now, 1.0) / np.maximum(base, 1.0)
    return ratio ** paths["push.enforcement"]


def _told(share: Array) -> Array:
    """Rises of a cumulative share [T]; a fall (protection given back) tells nobody."""
    return np.maximum(np.diff(share, prepend=share[..., :1]), 0.0)


def reference(span: NDArray[np.int64]) -> dict[str, Array]:
    """The shipped announcements and US removals over the months."""
    shipped = parameters.shipped(span)
    out = {name: shipped[f"us.protection_ended.{name}"] for name in PROTECTED}
    return out | {"removals": shipped["us.removals"]}
