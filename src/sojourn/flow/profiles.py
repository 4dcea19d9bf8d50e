"""Shares of claims by outcome: weights of the classes of person times what the law makes of them.

A class combines features (exception, days since entry, earlier claims ...) of `flow.classes`; the
weight of a feature's level is a parameter (`profile.*`, each observed, fitted or assumed with a
range). The law decides each class once for each stretch of days (`flow.by_law`); weights then turn
decisions into shares, for each member anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.by_law import NATIONAL, OUTCOMES, decisions, switch_names
from sojourn.flow.classes import FILE, levels, profiles
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]
Months = NDArray[np.int64]


@dataclass(frozen=True)
class Shares:
    """Shares of claims by outcome: `epoch` [T] indexes arrays [epochs, modes, kinds], the kind of
    each nationality is in `national` [nationalities]."""

    epoch: Months
    national: Months
    appeal: Floats
    no_appeal: Floats
    ineligible: Floats
    returned: Floats
    directed_back: Floats
    notice: Floats


@dataclass(frozen=True)
class Plan:
    """All of `shares` that weights do not change: decisions by stretch of days, mixed by month.

    Classes of a mode that fare alike throughout are one kind; `starts` [epochs] and `epoch` [T] as
    in `Shares`.
    """

    starts: Months
    epoch: Months
    kinds: tuple[_Kind, ...]


@dataclass(frozen=True)
class _Kind:
    """Classes of a mode that fare alike: `days` has for each outcome that they ever have and
    each of NATIONAL the part of each epoch's days on which they have it, [epochs]."""

    mode: int
    classes: tuple[int, ...]
    days: tuple[tuple[int, int, Floats], ...]


def plan(paths: Paths) -> Plan:
    """The plan of every draw from the ranges of `paths` (values between `low` and `high`)."""
    index = _index(paths.names)
    tables = np.concatenate(
        [table[index.weights] for table in (paths.low, paths.value, paths.high)]
    )
    return _planned(paths, index, tables)


def _planned(paths: Paths, index: _Index, weights: Floats) -> Plan:
    changes = np.flatnonzero(np.any(weights[:, 1:] != weights[:, :-1], axis=0))
    return _plan(paths.months.tobytes(), paths.value[index.switches].tobytes(), changes.tobytes())


def shares(paths: Paths, fixed: Plan | None = None) -> Shares:
    """Shares of claims by outcome for the months of `paths`; `fixed`: their `plan`, if known.

    Uses the law.* switches (which follow the law in force unless a scenario moves them) and the
    profile.* weights. Arrays [epochs, modes, nationalities]; the five outcomes add up to 1;
    `notice` is the share of those referred whom a notice under s. 104 can reach later. Of several
    runs [P, n, T], whose plan must be given, arrays are [n, epochs, modes, nationalities].
    """
    made = by_kind(paths, fixed)
    told = (getattr(made, name)[..., made.national] for name in OUTCOMES)
    return Shares(made.epoch, np.arange(len(NATIONALITIES)), *told)


def by_kind(paths: Paths, fixed: Plan | None = None) -> Shares:
    """As `shares`, by the kinds of nationality that the law tells apart (`by_law.NATIONAL`)."""
    index = _index(paths.names)
    known = _planned(paths, index, paths.of(index.weights)) if fixed is None else fixed
    values = np.moveaxis(paths.of(index.weights, known.starts), -1, 1)
    # runs last, and sums in a stated order, which does not hang on the number of runs
    weights = _class_weights(values)
    n_epochs, *runs = weights.shape[1:]
    found = np.zeros((len(OUTCOMES), n_epochs, len(MODES), len(NATIONAL), *runs))
    for kind in known.kinds:
        weight = sum(weights[c] for c in kind.classes)
        for outcome, national, days in kind.days:
            found[outcome, :, kind.mode, national] += (days * weight.T).T
    appeal, no_appeal, *_, reached = found
    referred = appeal + no_appeal
    found[-1] = np.divide(reached, referred, out=np.zeros_like(referred), where=referred > 0)
    return Shares(known.epoch, _NATIONAL_OF, *(np.moveaxis(found, -1, 1) if runs else found))


def returned_of_intercepted(paths: Paths) -> Floats:
    """Share of people intercepted between ports whom the law returns [T].

    They claim at once if they claim; since the Protocol they are not among the counted claims
    (April to June 2023: 11 claims counted between ports, 69 people intercepted in April alone).
    """
    at_once = {
        "profile.between_ports.at_once": 1.0,
        "profile.between_ports.within_14": 0.0,
        "profile.between_ports.over_year": 0.0,
    }
    made = shares(paths.with_values(at_once))
    mode, nationality = list(MODES).index("between_ports"), list(NATIONALITIES).index("other")
    return made.returned[made.epoch, mode, nationality]


