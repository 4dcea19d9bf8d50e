"""Fits the uncertain parameters to the published figures, by an ensemble sampler on the cohorts.

Prior: the triangular law of each parameter's range, through its probability u; the sampler moves
in the normal score of u, where the prior is a standard normal law. Likelihood: `likelihood`.
Sampler: emcee (Foreman-Mackey et al. 2013) with differential-evolution moves (ter Braak and Vrugt
2008), which take the scale and correlation of parameters from the walkers themselves, so nothing
is tuned; a step is one run of the cohort kernel, so no surrogate is needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import arrivals, profiles
from sojourn.flow import simulate as flow
from sojourn.inference import likelihood
from sojourn.inference.likelihood import Datum
from sojourn.inference.sampler import Sampler
from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError

Array = NDArray[np.float64]

PARAMETERS = (
    "eligibility.capacity", "eligibility.withdrawn", "eligibility.at_random", "eligibility.lag",
    "rpd.at_random", "rpd.newest_first", "rpd.lag", "rpd.withdrawn",
    "rad.filed_share", "rad.closed", "rad.lag", "rad.newest_first", "start.rad",
    "removal.failed_share",
)  # fmt: skip
"""Parameters that the fitted figures inform; those with a range in the table are calibrated."""

DISPERSION = (0.005, 0.30)
"""Range of the dispersion of counts; its logarithm has a flat prior."""


@dataclass(frozen=True)
class Problem:
    """What is fitted: names [P], the data, and the run from a point (u [P] and dispersion)."""

    names: tuple[str, ...]
    data: tuple[Datum, ...]
    predict: Callable[[Array], Array]

    def log_posterior(self, z: Array) -> float:
        """Log posterior density at normal scores z [P + 1] of the prior probabilities."""
        point = unit(z)
        values = self.predict(point[:-1])
        found = likelihood.log_likelihood(values, self.data, dispersion(point[-1]))
        return found - 0.5 * float((z * z).sum()) if np.isfinite(found) else -np.inf


@dataclass(frozen=True)
class Fit:
    """Draws [N, P + 1] in the unit cube, and for each coordinate R-hat and effective size."""

    problem: Problem
    draws: Array
    rhat: Array
    ess: Array
    acceptance: float


def unit(z: Array) -> Array:
    """Probabilities u in (0, 1) from normal scores: the sampler moves where nothing is bounded."""
    from scipy.special import ndtr

    return np.clip(ndtr(z), 1e-9, 1.0 - 1e-9)


def dispersion(u: float) -> float:
    """Dispersion from its coordinate in the unit cube."""
    low, high = np.log(DISPERSION)
    return float(np.exp(low + u * (high - low)))


def problem(
    names: Sequence[str] = PARAMETERS,
    data: Sequence[Datum] | None = None,
    until: int = arrivals.OBSERVED_UNTIL,
) -> Problem:
    """The fit of some parameters to the published figures up to a month.

    Parameters not fitted keep their central value. Raises InputError when no name has a range.
    """
    span = months.span(months.FIRST, until)
    paths = parameters.load().paths(span)
    sampler = Sampler(paths)
    fitted = tuple(name for name in names if name in sampler.names)
    if not fitted:
        raise InputError("calibrate", "parameters", tuple(names), "a name with a low and a high")
    came, shares = arrivals.intake(paths), profiles.shares(paths)
    chosen = likelihood.data(until=until) if data is None else tuple(data)
    at = [sampler.names.index(name) for name in fitted]
    only = FixedSampler(sampler, at)

    def predict(u: Array) -> Array:
        return likelihood.predicted(flow.simulate(only.member(u), came, shares), chosen)

    return Problem(fitted, chosen, predict)


class FixedSampler:
    """A sampler in which all but some parameters keep their central value."""

    def __init__(self, sampler: Sampler, at: Sequence[int]) -> None:
        self.sampler = sampler
        paths = sampler.paths
        self.rows = np.array([paths.index[sampler.names[k]] for k in at])

    def member(self, u: Array) -> parameters.Paths:
        """Paths with the chosen parameters at probabilities u [P] of their ranges."""
        paths, rows = self.sampler.paths, self.rows
        value = paths.value.copy()
        value[rows] = parameters.inverse_triangular(
            u[:, None], paths.low[rows], paths.value[rows], paths.high[rows]
        )
        return parameters.Paths(
            paths.months, paths.names, value, paths.low, paths.high, paths.index
        )


def sample(
    asked: Problem,
    *,
    walkers: int = 40,
    steps: int = 1600,
    burn: int = 533,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Fit:
    """Posterior draws by emcee; the same seed gives the same draws, whatever the workers."""
    try:
        import emcee
    except ImportError:
        expected = "the extra: pip install 'sojourn[calibrate]'"
        raise InputError("calibrate", "emcee", "not installed", expected) from None

    size = len(asked.names) + 1
    if walkers < 2 * size:
        raise InputError("calibrate", "walkers", walkers, f"at least {2 * size}")
    if not 0 <= burn < steps:
        raise InputError("calibrate", "burn", burn, f"fewer than the {steps} steps")
    start = np.random.RandomState(seed)
    first = _spread(asked, start, walkers, size)
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:

        def together(points: Array) -> Array:
            return np.array(list(pool.map(asked.log_posterior, points)))

        sampler = emcee.EnsembleSampler(
            walkers, size, together, vectorize=True,
            moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)],
        )  # fmt: skip
        sampler.random_state = start.get_state()
        for n, _ in enumerate(sampler.sample(first, iterations=steps)):
            if progress is not None:
                progress(n + 1, steps)
    scores = sampler.get_chain()[burn:]
    tau = emcee.autocorr.integrated_time(scores, tol=0, quiet=True)
    flat = unit(scores).reshape(-1, size)
    ess = np.minimum(flat.shape[0] / np.maximum(tau, 1.0), flat.shape[0])
    return Fit(asked, flat, rhat(scores), ess, float(np.mean(sampler.acceptance_fraction)))


def _spread(asked: Problem, random: np.random.RandomState, walkers: int, size: int) -> Array:
    """Starting points: the best of prior draws, so that no walker starts where nothing fits."""
    tried = random.normal(0.0, 1.0, (4 * walkers, size))
    found = np.array([asked.log_posterior(z) for z in tried])
    return tried[np.argsort(-found, kind="stable")[:walkers]]


def rhat(chains: Array) -> Array:
    """Split R-hat of each coordinate (Gelman et al. 2013) over the chains [steps, walkers, P]."""
    half = chains.shape[0] // 2
    split = np.concatenate([chains[:half], chains[half : 2 * half]], axis=1)
    within = split.var(axis=0, ddof=1).mean(axis=0)
    between = half * split.mean(axis=0).var(axis=0, ddof=1)
    return np.sqrt(((half - 1) / half * within + between / half) / within)


def rows(fit: Fit) -> list[dict[str, Any]]:
    """Each parameter in its own unit at the last month fitted: mean, 5 and 95 %, diagnostics."""
    table = parameters.load()
    found = []
    for n, name in enumerate(fit.problem.names):
        row = table.rows_of(name)[-1]
        wide = [r for r in table.rows_of(name) if r.high > r.low]
        row = wide[-1] if wide else row
        values = parameters.inverse_triangular(
            fit.draws[:, n], *(np.array(x) for x in (row.low, row.value, row.high))
        )
        found.append(_row(name, values, fit, n, row.unit, (row.low, row.value, row.high)))
    spread = np.exp(np.log(DISPERSION[0]) + fit.draws[:, -1] * np.ptp(np.log(DISPERSION)))
    found.append(_row("dispersion", spread, fit, len(fit.problem.names), "ratio", None))
    return found


def _row(
    name: str, values: Array, fit: Fit, n: int, unit: str, prior: tuple[float, ...] | None
) -> dict[str, Any]:
    low, high = np.quantile(values, [0.05, 0.95])
    return {
        "parameter": name, "mean": float(values.mean()), "q05": float(low), "q95": float(high),
        "rhat": float(fit.rhat[n]), "ess": float(fit.ess[n]), "unit": unit,
        "prior_low": None if prior is None else prior[0],
        "prior_value": None if prior is None else prior[1],
        "prior_high": None if prior is None else prior[2],
    }  # fmt: skip


def checks(fit: Fit, n: int = 200, seed: int = 0) -> list[dict[str, Any]]:
    """Posterior-predictive check of every figure fitted: its 90 % interval and whether it holds."""
    from sojourn.inference import draws as streams

    data = fit.problem.data
    pick = np.linspace(0, len(fit.draws) - 1, n).astype(int)
    u = streams.matrix(seed, [f"predictive/{k}" for k in range(len(data))], n)
    shown = np.array([
        likelihood.draw(
            fit.problem.predict(fit.draws[k, :-1]), data, dispersion(fit.draws[k, -1]), u[:, j]
        )
        for j, k in enumerate(pick)
    ])  # fmt: skip
    low, middle, high = np.quantile(shown, [0.05, 0.5, 0.95], axis=0)
    return [
        {"figure": d.label, "published": d.figure.value, "median": float(middle[k]),
         "q05": float(low[k]), "q95": float(high[k]),
         "inside": d.figure.value is not None and bool(low[k] <= d.figure.value <= high[k])}
        for k, d in enumerate(data)
    ]  # fmt: skip


def posterior_csv(fit: Fit, kept: int) -> str:
    """The shipped table: `kept` draws spread over the chains, u by parameter, dispersion."""
    pick = np.linspace(0, len(fit.draws) - 1, min(kept, len(fit.draws))).astype(int)
    lines = [",".join((*fit.problem.names, "dispersion"))]
    for point in fit.draws[pick]:
        u = np.clip(point[:-1], 1e-4, 1 - 1e-4)
        lines.append(",".join((*(f"{x:.4f}" for x in u), f"{dispersion(point[-1]):.4f}")))
    return "\n".join(lines) + "\n"


def prior_digest(names: Sequence[str]) -> str:
    """SHA-256 of the dated ranges of some parameters: a posterior belongs to its priors."""
    import hashlib

    table = parameters.load()
    text = "\n".join(
        f"{name} {row.start} {row.low!r} {row.value!r} {row.high!r}"
        for name in names
        for row in table.rows_of(name)
    )
    return hashlib.sha256(text.encode()).hexdigest()
