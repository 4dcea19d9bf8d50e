"""`sojourn score`: how good the forecasts of a series have been."""

from __future__ import annotations

from typing import Annotated

import typer

from sojourn.show.cli import options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.cli.forecast import Series
from sojourn.show.i18n import say

First = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="D",
        help=say(
            "First origin, a month or day [default: 36 months into the record].",
            "Première origine [par défaut : après 36 mois de données].",
        ),
    ),
]
Last = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="D",
        help=say(
            "Last origin [default: the last whose whole horizon is observed].",
            "Dernière origine [par défaut : la dernière dont l'horizon est observé].",
        ),
    ),
]
Horizon = Annotated[
    int,
    typer.Option(
        "--horizon",
        metavar="N",
        help=say("Score horizons 1 to N months.", "Noter les horizons 1 à N mois."),
    ),
]


def score(
    series: Series,
    from_: First = None,
    until: Last = None,
    horizon: Horizon = 12,
    seed: options.Seed = 0,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    from sojourn.inference import rolling

    with progress.waiting(lang):
        rows = rolling.score(
            series, from_=from_, until=until, horizon=horizon, seed=options.seed(seed)
        )
    shown = [{key: row[key] for key in SHOWN} for row in rows]
    headings = {
        "n": say("Origins", "Origines", lang), "wis": "WIS",
        "coverage_90": say("90 % coverage", "Couverture 90 %", lang),
        "coverage_90_low": say("low", "bas", lang), "coverage_90_high": say("high", "haut", lang),
        "median_ape": say("Median error", "Erreur médiane", lang),
        "skill_vs_rw": say("Skill", "Gain", lang),
        "skill_low": say("low", "bas", lang), "skill_high": say("high", "haut", lang),
    }  # fmt: skip
    emit(
        rows, json=json, csv=csv, parquet=parquet, lang=lang, table=shown, headings=headings,
        title=say(
            f"{series}: rolling-origin scores (bands: block bootstrap)",
            f"{series} : notes à origine mobile (intervalles : bootstrap par blocs)",
            lang,
        ),
    )  # fmt: skip


SHOWN = (
    "model", "horizon", "n", "wis", "coverage_90", "coverage_90_low", "coverage_90_high",
    "median_ape", "skill_vs_rw", "skill_low", "skill_high",
)  # fmt: skip
"""Columns shown on a terminal; the files and the JSON have all."""

score.__doc__ = say(
    """Score the forecasts of a series from a rolling origin.

    Every month in turn is the origin; constants are fitted anew from what came
    before. The model sojourn stands beside rw, a log random walk; skill is
    1 - WIS / WIS(rw), and its band comes from a block bootstrap over origins.

    Examples:

      sojourn score claims

      sojourn score claims --from 2017-12 --until 2024-07 --horizon 12 --json
    """,
    """Noter les prévisions d'une série à origine mobile.

    Chaque mois est tour à tour l'origine; les constantes sont réajustées sur ce qui
    précède. Le gain est 1 - WIS / WIS(rw), avec un bootstrap par blocs.

    Exemples :

      sojourn score claims
    """,
)
