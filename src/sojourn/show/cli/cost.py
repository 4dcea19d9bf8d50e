"""`sojourn cost`: what a cohort of arrivals costs to the end of its cases, and whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sojourn.inputs.dimensions import MODES, NATIONALITIES, PAYERS
from sojourn.show.cli import cost_page, options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from sojourn.costs.estimate import Estimate

Cohort = Annotated[
    str,
    typer.Option(
        "--cohort",
        metavar="YYYY-YY",
        help=say(
            "Fiscal year of arrival, 2015-16 to 2034-35.",
            "Exercice d'arrivée, 2015-16 à 2034-35.",
        ),
    ),
]
Mode = Annotated[
    str | None,
    typer.Option(
        "--mode",
        help=say("Mode of entry:", "Mode d'entrée :") + " " + ", ".join(MODES) + ".",
    ),
]
Nationality = Annotated[
    str | None,
    typer.Option(
        "--nationality",
        help=say("Nationality:", "Nationalité :") + " " + ", ".join(NATIONALITIES) + ".",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help=say(
            "Only with the prices, queue, capacity and outcomes published by this day.",
            "Seulement avec les prix, la file, la capacité et les issues publiés ce jour-là.",
        ),
    ),
]
Payer = Annotated[
    str | None,
    typer.Option(
        "--payer",
        help=say("Only what this payer pays:", "Seulement ce que paie :")
        + " "
        + ", ".join(PAYERS)
        + ".",
    ),
]
Scope = Annotated[
    str,
    typer.Option(
        "--scope",
        metavar="pbo|all",
        help=say(
            "pbo: federal variable costs, no transfers, to the final decision and removal, as the"
            " Parliamentary Budget Officer counts; all: everything known.",
            "pbo : coûts variables fédéraux, sans transferts, jusqu'à la décision finale et au"
            " renvoi, comme le directeur parlementaire du budget; all : tout ce qui est connu.",
        ),
    ),
]
Drawn = Annotated[
    int | None,
    typer.Option(
        "--members",
        help=say(
            "Points for the ranges (default: 251 with --as-of, 16 in a run).",
            "Points pour les intervalles (par défaut : 251 avec --as-of, 16 sinon).",
        ),
    ),
]


def cost(
    cohort: Cohort,
    mode: Mode = None,
    nationality: Nationality = None,
    as_of: AsOf = None,
    payer: Payer = None,
    scope: Scope = "all",
    set_: options.Set = None,
    members: Drawn = None,
    seed: options.Seed = 0,
    workers: options.Workers = None,
    quantiles: options.Quantiles = None,
    real: options.Real = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    options.real(real)
    options.workers(workers)
    table = options.scenario("baseline", set_).parameters() if set_ else None
    from sojourn.costs import cohort as costing

    with progress.waiting(lang):
        found = costing.cost(
            cohort,
            mode=mode,
            nationality=nationality,
            as_of=as_of,
            payer=payer,
            scope=scope,
            table=table,
            members=None if members is None else options.members(members),
            seed=options.seed(seed),
        )
    levels = options.quantiles(quantiles)
    document = found.document()
    document["ranges"]["quantiles"] = {
        str(level): value for level, value in zip(levels, found.quantiles(levels), strict=True)
    }
    if csv or parquet:
        emit(rows(found), csv=csv, parquet=parquet, lang=lang, table="")
    if csv != "-":
        emit(document, json=json, lang=lang, table=None if json else cost_page.page(document, lang))


cost.__doc__ = say(
    """Cost of the people who claim in a fiscal year, to the end of their cases.

    Money is CAD per person, nominal, except the total. The paths run from
    acceptance at the first hearing to a refusal with every remedy and removal.
    What nobody publishes stands under "not counted", never as zero.

    Examples:

      sojourn cost --cohort 2017-18 --mode between_ports --as-of 2018-11-29 --scope pbo

      sojourn cost --cohort 2023-24 --nationality MEX

      sojourn cost --cohort 2025-26 --payer provincial --json
    """,
    """Coût des personnes qui demandent l'asile dans un exercice, jusqu'à la fin des dossiers.

    Les montants sont en dollars canadiens courants par personne, sauf le total.
    Les parcours vont de l'acceptation à la première audience au refus suivi de
    tous les recours et du renvoi. Ce que personne ne publie figure sous « non
    compté », jamais comme zéro.

    Exemples :

      sojourn cost --cohort 2017-18 --mode between_ports --as-of 2018-11-29 --scope pbo

      sojourn cost --cohort 2023-24 --nationality MEX
    """,
)


def rows(found: Estimate) -> list[dict[str, Any]]:
    """The cohort's cost in the columns of the long table: CAD per person by programme."""
    from sojourn.inputs.series import LONG_COLUMNS

    name = "baseline" if found.as_of is None else f"known at {found.as_of.isoformat()}"
    table = []
    for line in found.lines():
        for kind, level, value in (
            ("point", "", line["cost"]),
            ("quantile", "0.05", line["low"]),
            ("quantile", "0.95", line["high"]),
        ):
            row = dict.fromkeys(LONG_COLUMNS, "")
            province = line["place"] if len(line["place"]) == 2 else ""
            item = line["programme"] + (f";place={line['place']}" if line["place"] else "")
            row |= {
                "scenario": name, "series": "cost", "date": found.cohort,
                "mode": found.mode or "", "province": province,
                "nationality": found.nationality or "", "stage": line["stage"],
                "payer": line["payer"], "item": item, "output_type": kind,
                "output_type_id": level, "value": value, "unit": "CAD per person",
            }  # fmt: skip
            table.append(row)
    return table
