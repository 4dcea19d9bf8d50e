"""The report of a run: one self-contained HTML file, with tables and the run record beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from sojourn.inputs import months
from sojourn.show import blocks, charts, files, i18n, sentences
from sojourn.show import cells as cells_of
from sojourn.show.cells import Cell, Key
from sojourn.show.i18n import catalogue, say

if TYPE_CHECKING:
    import jinja2
    import polars as pl
    from markupsafe import Markup

    from sojourn.inference.result import Result
    from sojourn.inputs.scenario import Scenario

TEMPLATES = "show/templates"
LARGE = ("rpd.pending", "rpd.wait_new", "claims")
"""Series whose charts are large; the others stand two abreast."""
HEADLINES = ("claims", "rpd.pending", "rpd.wait_new", "removals", "pr.admitted", "without_status")
AHEAD = 5
"""Years past the last published claims that the sentences speak of, or the last year shown."""


@dataclass(frozen=True)
class Pages:
    """What a report is made of. `kind` is the year of its tables: year or fiscal."""

    scenario: Scenario
    monthly: Result
    yearly: Result | None
    record: Mapping[str, Any]
    lang: str
    kind: str


def write(folder: str, pages: Pages, table: pl.DataFrame) -> None:
    """Write report.html, rows.csv, rows.parquet, years.csv and record.json as whole files.

    Everything is made before the first file is written. Raises InputError for a folder that
    cannot be written to.
    """
    import io

    place = files.folder(folder)
    page = html(pages)
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    files.write_bytes(place / "rows.parquet", buffer.getvalue())
    files.write_text(place / "rows.csv", table.write_csv())
    if pages.yearly is not None:
        files.write_text(place / "years.csv", pages.yearly.table().write_csv())
    files.write_text(place / "record.json", record_text(pages.record) + "\n")
    files.write_text(place / "report.html", page)


def html(pages: Pages) -> str:
    """The report as one HTML document that needs nothing else."""
    lang = pages.lang
    monthly = cells_of.of_result(pages.monthly)
    yearly = cells_of.of_result(pages.yearly) if pages.yearly is not None else monthly
    params = pages.scenario.parameters()
    names = blocks.shown_series((pages.yearly or pages.monthly).table())
    when = spoken_year(yearly, pages.kind)
    made = []
    for name in names:
        for key in sorted(k for k in yearly if k[0] == name and plain_cell(k)):
            part = " · ".join(code for code in key[1:] if code)
            spec_title = blocks.title(name, lang) + (f" · {part}" if part else "")
            month = blocks.thin(monthly.get(key, {}))
            made.append(
                blocks.of_series(
                    name, month, yearly[key], lang, params=params, heading=spec_title, when=when
                )
            )
    shown = [shown_block(block, number) for number, block in enumerate(made)]
    cost = cost_section(yearly, lang, when)
    scenario = pages.scenario
    text: str = template("report.html", lang).render(
        lang=lang,
        title=scenario.title_fr if lang == "fr" else scenario.title,
        description=scenario.description_fr if lang == "fr" else scenario.description,
        heading=heading(pages),
        changes=[change.text() for change in scenario.changes],
        summary=summary(yearly, lang, when, cost),
        blocks=shown,
        cost=cost,
        continuation=continuation(lang),
        assumed_table=blocks.parameter_table(params, ("assumed",), lang),
        other_table=blocks.parameter_table(params, ("law", "observed", "estimated"), lang),
        sources=blocks.used_sources(params, names),
        record=pages.record,
        record_text=record_text(pages.record),
        css=markup(stylesheet()),
        plain=blocks.plain,
    )
    return text


def plain_cell(key: Key) -> bool:
    """Totals, and the splits that a report shows as charts of their own (cities)."""
    return not any(key[1:6])


def shown_block(block: blocks.Block, number: int) -> dict[str, Any]:
    """A block with its charts drawn: two sizes of the large ones, the small one of the others."""
    large = block.name in LARGE
    label = f"{block.title}. {block.sentence}"
    wide = image(block.charts[0], label) if large else ""
    narrow = image(block.charts[1], label)
    return {**vars(block), "wide": wide, "narrow": narrow, "id": f"series-{number}"}


def image(spec: charts.Spec, label: str = "") -> Markup:
    """A chart drawn as one image with a text alternative; without one, hidden from readers.

    Vega gives the marks inside a drawing roles of their own, which would be read one by one.
    """
    from markupsafe import Markup

    drawn = markup(charts.svg(spec).replace("<svg ", '<svg aria-hidden="true" ', 1))
    if not label:
        return drawn
    return Markup('<div role="img" aria-label="{}">{}</div>').format(label, drawn)


def spoken_year(yearly: Mapping[Key, Mapping[str, Cell]], kind: str) -> str:
    """The year that sentences speak of: five after the last published claims, or the last."""
    month = blocks.since() + 12 * AHEAD
    wanted = months.fiscal_year(month) if kind == "fiscal" else str(months.year(month))
    dates = sorted({d for by_date in yearly.values() for d, c in by_date.items() if c.exists})
    if not dates or wanted in dates:
        return wanted
    return dates[-1]


def summary(
    yearly: Mapping[Key, Mapping[str, Cell]], lang: str, when: str, cost: Mapping[str, Any] | None
) -> list[str]:
    """The few sentences that a reader takes away."""
    said = []
    for name in HEADLINES:
        cell = yearly.get(cells_of.key(name), {}).get(when)
        if cell is not None and cell.exists:
            said.append(sentences.state(name, cell, when, lang))
    if cost:
        said.append(cost["sentence"])
    return said


def cost_section(
    yearly: Mapping[Key, Mapping[str, Cell]], lang: str, when: str
) -> dict[str, Any] | None:
    """The cost by payer: sentence, charts, table, and the outcomes beside it."""
    total = yearly.get(cells_of.key("cost"), {})
    by_payer = cells_of.parts(yearly, "cost", "payer")
    if not total and not by_payer:
        return None
    at = {payer: by_date[when] for payer, by_date in by_payer.items() if when in by_date}
    sentence = sentences.costs(at, total.get(when, Cell()), when, lang)
    specs = blocks.cost_charts(yearly, lang, str(months.year(blocks.since())))
    drawn = [image(spec, sentence) for spec in specs]
    return {
        "sentence": sentence,
        "wide": drawn[0],
        "narrow": drawn[1],
        "table": blocks.cost_table(yearly, lang),
        "bought": blocks.bought_table(yearly, lang),
    }


def continuation(lang: str) -> str:
    """What is assumed about claims after the last published month."""
    start = i18n.month(blocks.since(), lang)
    return say(
        f"Claims are those published until {start}; from then on they follow a stated continuation"
        " whose spread is part of every interval.",
        f"Les demandes sont celles publiées jusqu'en {start}; ensuite, elles suivent une"
        " continuation déclarée dont la dispersion fait partie de chaque intervalle.",
        lang,
    )


def heading(pages: Pages) -> str:
    """Months shown, members and seed."""
    result, lang = pages.monthly, pages.lang
    first, last = (i18n.month(m, lang) for m in (result.periods.first, result.periods.last))
    count = i18n.number(result.members.shape[2], lang)
    seed = pages.record.get("seed", 0)
    return say(
        f"{first} to {last}, {count} members, seed {seed}",
        f"De {first} à {last}, {count} membres, graine {seed}",
        lang,
    )


def record_text(record: Mapping[str, Any]) -> str:
    """The run record as indented JSON."""
    return json.dumps(record, ensure_ascii=False, indent=1, sort_keys=False, default=str)


def markup(text: str) -> Markup:
    """Text of our own that is not to be escaped: a style sheet, a drawing."""
    from markupsafe import Markup

    return Markup(text)


@lru_cache(maxsize=2)
def stylesheet(name: str = "base.css") -> str:
    """A style sheet of the package; the base is what report and pages share."""
    path = resources.files("sojourn").joinpath(f"{TEMPLATES}/{name}")
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=2)
def environment(lang: str) -> jinja2.Environment:
    """The template environment of a language: everything escaped, undefined names refused."""
    import jinja2

    env = jinja2.Environment(
        loader=jinja2.PackageLoader("sojourn", TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["_"] = catalogue.gettext(lang)
    return env


def template(name: str, lang: str) -> jinja2.Template:
    """A template of the package in a language."""
    return environment(lang).get_template(name)
