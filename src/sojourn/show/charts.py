"""One Vega-Lite specification for each kind of chart, drawn alike in report, docs and web.

Every function takes rows and a language and gives a specification as a plain dict, data inside:
no JavaScript runs to make one. `svg` and `png` draw it on the server; a browser draws the same
dict. Colours are CSS variables with a literal fallback in pages (`PAGE`), so that light and dark
follow the page, and literal in files (`LIGHT`).
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sojourn.inputs import months
from sojourn.show import i18n
from sojourn.show.i18n import say

Spec = dict[str, Any]
Row = Mapping[str, Any]

FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif'

LIGHT = {
    "ink": "#1c2430",
    "soft": "#5b6573",
    "grid": "#e4e8ee",
    "accent": "#0067a5",
    "other": "#b84a00",
    "observed": "#1c2430",
    "paper": "#ffffff",
    "c1": "#0067a5",
    "c2": "#b35f00",
    "c3": "#007a5a",
    "c4": "#a8457f",
    "c5": "#2f7fb5",
    "c6": "#7a6200",
}
"""Colours by role: one accent, and a palette after Okabe and Ito, dark enough to read as text."""

PAGE = {role: f"var(--chart-{role}, {colour})" for role, colour in LIGHT.items()}
"""The same roles as CSS variables, for a drawing that stands in a page."""

HOVER = "hover"
"""Name of the invisible layer that carries tooltips; drawings without a pointer go without."""

SERIES_ROLES = ("c1", "c2", "c3", "c4", "c5", "c6")
WIDE = (680, 300)
NARROW = (330, 250)
"""Width and height in pixels on a desktop and on a phone."""

BESIDE = 450
"""Narrower than this, parts are named in a legend above and not beside the bars."""


def day(value: object) -> str:
    """The day at which a date is drawn: a month at its first day, a year in its middle.

    Takes YYYY-MM, YYYY-MM-DD, YYYY, a date, or a month index.
    """
    if isinstance(value, int):
        return f"{months.text(value)}-01" if value > 9999 else f"{value}-07-01"
    text = str(value)
    if len(text) == 4:
        return f"{text}-07-01"
    return text[:10] if len(text) >= 10 else f"{text}-01"


def wide(rows: Iterable[Row], scale: float = 1.0) -> list[dict[str, Any]]:
    """Long rows of one series as one dict a date: `date`, `mid` and q05, q25, q75, q95 ...

    `mid` is the median, or the mean where no median is given. Values are divided by `scale` and
    rounded to what a chart can show.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        value = row["value"]
        if value is None or not math.isfinite(value):
            continue
        kind = row["output_type"]
        if kind == "quantile":
            name = f"q{round(float(row['output_type_id']) * 100):02d}"
        elif kind in ("mean", "point"):
            name = "mean"
        else:
            continue
        at = day(row["date"])
        found.setdefault(at, {"date": at})[name] = rounded(value / scale)
    for point in found.values():
        if "q50" in point or "mean" in point:
            point["mid"] = point.get("q50", point.get("mean"))
            point.pop("q50", None)
            point.pop("mean", None)
    return [found[at] for at in sorted(found)]


def rounded(value: float) -> float:
    """Four significant digits: more cannot be seen, and specifications stay small."""
    return float(f"{value:.5g}")


def about(value: float, lang: str, digits: int) -> str:
    """A value in words of a chart: three significant digits, by language."""
    return i18n.number(float(f"{value:.3g}"), lang, digits)


