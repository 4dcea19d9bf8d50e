"""A result as blocks for a page: heading, sentence, chart, table behind it, sources, assumptions.

The report and the explorer show the same blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sojourn.inputs import figures, months, sources
from sojourn.inputs import series as declared
from sojourn.inputs.dimensions import PAYERS, Label
from sojourn.inputs.parameters import Parameters, Row
from sojourn.inputs.sources import Source
from sojourn.show import cells as cells_of
from sojourn.show import charts, i18n, sentences
from sojourn.show.cells import Cell, Key

if TYPE_CHECKING:
    import polars as pl

ORDER = (
    "rpd.pending", "rpd.wait_new", "claims", "referred", "rpd.finalised", "rpd.wait_finalised",
    "rpd.wait_projected", "rpd.accepted", "rpd.rejected", "rpd.withdrawn", "rpd.age_under_12",
    "rpd.age_over_24", "eligibility.pending", "ineligible", "returned_to_us", "interceptions",
    "rad.filed", "rad.finalised", "rad.allowed", "rad.pending", "court.pending", "prra.pending",
    "removals", "removals.failed_claimants", "pr.admitted", "pr.pending", "shelter.occupied",
    "without_status", "us.without_status",
)  # fmt: skip
"""Series in the order in which a reader meets them."""

BOUGHT = ("rpd.accepted", "pr.admitted", "returned_to_us", "removals", "rpd.pending", "pr.pending")
"""Outcomes that stand beside every cost."""

Table = tuple[list[str], list[list[str]]]
"""Headings and lines of a table, as text."""


@dataclass(frozen=True)
class Block:
    """One chart with everything around it. `charts` holds one specification for each size."""

    name: str
    title: str
    definition: str
    sentence: str
    published: str
    charts: tuple[charts.Spec, ...]
    table: Table
    sources: tuple[Source, ...]
    assumed: tuple[Row, ...]
    band_only: bool


def title(name: str, lang: str) -> str:
    """A series' name in words."""
    spec = declared.get(name)
    return spec.fr if lang == "fr" else spec.en


@lru_cache(maxsize=1)
def since() -> int:
    """First month that no published claims cover: from here on intake is a continuation."""
    last = max(f.end for f in figures.select("claims") if f.value is not None)
    return months.of_day(last) + 1


def assumptions(series: str, params: Parameters) -> tuple[Row, ...]:
    """Assumed parameters of the series' family (court.* for court.pending), latest row of each."""
    family = series.split(".")[0]
    return tuple(
        rows[-1]
        for name, rows in sorted(params.rows.items())
        if name.split(".")[0] == family and rows[-1].kind == "assumed"
    )


@lru_cache(maxsize=128)
def published_sources(series: str) -> tuple[Source, ...]:
    """Sources of the published figures that stand beside a series."""
    if series not in figures.registry():
        return ()
    ids = {f.source_id for f in figures.select(series, period="*") if f.value is not None}
    return tuple(sources.source(one) for one in sorted(ids))


def reference_points(name: str, drawn: Mapping[str, Cell]) -> list[charts.Point]:
    """Points of a series of another scenario, for `of_series`."""
    return charts.points(drawn, _scale(name))


def _scale(name: str) -> float:
    return {"share": 0.01}.get(declared.get(name).unit, 1.0)


