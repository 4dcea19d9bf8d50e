"""`sojourn validate`: every validation, misses first."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sojourn.show import files
from sojourn.show.cli import options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

DOCUMENT = "docs/validation.md"

Write = Annotated[
    bool,
    typer.Option(
        "--write",
        help=say(
            f"Write {DOCUMENT} under the current folder.",
            f"Écrire {DOCUMENT} dans le dossier courant.",
        ),
    ),
]


def validate(
    write: Write = False,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    from sojourn.questions import validate as questions

    with progress.waiting(lang):
        found = questions.checks()
    found.sort(key=lambda check: not check.missed)
    rows = [{k: v for k, v in asdict(check).items() if k != "reason"} for check in found]
    if write:
        Path("docs").mkdir(exist_ok=True)
        files.write_text(DOCUMENT, questions.document(found))
    new = questions.unlisted(found)
    missed = sum(check.missed for check in found)
    title = say(
        f"{len(found)} checks, {missed} missed, {len(new)} of them without a known reason",
        f"{len(found)} vérifications, {missed} manquées, dont {len(new)} sans raison connue",
        lang,
    )
    shown = [{key: row[key] for key in SHOWN} for row in rows]
    emit(rows, json=json, csv=csv, parquet=parquet, lang=lang, table=shown, title=title)
    if new:
        raise typer.Exit(1)


SHOWN = ("check", "kind", "published", "model", "error", "limit", "passed", "listed")

validate.__doc__ = say(
    """Run every validation and show the misses first.

    A miss whose reason stands in data/known_misses.toml is listed; any other makes
    the command end with 1.

    Examples:

      sojourn validate

      sojourn validate --write
    """,
    """Faire toutes les vérifications, les écarts d'abord.

    Un écart dont la raison figure dans data/known_misses.toml est déclaré; tout autre
    fait finir la commande avec 1.

    Exemples :

      sojourn validate
    """,
)
