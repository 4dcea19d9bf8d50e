"""The public costing of a cohort: `cost(cohort, ...)`, with ranges, paths and derivations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn.costs import expected, follow, known, moving, programmes, published, unit
from sojourn.costs.estimate import Estimate
from sojourn.costs.pricing import Prices
from sojourn.costs.quantities import DAYS, Quantities
from sojourn.flow import arrivals, profiles
from sojourn.flow.groups import select
from sojourn.flow.simulate import Flows, simulate
from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Parameters, Paths

Floats = NDArray[np.float64]

FIRST_COHORT = "2015-16"
LAST_COHORT = "2034-35"
AFTER = 15 * 12
"""Months that a cohort of a run is followed after its year."""

MEMBERS_KNOWN = 251
MEMBERS_RUN = 16

PREFIXES = ("cost.", "benefit.", "residence.")


def spread(members: int, dimensions: int, seed: int = 0) -> Floats:
    """Evenly spread points in the unit cube, [members, dimensions]: a Latin hypercube.

    Every dimension has one point in each of `members` equal parts, in an order shuffled by an
    integer hash (splitmix64) of seed, dimension and member: the same for everyone, nothing drawn.
    """
    key = np.arange(dimensions, dtype=np.uint64)[None, :] * np.uint64(members)
    key = key + np.arange(members, dtype=np.uint64)[:, None]
    mixed = key + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed = mixed ^ (mixed >> np.uint64(31))
    place = np.argsort(np.argsort(mixed, axis=0, kind="stable"), axis=0, kind="stable")
    return (place + 0.5) / members


def cost(
    cohort: str,
    *,
    mode: str | None = None,
    nationality: str | None = None,
    as_of: date | str | None = None,
    payer: str | None = None,
    scope: str = "all",
    table: Parameters | None = None,
    members: int | None = None,
    seed: int = 0,
) -> Estimate:
    """Cost of the people who claim in a fiscal year, to the end of their cases.

    cohort: fiscal year `YYYY-YY`; mode, nationality: codes (None = all); as_of: day or None. With a
    day only what was published by then is used: its unit costs, its queue and capacity, its shares
    (`costs.known`); without, the waits and shares are those of the baseline run, prices nominal at
    each month. scope `pbo`: federal variable costs without transfers, to the final decision and the
    removal of those refused; `all`: everything known. table: parameters to use (None: as shipped);
    members, seed: number and shift of the evenly spread points of the ranges. Raises InputError
    on an unknown code, a fiscal year outside the range, a day too early, and a choice without
    arrivals.
    """
    first = _cohort(cohort)
    _code("mode", mode, MODES)
    _code("nationality", nationality, NATIONALITIES)
    lines = programmes.find(payer, scope)
    shipped = parameters.load() if table is None else table
    if as_of is not None:
        day = months.parse_day(as_of, where="cost", field="as-of") if isinstance(as_of, str) \
            else as_of  # fmt: skip
        ask = _Ask(cohort, first, mode, nationality, payer, scope, lines, shipped,
                   members or MEMBERS_KNOWN, seed)  # fmt: skip
        return _as_known(ask, day)
    return _as_run(
        _Ask(cohort, first, mode, nationality, payer, scope, lines, shipped,
             members or MEMBERS_RUN, seed)
    )  # fmt: skip


class _Ask(NamedTuple):
    """What was asked for, checked."""

    cohort: str
    first: int
    mode: str | None
    nationality: str | None
    payer: str | None
    scope: str
    lines: tuple[programmes.Programme, ...]
    table: Parameters
    members: int
    seed: int


def _cohort(text: str) -> int:
    first = months.parse_fiscal_year(text, where="cost", field="cohort")
    low, high = (months.parse_fiscal_year(y) for y in (FIRST_COHORT, LAST_COHORT))
    if not low <= first <= high:
        raise InputError("cost", "cohort", text,
                         f"a fiscal year from {FIRST_COHORT} to {LAST_COHORT}")  # fmt: skip
    return first


def _code(field: str, value: str | None, codes: Iterable[str]) -> None:
    if value is not None and value not in set(codes):
        raise InputError("cost", field, value, nearest(value, codes))


def _draws(
    paths: Paths, names: Sequence[str], more: int, members: int, seed: int
) -> tuple[Floats, Floats]:
    """Probabilities of the members for `names` of `paths` [M, P], and for `more` others."""
    points = spread(members, len(names) + more, seed)
    u = np.full((members, len(paths.names)), 0.5)
    for k, name in enumerate(names):
        u[:, paths.index[name]] = points[:, more + k]
    return u, points[:, :more]


def _as_known(ask: _Ask, day: date) -> Estimate:
    now = months.of_day(day)
    if ask.first > now + 24:
        latest = months.fiscal_year(now + 24)
        raise InputError("cost", "cohort", ask.cohort, f"a fiscal year up to {latest} at {day}")
    paths = unit.known_at(ask.table, day).paths(np.array([now]))
    span = np.arange(ask.first, ask.first + 12)
    told = known.setting(day, span, all_removed=ask.scope == "pbo", nationality=ask.nationality)
    persons = published.persons(day, ask.first, ask.mode, ask.nationality)
    arriving = expected.Arriving(
        np.full(12, persons / 12.0),
        published.share_at_border(day, ask.first, ask.mode),
        published.share_between(day, ask.first, ask.mode),
        _per_claim(paths, told.inflow.value / 12.0),
        published.pr_wait(day),
    )
    wide = [n for n in paths.uncertain if n.startswith(PREFIXES)]
    u, other = _draws(paths, wide, len(expected.NAMES), ask.members, ask.seed)
    central, spread_out = Prices(paths), Prices(paths, u)
    one = expected.course(told, span, arriving)
    many = expected.course(told, span, arriving, other)
    waits = {"rpd": float(one.rpd_wait.mean())}
    waits |= {stage: wait.value for stage, wait in told.waits.items()}
    return Estimate(
        ask.cohort, ask.mode, ask.nationality, day, ask.payer, ask.scope,
        follow.cost(one, central, ask.lines), follow.cost(many, spread_out, ask.lines), waits,
        central, follow.unpriced(central, ask.lines, one.per_claim),
        {"capacity": told.capacity, "claims": told.inflow, **told.shares, **told.waits},
        _by_wait(one, central, ask.lines),
    )  # fmt: skip


def _per_claim(paths: Paths, claims_a_month: float, month: int = 0) -> dict[str, Floats]:
    """Nights in hotels and shelters for one claim, as far as their parameters are known."""
    made: dict[str, Floats] = {}

    def at(name: str) -> float:
        return float(paths[name][month])

    if "benefit.hotel.places" in paths.index:
        made["hotel_nights"] = np.array([at("benefit.hotel.places") * DAYS / claims_a_month])
    needed = ("entry", "exit", "nightly")
    if all(f"benefit.shelter.{n}.Toronto" in paths.index for n in needed):
        stay = at("benefit.shelter.nightly.Toronto") / at("benefit.shelter.exit.Toronto")
        entries = at("residence.claimed.ON") * at("benefit.shelter.entry.Toronto")
        made["shelter_nights.Toronto"] = np.array([entries * stay * DAYS])
    return made


def _as_run(ask: _Ask) -> Estimate:
    last = min(ask.first + 11 + AFTER, months.HORIZON)
    paths = ask.table.paths(months.span(months.FIRST, last))
    mask = select(ask.mode, ask.nationality)
    flows, shares = _simulated(paths)
    begin = ask.first - months.FIRST
    year = slice(begin, begin + 12)
    if flows.rates.arrivals[0][year][:, mask].sum() < 0.5:
        field = "mode" if ask.mode is not None else "nationality"
        raise InputError("cost", field, ask.mode or ask.nationality,
                         f"a choice with arrivals in {ask.cohort}")  # fmt: skip
    q = Quantities(flows, paths)
    per_claim = _per_claim(paths, 1.0, begin + 6)
    per_claim["hotel_nights"] = q["hotel_nights"][year] / np.maximum(q["claims"][year], 1.0)
    u, _ = _draws(paths, paths.uncertain, 0, ask.members, ask.seed)
    mine = moving.read(flows, paths, shares, ask.first, mask)
    runs = []
    for row in u:
        drawn = paths.at(row)
        member, law = _simulated(drawn)
        runs.append(moving.read(member, drawn, law, ask.first, mask))
    everyone = ask.scope == "pbo"
    one = moving.course([mine], flows, ask.first, mask, per_claim, everyone)
    many = moving.course(runs, flows, ask.first, mask, per_claim, everyone)
    waits = {
        stage.name: float(np.average(mine.wait[s, :12], weights=one.persons))
        for s, stage in enumerate(flows.network.stages)
        if stage.name in ("eligibility", "rpd", "rad", "court", "removal")
    }
    central, spread_out = Prices(paths), Prices(paths, u)
    return Estimate(
        ask.cohort, ask.mode, ask.nationality, None, ask.payer, ask.scope,
        follow.cost(one, central, ask.lines), follow.cost(many, spread_out, ask.lines), waits,
        central, follow.unpriced(central, ask.lines, one.per_claim), {},
        _by_wait(one, central, ask.lines),
    )  # fmt: skip


ADDED = (6.0, 12.0, 24.0)
"""Months added to the wait for the first hearing, to show what waiting costs."""


def _by_wait(
    course: follow.Course, prices: Prices, lines: tuple[programmes.Programme, ...]
) -> tuple[tuple[float, float], ...]:
    return tuple(
        (more, float(follow.cost(course, prices, lines, {"rpd": more}).mean[0])) for more in ADDED
    )


def _simulated(paths: Paths) -> tuple[Flows, Any]:
    shares = profiles.shares(paths)
    return simulate(paths, arrivals.intake(paths), shares), shares
