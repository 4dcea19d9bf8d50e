"""What the other pages show, read from the same functions as the command line."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sojourn.inputs import figures as figures_of
from sojourn.inputs import months, parameters, sources
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.show import blocks, charts, report, statement_pages, tables
from sojourn.show import cells as cells_of
from sojourn.show.i18n import say
from sojourn.show.web import levers, outlook, text
from sojourn.show.web.engine import Engine

if TYPE_CHECKING:
    from sojourn.questions.ledger import Entry

_checking = threading.Lock()

ROWS = 400
"""Rows of a series shown on its page; its files hold all."""


def cities(engine: Engine, lang: str) -> list[blocks.Block]:
    """People in shelter by city and month, with published counts."""
    result = engine.run(
        Scenario.load("baseline"), members=engine.settings.released, start=months.FIRST,
        until=levers.UNTIL, series=("shelter.occupied",), quantiles=outlook.QUANTILES,
    )  # fmt: skip
    monthly = cells_of.cells(result.table())
    yearly = cells_of.cells(result.over("year", outlook.QUANTILES).table())
    params = Scenario.load("baseline").parameters()
    made = []
    named = [key for key in sorted(monthly) if any(key[1:])]
    # one city alone would only repeat the total
    for key in [*([cells_of.key("shelter.occupied")] if len(named) > 1 else []), *named]:
        every = say("All cities", "Toutes les villes", lang)
        name = next((part for part in key[1:] if part), every)
        made.append(
            blocks.of_series(
                key[0], blocks.thin(monthly[key]), yearly.get(key, {}), lang, params=params,
                heading=name, when=str(months.year(blocks.since()) + 1),
            )
        )  # fmt: skip
    return made


def ledger() -> tuple[Entry, ...]:
    """Every statement with its verdict, worked out once for a process."""
    with _checking:  # some verdicts run the model: visitors who come at once wait for one answer
        return _ledger()


@lru_cache(maxsize=1)
def _ledger() -> tuple[Entry, ...]:
    from sojourn.questions import ledger as question

    return question.ledger()


def statements(lang: str) -> dict[str, Any]:
    """The cards of all statements and how many have each verdict."""
    address = f"/{lang}/statements/{{id}}"
    return {
        "rows": statement_pages.listed(ledger(), lang, address),
        "counts": statement_pages.counts(ledger(), lang),
    }


def statement(name: str, lang: str, host: str) -> dict[str, Any] | None:
    """One statement as its page shows it, ClaimReview included, or None for an unknown one."""
    from sojourn.questions import ledger as question

    for entry in ledger():
        if entry.statement.id == name:
            url = f"{host}/{lang}/statements/{name}"
            return statement_pages.view(entry, lang, url=url, past=question.past())
    return None


def quality(lang: str) -> dict[str, Any]:
    """The score sheet as written by `sojourn validate --write`, and what is known to be off."""
    found: dict[str, Any] = {}
    for key, name in (("sheet", "validation"), ("limits", "limits")):
        known = name in text.names()
        found[key] = known
        found[f"{key}_html"] = report.markup(text.below(text.read(name, lang))) if known else ""
    return found


def figure_list(lang: str) -> list[dict[str, Any]]:
    """Series of figures with what a reader needs to choose one."""
    return list(_figure_list(lang))


@lru_cache(maxsize=2)
def _figure_list(lang: str) -> tuple[dict[str, Any], ...]:
    found = []
    for name, one in figures_of.registry().items():
        rows = figures_of.rows(name)
        if not rows:
            continue
        found.append({
            "name": name, "label": one.label_fr if lang == "fr" else one.label, "rows": len(rows),
            "first": str(min(row.start for row in rows)), "last": str(max(row.end for row in rows)),
            "available": str(max(row.available for row in rows)), "lag": one.lag_days,
            "conflicts": len(figures_of.conflicts(name)), "gaps": len(figures_of.gaps(name)),
        })  # fmt: skip
    return tuple(found)


def figure(series: str, as_of: str, lang: str) -> dict[str, Any] | None:
    """One series: its rows (as of a day), conflicts, gaps and sources; None for an unknown one."""
    if series not in figures_of.registry():
        return None
    one = figures_of.declared(series)
    chosen = figures_of.select(series, as_of or None, period="*")
    known = sources.load()
    every = figures_of.rows(series)
    head = [say(en, fr, lang) for en, fr in (("Period", "Période"), ("Of what", "De quoi"),
            ("Value", "Valeur"), ("Unit", "Unité"), ("Kind", "Genre"),
            ("Available", "Disponible"), ("Source", "Source"))]  # fmt: skip
    lines = [_figure_line(row, lang) for row in chosen[-ROWS:]]
    rivals = [
        [[*_figure_line(row, lang), _use(row, lang)] for row in group]
        for group in figures_of.conflicts(series)[-40:]
    ]
    french = lang == "fr"
    return {
        "series": series, "definition": one.definition_fr if french else one.definition,
        "lag": one.lag_days, "lag_reason": one.lag_reason_fr if french else one.lag_reason,
        "as_of": as_of, "table": (head, lines),
        "label": one.label_fr if lang == "fr" else one.label, "left": len(chosen) - len(lines),
        "head": head, "rivals": rivals, "gaps": figures_of.gaps(series)[-60:],
        "sources": [known[s] for s in sorted({row.source_id for row in every}) if s in known],
    }  # fmt: skip


def _figure_line(row: figures_of.Figure, lang: str) -> list[str]:
    of = " ".join(getattr(row, name) for name in figures_of.DIMENSIONS if getattr(row, name))
    period = str(row.end) if row.start == row.end else f"{row.start} – {row.end}"
    value = row.missing.replace("_", " ") if row.value is None else tables.cell(row.value, lang)
    return [period, of, value, row.unit, row.kind, str(row.available), row.source_id]


def _use(row: figures_of.Figure, lang: str) -> str:
    return say("used", "utilisé", lang) if row.used else row.note


def documents(lang: str) -> list[text.Document]:
    """Every document, the plain ones first."""
    first = ("how-it-works", "limits", "model-card", "validation", "arrivals", "costs", "law",
             "glossary")  # fmt: skip
    names = text.names()
    ordered = [n for n in first if n in names] + [n for n in names if n not in first]
    return [text.read(name, lang) for name in ordered if not name.endswith(".fr")]


def break_even(
    engine: Engine, lever: str, series: str, op: str, value: str, month: str, chance: str, lang: str
) -> dict[str, Any]:
    """The form of the question and, once a lever is named, its answer with the chart."""
    known = sorted(parameters.load().rows)
    found: dict[str, Any] = {
        "levers": [one.name for one in levers.levers() if not one.switch], "all": known,
        "series_list": [(s.name, blocks.title(s.name, lang)) for s in declared.SERIES.values()
                        if not s.range_only],
        "asked": {"lever": lever or "rpd.capacity", "series": series, "op": op, "value": value,
                  "month": month, "probability": chance},
        "answer": None, "chart": None, "sentence": "", "command": "",
    }  # fmt: skip
    if not lever:
        return found
    try:
        probability = float(chance)
    except ValueError:
        raise InputError("query", "probability", chance, "a number between 0 and 1") from None
    from sojourn.questions import solve as question
    from sojourn.show.cli import solve as words

    target = f"{series} {op} {value} @ {month}"
    with engine.room():
        answer = question.solve(
            Scenario.load("baseline"), lever, target, probability=probability, members=100
        )
    found["answer"] = answer.as_json()
    found["sentence"] = words.sentence(answer, lang)
    if answer.seen:
        found["chart"] = words.picture(answer, lang)
        found["narrow"] = charts.resized(found["chart"], charts.NARROW)
    found["command"] = (
        f"sojourn solve baseline --lever {lever} --target '{target}' --probability {chance}"
        " --members 100"
    )
    return found