def fan(
    rows: Iterable[Row],
    lang: str,
    *,
    observed: Iterable[tuple[object, float]] = (),
    reference: Iterable[Row] = (),
    reference_name: str = "",
    since: object = None,
    assumed: Sequence[str] = (),
    unit: str = "",
    scale: float = 1.0,
    digits: int = 0,
    line: bool = True,
    zero: bool = True,
    title: str = "",
    subtitle: str = "",
    size: tuple[int, int] = WIDE,
) -> Spec:
    """A series over time: bands of 90 % and 50 % of the members, median line, published dots.

    rows: long rows of one series (`date, output_type, output_type_id, value`).
    observed: (date, value) published; reference: rows of another scenario, drawn as a dashed
    median; since: first month of the continuation that no data cover, marked; assumed: names of
    parameters it rests on that are assumptions, said on the chart; scale: divides the values
    (1e9 for billions); line: False for a series that is only ever a range.
    """
    points = wide(rows, scale)
    dots = [{"date": day(at), "value": rounded(v / scale)} for at, v in observed]
    other = wide(reference, scale)
    height = size[1]
    layers: list[Spec] = []
    if since is not None:
        layers += _since(day(since), lang)
    layers += [_band("q05", "q95", 0.16), _band("q25", "q75", 0.26)]
    axis = " · ".join(part for part in (unit, _assumed_words(assumed, lang, size[0])) if part)
    layers[0 if since is None else 2]["encoding"]["y"] |= {
        "title": axis,
        "scale": {"zero": zero, "nice": True},
        "axis": _value_axis(lang, min(digits, _axis_digits(highest(points))), height),
    }
    if line:
        layers.append(_reference())
        layers.append(
            {
                "mark": {"type": "line", "color": "accent", "strokeWidth": 2.2},
                "encoding": {"x": _time("date"), "y": {"field": "mid", "type": "quantitative"}},
            }
        )
    layers.append(_dots(lang, digits))
    layers += _labels()
    layers.append(_hover(lang, digits, line))
    spec = framed(lang, size, title, subtitle)
    spec["data"] = {"name": "rows"}
    spec["datasets"] = {
        "rows": points,
        "observed": dots,
        "reference": other,
        "labels": end_labels(points, lang, digits, line, other, reference_name, height),
    }
    spec["layer"] = layers
    return spec


def _dots(lang: str, digits: int) -> Spec:
    names = [say("Month", "Mois", lang), say("Published", "Publié", lang)]
    return {
        "data": {"name": "observed"},
        "mark": {"type": "point", "filled": True, "size": 16, "color": "observed", "opacity": 0.85},
        "encoding": {
            "x": _time("date"),
            "y": {"field": "value", "type": "quantitative"},
            "tooltip": _tips(lang, digits, [("date", "t"), ("value", "q")], names),
        },
    }


def highest(points: Iterable[Row]) -> float:
    """The largest value drawn."""
    return max((p[q] for p in points for q in ("q95", "mid") if p.get(q) is not None), default=0.0)


def _assumed_words(names: Sequence[str], lang: str, width: int) -> str:
    if not names:
        return ""
    shown = 3 if width >= BESIDE else 1
    more = len(names) - shown
    words = ", ".join(names[:shown]) + (f" +{more}" if more > 0 else "")
    return say(f"assumed: {words}", f"supposé : {words}", lang)


def _band(low: str, high: str, opacity: float) -> Spec:
    return {
        "mark": {"type": "area", "color": "accent", "opacity": opacity, "line": False},
        "encoding": {
            "x": _time("date"),
            "y": {"field": high, "type": "quantitative"},
            "y2": {"field": low},
        },
    }


def _reference() -> Spec:
    return {
        "data": {"name": "reference"},
        "mark": {"type": "line", "color": "soft", "strokeWidth": 1.6, "strokeDash": [5, 3]},
        "encoding": {"x": _time("date"), "y": {"field": "mid", "type": "quantitative"}},
    }


def _since(at: str, lang: str) -> list[Spec]:
    words = say("projected →", "projeté →", lang)
    here = {"values": [{"date": at, "words": words}]}
    x = _time("date")
    return [
        {
            "data": here,
            "mark": {"type": "rule", "color": "soft", "strokeDash": [2, 3], "strokeWidth": 1},
            "encoding": {"x": x},
        },
        {
            "data": here,
            "mark": {"type": "text", "align": "left", "dx": 4, "y": 2, "baseline": "top",
                     "color": "soft", "fontSize": 11},
            "encoding": {"x": x, "text": {"field": "words"}},
        },
    ]  # fmt: skip


