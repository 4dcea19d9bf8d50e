"""Frames and rows as tables to read: headings in words, numbers by language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sojourn.inputs.dimensions import Label
from sojourn.show import i18n

if TYPE_CHECKING:
    from rich.table import Table

HEADINGS: dict[str, Label] = {
    "scenario": Label("Scenario", "Scénario"),
    "series": Label("Series", "Série"),
    "date": Label("Date", "Date"),
    "year": Label("Year", "Année"),
    "month": Label("Month", "Mois"),
    "start": Label("From", "Du"),
    "end": Label("To", "Au"),
    "mode": Label("Mode of entry", "Mode d'entrée"),
    "province": Label("Province", "Province"),
    "nationality": Label("Nationality", "Nationalité"),
    "stage": Label("Stage", "Étape"),
    "payer": Label("Payer", "Payeur"),
    "item": Label("Item", "Élément"),
    "output_type": Label("Kind", "Genre"),
    "output_type_id": Label("Quantile", "Quantile"),
    "value": Label("Value", "Valeur"),
    "low": Label("Low", "Bas"),
    "high": Label("High", "Haut"),
    "unit": Label("Unit", "Unité"),
    "missing": Label("Missing", "Absence"),
    "kind": Label("Kind", "Genre"),
    "available": Label("Available", "Disponible"),
    "vintage": Label("Vintage", "Version"),
    "source_id": Label("Source", "Source"),
    "used": Label("Used", "Utilisé"),
    "note": Label("Note", "Note"),
    "parameter": Label("Parameter", "Paramètre"),
    "mean": Label("Mean", "Moyenne"),
    "published": Label("Published", "Publié"),
    "model": Label("Model", "Modèle"),
    "error": Label("Error", "Écart"),
    "limit": Label("Limit", "Limite"),
    "passed": Label("Passed", "Réussi"),
    "listed": Label("Listed", "Déclaré"),
    "check": Label("Check", "Vérification"),
    "observed": Label("Observed", "Observé"),
    "outcome": Label("Outcome", "Résultat"),
    "provision": Label("Provision", "Disposition"),
    "horizon": Label("Horizon", "Horizon"),
    "origin_date": Label("Origin", "Origine"),
    "target": Label("Target", "Cible"),
    "person": Label("Person", "Personne"),
    "cost": Label("Cost", "Coût"),
    "share": Label("Share", "Part"),
    "path": Label("Path", "Parcours"),
    "statement": Label("Statement", "Déclaration"),
    "verdict": Label("Verdict", "Verdict"),
    "explanation": Label("Explanation", "Explication"),
    "first_order": Label("First order", "Premier ordre"),
    "total": Label("Total", "Total"),
}
"""Column names as a person reads them; a name that is not here is shown with its spaces."""

_PLAIN_NUMBERS = ("year", "id", "seed", "output_type_id", "used", "line")


def heading(name: str, lang: str, headings: Mapping[str, str] | None = None) -> str:
    """A column's name in words."""
    if headings and name in headings:
        return headings[name]
    label = HEADINGS.get(name)
    if label:
        return label.fr if lang == "fr" else label.en
    return name.replace("_", " ").capitalize()


def cell(value: Any, lang: str, column: str = "") -> str:
    """A value as text: numbers grouped by language with sensible decimals, absent as a dash."""
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return i18n.say("yes", "oui", lang) if value else i18n.say("no", "non", lang)
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        if column in _PLAIN_NUMBERS:
            return str(value)
        return i18n.number(float(value), lang, decimals(float(value)))
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {cell(item, lang)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(cell(item, lang) for item in value)
    return str(value)


def decimals(value: float) -> int:
    """Decimals that leave about three significant digits, none for a whole number."""
    size = abs(value)
    if value == round(value) or size >= 1000:
        return 0
    return 1 if size >= 10 else 2 if size >= 1 else 3


def rich_table(
    rows: Any,
    *,
    lang: str = "en",
    title: str | None = None,
    headings: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> Table:
    """A rich table of a polars frame, a list of mappings or one mapping (as names and values).

    limit: rows shown; the caption says how many are left.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if hasattr(rows, "to_dicts"):
        rows = rows.to_dicts()
    if isinstance(rows, Mapping):
        rows = [{"": heading(str(k), lang, headings), " ": v} for k, v in rows.items()]
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    shown: Sequence[Mapping[str, Any]] = rows if limit is None else rows[:limit]
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
                  pad_edge=False, caption_justify="left")  # fmt: skip
    for name in columns:
        numeric = all(
            isinstance(row.get(name), int | float) or row.get(name) is None for row in shown
        )
        words = heading(name, lang, headings) if name.strip() else ""
        table.add_column(words, justify="right" if numeric else "left", overflow="fold")
    for row in shown:
        table.add_row(*(Text(cell(row.get(name), lang, name)) for name in columns))
    left = len(rows) - len(shown)
    if left:
        count = i18n.number(left, lang)
        table.caption = i18n.say(
            f"{count} more rows: --csv FILE or --json gives all",
            f"{count} lignes de plus : --csv FICHIER ou --json les donne toutes",
            lang,
        )
    if not rows:
        table.caption = i18n.say("no rows", "aucune ligne", lang)
    return table