def of_series(
    name: str,
    month: Mapping[str, Cell],
    year: Mapping[str, Cell],
    lang: str,
    *,
    params: Parameters,
    reference: Sequence[charts.Point] = (),
    reference_name: str = "",
    heading: str = "",
    when: str = "",
    sizes: Sequence[tuple[int, int]] = (charts.WIDE, charts.NARROW),
    tabled: bool = True,
) -> Block:
    """The block of one series in one cell from its monthly and its yearly cells.

    Flows are drawn by year, stocks and means by month; `reference`: points (`reference_points`) of
    the same cells of another scenario, monthly or yearly as drawn; `when`: the year the sentence
    speaks of.
    """
    spec = declared.get(name)
    by_month = spec.over_year != "sum" and bool(month)
    drawn = month if by_month else year
    told = year or month
    at = when if when in told else (last_modelled(told) or "")
    label = heading or title(name, lang)
    start = months.text(since()) if by_month else str(months.year(since()))
    scale = _scale(name)
    assumed = assumptions(name, params)
    points = charts.points(drawn, scale)
    made = tuple(
        charts.fan(
            points, lang,
            observed=[(d, c.observed) for d, c in drawn.items() if c.observed is not None],
            reference=reference, reference_name=reference_name,
            since=start if at_or_after(drawn, start) else None,
            assumed=[row.name for row in assumed], unit=unit_words(name, lang), scale=scale,
            digits=1 if spec.unit == "months" else 0, line=not spec.range_only, size=size,
        )
        for size in sizes
    )  # fmt: skip
    sentence = sentences.state(name, told[at], at, lang) if at else ""
    return Block(
        name=name,
        title=label,
        definition=spec.definition_fr if lang == "fr" else spec.definition_en,
        sentence=sentence,
        published=sentences.published(name, told, lang),
        charts=made,
        table=series_table(name, told, lang) if tabled else ([], []),
        sources=published_sources(name),
        assumed=assumed,
        band_only=spec.range_only,
    )


def thin(by_date: Mapping[str, Cell]) -> dict[str, Cell]:
    """Quarter ends and published months: what a chart shows of a monthly stock."""
    return {date: cell for date, cell in by_date.items() if drawn(date, cell.observed is not None)}


def drawn(date: str, published: bool) -> bool:
    """Whether a chart shows a month."""
    return published or date[5:7] in ("03", "06", "09", "12")


def at_or_after(by_date: Mapping[str, Cell], start: str) -> bool:
    """Whether the model reaches the date at all."""
    return any(cell.exists and date[:7] >= start for date, cell in by_date.items())


def last_modelled(by_date: Mapping[str, Cell]) -> str | None:
    """The last date with a modelled value."""
    dates = [date for date, cell in by_date.items() if cell.exists]
    return dates[-1] if dates else None


def unit_words(name: str, lang: str) -> str:
    """The unit as a chart's axis says it; flows are by year there."""
    spec = declared.get(name)
    words = {
        "persons": Label("Persons", "Personnes"),
        "months": Label("Months", "Mois"),
        "share": Label("Per cent", "Pour cent"),
        "CAD": Label("Dollars", "Dollars"),
    }[spec.unit]
    text = words.fr if lang == "fr" else words.en
    if spec.over_year == "sum":
        text += i18n.say(" a year", " par an", lang)
    return text


def series_table(name: str, by_date: Mapping[str, Cell], lang: str) -> Table:
    """The table behind a chart: date, median, 5 % and 95 %, published."""
    spec = declared.get(name)
    digits = {"months": 1, "share": 2}.get(spec.unit, 0)
    seen = any(cell.observed is not None for cell in by_date.values())
    head = [i18n.say("Year", "Année", lang)]
    if not spec.range_only:
        head.append(i18n.say("Median", "Médiane", lang))
    head += ["5 %", "95 %"] if lang == "fr" else ["5%", "95%"]
    if seen:
        head.append(i18n.say("Published", "Publié", lang))
    lines = []
    for date, cell in by_date.items():
        values = [] if spec.range_only else [cell.mid]
        values += [cell.low, cell.high]
        if seen:
            values.append(cell.observed)
        lines.append([date, *(i18n.number(v, lang, digits) for v in values)])
    return head, lines


def cost_charts(
    found: Mapping[Key, Mapping[str, Cell]], lang: str, since_year: str
) -> tuple[charts.Spec, charts.Spec]:
    """Yearly cost by payer as stacked bars, wide and narrow."""
    wide, narrow = (
        cost_chart(found, lang, since_year, size) for size in (charts.WIDE, charts.NARROW)
    )
    return wide, narrow


