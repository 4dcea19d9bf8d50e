"""Spending of each year predicted with the prices of the year before, beside the public accounts.

What is fed in is the run on published claims and decisions and the staff that there was; what is
predicted is the money. Nothing measured in a year prices that year (`costs.unit`). The health
programme is a whole-programme figure: resettled refugees enter as an observed add-on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.costs import programmes, quantities, spending
from sojourn.costs.quantities import Quantities
from sojourn.costs.spending import Spending
from sojourn.flow import arrivals, profiles
from sojourn.flow.simulate import simulate
from sojourn.inputs import figures, months, parameters
from sojourn.inputs.figures import Figure
from sojourn.inputs.parameters import Paths
from sojourn.questions.validate import Check

Floats = NDArray[np.float64]

LIMIT = 0.15
"""Error allowed to the health programme and to the tribunal, a share of what was spent."""

WIDE = 0.25
"""Error allowed where payments come in lumps or a count is thin."""

IFHP = "program=IFHP (whole program: claimants, resettled refugees, others);payee=health providers"
RPD = (
    "program=IRB: Refugee Protection Decisions (RPD)",
    "program=IRB: Refugee Protection (old program)",
)
RAD = ("program=IRB: Refugee Appeal Decisions (RAD)", "program=IRB: Refugee Appeal (old program)")
REMOVALS = ("program=CBSA: Removals",)
LEGAL_AID = (
    "program=Immigration and refugee legal aid (federal contribution);"
    "payee=provinces (legal aid plans)",
)
IHAP = "program=IHAP grant;payee=provinces and municipalities"
HOTELS = "program=IRCC hotels (Interim Lodging Sites/Services);payee=hotels and services"
QUEBEC = "program=Quebec last-resort assistance to households with a claimant;payee=households"
ACTIVE = "city=Toronto;measure=actively_homeless"


@dataclass(frozen=True)
class Run:
    """The baseline run on published claims and decisions, with its spending."""

    paths: Paths
    spent: Spending
    quantities: Quantities
    removals: Floats

    def line(self, programme: str, place: str = "") -> Floats:
        """Spending of a programme, CAD a month [T]."""
        rows = [
            row for label, row in zip(self.spent.labels, self.spent.cad, strict=True)
            if label.programme == programme and (not place or label.place == place)
        ]  # fmt: skip
        return np.sum(rows, axis=0)

    def at(self, first: int, last: int) -> slice:
        """Positions of the months from first to last, both included."""
        start = int(self.paths.months[0])
        return slice(first - start, last + 1 - start)


@lru_cache(maxsize=1)
def run() -> Run:
    """The baseline run to the end of 2025, made once."""
    paths = parameters.load().paths(months.span(months.FIRST, months.parse("2025-12")))
    flows = simulate(paths, arrivals.intake(paths), profiles.shares(paths))
    return Run(paths, spending.spend(flows, paths), Quantities(flows, paths),
               flows.series("removals"))  # fmt: skip


def paid(items: tuple[str, ...], period: str = "fiscal_year") -> dict[int, Figure]:
    """Amounts of a programme that the accounts show as used, by first month of the period."""
    found = figures.select("cost.program_spending", item="*", period=period)
    return {
        months.of_day(f.start): f
        for f in found
        if f.used and f.item in items and f.value is not None and f.unit == "CAD"
    }


def checks() -> list[Check]:
    """All rows, in the order cover, health, tribunal, removals, legal aid, transfers, hotels,
    Quebec, shelters."""
    return [
        *cover(), *health(), *tribunal(), *removals(), *legal_aid(), *ihap(), *hotels(), *quebec(),
        *shelters(),
    ]  # fmt: skip


def _check(name: str, said: float, model: float, limit: float | None, note: str) -> Check:
    error = model / said - 1.0 if said else float("nan")
    passed = None if limit is None or not said else abs(error) <= limit
    return Check(name, "prediction", said, model, error if said else None, limit, passed, note)


def resettled(first: int) -> float:
    """Resettled refugees in Canada with health cover in the fiscal year, as published."""
    for figure in figures.select("cost.ifhp_beneficiaries", item="*", period="fiscal_year"):
        if figure.used and figure.item == "group=resettled refugees in Canada" and figure.value \
                and months.of_day(figure.start) == first:  # fmt: skip
            return figure.value
    raise KeyError(months.text(first))


def cover() -> list[Check]:
    """Claimants with health cover on 1 April: in the run, and persons covered less new claims."""
    one, found = run(), []
    line = "ifhp_months."
    stages = [q.quantity for q in programmes.load() if q.quantity.startswith(line)]
    stock = np.sum([one.quantities[name] for name in stages], axis=0)
    claims = one.quantities["claims"]
    for figure in figures.select("cost.ifhp_beneficiaries", item="*", period="fiscal_year"):
        if not figure.used or figure.item != "group=asylum claimants" or not figure.value:
            continue
        first = months.of_day(figure.start)
        made = float(claims[one.at(first, first + 11)].sum())
        said = figure.value - made
        model = float(stock[one.at(first - 1, first - 1)][0])
        error = model / said - 1.0
        found.append(
            Check(f"claimants with health cover, {months.text(first)}", "mechanism", said, model,
                  error, LIMIT, abs(error) <= LIMIT,
                  f"{figure.value:,.0f} persons with cover in the year less {made:,.0f} new claims")
        )  # fmt: skip
    return found


def health() -> list[Check]:
    """The Interim Federal Health Program, claimants by the model, resettled refugees as counted."""
    one, found = run(), []
    claimants = one.line("ircc.ifhp")
    first_price = months.parse("2017-04")
    for first, figure in sorted(paid((IFHP,)).items()):
        said, year = float(figure.value or 0.0), months.fiscal_year(first)
        if not first_price <= first <= months.parse("2024-04"):
            continue
        at = one.at(first, first + 11)
        mine = float(claimants[at].sum())
        price = float(one.paths["cost.ifhp"][at][0])
        cover = float(one.paths["benefit.ifhp.months_per_beneficiary"][at][0])
        others = resettled(first) * cover * price
        months_of = mine / price
        note = (
            f"{months_of:,.0f} months of cover of claimants at {price:,.2f}, a price of"
            f" {months.fiscal_year(first - 12)} and before; resettled refugees as counted add"
            f" {others / 1e6:,.1f} M"
        )
        found.append(_check(f"IFHP spending {year}", said, mine + others, LIMIT, note))
    return found


def tribunal() -> list[Check]:
    """IRB spending on decisions and appeals: the staff there was, at last year's cost of one."""
    one, found = run(), []
    for name, programme, items in (("RPD", "irb.rpd", RPD), ("RAD", "irb.rad", RAD)):
        line = one.line(programme)
        for first, figure in sorted(paid(items).items()):
            if first < months.parse("2015-04") or first > months.parse("2024-04"):
                continue
            said, year = float(figure.value or 0.0), months.fiscal_year(first)
            at = one.at(first, first + 11)
            price = float(one.paths[f"cost.{name.lower()}.per_fte"][at][0])
            staff = float(one.paths[f"cost.{name.lower()}.ftes"][at][0])
            note = f"{staff:,.0f} employees at {price:,.0f}, the cost of the year before"
            found.append(
                _check(f"IRB {name} spending {year}", said, float(line[at].sum()), LIMIT, note)
            )
    return [*found, *_decisions(), _planned()]


