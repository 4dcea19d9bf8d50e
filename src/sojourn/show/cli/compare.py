"""`sojourn compare`: what the second scenario changes, member by member on common draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sojourn.inputs import months
from sojourn.inputs import series as declared
from sojourn.show import cells as cells_of
from sojourn.show import i18n, sentences
from sojourn.show.cli import options
from sojourn.show.cli.emit import emit
from sojourn.show.cli.run import simulated, yearly_of
from sojourn.show.i18n import say

if TYPE_CHECKING:
    import polars as pl
    from rich.console import RenderableType

    from sojourn.inference.result import Result
    from sojourn.inputs.scenario import Scenario

First = Annotated[
    str,
    typer.Argument(metavar="A", help=say("The scenario compared with.", "Scénario de référence.")),
]
Second = Annotated[
    str, typer.Argument(metavar="B", help=say("The other scenario.", "L'autre scénario."))
]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain",
        help=say(
            "Split the difference into the changes that cause it.",
            "Répartir la différence entre les changements qui la causent.",
        ),
    ),
]


def compare(
    a: First,
    b: Second,
    explain: Explain = False,
    members: options.Members = 200,
    seed: options.Seed = 0,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    set_: options.Set = None,
    series: options.Series = None,
    by: options.By = None,
    quantiles: options.Quantiles = None,
    fiscal: options.Fiscal = False,
    from_: options.From = None,
    until: options.Until = None,
    real: options.Real = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    options.real(real)
    levels = options.quantiles(quantiles)
    # --set changes both, so that the difference stays that of the two scenarios
    both = [options.scenario(name, set_) for name in (a, b)]
    if explain:
        _explain(both, members, seed, workers, series, from_, until, json, csv, parquet, lang)
        return
    ran = [
        simulated(
            one, members=members, seed=seed, workers=workers, cluster=cluster, series=series,
            by=by, quantiles=levels, from_=from_, until=until, lang=lang,
        )
        for one in both
    ]  # fmt: skip
    from sojourn.questions.compare import paired

    result = paired(ran[0], ran[1])
    rows = result.over("fiscal") if fiscal else result
    emit(
        rows.table(), json=json, csv=csv, parquet=parquet, lang=lang, record=dict(result.record),
        table=None if json else _table(result, both, members, fiscal, lang),
    )  # fmt: skip


def _explain(
    both: list[Scenario],
    members: int,
    seed: int,
    workers: int | None,
    series: str | None,
    from_: str | None,
    until: str | None,
    json: bool,
    csv: str | None,
    parquet: str | None,
    lang: str,
) -> None:
    """The difference year by year, split over the changes between the scenarios."""
    options.members(members)
    options.seed(seed)
    options.workers(workers)
    names = options.listed(series, tuple(declared.SERIES), "--series", "series")
    window = {
        name: months.text(options.month(text, f"--{option}"))
        for name, option, text in (("start", "from", from_), ("until", "until", until))
        if text is not None
    }
    from sojourn.questions import explain as question

    parts = question.explain(
        both[0],
        both[1],
        members=members,
        seed=seed,
        workers=workers,
        series=names or question.SERIES,
        **window,
    )
    headings = {
        "change": say("Change", "Changement", lang),
        "in_order": say("One by one", "Un par un", lang),
        "shapley": say("Mean over orders (Shapley)", "Moyenne des ordres (Shapley)", lang),
        "difference": say("All changes", "Tous les changements", lang),
    }
    emit(
        [vars(part) for part in parts], json=json, csv=csv, parquet=parquet, lang=lang,
        title=say("What causes the difference", "Ce qui cause la différence", lang),
        headings=headings,
    )  # fmt: skip


def _table(
    result: Result, both: list[Scenario], members: int, fiscal: bool, lang: str
) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from sojourn.show.cli import yearly

    by_year = yearly_of(result, fiscal) or result
    names = [one.title_fr if lang == "fr" else one.title for one in both]
    first, last = months.text(result.periods.first), months.text(result.periods.last)
    count = i18n.number(members, lang)
    title = say(f"{names[1]} minus {names[0]} · {first} – {last} · {count} members",
                f"{names[1]} moins {names[0]} · {first} – {last} · {count} membres",
                lang)  # fmt: skip
    frame = by_year.table()
    lines = [Text(line) for line in stated(frame, lang, names)]
    return Group(yearly.yearly(cells_of.cells(frame), lang, title, signed=True), *lines)


def stated(frame: pl.DataFrame, lang: str, names: list[str]) -> list[str]:
    """The difference in sentences, for the last year shown."""
    found = cells_of.cells(frame)
    said = []
    for name in ("rpd.pending", "rpd.wait_new", "claims", "removals", "cost"):
        by_date = found.get(cells_of.key(name), {})
        dates = [date for date, cell in by_date.items() if cell.exists]
        if dates:
            at = dates[-1]
            said.append(sentences.difference(name, by_date[at], at, lang, names[1], names[0]))
    return said


compare.__doc__ = say(
    """Difference between two scenarios (B minus A) on the same draws, with its interval.

    Each member of A is paired with the member of B that has the same draws.
    --explain splits the difference into the changes that cause it.

    Examples:

      sojourn compare baseline rpd-80000

      sojourn compare baseline rpd-80000 --series rpd.pending,cost --fiscal --json

      sojourn compare baseline mine.toml --explain
    """,
    """Différence entre deux scénarios (B moins A) sur les mêmes tirages.

    Chaque membre de A est apparié au membre de B qui a les mêmes tirages.
    --explain répartit la différence entre les changements qui la causent.

    Exemples :

      sojourn compare baseline rpd-80000 --lang fr

      sojourn compare baseline rpd-80000 --series rpd.pending,cost --fiscal --json

      sojourn compare baseline mien.toml --explain
    """,
)
