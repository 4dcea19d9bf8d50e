"""The law taken apart by act: what it was before each one, and today's law built up again.

Each row of a table names the act that brought it and, where it ended, the act that ended it. A law
of fewer acts leaves out the rows of the others and reopens what they closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date

from sojourn.inputs.errors import InputError, nearest
from sojourn.law.rows import DAWN, DUSK, Act, Law, Parameter, Rule

BASE = "irpa_2001"
"""The Act of 2001, to which all others are added."""


def in_order(law: Law) -> tuple[Act, ...]:
    """All acts by day (acts of one day in the order of the table)."""
    return tuple(sorted(law.acts.values(), key=lambda act: act.day))


def of_acts(law: Law, acts: Collection[str]) -> Law:
    """The law that only these acts made. Raises InputError on an unknown act."""
    for name in acts:
        if name not in law.acts:
            raise InputError("acts", "act", name, nearest(name, law.acts))
    rules = tuple(_rule(rule, acts) for rule in law.rules if rule.act in acts)
    parameters = {name: _parameter(p, acts) for name, p in law.parameters.items()}
    return replace(law, rules=rules, parameters=parameters)


def before(law: Law, act: str) -> Law:
    """The law without this act and all later ones. Raises InputError on an unknown act."""
    names = [one.id for one in in_order(law)]
    if act not in names:
        raise InputError("acts", "act", act, nearest(act, names))
    return of_acts(law, names[: names.index(act)])


def in_turn(law: Law) -> Iterator[tuple[Act, Law]]:
    """Each act with the law as it stands once that act is added to those before it."""
    names: list[str] = []
    for act in in_order(law):
        names.append(act.id)
        yield act, of_acts(law, names)


def _rule(rule: Rule, acts: Collection[str]) -> Rule:
    if not rule.ended_by or rule.ended_by in acts:
        return rule
    start = rule.applies_from
    return replace(rule, applies_to=DUSK, live=((start, DUSK),))


def _parameter(parameter: Parameter, acts: Collection[str]) -> Parameter:
    rows = [row for row in parameter.rows if row.act in acts]
    if not rows:
        day = parameter.unit == "date"
        nothing: date | int | None = None if day or parameter.unit != "flag" else 0
        return replace(parameter, rows=(replace(parameter.rows[0], start=DAWN, end=DUSK,
                                                value=nothing),))  # fmt: skip
    followed = {
        id(row): after for row, after in zip(parameter.rows, parameter.rows[1:], strict=False)
    }
    reopened = [
        replace(row, end=DUSK) if id(row) in followed and followed[id(row)].act not in acts else row
        for row in rows
    ]
    return replace(parameter, rows=tuple(reopened))
