"""Every output series, declared once: unit, how months become years, labels in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sojourn.inputs.errors import InputError, nearest

LONG_COLUMNS = (
    "scenario",
    "series",
    "date",
    "mode",
    "province",
    "nationality",
    "stage",
    "payer",
    "item",
    "output_type",
    "output_type_id",
    "value",
    "unit",
)
"""Columns of the long table; an empty dimension is the total, `item` a city or programme."""

DIMENSIONS = ("mode", "province", "nationality", "stage", "payer", "item")
OUTPUT_TYPES = ("point", "mean", "quantile", "sample", "observed")
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)

OverYear = Literal["sum", "last", "mean"]


@dataclass(frozen=True)
class Series:
    """One output series.

    `over_year` tells how months become a year: flows sum, stocks take the last month, means are
    weighted by the series named in `weight`. `dims` are the dimensions it can be split by.
    `range_only` series have quantiles and never a single number.
    """

    name: str
    unit: str
    over_year: OverYear
    en: str
    fr: str
    definition_en: str
    definition_fr: str
    dims: tuple[str, ...] = ()
    weight: str = ""
    range_only: bool = False


_WHO = ("mode", "nationality")

_ALL = (
    Series(
        "claims", "persons", "sum", "Claims made", "Demandes présentées",
        "Asylum claims made in Canada, by month of claim (IRCC and CBSA offices).",
        "Demandes d'asile présentées au Canada, par mois (bureaux d'IRCC et de l'ASFC).",
        ("mode", "province", "nationality"),
    ),
    Series(
        "interceptions", "persons", "sum", "Interceptions between ports",
        "Interceptions entre les points d'entrée",
        "People the RCMP intercepted between ports of entry who then made a claim.",
        "Personnes interceptées par la GRC entre les points d'entrée qui demandent l'asile.",
    ),
    Series(
        "eligibility.pending", "persons", "last", "Awaiting an eligibility decision",
        "En attente d'une décision de recevabilité",
        "Claims made whose eligibility has not been decided, at month end.",
        "Demandes dont la recevabilité n'est pas décidée, à la fin du mois.", _WHO,
    ),
    Series(
        "referred", "persons", "sum", "Referred to the RPD", "Déférées à la SPR",
        "Claims found eligible and referred to the Refugee Protection Division.",
        "Demandes jugées recevables et déférées à la Section de la protection des réfugiés.", _WHO,
    ),
    Series(
        "ineligible", "persons", "sum", "Found ineligible", "Jugées irrecevables",
        "Claims found ineligible on any ground, those returned under the Agreement included.",
        "Demandes jugées irrecevables pour tout motif, renvois selon l'Entente compris.", _WHO,
    ),
    Series(
        "returned_to_us", "persons", "sum", "Returned to the United States",
        "Renvoyées aux États-Unis",
        "People returned to the United States under the Safe Third Country Agreement.",
        "Personnes renvoyées aux États-Unis selon l'Entente sur les tiers pays sûrs.", _WHO,
    ),
    Series(
        "rpd.finalised", "persons", "sum", "RPD finalised", "SPR : réglées",
        "Claims finalised by the RPD: decided on the merits, withdrawn or abandoned.",
        "Demandes réglées par la SPR : décidées au fond, retirées ou désistées.", _WHO,
    ),
    Series(
        "rpd.accepted", "persons", "sum", "RPD accepted", "SPR : acceptées",
        "Claims accepted by the RPD.", "Demandes acceptées par la SPR.", _WHO,
    ),
    Series(
        "rpd.rejected", "persons", "sum", "RPD rejected", "SPR : rejetées",
        "Claims rejected by the RPD on the merits.", "Demandes rejetées au fond par la SPR.", _WHO,
    ),
    Series(
        "rpd.withdrawn", "persons", "sum", "RPD withdrawn or abandoned",
        "SPR : retirées ou désistées",
        "Claims withdrawn or abandoned before a decision on the merits.",
        "Demandes retirées ou désistées avant une décision au fond.", _WHO,
    ),
    Series(
        "rpd.pending", "persons", "last", "RPD pending", "SPR : en instance",
        "New-system claims (referred from 2012-12-15) not finalised, at month end.",
        "Demandes du nouveau système (déférées dès le 2012-12-15) non réglées, à la fin du mois.",
        _WHO,
    ),
    Series(
        "rpd.wait_finalised", "months", "mean", "Wait of those finalised",
        "Attente des demandes réglées",
        "Mean months from referral of the claims finalised in the month.",
        "Mois moyens depuis le déféré des demandes réglées dans le mois.",
        weight="rpd.finalised",
    ),
    Series(
        "rpd.wait_projected", "months", "last", "Projected wait (IRB definition)",
        "Attente projetée (définition de la CISR)",
        "Pending claims divided by funded yearly capacity, in months.",
        "Demandes en instance divisées par la capacité annuelle financée, en mois.",
    ),
    Series(
        "rpd.wait_new", "months", "mean", "Wait of a new claim", "Attente d'une nouvelle demande",
        "Simulated mean months to finalisation of a claim referred in the month.",
        "Mois moyens simulés jusqu'au règlement d'une demande déférée dans le mois.",
        weight="referred",
    ),
    Series(
        "rpd.age_under_12", "share", "last", "Pending under 12 months",
        "En instance depuis moins de 12 mois",
        "Share of pending RPD claims referred less than 12 months ago.",
        "Part des demandes en instance déférées depuis moins de 12 mois.",
    ),
    Series(
        "rpd.age_over_24", "share", "last", "Pending over 24 months",
        "En instance depuis plus de 24 mois",
        "Share of pending RPD claims referred more than 24 months ago.",
        "Part des demandes en instance déférées depuis plus de 24 mois.",
    ),
    Series(
        "rad.filed", "persons", "sum", "Appeals filed", "Appels interjetés",
        "Appeals of RPD refusals filed with the Refugee Appeal Division.",
        "Appels de refus de la SPR interjetés à la Section d'appel des réfugiés.", _WHO,
    ),
    Series(
        "rad.finalised", "persons", "sum", "Appeals finalised", "Appels réglés",
        "Appeals finalised by the RAD.", "Appels réglés par la SAR.", _WHO,
    ),
    Series(
        "rad.allowed", "persons", "sum", "Appeals allowed", "Appels accueillis",
        "Appeals allowed: substituted or referred back to the RPD.",
        "Appels accueillis : décision substituée ou renvoi à la SPR.", _WHO,
    ),
    Series(
        "rad.pending", "persons", "last", "Appeals pending", "Appels en instance",
        "Appeals not finalised at month end.", "Appels non réglés à la fin du mois.", _WHO,
    ),
    Series(
        "court.pending", "persons", "last", "Federal Court pending", "Cour fédérale : en instance",
        "Applications for leave and judicial review not decided, at month end (assumed rates).",
        "Demandes d'autorisation et de contrôle judiciaire non décidées (taux supposés).", _WHO,
    ),
    Series(
        "prra.pending", "persons", "last", "PRRA pending", "ERAR : en instance",
        "Pre-removal risk assessments not decided, at month end (assumed rates).",
        "Examens des risques avant renvoi non décidés, à la fin du mois (taux supposés).", _WHO,
    ),
    Series(
        "removals", "persons", "sum", "Removals, all", "Renvois, total",
        "All removals carried out by the CBSA, former claimants and others.",
        "Tous les renvois exécutés par l'ASFC, anciens demandeurs et autres.",
    ),
    Series(
        "removals.failed_claimants", "persons", "sum", "Removals of refused claimants",
        "Renvois de demandeurs déboutés",
        "Removals and confirmed departures of people whose claims were refused.",
        "Renvois et départs confirmés de personnes dont la demande a été refusée.", _WHO,
    ),
    Series(
        "pr.admitted", "persons", "sum", "Permanent residents admitted",
        "Résidents permanents admis",
        "Protected persons and their dependants admitted as permanent residents.",
        "Personnes protégées et personnes à charge admises à la résidence permanente.",
    ),
    Series(
        "pr.pending", "persons", "last", "Awaiting permanent residence",
        "En attente de la résidence permanente",
        "Protected persons and dependants abroad awaiting permanent residence, at month end.",
        "Personnes protégées et personnes à charge à l'étranger en attente, à la fin du mois.",
    ),
    Series(
        "shelter.occupied", "persons", "last", "In shelter", "En hébergement",
        "Refugee claimants in city shelters, by city.",
        "Demandeurs d'asile dans les refuges municipaux, par ville.", ("item",),
    ),
    Series(
        "without_status", "persons", "last", "People without status in Canada",
        "Personnes sans statut au Canada",
        "Range only: refused and not removed, expired status, undetected entry; no claimants.",
        "Intervalle seulement : déboutées non renvoyées, statut expiré, entrée non détectée.",
        range_only=True,
    ),
    Series(
        "us.without_status", "persons", "last", "People without status in the United States",
        "Personnes sans statut aux États-Unis",
        "Range only: the residual method with its undercount, mortality and emigration.",
        "Intervalle seulement : méthode résiduelle, avec sous-dénombrement et émigration.",
        range_only=True,
    ),
    Series(
        "cost", "CAD", "sum", "Cost", "Coût",
        "Spending in nominal dollars by stage and payer, transfers apart.",
        "Dépenses en dollars courants par étape et payeur, transferts à part.",
        ("stage", "payer", "province", "item"),
    ),
)  # fmt: skip

SERIES: dict[str, Series] = {series.name: series for series in _ALL}


def get(name: str, *, where: str = "--series") -> Series:
    """The declared series. Raises InputError with the nearest known name."""
    try:
        return SERIES[name]
    except KeyError:
        raise InputError(where, "series", name, nearest(name, SERIES)) from None
