"""The same law written a second time, as plain functions with their dates in place.

Written from the text of the specification, not from the rule table, and shares no code with it.
`answer(facts, question)` returns (outcome, provision); Refused means that the question lacks what
it turns on.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any


class Refused(Exception):
    """The question cannot be answered from these facts; the argument names the field."""


DATES = [
    "date_of_claim", "date_of_entry", "date_of_decision", "first_entry_after_cutoff",
    "date_of_referral", "date_of_rpd_decision", "date_of_last_negative", "date_of_event",
]  # fmt: skip

PLAIN: dict[str, Any] = {
    "nationalities": [], "stateless": False, "former_habitual_residence": None, "age": 30,
    "spouse_or_partner": False, "accompanied_by_parent_or_guardian": False,
    "parent_or_guardian_in_canada_or_us": False, "responsible_adult_in_canada": False,
    "came_from_us": False, "entry_mode": "unknown", "claim_place": "inland",
    "us_removal_transit": False, "examination_cannot_be_completed": False,
    "anchor_relation": None, "anchor_status": None, "anchor_age": 30, "anchor_in_canada": True,
    "anchor_proof": "established", "stca_exception_found": "no", "document_held": None,
    "visa_needed_for_canada": True, "visa_needed_for_us": True,
    "refused_by_us_without_claim_decision": False, "permanent_resident_removed_from_us": False,
    "death_penalty_exposure": None, "tsr_national": False, "canada_prior": None,
    "prior_decision_reconsidered": False, "prior_claim_abroad": None,
    "prior_claim_abroad_confirmed": True, "prior_claim_abroad_capacity": "yes",
    "refugee_elsewhere": False, "returnable_there": False,
    "citizen_of_recognising_country": False, "evidence_heard_or_allowed_by_2019_06_21": False,
    "inadmissibility": None, "offence_max_10_years": False, "conviction_place": None,
    "sentence_months": 0, "danger_opinion": False, "s100_2_pending": None,
    "removal_order": False, "claim_stage": "at_officer", "grounds": None, "rpd_outcome": None,
    "designated_foreign_national": False, "dco_national": False, "decision_reviewed": None,
    "leave_filed_in_time": True, "us_resident_reported_at_entry": False, "prra_notified": False,
    "exclusion_1e_1f": False, "event": None,
}  # fmt: skip


def person(facts: dict[str, Any]) -> SimpleNamespace:
    """All facts of a case as attributes: stated or usual, days as dates, `none` as None."""
    p = SimpleNamespace(**PLAIN)
    for name in DATES:
        setattr(p, name, None)
    for name, value in facts.items():
        if value == "none":
            value = None
        if name in DATES and value is not None:
            value = date.fromisoformat(value)
        setattr(p, name, value)
    p.date_of_decision = p.date_of_decision or p.date_of_claim
    return p


# --- days -----------------------------------------------------------------------------------


def year_later(day: date) -> date:
    """Same calendar date of the next year; 29 February gives 28 February."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return date(day.year + 1, day.month, day.day)


def years_later(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29) and not isleap(day.year + years):
        return date(day.year + years, 2, 28)
    return date(day.year + years, day.month, day.day)


def days_in_canada(p: SimpleNamespace) -> int:
    """Days from entry to claim, the day of entry left out."""
    return (p.date_of_claim - p.date_of_entry).days


def last_day_in_time(p: SimpleNamespace) -> date | None:
    """Last day on which a claim is within one year of the entry that counts; None: no limit."""
    if p.first_entry_after_cutoff:
        return year_later(p.first_entry_after_cutoff)
    if p.date_of_entry >= date(2020, 6, 25):
        return year_later(p.date_of_entry)
    return None


def over_a_year(p: SimpleNamespace) -> bool:
    limit = last_day_in_time(p)
    return limit is not None and p.date_of_claim >= limit + timedelta(days=1)


