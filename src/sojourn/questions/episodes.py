"""Leave one episode out: does knowing the events help, with their effect learnt elsewhere?

Each episode is forecast month by month from its last month before, twice with the same log random
walk: without events, and with the known events and a response estimated without that episode.
Quantiles are computed on a fixed grid, without random draws. Smaller weighted interval scores are
better; a conditional model that does not win is a miss and is shown as one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import effects, onward
from sojourn.flow.arrivals import history
from sojourn.flow.effects import Estimate
from sojourn.flow.events import AIRPORT, BETWEEN, LAND
from sojourn.inference.scores import LEVELS, wis
from sojourn.inputs import months
from sojourn.inputs.parameters import inverse_triangular

Array = NDArray[np.float64]

GRID = (np.arange(199) + 0.5) / 199
"""Probabilities at which the walk and the response are laid out."""

MEMORY = 24
"""Months before the origin from which the walk's steps are taken."""


@dataclass(frozen=True)
class Forecast:
    """One series of an episode: what came, and quantiles [H, L] of both models."""

    name: str
    observed: Array
    plain: Array
    conditional: Array

    @property
    def scores(self) -> tuple[float, float]:
        """Mean weighted interval score of the conditional and of the plain model, persons."""
        return (
            float(wis(self.observed, self.conditional).mean()),
            float(wis(self.observed, self.plain).mean()),
        )

    def coverage(self, central: float) -> float:
        """Share of months inside the conditional model's central interval."""
        low = LEVELS.index(round((1 - central) / 2, 4))
        inside = (self.conditional[:, low] <= self.observed) & (
            self.observed <= self.conditional[:, -1 - low]
        )
        return float(inside.mean())


@dataclass(frozen=True)
class Episode:
    """Forecasts of one episode, with what the response was estimated from."""

    name: str
    forecasts: tuple[Forecast, ...]
    learnt_from: str


def announcement_2017() -> Episode:
    """Arrivals between ports, June to November 2017, after the warning of May.

    Response: the share of 2025 times the opening of the land border without the Protocol, both
    estimated without 2017; people told: 58,000.
    """
    abroad, opening = onward.terminations_2025(), effects.opening()
    share = _times(abroad.share, opening)
    told = onward.announcement_2017().told[1]
    added = told * onward.delay([abroad])
    series = history().interceptions
    forecast = _added("between ports", series, "2017-05", added, share, 6)
    return Episode(
        "2017 announcement", (forecast,),
        "share told and delay of 2025, opening of the land border around 2004 and 2022-2024",
    )  # fmt: skip


def protocol_2023() -> Episode:
    """Claims by mode, April 2023 to March 2024, after the Protocol closed entry between ports.

    Response between ports: the closing of 2020-2021, half to twice as strong. Land ports and
    airports: no other episode tells where people go, so a half to twice, centred on no change.
    """
    closing = effects.estimate(effects.STUDIES["event.entry_orders.between_ports"])
    wide = Estimate(closing.value, closing.low / 2, closing.high * 2)
    unknown = Estimate(1.0, 0.5, 2.0)
    past = history().claims.sum(axis=2)
    named = ((BETWEEN, "between ports", wide), (LAND, "land ports", unknown),
             (AIRPORT, "airports", unknown))  # fmt: skip
    found = tuple(
        _scaled(name, past[:, mode], "2023-03", factor, 12) for mode, name, factor in named
    )
    return Episode("2023 Protocol", found, "closing of entry between ports in 2020 and 2021")


def terminations_2025() -> Episode:
    """Claims at land ports, February to July 2025, after the announcements of February and June.

    Response: the share and delay of 2017, divided by the opening of the land border without the
    Protocol; people told as published, half of them in February and half in June.
    """
    before, opening = onward.announcement_2017(), effects.opening()
    closed = Estimate(1 / opening.value, 1 / opening.high, 1 / opening.low)
    share = _times(onward.shares()["ports"], closed)
    told = onward.terminations_2025().told[1]
    shape = onward.delay([before])
    added = np.zeros(6)
    for month in (0, 4):
        kept = shape[: len(added) - month]
        added[month : month + len(kept)] += told / 2 * kept
    series = history().claims.sum(axis=2)[:, LAND]
    forecast = _added("land ports", series, "2025-01", added, share, 6)
    return Episode(
        "2025 terminations", (forecast,),
        "share told and delay of 2017, opening of the land border around 2004 and 2022-2024",
    )  # fmt: skip


def episodes() -> tuple[Episode, ...]:
    """The three episodes, each forecast with a response learnt without it."""
    return announcement_2017(), protocol_2023(), terminations_2025()


