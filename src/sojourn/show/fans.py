"""Fans: a series over time, with its bands, its median, what is published, and its last values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sojourn.inputs import months
from sojourn.show import i18n
from sojourn.show.cells import Cell
from sojourn.show.drawing import (
    HOVER,
    WIDE,
    Spec,
    axis_digits,
    framed,
    rounded,
    rounded_all,
    spread,
    time_axis,
    value_axis,
)
from sojourn.show.i18n import say

Row = Mapping[str, Any]

Point = dict[str, Any]
"""A date and the values drawn there."""


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


def points(by_date: Mapping[str, Cell], scale: float = 1.0) -> list[Point]:
    """Cells of one series as `wide` gives its rows."""
    dates, names, values = [], [], []
    for at, cell in by_date.items():
        if not cell.exists:
            continue
        found = [_level_name(level) for level in cell.quantiles]
        numbers = list(cell.quantiles.values())
        if 0.5 not in cell.quantiles and cell.mean is not None:
            found.append("mid")
            numbers.append(cell.mean)
        dates.append(day(at))
        names.append(found)
        values += numbers
    told = iter(rounded_all([value / scale for value in values]))
    made = [{"date": at, **{name: next(told) for name in found}}
            for at, found in zip(dates, names, strict=True)]  # fmt: skip
    return sorted(made, key=lambda point: str(point["date"]))


@lru_cache(maxsize=128)
def _level_name(level: float) -> str:
    return "mid" if level == 0.5 else f"q{round(level * 100):02d}"


def about(value: float, lang: str, digits: int) -> str:
    """A value in words of a chart: three significant digits, by language."""
    return i18n.number(float(f"{value:.3g}"), lang, digits)


def fan(
    points: Sequence[Row],
    lang: str,
    *,
    observed: Iterable[tuple[object, float]] = (),
    reference: Sequence[Row] = (),
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

    points: of one series (`points` of cells, `wide` of long rows), divided by `scale` already.
    observed: (date, value) published; reference: points of another scenario, drawn as a dashed
    median; since: first month of the continuation that no data cover, marked; assumed: names of
    parameters it rests on that are assumptions, said on the chart; scale: divides the published
    values too (1e9 for billions); line: False for a series that is only ever a range.
    """
    dots = [{"date": day(at), "value": rounded(v / scale)} for at, v in observed]
    height = size[1]
    layers: list[Spec] = []
    if since is not None:
        layers += _since(day(since), lang)
    layers += [_band("q05", "q95", 0.16), _band("q25", "q75", 0.26)]
    room = size[0] // LETTER - len(unit) - 3
    axis = " · ".join(part for part in (unit, _assumed_words(assumed, lang, room)) if part)
    layers[0 if since is None else 2]["encoding"]["y"] |= {
        "title": axis,
        "scale": {"zero": zero, "nice": True},
        "axis": value_axis(lang, min(digits, axis_digits(highest(points))), height),
    }
    if line:
        layers.append(_reference())
        layers.append(
            {
                "mark": {"type": "line", "color": "accent", "strokeWidth": 2.2},
                "encoding": {"x": time_axis("date"), "y": {"field": "mid", "type": "quantitative"}},
            }
        )
    layers.append(_dots(lang, digits))
    layers += _labels()
    layers.append(_hover(lang, digits, line))
    spec = framed(lang, size, title, subtitle)
    spec["data"] = {"name": "rows"}
    spec["datasets"] = {
        "rows": list(points),
        "observed": dots,
        "reference": list(reference),
        "labels": end_labels(points, lang, digits, line, reference, reference_name, height),
    }
    spec["layer"] = layers
    return spec


def _dots(lang: str, digits: int) -> Spec:
    names = [say("Month", "Mois", lang), say("Published", "Publié", lang)]
    return {
        "data": {"name": "observed"},
        "mark": {"type": "point", "filled": True, "size": 16, "color": "observed", "opacity": 0.85},
        "encoding": {
            "x": time_axis("date"),
            "y": {"field": "value", "type": "quantitative"},
            "tooltip": _tips(lang, digits, [("date", "t"), ("value", "q")], names),
        },
    }


def highest(points: Iterable[Row]) -> float:
    """The largest value drawn."""
    return max((p[q] for p in points for q in ("q95", "mid") if p.get(q) is not None), default=0.0)


LETTER = 7
"""Pixels that a letter of an axis title takes, a little more than most do."""


def _assumed_words(names: Sequence[str], lang: str, room: int) -> str:
    """As many of the names as there are letters to write them in, at least one."""

    def words(shown: int) -> str:
        more = len(names) - shown
        listed = ", ".join(names[:shown]) + (f" +{more}" if more > 0 else "")
        return say(f"assumed: {listed}", f"supposé : {listed}", lang)

    if not names:
        return ""
    fitting = [n for n in range(1, len(names) + 1) if len(words(n)) <= room]
    return words(max(fitting, default=1))


def _band(low: str, high: str, opacity: float) -> Spec:
    return {
        "mark": {"type": "area", "color": "accent", "opacity": opacity, "line": False},
        "encoding": {
            "x": time_axis("date"),
            "y": {"field": high, "type": "quantitative"},
            "y2": {"field": low},
        },
    }


def _reference() -> Spec:
    return {
        "data": {"name": "reference"},
        "mark": {"type": "line", "color": "soft", "strokeWidth": 1.6, "strokeDash": [5, 3]},
        "encoding": {"x": time_axis("date"), "y": {"field": "mid", "type": "quantitative"}},
    }


def _since(at: str, lang: str) -> list[Spec]:
    words = say("projected →", "projeté →", lang)
    here = {"values": [{"date": at, "words": words}]}
    x = time_axis("date")
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
                "x": time_axis("date"),
                "y": {"field": "value", "type": "quantitative"},
                "text": {"field": "words"},
                "color": {"field": "colour", "type": "nominal", "scale": None},
            },
        }
        for bold in (False, True)
    ]  # fmt: skip


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
        "encoding": {"x": time_axis("date"), "tooltip": _tips(lang, digits, fields, names)},
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
