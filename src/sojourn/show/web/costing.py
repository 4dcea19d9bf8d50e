"""The cost of a cohort, for the API and the page."""

from __future__ import annotations

from typing import Any

from sojourn.inputs import months
from sojourn.inputs.dimensions import MODES, PAYERS
from sojourn.inputs.errors import InputError
from sojourn.show import blocks, i18n
from sojourn.show.i18n import say
from sojourn.show.web.engine import Engine

SHOWN_PATHS = 15
FIRST_COHORT = 2016 * 12 + 3


def cost(
    engine: Engine,
    cohort: str,
    mode: str | None = None,
    nationality: str | None = None,
    payer: str | None = None,
    as_of: str | None = None,
    scope: str = "all",
) -> dict[str, Any]:
    """The document of `sojourn cost`. Raises InputError for an unknown cohort or dimension."""
    asked = {"mode": mode, "nationality": nationality, "payer": payer, "as_of": as_of}
    filters = {name: value for name, value in asked.items() if value}

    def make() -> dict[str, Any]:
        from sojourn.costs import cohort as question

        with engine.room():
            found: dict[str, Any] = question.cost(
                cohort, scope=scope, mode=mode or None, nationality=nationality or None,
                payer=payer or None, as_of=as_of or None,
            ).document()  # fmt: skip
        return found

    return engine.recall(("cost", cohort, scope, *sorted(filters.items())), make)


def page(engine: Engine, cohort: str, mode: str, scope: str, lang: str) -> dict[str, Any]:
    """What the Costs page shows. Raises InputError."""
    months.parse_fiscal_year(cohort, where="query", field="cohort")
    if scope not in ("all", "pbo"):
        raise InputError("query", "scope", scope, "all | pbo")
    from sojourn.show.cli import cost_page as told

    found = cost(engine, cohort, mode or None, scope=scope)
    bands = found["ranges"]
    return {
        "cohort": cohort, "mode": mode, "scope": scope,
        "modes": [(code, getattr(label, lang)) for code, label in MODES.items()],
        "cohorts": [months.fiscal_year(m) for m in range(FIRST_COHORT, blocks.since(), 12)],
        "sentence": told.heading(found, lang),
        "by_payer": _rows(found["by_payer"], bands["by_payer"], payer_names(lang), lang),
        "by_stage": _rows(found["by_stage"], bands["by_stage"], stage_names(lang), lang),
        "paths": [_path(one, lang) for one in found["paths"][:SHOWN_PATHS]],
        "left": len(found["paths"][SHOWN_PATHS:]),
        "low": _path(found["low_path"], lang), "high": _path(found["high_path"], lang),
        "outcomes": [[told.OUTCOMES[k][lang == "fr"], i18n.number(v, lang)]
                     for k, v in found["outcomes"].items()],
        "lines": [_line(one, lang) for one in sorted(found["lines"], key=lambda x: -x["cost"])],
        "not_counted": [_missing(one, lang) for one in found["not_counted"]],
    }  # fmt: skip


def payer_names(lang: str) -> dict[str, str]:
    """Payers in words."""
    return {code: getattr(label, lang) for code, label in PAYERS.items()}


def stage_names(lang: str) -> dict[str, str]:
    """Stages, and what is spent outside them, in words."""
    from sojourn.costs import programmes

    return {code: getattr(label, lang) for code, label in programmes.stage_labels().items()}


def _rows(
    values: dict[str, float], bands: dict[str, Any], names: dict[str, str], lang: str
) -> list[list[str]]:
    return [
        [
            names.get(name, name),
            i18n.number(value, lang),
            _band(bands[name][0], bands[name][1], lang),
        ]
        for name, value in values.items()
    ]


def _band(low: float | None, high: float | None, lang: str) -> str:
    return f"{i18n.number(low, lang)} – {i18n.number(high, lang)}"


def _path(one: dict[str, Any], lang: str) -> list[str]:
    from sojourn.flow import stages

    edges = {edge.name: edge.label for edge in stages.load().edges}
    steps = [edge for edge in one["path"].split(" > ") if edge != "eligibility.referred"]
    words = " › ".join(getattr(edges[edge], lang) for edge in steps)
    return [words, i18n.percent(one["share"], lang, 1), i18n.number(one["months"], lang, 1),
            i18n.number(one["cost"], lang), _band(one["low"], one["high"], lang)]  # fmt: skip


def _line(one: dict[str, Any], lang: str) -> dict[str, Any]:
    label = one["label_fr"] if lang == "fr" else one["label"]
    place = f" ({one['place']})" if one["place"] else ""
    return {
        "label": label + place, "payer": payer_names(lang).get(one["payer"], one["payer"]),
        "cost": i18n.number(one["cost"], lang), "band": _band(one["low"], one["high"], lang),
        "unit_cost": i18n.number(one["unit_cost"], lang), "event": one["event"] or "",
        "derivation": one["derivation"], "note": one["note"],
    }  # fmt: skip


def _missing(one: dict[str, Any], lang: str) -> list[str]:
    low, high = one["low"], one["high"]
    if low is None and high is None:
        shown = say("not known", "non connu", lang)
    elif high is None:
        shown = say("at least ", "au moins ", lang) + i18n.money(low, lang)
    else:
        shown = f"{i18n.money(low, lang)} – {i18n.money(high, lang)}"
    item = one["item_fr"] if lang == "fr" else one["item"]
    method = one.get("method_fr" if lang == "fr" else "method", one["method"])
    return [item, payer_names(lang).get(one["payer"], one["payer"]), shown, method]
