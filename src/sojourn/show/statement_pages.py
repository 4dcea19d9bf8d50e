"""Public statements as pages: one for each, one for a set; the explorer shows the same views."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sojourn.inputs import sources
from sojourn.inputs.dimensions import Label
from sojourn.questions import statements
from sojourn.questions.ledger import Checked, Entry, Past
from sojourn.questions.statements import Quantity
from sojourn.questions.verdicts import VERDICTS
from sojourn.show import beside, charts, files, i18n, report
from sojourn.show.i18n import say
from sojourn.show.statement_words import (
    ASIDE,
    CHOSEN,
    CONTEXT,
    FINDINGS,
    UNITS,
    amount,
    byline,
    found,
    said_on,
)

SETS: dict[str, Label] = {
    "canada-us-2025": Label(
        "One news report of 2025 on the Canada-US border, statement by statement",
        "Un reportage de 2025 sur la frontière canado-américaine, déclaration par déclaration",
    ),
}

AUTHOR = {"@type": "Organization", "name": "Sojourn"}


def view(
    entry: Entry,
    lang: str,
    *,
    url: str = "",
    past: Sequence[Past] = (),
    drawn: bool = True,
) -> dict[str, Any]:
    """Everything that a page on one statement shows, as plain text and drawn charts.

    `url`: the page's own address, for the ClaimReview; `past`: dated verdicts (`ledger.past`), of
    which those of the statement are shown; `drawn`: with its chart. `review` is the ClaimReview,
    `review_json` the same safe to stand in a script element.
    """
    told = entry.statement
    known = sources.load()
    history = [one for one in past if one.id == told.id]
    made = review(entry, lang, url, history)
    return {
        "id": told.id,
        "article": told.article,
        "verdict": entry.verdict,
        "verdict_label": say(*VERDICTS[entry.verdict], lang),
        "statement": told.text("statement", lang),
        "said_by": told.text("said_by", lang),
        "said_on": said_on(told.said_on, lang),
        "byline": byline(told, lang),
        "reported_in": told.text("reported_in", lang),
        "cited": told.text("cited_source", lang),
        "chosen": say(*CHOSEN[told.chosen], lang) if told.chosen in CHOSEN else told.chosen,
        "explanation": entry.explanation(lang),
        "accurate": entry.accurate(lang),
        "claimed": [_claimed(entry, quantity, lang) for quantity in told.quantity],
        "checks": [_line(entry, item, lang) for item in entry.checked if not _law(item)],
        "laws": [_line(entry, item, lang) for item in entry.checked if _law(item)],
        "chart": chart(entry, lang) if drawn else None,
        "sources": [known[one] for one in entry.source_ids if one in known],
        "history": [
            {
                "day": one.day,
                "verdict": say(*VERDICTS[one.verdict], lang),
                "reason": one.words(lang),
            }
            for one in history
        ],
        "review": made,
        "review_json": report.markup(script_json(made)),
    }


def _law(item: Checked) -> bool:
    return item.evidence.origin == "law"


def _words(entry: Entry, name: str, lang: str) -> str:
    return say(*statements.population(entry.statement, name), lang) if name else ""


def _claimed(entry: Entry, quantity: Quantity, lang: str) -> str:
    """A quantity as the statement has it: about whom and how much."""
    who = _words(entry, quantity.population, lang)
    if quantity.relation == "not_published":
        much = say("no number is published", "aucun nombre n'est publié", lang)
    else:
        bound = {"at_least": say("at least ", "au moins ", lang),
                 "at_most": say("at most ", "au plus ", lang)}  # fmt: skip
        much = bound.get(quantity.relation, "") + amount(quantity.value, quantity.unit, lang)
    return f"{much} ({who})"


def _line(entry: Entry, item: Checked, lang: str) -> dict[str, Any]:
    """One check as a line of the page's table."""
    if item.finding is not None:
        finding = say(*FINDINGS[item.finding], lang)
    elif item.check.aside or not item.live:
        finding = say(*ASIDE, lang)
    else:
        finding = say(*CONTEXT, lang)
    return {
        "label": item.check.label_fr if lang == "fr" else item.check.label,
        "found": found(item, lang),
        "who": _words(entry, item.check.population, lang),
        "finding": finding,
        "tested": item.finding is not None,
        "model": item.evidence.origin == "model",
        "provision": item.evidence.provision,
        "sources": item.evidence.source_ids,
    }


def chart(entry: Entry, lang: str) -> dict[str, Any] | None:
    """The numbers of one unit side by side, drawn wide and narrow; None where there is one alone.

    The claimed numbers come first, then what their tests found, then the rest.
    """
    bars = _bars(entry, lang)
    if len(bars) < 2:
        return None
    label = "; ".join(f"{bar.label}: {bar.words}" for bar in bars)
    sizes = {"wide": charts.WIDE, "narrow": charts.NARROW}
    drawn = {k: report.image(beside.spec(bars, lang, size), label) for k, size in sizes.items()}
    return {**drawn, "label": label}


def _bars(entry: Entry, lang: str) -> list[beside.Bar]:
    told = entry.statement
    shown = [item for item in entry.checked if item.evidence.unit not in ("", "statement")]
    unit = _drawn_unit(shown)
    alike = [item for item in shown if _family(item.evidence.unit) == unit]
    alike.sort(key=lambda item: item.finding is None)
    said = say("Said", "Dit", lang)
    bars = [
        beside.Bar(said, "claimed", amount(one.value, one.unit, lang), one.value)
        for one in told.quantity
        if one.relation != "not_published" and _family(one.unit) == unit
    ]
    for item in alike:
        kind = "model" if item.evidence.origin == "model" else "published"
        one = item.evidence
        label = item.check.label_fr if lang == "fr" else item.check.label
        bars.append(beside.Bar(label, kind, found(item, lang), one.value, one.low, one.high))
    return bars