def _decisions() -> list[Check]:
    """The same by spending per decision, told beside it: less stable, so not judged."""
    one, found = run(), []
    for first, figure in sorted(paid(RPD).items()):
        if not months.parse("2015-04") <= first <= months.parse("2024-04"):
            continue
        at = one.at(first, first + 11)
        done = one.quantities["rpd_finalised"][at]
        unit = (one.paths["cost.rpd.per_fte"] * one.paths["cost.rpd.fte_per_decision"])[at]
        found.append(
            _check(f"IRB RPD spending {months.fiscal_year(first)}, by decisions",
                   float(figure.value or 0.0), float((done * unit).sum()), None,
                   f"{done.sum():,.0f} claims finalised at {unit[0]:,.0f}: staff does not follow"
                   " decisions, so the price per employee is used instead")
        )  # fmt: skip
    return found


def _planned() -> Check:
    """2024-25 with the staff planned before it began, as a forecaster would have had."""
    first = months.parse("2024-04")
    planned = next(
        f.value for f in figures.select("cost.program_ftes", item="*", period="fiscal_year")
        if f.value and f.item == f"{RPD[0]};basis=planned" and months.of_day(f.start) == first
    )  # fmt: skip
    price = parameters.load().value("cost.rpd.per_fte", first)
    said = float(paid(RPD)[first].value or 0.0)
    note = f"{planned:,.0f} employees planned at {price:,.0f}; 1,468 were there"
    return _check("IRB RPD spending 2024-25, staff as planned", said, planned * price, LIMIT, note)


def removals() -> list[Check]:
    """CBSA's removals programme: removals of everyone at the price of the year before."""
    one, found = run(), []
    for first, figure in sorted(paid(REMOVALS).items()):
        if not months.parse("2019-04") <= first <= months.parse("2024-04"):
            continue
        at = one.at(first, first + 11)
        persons = one.removals[at]
        price = one.paths["cost.removal"][at]
        note = f"{persons.sum():,.0f} removals at {price[0]:,.0f}, the price of the year before"
        found.append(
            _check(f"CBSA removals spending {months.fiscal_year(first)}",
                   float(figure.value or 0.0), float((persons * price).sum()), WIDE, note)
        )  # fmt: skip
    return found


