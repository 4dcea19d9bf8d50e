"""Charts of single journeys: where claims go (a Sankey) and when (a timeline)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn.inputs import months
from sojourn.show import charts, i18n
from sojourn.show.charts import Spec
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from sojourn.questions.journeys import Journeys

COLUMNS = (
    ("eligibility",),
    ("rpd",),
    ("rad", "prra_ineligible"),
    ("court",),
    ("removal", "stayed", "prra_refused"),
    ("protected", "removed", "left", "without_status", "regularised", "returned", "open"),
)
"""Stages and ends from left to right, each column from top to bottom."""

COLUMN = {name: k for k, names in enumerate(COLUMNS) for name in names}

ENDS = {
    "pr": "protected",
    "removal.removed": "removed",
    "eligibility.returned": "returned",
    "eligibility.directed_back": "returned",
}
"""Stage entered, or edge taken, at which the picture calls a journey ended."""

COLOURS = {
    "protected": "c3", "removed": "c2", "returned": "c2", "left": "c6", "without_status": "c4",
    "regularised": "c5", "open": "soft",
}  # fmt: skip

GAP = 0.025
"""Empty height between two nodes of a column, as a part of all claims."""

SMOOTH = 24
"""Points along a ribbon."""

BAR = 0.06
"""Width of a node, in columns."""


def _names(lang: str) -> dict[str, str]:
    from sojourn.flow import stages

    labels = {s.name: s.label.fr if lang == "fr" else s.label.en for s in stages.load().stages}
    return {
        **labels,
        "eligibility": say("Claims", "Demandes", lang),
        "rpd": say("RPD", "SPR", lang),
        "rad": say("RAD", "SAR", lang),
        "court": say("Court", "Cour", lang),
        "prra_ineligible": say("Risk assessment", "Examen des risques", lang),
        "prra_refused": say("Later assessment", "Examen ultérieur", lang),
        "removal": say("Removal in process", "Renvoi en cours", lang),
        "stayed": say("Removal stayed", "Renvoi suspendu", lang),
        "protected": say("Protected", "Protégées", lang),
        "removed": say("Removed", "Renvoyées", lang),
        "returned": say("Returned to the US", "Renvoyées aux É.-U.", lang),
        "left": say("Left on their own", "Parties d'elles-mêmes", lang),
        "without_status": say("Not removed", "Non renvoyées", lang),
        "regularised": say("Humanitarian or policy", "Humanitaire ou politique", lang),
        "open": say("Still open", "Encore ouvertes", lang),
    }


def links(sample: Journeys) -> dict[tuple[str, str], float]:
    """Claims from node to node, each person once per pair of stages; going back is not drawn.

    Adds up: what enters a node leaves it, except at the ends.
    """
    opening = np.flatnonzero(np.append(True, np.diff(sample.person) != 0))
    bounds = np.append(opening, sample.person.size)
    found: dict[tuple[str, str], float] = {}
    for lo, hi in pairwise(bounds.tolist()):
        for pair in pairwise(_nodes(sample, lo, hi)):
            found[pair] = found.get(pair, 0.0) + sample.weight
    return found


def _nodes(sample: Journeys, lo: int, hi: int) -> list[str]:
    """Nodes of one person's visits, left to right; a later visit to an earlier column wins."""
    network = sample.flows.network
    nodes = ["eligibility"]
    for v in range(lo, hi):
        if sample.edge[v] < 0:
            name = network.stages[sample.stage[v]].name
            end = {"pr": "protected", "without_status": "without_status"}.get(name, "open")
        else:
            edge = network.edges[sample.edge[v]]
            end = ENDS.get(edge.name) or ENDS.get(edge.to) or edge.to
            if end == "out":
                end = {"admitted": "protected"}.get(
                    edge.name.split(".")[1], edge.name.split(".")[1]
                )
        if end in nodes:
            nodes = nodes[: nodes.index(end) + 1]
            continue
        while COLUMN[nodes[-1]] >= COLUMN[end]:
            nodes.pop()
        nodes.append(end)
        if COLUMN[end] == len(COLUMNS) - 1 and end != "without_status":
            break
    # an edge of the last month may lead into a stage that the run no longer shows
    return nodes if COLUMN[nodes[-1]] == len(COLUMNS) - 1 else [*nodes, "open"]


