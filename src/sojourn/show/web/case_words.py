"""Facts and codes of the law in words, for the form of one person's case."""

from __future__ import annotations

from sojourn.inputs.dimensions import Label

FACTS: dict[str, Label] = {
    "date_of_claim": Label("Day of the claim", "Jour de la demande"),
    "date_of_entry": Label("Day of entry", "Jour de l'entrée"),
    "date_of_decision": Label("Day of the officer's decision", "Jour de la décision de l'agent"),
    "first_entry_after_cutoff": Label(
        "First entry after 24 June 2020", "Première entrée après le 24 juin 2020"
    ),
    "date_of_referral": Label("Day of referral", "Jour du déféré"),
    "date_of_rpd_decision": Label("Day of the RPD decision", "Jour de la décision de la SPR"),
    "date_of_last_negative": Label(
        "Day of the last negative decision", "Jour de la dernière décision négative"
    ),
    "date_of_event": Label("Day of the event", "Jour de l'événement"),
    "nationalities": Label(
        "Nationalities (three-letter codes, by commas)",
        "Nationalités (codes à trois lettres, par virgules)",
    ),
    "stateless": Label("Stateless", "Apatride"),
    "former_habitual_residence": Label(
        "Former habitual residence (three-letter code)",
        "Ancienne résidence habituelle (code à trois lettres)",
    ),
    "age": Label("Age", "Âge"),
    "spouse_or_partner": Label("Spouse or partner", "Époux ou conjoint"),
    "accompanied_by_parent_or_guardian": Label(
        "Arrives with a parent or guardian", "Arrive avec un parent ou tuteur"
    ),
    "parent_or_guardian_in_canada_or_us": Label(
        "Parent or guardian in Canada or the US", "Parent ou tuteur au Canada ou aux É.-U."
    ),
    "responsible_adult_in_canada": Label(
        "Responsible adult in Canada", "Adulte responsable au Canada"
    ),
    "came_from_us": Label("Came from the United States", "Venue des États-Unis"),
    "entry_mode": Label("How the person entered", "Mode d'entrée"),
    "claim_place": Label("Where the claim is made", "Lieu de la demande"),
    "us_removal_transit": Label(
        "In transit under a US removal", "En transit, renvoyée par les É.-U."
    ),
    "examination_cannot_be_completed": Label(
        "Examination cannot be completed", "Contrôle impossible à terminer"
    ),
    "anchor_relation": Label("Relative in Canada: relation", "Proche au Canada : lien"),
    "anchor_status": Label("Relative in Canada: status", "Proche au Canada : statut"),
    "anchor_age": Label("Relative's age", "Âge du proche"),
    "anchor_in_canada": Label("Relative is in Canada", "Le proche est au Canada"),
    "anchor_proof": Label("Proof of the relation", "Preuve du lien"),
    "stca_exception_found": Label("Exception already found", "Exception déjà reconnue"),
    "document_held": Label("Canadian document held", "Document canadien détenu"),
    "visa_needed_for_canada": Label("Visa needed for Canada", "Visa requis pour le Canada"),
    "visa_needed_for_us": Label(
        "Visa needed for the United States", "Visa requis pour les États-Unis"
    ),
    "refused_by_us_without_claim_decision": Label(
        "Turned back by the US without a decision", "Refoulée par les É.-U. sans décision"
    ),
    "permanent_resident_removed_from_us": Label(
        "Permanent resident removed from the US", "Résidente permanente renvoyée des É.-U."
    ),
    "death_penalty_exposure": Label("Exposed to the death penalty", "Passible de la peine de mort"),
    "tsr_national": Label(
        "National of a country under a stay of removals", "Nationale d'un pays visé par un sursis"
    ),
    "canada_prior": Label("Earlier claim in Canada", "Demande antérieure au Canada"),
    "prior_decision_reconsidered": Label(
        "Earlier decision reconsidered", "Décision antérieure réexaminée"
    ),
    "prior_claim_abroad": Label(
        "Earlier claim abroad (three-letter code)", "Demande antérieure à l'étranger (code)"
    ),
    "prior_claim_abroad_confirmed": Label(
        "Earlier claim abroad confirmed", "Demande à l'étranger confirmée"
    ),
    "prior_claim_abroad_capacity": Label(
        "Could make that claim", "Pouvait présenter cette demande"
    ),
    "refugee_elsewhere": Label("Recognised elsewhere", "Reconnue ailleurs"),
    "returnable_there": Label("Can be returned there", "Peut y être renvoyée"),
    "citizen_of_recognising_country": Label("Citizen of that country", "Citoyenne de ce pays"),
    "evidence_heard_or_allowed_by_2019_06_21": Label(
        "Evidence heard by 21 June 2019", "Preuve entendue au 21 juin 2019"
    ),
    "inadmissibility": Label("Inadmissibility", "Interdiction de territoire"),
    "offence_max_10_years": Label(
        "Offence with a maximum of 10 years", "Infraction passible de 10 ans"
    ),
    "conviction_place": Label("Place of conviction", "Lieu de la condamnation"),
    "sentence_months": Label("Sentence, months", "Peine, mois"),
    "danger_opinion": Label("Danger opinion", "Avis de danger"),
    "s100_2_pending": Label("Referral suspended", "Déféré suspendu"),
    "removal_order": Label("Under a removal order", "Sous mesure de renvoi"),
    "claim_stage": Label("Stage of the claim", "Étape de la demande"),
    "grounds": Label(
        "Grounds found (letters, by commas)", "Motifs retenus (lettres, par virgules)"
    ),
    "rpd_outcome": Label("RPD outcome", "Issue à la SPR"),
    "designated_foreign_national": Label("Designated foreign national", "Étranger désigné"),
    "dco_national": Label(
        "National of a designated country of origin", "Nationale d'un pays d'origine désigné"
    ),
    "decision_reviewed": Label("Decision under review", "Décision contestée"),
    "leave_filed_in_time": Label("Leave sought in time", "Autorisation demandée à temps"),
    "us_resident_reported_at_entry": Label(
        "US resident reported at entry", "Résidente des É.-U. signalée à l'entrée"
    ),
    "prra_notified": Label("Notified of the PRRA", "Avisée de l'ERAR"),
    "exclusion_1e_1f": Label("Excluded (articles 1E, 1F)", "Exclue (articles 1E, 1F)"),
    "event": Label("Event", "Événement"),
}
"""Attributes of a case by name."""