def legal_aid() -> list[Check]:
    """The federal contribution to legal aid: claims finalised at the price of the year before."""
    one, found = run(), []
    line = one.line("justice.legal_aid")
    for first, figure in sorted(paid(LEGAL_AID).items()):
        if first < months.parse("2018-04"):
            continue
        at = one.at(first, first + 11)
        done = one.quantities["rpd_finalised"][at].sum()
        note = f"{done:,.0f} claims finalised at {one.paths['cost.legal_aid'][at][0]:,.0f}"
        found.append(
            _check(f"legal aid, federal, {months.fiscal_year(first)}",
                   float(figure.value or 0.0), float(line[at].sum()), WIDE, note)
        )  # fmt: skip
    return found


def ihap() -> list[Check]:
    """IHAP payments: paid so far for each claim of the years before, times last year's claims."""
    one, found = run(), []
    claims = one.quantities["claims"]
    amounts = {first: float(f.value or 0.0) for first, f in paid((IHAP,)).items()}
    used_2018 = float(one.paths["cost.transfer.ihap"][one.at(*[months.parse("2018-04")] * 2)][0])
    so_far = {months.parse("2018-04"): used_2018}
    begin = months.parse("2017-01")
    for first in sorted(amounts):
        said = amounts[first]
        # years of claims whose costs had been claimed back by the payments made before
        earlier = float(claims[one.at(begin, first - 16)].sum())
        rate = sum(so_far.values()) / earlier
        last = float(claims[one.at(first - 15, first - 4)].sum())
        note = f"{rate:,.0f} paid so far for each claim of the years before, {last:,.0f} claims"
        if said:
            found.append(_check(f"IHAP {months.fiscal_year(first)}", said, rate * last, WIDE, note))
        else:
            found.append(
                Check(f"IHAP {months.fiscal_year(first)}", "prediction", said, rate * last, None,
                      None, None, f"{note}; nothing was paid in the year")
            )  # fmt: skip
        so_far[first] = said
    return found


def hotels() -> list[Check]:
    """Hotels: persons housed as reported, at the last price of a night published before."""
    one, found = run(), []
    line = one.line("ircc.hotels")
    spans = (
        ("2017-04", "2024-06", 796_500_000.0, "to June 2024"),
        ("2017-04", "2025-03", 1_100_000_000.0, "to March 2025"),
    )
    shown = figures.select("cost.program_spending", item=HOTELS, period="*")
    known = {f.value for f in shown}
    for start, end, said, words in spans:
        if said not in known:
            continue
        at = one.at(months.parse(start), months.parse(end))
        found.append(
            _check(f"IRCC hotels {words}", said, float(line[at].sum()), WIDE,
                   "persons housed as reported; prices of a night known before the month")
        )  # fmt: skip
    return found


def quebec() -> list[Check]:
    """Quebec's last-resort assistance: last year's amount for each open claim-month in Quebec."""
    one, found = run(), []
    exposure = one.quantities["open_months.QC"]
    spans: dict[int, tuple[int, float]] = {}
    for figure in figures.select("cost.program_spending", item=QUEBEC, period="*"):
        first, last = months.of_day(figure.start), months.of_day(figure.end)
        if figure.used and figure.value and last - first >= 10:
            spans[first] = (last, figure.value)
    for first in sorted(spans):
        last, said = spans[first]
        before = spans.get(first - 12)
        if before is None:
            continue
        rate = before[1] / float(exposure[one.at(first - 12, before[0])].sum())
        months_of = float(exposure[one.at(first, last)].sum())
        note = f"{months_of:,.0f} open claim-months in Quebec at {rate:,.0f}, last year's rate"
        words = f"{months.text(first)} to {months.text(last)}"
        found.append(_check(f"Quebec assistance {words}", said, rate * months_of, WIDE, note))
    return found


def shelters() -> list[Check]:
    """Toronto's shelters: from December's count, with the entry and exit rates of that year."""
    one, found = run(), []
    counted = {
        months.of_day(f.start): f.value
        for f in figures.select("shelter.flow", item=ACTIVE, period="month")
        if f.used and f.value is not None
    }
    claims = one.quantities["claims"] * one.paths["residence.claimed.ON"]
    for year in range(2019, 2026):
        span = [m for m in range(12 * year, 12 * year + 12) if m in counted]
        at = one.at(span[0], span[-1])
        entries = claims[at] * one.paths["benefit.shelter.entry.Toronto"][at]
        leaving = one.paths["benefit.shelter.exit.Toronto"][at]
        model = quantities.shelter(entries, leaving, float(counted[span[0] - 1]))
        said = np.array([counted[m] for m in span])
        worst = float(np.abs(model / said - 1.0).max())
        note = f"mean of {len(span)} months from December's count; worst month {worst:.0%} off"
        found.append(_check(f"Toronto shelters {year}, persons active", float(said.mean()),
                            float(model.mean()), WIDE, note))  # fmt: skip
    return found
