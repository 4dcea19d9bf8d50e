"""The table that `sojourn run` prints: a year a line, intervals below, published beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sojourn.inputs import series as declared
from sojourn.inputs.dimensions import PAYERS, Label
from sojourn.show import cells as cells_of
from sojourn.show import i18n
from sojourn.show.cells import Cell, Key
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

SHORT: dict[str, Label] = {
    "claims": Label("Claims", "Demandes"),
    "referred": Label("Referred", "Déférées"),
    "rpd.finalised": Label("Finalised", "Réglées"),
    "rpd.pending": Label("Pending", "En instance"),
    "rpd.wait_finalised": Label("Wait, finalised", "Attente, réglées"),
    "rpd.wait_new": Label("Wait, new claim", "Attente, nouvelle"),
    "removals": Label("Removed", "Renvoyées"),
    "pr.admitted": Label("Settled (PR)", "Établies (RP)"),
}
"""Columns of the people tables, in order, with headings that fit."""

FIRST = ("claims", "referred", "rpd.finalised", "rpd.pending")

MONEY = 1e6


def yearly(
    found: Mapping[Key, Mapping[str, Cell]], lang: str, title: str = "", *, signed: bool = False
) -> Group:
    """Tables of people and of money by year, from the cells of a yearly result (`show.cells`).

    signed: values are differences, written with their sign; nothing is published beside them.
    """
    from rich.console import Group
    from rich.text import Text

    if signed:
        found = _moved(found)
    people = {
        name: found[cells_of.key(name)] for name in SHORT if cells_of.key(name) in found
    } or _others(found)
    shown: list[object] = [Text(title, style="bold")] if title else []
    first = {name: by_date for name, by_date in people.items() if name in FIRST}
    for part in (first, {n: c for n, c in people.items() if n not in first}):
        if part:
            shown.append(_table(part, lang))
    money = _money(found)
    if money:
        shown.append(_money_table(money, lang))
    cities = cells_of.parts(found, "shelter.occupied", "item")
    if cities:
        words = say("In shelter at year end", "Personnes hébergées en fin d'année", lang)
        shown.append(Text(words, style="bold"))
        shown.append(_table(cities, lang, names={c: Label(c, c) for c in cities}))
    if not (people or money or cities):
        nothing = say("no difference", "aucune différence", lang)
        shown.append(Text(nothing if signed else say("no rows", "aucune ligne", lang)))
    shown.append(Text(_legend(lang, signed), style="dim"))
    return Group(*shown)  # type: ignore[arg-type]


def _others(found: Mapping[Key, Mapping[str, Cell]]) -> dict[str, Mapping[str, Cell]]:
    """Totals of whatever else was asked for with --series."""
    totals = {k[0]: by_date for k, by_date in found.items() if not any(k[1:]) and k[0] != "cost"}
    return dict(list(totals.items())[:6])


def _moved(found: Mapping[Key, Mapping[str, Cell]]) -> dict[Key, Mapping[str, Cell]]:
    """The cells of the dates and series at which anything differs at all."""
    moved = {
        date
        for by_date in found.values()
        for date, cell in by_date.items()
        if any(value for value in (cell.mean, cell.low, cell.high))
    }
    kept: dict[Key, Mapping[str, Cell]] = {
        k: {d: c for d, c in by_date.items() if d in moved} for k, by_date in found.items()
    }
    return {
        k: by_date
        for k, by_date in kept.items()
        if any(cell.mean or cell.low or cell.high for cell in by_date.values())
    }


def _legend(lang: str, signed: bool) -> str:
    if signed:
        return say(
            "Median of the paired differences (costs: mean); 90% of the members lie in the range"
            " below it.",
            "Médiane des différences appariées (coûts : moyenne); 90 % des membres sont dans"
            " l'intervalle dessous.",
            lang,
        )
    return say(
        "Median over members (costs: mean, so that payers add up); 90% of the members lie in the"
        " range below it. Published: figures as published, where they exist.",
        "Médiane des membres (coûts : moyenne, pour que les payeurs s'additionnent); 90 % des"
        " membres sont dans l'intervalle dessous. Publié : chiffres publiés, là où ils existent.",
        lang,
    )


def _table(
    columns: Mapping[str, Mapping[str, Cell]],
    lang: str,
    *,
    names: Mapping[str, Label] | None = None,
) -> Table:
    labels = names or SHORT
    table = _new("", lang)
    digits = {}
    for name, by_date in columns.items():
        spec = declared.SERIES.get(name)
        unit = spec.unit if spec else "persons"
        digits[name] = {"months": 1, "share": 2}.get(unit, 0)
        label = labels.get(name) or (Label(spec.en, spec.fr) if spec else Label(name, name))
        heading = label.fr if lang == "fr" else label.en
        if unit == "months":
            heading += say(" (months)", " (mois)", lang)
        table.add_column(heading, justify="right", overflow="fold")
        if any(cell.observed is not None for cell in by_date.values()):
            table.add_column(say("published", "publié", lang), justify="right", style="cyan")
    for date in _dates(columns.values()):
        line: list[str | Text] = [date]
        for name, by_date in columns.items():
            cell = by_date.get(date, Cell())
            line.append(_value(cell, lang, digits[name]))
            if any(one.observed is not None for one in by_date.values()):
                line.append(i18n.number(cell.observed, lang, digits[name]))
        table.add_row(*line)
    return table


def _money(found: Mapping[Key, Mapping[str, Cell]]) -> dict[str, Mapping[str, Cell]]:
    by_payer = cells_of.parts(found, "cost", "payer")
    ordered = {payer: by_payer[payer] for payer in PAYERS if payer in by_payer}
    total = found.get(cells_of.key("cost"))
    return {**ordered, **({"total": total} if total else {})}


def _money_table(columns: Mapping[str, Mapping[str, Cell]], lang: str) -> Table:
    table = _new(say("Cost, millions of dollars", "Coût, millions de dollars", lang), lang)
    for name in columns:
        label = PAYERS.get(name) or Label("Total", "Total")
        table.add_column(label.fr if lang == "fr" else label.en, justify="right", overflow="fold")
    for date in _dates(columns.values()):
        line: list[str | Text] = [date]
        for by_date in columns.values():
            line.append(_value(by_date.get(date, Cell()), lang, 0, MONEY))
        table.add_row(*line)
    return table


def _new(title: str, lang: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", title_style="bold",
                  box=box.SIMPLE_HEAD, pad_edge=False)  # fmt: skip
    table.add_column(say("Year", "Année", lang), no_wrap=True)
    return table


def _dates(columns: Iterable[Mapping[str, Cell]]) -> list[str]:
    return sorted({date for by_date in columns for date, cell in by_date.items() if cell.exists})


def _value(cell: Cell, lang: str, digits: int, scale: float = 1.0) -> Text:
    """The middle, and below it the interval where that is wider than one part in a hundred."""
    from rich.text import Text

    told = cell.mid if scale == 1.0 else cell.mean
    if told is None and cell.low is not None and cell.high is not None:
        return Text(_range(cell.low, cell.high, lang, digits, scale))
    text = Text(_shown(told, lang, digits, scale))
    if cell.low is None or cell.high is None or told is None:
        return text
    if cell.high - cell.low <= 0.01 * abs(told):
        return text
    return text.append("\n" + _range(cell.low, cell.high, lang, digits, scale), style="dim")


def _range(low: float, high: float, lang: str, digits: int, scale: float) -> str:
    """An interval that fits a column: in thousands where both ends have five figures."""
    if low / scale >= 10_000 or (low >= 0 and high / scale >= 100_000):
        return f"{_shown(low, lang, 0, scale * 1000)}–{_shown(high, lang, 0, scale * 1000)} k"
    ends = [_shown(value, lang, digits, scale) for value in (low, high)]
    return (say(" to ", " à ", lang) if low < 0 else "–").join(ends)


def _shown(value: float | None, lang: str, digits: int, scale: float) -> str:
    return i18n.number(None if value is None else value / scale, lang, digits)
