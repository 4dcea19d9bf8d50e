"""What a check finds: the number, its range and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from sojourn.inputs import figures, months, sources
from sojourn.inputs.errors import InputError
from sojourn.inputs.figures import DIMENSIONS, Figure
from sojourn.questions.statements import Check, CostQuery, FigureQuery, LawQuery, ModelQuery

if TYPE_CHECKING:
    from sojourn.costs.cohort import Estimate


@dataclass(frozen=True)
class Evidence:
    """Result of one check.

    `value`, `low`, `high` are None where nothing was published; `outcome`, `provision` and the
    reason in words are those of a law check; `rows` are the figures read, `later` those of the same
    thing for later periods; `laws` are the sources of the law.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    outcome: str = ""
    provision: str = ""
    rows: tuple[Figure, ...] = ()
    later: tuple[Figure, ...] = ()
    origin: str = "figure"
    why_en: str = ""
    why_fr: str = ""
    laws: tuple[str, ...] = ()

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Sources of the figures and of the law read, each once."""
        return tuple(dict.fromkeys([*(row.source_id for row in self.rows), *self.laws]))


def gather(check: Check, where: str) -> Evidence:
    """Run a check. Raises InputError for a query that can find nothing."""
    at = f"{where} check {check.id}"
    if check.figure is not None:
        return _figure(check.figure, check.per, at)
    if check.law is not None:
        return _law(check.law, at)
    if check.model is not None:
        return _model(check.model, at)
    assert check.cost is not None
    return _cost(check.cost)


def _select(query: FigureQuery, at: str) -> tuple[Figure, ...]:
    dims = {name: getattr(query, name) for name in DIMENSIONS if getattr(query, name) is not None}
    period = query.period if query.period is not None else "*"
    try:
        found = figures.select(
            query.series, start=query.start, end=query.end, used=query.used, period=period, **dims
        )
    except InputError as error:
        raise InputError(at, error.field, error.value, error.expected) from None
    if query.source_id is not None:
        found = tuple(row for row in found if row.source_id == query.source_id)
    asked = ", ".join(f"{k}={v}" for k, v in query.model_dump(exclude_defaults=True).items())
    if query.expect_none:
        if found:
            raise InputError(at, "figure", asked, "no figure, but one stands there now: test it")
        return ()
    if not found and not query.optional:
        raise InputError(at, "figure", asked, "a query that finds at least one figure")
    if query.combine == "one" and len(found) > 1:
        raise InputError(at, "figure", asked, f"one figure, or combine (it finds {len(found)})")
    return found


def _figure(query: FigureQuery, per: FigureQuery | None, at: str) -> Evidence:
    rows = _select(query, at)
    value, low, high = _combined(rows, query.combine)
    unit = rows[0].unit if rows else ""
    if per is not None:
        divisors = _select(per, f"{at} per")
        divisor = _combined(divisors, per.combine)[0]
        if not divisor:
            raise InputError(at, "per", divisor, "a figure other than zero")
        value, low, high = (None if x is None else x / divisor for x in (value, low, high))
        return Evidence(value, low, high, _ratio(unit, divisors[0].unit), rows=rows + divisors)
    return Evidence(value, low, high, unit, rows=rows, later=_later(rows))


COUNTS = ("persons", "claims")
"""Units that count the same people: a claim is one person's."""


def _ratio(unit: str, by: str) -> str:
    same = unit == by or (unit in COUNTS and by in COUNTS)
    return "ratio" if same else f"{unit} per {by}"


def _combined(
    rows: tuple[Figure, ...], how: str
) -> tuple[float | None, float | None, float | None]:
    """Value, low and high of several figures; a sum with a missing part is missing."""
    if not rows:
        return None, None, None
    if how in ("one", "first", "last"):
        row = rows[-1 if how == "last" else 0]
        return row.value, row.low, row.high
    if how == "sum":
        return _sum([row.value for row in rows]), *_range(rows)
    pick = min if how == "min" else max
    values = [row.value for row in rows if row.value is not None]
    return (pick(values) if values else None), None, None


