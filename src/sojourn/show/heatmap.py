"""A heat-map of one measure of a grid: two levers across, one panel for each of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sojourn.inputs import series as declared
from sojourn.inputs.dimensions import MODES, NATIONALITIES, PAYERS, PROVINCES
from sojourn.questions.grid import Grid, Measure
from sojourn.show import charts, i18n
from sojourn.show.i18n import say

PANEL = (430, 300)
"""Pixels of the map of one panel."""

PALE, DARK = "#eaf2f8", "#004a77"


def spec(grid: Grid, measure: Measure, middle: Sequence[float | None], lang: str) -> charts.Spec:
    """Vega-Lite specification; `middle` has one number a cell, in the grid's order.

    The first lever runs across and the second up; scenarios and further levers make panels. With
    one lever the scenarios run up.
    """
    across = grid.levers[0] if grid.levers else None
    up = grid.levers[1] if len(grid.levers) > 1 else None
    rows = [_row(grid, number, value, lang) for number, value in enumerate(middle)]
    known = [row["value"] for row in rows if row["value"] is not None]
    scale, unit = _scale(max((abs(v) for v in known), default=0.0), measure, lang)
    for row in rows:
        row["value"] = None if row["value"] is None else charts.rounded(row["value"] / scale)
    digits = 0 if not known or max(abs(v) for v in known) / scale >= 20 else 1
    for row in rows:
        row["words"] = i18n.number(row["value"], lang, digits) if row["value"] is not None else "–"
    shown = [row["value"] for row in rows if row["value"] is not None]
    # from here on white reads better than ink on the colour of the cell
    dark = min(shown) + 0.65 * (max(shown) - min(shown)) if shown else 0.0
    frame = charts.framed(lang, PANEL, *_titles(grid, measure, unit, lang))
    frame.pop("autosize")
    frame["padding"] = 12
    frame["config"]["axisY"] = {"titlePadding": 10}
    frame["config"]["view"] = {"stroke": None}
    width, height = frame.pop("width"), frame.pop("height")
    x = _axis("x", across.name if across else None, rows)
    y = _axis("y", up.name if up else None, rows)
    cell: charts.Spec = {
        "width": width,
        "view": {"stroke": None},
        "height": max(46, min(height, 46 * len({row["y"] for row in rows}))),
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "paper", "strokeWidth": 2},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {
                        "field": "value",
                        "type": "quantitative",
                        "title": unit,
                        "scale": {"range": [PALE, DARK], "zero": False},
                        "legend": None,
                    },
                },
            },
            {
                "mark": {"type": "text", "fontSize": 12},
                "encoding": {
                    "x": x,
                    "y": y,
                    "text": {"field": "words"},
                    "color": {
                        "condition": {"test": f"datum.value > {dark}", "value": "#ffffff"},
                        "value": "#1c2430",
                    },
                },
            },
        ],
    }
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    frame["data"] = {"name": "rows", "values": rows}
    if len(panels) == 1:
        return {**frame, **cell}
    frame["facet"] = {
        "field": "panel", "type": "nominal", "sort": panels, "title": None,
        "header": {"labelFontSize": 13, "labelAnchor": "start", "labelColor": "ink"},
    }  # fmt: skip
    return {**frame, "columns": 2 if len(panels) > 1 else 1, "spec": cell}


def _row(grid: Grid, number: int, value: float | None, lang: str) -> dict[str, Any]:
    cell = grid.cell(number)
    words = [i18n.number(v, lang, _digits(v)) for v in cell.values]
    rest = [f"{lever.name} {word}" for lever, word in zip(grid.levers[2:], words[2:], strict=True)]
    base = next(s for s in grid.scenarios if s.name == cell.base)
    title = base.title_fr if lang == "fr" else base.title
    if len(grid.levers) > 1:
        panel = " · ".join(([title] if len(grid.scenarios) > 1 else []) + rest)
        up = words[1]
        order = cell.values[1]
    else:
        panel, up, order = "", title, -float(grid.scenarios.index(base))
    return {
        "x": words[0] if words else "",
        "y": up,
        "x_order": cell.values[0] if words else 0.0,
        "y_order": order,
        "panel": panel,
        "value": value,
    }


def code_label(code: str, lang: str) -> str:
    """A dimension's code in words; one that has none (a city, a stage) as it is."""
    for table in (MODES, PAYERS, PROVINCES, NATIONALITIES):
        if code in table and code != "other":
            return table[code].fr if lang == "fr" else table[code].en
    return code


def _axis(which: str, title: str | None, rows: Sequence[dict[str, Any]]) -> charts.Spec:
    ordered = sorted(rows, key=lambda row: row[f"{which}_order"], reverse=which == "y")
    axis: charts.Spec = {"labelAngle": 0, "grid": False, "ticks": False, "domain": False}
    if which == "y":
        axis["labelLimit"] = 320
    return {
        "field": which,
        "type": "ordinal",
        "title": title,
        "sort": list(dict.fromkeys(row[which] for row in ordered)),
        "axis": axis,
    }


def _digits(value: float) -> int:
    return 0 if value == round(value) else 2


def _scale(top: float, measure: Measure, lang: str) -> tuple[float, str]:
    unit = declared.get(measure.row.series).unit
    words = {
        "persons": say("persons", "personnes", lang),
        "months": say("months", "mois", lang),
        "share": say("share", "part", lang),
        "CAD": say("dollars", "dollars", lang),
    }.get(unit, unit)
    if unit == "CAD" and top >= 1e6:
        return 1e6, say("millions of dollars", "millions de dollars", lang)
    if unit == "persons" and top >= 1e5:
        return 1e3, say("thousands of persons", "milliers de personnes", lang)
    return 1.0, words


def _titles(grid: Grid, measure: Measure, unit: str, lang: str) -> tuple[str, str]:
    series = declared.get(measure.row.series)
    name = series.fr if lang == "fr" else series.en
    cell = ", ".join(code_label(code, lang) for code in measure.row.cell.values())
    date = measure.period.labels[0]
    return (
        f"{name}{f' ({cell})' if cell else ''}, {date}",
        say(f"{unit}; median of {grid.members} members", f"{unit}; médiane de {grid.members}"
            " membres", lang),
    )  # fmt: skip