CODES: dict[str, Label] = {
    "land_poe": Label("at a land port of entry", "à un point d'entrée terrestre"),
    "rail": Label("by train", "par train"),
    "between_poe_land_border": Label(
        "between ports, over the land border",
        "entre les points d'entrée, par la frontière terrestre",
    ),
    "airport": Label("at an airport", "à un aéroport"),
    "harbour_or_ferry": Label("at a harbour or ferry", "à un port ou traversier"),
    "other_non_poe": Label("elsewhere, not a port of entry", "ailleurs, hors point d'entrée"),
    "unknown": Label("unknown", "inconnu"),
    "rail_examination": Label("examination on a train", "contrôle à bord d'un train"),
    "inland": Label("inland", "à l'intérieur du pays"),
    "none": Label("none", "aucun"),
    "spouse": Label("spouse", "époux"),
    "common_law_partner": Label("common-law partner", "conjoint de fait"),
    "legal_guardian": Label("legal guardian", "tuteur légal"),
    "child": Label("child", "enfant"),
    "parent": Label("parent", "parent"),
    "sibling": Label("brother or sister", "frère ou sœur"),
    "grandparent": Label("grandparent", "grand-parent"),
    "grandchild": Label("grandchild", "petit-enfant"),
    "uncle_aunt": Label("uncle or aunt", "oncle ou tante"),
    "nephew_niece": Label("nephew or niece", "neveu ou nièce"),
    "cousin": Label("cousin", "cousin"),
    "in_law": Label("in-law", "parent par alliance"),
    "step_relative": Label("step-relative", "parent par remariage"),
    "other": Label("other", "autre"),
    "citizen": Label("citizen", "citoyenneté"),
    "permanent_resident": Label("permanent resident", "résidence permanente"),
    "protected_person": Label("protected person", "personne protégée"),
    "stay_r233": Label("stay on humanitarian grounds", "sursis pour motifs humanitaires"),
    "claim_referred_pending": Label("claim referred and pending", "demande déférée, en instance"),
    "claim_not_referred": Label("claim not referred yet", "demande pas encore déférée"),
    "claim_rejected": Label("claim rejected", "demande rejetée"),
    "claim_withdrawn": Label("claim withdrawn", "demande retirée"),
    "claim_abandoned": Label("claim abandoned", "demande désistée"),
    "claim_terminated": Label("claim terminated", "demande close"),
    "work_permit": Label("work permit", "permis de travail"),
    "work_permit_206_1_b": Label("work permit under R206(1)(b)", "permis de travail, R206(1)b)"),
    "work_permit_invalid": Label("work permit no longer valid", "permis de travail échu"),
    "study_permit": Label("study permit", "permis d'études"),
    "study_permit_invalid": Label("study permit no longer valid", "permis d'études échu"),
    "visitor": Label("visitor", "visiteur"),
    "no_status": Label("without status", "sans statut"),
    "permanent_resident_visa": Label("permanent resident visa", "visa de résident permanent"),
    "temporary_resident_visa": Label("temporary resident visa", "visa de résident temporaire"),
    "temporary_resident_permit": Label("temporary resident permit", "permis de séjour temporaire"),
    "travel_document_s31_3": Label("travel document, IRPA 31(3)", "titre de voyage, LIPR 31(3)"),
    "refugee_travel_papers": Label("refugee travel papers", "titres de voyage de réfugié"),
    "temporary_travel_document_r151": Label(
        "temporary travel document", "titre de voyage temporaire"
    ),
    "transit_only": Label("transit only", "transit seulement"),
    "protection_conferred": Label("protection conferred", "asile conféré"),
    "rejected_by_board": Label("rejected by the Board", "rejetée par la Commission"),
    "ineligible_not_stca": Label(
        "ineligible, not under the Agreement", "irrecevable, hors Entente"
    ),
    "ineligible_stca": Label("ineligible under the Agreement", "irrecevable selon l'Entente"),
    "withdrawn": Label("withdrawn", "retirée"),
    "abandoned": Label("abandoned", "désistée"),
    "established": Label("established", "établie"),
    "not_established": Label("not established", "non établie"),
    "contested": Label("contested", "contestée"),
    "no": Label("no", "non"),
    "yes": Label("yes", "oui"),
    "us": Label("by the United States", "par les États-Unis"),
    "canada": Label("Canada", "Canada"),
    "abroad": Label("abroad", "à l'étranger"),
    "security": Label("security", "sécurité"),
    "human_rights": Label("human rights violations", "atteinte aux droits de la personne"),
    "organized_crime": Label("organised crime", "criminalité organisée"),
    "serious_criminality": Label("serious criminality", "grande criminalité"),
    "sanctions": Label("sanctions", "sanctions"),
    "admissibility_hearing": Label("admissibility hearing", "enquête"),
    "criminal_charge_10y": Label(
        "charge with a maximum of 10 years", "accusation passible de 10 ans"
    ),
    "at_officer": Label("with the officer", "devant l'agent"),
    "pending_rpd": Label("pending at the RPD", "en instance à la SPR"),
    "decided_rpd": Label("decided by the RPD", "tranchée par la SPR"),
    "pending_rad": Label("pending at the RAD", "en instance à la SAR"),
    "accepted": Label("accepted", "acceptée"),
    "rejected": Label("rejected", "rejetée"),
    "rejected_no_credible_basis": Label(
        "rejected, no credible basis", "rejetée, absence de minimum de fondement"
    ),
    "rejected_manifestly_unfounded": Label(
        "rejected, manifestly unfounded", "rejetée, manifestement infondée"
    ),
    "rad_rejection": Label("rejection by the RAD", "rejet par la SAR"),
    "rpd_rejection": Label("rejection by the RPD", "rejet par la SPR"),
    "eligibility": Label("eligibility", "recevabilité"),
    "prra": Label("PRRA", "ERAR"),
    "ineligible": Label("found ineligible", "jugée irrecevable"),
    "rpd_rejected_no_appeal_right": Label(
        "rejected by the RPD, no appeal", "rejetée par la SPR, sans appel"
    ),
    "rad_rejected": Label("rejected by the RAD", "rejetée par la SAR"),
    "order_enforceable": Label("order enforceable", "mesure exécutoire"),
    "prra_notice": Label("PRRA notice given", "avis d'ERAR remis"),
}
"""Values of attributes by code."""

