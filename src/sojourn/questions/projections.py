"""The projections of the Auditor General, the IRB and IRCC, from their own inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sojourn.flow import queue
from sojourn.flow.columns import BEFORE
from sojourn.inputs import figures, months
from sojourn.inputs.errors import InputError
from sojourn.inputs.figures import Figure
from sojourn.questions.reproduce import Reproduction, Row

NEW, ALL_CASES = "population=all_new_system", "population=all"


@dataclass(frozen=True)
class Path:
    """A queue run from a published stock: pending [T] at month ends from `first`."""

    first: int
    queue: queue.Queue
    capacity: np.ndarray

    def pending(self, month: str) -> float:
        """Pending at the end of a month."""
        return float(self.queue.pending[months.parse(month) - self.first])

    def wait(self, month: str) -> float:
        """Months that the pending of a month takes at its capacity: the IRB's projected wait."""
        at = months.parse(month) - self.first
        return float(self.queue.pending[at] / self.capacity[at])


def run(start: float, first: str, last: str, intake: object, capacity: object) -> Path:
    """The queue from `start` pending before month `first`; intake and capacity claims a year.

    Both are a number or a number for each month. Those waiting at the start count as one month
    old: age does not matter to a projected wait.
    """
    a, b = months.parse(first), months.parse(last)
    span = b - a + 1
    came, done = (np.broadcast_to(np.asarray(x, float), (span,)) / 12 for x in (intake, capacity))
    before = np.zeros(BEFORE)
    before[-1] = start
    return Path(a, queue.alone(came.copy(), done.copy(), start=before), done)


def projection(measure: str, made: str, source: str = "") -> Figure:
    """The published projection of a measure made at a date. Raises InputError if there is none."""
    item = f"measure={measure};made={made}"
    for figure in figures.rows("projection"):
        if figure.item == item and source in ("", figure.source_id):
            return figure
    raise InputError("reproduce", "projection", item, "a published projection")


def pending(day: str, item: str = NEW) -> float | None:
    """Published RPD pending at the end of a month, None where not published."""
    for wanted in (item, ALL_CASES, NEW):
        for figure in figures.select("rpd.pending", item=wanted, period="day"):
            if months.text(months.of_day(figure.end)) == day and figure.value is not None:
                return figure.value
    return None


def value(series: str, start: str, item: str = "", *, source: str = "") -> float:
    """A published figure by its first day. Raises InputError if there is none."""
    for figure in figures.rows(series):
        same = figure.start.isoformat() == start and (not item or item in figure.item)
        if same and figure.value is not None and source in ("", figure.source_id):
            return figure.value
    raise InputError("reproduce", series, f"{start} {item}", "a published figure")


def auditor_general_2019() -> list[Row]:
    """Wait of five years by 2024, backlog more than doubled, at about 50,000 claims a year."""
    start = pending("2018-12", ALL_CASES) or np.nan
    capacity = value("rpd.capacity", "2018-04-01", "funded_capacity")
    made = run(start, "2019-01", "2024-12", 50_000.0, capacity)
    inputs = (
        f"{start:,.0f} pending at the end of 2018, 50,000 claims a year, {capacity:,.0f} funded a"
        " year (2018-19), as no change of funding or productivity is stated"
    )
    wait, multiple = (
        projection("wait_for_decision", "2019-05-07"),
        projection("backlog_multiple", "2019-05-28"),
    )
    happened = pending("2023-12")
    return [
        Row("projected wait at the start of 2024", "months", wait.value, made.wait("2024-01"), None,
            6.0, False, inputs, "said in whole years; the wait passes 60 months in early 2024",
            wait.source_id),
        Row("backlog after five years, ratio to end 2018", "ratio", multiple.value,
            made.pending("2023-12") / start, None if happened is None else happened / start,
            0.0, True, inputs, "said: would more than double", multiple.source_id),
    ]  # fmt: skip