def sankey(sample: Journeys, lang: str, size: tuple[int, int] = (860, 460)) -> Spec:
    """Where the claims go: ribbons as wide as the number of claims, from stage to end."""
    flows, names = links(sample), _names(lang)
    whole = sum(value for (source, _), value in flows.items() if source == "eligibility")
    through = {
        name: max(
            sum(v for (_, b), v in flows.items() if b == name),
            sum(v for (a, _), v in flows.items() if a == name),
        )
        for name in COLUMN
    }
    top: dict[str, float] = {}
    for names_ in COLUMNS:
        here = [name for name in names_ if through[name] > 0]
        height = sum(through[n] for n in here) + GAP * whole * max(len(here) - 1, 0)
        # those refused go below, so that the way to protection stays clear
        high = 0.5 if names_ in (COLUMNS[0], COLUMNS[1], COLUMNS[-1]) else 0.75
        at = (1.25 * whole - height) * high
        for name in here:
            top[name] = at
            at += through[name] + GAP * whole
    ribbons = _ribbons(flows, top)
    nodes = [
        {
            "x": COLUMN[name],
            "x2": COLUMN[name] + BAR,
            "y": top[name],
            "y2": top[name] + through[name],
            "middle": top[name] + through[name] / 2,
            "words": f"{names[name]} {i18n.percent(through[name] / whole, lang)}",
            "label_x": COLUMN[name] + BAR + 0.04,
            "colour": COLOURS.get(name, "accent"),
        }
        for name in top
    ]
    title = say("Where claims go", "Où vont les demandes", lang)
    subtitle = say(
        f"{i18n.number(sample.n, lang)} synthetic journeys, standing for "
        f"{i18n.number(whole, lang)} claims",
        f"{i18n.number(sample.n, lang)} parcours synthétiques, pour "
        f"{i18n.number(whole, lang)} demandes",
        lang,
    )
    spec = charts.framed(lang, size, title, subtitle)
    x: Spec = {"field": "x", "type": "quantitative", "axis": None,
         "scale": {"domain": [0, len(COLUMNS) + 0.25], "nice": False}}  # fmt: skip
    y: Spec = {"field": "y", "type": "quantitative", "axis": None,
         "scale": {"reverse": True, "domain": [0, 1.25 * whole], "nice": False}}  # fmt: skip
    layers = [
        {
            "data": {"values": [r for r in ribbons if r["colour"] == colour]},
            "mark": {"type": "area", "opacity": 0.32, "color": colour, "interpolate": "monotone"},
            "encoding": {"x": x, "y": y, "y2": {"field": "y2"}, "detail": {"field": "link"}},
        }
        for colour in dict.fromkeys(r["colour"] for r in ribbons)
    ]
    layers += [
        {
            "data": {"values": [n for n in nodes if n["colour"] == colour]},
            "mark": {"type": "rect", "color": colour},
            "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}},
        }
        for colour in dict.fromkeys(n["colour"] for n in nodes)
    ]
    layers.append(
        {
            "data": {"values": nodes},
            "mark": {"type": "text", "align": "left", "baseline": "middle", "fontSize": 12,
                     "color": "ink"},
            "encoding": {"x": {**x, "field": "label_x"}, "y": {**y, "field": "middle"},
                         "text": {"field": "words"}},
        }
    )  # fmt: skip
    spec["layer"] = layers
    return spec


def _ribbons(flows: dict[tuple[str, str], float], top: dict[str, float]) -> list[dict[str, Any]]:
    """Points of every ribbon; at both ends ribbons lie in the order of what they lead to."""
    out, into = dict(top), dict(top)
    start, end = {}, {}
    for a, b in sorted(flows, key=lambda pair: (pair[0], top[pair[1]])):
        start[a, b] = out[a]
        out[a] += flows[a, b]
    for a, b in sorted(flows, key=lambda pair: (pair[1], top[pair[0]], pair[0])):
        end[a, b] = into[b]
        into[b] += flows[a, b]
    points = []
    for (a, b), value in flows.items():
        left, right = COLUMN[a] + BAR, COLUMN[b]
        for k in range(SMOOTH + 1):
            part = k / SMOOTH
            y = start[a, b] + (end[a, b] - start[a, b]) * part * part * (3 - 2 * part)
            points.append(
                {
                    "link": f"{a} {b}",
                    "x": left + part * (right - left),
                    "y": y,
                    "y2": y + value,
                    "colour": COLOURS.get(b, "accent"),
                }
            )
    return points


STAGE_ROLES = {
    "eligibility": "c6", "rpd": "c1", "rad": "c4", "court": "c2", "prra_ineligible": "c5",
    "prra_refused": "c5", "removal": "other", "stayed": "soft", "without_status": "ink",
    "pr": "c3",
}  # fmt: skip


def timeline(
    sample: Journeys, lang: str, persons: int = 30, size: tuple[int, int] = (860, 420)
) -> Spec:
    """When: one line a person, coloured by stage, from the claim to its end or the last month."""
    network, first = sample.flows.network, int(sample.flows.months[0])
    names = _names(lang)
    names["eligibility"] = say("Eligibility", "Recevabilité", lang)
    names["pr"] = say("Protected, awaiting residence", "Protégée, en attente de résidence", lang)
    shown = np.argsort(sample.entry[: min(persons, sample.n)], kind="stable")
    place = {int(p): k for k, p in enumerate(shown)}
    bars = []
    for v in np.flatnonzero(sample.person < min(persons, sample.n)):
        stage = network.stages[sample.stage[v]].name
        a, b = first + int(sample.start[v]), first + int(sample.end[v])
        bars.append(
            {
                "person": place[int(sample.person[v])],
                "from": f"{months.text(a)}-01",
                "to": f"{months.text(max(b, a) + (b == a))}-01",
                "stage": stage,
                "words": names[stage],
            }
        )
    title = say("When things happen to a claim", "Quand les choses arrivent à une demande", lang)
    subtitle = say(
        "Synthetic journeys, one line each, by stage", "Parcours synthétiques, une ligne chacun",
        lang,
    )  # fmt: skip
    spec = charts.framed(lang, size, title, subtitle)
    present: Sequence[str] = [s for s in STAGE_ROLES if any(bar["stage"] == s for bar in bars)]
    labels = list(dict.fromkeys(names[s] for s in present))
    roles = list({names[s]: STAGE_ROLES[s] for s in present}.values())
    spec["data"] = {"values": bars}
    spec["mark"] = {"type": "bar", "height": max(3, size[1] // (persons + 14) - 2)}
    spec["encoding"] = {
        "x": {"field": "from", "type": "temporal", "title": None},
        "x2": {"field": "to"},
        "y": {"field": "person", "type": "ordinal", "axis": None},
        "color": {
            "field": "words", "type": "nominal", "title": None,
            "scale": {"domain": labels, "range": roles},
            "legend": {"orient": "top", "direction": "horizontal", "columns": 4,
                       "symbolType": "square"},
        },
    }  # fmt: skip
    return spec
