"""What `sojourn cost` shows on the terminal: the mean, by payer, stage and path, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sojourn.inputs.dimensions import MODES, NATIONALITIES, PAYERS
from sojourn.show import i18n
from sojourn.show.i18n import say

SHOWN_PATHS = 12


def page(document: dict[str, Any], lang: str) -> Any:
    """What the terminal shows: the mean, by payer and stage, the paths, what was bought."""
    from rich.console import Group

    from sojourn.costs import programmes
    from sojourn.flow import stages

    fr = lang == "fr"
    stage_names = programmes.stage_labels()
    edges = {edge.name: edge.label for edge in stages.load().edges}

    def word(label: Any) -> str:
        return str(label.fr if fr else label.en)

    def payer_name(code: str) -> str:
        return word(PAYERS[code])

    def stage_name(code: str) -> str:
        return word(stage_names[code])

    def path_name(path: str) -> str:
        steps = [edge for edge in path.split(" > ") if edge != "eligibility.referred"]
        return " › ".join(word(edges[edge]) for edge in steps)

    parts = [
        heading(document, lang),
        _table(
            say("CAD per person, by payer", "Dollars par personne, par payeur", lang),
            (say("Payer", "Payeur", lang), *_columns(lang)),
            [
                (payer_name(k), *_amounts(v, document["ranges"]["by_payer"][k], lang))
                for k, v in document["by_payer"].items()
            ],
        ),
        _table(
            say("CAD per person, by stage", "Dollars par personne, par étape", lang),
            (say("Stage", "Étape", lang), *_columns(lang)),
            [
                (stage_name(k), *_amounts(v, document["ranges"]["by_stage"][k], lang))
                for k, v in document["by_stage"].items()
            ],
        ),
        _paths(document, path_name, lang),
        _table(
            say("What it bought, persons", "Ce que cela a permis, personnes", lang),
            (say("Outcome", "Issue", lang), say("Persons", "Personnes", lang)),
            [
                (OUTCOMES[name][fr], i18n.number(value, lang))
                for name, value in document["outcomes"].items()
            ],
        ),
    ]
    if document["not_counted"]:
        parts.append(_left_out(document, payer_name, lang))
    return Group(*parts)


OUTCOMES = {
    "protected": ("Protected", "Protégées"),
    "returned_to_us": ("Returned to the United States", "Renvoyées aux États-Unis"),
    "removed": ("Removed", "Renvoyées du Canada"),
    "left": ("Left on their own", "Parties d'elles-mêmes"),
    "regularised": (
        "Humanitarian grounds or public policy",
        "Motifs humanitaires ou politique publique",
    ),
    "removal_stayed": ("Waiting under a stay of removal", "En attente, renvoi suspendu"),
    "open": ("Still before the Board or the Court", "Toujours devant la Commission ou la Cour"),
    "not_removed": ("Not removed (not located)", "Non renvoyées (non localisées)"),
}
"""Outcomes in English and French."""


def heading(document: dict[str, Any], lang: str) -> str:
    """The cohort in words, its persons, mean with range, and total."""
    who = [document["cohort"]]
    if document["mode"]:
        label = MODES[document["mode"]]
        who.append(label.fr if lang == "fr" else label.en)
    if document["nationality"]:
        nation = NATIONALITIES[document["nationality"]]
        who.append(nation.fr if lang == "fr" else nation.en)
    if document["as_of"]:
        who.append(say("as known on", "tel que connu le", lang) + " " + document["as_of"])
    low, high = document["ranges"]["mean"]
    mean = i18n.money(document["mean"], lang)
    band = f"{i18n.money(low, lang)} – {i18n.money(high, lang)}"
    persons = i18n.number(document["persons"], lang)
    total = i18n.money(document["total"], lang)
    waits = i18n.number(document["months"]["to_the_end"], lang, 1)
    return (
        say("Cohort of", "Cohorte de", lang)
        + " "
        + ", ".join(who)
        + "\n"
        + say(
            f"{persons} persons; {mean} per person (90% of members {band}); {total} in all;"
            f" {waits} months to the end of a case on average.",
            f"{persons} personnes; {mean} par personne (90 % des membres : {band}); {total} en"
            f" tout; {waits} mois en moyenne jusqu'à la fin d'un dossier.",
            lang,
        )
        + "\n"
    )


def _columns(lang: str) -> tuple[str, str, str]:
    return (say("Cost", "Coût", lang), say("low", "bas", lang), say("high", "haut", lang))


def _amounts(value: float, band: tuple[float, float], lang: str) -> tuple[str, str, str]:
    return (i18n.number(value, lang), i18n.number(band[0], lang), i18n.number(band[1], lang))


def _table(
    title: str, columns: tuple[str, ...], body: Sequence[tuple[str, ...]], text: bool = False
) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k == 0 or text else "right", overflow="fold")
    for row in body:
        table.add_row(*row)
    return table


def _paths(document: dict[str, Any], name: Any, lang: str) -> Any:
    def row(path: dict[str, Any], mark: str = "") -> tuple[str, ...]:
        return (
            mark + name(path["path"]),
            i18n.percent(path["share"], lang, 1),
            i18n.number(path["months"], lang, 1),
            i18n.number(path["cost"], lang),
            i18n.number(path["low"], lang),
            i18n.number(path["high"], lang),
        )

    body = [row(path) for path in document["paths"][:SHOWN_PATHS]]
    rest = document["paths"][SHOWN_PATHS:]
    if rest:
        share = sum(path["share"] for path in rest)
        spent = sum(path["share"] * path["cost"] for path in rest)
        months = sum(path["share"] * path["months"] for path in rest)
        body.append(
            (
                say(f"{len(rest)} other paths", f"{len(rest)} autres parcours", lang),
                i18n.percent(share, lang, 1),
                i18n.number(months / share if share else None, lang, 1),
                i18n.number(spent / share if share else None, lang),
                "",
                "",
            )
        )
    body.append(row(document["low_path"], say("Lowest: ", "Le plus bas : ", lang)))
    body.append(row(document["high_path"], say("Highest: ", "Le plus haut : ", lang)))
    columns = (
        say("Path", "Parcours", lang),
        say("Share", "Part", lang),
        say("Months", "Mois", lang),
        *_columns(lang),
    )
    return _table(say("Paths", "Parcours", lang), columns, body)


def _left_out(document: dict[str, Any], payer: Any, lang: str) -> Any:
    fr = lang == "fr"

    def band(row: dict[str, Any]) -> str:
        low, high = row["low"], row["high"]
        if low is None and high is None:
            return say("not known", "non connu", lang)
        if high is None:
            return say("at least ", "au moins ", lang) + i18n.money(low, lang)
        return f"{i18n.money(low, lang)} – {i18n.money(high, lang)}"

    body = [
        (
            row["item_fr"] if fr else row["item"],
            payer(row["payer"]),
            band(row),
            row.get("method_fr" if fr else "method", row["method"]),
        )
        for row in document["not_counted"]
    ]
    columns = (
        say("Not counted", "Non compté", lang),
        say("Payer", "Payeur", lang),
        say("Range", "Intervalle", lang),
        say("Method", "Méthode", lang),
    )
    return _table(say("Not counted", "Non compté", lang), columns, body, text=True)
