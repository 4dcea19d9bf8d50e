"""The score sheet's own checks: forecasts, hindcasts, calibration, reproductions."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from sojourn.inference import hindcast, posterior, rolling, scores
from sojourn.inference.history import monthly
from sojourn.inputs import months
from sojourn.questions import reproduce

AIMS = {1: 0.0, 3: 0.05, 6: 0.05, 12: 0.10}
"""Skill aimed at, by horizon in months."""

ORIGINS = tuple(f"{year}-12-31" for year in range(2016, 2025))
MEMBERS = 100
LIMIT = 0.15
"""Error allowed to appeals filed, given actual intake and capacity."""


def row(
    check: str, kind: str, published: float | None, model: float | None, error: float | None,
    limit: float | None, passed: bool | None, note: str,
) -> dict[str, Any]:  # fmt: skip
    """One check as a mapping."""
    return {
        "check": check, "kind": kind, "published": published, "model": model, "error": error,
        "limit": limit, "passed": passed, "note": note,
    }  # fmt: skip


def forecasts() -> list[dict[str, Any]]:
    """Skill over the log random walk and coverage of the 90 % interval, national claims."""
    table = rolling.score("claims")
    ours = {r["horizon"]: r for r in table if r["model"] == "sojourn"}
    walk = {r["horizon"]: r for r in table if r["model"] == "rw"}
    found = []
    for h, aim in AIMS.items():
        r = ours[h]
        found.append(row(
            f"claims: WIS skill over the random walk at {h} months", "prediction", walk[h]["wis"],
            r["wis"], r["skill_vs_rw"], aim, r["skill_vs_rw"] >= aim,
            f"{r['n']} origins, all constants fitted inside each; 95 % band of the skill"
            f" {r['skill_low']:.3f} to {r['skill_high']:.3f} (block bootstrap);"
            f" median error {r['median_ape']:.0%}; published: WIS of the walk",
        ))  # fmt: skip
    for h, r in ours.items():
        inside = r["coverage_90_low"] <= 0.9 <= r["coverage_90_high"]
        found.append(row(
            f"claims: coverage of the 90 % interval at {h} months", "prediction", 0.9,
            r["coverage_90"], r["coverage_90"] - 0.9, None, inside,
            f"band {r['coverage_90_low']:.2f} to {r['coverage_90_high']:.2f} must hold 0.90;"
            " the misses are the closing of the border in 2020 and its reopening",
        ))  # fmt: skip
    return [*found, seasonality()]


def seasonality(replicates: int = 2000) -> dict[str, Any]:
    """Share of the variance of monthly log changes that the calendar month explains.

    Judged against shuffled years-in-order: told, not passed or missed.
    """
    from sojourn.inference import draws

    known = monthly("claims")
    change = np.diff(np.log(known.values))
    month = (np.arange(known.first + 1, known.last + 1)) % 12
    share = _explained(change[None, :], month)[0]
    u = draws.matrix(0, [f"seasonality/{k}" for k in range(len(change))], replicates).T
    shuffled = change[np.argsort(u, axis=1, kind="stable")]
    p = float(np.mean(_explained(shuffled, month) >= share))
    return row(
        "claims: variance of monthly changes explained by the calendar month", "prediction",
        None, float(share), None, None, None,
        f"as much or more in {p:.0%} of random orders; the model has no season",
    )  # fmt: skip


def _explained(change: np.ndarray, month: np.ndarray) -> np.ndarray:
    total = change.var(axis=1) * change.shape[1]
    between = np.zeros(len(change))
    for m in range(12):
        of = change[:, month == m]
        between += of.shape[1] * (of.mean(axis=1) - change.mean(axis=1)) ** 2
    return between / total


@lru_cache(maxsize=64)
def _made(origin: str, until: str, given: tuple[str, ...]) -> hindcast.Hindcast:
    return hindcast.hindcast(origin, until, given=given, members=MEMBERS)


def hindcasts() -> list[dict[str, Any]]:
    """Yearly origins: pending a year on, against the year before; then the mechanism alone."""
    return [*pending_a_year_on(), *appeals(), *by_series()]


def pending_a_year_on() -> list[dict[str, Any]]:
    """RPD pending twelve months on, intake and capacity unknown, against 'same as last year'."""
    ours, naive, inside, pairs = [], [], [], []
    for origin in ORIGINS:
        year = int(origin[:4])
        last = _published_pending(f"{year}-12")
        made = _made(origin, f"{year + 1}-12", ())
        came = [
            (f, m) for f, m in made.compared
            if f.series == "rpd.pending" and f.end.year == year + 1 and f.end.month in (9, 12)
        ]  # fmt: skip
        if last is None or not came:
            continue
        figure, members = came[-1]
        low, middle, high = np.quantile(members, [0.05, 0.5, 0.95])
        assert figure.value is not None
        ours.append(abs(middle / figure.value - 1))
        naive.append(abs(last / figure.value - 1))
        inside.append(float(low <= figure.value <= high))
        pairs.append(f"{figure.end.year}: {middle:,.0f} for {figure.value:,.0f}")
    error, base = float(np.median(ours)), float(np.median(naive))
    low, high = scores.mean_band(inside, block=1)
    coverage = float(np.mean(inside))
    return [
        row("rpd.pending a year on: median error of yearly origins", "prediction", base, error,
            error - base, 0.0, error < base,
            f"{len(ours)} origins, nothing given; published: error of 'same as last year'; "
            + "; ".join(pairs)),
        row("rpd.pending a year on: coverage of the 90 % interval", "prediction", 0.9, coverage,
            coverage - 0.9, None, low <= 0.9 <= high,
            f"{len(ours)} origins; band {low:.2f} to {high:.2f} must hold 0.90"),
    ]  # fmt: skip


def _published_pending(month: str) -> float | None:
    from sojourn.inputs import figures

    wanted = months.last_day(months.parse(month))
    for figure in figures.select("rpd.pending"):
        if figure.end == wanted or (figure.end.year, figure.end.month) == (wanted.year, 9):
            found = figure.value
            if figure.end == wanted:
                return found
    return None


def appeals() -> list[dict[str, Any]]:
    """Appeals filed 2017 to 2020, given actual intake and capacity."""
    made = _made("2016-12-31", "2020-12", ("intake", "capacity"))
    found = []
    for figure, members in made.compared:
        if figure.series == "rad.filed" and figure.period == "year" and figure.value:
            middle = float(np.median(members))
            error = middle / figure.value - 1
            found.append(row(
                f"rad.filed {figure.start.year}, given intake and capacity", "mechanism",
                figure.value, middle, error, LIMIT, abs(error) <= LIMIT,
                "from claims through eligibility, decisions and the share that appeals;"
                f" {figure.source_id}",
            ))  # fmt: skip
    return found


def by_series() -> list[dict[str, Any]]:
    """Median error and coverage of every series over yearly origins, one year ahead: told."""
    kinds = {(): "prediction", ("intake",): "prediction", ("capacity",): "prediction",
             ("intake", "capacity"): "mechanism"}  # fmt: skip
    found = []
    for handed, kind in kinds.items():
        pooled: dict[str, list[tuple[float, float, float, float]]] = {}
        fed = {name for one in handed for name in hindcast.FED[one]}
        for origin in ORIGINS:
            made = _made(origin, f"{int(origin[:4]) + 1}-12", handed)
            for figure, members in made.compared:
                if figure.value and figure.series not in fed:
                    low, middle, high = np.quantile(members, [0.05, 0.5, 0.95])
                    pooled.setdefault(figure.series, []).append(
                        (figure.value, float(middle), float(low), float(high))
                    )
        words = " and ".join(handed) or "nothing"
        for name, values in pooled.items():
            y, middle_, low_, high_ = np.array(values).T
            error = float(np.median(np.abs(middle_ / y - 1)))
            coverage = float(np.mean((low_ <= y) & (y <= high_)))
            found.append(row(
                f"{name}: median error within a year, {words} given", kind, None, None, error,
                None, None,
                f"{len(y)} figures, origins at the ends of 2016 to 2024; 90 % interval held"
                f" {coverage:.0%}",
            ))  # fmt: skip
    return found


def calibration() -> list[dict[str, Any]]:
    """Convergence and posterior-predictive checks of the shipped posterior, from its record."""
    record = posterior.record()
    if not record:
        return []
    worst = max(record["rhat"].items(), key=lambda pair: pair[1])
    least = min(record["ess"].items(), key=lambda pair: pair[1])
    n, inside = record["figures_fitted"], record["figures_inside_90"]
    spread = 1.96 * float(np.sqrt(0.9 * 0.1 / n))
    outside = ", ".join(record["outside"]) or "none"
    return [
        row("calibration: largest R-hat", "identity", 1.0, worst[1], worst[1] - 1, 0.1,
            worst[1] <= 1.1, f"{worst[0]}; {record['walkers']} walkers"),
        row("calibration: least effective sample", "identity", None, least[1], None, 200,
            least[1] >= 200, least[0]),
        row("calibration: figures inside their 90 % predictive interval", "identity", 0.9,
            inside / n, inside / n - 0.9, spread, inside / n >= 0.9 - spread,
            f"{inside} of {n}; outside: {outside}"),
    ]  # fmt: skip


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"


def reproductions() -> list[dict[str, Any]]:
    """Every published projection and costing against the model on the same inputs."""
    found = []
    for name, one in reproduce.registry().items():
        for r in one.run():
            if r.published is None:
                continue
            error = r.model - r.published
            happened = "" if r.happened is None else f"; happened: {_plain(r.happened)}"
            more = ", said as 'more than'" if r.at_least else ""
            found.append(row(
                f"{name}: {r.quantity}", "cross", r.published, r.model, error, r.rounding, r.within,
                f"{r.unit}; from {r.inputs}; {r.note}{more}{happened}; {r.source_id}",
            ))  # fmt: skip
    return found
