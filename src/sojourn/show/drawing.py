"""What all charts share: size, type, colours by role, axes, and drawing on the server.

Colours are CSS variables with a literal fallback in pages (`PAGE`), so that light and dark follow
the page, and literal in files (`LIGHT`).
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sojourn.show import i18n

Spec = dict[str, Any]

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


def rounded(value: float) -> float:
    """Four significant digits: more cannot be seen, and specifications stay small."""
    return float(f"{value:.5g}")


def rounded_all(values: Sequence[float]) -> list[float]:
    """`rounded` of many numbers at once (finite ones)."""
    import numpy as np

    x = np.asarray(values, dtype=np.float64)
    size = np.floor(np.log10(np.maximum(np.abs(x), 1e-300)))
    # a whole number of units of the last digit, divided or multiplied by an exact power of ten
    digits = np.clip(4.0 - size, -22.0, 22.0)
    power = 10.0 ** np.abs(digits)
    fine, coarse = np.rint(x * power) / power, np.rint(x / power) * power
    found: list[float] = np.where(digits >= 0.0, fine, coarse).tolist()
    return found


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


def time_axis(field: str) -> Spec:
    # days are read as UTC, so that a browser west of Greenwich does not show the day before
    return {"field": field, "type": "temporal", "title": None, "scale": {"type": "utc"}}


def axis_digits(top: float) -> int:
    return 0 if top >= 5 else 1 if top >= 0.5 else 2


def value_axis(lang: str, digits: int, height: int) -> Spec:
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
    return _named(vl_convert.vegalite_to_svg(themed(still, theme), **_locales(spec)))


def _named(drawn: str) -> str:
    """The SVG with names of its own for its clips.

    Vega counts them on through a process, so the same chart would differ from drawing to drawing.
    """
    found = dict.fromkeys(re.findall(r'id="(clip\d+)"', drawn))
    number = {name: str(i) for i, name in enumerate(found)}
    mark = r'(id="|url\(#)(clip\d+)'
    plain = re.sub(mark, lambda at: at[1] + "clip" + number[at[2]], drawn)
    tag = hashlib.sha256(plain.encode()).hexdigest()[:8]
    return re.sub(mark, rf"\1\2-{tag}", plain)


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
