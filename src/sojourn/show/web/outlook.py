"""What the levers lead to: charts, sentences and outcomes of the Explore page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sojourn.inputs import months
from sojourn.inputs import series as declared
from sojourn.inputs.scenario import Scenario
from sojourn.show import blocks, charts, i18n, sentences
from sojourn.show import cells as cells_of
from sojourn.show.cells import Cell, Key
from sojourn.show.i18n import say
from sojourn.show.web.engine import Engine
from sojourn.show.web.levers import UNTIL, View

if TYPE_CHECKING:
    from sojourn.inference.result import Result

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SERIES = (
    "claims", "rpd.pending", "rpd.wait_new", "without_status", "cost", "rpd.accepted",
    "pr.admitted", "returned_to_us", "removals", "pr.pending",
)  # fmt: skip
DRAWN = ("rpd.pending", "rpd.wait_new", "claims", "without_status")
"""Series drawn as fans; cost is drawn by payer after them."""
BY_MONTH = tuple(name for name in DRAWN if declared.get(name).over_year != "sum")
"""Those drawn by month: stocks and means."""

OUTCOMES = (
    "rpd.accepted", "pr.admitted", "returned_to_us", "removals", "rpd.pending", "pr.pending",
)  # fmt: skip
ANSWERED = (*OUTCOMES, "cost")
"""Series whose difference from the baseline the page tells."""
SIZES = {"wide": (560, 270), "narrow": (340, 240)}
TOLERABLE = 12
"""Months of wait whose end the page names a date for."""


@dataclass(frozen=True)
class Outlook:
    """A view's results: its own and the baseline's, by month and by year, and the difference."""

    view: View
    monthly: Mapping[Key, Mapping[str, Cell]]
    yearly: Mapping[Key, Mapping[str, Cell]]
    base: Reading
    difference: Mapping[Key, Mapping[str, Cell]]
    under: str

    @property
    def changed(self) -> bool:
        """Whether the view differs from the baseline at all."""
        return self.view.base != "baseline" or bool(self.view.values or self.view.sets)


def look(engine: Engine, view: View, members: int, lang: str) -> Outlook:
    """Run the view and the baseline on the same draws and read out what the page shows."""
    mine = read(engine, view.scenario, members)
    base = read(engine, Scenario.load("baseline"), members)
    difference: Mapping[Key, Mapping[str, Cell]] = {}
    if mine is not base:
        from sojourn.questions.compare import paired

        apart = paired(base.yearly_result, mine.yearly_result)
        told = year(mine.yearly)
        difference = cells_of.of_result(apart, ANSWERED, lambda date, _: date == told)
    return Outlook(
        view, mine.monthly, mine.yearly, base, difference, tolerable(mine.result, lang),
    )  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """A run and its cells by month (of the series and months drawn) and by year."""

    result: Result
    yearly_result: Result
    monthly: Mapping[Key, Mapping[str, Cell]]
    yearly: Mapping[Key, Mapping[str, Cell]]

    @cached_property
    def points(self) -> Mapping[str, list[charts.Point]]:
        """Of each series drawn, for the dashed line beside another run."""
        return {
            name: blocks.reference_points(
                name,
                (self.monthly if name in BY_MONTH else self.yearly).get(cells_of.key(name), {}),
            )
            for name in DRAWN
        }


def read(engine: Engine, scenario: Scenario, members: int) -> Reading:
    """The run of a scenario, read out once."""

    def make() -> Reading:
        result = engine.run(
            scenario, members=members, start=months.FIRST, until=UNTIL, series=SERIES,
            quantiles=QUANTILES,
        )  # fmt: skip
        yearly = result.over("year", QUANTILES)
        monthly = cells_of.of_result(result, BY_MONTH, blocks.drawn)
        return Reading(result, yearly, monthly, cells_of.of_result(yearly))

    return engine.recall(("reading", scenario.name, scenario.hash, members), make)


def tolerable(result: Result, lang: str) -> str:
    """From when on a new claim waits under 12 months, with its interval over members; or never."""
    import numpy as np

    waits = result.sample("rpd.wait_new")
    now = blocks.since() - result.periods.first
    over = ~(waits[:, now:] < TOLERABLE)
    known = ~np.isnan(waits[:, now:])
    # the first month after the last one over the limit; months not yet known do not count
    last_over = np.where(
        (over & known).any(axis=1),
        over.shape[1] - 1 - np.argmax((over & known)[:, ::-1], axis=1),
        -1,
    )
    first = last_over + 1
    last_known = np.where(known.any(axis=1), over.shape[1] - 1 - np.argmax(known[:, ::-1], 1), -1)
    never = first > last_known
    count = len(first)
    share = float(never.mean())
    if share > 0.5:
        part = i18n.percent(1 - share, lang)
        return i18n.typeset(
            say(
                f"A new claim does not come to wait under {TOLERABLE} months by"
                f" {months.year(UNTIL)} in most members (it does in {part}).",
                f"Une nouvelle demande n'en vient pas à attendre moins de {TOLERABLE} mois d'ici"
                f" {months.year(UNTIL)} chez la plupart des membres (oui chez {part}).",
                lang,
            ),
            lang,
        )
    ordered = np.sort(np.where(never, over.shape[1], first))

    def at(level: float) -> str:
        index = int(ordered[min(count - 1, int(level * count))])
        if index >= over.shape[1]:
            return say(f"not by {months.year(UNTIL)}", f"pas d'ici {months.year(UNTIL)}", lang)
        return i18n.month(result.periods.first + now + index, lang)

    return i18n.typeset(
        say(
            f"A new claim waits under {TOLERABLE} months from {at(0.5)} on"
            f" (90%: {at(0.05)} to {at(0.95)}).",
            f"Une nouvelle demande attend moins de {TOLERABLE} mois à partir de {at(0.5)}"
            f" (90 % : de {at(0.05)} à {at(0.95)}).",
            lang,
        ),
        lang,
    )


def shown(outlook: Outlook, lang: str, size: str, *, tabled: bool = True) -> list[blocks.Block]:
    """The fan charts of the page as blocks, at one size, the baseline dashed where it differs.

    tabled: with the table behind each chart (left out while a lever moves).
    """
    params = outlook.view.scenario.parameters()
    made = []
    for name in DRAWN:
        key = cells_of.key(name)
        if key not in outlook.yearly:
            continue
        made.append(
            blocks.of_series(
                name, outlook.monthly.get(key, {}), outlook.yearly[key], lang, params=params,
                reference=outlook.base.points[name] if outlook.changed else (),
                reference_name=say("as is", "tel quel", lang), when=year(outlook.yearly),
                sizes=(SIZES[size],),
                tabled=tabled,
            )
        )  # fmt: skip
    return made


def year(yearly: Mapping[Key, Mapping[str, Cell]]) -> str:
    """The year that sentences and the table of outcomes speak of."""
    dates = [d for d, c in yearly[cells_of.key("claims")].items() if c.exists]
    wanted = str(months.year(blocks.since() + 12 * 5))
    return wanted if wanted in dates else dates[-1]


def cost_chart(outlook: Outlook, lang: str, size: str) -> charts.Spec:
    """Cost by payer and year as stacked bars."""
    start = str(months.year(blocks.since()))
    return blocks.cost_chart(outlook.yearly, lang, start, SIZES[size])


def said(outlook: Outlook, lang: str) -> dict[str, str]:
    """Sentences by the id of the place where they stand."""
    when = year(outlook.yearly)
    by_payer = cells_of.parts(outlook.yearly, "cost", "payer")
    at = {payer: by_date[when] for payer, by_date in by_payer.items() if when in by_date}
    total = outlook.yearly.get(cells_of.key("cost"), {}).get(when, Cell())
    found = {
        name: sentences.state(name, outlook.yearly[cells_of.key(name)][when], when, lang)
        for name in DRAWN
        if when in outlook.yearly.get(cells_of.key(name), {})
    }
    found["cost"] = sentences.costs(at, total, when, lang)
    found["answer"] = answer(outlook, lang)
    return found


def answer(outlook: Outlook, lang: str) -> str:
    """The first sentences of the page: the wait that the levers lead to, and the difference."""
    lead = outlook.under
    if not outlook.changed:
        return say("With the policy in force: ", "Avec la politique en vigueur : ", lang) + lead
    when = year(outlook.yearly)
    parts = [lead]
    for name in ("rpd.pending", "cost"):
        cell = outlook.difference.get(cells_of.key(name), {}).get(when)
        if cell is not None and cell.exists:
            parts.append(
                sentences.difference(
                    name, cell, when, lang, say("these levers", "ces leviers", lang),
                    say("the policy in force", "la politique en vigueur", lang),
                )
            )  # fmt: skip
    return " ".join(parts)


def outcomes(outlook: Outlook, lang: str) -> blocks.Table:
    """What the year's money buys: outcomes here, in the baseline, and the paired difference."""
    when = year(outlook.yearly)
    head = [say(f"In {when}", f"En {when}", lang), say("These levers", "Ces leviers", lang)]
    if outlook.changed:
        head += [say("Policy in force", "Politique en vigueur", lang),
                 say("Difference (90%)", "Différence (90 %)", lang)]  # fmt: skip
    lines = []
    for name in ANSWERED:
        key = cells_of.key(name)
        cell = outlook.yearly.get(key, {}).get(when)
        if cell is None:
            continue
        unit = "CAD" if name == "cost" else "persons"
        line = [blocks.title(name, lang), _amount(cell, unit, lang)]
        if outlook.changed:
            line.append(_amount(outlook.base.yearly.get(key, {}).get(when, Cell()), unit, lang))
            apart = outlook.difference.get(key, {}).get(when, Cell())
            line.append(_amount(apart, unit, lang) + sentences.interval(apart, unit, lang))
        lines.append(line)
    return head, lines


