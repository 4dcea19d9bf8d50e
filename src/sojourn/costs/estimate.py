"""The public costing of a cohort: `cost(cohort, ...)`, with ranges, paths and derivations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.costs import cohort as engine
from sojourn.costs import known, moving, not_counted, programmes, unit
from sojourn.costs.cohort import Costing
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
LOW, HIGH = 0.05, 0.95

PREFIXES = ("cost.", "benefit.", "residence.")


@dataclass(frozen=True)
class Estimate:
    """A cohort's cost: `central` at the central values, `drawn` over members for the ranges."""

    cohort: str
    mode: str | None
    nationality: str | None
    as_of: date | None
    payer: str | None
    scope: str
    central: Costing
    drawn: Costing
    waits: dict[str, float]
    prices: Prices
    unpriced: tuple[programmes.Programme, ...]

    @property
    def low_path(self) -> int:
        """The cheapest path among those decided on the merits."""
        return min(self._decided(), key=lambda p: self.central.costs[p, 0])

    @property
    def high_path(self) -> int:
        """The dearest path decided on the merits on which no stage is passed twice."""
        once = [p for p in self._decided() if _once(self.central.paths[p])]
        return max(once or self._decided(), key=lambda p: self.central.costs[p, 0])

    def _decided(self) -> list[int]:
        return list(self.central.decided()) or list(range(len(self.central.paths)))

    def document(self) -> dict[str, Any]:
        """The result as the contract's JSON: money CAD per person except `total`."""
        one, many = self.central, self.drawn
        order = np.argsort(-one.shares[:, 0], kind="stable")
        paths = [self._path(int(p)) for p in order if one.shares[p, 0] > 0.0]
        by_payer, by_stage = one.by("payer"), one.by("stage")
        by_programme = one.by("programme")
        drawn = {what: many.by(what) for what in ("payer", "stage", "programme")}
        outcomes = {name: float(value[0]) for name, value in one.by_outcome().items()}
        mean = float(one.mean[0])
        low, high = _range(many.mean)
        return {
            "cohort": self.cohort,
            "mode": self.mode or "",
            "nationality": self.nationality or "",
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "payer": self.payer or "",
            "scope": self.scope,
            "persons": one.persons,
            "mean": mean,
            "total": mean * one.persons,
            "by_payer": {name: float(value[0]) for name, value in by_payer.items()},
            "by_stage": {name: float(value[0]) for name, value in by_stage.items()},
            "by_programme": {name: float(value[0]) for name, value in by_programme.items()},
            "paths": paths,
            "low_path": self._path(self.low_path),
            "high_path": self._path(self.high_path),
            "outcomes": outcomes,
            "ranges": {
                "level": [LOW, HIGH],
                "mean": [low, high],
                "total": [low * one.persons, high * one.persons],
                "by_payer": {name: _range(value) for name, value in drawn["payer"].items()},
                "by_stage": {name: _range(value) for name, value in drawn["stage"].items()},
                "by_programme": {name: _range(value) for name, value in drawn["programme"].items()},
            },
            "months": {
                "to_the_end": float((one.shares * one.waits).sum(axis=0)[0]),
                **self.waits,
            },
            "lines": self.lines(),
            "not_counted": self.not_counted(),
        }

    def _path(self, p: int) -> dict[str, Any]:
        one, many = self.central, self.drawn
        # a path may be closed in one member and open in another, so the two lists can differ
        drawn = many.paths.index(one.paths[p]) if one.paths[p] in many.paths else None
        low, high = (None, None) if drawn is None else _range(many.costs[drawn])
        return {
            "path": " > ".join(one.paths[p]),
            "share": float(one.shares[p, 0]),
            "cost": float(one.costs[p, 0]),
            "low": low,
            "high": high,
            "months": float(one.waits[p, 0]),
            "outcome": one.outcomes[p],
        }

    def lines(self) -> list[dict[str, Any]]:
        """Each programme's cost per person, opened to its unit costs and their derivation."""
        month = self.prices.first + self.prices.value(self.prices.paths.names[0]).shape[1] - 1
        entry = months.parse_fiscal_year(self.cohort) + 6
        at = min(max(entry, self.prices.first), month)
        found = []
        for line, row, drawn in zip(
            self.central.programmes, self.central.lines, self.drawn.lines, strict=True
        ):
            if line in self.unpriced:
                continue
            low, high = _range(drawn)
            shown = at if self.as_of is None else months.of_day(self.as_of)
            found.append(
                {
                    "programme": line.programme,
                    "stage": line.stage,
                    "payer": line.payer,
                    "place": line.place,
                    "label": line.label.en,
                    "label_fr": line.label.fr,
                    "cost": float(row[0]),
                    "low": low,
                    "high": high,
                    "event": line.event,
                    "unit_cost": float(
                        self.prices.at(line.case_unit, np.array([[float(at)]]))[0, 0]
                    ),
                    "derivation": [
                        f"{name} = {d.text}"
                        for name in line.case_unit
                        for d in in_force(name, shown, self.as_of)
                    ],
                    "note": line.note,
                }
            )
        return found

    def not_counted(self) -> list[dict[str, Any]]:
        """What the estimate leaves out: known ranges with their method, or not known."""
        out = [
            {
                "item": line.label.en, "item_fr": line.label.fr, "payer": line.payer,
                "place": line.place, "low": None, "high": None,
                "method": "no unit cost was published by the day of the view",
            }
            for line in self.unpriced
        ]  # fmt: skip
        return out + [row.document() for row in not_counted.find(self.payer, self.scope)]


