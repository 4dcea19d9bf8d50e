"""Claims forecasts against AutoETS, AutoARIMA and AutoTheta, and the time they take.

National monthly claims, the 80 origins of `sojourn score claims`, weighted interval scores at the
same levels. The rivals are those of statsforecast, on the logarithm of claims (they do worse on
the level), fitted anew at each origin with their defaults and no season.

    python -m benchmarks.forecast
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.inference import rolling, scores
from sojourn.inference.history import History, monthly
from sojourn.inputs import months

HORIZONS = (1, 3, 6, 12)
LEVELS = (50, 90, 95)


@dataclass(frozen=True)
class Scored:
    """A model: mean WIS and 90 % coverage by horizon of HORIZONS, seconds for all origins."""

    model: str
    wis: dict[int, float]
    coverage: dict[int, float]
    seconds: float


def measure() -> list[Scored]:
    """Every model on the same origins."""
    known = monthly("claims")
    at = rolling.origins(known, None, None, max(HORIZONS))
    found = [ours(name, known, at) for name in ("sojourn", "rw")]
    return [*found, *(rival(name, make, known, at) for name, make in rivals().items())]


def ours(name: str, known: History, at: NDArray[np.int64]) -> Scored:
    """One of the package's own models."""
    began = time.perf_counter()
    rolled = rolling.roll(known, at, max(HORIZONS), name)
    seconds = time.perf_counter() - began
    quantiles = np.quantile(rolled.samples, scores.LEVELS, axis=1).transpose(1, 2, 0)
    return scored(name, rolled.observed, quantiles, seconds)


def rivals() -> dict[str, Callable[[], object]]:
    """Makers of the rivals' models. Raises ImportError without the extra `bench`."""
    from statsforecast.models import AutoARIMA, AutoETS, AutoTheta

    return {
        "AutoETS": lambda: AutoETS(season_length=1),
        "AutoARIMA": lambda: AutoARIMA(season_length=1),
        "AutoTheta": lambda: AutoTheta(season_length=1),
    }


def rival(name: str, make: Callable[[], object], known: History, at: NDArray[np.int64]) -> Scored:
    """A rival on the log of claims; its intervals are brought back by the exponential."""
    horizon = max(HORIZONS)
    quantiles = np.empty((len(at), horizon, len(scores.LEVELS)))
    observed = np.empty((len(at), horizon))
    began = time.perf_counter()
    for k, origin in enumerate(at):
        seen = int(origin) - known.first + 1
        made = make().forecast(  # type: ignore[attr-defined]
            y=np.log(known.values[:seen]), h=horizon, level=list(LEVELS)
        )
        columns = [*(f"lo-{level}" for level in reversed(LEVELS)), "mean",
                   *(f"hi-{level}" for level in LEVELS)]  # fmt: skip
        quantiles[k] = np.exp(np.stack([made[c] for c in columns], axis=1))
        observed[k] = known.values[seen : seen + horizon]
    seconds = time.perf_counter() - began
    return scored(name, observed, quantiles, seconds)


def scored(
    name: str, observed: NDArray[np.float64], quantiles: NDArray[np.float64], seconds: float
) -> Scored:
    """Scores by horizon of quantiles [origin, horizon, level]."""
    wis, coverage = {}, {}
    for h in HORIZONS:
        y, q = observed[:, h - 1], quantiles[:, h - 1]
        wis[h] = float(scores.wis(y, q).mean())
        coverage[h] = float(scores.covered(y, q, 0.9).mean())
    return Scored(name, wis, coverage, seconds)


def report(found: list[Scored]) -> list[str]:
    """Lines of Markdown: accuracy and time together."""
    known = monthly("claims")
    at = rolling.origins(known, None, None, max(HORIZONS))
    span = f"{months.text(int(at[0]))} to {months.text(int(at[-1]))}"
    lines = [
        "## Forecasts of national monthly claims",
        "",
        f"{len(at)} monthly origins, {span}; mean WIS in persons (smaller is better), coverage of"
        " the 90 % interval in brackets, seconds for all origins.",
        "",
        "| Model | " + " | ".join(f"{h} months" for h in HORIZONS) + " | Seconds |",
        "|---|" + "---:|" * (len(HORIZONS) + 1),
    ]
    for one in found:
        cells = [f"{one.wis[h]:,.0f} ({one.coverage[h]:.2f})" for h in HORIZONS]
        lines.append(f"| {one.model} | " + " | ".join(cells) + f" | {one.seconds:.1f} |")
    return lines


def main() -> None:
    """Measure and print."""
    print("\n".join(report(measure())))


if __name__ == "__main__":
    main()