def _amount(cell: Cell, unit: str, lang: str) -> str:
    return sentences.amount(cell.mean if unit == "CAD" else cell.mid, unit, lang)


def tables(outlook: Outlook, lang: str) -> dict[str, tuple[str, blocks.Table]]:
    """The table behind each chart, with its title, by series."""
    return {
        name: (
            blocks.title(name, lang),
            blocks.series_table(name, outlook.yearly[cells_of.key(name)], lang),
        )
        for name in DRAWN
        if cells_of.key(name) in outlook.yearly
    }


def payload(outlook: Outlook, lang: str, size: str, members: int, *, specs: bool) -> dict[str, Any]:
    """What the script needs: data of each chart (or whole specifications), sentences, address."""
    drawn: dict[str, charts.Spec] = {
        b.name: b.charts[0] for b in shown(outlook, lang, size, tabled=False)
    }
    drawn["cost"] = cost_chart(outlook, lang, size)
    if not specs:
        drawn = {name: {"datasets": spec["datasets"]} for name, spec in drawn.items()}
    return {
        "query": outlook.view.query(),
        "said": said(outlook, lang),
        "command": outlook.view.command(members),
        "python": outlook.view.python(members),
        "charts": {name: charts.themed(spec, charts.PAGE) for name, spec in drawn.items()},
    }
