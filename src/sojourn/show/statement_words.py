"""What statement pages and tables say: findings, units, numbers, days, who spoke."""

from __future__ import annotations

from sojourn.inputs.dimensions import Label
from sojourn.questions.evidence import Evidence
from sojourn.questions.ledger import Checked
from sojourn.questions.statements import Statement
from sojourn.show import i18n
from sojourn.show.i18n import say

FINDINGS: dict[str, Label] = {
    "agrees": Label("agrees", "concorde"),
    "within": Label("inside a published range", "dans un intervalle publié"),
    "outdated": Label(
        "agrees, but a newer figure was known", "concorde, mais un chiffre plus récent était connu"
    ),
    "upper_bound": Label("is the upper end of a range", "est la borne supérieure d'un intervalle"),
    "forecast": Label("agrees, but was a forecast", "concorde, mais était une prévision"),
    "population": Label("agrees, but counts other people", "concorde, mais compte d'autres gens"),
    "differs": Label("differs", "diffère"),
    "absent": Label("cannot be tested", "ne peut être mis à l'épreuve"),
}

ASIDE = Label("beside it", "à côté")
CONTEXT = Label("context", "contexte")

CHOSEN: dict[str, Label] = {
    "projection": Label(
        "In the ledger because it is a published projection whose outcome is known.",
        "Au registre parce que c'est une projection publiée dont l'issue est connue.",
    ),
    "conflict": Label(
        "In the ledger because the published figures record a conflict about it.",
        "Au registre parce que les chiffres publiés enregistrent un conflit à son sujet.",
    ),
    "counterpart": Label(
        "In the ledger as another speaker's statement on a subject already there.",
        "Au registre comme déclaration d'une autre source sur un sujet déjà présent.",
    ),
}

UNITS: dict[str, Label] = {
    "persons": Label("people", "personnes"),
    "claims": Label("claims", "demandes"),
    "removals": Label("removals", "renvois"),
    "removals and returns": Label("removals and returns", "renvois et retours"),
    "encounters": Label("encounters", "interceptions"),
    "appeals": Label("appeals", "appels"),
    "months": Label("months", "mois"),
    "ratio": Label("times", "fois"),
}


def amount(value: float, unit: str, lang: str) -> str:
    """A number with its unit, as a reader says it: $14,321, 410,000 people, 3.8 times."""
    if unit.startswith("CAD"):
        return i18n.money(value, lang)
    if unit == "ratio":
        digits = 0 if float(value).is_integer() else 2
        return f"{i18n.number(value, lang, digits)} {say(*UNITS[unit], lang)}"
    if unit == "share":
        return i18n.percent(value, lang, 1)
    words = say(*UNITS[unit], lang) if unit in UNITS else unit
    digits = 0 if abs(value) >= 100 or float(value).is_integer() else 1
    return f"{i18n.number(value, lang, digits)} {words}"


def found(item: Checked, lang: str) -> str:
    """What a check found, in words: a number, a range, an outcome of the law, or nothing."""
    evidence = item.evidence
    if evidence.origin == "law":
        return evidence.why_fr if lang == "fr" else evidence.why_en
    if evidence.unit == "statement":
        return say("said by the source, without a number", "dit par la source, sans nombre", lang)
    value, low, high = _shown(evidence)
    if value is None and high is None and low is None:
        return say("no figure is published", "aucun chiffre n'est publié", lang)
    parts = []
    if value is not None:
        parts.append(amount(value, evidence.unit, lang))
    if low is not None and high is not None:
        text = say("{} to {}", "{} à {}", lang)
        ends = text.format(_bare(low, evidence.unit, lang), amount(high, evidence.unit, lang))
        parts.append(ends if value is None else f"({ends})")
    elif high is not None:
        parts.append(say("up to ", "jusqu'à ", lang) + amount(high, evidence.unit, lang))
    return " ".join(parts)


def _shown(evidence: Evidence) -> tuple[float | None, float | None, float | None]:
    """Value and range, those of the model to three digits: more would be false precision."""
    numbers = (evidence.value, evidence.low, evidence.high)
    if evidence.origin != "model":
        return numbers
    value, low, high = (None if n is None else float(f"{n:.3g}") for n in numbers)
    return value, low, high


def _bare(value: float, unit: str, lang: str) -> str:
    return amount(value, unit, lang) if unit.startswith("CAD") else i18n.number(value, lang)


def said_on(text: str, lang: str) -> str:
    """A day, a month or a year in words."""
    if len(text) == 4:
        return text
    from sojourn.inputs import months

    if len(text) == 7:
        return i18n.month(months.parse(text), lang)
    from babel.dates import format_date

    return str(format_date(months.parse_day(text), "long", locale=i18n.LOCALES[lang]))


def byline(told: Statement, lang: str) -> str:
    """Who said it, when and where, without saying a thing twice."""
    who = told.text("said_by", lang)
    where = told.text("reported_in", lang)
    when = "" if told.said_on[:4] in who else f", {said_on(told.said_on, lang)}"
    if where.startswith(who):
        return f"{where}{when}."
    return say(
        f"{who}{when}. Reported in: {where}.", f"{who}{when}. Rapporté dans : {where}.", lang
    )
