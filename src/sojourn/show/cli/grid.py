"""`sojourn grid`: every combination of scenarios and levers, as a dataset and heat-maps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sojourn.show import i18n
from sojourn.show.cli import options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from sojourn.questions.grid import Measure
    from sojourn.questions.gridrun import Outcome

File = Annotated[
    str,
    typer.Argument(
        metavar="GRID.toml",
        help=say(
            "Scenarios, levers and measures: see docs/scale.md.",
            "Scénarios, leviers et mesures : voir docs/scale.md.",
        ),
    ),
]
Folder = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help=say(
            "Folder of the dataset and the heat-maps; an interrupted grid goes on from it"
            " [default: the file's name].",
            "Dossier du jeu de données et des cartes; une grille interrompue en repart"
            " [par défaut : le nom du fichier].",
        ),
    ),
]
Count = Annotated[
    int | None,
    typer.Option(
        "--members",
        help=say("Members of each cell, instead of the file's.", "Membres de chaque case."),
    ),
]
Start = Annotated[
    int | None,
    typer.Option("--seed", help=say("Seed, instead of the file's.", "Graine des suites.")),
]


def grid(
    file: File,
    out: Folder = None,
    members: Count = None,
    seed: Start = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    time_limit: options.TimeLimit = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    options.workers(workers)
    from sojourn.questions import grid as grids
    from sojourn.questions import gridrun
    from sojourn.show import files

    chosen = grids.load(file)
    if members is not None:
        chosen = replace(chosen, members=options.members(members))
    if seed is not None:
        chosen = replace(chosen, seed=options.seed(seed))
    folder = files.folder(out if out is not None else chosen.name)
    with progress.line(lang) as report:
        found = gridrun.run(
            chosen, workers=workers, cluster=cluster, out=folder, progress=report,
            limit=options.time_limit(time_limit),
        )  # fmt: skip
    if found.reused:
        count = i18n.number(found.reused, lang)
        words = f"{count} finished chunks were there already", f"{count} lots étaient déjà finis"
        typer.echo(say(*words, lang), err=True)
    for measure in chosen.measures:
        files.write_text(folder / f"{measure.name}.svg", _drawn(found, measure, lang))
    emit(
        found.table(), json=json, csv=csv, parquet=parquet, lang=lang, record=found.record,
        table="",
    )  # fmt: skip
    if not json and csv != "-":
        for measure in chosen.measures:
            _show(found, measure, lang)
    typer.echo(say("wrote", "écrit :", lang) + f" {folder}", err=True)


grid.__doc__ = say(
    """Run every combination of scenarios and levers on the same draws.

    Writes one Parquet dataset and a heat-map for each measure into the folder
    of --out. Started again with the same file, it does only what is missing.

    Examples:

      sojourn grid docs/grid.toml

      sojourn grid docs/grid.toml --out capacity --members 1000 --json
    """,
    """Exécuter toutes les combinaisons de scénarios et de leviers, mêmes tirages.

    Écrit un jeu de données Parquet et une carte par mesure dans le dossier de
    --out. Relancée avec le même fichier, elle ne fait que ce qui manque.

    Exemples :

      sojourn grid docs/grid.toml --lang fr

      sojourn grid docs/grid.toml --out capacite --members 1000 --json
    """,
)


def _drawn(found: Outcome, measure: Measure, lang: str) -> str:
    from sojourn.show import charts, heatmap

    return charts.svg(heatmap.spec(found.grid, measure, found.middle(measure), lang), charts.LIGHT)


def _show(found: Outcome, measure: Measure, lang: str) -> None:
    """One table a measure: the levers, the middle and the range."""
    from sojourn.inputs import series as declared
    from sojourn.show import heatmap
    from sojourn.show.cli.emit import show

    series = declared.get(measure.row.series)
    low, high = found.edges(measure)
    middle = found.middle(measure)
    titles = {s.name: s.title_fr if lang == "fr" else s.title for s in found.grid.scenarios}
    rows: list[dict[str, Any]] = []
    for number, value in enumerate(middle):
        cell = found.grid.cell(number)
        levers = dict(zip((lever.name for lever in found.grid.levers), cell.values, strict=True))
        rows.append(
            {
                "scenario": titles[cell.base],
                **levers,
                say("Median", "Médiane", lang): value,
                say("Low", "Bas", lang): low[number],
                say("High", "Haut", lang): high[number],
            }
        )
    name = series.fr if lang == "fr" else series.en
    where = ", ".join(heatmap.code_label(code, lang) for code in measure.row.cell.values())
    title = f"{name}{f' ({where})' if where else ''}, {measure.period.labels[0]} · {series.unit}"
    headings = {lever.name: lever.name for lever in found.grid.levers}
    show(rows, lang=lang, title=title, headings=headings)
