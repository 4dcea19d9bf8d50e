"""`sojourn calibrate`: fit the uncertain parameters to the published figures."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sojourn.inputs.errors import InputError
from sojourn.show import files, i18n
from sojourn.show.cli import options
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from sojourn.inference.calibrate import Fit

KEPT = 1024
"""Draws kept in the shipped posterior."""

Steps = Annotated[
    int,
    typer.Option(
        "--steps", help=say("Steps of each walker (10 to 100,000).", "Pas de chaque marcheur.")
    ),
]
Walkers = Annotated[int, typer.Option("--walkers", help=say("Walkers.", "Marcheurs."))]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help=say(
            "Write posterior.csv and posterior.json here [default: the package's own data].",
            "Écrire posterior.csv et posterior.json ici [par défaut : dans le paquet].",
        ),
    ),
]


def calibrate(
    steps: Steps = 1600,
    walkers: Walkers = 40,
    out: Out = None,
    seed: options.Seed = 0,
    workers: options.Workers = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    if not 10 <= steps <= 100_000:
        raise InputError("--steps", "steps", steps, "a number from 10 to 100,000")
    if not 2 <= walkers <= 1000:
        raise InputError("--walkers", "walkers", walkers, "a number from 2 to 1,000")
    options.seed(seed)
    folder = files.folder(out) if out else Path(__file__).parents[2] / "data"
    from sojourn.inference import calibrate as inference

    asked = inference.problem()
    with _bar(lang) as tell:
        fit = inference.sample(
            asked, walkers=walkers, steps=steps, burn=steps // 3, seed=seed,
            workers=options.workers(workers), progress=tell,
        )  # fmt: skip
    rows = inference.rows(fit)
    record = made(fit, rows, seed, walkers, steps)
    table = inference.posterior_csv(fit, KEPT)
    files.write_text(folder / "posterior.csv", table)
    files.write_text(
        folder / "posterior.json",
        json_module.dumps(record, indent=1, ensure_ascii=False, sort_keys=True) + "\n",
    )
    title = say(
        f"Posterior of {len(asked.names)} parameters from {len(asked.data)} figures,"
        f" in {folder / 'posterior.csv'}",
        f"Loi a posteriori de {len(asked.names)} paramètres, {len(asked.data)} chiffres,"
        f" dans {folder / 'posterior.csv'}",
        lang,
    )
    emit(rows, json=json, csv=csv, parquet=parquet, lang=lang, record=record, title=title)


calibrate.__doc__ = say(
    """Fit the uncertain parameters to the published figures; write the posterior.

    An ensemble sampler (emcee) runs the cohort kernel itself; the same seed gives
    the same draws. The record tells R-hat, effective sizes and which figures lie
    inside their posterior-predictive intervals.

    Examples:

      sojourn calibrate

      sojourn calibrate --steps 200 --out trial
    """,
    """Ajuster les paramètres incertains aux chiffres publiés; écrire la loi a posteriori.

    Exemples :

      sojourn calibrate

      sojourn calibrate --steps 200 --out essai
    """,
)


def made(fit: Fit, rows: list[dict[str, Any]], seed: int, walkers: int, steps: int) -> dict:
    """The record: what was fitted, how, and how well."""
    from importlib.metadata import version

    from sojourn import __version__
    from sojourn.inference import calibrate as inference
    from sojourn.inputs import figures

    checks = inference.checks(fit)
    return {
        "version": __version__, "emcee": version("emcee"), "numpy": version("numpy"),
        "figures": figures.digest(), "priors": inference.prior_digest(fit.problem.names),
        "parameters": list(fit.problem.names), "seed": seed, "walkers": walkers,
        "steps": steps, "burn": steps // 3, "acceptance": round(fit.acceptance, 3),
        "rhat": {row["parameter"]: round(row["rhat"], 3) for row in rows},
        "ess": {row["parameter"]: round(row["ess"]) for row in rows},
        "figures_fitted": len(checks),
        "figures_inside_90": sum(bool(check["inside"]) for check in checks),
        "outside": [c["figure"] for c in checks if not c["inside"]],
        "command": f"sojourn calibrate --steps {steps} --walkers {walkers} --seed {seed}",
    }  # fmt: skip


@contextmanager
def _bar(lang: str) -> Iterator[Callable[[int, int], None] | None]:
    """Steps done and time left, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, TimeRemainingColumn

    words = i18n.say("sampling", "échantillonnage", lang)
    columns = (*Progress.get_default_columns()[:2], TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(words, total=None)
        yield lambda done, total: shown.update(task, total=total, completed=done)
