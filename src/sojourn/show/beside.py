"""Numbers side by side: what a statement claims, what is published, what the model says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sojourn.show import charts

ROW = 46
"""Height of a row in pixels: its words, and the bar below them."""

ROLES = {"claimed": "other", "published": "accent", "model": "c3"}


@dataclass(frozen=True)
class Bar:
    """One number or range. kind: claimed, published or model; `words`: the number as written."""

    label: str
    kind: str
    words: str
    value: float | None
    low: float | None = None
    high: float | None = None


def spec(bars: Sequence[Bar], lang: str, size: tuple[int, int] = charts.WIDE) -> charts.Spec:
    """Horizontal bars in the order given, each under its own words; a range is a paler bar.

    Bars start at zero. `size` gives the width; the height follows from the number of bars.
    """
    top = max(bar.value if bar.high is None else bar.high for bar in bars if _drawn(bar)) or 1.0
    rows = [_row(number, bar, top) for number, bar in enumerate(bars)]
    made = charts.framed(lang, (size[0], ROW * len(rows) + 8), "", "")
    made["data"] = {"name": "rows", "values": rows}
    x = {"field": "value", "type": "quantitative", "axis": None,
         "scale": {"domain": [0, top * 1.02], "nice": False}}  # fmt: skip
    y = {"field": "row", "type": "ordinal", "axis": None, "sort": None}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    bar = {"type": "bar", "height": 11, "yOffset": 9, "cornerRadius": 1}
    text = {"type": "text", "baseline": "middle", "fontSize": 13, "yOffset": -9}
    made["layer"] = [
        {"mark": {**bar, "opacity": 0.35},
         "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"},
                      "color": colour}},
        {"mark": bar, "transform": [{"filter": "isValid(datum.value)"}],
         "encoding": {"y": y, "x": x, "color": colour}},
        {"mark": {**text, "align": "left", "x": 0, "color": "ink", "limit": size[0] - 120},
         "encoding": {"y": y, "text": {"field": "label"}}},
        {"mark": {**text, "align": "right", "x": size[0] - 4, "fontWeight": 650},
         "encoding": {"y": y, "text": {"field": "words"}, "color": colour}},
    ]  # fmt: skip
    return made


def _drawn(bar: Bar) -> bool:
    return bar.value is not None or bar.high is not None


def _row(number: int, bar: Bar, top: float) -> dict[str, object]:
    low, high = bar.low, bar.high
    if high is not None and low is None:
        low = bar.value or 0.0  # only the upper end is published
    return {
        "row": number,
        "label": bar.label,
        "words": bar.words,
        "value": None if bar.value is None else charts.rounded(bar.value),
        "low": None if low is None else charts.rounded(low),
        "high": None if high is None else charts.rounded(min(high, top)),
        "colour": ROLES[bar.kind],
    }
