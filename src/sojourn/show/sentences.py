"""Plain sentences that state a result, in English and French, with their interval."""

from __future__ import annotations

from collections.abc import Mapping

from sojourn.inputs import series as declared
from sojourn.inputs.dimensions import PAYERS, Label
from sojourn.show import i18n
from sojourn.show.cells import Cell
from sojourn.show.i18n import say

_PHRASES: dict[str, Label] = {
    "claims": Label("{value} claims are made in {when}{range}.",
                    "{value} demandes sont présentées en {when}{range}."),
    "referred": Label("{value} claims are referred to the RPD in {when}{range}.",
                      "{value} demandes sont déférées à la SPR en {when}{range}."),
    "rpd.finalised": Label("The RPD finalises {value} claims in {when}{range}.",
                           "La SPR règle {value} demandes en {when}{range}."),
    "rpd.pending": Label("At the end of {when}, {value} claims are pending at the RPD{range}.",
                         "À la fin de {when}, {value} demandes sont en instance à la SPR{range}."),
    "rpd.wait_new": Label(
        "A claim referred in {when} waits {value} months until it is finalised{range}.",
        "Une demande déférée en {when} attend {value} mois avant d'être réglée{range}.",
    ),
    "rpd.wait_finalised": Label(
        "Claims finalised in {when} have waited {value} months on average{range}.",
        "Les demandes réglées en {when} ont attendu {value} mois en moyenne{range}.",
    ),
    "rpd.wait_projected": Label(
        "At the end of {when} the projected wait, as the IRB defines it, is {value} months{range}.",
        "À la fin de {when}, l'attente projetée au sens de la CISR est de {value} mois{range}.",
    ),
    "removals": Label("{value} people are removed in {when}{range}.",
                      "{value} personnes sont renvoyées en {when}{range}."),
    "removals.failed_claimants": Label(
        "{value} people whose claims were refused are removed or leave in {when}{range}.",
        "{value} personnes déboutées sont renvoyées ou partent en {when}{range}.",
    ),
    "pr.admitted": Label(
        "{value} protected persons and dependants become permanent residents in {when}{range}.",
        "{value} personnes protégées et personnes à charge deviennent résidentes permanentes en"
        " {when}{range}.",
    ),
    "shelter.occupied": Label("At the end of {when}, {value} claimants are in shelter{range}.",
                              "À la fin de {when}, {value} demandeurs sont hébergés{range}."),
    "without_status": Label(
        "At the end of {when}, between {low} and {high} people in Canada are without status.",
        "À la fin de {when}, entre {low} et {high} personnes au Canada sont sans statut.",
    ),
    "us.without_status": Label(
        "At the end of {when}, between {low} and {high} people in the United States are without"
        " status.",
        "À la fin de {when}, entre {low} et {high} personnes aux États-Unis sont sans statut.",
    ),
}  # fmt: skip


def amount(value: float | None, unit: str, lang: str) -> str:
    """A value in the words of its unit, rounded to what the model can claim."""
    if unit == "CAD":
        return i18n.money(value, lang)
    if unit == "share":
        return i18n.percent(value, lang)
    if unit == "months":
        return i18n.number(value, lang, 0 if value is not None and value >= 10 else 1)
    rounded = None if value is None else float(f"{value:.3g}")
    return i18n.number(rounded, lang)


def _told(cell: Cell, spec: declared.Series) -> float | None:
    """The middle that is said: costs by their mean, which adds up over payers; else the median."""
    return cell.mean if spec.unit == "CAD" else cell.mid


def interval(cell: Cell, unit: str, lang: str) -> str:
    """` (90 %: low to high)`, or nothing where all members agree in the digits shown."""
    if cell.low is None or cell.high is None:
        return ""
    low, high = amount(cell.low, unit, lang), amount(cell.high, unit, lang)
    if low == high:
        return ""
    return say(f" (90%: {low} to {high})", f" (90 % : de {low} à {high})", lang)