def end_labels(
    points: Sequence[Row],
    lang: str,
    digits: int,
    line: bool,
    other: Sequence[Row],
    reference_name: str,
    height: int = WIDE[1],
) -> list[dict[str, Any]]:
    """Values of the last month, written beside the band instead of a legend."""
    if not points:
        return []
    last = points[-1]
    labels: list[tuple[float, str, bool, str]] = []
    for name, bold, role in (
        ("q95", False, "soft"),
        ("mid", True, "accent"),
        ("q05", False, "soft"),
    ):
        if last.get(name) is None or (name == "mid" and not line):
            continue
        labels.append((last[name], about(last[name], lang, digits), bold, role))
    if other and other[-1].get("mid") is not None:
        value = other[-1]["mid"]
        words = f"{reference_name} {about(value, lang, digits)}".strip()
        labels.append((value, words, False, "soft"))
    top = max(highest(points), highest(other)) or 1.0
    # a line of text takes about 15 pixels of the plot
    gap = top * 16 / (height - 60)
    placed = spread([label[0] for label in labels], gap)
    return [
        {"date": last["date"], "value": rounded(y), "words": words, "bold": bold, "colour": role}
        for y, (_, words, bold, role) in zip(placed, labels, strict=True)
    ]


def _labels() -> list[Spec]:
    return [
        {
            "data": {"name": "labels"},
            "transform": [{"filter": f"datum.bold === {str(bold).lower()}"}],
            "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12,
                     "fontWeight": 700 if bold else 400},
            "encoding": {
                "x": _time("date"),
                "y": {"field": "value", "type": "quantitative"},
                "text": {"field": "words"},
                "color": {"field": "colour", "type": "nominal", "scale": None},
            },
        }
        for bold in (False, True)
    ]  # fmt: skip


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Positions near the values, in the same order, at least `gap` apart: labels do not overlap."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    placed = [values[i] for i in order]
    for _ in range(60):
        moved = False
        for k in range(len(placed) - 1):
            lack = gap - (placed[k + 1] - placed[k])
            if lack > 1e-9:
                placed[k] -= lack / 2
                placed[k + 1] += lack / 2
                moved = True
        if not moved:
            break
    result = [0.0] * len(values)
    for k, i in enumerate(order):
        result[i] = placed[k]
    return result


def _hover(lang: str, digits: int, line: bool) -> Spec:
    fields = [("date", "t"), *([("mid", "q")] if line else []), ("q05", "q"), ("q95", "q")]
    names = [
        say("Month", "Mois", lang),
        *([say("Median", "Médiane", lang)] if line else []),
        say("5 % of members below", "5 % des membres sous", lang),
        say("5 % of members above", "5 % des membres au-dessus", lang),
    ]
    return {
        "name": HOVER,
        "mark": {"type": "rule", "color": "ink", "strokeWidth": 8, "opacity": 0},
        "encoding": {"x": _time("date"), "tooltip": _tips(lang, digits, fields, names)},
    }


def _tips(
    lang: str, digits: int, fields: Sequence[tuple[str, str]], names: Sequence[str]
) -> list[Spec]:
    tips: list[Spec] = []
    for (field, kind), name in zip(fields, names, strict=True):
        if kind == "t":
            tips.append(
                {"field": field, "timeUnit": "utcyearmonth", "format": "%B %Y", "title": name}
            )
        else:
            tips.append(
                {"field": field, "type": "quantitative", "format": f",.{digits}f", "title": name}
            )
    return tips


