"""Numbers side by side: what a statement claims, what is published, what the model says."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from sojourn.show import charts

LINE = 17
"""Height of a line of words in pixels."""

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

    Bars start at zero. `size` gives the width, the height follows from the number of bars. A
    narrow drawing breaks its words and sets the number below them.
    """
    narrow = size[0] < charts.BESIDE
    top = max(n for bar in bars for n in (bar.value, bar.high) if n is not None) or 1.0
    rows = [_row(number, bar, top, size[0]) for number, bar in enumerate(bars)]
    lines = max(str(row["label"]).count("\n") + 1 for row in rows) + (1 if narrow else 0)
    height = LINE * lines + 26
    made = charts.framed(lang, (size[0], height * len(rows) + 4), "", "")
    made["data"] = {"name": "rows", "values": rows}
    x = {"field": "value", "type": "quantitative", "axis": None,
         "scale": {"domain": [0, top * 1.02], "nice": False}}  # fmt: skip
    y = {"field": "row", "type": "ordinal", "axis": None,
         "scale": {"domain": list(range(len(rows))), "padding": 0}}  # fmt: skip
    colour = {"field": "colour", "type": "nominal", "scale": None}
    bar = {"type": "bar", "height": 11, "yOffset": height / 2 - 17, "cornerRadius": 1}
    text = {"type": "text", "baseline": "line-top", "fontSize": 13, "lineHeight": LINE,
            "lineBreak": "\n"}  # fmt: skip
    words = {**text, "fontWeight": 650, "align": "left" if narrow else "right",
             "x": 0 if narrow else size[0] - 4,
             "yOffset": -height / 2 + LINE * (lines - 1) + 2}  # fmt: skip
    made["layer"] = [
        {"mark": {**bar, "opacity": 0.35},
         "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"},
                      "color": colour}},
        {"mark": bar, "transform": [{"filter": "isValid(datum.value)"}],
         "encoding": {"y": y, "x": x, "color": colour}},
        {"mark": {**text, "align": "left", "x": 0, "color": "ink", "yOffset": -height / 2 + 2},
         "encoding": {"y": y, "text": {"field": "label"}}},
        {"mark": words, "encoding": {"y": y, "text": {"field": "words"}, "color": colour}},
    ]  # fmt: skip
    return made


def _row(number: int, bar: Bar, top: float, width: int) -> dict[str, object]:
    low, high = bar.low, bar.high
    if high is not None and low is None:
        low = bar.value or 0.0  # only the upper end is published
    beside = 0 if width < charts.BESIDE else len(bar.words) + 3
    label = textwrap.wrap(bar.label, max(20, int(width / 7.2) - beside))
    return {
        "row": number,
        "label": "\n".join(label),
        "words": bar.words,
        "value": None if bar.value is None else charts.rounded(bar.value),
        "low": None if low is None else charts.rounded(low),
        "high": None if high is None else charts.rounded(min(high, top)),
        "colour": ROLES[bar.kind],
    }