def state(series: str, cell: Cell, when: str, lang: str) -> str:
    """One sentence: what the series is at the period `when`, with its 90 % interval.

    Raises InputError for an unknown series.
    """
    spec = declared.get(series)
    phrase = _PHRASES.get(series) or _generic(spec)
    text = phrase.fr if lang == "fr" else phrase.en
    said = text.format(
        value=amount(_told(cell, spec), spec.unit, lang),
        low=amount(cell.low, spec.unit, lang),
        high=amount(cell.high, spec.unit, lang),
        range=interval(cell, spec.unit, lang),
        when=when,
    )
    return i18n.typeset(said, lang)


def _generic(spec: declared.Series) -> Label:
    if spec.over_year == "last":
        return Label(f"{spec.en}, at the end of {{when}}: {{value}}{{range}}.",
                     f"{spec.fr}, à la fin de {{when}} : {{value}}{{range}}.")  # fmt: skip
    return Label(f"{spec.en}, in {{when}}: {{value}}{{range}}.",
                 f"{spec.fr}, en {{when}} : {{value}}{{range}}.")  # fmt: skip


def published(series: str, by_date: Mapping[str, Cell], lang: str) -> str:
    """The last published value in the same periods, with the model's beside it; or nothing."""
    known = [(date, cell) for date, cell in by_date.items() if cell.observed is not None]
    if not known:
        return ""
    spec = declared.get(series)
    date, cell = known[-1]
    seen = amount(cell.observed, spec.unit, lang)
    text = say(
        f"Last published: {seen} ({date})", f"Dernier chiffre publié : {seen} ({date})", lang
    )
    told = _told(cell, spec)
    if told is None:
        return text + "."
    ours = amount(told, spec.unit, lang)
    return text + say(f"; the model gives {ours}.", f"; le modèle donne {ours}.", lang)


def costs(by_payer: Mapping[str, Cell], total: Cell, when: str, lang: str) -> str:
    """What the year costs and who pays it."""
    shares = []
    for payer, label in PAYERS.items():
        cell = by_payer.get(payer)
        if cell and cell.mean:
            name = label.fr if lang == "fr" else label.en
            shares.append(f"{name[:1].lower()}{name[1:]} {i18n.money(cell.mean, lang)}")
    parts = ", ".join(shares)
    value, range_ = i18n.money(total.mean, lang), interval(total, "CAD", lang)
    head = say(f"In {when} the system costs {value}{range_}",
               f"En {when}, le système coûte {value}{range_}", lang)  # fmt: skip
    return i18n.typeset(head + (say(": ", " : ", lang) + parts if parts else "") + ".", lang)


def difference(series: str, cell: Cell, when: str, lang: str, other: str, base: str) -> str:
    """What the second scenario changes: B minus A in one sentence, with its interval."""
    spec = declared.get(series)
    name = spec.fr if lang == "fr" else spec.en
    told = _told(cell, spec)
    if told is None:
        low, high = amount(cell.low, spec.unit, lang), amount(cell.high, spec.unit, lang)
        words = say(
            f"{name} in {when}: {other} minus {base} lies between {low} and {high}.",
            f"{name} en {when} : {other} moins {base}, entre {low} et {high}.",
            lang,
        )
        return i18n.typeset(words, lang)
    size, band = amount(abs(told), spec.unit, lang), interval(cell, spec.unit, lang)
    if not band and amount(told, spec.unit, lang) == amount(0.0, spec.unit, lang):
        words = say(
            f"{name} in {when}: no difference between {other} and {base}.",
            f"{name} en {when} : aucune différence entre {other} et {base}.",
            lang,
        )
        return i18n.typeset(words, lang)
    unit = {"months": say(" months", " mois", lang)}.get(spec.unit, "")
    up = told >= 0
    higher = say("higher" if up else "lower", "de plus" if up else "de moins", lang)
    words = say(
        f"{name} in {when}: {size}{unit} {higher} under {other} than under {base}{band}.",
        f"{name} en {when} : {size}{unit} {higher} selon {other} que selon {base}{band}.",
        lang,
    )
    return i18n.typeset(words, lang)
