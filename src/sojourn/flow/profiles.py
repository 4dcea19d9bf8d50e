"""Classes of person, and what the law makes of each: the shares that the flow uses.

A class combines features (exception, days since entry, earlier claims ...) listed in
`data/law/profiles.csv`; the weight of a feature's level is a parameter (`profile.*`, each observed,
fitted or assumed with a range). The law decides each class once for each stretch of days on which
nothing it depends on changes; weights then turn decisions into shares, for each member anew.

Grounds of 2026 reach claims made from 2025-06-03, but nobody could know before assent: claims of
those months are referred and reached by notice (s. 104) while the RPD has them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import months as calendar
from sojourn.inputs import parameters
from sojourn.inputs.content import kept
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Paths
from sojourn.law.grammar import Parameter as ParameterName
from sojourn.law.grammar import operands
from sojourn.law.rows import DUSK, Law
from sojourn.law.tables import load

Floats = NDArray[np.float64]
Months = NDArray[np.int64]

FILE = "data/law/profiles.csv"
COLUMNS = ("mode", "feature", "level", "weight", "entry_days", "first_entry_days", "facts",
           "label_en", "label_fr")  # fmt: skip

OUTCOMES = ("appeal", "no_appeal", "ineligible", "returned", "directed_back", "notice")
"""What can become of a claim; the first five add up to 1, notice is a share of those referred."""

NATIONAL = ("USA", "MEX", "other")
"""Nationalities that the law tells apart: outside the Agreement, own visa rules, all others."""

DECIDED_AFTER = 540
"""Days from claim to the RPD's decision when asking about the appeal (no rule changes within)."""


@dataclass(frozen=True)
class Shares:
    """Shares of claims by outcome: `epoch` [T] indexes arrays [epochs, modes, nationalities]."""

    epoch: Months
    appeal: Floats
    no_appeal: Floats
    ineligible: Floats
    returned: Floats
    directed_back: Floats
    notice: Floats


@dataclass(frozen=True)
class Level:
    """One level of a feature of a mode; `weight` is a parameter or "rest"."""

    mode: str
    feature: str
    name: str
    weight: str
    entry_days: int | None
    first_entry_days: int | None
    facts: dict[str, Any]
    label_en: str
    label_fr: str


@dataclass(frozen=True)
class Profile:
    """A class of person: one level of every feature of its mode (indices into `levels()`)."""

    mode: str
    levels: tuple[int, ...]
    entry_days: int
    first_entry_days: int | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """All of `shares` that weights do not change: decisions by stretch of days, mixed by month.

    `table` [epochs, classes, outcomes, NATIONAL] holds the part of each epoch's days on which the
    class has the outcome; `starts` [epochs] and `epoch` [T] as in `Shares`.
    """

    starts: Months
    epoch: Months
    table: Floats


@lru_cache(maxsize=1)
def levels() -> tuple[Level, ...]:
    """Levels of all features, in the order of the table. Raises InputError naming the row."""
    text = resources.files("sojourn").joinpath(FILE).read_text(encoding="utf-8")
    return read(text)