def irb_2018() -> list[Row]:
    """Over 200,000 pending and over six years by 2022-23, without interventions."""
    start = pending("2018-09", ALL_CASES) or np.nan
    came = projection("claims_received", "2018-11").value or np.nan
    backlog, wait = projection("backlog", "2018"), projection("wait_for_decision", "2018")
    rows = []
    for done, why in (
        (24_000.0, "24,000 finalised without new money (cp_2018_11_wait)"),
        (value("rpd.capacity", "2017-04-01", "funded_capacity"), "funded capacity of 2017-18"),
    ):
        made = run(start, "2018-10", "2023-03", came, done)
        inputs = f"{start:,.0f} pending in September 2018, {came:,.0f} claims a year, {why}"
        at = f"in March 2023 at {done:,.0f} a year"
        rows += [
            Row(f"backlog {at}", "claims", backlog.value, made.pending("2023-03"),
                pending("2022-12"), 0.0, True, inputs, "said: well over; happened: end of 2022",
                backlog.source_id),
            Row(f"projected wait {at}", "months", wait.value, made.wait("2023-03"), None,
                0.0, True, inputs, "said: in excess of six years", wait.source_id),
        ]  # fmt: skip
    return rows


def irb_2019() -> list[Row]:
    """100,000 pending at the end of 2021 with Budgets 2018 and 2019; 165,000 without."""
    start = pending("2019-05", ALL_CASES) or np.nan
    funded = value("rpd.capacity", "2018-04-01", "funded_capacity")
    full = projection("finalised", "2019").value or np.nan
    backlog = projection("backlog", "2019-05-28")
    without = projection("backlog_without_funding", "2019-05-28")
    span = months.span(months.parse("2019-06"), months.parse("2021-12"))
    hired = np.clip((span - months.parse("2020-04") + 1) / HIRING_LAG, 0.0, 1.0)
    with_money = run(start, "2019-06", "2021-12", 50_000.0, funded + hired * (full - funded))
    none = run(start, "2019-06", "2024-12", 50_000.0, funded)
    inputs = f"{start:,.0f} pending in May 2019, 50,000 claims a year, {funded:,.0f} a year"
    return [
        Row("backlog at the end of 2021", "claims", backlog.value, with_money.pending("2021-12"),
            pending("2021-12"), 5_000.0, False,
            f"{inputs}, rising from April 2020 to {full:,.0f} over {HIRING_LAG} months of hiring",
            "said in tens of thousands; happened with the pandemic's 24,127 referrals in 2021",
            backlog.source_id),
        Row("backlog without funding after five years", "claims", without.value,
            none.pending("2024-05"), pending("2024-05", ALL_CASES), 2_500.0, False,
            f"{inputs}, unchanged",
            "the press gives 'the next couple of years'; at these inputs it is reached in May 2024",
            without.source_id),
        Row("projected wait then", "months", 60.0, none.wait("2024-05"), None, 0.0, True,
            f"{inputs}, unchanged", "said: beyond five years", without.source_id),
    ]  # fmt: skip


HIRING_LAG = 9
"""Months from money to full effect on decisions, as in the parameter rpd.hiring_lag."""


