"""`sojourn journeys`: synthetic journeys of single claims, drawn from a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sojourn.show import i18n
from sojourn.show.cli import drawing, options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from sojourn.questions.journeys import Journeys

Number = Annotated[
    int, typer.Option("--n", help=say("Number of claims drawn.", "Nombre de demandes tirées."))
]
Mode = Annotated[
    str | None,
    typer.Option(
        "--mode",
        help=say("Only claims of this mode of entry.", "Seulement ce mode d'entrée."),
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="YYYY-MM",
        help=say("First month of the claims.", "Premier mois des demandes."),
    ),
]
Claimed = Annotated[
    str | None,
    typer.Option(
        "--claimed-until",
        metavar="YYYY-MM",
        help=say("Last month of the claims.", "Dernier mois des demandes."),
    ),
]
Scope = Annotated[
    str,
    typer.Option(
        "--scope",
        metavar="pbo|all",
        help=say("Costs counted, as in sojourn cost.", "Coûts comptés, comme sojourn cost."),
    ),
]
Chart = Annotated[
    str | None,
    typer.Option(
        "--chart",
        metavar="FILE",
        help=say(
            "Draw where claims go (a Sankey) into this .svg or .png file.",
            "Dessiner où vont les demandes dans ce fichier .svg ou .png.",
        ),
    ),
]
Timeline = Annotated[
    str | None,
    typer.Option(
        "--timeline",
        metavar="FILE",
        help=say(
            "Draw thirty journeys over time into this .svg or .png file.",
            "Dessiner trente parcours dans le temps dans ce fichier .svg ou .png.",
        ),
    ),
]


def journeys(
    scenario: options.Name,
    n: Number = 1000,
    mode: Mode = None,
    from_: From = None,
    claimed_until: Claimed = None,
    until: options.Until = None,
    scope: Scope = "all",
    seed: options.Seed = 0,
    set_: options.Set = None,
    chart: Chart = None,
    timeline: Timeline = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    chosen = options.scenario(scenario, set_)
    first, last = options.span(from_, until)
    claimed = last if claimed_until is None else options.month(claimed_until, "--claimed-until")
    for option, file in (("--chart", chart), ("--timeline", timeline)):
        drawing.check(option, file)
    from sojourn.questions import journeys as questions

    with progress.waiting(lang):
        sample = questions.journeys(
            chosen, n=n, mode=mode, start=first, until=last, claimed_until=claimed,
            seed=options.seed(seed), scope=scope,
        )  # fmt: skip
    if chart or timeline:
        from sojourn.show import journey_charts

        if chart:
            drawing.draw(journey_charts.sankey(sample, lang), chart, lang)
        if timeline:
            drawing.draw(journey_charts.timeline(sample, lang), timeline, lang)
    rows = sample.table() if json or csv or parquet else summary(sample, lang)
    emit(
        rows, json=json, csv=csv, parquet=parquet, lang=lang,
        table=None if json else summary(sample, lang),
        title=say(
            f"{i18n.number(sample.n, lang)} synthetic journeys, by how they end",
            f"{i18n.number(sample.n, lang)} parcours synthétiques, selon leur fin",
            lang,
        ),
    )  # fmt: skip


journeys.__doc__ = say(
    """Synthetic journeys of single claims, consistent with a run.

    A sample drawn so that stage counts, waits and costs agree with the run.
    They are draws, not records of anyone. Rows (--json, --csv): one a visit,
    with person, stage, from, to, outcome and cost. The table: how they end,
    months to the end and cost, median and 90th percentile.

    Examples:

      sojourn journeys baseline --n 10000 --mode inland --from 2024-01 --claimed-until 2024-12

      sojourn journeys baseline --n 5000 --chart sankey.svg --timeline lines.svg

      sojourn journeys baseline --n 1000 --csv visits.csv
    """,
    """Parcours synthétiques de demandes, cohérents avec une exécution.

    Un échantillon dont les étapes, les attentes et les coûts concordent avec
    l'exécution. Ce sont des tirages, et non des dossiers de personnes.

    Exemples :

      sojourn journeys baseline --n 10000 --mode inland --from 2024-01 --claimed-until 2024-12

      sojourn journeys baseline --n 5000 --chart sankey.svg --timeline lignes.svg
    """,
)


def summary(sample: Journeys, lang: str) -> list[dict[str, Any]]:
    """By outcome: share, months to the end and cost (median and 90th percentile)."""
    import numpy as np

    labels = _labels(lang)
    outcomes = np.array([labels(name) for name in sample.outcome()])
    spent, lasted = sample.total_cost(), sample.total_months()
    heads = [
        say("How it ends", "Comment il finit", lang),
        say("Share", "Part", lang),
        say("Months, median", "Mois, médiane", lang),
        say("Months, 90 %", "Mois, 90 %", lang),
        say("Cost, median", "Coût, médiane", lang),
        say("Cost, 90 %", "Coût, 90 %", lang),
    ]
    rows = []
    whole = np.ones(sample.n, bool)
    groups = [(say("All", "Tous", lang), whole)]
    names, counts = np.unique(outcomes, return_counts=True)
    groups += [(str(name), outcomes == name) for name in names[np.argsort(-counts)]]
    for label, mine in groups:
        known = lasted[mine][np.isfinite(lasted[mine])]
        months = np.quantile(known, (0.5, 0.9)).tolist() if known.size else [None, None]
        cost = np.quantile(spent[mine], (0.5, 0.9)).tolist()
        cells = [
            label,
            i18n.percent(float(mine.mean()), lang, 1),
            *(i18n.number(m, lang) if m is not None else "–" for m in months),
            *(i18n.money(c, lang) for c in cost),
        ]
        rows.append(dict(zip(heads, cells, strict=True)))
    return rows


def _labels(lang: str) -> Any:
    from sojourn.flow import stages

    network = stages.load()
    edges = {e.name: e.label.fr if lang == "fr" else e.label.en for e in network.edges}
    names = {s.name: s.label.fr if lang == "fr" else s.label.en for s in network.stages}

    def label(name: str) -> str:
        if name in edges:
            return edges[name]
        stage = names[name.split(": ")[1]]
        return say("still waiting: ", "encore en attente : ", lang) + stage

    return label