def _drawn_unit(shown: Sequence[Checked]) -> str:
    """The unit of the first test; for a ratio rather that of the numbers it was made from."""
    families = [_family(item.evidence.unit) for item in shown]
    tested = next((f for f, item in zip(families, shown, strict=True) if item.finding), "")
    rest = [family for family in families if family != "ratio"]
    if tested in ("", "ratio") and rest:
        return max(rest, key=rest.count)
    return tested


def _family(unit: str) -> str:
    """Units that one axis can carry."""
    return "CAD" if unit.startswith("CAD") else "count" if unit in UNITS and unit not in (
        "ratio", "months") else unit  # fmt: skip


def review(entry: Entry, lang: str, url: str, past: Sequence[Past]) -> dict[str, Any]:
    """The statement as a ClaimReview of schema.org.

    Verdicts are kinds and not a scale, so the rating has a name and no number; an opinion has no
    rating. `datePublished` is the day of the latest verdict in `past`.
    """
    told = entry.statement
    known = sources.load()
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": url or f"{told.id}.html",
        "inLanguage": lang,
        "author": AUTHOR,
        "claimReviewed": told.text("statement", lang),
        "itemReviewed": {
            "@type": "Claim",
            "author": {
                "@type": told.speaker.capitalize(),
                "name": told.text("said_by", lang),
            },
            "datePublished": told.said_on,
            "appearance": {
                "@type": "CreativeWork",
                "name": told.text("reported_in", lang),
            },
        },
        "reviewRating": {"@type": "Rating", "alternateName": say(*VERDICTS[entry.verdict], lang)},
        "reviewBody": entry.accurate(lang),
        "citation": [
            {"@type": "CreativeWork", "name": known[one].title, "url": known[one].url}
            for one in entry.source_ids
            if one in known
        ],
    }
    if past:
        made["datePublished"] = past[-1].day
    return made


def script_json(document: Mapping[str, Any]) -> str:
    """JSON that can stand in a script element: nothing in it can end the element."""
    text = json.dumps(document, ensure_ascii=False)
    for mark, safe in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"),
                       ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):  # fmt: skip
        text = text.replace(mark, safe)
    return text


def page(entry: Entry, lang: str, *, past: Sequence[Past] = ()) -> str:
    """One statement as an HTML document that needs nothing else."""
    name = f"{entry.statement.id}.html"
    text: str = report.template("statement_page.html", lang).render(
        **_frame(lang, name), row=view(entry, lang, past=past)
    )
    return text


def index(entries: Sequence[Entry], lang: str, title: str, name: str) -> str:
    """A set of statements as one HTML page: each with its verdict and its accurate sentence."""
    text: str = report.template("statement_set.html", lang).render(
        **_frame(lang, name), title=title, rows=listed(entries, lang), counts=counts(entries, lang)
    )
    return text


def listed(entries: Sequence[Entry], lang: str, address: str = "{id}.html") -> list[dict[str, str]]:
    """Statements as the cards of a set show them; `address` is where the page of an id is."""
    return [
        {
            "href": address.format(id=entry.statement.id),
            "verdict_label": say(*VERDICTS[entry.verdict], lang),
            "statement": entry.statement.text("statement", lang),
            "byline": byline(entry.statement, lang),
            "accurate": entry.accurate(lang),
        }
        for entry in entries
    ]


def counts(entries: Sequence[Entry], lang: str) -> dict[str, int]:
    """How many statements have each verdict, in the order of the rules."""
    number = {name: sum(e.verdict == name for e in entries) for name in VERDICTS}
    return {say(*VERDICTS[name], lang): n for name, n in number.items() if n}


def _frame(lang: str, name: str) -> dict[str, Any]:
    other = "fr" if lang == "en" else "en"
    css = report.stylesheet() + report.stylesheet("statements.css")
    return {"lang": lang, "other": other, "name": name, "css": report.markup(css)}


def set_title(article: str, lang: str) -> str:
    """The heading of a set of statements."""
    return say(*SETS[article], lang) if article in SETS else article


def write(folder: str, entries: Sequence[Entry], past: Sequence[Past] = ()) -> list[str]:
    """Write a folder of pages, `en/` and `fr/`: each statement, each article set, and the index.

    Gives the files written, from the folder. Everything is made before the first is written.
    `past`: dated verdicts. Raises InputError for a folder that cannot be written to.
    """
    made: dict[str, str] = {}
    sets = sorted({e.statement.article for e in entries if e.statement.article})
    for lang in i18n.LANGUAGES:
        for entry in entries:
            made[f"{lang}/{entry.statement.id}.html"] = page(entry, lang, past=past)
        for article in sets:
            chosen = [e for e in entries if e.statement.article == article]
            name = f"set-{article}.html"
            made[f"{lang}/{name}"] = index(chosen, lang, set_title(article, lang), name)
        title = say("Public statements, checked", "Déclarations publiques, vérifiées", lang)
        made[f"{lang}/index.html"] = index(entries, lang, title, "index.html")
    place = files.folder(folder)
    for lang in i18n.LANGUAGES:
        files.folder(str(place / lang))
    for name, text in made.items():
        files.write_text(place / name, text)
    return list(made)