def in_force(name: str, month: int, as_of: date | None) -> tuple[unit.Derivation, ...]:
    """Derivation of the value of a parameter in a month, as far as known by the day."""
    of_name = [
        d for d in unit.by_name().get(name, ())
        if d.bound == "value" and (as_of is None or d.available <= as_of)
    ]  # fmt: skip
    begun = [d for d in of_name if d.start <= month] or of_name[:1]
    return (max(begun, key=lambda d: d.start),) if begun else ()


def _once(edges: tuple[str, ...]) -> bool:
    passed = [edge.split(".")[0] for edge in edges]
    return len(set(passed)) == len(passed)


def _range(values: Floats) -> tuple[float, float]:
    return float(np.quantile(values, LOW)), float(np.quantile(values, HIGH))


def spread(members: int, dimensions: int) -> Floats:
    """Evenly spread points in the unit cube, [members, dimensions]: multiples of square roots.

    Richtmyer's sequence, the same for everyone: no random number is drawn in a costing.
    """
    primes: list[int] = []
    candidate = 2
    while len(primes) < dimensions:
        if all(candidate % p for p in primes):
            primes.append(candidate)
        candidate += 1
    steps = np.sqrt(np.array(primes, dtype=np.float64))
    return np.asarray(((np.arange(members) + 0.5)[:, None] * steps) % 1.0)


def cost(
    cohort: str,
    *,
    mode: str | None = None,
    nationality: str | None = None,
    as_of: date | str | None = None,
    payer: str | None = None,
    scope: str = "all",
    table: Parameters | None = None,
) -> Estimate:
    """Cost of the people who claim in a fiscal year, to the end of their cases.

    cohort: fiscal year `YYYY-YY`; mode, nationality: codes (None = all); as_of: day or None. With a
    day only what was published by then is used: its unit costs, its queue and capacity, its shares
    (`costs.known`); without, the waits and shares are those of the baseline run, prices nominal at
    each month. scope `pbo`: federal variable costs without transfers, to the final decision and the
    removal of those refused; `all`: everything known. Raises InputError on an unknown code, a
    fiscal year outside the range, a day too early, and a choice without arrivals.
    """
    first = _cohort(cohort)
    _code("mode", mode, MODES)
    _code("nationality", nationality, NATIONALITIES)
    lines = programmes.find(payer, scope)
    shipped = parameters.load() if table is None else table
    if as_of is not None:
        day = months.parse_day(as_of, where="cost", field="as-of") if isinstance(as_of, str) \
            else as_of  # fmt: skip
        return _as_known(cohort, first, day, mode, nationality, payer, scope, lines, shipped)
    return _as_run(cohort, first, mode, nationality, payer, scope, lines, shipped)


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


def _draws(paths: Paths, members: int, more: int) -> tuple[Floats, Floats]:
    """Probabilities for the uncertain prices of `paths` [M, P] and for `more` other quantities."""
    wide = [n for n in paths.uncertain if n.startswith(PREFIXES)]
    points = spread(members, len(wide) + more)
    u = np.full((members, len(paths.names)), 0.5)
    for k, name in enumerate(wide):
        u[:, paths.index[name]] = points[:, more + k]
    return u, points[:, :more]