OUTCOMES: dict[str, Label] = {
    "eligible": Label("eligible to be referred", "recevable, à déférer"),
    "ineligible": Label("ineligible", "irrecevable"),
    "barred": Label("barred from claiming", "ne peut présenter de demande"),
    "directed_back": Label(
        "directed back to the United States", "renvoyée temporairement aux États-Unis"
    ),
    "suspended": Label("referral suspended", "déféré suspendu"),
    "uncertain": Label("uncertain on these facts", "incertain selon ces faits"),
    "rpd_hearing": Label("hearing at the RPD", "audience à la SPR"),
    "return_to_us": Label("return to the United States", "retour aux États-Unis"),
    "prra_stream": Label("pre-removal risk assessment", "examen des risques avant renvoi"),
    "prra_on_notification": Label("PRRA on notification", "ERAR sur avis"),
    "prra_barred": Label("PRRA barred", "ERAR exclu"),
    "appeal_available": Label("appeal available", "appel ouvert"),
    "no_appeal": Label("no appeal", "pas d'appel"),
    "available": Label("available", "ouvert"),
    "not_available": Label("not available", "non ouvert"),
    "hearing_mandatory": Label("hearing mandatory", "audience obligatoire"),
    "hearing_discretionary": Label("hearing discretionary", "audience facultative"),
    "automatic_stay": Label("automatic stay", "sursis d'office"),
    "no_automatic_stay": Label("no automatic stay", "pas de sursis d'office"),
    "order_in_force": Label("removal order in force", "mesure de renvoi en vigueur"),
    "departure_deadline": Label("departure deadline", "délai de départ"),
    "due": Label("due", "échéance"),
    "terminable_by_notice": Label("can be ended by notice", "peut être close par avis"),
    "not_reached": Label("not reached by the new grounds", "non touchée par les nouveaux motifs"),
}
"""Outcomes of decisions by code."""

SURE: dict[str, Label] = {
    "high": Label("high", "élevé"),
    "medium": Label("medium", "moyen"),
    "low": Label("low", "faible"),
}
"""How sure the encoding is."""