def irb_2020() -> list[Row]:
    """24 months projected in October 2020; over 36 without extension of temporary funding."""
    start = pending("2020-10", ALL_CASES) or np.nan
    full = value("rpd.capacity", "2020-04-01", "funded_capacity", source="irb_pac14")
    plan = projection("finalised", "2020-11").value or np.nan
    lapsed = projection("first_level_decisions", "2020-11").value or np.nan
    new, old, both = (
        value("rpd.wait_projected", "2020-10-31", item, source=source)
        for item, source in (("claims=new", ""), ("claims=pending", ""), ("", "irb_pac8"))
    )
    without = projection("wait_without_extension_of_temporary_funding", "2020-11")
    added = projection("additional_backlog_without_budget_2018_2019", "2020-11")
    base = value("rpd.capacity", "2018-04-01", "baseline")
    two_years = value("rpd.finalised", "2018-04-01", ALL_CASES, source="irb_pac8")
    rate = f"{start:,.0f} pending in October 2020 over"
    return [
        Row("projected wait, new claim", "months", new, 12 * start / full, None, 0.5, False,
            f"{rate} {full:,.0f} funded a year", "the IRB's definition", "irb_pac8a"),
        Row("projected wait, pending claim", "months", old, 12 * start / plan, None, 0.5, False,
            f"{rate} {plan:,.0f} planned for 2020-21", "the IRB's definition", "irb_pac8a"),
        Row("rate implied by a projected wait of 24 months", "claims a year", None,
            12 * start / both, None, 0.0, False, f"{rate} 24 months",
            f"no rate is stated; it lies between {plan:,.0f} planned and {full:,.0f} funded",
            "irb_pac8"),
        Row("projected wait without extension", "months", without.value, 12 * start / lapsed, None,
            0.0, True, f"{rate} {lapsed:,.0f} a year once temporary funding lapses",
            "said: in excess of", without.source_id),
        Row("claims finalised beyond the baseline in 2018-19 and 2019-20", "claims", added.value,
            two_years - base, None, 2_500.0, False,
            f"{two_years:,.0f} finalised in the two years, baseline {base:,.0f}",
            "said as the backlog avoided by October 2020; the seven months after March 2020, in"
            " which hearings stopped, have no stated baseline", added.source_id),
    ]  # fmt: skip


def ircc_2017() -> list[Row]:
    """Eleven years of wait and $2.97 billion, at 36,000 claims in 2017 and 20 % more each year."""
    first = projection("claims", "2017-06").value or np.nan
    done = projection("finalised", "2016", "irb_trends_2017").value or np.nan
    planned = [f for f in figures.rows("projection") if f.item == "measure=finalised;made=2016"]
    done = next(f.value for f in planned if f.start.year == 2017) or done
    start = pending("2016-12") or np.nan
    growth = np.repeat(first * 1.2 ** np.arange(5), 12)
    made = run(start, "2017-01", "2021-12", growth, done)
    wait = projection("wait_for_hearing", "2017-06")
    cost = projection("social_support_cost", "2017-06")
    inputs = (
        f"{start:,.0f} pending at the end of 2016, {first:,.0f} claims in 2017 and 20 % more each"
        f" year, {done:,.0f} finalisations a year as the IRB then planned"
    )
    waiting = made.pending("2021-12")
    return [
        Row("projected wait at the end of 2021", "months", wait.value, made.wait("2021-12"), None,
            6.0, False, inputs, "said: 11 years; the memo's year is given as 2021 by the press",
            wait.source_id),
        Row("people waiting at the end of 2021", "claims", None, waiting, pending("2021-12"), 0.0,
            False, inputs, "not published", wait.source_id),
        Row("social support in 2021 for each person waiting", "CAD a year", None,
            (cost.value or np.nan) / waiting, None, 0.0, False,
            f"{inputs}; $2.97 billion over those waiting",
            "implied: the memo's own rates are not published, so the total cannot be rebuilt",
            cost.source_id),
    ]  # fmt: skip


ALL = (
    Reproduction(
        "oag-2019",
        "Auditor General, May 2019: five years of wait by 2024",
        "Vérificateur général, mai 2019 : cinq ans d'attente en 2024",
        auditor_general_2019,
    ),
    Reproduction(
        "irb-2018",
        "IRB, 2018: over 200,000 pending by 2022-23",
        "CISR, 2018 : plus de 200 000 en instance en 2022-2023",
        irb_2018,
    ),
    Reproduction(
        "irb-2019",
        "IRB, May 2019: 100,000 pending by the end of 2021",
        "CISR, mai 2019 : 100 000 en instance fin 2021",
        irb_2019,
    ),
    Reproduction(
        "irb-2020",
        "IRB, November 2020: 24 months; 36 without extension",
        "CISR, novembre 2020 : 24 mois; 36 sans prolongation",
        irb_2020,
    ),
    Reproduction(
        "ircc-2017",
        "IRCC memo, 2017: eleven years and $2.97 billion",
        "Note d'IRCC, 2017 : onze ans et 2,97 G$",
        ircc_2017,
    ),
)
"""Published projections in the order of the score sheet."""
