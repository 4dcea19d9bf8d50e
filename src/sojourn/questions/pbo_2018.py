"""The Parliamentary Budget Officer's costing of 29 November 2018, predicted from what was public.

The unit costs were committed with their derivations before any comparison was made, and only what
was published by the day of the report is used: accounts to 2017-18, the agencies' replies of August
2018, the queue of September 2018, the outcomes and appeals of 2017. Nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from sojourn.costs import cohort, expected, follow, known, programmes, unit
from sojourn.costs.estimate import Estimate
from sojourn.costs.known import Setting
from sojourn.costs.pricing import Prices
from sojourn.inputs import figures, months, parameters
from sojourn.inputs.dimensions import Label
from sojourn.inputs.parameters import Parameters
from sojourn.questions.reproduce import Reproduction, Row

DAY = date(2018, 11, 29)
YEARS = ("2017-18", "2018-19", "2019-20")
MEAN_LIMIT, PATH_LIMIT, RISE_LIMIT = 0.15, 0.25, 0.05
SOURCE = "PBO2018_PAGE"


@lru_cache(maxsize=4)
def estimate(year: str) -> Estimate:
    """Our costing of the persons who entered between ports in a fiscal year, as known on DAY."""
    return cohort.cost(year, mode="between_ports", as_of=DAY, scope="pbo")


def published(item: str, year: str) -> float:
    """The PBO's figure for a fiscal year, from the table of its report's figures."""
    start = months.first_day(months.parse_fiscal_year(year))
    for figure in figures.select("cost.pbo_2018", item="*", period="*"):
        if figure.used and figure.start == start and item in figure.item and figure.value:
            return figure.value
    raise KeyError((item, year))


MEAN, TOTAL = "by fiscal year of entry", "total variable cost of cohort"
LOWEST, HIGHEST = "lowest path", "highest path"


def counted() -> float:
    """Persons that the PBO counted in each cohort."""
    found = figures.select("cost.pbo_2018_assumption", item="*", period="*")
    return next(f.value for f in found if f.value and "cohort size used" in f.item)


@dataclass(frozen=True)
class Choice:
    """Another defensible choice: parameters at a bound (`low`, `high`) or value, or the setting."""

    label: Label
    prices: tuple[tuple[str, str | float], ...] = ()
    course: Callable[[Setting, np.ndarray], Setting] | None = None


def _capacity(value: float) -> Callable[[Setting, np.ndarray], Setting]:
    def change(told: Setting, span: np.ndarray) -> Setting:
        waiting, until = known.pending(DAY, span, told.inflow.value, value)
        how = known.Known(value, value, value, "choice")
        return told._replace(pending=waiting, counted_until=until, capacity=how)

    return change


def _share(name: str, bound: str) -> Callable[[Setting, np.ndarray], Setting]:
    def change(told: Setting, span: np.ndarray) -> Setting:
        value = getattr(told.shares[name], bound)
        other = known.Known(value, value, value, "choice")
        return told._replace(shares={**told.shares, name: other})

    return change


def _wait(name: str, bound: str) -> Callable[[Setting, np.ndarray], Setting]:
    def change(told: Setting, span: np.ndarray) -> Setting:
        value = getattr(told.waits[name], bound)
        other = known.Known(value, value, value, "choice")
        return told._replace(waits={**told.waits, name: other})

    return change


CHOICES: tuple[Choice, ...] = (
    Choice(
        Label(
            "RPD decides 32,000 a year (the IRB's plan, told the day after)",
            "La SPR décide 32 000 par an (plan de la CISR, connu le lendemain)",
        ),
        course=_capacity(32_000),
    ),
    Choice(
        Label(
            "removal at the escorted price alone",
            "renvoi au seul prix du renvoi escorté",
        ),
        prices=(("cost.enforcement", "low"),),
    ),
    Choice(
        Label(
            "removal with the whole enforcement programme",
            "renvoi avec tout le programme d'exécution de la loi",
        ),
        prices=(("cost.enforcement", "high"),),
    ),
    Choice(
        Label(
            "51% of those refused are removed (within 12 months, 2014-15)",
            "51 % des personnes refusées sont renvoyées (dans les 12 mois, 2014-15)",
        ),
        course=_share("removed", "low"),
    ),
    Choice(
        Label(
            "the IRB's own reply, $1,840 a claim for hearing and appeal",
            "la réponse de la CISR, 1 840 $ par demande pour l'audience et l'appel",
        ),
        prices=(("cost.rad.per_fte", 0.0), ("cost.rpd.fte_per_decision", "low")),
    ),
    Choice(
        Label(
            "CBSA: added border personnel only",
            "ASFC : seulement le personnel ajouté à la frontière",
        ),
        prices=(("cost.cbsa_intake", "low"),),
    ),
    Choice(
        Label("IRCC: its whole reply but health", "IRCC : toute sa réponse sauf la santé"),
        prices=(("cost.ircc_intake", "high"),),
    ),
    Choice(
        Label("legal aid per claim made", "aide juridique par demande présentée"),
        prices=(("cost.legal_aid", "low"),),
    ),
    Choice(
        Label(
            "health cover priced with refugees overseas",
            "couverture santé au prix qui inclut les réfugiés à l'étranger",
        ),
        prices=(("cost.ifhp", "low"),),
    ),
    Choice(
        Label(
            "health price grows once more as in 2017-18",
            "le prix de la santé croît encore comme en 2017-18",
        ),
        prices=(("cost.ifhp", "high"),),
    ),
    Choice(
        Label("shortest wait at the RAD", "attente la plus courte à la SAR"),
        course=_wait("rad", "low"),
    ),
    Choice(
        Label("longest wait at the RAD", "attente la plus longue à la SAR"),
        course=_wait("rad", "high"),
    ),
    Choice(
        Label("fewer go to the Court", "moins de recours à la Cour"),
        course=_share("court_filed", "low"),
    ),
)


def mean_under(choice: Choice | None, year: str) -> float:
    """Mean cost of a year's cohort with one choice changed, CAD per person."""
    table = unit.known_at(_priced(choice), DAY)
    paths = table.paths(np.array([months.of_day(DAY)]))
    first = months.parse_fiscal_year(year)
    span = np.arange(first, first + 12)
    told = known.setting(DAY, span, all_removed=True)
    if choice is not None and choice.course is not None:
        told = choice.course(told, span)
    persons = np.full(12, counted() / 12.0)
    course = expected.course(told, span, expected.Arriving(persons, 1.0, 1.0, {}, 0.0))
    found = follow.cost(course, Prices(paths), programmes.find(scope="pbo"))
    return float(found.mean[0])


