"""The form of one person's facts, and the decision on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sojourn.inputs.dimensions import Label
from sojourn.inputs.errors import InputError
from sojourn.show.i18n import say
from sojourn.show.web.case_words import CODES, FACTS, OUTCOMES, SURE

FIRST = (
    "date_of_claim", "date_of_entry", "came_from_us", "entry_mode", "claim_place", "nationalities",
    "age", "accompanied_by_parent_or_guardian", "anchor_relation", "anchor_status", "document_held",
    "canada_prior", "prior_claim_abroad",
)  # fmt: skip
"""Facts that most cases turn on; the others stand behind a fold."""

QUESTIONS = {
    "eligibility": ("Can the claim be referred to the RPD?",
                    "La demande peut-elle être déférée à la SPR?"),
    "destination": ("Where does the claim go?", "Où va la demande?"),
    "rad": ("Is there a right to appeal to the RAD?", "Y a-t-il un droit d'appel à la SAR?"),
    "removal_order": ("Is the removal order in force?", "La mesure de renvoi a-t-elle pris effet?"),
    "prra": ("Can the person apply for a PRRA?", "La personne peut-elle demander un ERAR?"),
    "prra_hearing": ("Is there a hearing in the PRRA?", "L'ERAR comporte-t-il une audience?"),
    "jr_stay": ("Does judicial review stay removal?",
                "Le contrôle judiciaire suspend-il le renvoi?"),
    "work_permit": ("Is there a right to a work permit?", "Y a-t-il droit à un permis de travail?"),
    "claim_form": ("By when is the claim form due?", "Quand le formulaire est-il dû?"),
    "pending_claim": ("Does a new bar reach the pending claim?",
                      "Un nouveau motif touche-t-il la demande en instance?"),
}  # fmt: skip


def questions(lang: str) -> list[tuple[str, str]]:
    """Questions by code, in words."""
    return [(code, say(*words, lang)) for code, words in QUESTIONS.items()]


def form(stated: dict[str, str], lang: str) -> dict[str, list[dict[str, Any]]]:
    """Fields of the form with what was stated: the first ones, and the rest."""
    from sojourn.law.tables import load

    facts = load().facts
    made = {name: _field(name, stated.get(name, ""), lang) for name in facts
            if not facts[name].derived}  # fmt: skip
    first = [made[name] for name in FIRST if name in made]
    return {"first": first, "rest": [f for name, f in made.items() if name not in FIRST]}


def _field(name: str, value: str, lang: str) -> dict[str, Any]:
    from sojourn.law.tables import load

    fact = load().facts[name]
    options = sorted(fact.codes) if fact.codes and fact.type == "code" else []
    return {
        "name": name, "type": fact.type, "value": value,
        "options": [(code, words(CODES, code, lang)) for code in options],
        "label": words(FACTS, name, lang), "provision": fact.provision,
        "help": fact.meaning_fr if lang == "fr" else fact.meaning_en,
        "default": fact.default if not fact.default.startswith("=") else "",
    }  # fmt: skip


def words(labels: Mapping[str, Label], code: str, lang: str) -> str:
    """A fact or code in words; one without words is shown as it is written in the law's tables."""
    label = labels.get(code)
    return getattr(label, lang) if label else code.replace("_", " ")


def typed(stated: dict[str, str]) -> dict[str, object]:
    """Facts of a form in the types the law asks for. Raises InputError for an unknown field."""
    from sojourn.law.tables import load

    facts = load().facts
    found: dict[str, object] = {}
    for name, text in stated.items():
        kind = facts[name].type if name in facts else ""
        if kind == "bool":
            found[name] = {"true": True, "false": False}.get(text, text)
        elif kind == "number":
            found[name] = int(text) if text.isdigit() else text
        elif kind == "list":
            found[name] = [part.strip() for part in text.split(",") if part.strip()]
        else:
            found[name] = text.strip()
    return found


def answer(stated: dict[str, str], question: str, lang: str) -> tuple[dict[str, Any] | None, str]:
    """The decision as the page shows it and an empty text, or None and what is wrong."""
    from sojourn.law.decide import NOTICE_EN, NOTICE_FR, decide

    try:
        decision = decide(typed(stated), question, where=say("form", "formulaire", lang))
    except InputError as error:
        return None, str(error)
    steps = [
        {
            "provision": step.provision,
            "text": step.text_fr if lang == "fr" else step.text_en,
            "state": state(step.live, step.held, lang),
            "held": step.held,
            "day": str(step.day or ""),
            "facts": ", ".join(f"{k} = {_shown(v)}" for k, v in step.facts.items()),
            "parameters": ", ".join(f"{k} = {_shown(v)}" for k, v in step.parameters.items()),
            "source_id": step.source_id,
            "url": _url(step.source_id),
            "note": step.note,
        }
        for step in decision.trail
    ]
    return {
        "outcome": outcome(decision.outcome, lang),
        "provision": decision.provision,
        "confidence": words(SURE, decision.confidence, lang),
        "why": decision.why_fr if lang == "fr" else decision.why_en,
        "steps": steps,
        "notice": NOTICE_FR if lang == "fr" else NOTICE_EN,
    }, ""


def outcome(code: str, lang: str) -> str:
    """An outcome in words, with its grounds or day after a colon."""
    name, _, rest = code.partition(":")
    return words(OUTCOMES, name, lang) + (f" ({rest})" if rest else "")


def state(live: bool, held: bool, lang: str) -> str:
    """What became of a provision, in words."""
    if not live:
        return say("not in force that day", "pas en vigueur ce jour-là", lang)
    return say("holds", "s'applique", lang) if held else say("does not hold", "ne s'applique pas",
                                                             lang)  # fmt: skip


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(str, value))) + "}"
    return str(value)


def _url(source_id: str) -> str:
    from sojourn.inputs import sources

    found = sources.load().get(source_id)
    return found.url if found and found.url.startswith("http") else ""
