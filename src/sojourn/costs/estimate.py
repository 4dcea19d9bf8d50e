"""What a costing found: mean, total, parts, paths, ranges, and how each number comes about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.costs import known, not_counted, programmes, unit
from sojourn.costs.follow import Costing
from sojourn.costs.pricing import Prices
from sojourn.inputs import months

Floats = NDArray[np.float64]

LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Estimate:
    """A cohort's cost: `central` at the central values, `drawn` over members for the ranges.

    `waits`: months in a stage; `basis`: shares, waits and capacity as known at the day, with what
    they are from (empty in a run, whose parameters say it).
    """

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
    basis: dict[str, known.Known]
    by_wait: tuple[tuple[float, float], ...]

    @property
    def persons(self) -> float:
        """People in the cohort."""
        return self.central.persons

    @property
    def mean(self) -> float:
        """CAD per person at the central values."""
        return float(self.central.mean[0])

    @property
    def total(self) -> float:
        """CAD of the whole cohort at the central values."""
        return self.mean * self.persons

    def quantiles(self, levels: Sequence[float]) -> list[float]:
        """Quantiles of the mean cost over the members, CAD per person."""
        return [float(np.quantile(self.drawn.mean, level)) for level in levels]

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
        by = {what: one.by(what) for what in ("payer", "stage", "programme")}
        drawn = {what: many.by(what) for what in by}
        if self.mean > 0.0:
            # a stage that nobody reaches, or that has no known price, is not shown as zero
            by = {what: {k: v for k, v in parts.items() if v.any() or drawn[what][k].any()}
                  for what, parts in by.items()}  # fmt: skip
        outcomes = {name: float(value[0]) for name, value in one.by_outcome().items()}
        low, high = _range(many.mean, self.mean)
        return {
            "cohort": self.cohort,
            "mode": self.mode or "",
            "nationality": self.nationality or "",
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "payer": self.payer or "",
            "scope": self.scope,
            "persons": self.persons,
            "mean": self.mean,
            "total": self.total,
            **{f"by_{what}": {k: float(v[0]) for k, v in by[what].items()} for what in by},
            "paths": paths,
            "low_path": self._path(self.low_path),
            "high_path": self._path(self.high_path),
            "outcomes": outcomes,
            "ranges": {
                "level": [LOW, HIGH],
                "mean": [low, high],
                "total": [low * one.persons, high * one.persons],
                **{
                    f"by_{what}": {k: _range(drawn[what][k], float(v[0])) for k, v in parts.items()}
                    for what, parts in by.items()
                },
            },
            "months": {
                "to_the_end": float((one.shares * one.waits).sum(axis=0)[0]),
                **self.waits,
            },
            "by_wait": [
                {"months_added": added, "rpd_wait": self.waits["rpd"] + added, "mean": mean}
                for added, mean in self.by_wait
            ],
            "basis": {name: told._asdict() for name, told in self.basis.items()},
            "lines": self.lines(),
            "not_counted": self.not_counted(),
            "offsets": [row.document() for row in not_counted.offsets(self.payer)],
        }

    def _path(self, p: int) -> dict[str, Any]:
        one, many = self.central, self.drawn
        # a path may be closed in one member and open in another, so the two lists can differ
        drawn = many.paths.index(one.paths[p]) if one.paths[p] in many.paths else None
        spent = float(one.costs[p, 0])
        low, high = (None, None) if drawn is None else _range(many.costs[drawn], spent)
        return {
            "path": " > ".join(one.paths[p]),
            "share": float(one.shares[p, 0]),
            "cost": spent,
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
            low, high = _range(drawn, float(row[0]))
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


def _range(values: Floats, central: float) -> tuple[float, float]:
    """Quantiles LOW and HIGH over the members, widened to hold the central estimate."""
    low, high = np.quantile(values, (LOW, HIGH))
    return min(float(low), central), max(float(high), central)
