"""How rules and events change who comes: multipliers relative to the policy in force.

Each effect is a factor with an interval, estimated from before and after (docs/arrivals.md states
the overlap with other events). A factor acts only where a scenario's switch differs from the
shipped one, so a scenario that changes no switch has no multiplier at all.

States of the Agreement: `none` (suspended), `ports` (at ports of entry only, 2004 to 2023) and
`whole` (with the Additional Protocol). Factors of `none` and `ports` are stated relative to
`whole`; between two switch values they act in proportion of logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths

Array = NDArray[np.float64]

MODE_LIST, NATIONALITY_LIST = list(MODES), list(NATIONALITIES)
LAND, BETWEEN, AIRPORT, INLAND = (
    MODE_LIST.index(name) for name in ("land_port", "between_ports", "airport", "inland")
)
MEXICO = NATIONALITY_LIST.index("MEX")

AGREEMENT = ("law.stca", "law.protocol_2023")
BARS = ("law.one_year_bar", "law.fourteen_day_bar")
PROTOCOL_MONTH = months.parse("2023-03")
VISA, ORDERS, RESIDENTS = "event.mexico_visa", "event.entry_orders", "event.temporary_residents"
SWITCHES = (*AGREEMENT, *BARS, VISA, ORDERS, RESIDENTS)


EFFECTS = (
    (BARS[0], INLAND, "event.one_year_bar.inland"),
    (BARS[1], BETWEEN, "event.fourteen_day_bar.between_ports"),
    (VISA, AIRPORT, "event.mexico_visa.airport"),
    (VISA, INLAND, "event.mexico_visa.inland"),
    (ORDERS, LAND, "event.entry_orders.land_port"),
    (ORDERS, BETWEEN, "event.entry_orders.between_ports"),
    (ORDERS, AIRPORT, "event.entry_orders.airport"),
)
"""Switch, mode and factor of each effect; the visa's is on Mexican citizens alone."""


@dataclass(frozen=True)
class Effect:
    """Factors [T, mode] on all claims and, beside them, on claims of Mexican citizens.

    Of several runs they have an axis of runs before the months.
    """

    everyone: Array
    mexico: Array


def multiplier(paths: Paths) -> Effect | None:
    """Factors on claims, or None where no switch differs from the shipped one.

    Uses law.* switches and event.* switches and effects of `paths`.
    """
    shipped = _table(parameters.shipped(paths.months))
    if len(paths.shape) == 2:
        shipped = shipped[:, None]
    if np.all(_table(paths) == shipped):
        return None
    base, now = reference(paths.months), switches(paths)
    log = _agreement(paths, now) - _agreement(paths, base)
    mexico = np.zeros_like(log)
    changed = [name for name in SWITCHES if np.any(now[name] != base[name])]
    for switch, mode, effect in EFFECTS:
        if switch in changed:
            step = (now[switch] - base[switch]) * _log(effect, paths[effect])
            (mexico if switch == VISA else log)[..., mode] += step
    if RESIDENTS in changed:
        share = _log(RESIDENTS, now[RESIDENTS]) - _log(RESIDENTS, base[RESIDENTS])
        log[..., INLAND] += paths["event.temporary_residents.elasticity"] * share
    return Effect(np.exp(log), np.exp(mexico))


def switches(paths: Paths) -> dict[str, Array]:
    """The switches of law and events, each [T], as they act on arrivals.

    The Protocol began on the 25th: turned on in that month, it acts from the next.
    """
    found = {name: paths[name] for name in SWITCHES}
    t = PROTOCOL_MONTH - int(paths.months[0])
    protocol = found["law.protocol_2023"]
    if 0 < t < protocol.shape[-1]:
        begins = protocol[..., t - 1] == 0.0
        if np.any(begins):
            found["law.protocol_2023"] = protocol.copy()
            found["law.protocol_2023"][..., t] = np.where(begins, 0.0, protocol[..., t])
    return found


def state(now: dict[str, Array]) -> tuple[Array, Array, Array]:
    """Weights [T] of the Agreement's states none, ports and whole; they add up to 1."""
    agreement, protocol = now["law.stca"], now["law.protocol_2023"]
    return 1 - agreement, agreement * (1 - protocol), agreement * protocol


def _agreement(paths: Paths, now: dict[str, Array]) -> Array:
    """Log factor [T, mode] of the Agreement's state relative to `whole`."""
    none, ports, _ = state(now)
    log = np.zeros((*paths.shape, len(MODE_LIST)))
    for mode, name in ((LAND, "land_port"), (BETWEEN, "between_ports"), (AIRPORT, "airport")):
        ports_name, none_name = f"event.agreement_ports.{name}", f"event.agreement_none.{name}"
        at_ports = _log(ports_name, paths[ports_name])
        off = _log(none_name, paths[none_name])
        if mode == LAND:
            # a port that turns fewer people back never has fewer claims
            off = np.maximum(off, np.maximum(at_ports, 0.0))
        log[..., mode] = none * off + ports * at_ports
    return log


def _log(name: str, factor: Array) -> Array:
    """Logarithm of a factor [T], 0 taken as a billionth. Raises InputError below 0."""
    if factor.min() < 0:
        raise InputError("parameters", name, float(factor.min()), "a factor of 0 or more")
    return np.log(np.maximum(factor, 1e-9))


def _table(paths: Paths) -> Array:
    """The switches as rows [switch, T]."""
    return paths.of(paths.places(SWITCHES))


def reference(span: NDArray[np.int64]) -> dict[str, Array]:
    """The shipped switches over the months."""
    return switches(parameters.shipped(span))
