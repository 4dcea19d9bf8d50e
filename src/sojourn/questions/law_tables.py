"""The tables of docs/law.md, made from the law's tables, so that none is typed twice.

`python -m sojourn.questions.law_tables docs/law.md` writes them between their marks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sojourn.flow import classes
from sojourn.inputs import parameters
from sojourn.inputs.errors import InputError, nearest
from sojourn.law import acts
from sojourn.law.tables import load
from sojourn.questions import agreement_returns

Rows = list[tuple[str, ...]]
MARK = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def rule_rows() -> Rows:
    """Every rule with its days and the confidence of its reading."""
    rows: Rows = [("row", "question or stage", "provision", "from", "to", "confidence")]
    for rule in sorted(load().rules, key=lambda one: one.order):
        end = "" if rule.applies_to == date.max else str(rule.applies_to)
        provision = rule.provision.replace("|", "\\|")
        rows.append((rule.id, rule.stage, provision, str(rule.applies_from), end, rule.confidence))
    return rows


def act_rows() -> Rows:
    """Acts in order, and how many rules each added or ended."""
    law = load()
    rows: Rows = [("act", "day", "reaches claims from", "citation", "added", "ended")]
    for act in acts.in_order(law):
        added = sum(rule.act == act.id for rule in law.rules)
        ended = sum(rule.ended_by == act.id and rule.act != act.id for rule in law.rules)
        reach = "" if act.reaches_from == act.day else str(act.reaches_from)
        rows.append((f"`{act.id}`", str(act.day), reach, act.citation, str(added), str(ended)))
    return rows


def switch_rows() -> Rows:
    """Switches with the days they are on in the law as it is."""
    rows: Rows = [("switch", "on from", "to", "what it is")]
    for switch in load().switches.values():
        end = "" if switch.end == date.max else str(switch.end)
        rows.append((f"`{switch.name}`", str(switch.start), end, switch.label_en))
    return rows


def weight_rows() -> Rows:
    """Weights of the classes of person: kind, value, range, what it rests on."""
    table = parameters.load()
    rows: Rows = [("weight", "from", "value", "low", "high", "kind", "rests on")]
    for name in dict.fromkeys(x.weight for x in classes.levels() if x.weight != "rest"):
        for row in table.rows_of(name):
            month = f"{row.start // 12}-{row.start % 12 + 1:02d}"
            kind = "fitted" if row.kind == "estimated" else row.kind
            rows.append((f"`{name}`", month, f"{row.value:g}", f"{row.low:g}", f"{row.high:g}",
                         kind, row.note))  # fmt: skip
    return rows


def return_rows() -> Rows:
    """Returns under the Agreement, each period predicted from the others."""
    rows: Rows = [("period", "published", "predicted", "80 % interval", "factor", "inside",
                   "tried first")]  # fmt: skip
    for period in agreement_returns.targets():
        made = agreement_returns.predict(period)
        inside = "yes" if made.low <= made.published <= made.high else "**no**"
        rows.append((period.label, f"{made.published:,.0f}", f"{made.model:,.0f}",
                     f"{made.low:,.0f} to {made.high:,.0f}", f"{made.factor:.1f}",
                     inside, _tried_first(period)))  # fmt: skip
    return rows


def _tried_first(period: agreement_returns.Period) -> str:
    """What claims counted between ports gave, before people intercepted took their place."""
    if period.both is None:
        return ""
    return f"{agreement_returns.predict(period, counted=True).model:,.0f}"


TABLES: dict[str, Callable[[], Rows]] = {
    "rules": rule_rows,
    "acts": act_rows,
    "switches": switch_rows,
    "weights": weight_rows,
    "returns": return_rows,
}


def filled(text: str) -> str:
    """The page with every marked table made anew. Raises InputError on an unknown mark."""

    def made(found: re.Match[str]) -> str:
        name = found[1]
        if name not in TABLES:
            raise InputError("docs/law.md", "table", name, nearest(name, TABLES))
        return f"<!-- table: {name} -->\n{_markdown(TABLES[name]())}<!-- end -->"

    return MARK.sub(made, text)


def _markdown(rows: Rows) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def main(paths: list[str]) -> None:
    """Write the tables of each page in place."""
    for path in paths:
        page = Path(path)
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