def read(text: str) -> tuple[Level, ...]:
    """Levels from the text of the table, checked. Raises InputError naming the row."""
    reader = csv.DictReader(text.splitlines(), strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InputError(FILE, "header", reader.fieldnames, ",".join(COLUMNS))
    known = parameters.load().rows
    found = []
    for row in reader:
        where = f"{FILE} line {reader.line_num}"
        if row["mode"] not in MODES:
            raise InputError(where, "mode", row["mode"], nearest(row["mode"], MODES))
        if row["weight"] != "rest" and row["weight"] not in known:
            raise InputError(where, "weight", row["weight"], nearest(row["weight"], known))
        found.append(
            Level(row["mode"], row["feature"], row["level"], row["weight"],
                  _days(row["entry_days"], where), _days(row["first_entry_days"], where),
                  json.loads(row["facts"]) if row["facts"] else {}, row["label_en"],
                  row["label_fr"])
        )  # fmt: skip
    for mode, feature in {(level.mode, level.feature) for level in found}:
        rests = sum(x.weight == "rest" for x in found if (x.mode, x.feature) == (mode, feature))
        if rests != 1:
            raise InputError(FILE, f"{mode} {feature}", rests, "one level with the weight `rest`")
    return tuple(found)


def _days(text: str, where: str) -> int | None:
    if not text:
        return None
    if not text.isdigit():
        raise InputError(where, "entry_days", text, "a number of days")
    return int(text)


@lru_cache(maxsize=1)
def profiles() -> tuple[Profile, ...]:
    """All classes: the product of the features of each mode, mode by mode."""
    return tuple(_profiles(levels()))


def _profiles(known: Sequence[Level]) -> Iterator[Profile]:
    for mode in MODES:
        features: dict[str, list[int]] = {}
        for n, level in enumerate(known):
            if level.mode == mode:
                features.setdefault(level.feature, []).append(n)
        for chosen in product(*features.values()):
            of = [known[n] for n in chosen]
            facts: dict[str, Any] = {}
            for level in of:
                facts.update(level.facts)
            entry = [level.entry_days for level in of if level.entry_days is not None]
            first = [level.first_entry_days for level in of if level.first_entry_days is not None]
            if len(entry) != 1:
                raise InputError(FILE, f"{mode} entry_days", entry, "one feature that states it")
            yield Profile(mode, chosen, entry[0], first[0] if first else None, facts)


def shares(paths: Paths) -> Shares:
    """Shares of claims by outcome for the months of `paths`.

    Uses the law.* switches (which follow the law in force unless a scenario moves them) and the
    profile.* weights. Arrays [epochs, modes, nationalities]; the five outcomes add up to 1;
    `notice` is the share of those referred whom a notice under s. 104 can reach later.
    """
    index = _index(paths.names)
    rows = paths.value[index.weights]
    plan = _plan(paths.months.tobytes(), paths.value[index.switches].tobytes(),
                 np.flatnonzero(np.any(rows[:, 1:] != rows[:, :-1], axis=0)).tobytes())  # fmt: skip
    weights = _class_weights(rows[:, plan.starts].T)
    starts = _mode_starts()
    by_mode = np.empty((len(plan.starts), len(MODES), len(OUTCOMES), len(NATIONAL)))
    for m, (a, b) in enumerate(zip(starts, [*starts[1:], weights.shape[1]], strict=True)):
        np.einsum("ep,epon->eon", weights[:, a:b], plan.table[:, a:b], out=by_mode[:, m])
    national = np.ascontiguousarray(by_mode[:, :, :, _NATIONAL_OF].transpose(2, 0, 1, 3))
    appeal, no_appeal, ineligible, returned, back, reached = national
    referred = appeal + no_appeal
    notice = np.divide(reached, referred, out=np.zeros_like(referred), where=referred > 0)
    return Shares(plan.epoch, appeal, no_appeal, ineligible, returned, back, notice)


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
        np.array([at[name] for name in _switch_names()], dtype=np.int64),
    )


@lru_cache(maxsize=1)
def _weight_names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(x.weight for x in levels() if x.weight != "rest"))


@lru_cache(maxsize=1)
def _switch_names() -> tuple[str, ...]:
    return tuple(name for name in load().switches if name in parameters.load().rows)


_NATIONAL_OF = np.array(
    [NATIONAL.index(name if name in NATIONAL else "other") for name in NATIONALITIES]
)


@lru_cache(maxsize=1)
def _mode_starts() -> NDArray[np.int64]:
    """First class of each mode (classes are listed mode by mode)."""
    of = [profile.mode for profile in profiles()]
    return np.array([of.index(mode) for mode in MODES], dtype=np.int64)


@dataclass(frozen=True)
class _Wiring:
    """How parameters become weights: the parameter of each level (`rest`: none), where each
    feature starts, which feature each level belongs to, and the levels of each class padded with
    one more level that always weighs 1."""

    source: NDArray[np.int64]
    stated: NDArray[np.float64]
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
        np.array([float(x.weight != "rest") for x in known]),
        np.array([n for n, x in enumerate(known) if x.weight == "rest"]),
        np.array(starts),
        np.array([starts.index(max(s for s in starts if s <= n)) for n in range(len(known))]),
        padded,
    )