def checks() -> list[dict[str, object]]:
    """Rows for `sojourn validate`: the score of the model with events over the one without.

    published: WIS without events; model: WIS with events; error: their ratio; limit 1.
    """
    rows: list[dict[str, object]] = []
    for episode in episodes():
        whole = np.array([forecast.scores for forecast in episode.forecasts]).sum(axis=0)
        rows.append(_row(episode, "all", whole[0], whole[1], episode.forecasts))
        if len(episode.forecasts) > 1:
            for forecast in episode.forecasts:
                rows.append(_row(episode, forecast.name, *forecast.scores, [forecast]))
        rows += [_coverage(episode, central) for central in (0.5, 0.9)]
    return rows


def _row(
    episode: Episode, part: str, ours: float, plain: float, forecasts: Sequence[Forecast]
) -> dict[str, object]:
    half, nine = (np.mean([f.coverage(central) for f in forecasts]) for central in (0.5, 0.9))
    count = sum(len(f.observed) for f in forecasts)
    suffix = "" if part == "all" else f", {part}"
    return {
        "check": f"episode left out: {episode.name}{suffix}",
        "kind": "prediction",
        "published": round(float(plain), 1),
        "model": round(float(ours), 1),
        "error": round(float(ours / plain), 3),
        "limit": 1.0,
        "passed": bool(ours < plain),
        "note": (
            f"WIS in persons a month without events (published) and with (model), {count} months; "
            f"coverage of 50 % {half:.0%}, of 90 % {nine:.0%}; learnt from {episode.learnt_from}"
        ),
    }


def _coverage(episode: Episode, central: float) -> dict[str, object]:
    """Share of months inside a central range, against the least that chance allows (2.5 %).

    Months of an episode go together, so the bound is generous to the model only in number.
    """
    count = sum(len(forecast.observed) for forecast in episode.forecasts)
    inside = sum(f.coverage(central) * len(f.observed) for f in episode.forecasts) / count
    least = fewest(count, central) / count
    return {
        "check": f"episode left out: {episode.name}, months inside the {central:.0%} range",
        "kind": "prediction",
        "published": central,
        "model": round(inside, 3),
        "error": round(inside - central, 3),
        "limit": round(least - central, 3),
        "passed": bool(inside >= least - 1e-9),
        "note": f"share of {count} months; limit: fewer would happen by chance in 2.5 %",
    }


def fewest(count: int, chance: float) -> int:
    """Smallest number of `count` independent months inside that is not rarer than 2.5 %."""
    total = 0.0
    for k in range(count + 1):
        total += math.comb(count, k) * chance**k * (1 - chance) ** (count - k)
        if total > 0.025:
            return k
    return count


def _walk(series: Array, origin: str, horizon: int) -> tuple[Array, Array]:
    """Levels [H, 199] of a log random walk from the mean of the last three months."""
    last = months.parse(origin) - months.FIRST
    seen = np.log(np.maximum(series[: last + 1], 1.0))
    steps = np.diff(seen[-MEMORY - 1 :])
    spread = np.sqrt(np.mean(steps**2)) * np.sqrt(np.arange(1, horizon + 1))
    middle = np.log(series[last - 2 : last + 1].mean())
    return np.exp(middle + spread[:, None] * _normal(GRID)), series[last + 1 : last + 1 + horizon]


def _added(
    name: str, series: Array, origin: str, people: Array, share: Estimate, horizon: int
) -> Forecast:
    """Walk plus `people` [H] told and due in the month times an uncertain share."""
    walk, came = _walk(series, origin, horizon)
    shares = _spread(share)
    both = walk[:, :, None] + people[:horizon, None, None] * shares
    return Forecast(name, came, _quantiles(walk), _quantiles(both.reshape(horizon, -1)))


def _scaled(name: str, series: Array, origin: str, factor: Estimate, horizon: int) -> Forecast:
    """Walk times an uncertain factor, its triangle in logarithms."""
    walk, came = _walk(series, origin, horizon)
    both = walk[:, :, None] * _spread(factor)
    return Forecast(name, came, _quantiles(walk), _quantiles(both.reshape(horizon, -1)))


def _spread(estimate: Estimate) -> Array:
    """Values of a triangular law on the logarithms of low, value and high [199]."""
    low, value, high = (np.log(np.array(v)) for v in (estimate.low, estimate.value, estimate.high))
    return np.exp(inverse_triangular(GRID, low, value, high))


def _times(a: Estimate, b: Estimate) -> Estimate:
    return Estimate(a.value * b.value, a.low * b.low, a.high * b.high)


def _quantiles(values: Array) -> Array:
    return np.quantile(values, LEVELS, axis=1).T


def _normal(u: Array) -> Array:
    """Standard normal quantiles."""
    from statistics import NormalDist

    inverse = NormalDist().inv_cdf
    return np.array([inverse(float(p)) for p in u])