def stack(
    rows: Iterable[Mapping[str, Any]],
    lang: str,
    *,
    names: Mapping[str, str],
    unit: str = "",
    scale: float = 1.0,
    digits: int = 1,
    since: object = None,
    title: str = "",
    subtitle: str = "",
    size: tuple[int, int] = WIDE,
) -> Spec:
    """Parts of a whole by year as stacked bars, named beside the last bar.

    rows: `year` (any text), `part`, `value`; names: part -> words, in the order of stacking from
    the bottom; since: first year that is projected, its bars lighter.
    """
    table: list[dict[str, Any]] = [dict(row) for row in rows if row["value"] is not None]
    parts = [part for part in names if any(row["part"] == part for row in table)]
    years = list(dict.fromkeys(str(row["year"]) for row in table))
    values: list[dict[str, Any]] = [
        {
            "year": str(row["year"]),
            "part": names[row["part"]],
            "order": parts.index(row["part"]),
            "value": rounded(row["value"] / scale),
            "opacity": 0.62 if since is not None and str(row["year"]) >= str(since) else 1.0,
        }
        for row in table
        if row["part"] in names
    ]
    totals = {year: sum(v["value"] for v in values if v["year"] == year) for year in years}
    top = max(totals.values(), default=1.0) or 1.0
    spec = framed(lang, size, title, subtitle)
    spec["data"] = {"name": "rows"}
    colours = [SERIES_ROLES[i % len(SERIES_ROLES)] for i in range(len(parts))]
    legend = None
    if size[0] < BESIDE:
        legend = {
            "orient": "top",
            "title": None,
            "columns": 2,
            "symbolType": "square",
            "labelLimit": size[0] // 2,
            "offset": 26,
        }
    bars = {
        "mark": {"type": "bar", "width": {"band": 0.74}},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "sort": None, "title": None,
                  "axis": {"labelAngle": 0, "labelOverlap": "greedy", "ticks": False}},
            "y": {"field": "value", "type": "quantitative", "stack": "zero", "title": unit,
                  "axis": _value_axis(lang, _axis_digits(top), size[1])},
            "color": {"field": "part", "type": "nominal", "legend": legend,
                      "scale": {"domain": [names[p] for p in parts], "range": colours}},
            "opacity": {"field": "opacity", "type": "quantitative", "scale": None},
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": _tips_plain(lang, digits, unit),
        },
    }  # fmt: skip
    spec["layer"] = [bars, {
        "data": {"name": "labels"},
        "mark": {"type": "text", "align": "left", "fontSize": 12, "fontWeight": 600,
                 "dx": max(8, 0.4 * size[0] / max(1, len(years)) + 6)},
        "encoding": {"x": {"field": "year", "type": "ordinal"},
                     "y": {"field": "value", "type": "quantitative"},
                     "text": {"field": "words"},
                     "color": {"field": "colour", "type": "nominal", "scale": None}},
    }]  # fmt: skip
    labels = []
    if years and legend is None:
        last = {v["part"]: v["value"] for v in values if v["year"] == years[-1]}
        base, middles = 0.0, []
        for part in parts:
            value = last.get(names[part], 0.0)
            middles.append(base + value / 2)
            base += value
        for y, part, role in zip(spread(middles, 0.06 * top), parts, colours, strict=True):
            words = f"{names[part]} {i18n.number(last.get(names[part], 0.0), lang, digits)}"
            labels.append({"year": years[-1], "value": y, "words": words, "colour": role})
    spec["datasets"] = {"rows": values, "labels": labels}
    return spec


def _tips_plain(lang: str, digits: int, unit: str) -> list[Spec]:
    return [
        {"field": "year", "title": say("Year", "Année", lang)},
        {"field": "part", "title": say("Payer", "Payeur", lang)},
        {"field": "value", "type": "quantitative", "format": f",.{digits}f", "title": unit},
    ]


def ranking(
    rows: Iterable[Mapping[str, Any]],
    lang: str,
    *,
    label: str,
    value: str,
    low: str | None = None,
    high: str | None = None,
    unit: str = "",
    digits: int = 2,
    title: str = "",
    subtitle: str = "",
    size: tuple[int, int] = WIDE,
) -> Spec:
    """Horizontal bars, the largest first, each with its value and, where given, its interval.

    rows: mappings with the columns named by `label`, `value`, `low`, `high`.
    """
    table: list[dict[str, Any]] = [
        {
            "label": str(row[label]),
            "value": rounded(row[value]),
            "words": i18n.number(row[value], lang, digits),
            **({"low": rounded(row[low]), "high": rounded(row[high])} if low and high else {}),
        }
        for row in rows
        if row[value] is not None
    ]
    table.sort(key=lambda row: -row["value"])
    spec = framed(lang, (size[0], 34 * len(table) + 60), title, subtitle)
    spec["data"] = {"name": "rows", "values": table}
    y = {"field": "label", "type": "nominal", "sort": None, "title": None,
         "axis": {"labelLimit": size[0] // 2, "ticks": False, "domain": False,
                  "grid": False}}  # fmt: skip
    x = {"field": "value", "type": "quantitative", "title": unit,
         "axis": _value_axis(lang, digits, size[1])}  # fmt: skip
    spec["layer"] = [
        {"mark": {"type": "bar", "color": "accent", "height": {"band": 0.6}},
         "encoding": {"y": y, "x": x}},
        {"mark": {"type": "text", "align": "left", "dx": 5, "color": "ink", "fontSize": 12},
         "encoding": {"y": y, "x": {"field": "high" if low and high else "value",
                                    "type": "quantitative"}, "text": {"field": "words"}}},
    ]  # fmt: skip
    if low and high:
        spec["layer"].insert(
            1,
            {"mark": {"type": "rule", "color": "ink", "strokeWidth": 1.4},
             "encoding": {"y": y, "x": {"field": "low", "type": "quantitative"},
                          "x2": {"field": "high"}}},
        )  # fmt: skip
    return spec