def monday_after_sunday_limit(p: SimpleNamespace) -> bool:
    limit = last_day_in_time(p)
    return limit is not None and limit.isoweekday() == 7 and (p.date_of_claim - limit).days == 1


# --- the Agreement --------------------------------------------------------------------------

FAMILY = [
    "spouse", "common_law_partner", "child", "parent", "sibling", "grandparent", "grandchild",
    "uncle_aunt", "nephew_niece",
]  # fmt: skip


def exempt_by_nationality(p: SimpleNamespace) -> bool:
    return "USA" in p.nationalities or (p.stateless and p.former_habitual_residence == "USA")


def at_land_port(p: SimpleNamespace) -> bool:
    return p.entry_mode in ("land_poe", "rail") and p.claim_place in (
        "land_poe",
        "rail_examination",
    )


def crossed_between_ports(p: SimpleNamespace) -> bool:
    return p.entry_mode == "between_poe_land_border"


def covered_between_ports(p: SimpleNamespace) -> bool:
    """Days 0 to 13 after an entry from 25 March 2023 on."""
    return (
        crossed_between_ports(p) and p.date_of_entry > date(2023, 3, 24) and days_in_canada(p) <= 13
    )


def relative_counts(p: SimpleNamespace) -> bool:
    if p.anchor_relation in FAMILY:
        return True
    return p.anchor_relation == "legal_guardian" and p.age <= 17


def relative_has_status(p: SimpleNamespace) -> bool:
    if p.anchor_status in ("citizen", "permanent_resident", "protected_person", "stay_r233"):
        return True
    adult = p.anchor_age > 17
    return adult and p.anchor_status in ("claim_referred_pending", "work_permit", "study_permit")


def qualifying_relative(p: SimpleNamespace) -> bool:
    return relative_counts(p) and relative_has_status(p) and p.anchor_in_canada


def alone_and_under_18(p: SimpleNamespace) -> bool:
    return p.age <= 17 and not (
        p.accompanied_by_parent_or_guardian
        or p.spouse_or_partner
        or p.parent_or_guardian_in_canada_or_us
    )


def exception_159_5(p: SimpleNamespace) -> bool:
    return (
        (qualifying_relative(p) and p.anchor_proof == "established")
        or alone_and_under_18(p)
        or p.document_held not in (None, "transit_only")
        or (not p.visa_needed_for_canada and p.visa_needed_for_us)
        or p.refused_by_us_without_claim_decision
        or p.permanent_resident_removed_from_us
        or p.stca_exception_found == "yes"
    )


def exception_159_6(p: SimpleNamespace) -> bool:
    stay_of_removals = p.tsr_national and p.date_of_claim <= date(2009, 7, 22)
    return p.death_penalty_exposure in ("us", "other") or stay_of_removals


def exception_in_doubt(p: SimpleNamespace) -> bool:
    step = p.anchor_relation == "step_relative" and relative_has_status(p) and p.anchor_in_canada
    sent_back = qualifying_relative(p) and p.anchor_proof == "contested"
    return p.stca_exception_found == "contested" or sent_back or step


def referred_through_exception(p: SimpleNamespace) -> bool:
    if not p.came_from_us or exempt_by_nationality(p):
        return False
    if not (at_land_port(p) or covered_between_ports(p)):
        return False
    return exception_159_5(p) or exception_159_6(p)


# --- eligibility ----------------------------------------------------------------------------

SHARING = ("USA", "GBR", "AUS", "NZL")


def minor_policy(p: SimpleNamespace) -> bool:
    return (
        p.age <= 17
        and not p.responsible_adult_in_canada
        and p.date_of_decision >= date(2026, 5, 19)
    )