def _range(rows: tuple[Figure, ...]) -> tuple[float | None, float | None]:
    """Ends of a sum: a part without a range counts with its value; none has one, no range."""
    if all(row.low is None and row.high is None for row in rows):
        return None, None
    lows = [row.value if row.low is None else row.low for row in rows]
    highs = [row.value if row.high is None else row.high for row in rows]
    return _sum(lows), _sum(highs)


def _sum(numbers: list[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _later(rows: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Used figures of the same thing for later periods of the same kind, oldest first."""
    if len(rows) != 1:
        return ()
    row = rows[0]
    same = [
        other
        for other in figures.rows(row.series)
        if other.used and other.key[3:] == row.key[3:] and other.period == row.period
        and other.end > row.end and other.value is not None and other.unit == row.unit
    ]  # fmt: skip
    return tuple(sorted(same, key=lambda other: other.end))


def known_later(evidence: Evidence, day: date) -> Figure | None:
    """The newest later figure that was public by the day."""
    known = [row for row in evidence.later if _public(row) <= day]
    return known[-1] if known else None


def _public(row: Figure) -> date:
    # a count is known after the lag of its series, an estimate once its author publishes it
    released = sources.source(row.source_id).released
    if row.kind == "observed" or released is None:
        return row.available
    return max(row.available, released)


def _law(query: LawQuery, at: str) -> Evidence:
    from sojourn.law.decide import decide

    try:
        decision = decide(query.facts, question=query.question, on=query.on or None)
    except InputError as error:
        raise InputError(at, error.field, error.value, error.expected) from None
    deciding = [step for step in decision.trail if step.held and step.stage != "finding"]
    laws = tuple(dict.fromkeys(step.source_id for step in deciding if step.source_id))
    return Evidence(
        outcome=decision.outcome,
        provision=decision.provision,
        origin="law",
        why_en=decision.why_en,
        why_fr=decision.why_fr,
        laws=laws,
    )


@lru_cache(maxsize=64)
def _model(query: ModelQuery, at: str) -> Evidence:
    from sojourn.inference import ensemble
    from sojourn.inputs.scenario import Scenario

    month = months.parse(query.at, where=at, field="at")
    table = ensemble.run(
        Scenario.load(query.scenario),
        members=query.members,
        series=(query.series,),
        until=query.at,
        quantiles=(0.05, 0.5, 0.95),
    ).table()
    found = {
        row["output_type_id"]: row["value"]
        for row in table.iter_rows(named=True)
        if row["output_type"] == "quantile" and str(row["date"])[:7] == months.text(month)
    }
    keyed = {round(float(key), 3): value for key, value in found.items()}
    if not {0.05, 0.95} <= keyed.keys():
        raise InputError(at, "model", query.series, "a series with a value in that month")
    from sojourn.inputs.series import get

    series = get(query.series, where=at)
    # an uncertain stock has a range and no middle
    value = None if series.range_only else keyed.get(0.5)
    return Evidence(value, keyed[0.05], keyed[0.95], series.unit, origin="model")


@lru_cache(maxsize=16)
def _estimate(cohort: str, mode: str | None, as_of: str | None, scope: str) -> Estimate:
    from sojourn.costs.cohort import cost

    return cost(cohort, mode=mode, as_of=as_of, scope=scope)


def _cost(query: CostQuery) -> Evidence:
    found = _estimate(query.cohort, query.mode, query.as_of, query.scope)
    low: float | None = None
    high: float | None = None
    if query.path == "mean":
        value = found.mean
        low, high = found.quantiles((0.05, 0.95))
    else:
        path = found.low_path if query.path == "low" else found.high_path
        value = float(found.central.costs[path, 0])
    return Evidence(value, low, high, "CAD per person", origin="model")