def _class_weights(values: Floats) -> Floats:
    """Weight of each class within its mode [epochs, classes] from the parameters' values."""
    wiring = _wiring()
    stated = values[:, wiring.source] * wiring.stated
    total = np.add.reduceat(stated, wiring.starts, axis=1)
    # draws of levels that leave nothing over are scaled so that a feature adds up to 1
    over = np.maximum(total, 1.0)
    weight = np.ones((values.shape[0], len(wiring.source) + 1))
    weight[:, :-1] = stated / over[:, wiring.feature]
    weight[:, wiring.rests] = 1.0 - total / over
    made = weight[:, wiring.by_class[:, 0]]
    for column in range(1, wiring.by_class.shape[1]):
        made = made * weight[:, wiring.by_class[:, column]]
    return made


@lru_cache(maxsize=64)
def _plan(months_key: bytes, switches_key: bytes, changes_key: bytes) -> Plan:
    span = np.frombuffer(months_key, dtype=np.int64)
    on = np.frombuffer(switches_key, dtype=np.float64).reshape(len(_switch_names()), len(span))
    made = decisions(span, on)
    changes = np.frombuffer(changes_key, dtype=np.int64)
    new = np.zeros(len(span), dtype=np.bool_)
    new[0] = True
    new[changes + 1] = True
    new[1:] |= np.any(made.mixture[1:] != made.mixture[:-1], axis=1)
    starts = np.flatnonzero(new).astype(np.int64)
    epoch = (np.cumsum(new) - 1).astype(np.int64)
    table = np.einsum("es,spon->epon", made.mixture[starts], made.outcome)
    return Plan(starts, epoch, np.ascontiguousarray(table))


@dataclass(frozen=True)
class Decisions:
    """`outcome` [stretches, classes, OUTCOMES, NATIONAL] (0 or 1) and `mixture` [T, stretches]."""

    first_days: tuple[date, ...]
    outcome: Floats
    mixture: Floats


def decisions(span: Months, on: Floats) -> Decisions:
    """Decision of the law on every class, for each stretch of days without a change.

    `on` [switches, T] are the monthly values of the law.* switches.
    """
    held = kept(
        "decisions", span.tobytes() + on.tobytes(), lambda: _as_arrays(_decisions(span, on))
    )
    days = tuple(date.fromordinal(day) for day in held["days"].tolist())
    return Decisions(days, held["outcome"], held["mixture"])


def _as_arrays(made: Decisions) -> dict[str, NDArray[Any]]:
    days = np.array([day.toordinal() for day in made.first_days])
    return {"days": days, "outcome": made.outcome, "mixture": made.mixture}


def _decisions(span: Months, on: Floats) -> Decisions:
    from sojourn.law.switches import with_switches

    law = load()
    moved = switch_changes(span, on)
    now = with_switches(law, moved)
    first, last = calendar.first_day(int(span[0])), calendar.last_day(int(span[-1]))
    days = stretches(now, first, last)
    known = _known_before_assent(law, moved)
    before = with_switches(now, {name: [(date.min, False)] for name in known}) if known else now
    outcome = _outcomes(now, before, days)
    # neighbouring stretches with the same decisions are one
    new = np.ones(len(days), dtype=np.bool_)
    new[1:] = np.any(outcome[1:] != outcome[:-1], axis=(1, 2, 3))
    days = tuple(day for day, first_of in zip(days, new, strict=True) if first_of)
    return Decisions(days, outcome[new], _mixture(span, days))


def switch_changes(span: Months, on: Floats) -> dict[str, list[tuple[date, bool]]]:
    """What a scenario moves: for each switch not as shipped, the days on which it turns.

    A turn in the month of the shipped one is on its exact day, any other on the first of the month.
    """
    law = load()
    shipped = parameters.load().paths(span)
    moved = {}
    for n, name in enumerate(_switch_names()):
        want, had = on[n] >= 0.5, shipped[name] >= 0.5
        if name == _ORDERS:
            want &= ~had
        elif np.array_equal(want, had):
            continue
        switch = law.switches[name]
        exact = {calendar.of_day(switch.start): switch.start}
        if switch.end != DUSK:
            exact[calendar.of_day(switch.end + timedelta(days=1))] = switch.end + timedelta(days=1)
        turns = [(date.min, False)]
        state = False
        for t, month in enumerate(span.tolist()):
            if bool(want[t]) == state:
                continue
            state = bool(want[t])
            day = exact.get(month, calendar.first_day(month))
            if t == 0 and state and switch.start < calendar.first_day(month):
                day = switch.start
            turns.append((day, state))
        moved[name] = turns
    return moved