def stopped(p: SimpleNamespace) -> tuple[str, str] | None:
    """What ends the matter before any ground is looked at."""
    if p.removal_order:
        return "barred", "IRPA 99(3)"
    if p.examination_cannot_be_completed and p.came_from_us and at_land_port(p):
        return "directed_back", "IRPR 41(a)-(c)"
    entry = p.date_of_entry
    if (
        date(2020, 3, 21) <= entry <= date(2021, 11, 20)
        and p.came_from_us
        and crossed_between_ports(p)
        and p.claim_place == "inland"
        and days_in_canada(p) in (0, 1)
        and not exempt_by_nationality(p)
    ):
        return "directed_back", "Quarantine Act s. 58 orders; IRPR 41(d), 228(1.1)"
    if (
        date(2020, 3, 21) <= entry <= date(2020, 4, 20)
        and p.came_from_us
        and at_land_port(p)
        and not exempt_by_nationality(p)
    ):
        return "directed_back", "Quarantine Act s. 58 order of 2020-03-20"
    if p.s100_2_pending:
        return "suspended", "IRPA 100(2)"
    return None


def grounds(p: SimpleNamespace) -> dict[str, str]:
    """Letters of all grounds that hold, each with its provision."""
    found: dict[str, str] = {}
    claim = p.date_of_claim
    reachable = p.claim_stage in ("at_officer", "pending_rpd")
    if p.canada_prior == "protection_conferred":
        found["a"] = "IRPA 101(1)(a)"
    if p.canada_prior == "rejected_by_board":
        found["b"] = "IRPA 101(1)(b)"
    if claim >= date(2025, 6, 3) and reachable and not minor_policy(p):
        if over_a_year(p) and not monday_after_sunday_limit(p):
            found["b1"] = "IRPA 101(1)(b.1), 101(1.1); 2026, c. 4, s. 75"
        if (
            p.came_from_us
            and crossed_between_ports(p)
            and p.date_of_entry > date(2023, 3, 24)
            and days_in_canada(p) > 13
        ):
            found["b2"] = "IRPA 101(1)(b.2); 2026, c. 4, s. 75; IRPR 159.4(1.1)"
    if earlier_claim_counts(p):
        found["c"] = "IRPA 101(1)(c); IRPR 159.01 from 2023-03-25"
    if claim >= date(2019, 4, 8) and p.prior_claim_abroad in SHARING:
        heard = claim <= date(2019, 6, 21) and p.evidence_heard_or_allowed_by_2019_06_21
        if p.prior_claim_abroad_confirmed and p.prior_claim_abroad_capacity == "yes" and not heard:
            found["c1"] = "IRPA 101(1)(c.1); 2019, c. 29, ss. 306, 309"
    if p.refugee_elsewhere and p.returnable_there and not p.citizen_of_recognising_country:
        found["d"] = "IRPA 101(1)(d)"
    returned = agreement(p)
    if returned:
        found["e"] = returned
    serious = p.inadmissibility == "serious_criminality" and p.offence_max_10_years
    always = p.inadmissibility in ("security", "human_rights", "organized_crime")
    if claim >= date(2012, 12, 15):
        if always or serious:
            found["f"] = "IRPA 101(1)(f), 101(2)"
    else:
        in_canada = p.conviction_place == "canada" and p.sentence_months >= 24
        abroad = p.conviction_place == "abroad" and p.danger_opinion
        if always or (serious and (in_canada or abroad)):
            found["f"] = "IRPA 101(1)(f), 101(2) as enacted"
    return found


def earlier_claim_counts(p: SimpleNamespace) -> bool:
    if p.prior_decision_reconsidered:
        return False
    if p.canada_prior in ("ineligible_not_stca", "withdrawn", "abandoned"):
        return True
    if p.canada_prior != "ineligible_stca":
        return False
    carved_out = p.refused_by_us_without_claim_decision and p.date_of_claim >= date(2023, 3, 25)
    return not carved_out


