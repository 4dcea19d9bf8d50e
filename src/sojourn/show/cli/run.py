"""`sojourn run`: one scenario, by year on the terminal, by month in the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sojourn.inputs import months
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError
from sojourn.show import cells, i18n
from sojourn.show.cli import options, progress, quick
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from sojourn.inference.result import Result
    from sojourn.inputs.scenario import Scenario

RESUMED = 1024
"""From so many members on, `--out` also keeps the finished chunks, from which a rerun goes on."""

Keep = Annotated[
    str | None,
    typer.Option(
        "--keep",
        metavar="members",
        help=say(
            "Write every member too, as a Parquet dataset in the folder of --out.",
            "Écrire aussi chaque membre, en jeu Parquet dans le dossier de --out.",
        ),
    ),
]


def run(
    scenario: options.Name,
    members: options.Members = 200,
    seed: options.Seed = 0,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    time_limit: options.TimeLimit = None,
    set_: options.Set = None,
    series: options.Series = None,
    by: options.By = None,
    quantiles: options.Quantiles = None,
    fiscal: options.Fiscal = False,
    from_: options.From = None,
    until: options.Until = None,
    real: options.Real = None,
    out: options.Out = None,
    keep: Keep = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    options.real(real)
    chosen = options.scenario(scenario, set_)
    if keep not in (None, "members"):
        raise InputError("--keep", "keep", keep, "members")
    if keep and not out:
        raise InputError("--keep", "keep", keep, "a folder beside it: --out FOLDER")
    levels = options.quantiles(quantiles)
    ran = simulated(
        chosen, members=members, seed=seed, workers=workers, cluster=cluster, series=series, by=by,
        quantiles=levels, from_=from_, until=until, lang=lang, out=out, keep=keep,
        limit=options.time_limit(time_limit),
    )  # fmt: skip
    if ran.reused:
        count = i18n.number(ran.reused, lang)
        words = f"{count} finished chunks were there already", f"{count} lots étaient déjà finis"
        typer.echo(say(*words, lang), err=True)
    result = ran.over("fiscal") if fiscal else ran
    by_year = yearly_of(ran, fiscal)
    record = dict(result.record)
    title = chosen.title_fr if lang == "fr" else chosen.title
    if out:
        from sojourn.show import report

        kind = "fiscal" if fiscal else "year"
        pages = report.Pages(chosen, ran, by_year, record, lang, kind)
        report.write(out, pages, result.table())
        typer.echo(say("wrote", "écrit :", lang) + f" {out}/report.html", err=True)
    emit(
        result.table() if json or csv or parquet else [],
        json=json, csv=csv, parquet=parquet, lang=lang, record=record,
        table=None if json else _table(by_year, ran, lang, heading(title, ran, lang)),
    )  # fmt: skip


run.__doc__ = say(
    """Run a scenario from 2015 and show it by year, with published figures.

    The rows of --json, --csv and --parquet are monthly (with --fiscal by
    fiscal year): mean and quantiles over members, and observed values where
    a figure is published.

    Examples:

      sojourn run baseline

      sojourn run baseline --set rpd.capacity=80000@2026-01 --out report

      sojourn run baseline --series rpd.pending --by mode --csv pending.csv

      sojourn run baseline --fiscal --until 2031-03 --json
    """,
    """Exécuter un scénario depuis 2015 et le montrer par année, avec intervalles à 90 %.

    Les lignes de --json, --csv et --parquet sont mensuelles (avec --fiscal,
    par exercice) : moyenne et quantiles des membres, et valeurs observées là
    où un chiffre est publié.

    Exemples :

      sojourn run baseline --lang fr

      sojourn run baseline --set rpd.capacity=80000@2026-01 --out rapport --lang fr

      sojourn run baseline --series rpd.pending --by mode --csv instance.csv

      sojourn run baseline --fiscal --until 2031-03 --json
    """,
)


def simulated(
    scenario: Scenario,
    *,
    members: int,
    seed: int,
    workers: int | None = None,
    cluster: str | None = None,
    series: str | None = None,
    by: str | None = None,
    quantiles: tuple[float, ...] = options.QUANTILES,
    from_: str | None = None,
    until: str | None = None,
    lang: str = "en",
    out: str | None = None,
    keep: str | None = None,
    limit: float | None = None,
) -> Result:
    """The monthly result of a scenario, every option checked before anything runs."""
    options.members(members)
    options.seed(seed)
    options.workers(workers)
    first, last = options.span(from_, until)
    names = options.listed(series, tuple(declared.SERIES), "--series", "series")
    split = options.dimensions(by)
    folder: dict[str, Any] = {}
    if out:
        from sojourn.show import files

        files.folder(out)
        if keep or members >= RESUMED:
            folder = {"out": out, "keep": keep}
    quick.start()
    from sojourn.inference import ensemble

    with progress.line(lang) as report:
        return ensemble.run(
            scenario, members=members, seed=seed, start=first, until=last, workers=workers,
            series=names or None, by=split, quantiles=quantiles, cluster=cluster, progress=report,
            limit=limit, **folder,
        )  # fmt: skip


def yearly_of(result: Result, fiscal: bool) -> Result | None:
    """The result by year with the default quantiles, or None when no whole year is shown."""
    if result.periods.kind != "month":
        return result
    try:
        return result.over("fiscal" if fiscal else "year", options.QUANTILES)
    except InputError:
        return None


def _table(by_year: Result | None, result: Result, lang: str, title: str) -> Any:
    from sojourn.show.cli import yearly

    return yearly.yearly(cells.of_result(by_year or result), lang, title)


def heading(title: str, result: Result, lang: str) -> str:
    """The line above a table: scenario, months, members and seed."""
    members = i18n.number(result.members.shape[2], lang)
    first, last = months.text(result.periods.first), months.text(result.periods.last)
    return f"{title} · {first} – {last} · " + say(f"{members} members", f"{members} membres", lang)
