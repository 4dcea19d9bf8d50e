"""`sojourn hindcast`: a forecast made with what was known at a past date, beside what came."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sojourn.show.cli import options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.cli.forecast import AsOf
from sojourn.show.i18n import say

Until = Annotated[
    str,
    typer.Option(
        "--until", metavar="M", help=say("Last month, YYYY-MM.", "Dernier mois, AAAA-MM.")
    ),
]
Given = Annotated[
    str | None,
    typer.Option(
        "--given",
        metavar="intake,capacity",
        help=say(
            "Hand over what really came: claims made, cases handled, or both.",
            "Donner ce qui est vraiment arrivé : demandes, dossiers traités, ou les deux.",
        ),
    ),
]


def hindcast(
    as_of: AsOf,
    until: Until,
    given: Given = None,
    members: options.Members = 200,
    seed: options.Seed = 0,
    workers: options.Workers = None,
    set_: options.Set = None,
    series: options.Series = None,
    by: options.By = None,
    quantiles: options.Quantiles = None,
    fiscal: options.Fiscal = False,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    levels = options.quantiles(quantiles)
    from sojourn.inference import hindcast as inference

    names = options.listed(series, inference.KNOWN, "--series", "series") or inference.SERIES
    with progress.waiting(lang):
        made = inference.hindcast(
            as_of, until,
            given=options.listed(given, inference.GIVEN, "--given", "given"),
            series=names, scenario=options.scenario("baseline", set_),
            members=options.members(members), seed=options.seed(seed),
            workers=options.workers(workers), by=options.dimensions(by),
        )  # fmt: skip
        rows = inference.rows(made, levels, fiscal=fiscal)
    scores = inference.score(made)
    if csv or parquet:
        emit(rows, csv=csv, parquet=parquet, lang=lang, table="")
    if json and csv != "-":
        document = {"record": made.record, "rows": rows, "scores": scores}
        emit(document, json=True, lang=lang)
    elif csv != "-":
        title = say(
            f"As of {made.record['as_of']}, claims known through"
            f" {made.record['claims_through']}: what the model said, what came",
            f"Au {made.record['as_of']}, demandes connues jusqu'à"
            f" {made.record['claims_through']} : ce que le modèle disait, ce qui est venu",
            lang,
        )
        emit(beside(made), lang=lang, title=title, headings=_headings(lang))
        emit(scores, lang=lang, title=say("Scores by series", "Notes par série", lang),
             headings=_headings(lang))  # fmt: skip


hindcast.__doc__ = say(
    """Make the run that could have been made on a past day, and compare it with what came.

    Figures and parameter rows published after the day are not read. With --given
    intake,capacity only the mechanism is tested; what is handed over is shown and not
    counted as predicted.

    Examples:

      sojourn hindcast --as-of 2018-12-31 --until 2019-12

      sojourn hindcast --as-of 2022-12-31 --until 2024-12 --given intake,capacity --json
    """,
    """Faire l'exécution possible à une date passée et la comparer à ce qui est venu.

    Les chiffres publiés après ce jour ne sont pas lus. Avec --given intake,capacity,
    seul le mécanisme est éprouvé.

    Exemples :

      sojourn hindcast --as-of 2018-12-31 --until 2019-12
    """,
)


def beside(made: Any) -> list[dict[str, Any]]:
    """One line for each published figure: the median and 90 % interval beside it."""
    import numpy as np

    found = []
    for figure, members in made.compared:
        low, middle, high = np.quantile(members, [0.05, 0.5, 0.95])
        found.append({
            "series": figure.series, "start": figure.start.isoformat(),
            "end": figure.end.isoformat(), "item": figure.item, "q05": float(low),
            "median": float(middle), "q95": float(high), "observed": figure.value,
        })  # fmt: skip
    return found


def _headings(lang: str) -> dict[str, str]:
    return {
        "q05": "5 %", "q95": "95 %", "median": say("Median", "Médiane", lang), "n": "n",
        "fed": say("Handed over", "Donné", lang),
        "median_ape": say("Median error", "Erreur médiane", lang),
        "bias": say("Bias", "Biais", lang),
        "coverage_50": say("50 % coverage", "Couverture 50 %", lang),
        "coverage_90": say("90 % coverage", "Couverture 90 %", lang), "wis": "WIS",
    }  # fmt: skip
