"""`sojourn reproduce`: a published costing or projection from its own inputs."""

from __future__ import annotations

from typing import Annotated

import typer

from sojourn.inputs.errors import InputError
from sojourn.show.cli import options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

Name = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help=say("Which one; see --list.", "Laquelle; voir --list.")),
]
List = Annotated[
    bool, typer.Option("--list", help=say("Say what can be reproduced.", "Dire ce qui existe."))
]


def reproduce(
    name: Name = None,
    list_: List = False,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    from sojourn.questions import reproduce as questions

    if list_:
        rows = questions.listed()
        shown = [
            {"name": row["name"], "title": row["title_fr" if lang == "fr" else "title"]}
            for row in rows
        ]
        emit(rows, json=json, csv=csv, parquet=parquet, lang=lang, table=shown)
        return
    if name is None:
        known = ", ".join(questions.registry())
        raise InputError("sojourn reproduce", "name", "nothing", f"one of {known}, or --list")
    with progress.waiting(lang):
        rows = questions.reproduce(name)
    shown = [{key: row[key] for key in SHOWN} for row in rows]
    title = questions.registry()[name]
    headings = {
        "quantity": say("Quantity", "Quantité", lang),
        "happened": say("Happened", "Arrivé", lang),
        "within": say("Within rounding or limit", "À l'arrondi ou à la limite près", lang),
        "inputs": say("Inputs", "Données", lang),
    }
    emit(
        rows, json=json, csv=csv, parquet=parquet, lang=lang, table=shown, headings=headings,
        title=title.title_fr if lang == "fr" else title.title,
    )  # fmt: skip


SHOWN = ("quantity", "unit", "published", "model", "happened", "within", "inputs", "note")

reproduce.__doc__ = say(
    """Reproduce a published costing or projection from its own inputs.

    Beside each quantity: what was published, what the model says on the same
    inputs, and what happened.

    Examples:

      sojourn reproduce --list

      sojourn reproduce oag-2019
    """,
    """Reproduire un coût ou une projection publiés à partir de leurs propres données.

    Exemples :

      sojourn reproduce --list

      sojourn reproduce oag-2019
    """,
)