def agreement(p: SimpleNamespace) -> str:
    """Provisions under which the Agreement makes the claim ineligible; empty if it does not."""
    found: list[str] = []
    if p.date_of_claim < date(2004, 12, 29) or exempt_by_nationality(p):
        return ""
    no_exception = not (exception_159_5(p) or exception_159_6(p) or exception_in_doubt(p))
    if p.came_from_us and at_land_port(p) and no_exception:
        found.append("IRPA 101(1)(e); IRPR 159.1-159.6")
    if p.came_from_us and covered_between_ports(p) and no_exception:
        found.append("IRPA 101(1)(e); IRPR 159.4(1.1)")
    if p.us_removal_transit and p.claim_place == "airport" and not exception_159_6(p):
        found.append("IRPA 101(1)(e); IRPR 159.4(2), 159.6")
    return "; ".join(found)


def in_doubt(p: SimpleNamespace) -> tuple[str, str] | None:
    """The first point on which the law is uncertain."""
    claim = p.date_of_claim
    inside = p.came_from_us and not exempt_by_nationality(p)
    no_5, no_6 = not exception_159_5(p), not exception_159_6(p)
    if (
        claim >= date(2004, 12, 29)
        and inside
        and exception_in_doubt(p)
        and no_5
        and no_6
        and (at_land_port(p) or covered_between_ports(p))
    ):
        return "uncertain", "IRPR 159.5; IRPA 100(1.1)"
    early = crossed_between_ports(p) and p.date_of_entry < date(2023, 3, 25)
    if claim >= date(2023, 3, 25):
        soon = days_in_canada(p) < 14
        if inside and early and soon and no_5 and no_6:
            return "uncertain", "IRPR 159.4(1.1); Additional Protocol para 1"
        if inside and p.entry_mode == "other_non_poe" and soon and no_5:
            return "uncertain", "IRPR 159.4(1)(a), (1.1); Additional Protocol para 2"
    if (
        claim >= date(2025, 6, 3)
        and p.came_from_us
        and early
        and days_in_canada(p) >= 14
        and not over_a_year(p)
    ):
        return "uncertain", "IRPA 101(1)(b.2)"
    if (
        claim >= date(2019, 4, 8)
        and p.prior_claim_abroad in SHARING
        and p.prior_claim_abroad_capacity == "contested"
    ):
        return "uncertain", "IRPA 101(1)(c.1)"
    if (
        claim >= date(2025, 6, 3)
        and over_a_year(p)
        and monday_after_sunday_limit(p)
        and not minor_policy(p)
    ):
        return "uncertain", "IRPA 101(1)(b.1); Interpretation Act s. 26"
    return None


def eligibility(p: SimpleNamespace) -> tuple[str, str]:
    if p.date_of_claim < date(2002, 6, 28):
        raise Refused("date_of_claim")
    first = stopped(p)
    if first:
        return first
    held = grounds(p)
    if held:
        letters = [x for x in ("a", "b", "b1", "b2", "c", "c1", "d", "e", "f") if x in held]
        return "ineligible:" + "+".join(letters), "; ".join(held[x] for x in letters)
    return in_doubt(p) or ("eligible", "IRPA 100(1), (3)")


# --- consequences ---------------------------------------------------------------------------


def letters_of(p: SimpleNamespace) -> set[str]:
    """Grounds as stated, otherwise as the eligibility decision finds them."""
    if p.grounds is not None:
        return set(p.grounds)
    outcome, _ = eligibility(p)
    return set(outcome.split(":")[1].split("+")) if outcome.startswith("ineligible") else set()


def needed(day: date | None, field: str) -> date:
    if day is None or day < date(2002, 6, 28):
        raise Refused(field)
    return day


def destination(p: SimpleNamespace) -> tuple[str, str]:
    found = letters_of(p)
    needed(p.date_of_decision, "date_of_decision")
    if "e" in found:
        return "return_to_us", "IRPA 115(3)"
    if found:
        return "prra_stream", "IRPA 112; IRPR 160"
    return "rpd_hearing", "IRPA 100, 107, 170"