def lever(
    rows: Iterable[Mapping[str, Any]],
    lang: str,
    *,
    target: float,
    found: float | None = None,
    x_title: str = "",
    y_title: str = "",
    digits: int = 0,
    title: str = "",
    subtitle: str = "",
    size: tuple[int, int] = WIDE,
) -> Spec:
    """An outcome against a lever: band and median by lever value, the target, the value found.

    rows: `lever`, `q05`, `q50`, `q95` of the outcome at each value of the lever.
    """
    points = [
        {
            "x": float(row["lever"]),
            **{q: rounded(row[q]) for q in ("q05", "q50", "q95") if row.get(q) is not None},
        }
        for row in rows
    ]
    x = {"field": "x", "type": "quantitative", "title": x_title, "scale": {"zero": False},
         "axis": _value_axis(lang, 0, size[1])}  # fmt: skip
    y = {"field": "q50", "type": "quantitative"}
    words = say("target", "cible", lang) + f" {i18n.number(target, lang, digits)}"
    spec = framed(lang, size, title, subtitle)
    spec["data"] = {"name": "rows", "values": points}
    spec["layer"] = [
        {"mark": {"type": "area", "color": "accent", "opacity": 0.18},
         "encoding": {"x": x, "y": {"field": "q95", "type": "quantitative", "title": y_title,
                                    "axis": _value_axis(lang, digits, size[1])},
                      "y2": {"field": "q05"}}},
        {"mark": {"type": "line", "color": "accent", "strokeWidth": 2.2},
         "encoding": {"x": x, "y": y}},
        {"data": {"values": [{"y": target, "words": words}]},
         "mark": {"type": "rule", "color": "other", "strokeDash": [5, 3], "strokeWidth": 1.4},
         "encoding": {"y": {"field": "y", "type": "quantitative"}}},
        {"data": {"values": [{"y": target, "words": words}]},
         "mark": {"type": "text", "align": "left", "x": 4, "dy": -7, "color": "other",
                  "fontWeight": 600, "fontSize": 12},
         "encoding": {"y": {"field": "y", "type": "quantitative"}, "text": {"field": "words"}}},
    ]  # fmt: skip
    if found is not None:
        here = {"values": [{"x": found, "words": i18n.number(found, lang)}]}
        spec["layer"] += [
            {"data": here, "mark": {"type": "rule", "color": "ink", "strokeWidth": 1.2},
             "encoding": {"x": {"field": "x", "type": "quantitative"}}},
            {"data": here,
             "mark": {"type": "text", "align": "left", "dx": 5, "y": 4, "baseline": "top",
                      "color": "ink", "fontWeight": 700, "fontSize": 13},
             "encoding": {"x": {"field": "x", "type": "quantitative"},
                          "text": {"field": "words"}}},
        ]  # fmt: skip
    return spec


def _time(field: str) -> Spec:
    # days are read as UTC, so that a browser west of Greenwich does not show the day before
    return {"field": field, "type": "temporal", "title": None, "scale": {"type": "utc"}}


def _axis_digits(top: float) -> int:
    return 0 if top >= 5 else 1 if top >= 0.5 else 2


def _value_axis(lang: str, digits: int, height: int) -> Spec:
    return {
        "format": f",.{digits}f",
        "tickCount": max(3, height // 60),
        "labelOverlap": True,
    }


def framed(lang: str, size: tuple[int, int], title: str, subtitle: str) -> Spec:
    """The parts all charts share: size, type, axes, light grid; colours are still role names."""
    width, height = size
    spec: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 0, "top": 4, "right": 4, "bottom": 0},
        "background": None,
        "config": {
            "font": FONT,
            "locale": {"number": _number_locale(lang), "time": _time_locale(lang)},
            "view": {"stroke": None},
            "title": {"anchor": "start", "fontSize": 16, "fontWeight": 600, "color": "ink",
                      "subtitleColor": "soft", "subtitleFontSize": 12, "offset": 12,
                      "frame": "group"},
            "axis": {"labelColor": "soft", "titleColor": "soft", "gridColor": "grid",
                     "domainColor": "grid", "tickColor": "grid", "labelFontSize": 12,
                     "titleFontSize": 12, "titleFontWeight": 400, "labelPadding": 6},
            "axisX": {"grid": False, "tickSize": 4},
            "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left",
                      "titleAnchor": "start", "titleX": 0, "titleY": -10,
                      "titleBaseline": "bottom"},
            "axisTemporal": {"tickCount": max(4, width // 90), "format": "%Y"},
            "legend": {"labelColor": "ink", "titleColor": "soft"},
            "text": {"font": FONT},
        },
    }  # fmt: skip
    if title:
        spec["title"] = {"text": title, **({"subtitle": subtitle} if subtitle else {})}
    return spec