def _as_known(
    cohort: str, first: int, day: date, mode: str | None, nationality: str | None,
    payer: str | None, scope: str, lines: tuple[programmes.Programme, ...], table: Parameters,
) -> Estimate:  # fmt: skip
    if first > months.of_day(day) + 24:
        latest = months.fiscal_year(months.of_day(day) + 24)
        raise InputError("cost", "cohort", cohort, f"a fiscal year up to {latest} at {day}")
    then = unit.known_at(table, day)
    paths = then.paths(np.array([months.of_day(day)]))
    span = np.arange(first, first + 12)
    told = known.setting(day, span, all_removed=scope == "pbo", nationality=nationality)
    persons = known.persons(day, first, mode, nationality)
    share_at_border = known.share_at_border(day, first, mode)
    between = known.share_between(day, first, mode)
    per_claim = _per_claim(paths, told.inflow.value / 12.0)
    u, other = _draws(paths, MEMBERS_KNOWN, len(known.NAMES))

    def run(prices: Prices, points: Floats | None) -> Costing:
        course = known.course(
            told, span, np.full(12, persons / 12.0), at_border=share_at_border, between=between,
            per_claim=per_claim, pr_wait=known.pr_wait(day), u=points,
        )  # fmt: skip
        return engine.cost(course, prices, lines)

    central = Prices(paths)
    middle = known.course(told, span, np.full(12, persons / 12.0), at_border=1.0, between=1.0,
                          per_claim={}, pr_wait=0.0, u=None)  # fmt: skip
    waits = {"rpd": float(middle.rpd_wait.mean())}
    waits |= {stage: wait.value for stage, wait in told.waits.items()}
    return Estimate(
        cohort, mode, nationality, day, payer, scope, run(central, None),
        run(Prices(paths, u), other), waits, central, engine.unpriced(central, lines),
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


def _as_run(
    cohort: str, first: int, mode: str | None, nationality: str | None, payer: str | None,
    scope: str, lines: tuple[programmes.Programme, ...], table: Parameters,
) -> Estimate:  # fmt: skip
    last = min(first + 11 + AFTER, months.HORIZON)
    paths = table.paths(months.span(months.FIRST, last))
    mask = select(mode, nationality)
    flows, shares = _simulated(paths)
    begin = first - months.FIRST
    if flows.rates.arrivals[0][begin : begin + 12][:, mask].sum() < 0.5:
        field = "mode" if mode is not None else "nationality"
        raise InputError("cost", field, mode or nationality,
                         f"a choice with arrivals in {cohort}")  # fmt: skip
    q = Quantities(flows, paths)
    year = slice(begin, begin + 12)
    active = _per_claim(paths, 1.0, begin + 6)
    per_claim = {
        "hotel_nights": q["hotel_nights"][year] / np.maximum(q["claims"][year], 1.0),
        "shelter_nights.Toronto": active["shelter_nights.Toronto"],
    }
    central_run = moving.read(flows, paths, shares, first, mask)
    one = moving.course([central_run], flows, first, mask, per_claim, scope == "pbo")
    central = Prices(paths)
    everyone = list(paths.uncertain)
    u = np.full((MEMBERS_RUN, len(paths.names)), 0.5)
    points = spread(MEMBERS_RUN, len(everyone))
    for k, name in enumerate(everyone):
        u[:, paths.index[name]] = points[:, k]
    runs = []
    for row in u:
        drawn = paths.at(row)
        member, law = _simulated(drawn)
        runs.append(moving.read(member, drawn, law, first, mask))
    many = moving.course(runs, flows, first, mask, per_claim, scope == "pbo")
    entered = slice(0, 12)
    waits = {
        stage.name: float(np.average(central_run.wait[s, entered], weights=one.persons))
        for s, stage in enumerate(flows.network.stages)
        if stage.name in ("eligibility", "rpd", "rad", "court", "removal")
    }
    return Estimate(
        cohort, mode, nationality, None, payer, scope, engine.cost(one, central, lines),
        engine.cost(many, Prices(paths, u), lines), waits, central,
        engine.unpriced(central, lines),
    )  # fmt: skip


def _simulated(paths: Paths) -> tuple[Flows, Any]:
    shares = profiles.shares(paths)
    return simulate(paths, arrivals.intake(paths), shares), shares
