"""The tables of docs/arrivals.md, made from the figures, so that no number there is typed.

`python -m sojourn.questions.arrivals_tables docs/arrivals.md` writes them between their marks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sojourn.flow import effects, onward, us_population, without_status
from sojourn.flow.effects import Estimate
from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario, names
from sojourn.questions import episodes

Rows = list[tuple[str, ...]]
MARK = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def effect_rows() -> Rows:
    """Each estimated effect with its range and what overlaps."""
    rows: Rows = [("parameter", "factor", "low", "high", "what else changed")]
    for name, found in effects.table().items():
        study = effects.STUDIES.get(name)
        overlap = study.overlap if study else "2004 to 2006: all claims fell in those years"
        rows.append((f"`{name}`", *_digits(found), overlap))
    return rows


def onward_rows() -> Rows:
    """Onward claims per person told, by state of the Agreement."""
    basis = {
        "whole": "Lacolle 2025 above 2024, over the people told in 2025",
        "ports": "Haitian claims of May to October 2017 above usual, over 58,000 told in May",
        "none": "no episode: as at ports only, up to twice",
    }
    rows: Rows = [("Agreement", "share", "low", "high", "from")]
    for state, found in onward.shares().items():
        rows.append((state, *_digits(found), basis[state]))
    return rows


def enforcement_rows() -> Rows:
    """What land-port claims did as US detention changed, and why it identifies nothing."""
    spans = {
        ("2019-05", "2020-02"): "at ports only, before the pandemic",
        ("2023-04", "2025-01"): "under the Protocol, before the announcements of 2025",
        ("2023-04", "2025-07"): "the same with the months of the announcements",
    }
    rows: Rows = [("months", "slope", "error", "count", "what it covers")]
    for (first, last), note in spans.items():
        found = onward.enforcement(first, last)
        numbers = f"{found.slope:+.2f}", f"{found.error:.2f}", str(found.count)
        rows.append((f"{first} to {last}", *numbers, note))
    return rows


def assumption_rows() -> Rows:
    """The residual as each assumption goes to the ends of its range."""
    centre = us_population.residual(us_population.components())
    whole = us_population.interval()
    rows: Rows = [("assumption", "from", "to", "millions at its low", "millions at its high")]
    rows.append(("DHS's components", "", "", _millions(centre), _millions(centre)))
    for found in us_population.sensitivity():
        ends = f"{found.low_value:g}", f"{found.high_value:g}"
        rows.append((found.assumption, *ends, _millions(found.at_low), _millions(found.at_high)))
    both = _millions(float(whole.low.item())), _millions(float(whole.high.item()))
    rows.append(("all together (quadrature)", "", "", *both))
    return rows


def rival_rows() -> Rows:
    """Published estimates of the US stock since 2016, with the reason why they differ.

    Statements taken over from a table of inputs (versions with an underscore) repeat others.
    """
    rows: Rows = [("estimator", "date", "millions", "range", "source", "why it differs")]
    told: set[str] = set()
    for rival in us_population.rivals():
        if rival.day.year < 2016 or "_" in rival.version:
            continue
        persons = "" if rival.persons is None else _millions(rival.persons)
        span = "" if rival.low is None or rival.high is None else (
            f"{_millions(rival.low)} to {_millions(rival.high)}"
        )  # fmt: skip
        reason = "as above" if rival.estimator in told else rival.reason
        told.add(rival.estimator)
        version = rival.version.split(" (reference")[0]
        name = rival.estimator + (f" ({version})" if version else "")
        rows.append((name, rival.day.isoformat()[:7], persons, span, rival.source_id, reason))
    return rows


def evidence_rows() -> Rows:
    """Statements and inventories near the Canadian stock, and how they bear on it."""
    rows: Rows = [("date", "what", "persons", "bears on the stock", "source")]
    for found in without_status.evidence():
        ends = ["" if v is None else f"{v:,.0f}" for v in (found.low, found.high)]
        persons = f"{found.persons:,.0f}" if found.persons is not None else " to ".join(
            end for end in ends if end
        )  # fmt: skip
        name = found.name.replace("_", " ").replace(";", ", ")
        rows.append((found.day.isoformat()[:7], name, persons, found.part, found.source_id))
    return rows


def episode_rows() -> Rows:
    """Scores of the model with events over the one without, the episode left out."""
    rows: Rows = [("episode", "WIS without", "with", "ratio", "coverage 50, 90 %", "learnt from")]
    for row in episodes.checks():
        if "months inside" in str(row["check"]):
            continue
        name = str(row["check"]).removeprefix("episode left out: ")
        _, covered, source = str(row["note"]).split("; ", 2)
        inside = ", ".join(re.findall(r"(\d+%)", covered))
        scores = str(row["published"]), str(row["model"]), str(row["error"])
        rows.append((name, *scores, inside, source.removeprefix("learnt from ")))
    return rows


def level_rows() -> Rows:
    """Claims a year from August 2025 by mode."""
    rows: Rows = [("mode", "a year", "low", "high", "rule")]
    table = parameters.load()
    for name in sorted(n for n in table.rows if re.fullmatch(r"arrivals\.\w+\.level", n)):
        row = table.rows_of(name)[0]
        ends = (f"{v:,.0f}" for v in (row.value, row.low, row.high))
        rows.append((name.split(".")[1], *ends, row.note))
    return rows


def scenario_rows() -> Rows:
    """The library."""
    rows: Rows = [("name", "title", "changes", "reference")]
    for name in names():
        found = Scenario.load(name)
        changes = ", ".join(
            f"`{c.parameter}` = {c.value:,.12g} from {months.text(c.month)}" for c in found.changes
        )
        rows.append((f"`{name}`", found.title, changes or "none", found.reference))
    return rows


TABLES: Mapping[str, Callable[[], Rows]] = {
    "effects": effect_rows,
    "onward": onward_rows,
    "enforcement": enforcement_rows,
    "assumptions": assumption_rows,
    "rivals": rival_rows,
    "evidence": evidence_rows,
    "episodes": episode_rows,
    "levels": level_rows,
    "scenarios": scenario_rows,
}


def markdown(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as a Markdown table, the first as its head."""
    head, *rest = [tuple(cell.replace("|", "/") for cell in row) for row in rows]
    lines = [head, ("---",) * len(head), *rest]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def filled(text: str) -> str:
    """The page with every marked table made anew. Raises InputError for an unknown mark."""

    def make(found: re.Match[str]) -> str:
        name = found[1]
        if name not in TABLES:
            raise InputError("docs/arrivals.md", "table", name, ", ".join(TABLES))
        return f"<!-- table: {name} -->\n{markdown(TABLES[name]())}\n<!-- end -->"

    return MARK.sub(make, text)


def _digits(found: Estimate) -> tuple[str, str, str]:
    return f"{found.value:.2g}", f"{found.low:.2g}", f"{found.high:.2g}"


def _millions(persons: float) -> str:
    return f"{persons / 1e6:.2f}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
