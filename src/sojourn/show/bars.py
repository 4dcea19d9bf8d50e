"""Charts of parts, ranks and levers: stacked bars, ranked bars, an outcome against a lever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sojourn.show import i18n
from sojourn.show.drawing import (
    BESIDE,
    SERIES_ROLES,
    WIDE,
    Spec,
    axis_digits,
    framed,
    rounded,
    spread,
    value_axis,
)
from sojourn.show.i18n import say


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
                  "axis": value_axis(lang, axis_digits(top), size[1])},
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
         "axis": value_axis(lang, digits, size[1])}  # fmt: skip
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
         "axis": value_axis(lang, 0, size[1])}  # fmt: skip
    y = {"field": "q50", "type": "quantitative"}
    words = say("target", "cible", lang) + f" {i18n.number(target, lang, digits)}"
    spec = framed(lang, size, title, subtitle)
    spec["data"] = {"name": "rows", "values": points}
    spec["layer"] = [
        {"mark": {"type": "area", "color": "accent", "opacity": 0.18},
         "encoding": {"x": x, "y": {"field": "q95", "type": "quantitative", "title": y_title,
                                    "axis": value_axis(lang, digits, size[1])},
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