_ORDERS = "law.pandemic_order"
"""Those directed back in 2020-2021 made no claim that was counted: only orders that a scenario adds
direct back claims that are counted."""

_HINDSIGHT = ("law.one_year_bar", "law.fourteen_day_bar")
"""Grounds that reach back: claims made before assent were referred, then reached by notice."""


def _known_before_assent(law: Law, moved: dict[str, list[tuple[date, bool]]]) -> tuple[str, ...]:
    """Grounds of 2026 that nobody could know before assent (a scenario that brings one forward
    makes it known from its own day)."""
    return tuple(
        name for name in _HINDSIGHT
        if name not in moved or (law.switches[name].start, True) in moved[name]
    )  # fmt: skip


def stretches(law: Law, first: date, last: date) -> tuple[date, ...]:
    """First days of the stretches of claim days on which no decision can change.

    A decision can change on a day of the law, and as many days later as a class entered before.
    """
    turns: set[date] = set()
    for stage in _STAGES:
        for rule in law.stages[stage]:
            for start, end in rule.live:
                turns.update((start, end))
    for name in _parameters_read():
        for row in law.parameters[name].rows:
            turns.update(day for day in (row.start, row.end, row.value) if isinstance(day, date))
    lags = {0, -DECIDED_AFTER}
    for profile in profiles():
        lags.update((profile.entry_days, profile.first_entry_days or 0))
    days = {first}
    for turn in turns:
        if not date(1990, 1, 1) < turn < date(2100, 1, 1):
            continue
        for lag in lags:
            for day in (turn + timedelta(days=lag), turn + timedelta(days=lag + 1)):
                if first < day <= last:
                    days.add(day)
    return tuple(sorted(days))


_STAGES = ("threshold", "ineligibility", "uncertainty", "default", "rad", "pending_claim")
"""Stages of rules that the shares ask."""


@lru_cache(maxsize=1)
def _parameters_read() -> frozenset[str]:
    """Parameters that the rules of those stages and the derived facts read."""
    law = load()
    nodes = [rule.condition for stage in _STAGES for rule in law.stages[stage]]
    nodes += [fact.derivation for fact in law.facts.values() if fact.derivation is not None]
    names = {name for node in nodes for name in operands(node, ParameterName)}
    return frozenset((*names, "one_year_bar_entry_after", "visa_exempt_mexico"))


def _mixture(span: Months, days: Sequence[date]) -> Floats:
    """Part of each month's days that falls in each stretch [T, stretches]."""
    edges = np.array([day.toordinal() for day in days], dtype=np.int64)
    mixture = np.zeros((len(span), len(days)))
    for t, month in enumerate(span.tolist()):
        first = calendar.first_day(month).toordinal()
        length = calendar.last_day(month).toordinal() - first + 1
        at = np.searchsorted(edges, np.arange(first, first + length), side="right") - 1
        stretch, count = np.unique(at, return_counts=True)
        mixture[t, stretch] = count / length
    return mixture


def _outcomes(now: Law, before: Law, days: Sequence[date]) -> Floats:
    """Outcome of every class on every stretch [stretches, classes, OUTCOMES, NATIONAL]."""
    assent = now.parameters["c12_royal_assent"].rows[0].start
    made = _decide(now, days, assent)
    if before is not now:
        early = np.array([day < assent for day in days])
        made[early] = _decide(before, [day for day in days if day < assent], assent, notice=now)
    return made


def _decide(law: Law, days: Sequence[date], assent: date, notice: Law | None = None) -> Floats:
    from sojourn.law.batch import decide_many

    shape = (len(days), len(profiles()), len(NATIONAL))
    made = np.zeros((len(days), len(profiles()), len(OUTCOMES), len(NATIONAL)))
    if not days:
        return made
    columns = _columns(law, days)
    found = decide_many(columns, law=law)
    kind = np.array([_kind(word) for word in (*found.outcomes, "")])[found.code].reshape(shape)
    referred = kind == _REFERRED
    appeals = decide_many(
        {**columns, "date_of_rpd_decision": columns["date_of_claim"] + np.int32(DECIDED_AFTER),
         "date_of_referral": columns["date_of_claim"], "grounds": np.zeros(1, dtype=np.uint16)},
        "rad", law=law,
    )  # fmt: skip
    no_appeal = np.array([word == "no_appeal" for word in (*appeals.outcomes, "")])
    barred = no_appeal[appeals.code].reshape(shape)
    reached = np.zeros(shape, dtype=np.bool_)
    if notice is not None:
        reached = referred & _reached(notice, columns, assent).reshape(shape)
    held = (referred & ~barred, referred & barred, kind == _INELIGIBLE, kind == _RETURNED,
            kind == _DIRECTED_BACK, reached)  # fmt: skip
    for n, where in enumerate(held):
        made[:, :, n] = where
    return made


