"""What a check finds: the number, its range and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sojourn.inputs import figures, months
from sojourn.inputs.errors import InputError
from sojourn.inputs.figures import DIMENSIONS, Figure
from sojourn.questions.statements import Check, CostQuery, FigureQuery, LawQuery, ModelQuery


@dataclass(frozen=True)
class Evidence:
    """Result of one check.

    `value`, `low`, `high` are None where nothing was published; `outcome` and `provision` are those
    of a law check; `rows` are the figures read; `later` is the newest figure of the same thing.
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
    notes: tuple[str, ...] = field(default=())

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Sources of the figures read, each once."""
        return tuple(dict.fromkeys(row.source_id for row in self.rows))


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
    if not found:
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
        return Evidence(value, low, high, f"{unit} per {divisors[0].unit}", rows=rows + divisors)
    return Evidence(value, low, high, unit, rows=rows, later=_later(rows))


def _combined(
    rows: tuple[Figure, ...], how: str
) -> tuple[float | None, float | None, float | None]:
    """Value, low and high of several figures; a sum with a missing part is missing."""
    if not rows:
        return None, None, None
    if how in ("one", "first", "last"):
        row = rows[-1 if how == "last" else 0]
        return row.value, row.low, row.high
    parts = []
    for name in ("value", "low", "high"):
        numbers = [getattr(row, name) for row in rows]
        if how == "sum":
            parts.append(None if None in numbers else sum(numbers))
        else:
            known = [number for number in numbers if number is not None]
            parts.append((min if how == "min" else max)(known) if known else None)
    return parts[0], parts[1], parts[2]


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
    """The newest later figure that was available on the day."""
    known = [row for row in evidence.later if row.available <= day]
    return known[-1] if known else None


def _law(query: LawQuery, at: str) -> Evidence:
    from sojourn.law.decide import decide

    try:
        decision = decide(query.facts, question=query.question, on=query.on or None)
    except InputError as error:
        raise InputError(at, error.field, error.value, error.expected) from None
    return Evidence(outcome=decision.outcome, provision=decision.provision, origin="law")


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
    if 0.5 not in keyed:
        raise InputError(at, "model", query.series, "a series with a value in that month")
    from sojourn.inputs.series import get

    series = get(query.series, where=at)
    value = None if series.range_only else keyed[0.5]
    return Evidence(value, keyed[0.05], keyed[0.95], series.unit, origin="model")


def _cost(query: CostQuery) -> Evidence:
    from sojourn.costs.cohort import cost

    found = cost(query.cohort, mode=query.mode, as_of=query.as_of, scope=query.scope)
    document = found if isinstance(found, dict) else found.as_json()
    if query.path == "mean":
        value = document["mean"]
        bounds = document.get("mean_range") or (None, None)
    else:
        value = document[f"{query.path}_path"]["cost"]
        bounds = (None, None)
    return Evidence(value, bounds[0], bounds[1], "CAD per person", origin="model")