def cost_chart(
    found: Mapping[Key, Mapping[str, Cell]], lang: str, since_year: str, size: tuple[int, int]
) -> charts.Spec:
    """Yearly cost by payer as stacked bars, mean over members."""
    names = {p: (label.fr if lang == "fr" else label.en) for p, label in PAYERS.items()}
    rows = [
        {"year": date, "part": payer, "value": cell.mean}
        for payer, by_date in cells_of.parts(found, "cost", "payer").items()
        for date, cell in by_date.items()
        if cell.mean is not None
    ]
    unit = i18n.say("Billions of dollars a year", "Milliards de dollars par an", lang)
    return charts.stack(
        rows, lang, names=names, unit=unit, scale=1e9, digits=2, since=since_year, size=size
    )


def cost_table(found: Mapping[Key, Mapping[str, Cell]], lang: str) -> Table:
    """Yearly cost by payer in millions, mean with the total's interval."""
    by_payer = cells_of.parts(found, "cost", "payer")
    payers = [payer for payer in PAYERS if payer in by_payer]
    total = found.get(cells_of.key("cost"), {})
    head = [i18n.say("Year", "Année", lang)]
    head += [PAYERS[p].fr if lang == "fr" else PAYERS[p].en for p in payers]
    head += [
        i18n.say("Total", "Total", lang),
        *(["5 %", "95 %"] if lang == "fr" else ["5%", "95%"]),
    ]
    lines = []
    for date in dict.fromkeys(d for by_date in (*by_payer.values(), total) for d in by_date):
        line = [date]
        for values in (*(by_payer[p] for p in payers), total):
            line.append(_millions(values.get(date, Cell()).mean, lang))
        whole = total.get(date, Cell())
        lines.append([*line, _millions(whole.low, lang), _millions(whole.high, lang)])
    return head, lines


def bought_table(found: Mapping[Key, Mapping[str, Cell]], lang: str) -> Table:
    """What the money of each year bought: protected, settled, returned, removed, still waiting."""
    names = [name for name in BOUGHT if cells_of.key(name) in found]
    head = [i18n.say("Year", "Année", lang)]
    head += [declared.get(n).fr if lang == "fr" else declared.get(n).en for n in names]
    columns = [found[cells_of.key(name)] for name in names]
    dates = dict.fromkeys(d for by_date in columns for d, c in by_date.items() if c.exists)
    lines = [
        [date, *(i18n.number(by_date.get(date, Cell()).mid, lang) for by_date in columns)]
        for date in dates
    ]
    return head, lines


def _millions(value: float | None, lang: str) -> str:
    return i18n.number(None if value is None else value / 1e6, lang)


def parameter_table(params: Parameters, kinds: Sequence[str], lang: str) -> Table:
    """Parameters of some kinds: name, from, value, range, unit, source, note."""
    head = [i18n.say(en, fr, lang) for en, fr in (
        ("Parameter", "Paramètre"), ("From", "Dès"), ("Value", "Valeur"), ("Range", "Intervalle"),
        ("Unit", "Unité"), ("Source", "Source"), ("Note", "Note"))]  # fmt: skip
    lines = []
    for name in sorted(params.rows):
        for row in params.rows[name]:
            if row.kind not in kinds:
                continue
            spread = "–" if row.low == row.high else f"{plain(row.low)}–{plain(row.high)}"
            lines.append([name, months.text(row.start), plain(row.value), spread, row.unit,
                          row.source_id, row.note])  # fmt: skip
    return head, lines


def plain(value: float) -> str:
    """A parameter's value as it is written in its table."""
    return f"{value:.10g}"


def used_sources(params: Parameters, series: Sequence[str]) -> tuple[Source, ...]:
    """Every source behind a page: of its published figures and of every parameter."""
    ids = {row.source_id for rows in params.rows.values() for row in rows}
    ids |= {s.source_id for name in series for s in published_sources(name)}
    known = sources.load()
    return tuple(known[one] for one in sorted(ids) if one in known)


def shown_series(frame: pl.DataFrame) -> list[str]:
    """Series of a long table in the order a reader meets them, cost last."""
    present = set(frame["series"].unique())
    return [name for name in ORDER if name in present]
