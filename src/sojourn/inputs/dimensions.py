"""The closed lists that every table shares: modes of entry, nationalities, provinces, payers."""

from __future__ import annotations

from typing import NamedTuple


class Label(NamedTuple):
    """A name in both languages."""

    en: str
    fr: str


MODES: dict[str, Label] = {
    "land_port": Label("Land port of entry", "Point d'entrée terrestre"),
    "between_ports": Label("Between ports of entry", "Entre les points d'entrée"),
    "airport": Label("Airport", "Aéroport"),
    "inland": Label("Inland office", "Bureau intérieur"),
    "other": Label("Other (harbour, unknown)", "Autre (port maritime, inconnu)"),
}
"""How the person entered and where they claimed, one disjoint mapping (docs/arrivals.md)."""

NATIONALITIES: dict[str, Label] = {
    "MEX": Label("Mexico", "Mexique"),
    "IND": Label("India", "Inde"),
    "HTI": Label("Haiti", "Haïti"),
    "NGA": Label("Nigeria", "Nigéria"),
    "COL": Label("Colombia", "Colombie"),
    "TUR": Label("Türkiye", "Türkiye"),
    "IRN": Label("Iran", "Iran"),
    "PAK": Label("Pakistan", "Pakistan"),
    "BGD": Label("Bangladesh", "Bangladesh"),
    "CHN": Label("China", "Chine"),
    "USA": Label("United States", "États-Unis"),
    "VEN": Label("Venezuela", "Venezuela"),
    "other": Label("Other nationalities", "Autres nationalités"),
}
"""Nationality groups by ISO 3166-1 alpha-3 code, and the rest."""

PROVINCES: dict[str, Label] = {
    "NL": Label("Newfoundland and Labrador", "Terre-Neuve-et-Labrador"),
    "PE": Label("Prince Edward Island", "Île-du-Prince-Édouard"),
    "NS": Label("Nova Scotia", "Nouvelle-Écosse"),
    "NB": Label("New Brunswick", "Nouveau-Brunswick"),
    "QC": Label("Quebec", "Québec"),
    "ON": Label("Ontario", "Ontario"),
    "MB": Label("Manitoba", "Manitoba"),
    "SK": Label("Saskatchewan", "Saskatchewan"),
    "AB": Label("Alberta", "Alberta"),
    "BC": Label("British Columbia", "Colombie-Britannique"),
    "YT": Label("Yukon", "Yukon"),
    "NT": Label("Northwest Territories", "Territoires du Nord-Ouest"),
    "NU": Label("Nunavut", "Nunavut"),
    "unknown": Label("Province not stated", "Province non précisée"),
}
"""Provinces and territories by two-letter code."""

PAYERS: dict[str, Label] = {
    "federal": Label("Federal government", "Gouvernement fédéral"),
    "provincial": Label("Provinces", "Provinces"),
    "municipal": Label("Cities", "Villes"),
    "charity": Label("Charities", "Organismes de bienfaisance"),
}
"""Who pays; which province or city is a dimension of its own."""
