"""`sojourn compare`: what the second scenario changes, member by member on common draws."""

from __future__ import annotations

from typing import Annotated

import typer

from sojourn.inputs import months
from sojourn.show import i18n, sentences
from sojourn.show import cells as cells_of
from sojourn.show.cli import options
from sojourn.show.cli.emit import emit, show
from sojourn.show.cli.run import simulated, yearly_of
from sojourn.show.i18n import say

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
        from sojourn.show.cli import explained

        explained.explain(
            both[0], both[1], members=members, seed=seed, workers=workers, series=series,
            from_=from_, until=until, json=json, csv=csv, parquet=parquet, lang=lang,
        )  # fmt: skip
        return
    ran = [
        simulated(
            one, members=members, seed=seed, workers=workers, cluster=cluster, series=series,
            by=by, quantiles=levels, from_=from_, until=until, lang=lang,
        )
        for one in both
    ]  # fmt: skip
    from sojourn.questions import compare as question

    result = question.paired(ran[0], ran[1])
    rows = result.over("fiscal") if fiscal else result
    emit(
        rows.table(), json=json, csv=csv, parquet=parquet, lang=lang, record=dict(result.record),
        table="",
    )  # fmt: skip
    if json or csv == "-":
        return
    from sojourn.show.cli import yearly

    by_year = yearly_of(result, fiscal) or result
    names = [one.title_fr if lang == "fr" else one.title for one in both]
    first, last = months.text(result.periods.first), months.text(result.periods.last)
    count = i18n.number(members, lang)
    title = say(f"{names[1]} minus {names[0]} · {first} – {last} · {count} members",
                f"{names[1]} moins {names[0]} · {first} – {last} · {count} membres",
                lang)  # fmt: skip
    show(yearly.yearly(by_year.table(), lang, title, signed=True))
    for line in stated(by_year.table(), lang, names):
        show(line)


def stated(frame: object, lang: str, names: list[str]) -> list[str]:
    """The difference in sentences, for the last year shown."""
    found = cells_of.cells(frame)  # type: ignore[arg-type]
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
