"""Tables of published figures as a person reads them: values, disagreements, gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from sojourn.inputs import figures as published
from sojourn.inputs import months, sources
from sojourn.inputs.figures import DIMENSIONS, Declared, Figure, Gap
from sojourn.show.i18n import number, say

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = 12
"""Conflicts and gaps shown under a table; --json has them all."""


def overview(lang: str, day: date | None = None) -> list[dict[str, Any]]:
    """One row for each series: label, unit, span and numbers of figures, conflicts and gaps."""
    rows = []
    for series in published.series_names():
        held = [f for f in published.rows(series) if day is None or f.available <= day]
        if not held:
            continue
        declared = published.declared(series)
        keys = Counter(figure.key for figure in held)
        units = Counter(figure.unit for figure in held)
        rows.append({
            "series": series,
            "label": declared.label_fr if lang == "fr" else declared.label,
            "unit": ", ".join(unit for unit, _ in units.most_common(3)),
            "start": min(figure.start for figure in held).isoformat(),
            "end": max(figure.end for figure in held).isoformat(),
            "figures": len(keys),
            "conflicts": sum(count > 1 for count in keys.values()),
            "gaps": len([gap for gap in published.gaps(series) if day is None or gap.start <= day]),
            "sources": len({figure.source_id for figure in held}),
        })  # fmt: skip
    return rows


def row(figure: Figure) -> dict[str, Any]:
    """A figure as a plain mapping with the columns of the files, and its period in words."""
    figure = published.shown(figure)
    flat = {name: getattr(figure, name) for name in published.COLUMNS}
    days = {name: flat[name].isoformat() for name in ("start", "end", "available")}
    return {**flat, **days, "period": period_text(figure.start, figure.end)}


def gap_row(gap: Gap) -> dict[str, Any]:
    """A gap as a plain mapping, its dimensions by name."""
    dims = dict(zip(DIMENSIONS, gap.dims, strict=True))
    days = {"start": gap.start.isoformat(), "end": gap.end.isoformat()}
    return {**dims, **days, "period": gap.period, "reason": gap.reason}


def period_text(start: date, end: date) -> str:
    """The period as a person writes it: 2024, 2023-24, 2024-08, 2024-Q3, a day, or both days."""
    kind = published.period_of(start, end)
    month = months.of_day(start)
    if kind == "day":
        return start.isoformat()
    if kind == "month":
        return months.text(month)
    if kind == "year":
        return str(start.year)
    if kind == "fiscal_year":
        return months.fiscal_year(month)
    if kind == "quarter":
        return f"{start.year}-Q{start.month // 3 + 1}"
    return f"{start.isoformat()} – {end.isoformat()}"


def newest(chosen: Iterable[Figure]) -> str | None:
    """The last period with a value, in words."""
    held = [figure for figure in chosen if figure.value is not None]
    last = max(held, key=lambda figure: (figure.end, figure.start), default=None)
    return None if last is None else period_text(last.start, last.end)


def _late(last: str | None, late: date, lang: str) -> str:
    return say(
        f"Late: the newest period held is {last}; by the stated lag the next was due {late}.",
        f"En retard : la dernière période est {last}; selon le délai déclaré, la suivante était"
        f" attendue le {late}.", lang,
    )  # fmt: skip


def dimensions(series: str) -> dict[str, list[str]]:
    """Values stated in the series, by dimension."""
    held = published.rows(series)
    stated = {name: sorted({getattr(f, name) for f in held} - {""}) for name in DIMENSIONS}
    stated["period"] = sorted({figure.period for figure in held})
    return {name: values for name, values in stated.items() if values}


def overview_table(listed: list[dict[str, Any]], lang: str) -> Table:
    table = _table(
        say("Published series", "Séries publiées", lang),
        (say("Series", "Série", lang), say("What", "Objet", lang), say("Unit", "Unité", lang),
         say("From", "Du", lang), say("To", "Au", lang)),
        (say("Figures", "Chiffres", lang), say("Conflicts", "Conflits", lang),
         say("Gaps", "Lacunes", lang)),
    )  # fmt: skip
    for line in listed:
        counts = (number(line[name], lang) for name in ("figures", "conflicts", "gaps"))
        unit = line["unit"] if len(line["unit"]) <= 30 else line["unit"][:29] + "…"
        table.add_row(line["series"], line["label"], unit, line["start"], line["end"], *counts)
    return table


def report(
    declared: Declared, chosen: Iterable[Figure], rivals: list[list[Figure]], lacking: list[Gap],
    late: date | None, lang: str,
) -> Any:  # fmt: skip
    from rich.console import Group
    from rich.text import Text

    chosen = list(chosen)
    definition = declared.definition_fr if lang == "fr" else declared.definition
    lag = say(
        f"Stated lag of publication: {declared.lag_days} days ({declared.lag_reason}).",
        f"Délai de publication déclaré : {declared.lag_days} jours ({declared.lag_reason_fr}).",
        lang,
    )  # fmt: skip
    parts: list[Any] = [Text(definition), Text(lag, style="dim"), Text()]
    title = f"{declared.label_fr if lang == 'fr' else declared.label} ({declared.series})"
    none = say("No figure is held of this.", "Aucun chiffre n'est détenu à ce sujet.", lang)
    parts.append(_figures_table(title, chosen, lang) if chosen else Text(f"{title}: {none}"))
    if late is not None:
        parts += [Text(), Text(_late(newest(chosen), late, lang), style="bold")]
    parts += [Text(), _more(declared, chosen, lang)]
    shown = {_dims(figure) for figure in chosen}
    if rivals:
        parts += [Text(), _conflicts_table(rivals, shown, lang)]
    if lacking:
        parts += [Text(), _gaps_table(lacking, shown, lang)]
    return Group(*parts)


def _figures_table(title: str, chosen: list[Figure], lang: str) -> Table:
    dims = [name for name in DIMENSIONS if len({getattr(f, name) for f in chosen}) > 1]
    ranged = any(published.shown(f).low is not None for f in chosen)
    units = {figure.unit for figure in chosen}
    one_unit = len(units) == 1
    caption = f"{title}, {next(iter(units))}" if one_unit else title
    table = _table(
        caption,
        (say("Period", "Période", lang), *(_heading(name, lang) for name in dims)),
        (say("Value", "Valeur", lang), *((say("Low", "Bas", lang), say("High", "Haut", lang))
         if ranged else ())),
    )  # fmt: skip
    if not one_unit:
        table.add_column(say("Unit", "Unité", lang))
    table.add_column(say("Known from", "Connu le", lang), no_wrap=True)
    table.add_column("Source")
    for figure in map(published.shown, chosen):
        value = _value(figure, lang)
        ends = (_number(figure.low, lang), _number(figure.high, lang)) if ranged else ()
        unit = () if one_unit else (figure.unit,)
        table.add_row(
            period_text(figure.start, figure.end), *(getattr(figure, name) for name in dims),
            value, *ends, *unit, figure.available.isoformat(), figure.source_id,
        )  # fmt: skip
    return table


def _more(declared: Declared, chosen: list[Figure], lang: str) -> Any:
    from rich.text import Text

    held = published.rows(declared.series)
    names = sorted({s.publisher for s in map(sources.source, {f.source_id for f in chosen})})
    cited = "; ".join(names[:6]) + ("; …" if len(names) > 6 else "")
    line = say("Sources", "Sources", lang) + f": {cited}." if names else ""
    rest = len({figure.key for figure in held}) - len(chosen)
    if rest > 0:
        split = ", ".join(f"--{name}" for name in dimensions(declared.series))
        more = number(rest, lang)
        line += " " + say(
            f"{more} more figures of other dimensions or periods: {split}, or --all.",
            f"{more} autres chiffres d'autres dimensions ou périodes : {split}, ou --all.", lang,
        )  # fmt: skip
    return Text(line.strip(), style="dim")


def _conflicts_table(rivals: list[list[Figure]], shown: set[tuple[str, ...]], lang: str) -> Table:
    differing = [group for group in rivals if len({f.value for f in group}) > 1]
    same = len(rivals) - len(differing)
    # what the table above shows comes first, then totals before parts, the newest of each
    differing.sort(key=lambda group: group[0].end, reverse=True)
    differing.sort(key=lambda group: (_dims(group[0]) not in shown, _depth(_dims(group[0]))))
    caption = say(
        f"Figures given by several sources: {number(len(differing), lang)} on which they"
        f" disagree, {number(same, lang)} on which they agree",
        f"Chiffres donnés par plusieurs sources : {number(len(differing), lang)} sur lesquels"
        f" elles se contredisent, {number(same, lang)} sur lesquels elles s'accordent", lang,
    )  # fmt: skip
    columns = (
        say("Period", "Période", lang), say("Of", "De", lang), say("Used", "Utilisé", lang),
        say("Not used, and why", "Écartés, et pourquoi", lang),
    )  # fmt: skip
    table = _table(caption, columns, ())
    for group in differing[:SHOWN]:
        first = group[0]
        others = "\n".join(f"{_said(f, lang)}: {_why(f, lang)}" for f in group[1:])
        period = period_text(first.start, first.end)
        table.add_row(period, _name(_dims(first), lang), _said(first, lang), others)
    _and_more(table, len(differing) - SHOWN, lang)
    return table


def _gaps_table(lacking: list[Gap], shown: set[tuple[str, ...]], lang: str) -> Table:
    by_cell: dict[tuple[tuple[str, ...], str, str], list[Gap]] = {}
    for gap in lacking:
        by_cell.setdefault((gap.dims, gap.period, gap.reason), []).append(gap)
    columns = (say("Of", "De", lang), say("Why", "Raison", lang), say("Periods", "Périodes", lang))
    table = _table(say("Gaps", "Lacunes", lang), columns, ())
    order = sorted(
        by_cell.items(), key=lambda cell: (cell[0][0] not in shown, _depth(cell[0][0]), cell[0])
    )
    for (dims, period, reason), held in order[:SHOWN]:
        spans = [period_text(gap.start, gap.end) for gap in held]
        periods = ", ".join(spans[:4]) + (f", … ({len(spans)})" if len(spans) > 4 else "")
        table.add_row(_name(dims, lang), _reason(reason, period, lang), periods)
    _and_more(table, len(order) - SHOWN, lang)
    return table


def _dims(figure: Figure) -> tuple[str, ...]:
    return figure.key[3:]


def _depth(dims: tuple[str, ...]) -> int:
    return sum(map(bool, dims))


def _name(dims: tuple[str, ...], lang: str) -> str:
    return ", ".join(filter(None, dims)) or say("total", "total", lang)


def _and_more(table: Table, more: int, lang: str) -> None:
    if more > 0:
        count = number(more, lang)
        table.add_row(say(f"{count} more: --json", f"{count} de plus : --json", lang))


def _table(title: str, texts: Iterable[str], numbers: Iterable[str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _heading(name: str, lang: str) -> str:
    from sojourn.show.tables import heading

    return heading(name, lang)


def _number(value: float | None, lang: str) -> str:
    if value is None:
        return "–"
    digits = 0 if value == int(value) else 3 if abs(value) < 10 else 2
    return number(value, lang, digits)


def _value(figure: Figure, lang: str) -> str:
    """The number, or why there is none."""
    if figure.value is not None:
        return _number(figure.value, lang)
    if figure.missing == "suppressed":
        return say("suppressed", "supprimé", lang)
    return say("none", "aucun", lang) if figure.low is None and figure.high is None else "–"


def _said(figure: Figure, lang: str) -> str:
    return f"{_value(published.shown(figure), lang)} ({figure.source_id})"


_WHY_FR = {
    "same figure as ": "même chiffre que ",
    "publisher's own figure preferred": "le chiffre de l'éditeur lui-même est préféré",
    "rounded, partial or superseded": "arrondi, partiel ou remplacé",
    "published figure preferred": "le chiffre publié est préféré",
    "later release preferred": "la version plus récente est préférée",
    "another release is preferred": "une autre version est préférée",
    "a sum with suppressed cells as 0, or second hand": "somme où les cellules supprimées valent 0,"
    " ou de seconde main",
    "the figure that the published cohort totals reproduce is preferred": "le chiffre que les"
    " totaux publiés reproduisent est préféré",
}


def _why(figure: Figure, lang: str) -> str:
    """Why a figure is not used: the end of its note, in words."""
    note = figure.note
    if "not used, " not in note:
        return note
    why = note.split("not used, ")[-1].split(":")[0]
    if lang == "fr":
        for english, french in _WHY_FR.items():
            why = why.replace(english, french)
    return why


_REASONS = {
    "suppressed": ("suppressed by the publisher", "supprimé par l'éditeur"),
    "not_published": ("not published", "non publié"),
    "not_collected": ("not collected", "non recueilli"),
}
_NO_ROW = {
    "day": ("no count held", "aucun dénombrement"),
    "month": ("no month held", "aucun mois"),
    "quarter": ("no quarter held", "aucun trimestre"),
    "year": ("no year held", "aucune année"),
    "fiscal_year": ("no fiscal year held", "aucun exercice"),
}


def _reason(reason: str, period: str, lang: str) -> str:
    return say(*(_REASONS[reason] if reason in _REASONS else _NO_ROW[period]), lang)
