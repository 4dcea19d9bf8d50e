"""`sojourn figures`: the published series, with what they disagree on and what they lack."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sojourn.inputs import figures as published
from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.show import published as tables
from sojourn.show.cli import options
from sojourn.show.cli.emit import emit, show
from sojourn.show.i18n import say

Series = Annotated[
    str | None,
    typer.Argument(
        metavar="[SERIES]",
        help=say(
            "A series such as rpd.pending; none lists them all.",
            "Une série, p. ex. rpd.pending; sans série, la liste.",
        ),
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help=say(
            "Only what was known on this day, from the version then current.",
            "Seulement ce qui était connu ce jour-là, dans la version alors en cours.",
        ),
    ),
]
Period = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="KIND",
        help=say(
            "month, quarter, year, fiscal_year, day, other or '*' for all.",
            "month, quarter, year, fiscal_year, day, other ou '*' pour toutes.",
        ),
    ),
]
All = Annotated[
    bool,
    typer.Option(
        "--all",
        help=say(
            "Every row: all dimensions, periods and versions, used or not.",
            "Chaque ligne : toutes les dimensions, périodes et versions, utilisées ou non.",
        ),
    ),
]


def _filter(name: str) -> Any:
    help_ = say(
        f"This {name}; '*' for every one without the total.",
        f"Cette valeur de {name}; '*' pour chacune sans le total.",
    )
    return typer.Option(f"--{name}", metavar="VALUE", help=help_)


def figures(
    series: Series = None,
    as_of: AsOf = None,
    mode: Annotated[str | None, _filter("mode")] = None,
    province: Annotated[str | None, _filter("province")] = None,
    nationality: Annotated[str | None, _filter("nationality")] = None,
    stage: Annotated[str | None, _filter("stage")] = None,
    payer: Annotated[str | None, _filter("payer")] = None,
    item: Annotated[str | None, _filter("item")] = None,
    period: Period = None,
    all_: All = False,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    asked = {
        "mode": mode, "province": province, "nationality": nationality, "stage": stage,
        "payer": payer, "item": item,
    }  # fmt: skip
    dims: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    day = None if as_of is None else months.parse_day(as_of, where="--as-of", field="day")
    if series is None:
        _refuse_filters(dims, period, all_)
        listed = tables.overview(lang, day)
        table = None if json or csv == "-" else tables.overview_table(listed, lang)
        emit(listed, json=json, csv=csv, parquet=parquet, lang=lang, table=table)
        return
    declared = published.declared(series)
    if all_:
        _refuse_filters(dims, period, False)
        chosen = tuple(f for f in published.rows(series) if day is None or f.available <= day)
    else:
        chosen = published.select(series, day, period=period, **dims)
    rivals = [
        kept
        for group in published.conflicts(series)
        if len(kept := [f for f in group if day is None or f.available <= day]) > 1
    ]
    # lateness is told of the main figures, not of a breakdown that one source happens to give
    main = not dims and period is None and not all_
    late = published.late_from(series, day) if main else None
    lacking = [gap for gap in published.gaps(series) if day is None or gap.start <= day]
    if json or csv or parquet:
        rows = [tables.row(figure) for figure in chosen]
        whole = {
            "series": series,
            "label": declared.label_fr if lang == "fr" else declared.label,
            "definition": declared.definition_fr if lang == "fr" else declared.definition,
            "lag_days": declared.lag_days,
            "lag_reason": declared.lag_reason_fr if lang == "fr" else declared.lag_reason,
            "as_of": as_of,
            "newest": tables.newest(chosen),
            "late_from": late.isoformat() if late else None,
            "rows": rows,
            "dimensions": tables.dimensions(series),
            "conflicts": [[tables.row(figure) for figure in group] for group in rivals],
            "gaps": [{"series": series, **tables.gap_row(gap)} for gap in lacking],
        }
        quiet = json or csv == "-"
        emit(
            whole, json=json, csv=csv, parquet=parquet, lang=lang,
            table=None if quiet else tables.report(declared, chosen, rivals, lacking, late, lang),
        )  # fmt: skip
    else:
        show(tables.report(declared, chosen, rivals, lacking, late, lang), lang=lang)


figures.__doc__ = say(
    """The published series, their conflicts and their gaps.

    Without a series, lists them all. With one, shows its main figures (totals
    of its main definition and period), then where sources disagree and what is
    missing. Several sources for one figure are all kept; one is used and the
    note of each other says why not.

    Examples:

      sojourn figures

      sojourn figures rpd.pending

      sojourn figures claims --as-of 2023-12-31

      sojourn figures claims --mode '*' --json

      sojourn figures rpd.accepted --nationality HTI

      sojourn figures cost.unit --all --csv unit-costs.csv
    """,
    """Les séries publiées, leurs conflits et leurs lacunes.

    Sans série, en donne la liste. Avec une série, montre ses chiffres
    principaux (totaux de sa définition et de sa période principales), puis là
    où les sources se contredisent et ce qui manque. Plusieurs sources d'un
    même chiffre sont toutes gardées; une seule est utilisée, et la note de
    chacune des autres dit pourquoi.

    Exemples :

      sojourn figures --lang fr

      sojourn figures rpd.pending --lang fr

      sojourn figures claims --as-of 2023-12-31 --lang fr

      sojourn figures claims --mode '*' --json
    """,
)


def _refuse_filters(dims: dict[str, Any], period: str | None, all_: bool) -> None:
    for name, value in (*dims.items(), ("period", period), ("all", all_ or None)):
        if value is not None:
            raise InputError(f"--{name}", name, value, "a series named before it, without --all")
