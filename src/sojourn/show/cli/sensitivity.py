"""`sojourn sensitivity`: which unknown matters for an outcome."""

from __future__ import annotations

from typing import Annotated

import typer

from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError
from sojourn.show.cli import options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

One = Annotated[
    str,
    typer.Option("--series", metavar="S", help=say("The outcome.", "Le résultat.")),
]
At = Annotated[
    str,
    typer.Option("--at", metavar="YYYY-MM", help=say("Month of the outcome.", "Mois du résultat.")),
]
Evaluations = Annotated[
    int,
    typer.Option(
        "--evaluations",
        help=say("About how many runs of the model.", "Nombre approximatif d'exécutions."),
    ),
]
Tornado = Annotated[
    bool,
    typer.Option(
        "--tornado",
        help=say(
            "One parameter at a time, a quick look without interactions.",
            "Un paramètre à la fois, aperçu rapide sans interactions.",
        ),
    ),
]


def sensitivity(
    scenario: options.Name,
    series: One,
    at: At,
    evaluations: Evaluations = 5000,
    tornado: Tornado = False,
    seed: options.Seed = 0,
    workers: options.Workers = None,
    set_: options.Set = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    chosen = options.scenario(scenario, set_)
    (name,) = _one(series)
    month = options.month(at, "--at")
    options.seed(seed)
    hands = options.workers(workers)
    from sojourn.questions import sensitivity as questions

    label = declared.get(name).fr if lang == "fr" else declared.get(name).en
    with progress.waiting(lang):
        if tornado:
            swings = questions.tornado(chosen, name, month, seed=seed, workers=hands)
            rows = [{**vars(swing), "width": swing.width} for swing in swings]
            title = say(f"{label}, {at}: one at a time", f"{label}, {at} : un à la fois", lang)
        else:
            found = questions.sensitivity(
                chosen, name, month, evaluations=evaluations, seed=seed, workers=hands
            )
            rows = [dict(vars(factor)) for factor in found]
            title = say(
                f"{label}, {at}: share of the variance by parameter",
                f"{label}, {at} : part de la variance par paramètre",
                lang,
            )
    emit(rows, json=json, csv=csv, parquet=parquet, lang=lang, title=title)


sensitivity.__doc__ = say(
    """Which parameters carry the uncertainty of an outcome, ranked.

    first_order: its share of the variance alone; total: with interactions;
    shrink: how much narrower the 90 % interval would be if it were known.

    Examples:

      sojourn sensitivity baseline --series rpd.pending --at 2028-12

      sojourn sensitivity baseline --series cost --at 2028-12 --tornado
    """,
    """Quels paramètres portent l'incertitude d'un résultat, par rang.

    first_order : part de la variance, seul; total : avec interactions;
    shrink : de combien l'intervalle à 90 % se resserrerait s'il était connu.

    Exemples :

      sojourn sensitivity baseline --series rpd.pending --at 2028-12

      sojourn sensitivity baseline --series cost --at 2028-12 --tornado
    """,
)


def _one(series: str) -> tuple[str]:
    names = options.listed(series, tuple(declared.SERIES), "--series", "series")
    if len(names) != 1:
        raise InputError("--series", "series", series, "one series")
    return (names[0],)