def _priced(choice: Choice | None) -> Parameters:
    table = parameters.load()
    if choice is None:
        return table
    then = months.of_day(DAY)
    for name, chosen in choice.prices:
        row = [r for r in table.rows_of(name) if r.start <= then][-1]
        value = chosen if isinstance(chosen, float) else float(getattr(row, chosen))
        table = table.changed(name, then, value)
    return table


def rows() -> list[Row]:
    """Means, totals, rise and extreme paths beside the PBO's, then what makes them up."""
    found: list[Row] = []
    for year in YEARS:
        one = estimate(year)
        low, high = one.document()["ranges"]["mean"]
        wait = one.waits["rpd"]
        able = one.basis["capacity"].how
        inputs = f"prices of 2017-18 and before; RPD wait {wait:.1f} months ({able})"
        note = _difference(one, published(MEAN, year))
        mean = published(MEAN, year)
        found.append(_row(f"mean cost, entry {year}", "CAD per person", mean, one.mean,
                          MEAN_LIMIT * mean, inputs, note, low, high))  # fmt: skip
    people = counted()
    for year in YEARS:
        one = estimate(year)
        total = published(TOTAL, year)
        low, high = (bound * people for bound in one.document()["ranges"]["mean"])
        found.append(_row(f"total, entry {year}", "CAD", total, one.mean * people,
                          MEAN_LIMIT * total, f"{people:,.0f} persons as counted by the PBO",
                          "the mean times the PBO's persons", low, high))  # fmt: skip
    found.append(_rise())
    found.extend(_extremes())
    found.extend(_composition())
    found.extend(_choices())
    return found


def _row(
    quantity: str, what: str, said: float | None, model: float, limit: float, inputs: str,
    note: str, low: float | None = None, high: float | None = None,
) -> Row:  # fmt: skip
    if low is not None and high is not None:
        note = f"range {low:,.0f} to {high:,.0f}; {note}"
    return Row(quantity, what, said, model, None, limit, False, inputs, note, SOURCE, low, high)


def _difference(one: Estimate, said: float) -> str:
    parts = sorted(
        ((name, float(value[0])) for name, value in one.central.by("stage").items()),
        key=lambda part: -part[1],
    )
    listed = ", ".join(f"{name} {value:,.0f}" for name, value in parts if value >= 0.5)
    return f"{one.mean - said:+,.0f} from the PBO; by stage: {listed}"


def _rise() -> Row:
    first, last = estimate(YEARS[0]).mean, estimate(YEARS[-1]).mean
    said = published(MEAN, YEARS[-1]) / published(MEAN, YEARS[0]) - 1.0
    waits = [estimate(year).waits["rpd"] for year in YEARS]
    note = (
        f"all of it is health cover while waiting for the RPD: {waits[0]:.1f}, {waits[1]:.1f} and"
        f" {waits[2]:.1f} months for the three cohorts"
    )
    return _row("rise of the mean, 2017-18 to 2019-20", "share", said, last / first - 1.0,
                RISE_LIMIT, "same prices, longer queue", note)  # fmt: skip


def _extremes() -> list[Row]:
    one = estimate(YEARS[0]).document()
    made = []
    for name, key, item in (("lowest path", "low_path", LOWEST), ("highest path", "high_path",
                                                                  HIGHEST)):  # fmt: skip
        said, path = published(item, YEARS[0]), one[key]
        made.append(_row(f"{name}, entry 2017-18", "CAD per person", said, path["cost"],
                         PATH_LIMIT * said, path["path"], f"{path['months']:.1f} months",
                         path["low"], path["high"]))  # fmt: skip
    return made


def _composition() -> list[Row]:
    made = []
    for year in YEARS:
        one = estimate(year)
        for programme, value in one.central.by("programme").items():
            if value.any():
                made.append(_row(f"of the mean, entry {year}: {programme}", "CAD per person", None,
                                 float(value[0]), 0.0, "", ""))  # fmt: skip
    return made


def _choices() -> list[Row]:
    base = mean_under(None, YEARS[0])
    made = []
    for choice in CHOICES:
        value = mean_under(choice, YEARS[0])
        made.append(_row(f"mean, entry 2017-18, if {choice.label.en}", "CAD per person", None,
                         value, 0.0, "one choice changed", f"{value - base:+,.0f}"))  # fmt: skip
    return made


ALL = (
    Reproduction(
        "pbo-2018",
        "Parliamentary Budget Officer, 29 November 2018: cost of those who entered between ports",
        "Directeur parlementaire du budget, 29 novembre 2018 : coût des entrées entre les points"
        " d'entrée",
        rows,
    ),
)