def rad(p: SimpleNamespace) -> tuple[str, str]:
    decided = needed(p.date_of_rpd_decision, "date_of_rpd_decision")
    if p.date_of_referral and p.date_of_referral < date(2012, 12, 15):
        return "no_appeal", "2010, c. 8, s. 36(1)"
    if decided < date(2012, 12, 15):
        raise Refused("date_of_referral")
    if p.designated_foreign_national:
        return "no_appeal", "IRPA 110(2)(a)"
    if p.rpd_outcome in ("withdrawn", "abandoned"):
        return "no_appeal", "IRPA 110(2)(b)"
    if p.rpd_outcome in ("rejected_no_credible_basis", "rejected_manifestly_unfounded"):
        return "no_appeal", "IRPA 110(2)(c), 107(2), 107.1"
    if referred_through_exception(p):
        return "no_appeal", "IRPA 110(2)(d)"
    if decided <= date(2015, 7, 22) and p.dco_national:
        return "no_appeal", "IRPA 110(2)(d.1)"
    return "appeal_available", "IRPA 110(1)"


def removal_order(p: SimpleNamespace) -> tuple[str, str]:
    if p.event in (None, "prra_notice"):
        raise Refused("event")
    day = needed(p.date_of_event, "date_of_event")

    def force(days: int, provision: str) -> tuple[str, str]:
        return f"order_in_force:{day + timedelta(days=days)}", provision

    new_act = day >= date(2026, 3, 26)
    if p.event == "ineligible":
        if letters_of(p) == {"e"}:
            return force(0, "IRPA 49(2)(a)")
        return force(7, "IRPA 49(2)(b)")
    if p.event == "withdrawn":
        if new_act:
            return force(0, "IRPA 49(2)(f)")
        return force(15, "IRPA 49(2)(d) (before 2026, c. 4)")
    if p.event == "abandoned":
        return force(15, "IRPA 49(2)(d); from 2026-03-26 49(2)(g)")
    if p.event == "rad_rejected":
        if day < date(2012, 12, 15):
            raise Refused("date_of_event")
        return force(15, "IRPA 49(2)(c); from 2026-03-26 49(2)(e)")
    if p.event == "rpd_rejected_no_appeal_right":
        if day < date(2012, 12, 15):
            return force(15, "IRPA 49(2)(c) as enacted")
        if not new_act:
            return "uncertain", "IRPA 49(2)(c) as replaced in 2012"
        return force(15, "IRPA 49(2)(c)")
    return f"departure_deadline:{day + timedelta(days=30)}", "IRPR 224(2)"


NEGATIVE = (
    "rejected",
    "rejected_no_credible_basis",
    "rejected_manifestly_unfounded",
    "withdrawn",
    "abandoned",
)


def prra(p: SimpleNamespace) -> tuple[str, str]:
    found = letters_of(p)
    needed(p.date_of_decision, "date_of_decision")
    if "e" in found:
        return "prra_barred", "IRPA 112(2)(b)"
    if found:
        return "prra_on_notification", "IRPA 112(1); IRPR 160"
    if p.rpd_outcome in NEGATIVE and not p.exclusion_1e_1f:
        last = p.date_of_last_negative
        if last is None:
            raise Refused("date_of_last_negative")
        long_bar = p.dco_national and date(2012, 12, 15) <= last <= date(2019, 2, 28)
        if long_bar:
            return f"prra_barred_until:{years_later(last, 3)}", "IRPA 112(2)(b.1)"
        if last >= date(2012, 6, 28):
            return f"prra_barred_until:{years_later(last, 1)}", "IRPA 112(2)(b.1)"
    return "prra_on_notification", "IRPA 112(1); IRPR 160"


def prra_hearing(p: SimpleNamespace) -> tuple[str, str]:
    day = needed(p.date_of_decision, "date_of_decision")
    if day >= date(2019, 6, 21) and letters_of(p) == {"c1"}:
        return "hearing_mandatory", "IRPA 113.01"
    return "hearing_discretionary", "IRPA 113(b); IRPR 167"