def _number_locale(lang: str) -> Spec:
    if lang == "fr":
        return {"decimal": ",", "thousands": " ", "grouping": [3], "currency": ["", " $"]}
    return {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""]}


@lru_cache(maxsize=2)
def _time_locale(lang: str) -> Spec:
    from babel.dates import get_day_names, get_month_names

    place = i18n.LOCALES[lang]
    names = {
        width: [str(get_month_names(width, locale=place)[m]) for m in range(1, 13)]
        for width in ("wide", "abbreviated")
    }
    days = {
        width: [str(get_day_names(width, locale=place)[(d - 1) % 7]) for d in range(7)]
        for width in ("wide", "abbreviated")
    }
    return {
        "dateTime": "%Y-%m-%d %X", "date": "%Y-%m-%d", "time": "%H:%M:%S", "periods": ["AM", "PM"],
        "days": days["wide"], "shortDays": days["abbreviated"],
        "months": names["wide"], "shortMonths": names["abbreviated"],
    }  # fmt: skip


_COLOURED = frozenset(
    ["color", "fill", "stroke", "labelColor", "titleColor", "subtitleColor", "gridColor",
     "domainColor", "tickColor", "background"]
)  # fmt: skip


def themed(spec: Spec, theme: Mapping[str, str] = LIGHT) -> Spec:
    """The specification with its colour roles replaced by the colours of a theme."""

    def recoloured(row: Any) -> Any:
        if isinstance(row, dict) and "colour" in row:
            return {**row, "colour": theme.get(row["colour"], row["colour"])}
        return row

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: [recoloured(row) for row in item]
                if key == "values"
                else {name: [recoloured(row) for row in rows] for name, rows in item.items()}
                if key == "datasets"
                else theme.get(item, item)
                if key in _COLOURED and isinstance(item, str)
                else [theme.get(one, one) if isinstance(one, str) else one for one in item]
                if key == "range" and isinstance(item, list)
                else walk(item)
                for key, item in node.items()
            }
        if isinstance(node, list):
            return [walk(item) for item in node]
        return node

    themed_spec: Spec = walk(spec)
    return themed_spec


def resized(spec: Spec, size: tuple[int, int]) -> Spec:
    """The specification at another width and height."""
    other = copy.copy(spec)
    other["width"], other["height"] = size
    return other


def svg(spec: Spec, theme: Mapping[str, str] = PAGE) -> str:
    """The chart as an SVG element. With `PAGE` colours it takes those of the page it stands in."""
    import vl_convert

    still = {**spec, "config": {**spec["config"], "aria": False}}
    if "layer" in spec:
        still["layer"] = [layer for layer in spec["layer"] if layer.get("name") != HOVER]
    drawn: str = vl_convert.vegalite_to_svg(themed(still, theme), **_locales(spec))
    return drawn


def png(spec: Spec, scale: float = 2.0) -> bytes:
    """The chart as a PNG on white, `scale` pixels for each point."""
    import vl_convert

    shown = {**themed(spec, LIGHT), "background": LIGHT["paper"], "padding": 16}
    drawn: bytes = vl_convert.vegalite_to_png(shown, scale=scale, **_locales(spec))
    return drawn


def _locales(spec: Spec) -> Spec:
    locale = spec["config"]["locale"]
    return {"format_locale": locale["number"], "time_format_locale": locale["time"]}


def text(spec: Spec, theme: Mapping[str, str] = PAGE) -> str:
    """The specification as JSON for a browser."""
    return json.dumps(themed(spec, theme), ensure_ascii=False, separators=(",", ":"))