@dataclass(frozen=True)
class _Index:
    """Where the weights and the switches stand among the parameters."""

    weights: NDArray[np.int64]
    switches: NDArray[np.int64]


@lru_cache(maxsize=8)
def _index(names: tuple[str, ...]) -> _Index:
    at = {name: p for p, name in enumerate(names)}
    return _Index(
        np.array([at[name] for name in _weight_names()], dtype=np.int64),
        np.array([at[name] for name in switch_names()], dtype=np.int64),
    )


@lru_cache(maxsize=1)
def _weight_names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(x.weight for x in levels() if x.weight != "rest"))


_NATIONAL_OF = np.array(
    [NATIONAL.index(name if name in NATIONAL else "other") for name in NATIONALITIES]
)


@dataclass(frozen=True)
class _Wiring:
    """How parameters become weights: the parameter of each level (`rest`: none), where each
    feature starts, which feature each level belongs to, and the levels of each class padded with
    one more level that always weighs 1."""

    source: NDArray[np.int64]
    rests: NDArray[np.int64]
    starts: NDArray[np.int64]
    feature: NDArray[np.int64]
    by_class: NDArray[np.int64]


@lru_cache(maxsize=1)
def _wiring() -> _Wiring:
    known = levels()
    names = list(_weight_names())
    keys = [(level.mode, level.feature) for level in known]
    starts = [n for n, key in enumerate(keys) if n == 0 or keys[n - 1] != key]
    if len(starts) != len(set(keys)):
        raise InputError(FILE, "feature", "rows apart", "the levels of a feature in one block")
    width = max(len(profile.levels) for profile in profiles())
    padded = np.full((len(profiles()), width), len(known), dtype=np.int64)
    for p, profile in enumerate(profiles()):
        padded[p, : len(profile.levels)] = profile.levels
    return _Wiring(
        np.array([names.index(x.weight) if x.weight != "rest" else 0 for x in known]),
        np.array([n for n, x in enumerate(known) if x.weight == "rest"]),
        np.array(starts),
        np.array([starts.index(max(s for s in starts if s <= n)) for n in range(len(known))]),
        padded,
    )


def _class_weights(values: Floats) -> Floats:
    """Weight of each class within its mode [classes, ..] from the parameters' values [names, ..].

    Draws of levels that leave nothing over are scaled so that a feature adds up to 1.
    """
    wiring = _wiring()
    stated = values[wiring.source]
    stated[wiring.rests] = 0.0
    total = np.add.reduceat(stated, wiring.starts, axis=0)
    over = np.maximum(total, 1.0)
    weight = np.ones((len(wiring.source) + 1, *values.shape[1:]))
    np.divide(stated, over[wiring.feature], out=weight[:-1])
    weight[wiring.rests] = 1.0 - total / over
    made = weight[wiring.by_class[:, 0]]
    for column in range(1, wiring.by_class.shape[1]):
        made *= weight[wiring.by_class[:, column]]
    return made


@lru_cache(maxsize=64)
def _plan(months_key: bytes, switches_key: bytes, changes_key: bytes) -> Plan:
    span = np.frombuffer(months_key, dtype=np.int64)
    on = np.frombuffer(switches_key, dtype=np.float64).reshape(len(switch_names()), len(span))
    made = decisions(span, on)
    changes = np.frombuffer(changes_key, dtype=np.int64)
    new = np.zeros(len(span), dtype=np.bool_)
    new[0] = True
    new[changes + 1] = True
    new[1:] |= np.any(made.mixture[1:] != made.mixture[:-1], axis=1)
    starts = np.flatnonzero(new).astype(np.int64)
    epoch = (np.cumsum(new) - 1).astype(np.int64)
    table = np.einsum("es,spon->pone", made.mixture[starts], made.outcome)
    alike: dict[tuple[int, bytes], list[int]] = {}
    for number, profile in enumerate(profiles()):
        mode = list(MODES).index(profile.mode)
        alike.setdefault((mode, table[number].tobytes()), []).append(number)
    kinds = (
        _Kind(mode, tuple(classes), tuple(
            (outcome, national, table[classes[0], outcome, national])
            for outcome, national in np.argwhere(table[classes[0]].any(axis=-1)).tolist()
        ))
        for (mode, _), classes in alike.items()
    )  # fmt: skip
    return Plan(starts, epoch, tuple(kinds))