_REFERRED, _INELIGIBLE, _RETURNED, _DIRECTED_BACK, _NONE = range(5)


def _kind(outcome: str) -> int:
    """What an eligibility outcome means for the flow; an uncertain case is referred, because
    nothing in the law stops it; any ground of the Agreement means a return (IRPA 115(3))."""
    word, _, letters = outcome.partition(":")
    if word == "ineligible":
        return _RETURNED if "e" in letters.split("+") else _INELIGIBLE
    return {"eligible": _REFERRED, "uncertain": _REFERRED, "directed_back": _DIRECTED_BACK}.get(
        word, _NONE
    )


def _reached(law: Law, columns: dict[str, NDArray[Any]], assent: date) -> NDArray[np.bool_]:
    """Whether a claim that is still before the RPD on the day of assent can be ended by notice."""
    from sojourn.law.batch import decide_many
    from sojourn.law.columns import codings

    stage = np.array([codings()["claim_stage"].code("pending_rpd")], dtype=np.int16)
    asked = {**columns, "claim_stage": stage,
             "date_of_decision": np.array([assent.toordinal()], dtype=np.int32)}  # fmt: skip
    found = decide_many(asked, "pending_claim", law=law, size=len(columns["date_of_claim"]))
    by_notice = np.array([word == "terminable_by_notice" for word in (*found.outcomes, "")])
    return by_notice[found.code]


def _columns(law: Law, days: Sequence[date]) -> dict[str, NDArray[Any]]:
    """Facts of every class on every stretch, as arrays [stretches * classes * NATIONAL]."""
    from sojourn.law.columns import codings
    from sojourn.law.facts import defaults, validate

    known = profiles()
    shape = (len(days), len(known), len(NATIONAL))
    day = np.array([d.toordinal() for d in days], dtype=np.int32)[:, None, None]
    entry = np.array([p.entry_days for p in known], dtype=np.int32)[None, :, None]
    first = np.array([p.first_entry_days or -1 for p in known], dtype=np.int32)[None, :, None]
    cutoff = law.parameters["one_year_bar_entry_after"].on(None)
    assert isinstance(cutoff, date)
    counted = (first >= 0) & (day - first > cutoff.toordinal())
    columns: dict[str, NDArray[Any]] = {
        "date_of_claim": np.broadcast_to(day, shape),
        "date_of_entry": np.broadcast_to(day - entry, shape),
        "first_entry_after_cutoff": np.where(counted, day - first, -1),
    }
    typed = [validate(p.facts, FILE) for p in known]
    for name in {name for facts in typed for name in facts}:
        coding = codings()[name]
        default = defaults().get(name)
        values = [coding.code(facts.get(name, default)) for facts in typed]
        columns[name] = np.array(values, dtype=coding.dtype)[None, :, None]
    codes = codings()["nationalities"]
    columns["nationalities"] = np.array(
        [codes.code(frozenset([name] if name != "other" else ["COL"])) for name in NATIONAL],
        dtype=codes.dtype,
    )
    columns["visa_needed_for_canada"] = _visa(law, days)
    return {
        name: np.ascontiguousarray(np.broadcast_to(column, shape)).reshape(-1)
        for name, column in columns.items()
    }


def _visa(law: Law, days: Sequence[date]) -> NDArray[np.bool_]:
    """Whether each nationality needs a visa for Canada [stretches, 1, NATIONAL]."""
    needed = np.ones((len(days), 1, len(NATIONAL)), dtype=np.bool_)
    needed[:, 0, NATIONAL.index("USA")] = False
    rows = law.parameters["visa_exempt_mexico"]
    needed[:, 0, NATIONAL.index("MEX")] = [rows.on(day) != 1 for day in days]
    return needed
