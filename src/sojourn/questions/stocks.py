"""Checks of the two stocks that nobody counts, for `sojourn validate`."""

from __future__ import annotations

from sojourn.flow import arrivals, profiles, simulate, us_population, without_status
from sojourn.flow.ranges import Range
from sojourn.inputs import figures, months, parameters

WARRANTS = "measure=active_warrants_failed_claimants"


def checks() -> list[dict[str, object]]:
    """The residual of DHS and its subtotals, and published numbers inside the model's ranges.

    error and limit are relative for single numbers; for a range, persons by which the published
    number lies outside it, against 0.
    """
    return [*_residual(), *_us_path(), *_canada()]


def _residual() -> list[dict[str, object]]:
    parts = us_population.components()
    printed = {
        f.item.removeprefix("component=DHS_A1-1:"): float(f.value or 0)
        for f in figures.rows("us.residual")
        if f.used and f.item.startswith("component=DHS_A1-1:")
    }
    made = {
        "without_status_resident": us_population.residual(parts),
        "lpr_refugee_asylee_resident": parts.admitted - parts.deaths - parts.emigration,
    }
    note = (
        "from DHS's components, January 2022 (persons; relative error); they are rounded to 10,000"
    )
    found = []
    for name, model in made.items():
        error = model / printed[name] - 1
        found.append(
            _row(f"DHS residual: {name}", printed[name], model, error, 0.0015, abs(error), note)
        )
    return found


def _us_path() -> list[dict[str, object]]:
    """Residual estimates of the newest version, at their dates, inside the path."""
    path = us_population.path(parameters.load().paths(months.span(months.FIRST, months.LAST)))
    found = []
    for rival in us_population.rivals():
        if rival.estimator == "Van Hook et al. 2021" and rival.version.startswith("95%"):
            for end, value in (("low", rival.low), ("high", rival.high)):
                name = f"{end} of the published 95 % interval of the residual"
                note = "told beside it: ours is narrower"
                if value is not None:
                    found.append(_inside(name, value, us_population.interval(), note, judged=False))
        if rival.estimator == "Pew" and not rival.version and rival.persons is not None:
            at = path.at(months.of_day(rival.day) - months.FIRST)
            name = f"US without status, Pew {rival.day.year}"
            row = _inside(name, rival.persons, at, "the path is made of such estimates")
            found.append(row | {"kind": "identity"})
    return found


def _canada() -> list[dict[str, object]]:
    paths = parameters.load().paths(months.span(months.FIRST, months.LAST))
    came = arrivals.intake(paths)
    flows = simulate.simulate(paths, came, profiles.shares(paths))
    whole = without_status.stock(flows, paths)
    refused = without_status.parts(flows, paths)["refused_not_removed"]
    found = []
    for figure in figures.rows("stock.removal"):
        if figure.used and figure.item == WARRANTS and figure.value is not None:
            at = refused.at(months.of_day(figure.start) - months.FIRST)
            note = "from refused and not located to those with removal under way"
            found.append(
                _inside("warrants for refused claimants, March 2024", figure.value, at, note)
            )
    for evidence in without_status.evidence():
        if evidence.part == "statement" and evidence.day.year in (2023, 2024):
            at = whole.at(months.of_day(evidence.day) - months.FIRST)
            for end, value in (("low", evidence.low), ("high", evidence.high)):
                if value is not None:
                    name = f"without status, {evidence.name}, {evidence.day.year}, {end}"
                    found.append(_inside(name, value, at, "a statement, not a count", judged=False))
    return found


def _inside(
    check: str, published: float, at: Range, note: str, *, judged: bool = True
) -> dict[str, object]:
    """A published number against a range: error is the persons by which it lies outside."""
    low, high = float(at.low.item()), float(at.high.item())
    outside = max(low - published, published - high, 0.0)
    nearest = min(max(published, low), high)
    told = f"{note}; the range is {low:,.0f} to {high:,.0f}"
    row = _row(check, published, nearest, outside, 0.0, outside, told)
    return row if judged else row | {"passed": None, "limit": None}


def _row(
    check: str, published: float, model: float, error: float, limit: float, size: float, note: str
) -> dict[str, object]:
    return {
        "check": check,
        "kind": "cross",
        "published": published,
        "model": round(model, 1),
        "error": round(error, 5),
        "limit": limit,
        "passed": size <= limit,
        "note": note,
    }
