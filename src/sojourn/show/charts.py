"""One Vega-Lite specification for each kind of chart, drawn alike in report, docs and web.

Every function takes rows and a language and gives a specification as a plain dict, data inside:
no JavaScript runs to make one. `svg` and `png` draw it on the server; a browser draws the same
dict. Fans are made in `fans`, bars and levers in `bars`, what all share in `drawing`.
"""

from sojourn.show.bars import lever, ranking, stack
from sojourn.show.drawing import (
    BESIDE,
    LIGHT,
    NARROW,
    PAGE,
    WIDE,
    Spec,
    framed,
    png,
    resized,
    rounded,
    spread,
    svg,
    text,
    themed,
)
from sojourn.show.fans import Point, day, fan, points, wide

__all__ = [
    "BESIDE", "LIGHT", "NARROW", "PAGE", "WIDE", "Point", "Spec", "day", "fan", "framed", "lever",
    "png", "points", "ranking", "resized", "rounded", "spread", "stack", "svg", "text", "themed",
    "wide",
]  # fmt: skip