def jr_stay(p: SimpleNamespace) -> tuple[str, str]:
    day = needed(p.date_of_event, "date_of_event")
    in_time = p.leave_filed_in_time and not p.us_resident_reported_at_entry
    reformed = day >= date(2012, 12, 15)
    if p.decision_reviewed == "rad_rejection" and in_time and reformed:
        excluded = (
            p.designated_foreign_national
            or p.inadmissibility == "serious_criminality"
            or (p.dco_national and day <= date(2022, 5, 19))
        )
        if not excluded:
            return "automatic_stay", "IRPR 231(1)-(4)"
    old_system = p.date_of_referral is not None and p.date_of_referral <= date(2012, 12, 14)
    if p.decision_reviewed == "rpd_rejection" and in_time and old_system:
        lost = reformed and (referred_through_exception(p) or p.designated_foreign_national)
        if not lost:
            return "automatic_stay", "IRPR 231 as it read on 2012-12-14; SOR/2012-272, s. 2"
    return "no_automatic_stay", "IRPR 231; IRPA 50(c)"


def work_permit(p: SimpleNamespace) -> tuple[str, str]:
    day = needed(p.date_of_event, "date_of_event")
    found = letters_of(p)
    referred = p.date_of_referral
    if not found and referred:
        waits = (day - referred).days < 180
        if p.dco_national and waits and date(2012, 12, 15) <= day <= date(2019, 5, 16):
            return "not_available", "IRPR 206(2)"
        return "available", "IRPR 206(1)(a)"
    if "e" in found:
        return "not_available", "IRPR 206; IRPA 49(2)(a), 112(2)(b)"
    if found and p.prra_notified:
        return "available", "IRPR 206(1)(b), 232"
    if found and day >= date(2026, 3, 26):
        return "available", "temporary public policy of 2026-03-26"
    return "not_available", "IRPR 206"


def claim_form(p: SimpleNamespace) -> tuple[str, str]:
    day = needed(p.date_of_referral, "date_of_referral")
    if day < date(2012, 12, 15):
        return f"due:{day + timedelta(days=28)}", "RPD Rules SOR/2002-228 (repealed)"
    if p.claim_place == "inland":
        return f"due:{p.date_of_decision}", "IRPR 159.8(1)"
    if day < date(2020, 7, 4):
        return f"due:{day + timedelta(days=15)}", "IRPR 159.8(2)"
    if day < date(2020, 8, 29):
        return "due:2020-10-12", "IRPR 159.8(3); RPD practice notice"
    return f"due:{day + timedelta(days=45)}", "IRPR 159.8(3); RPD practice notices"


def pending_claim(p: SimpleNamespace) -> tuple[str, str]:
    if p.date_of_decision < date(2026, 3, 26):
        raise Refused("date_of_decision")
    late_entry = crossed_between_ports(p) and days_in_canada(p) > 13
    if (
        p.claim_stage == "pending_rpd"
        and p.date_of_claim >= date(2025, 6, 3)
        and (over_a_year(p) or late_entry)
    ):
        return "terminable_by_notice", "IRPA 104(1)(a), 104(2)(a)"
    if p.claim_stage in ("decided_rpd", "pending_rad"):
        return "not_reached", "IRPA 104(1)(a)"
    return "not_reached", "2026, c. 4, s. 75(a)"


QUESTIONS = {
    "eligibility": eligibility,
    "destination": destination,
    "rad": rad,
    "removal_order": removal_order,
    "prra": prra,
    "prra_hearing": prra_hearing,
    "jr_stay": jr_stay,
    "work_permit": work_permit,
    "claim_form": claim_form,
    "pending_claim": pending_claim,
}


def answer(facts: dict[str, Any], question: str = "eligibility") -> tuple[str, str]:
    """Outcome and provision by this encoding. Raises Refused with the field that is lacking."""
    return QUESTIONS[question](person(facts))
