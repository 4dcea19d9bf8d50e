"""`sojourn forecast`: quantiles of a monthly series as seen on a day."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sojourn.inputs import months
from sojourn.show import i18n
from sojourn.show.cli import options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

Series = Annotated[
    str,
    typer.Argument(
        metavar="SERIES",
        help=say(
            "Series, such as claims, referred or rpd.pending.",
            "Série, p. ex. claims, referred ou rpd.pending.",
        ),
    ),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="D",
        help=say(
            "Day (YYYY-MM-DD) or month whose figures are read, no later ones.",
            "Jour (AAAA-MM-JJ) ou mois dont on lit les chiffres, sans plus récents.",
        ),
    ),
]
Horizon = Annotated[
    int,
    typer.Option(
        "--horizon",
        metavar="N",
        help=say("Months after the month of D (1 to 120).", "Mois après celui de D (1 à 120)."),
    ),
]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="NAME",
        help=say(
            "sojourn, or the log random walk rw.", "sojourn, ou la marche aléatoire des logs rw."
        ),
    ),
]

Paths = Annotated[
    int | None,
    typer.Option(
        "--members",
        help=say(
            "Paths drawn [default: 2,000; 400 through the simulation].",
            "Trajectoires tirées [par défaut : 2 000; 400 par la simulation].",
        ),
    ),
]


def forecast(
    series: Series,
    as_of: AsOf,
    horizon: Horizon = 12,
    model: Model = "sojourn",
    members: Paths = None,
    seed: options.Seed = 0,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    from sojourn.inference import forecast as inference

    with progress.waiting(lang):
        rows = inference.forecast(
            series, as_of=as_of, horizon=horizon, model=model,
            members=None if members is None else options.members(members),
            seed=options.seed(seed),
        )  # fmt: skip
    emit(
        rows, json=json, csv=csv, parquet=parquet, lang=lang,
        table=wide(rows), title=title(rows, lang),
        headings={"q0.5": say("Median", "Médiane", lang)}
        | {f"q{q:g}": f"{100 * q:g} %" for q in inference.LEVELS if q != 0.5},
    )  # fmt: skip


forecast.__doc__ = say(
    """Forecast a series for months 1 to N after the month of D.

    Only figures published by D are read, in the vintage of that day; the last of
    them is older than D by the series' publication lag, and the forecast crosses
    that gap first.

    Examples:

      sojourn forecast claims --as-of 2025-09-30 --horizon 12

      sojourn forecast rpd.pending --as-of 2023-12-31 --horizon 24 --json
    """,
    """Prévoir une série pour les mois 1 à N après celui de D.

    Seuls les chiffres publiés au jour D sont lus, dans leur version d'alors; le
    dernier précède D du délai de publication de la série.

    Exemples :

      sojourn forecast claims --as-of 2025-09-30 --horizon 12
    """,
)


def wide(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each month, a column for each quantile."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = found.setdefault(row["date"], {"month": row["date"]})
        line[f"q{row['output_type_id']:g}"] = row["value"]
    return list(found.values())


def title(rows: list[dict[str, Any]], lang: str) -> str:
    """What is forecast, by which model, on which day, and the last month of data."""
    first = rows[0]
    seen = i18n.month(months.parse(first["origin_data"]), lang)
    return say(
        f"{first['series']}, {first['unit']}: model {first['model']}, as of"
        f" {first['origin_date']}, data through {seen}",
        f"{first['series']}, {first['unit']} : modèle {first['model']}, au"
        f" {first['origin_date']}, données jusqu'à {seen}",
        lang,
    )
