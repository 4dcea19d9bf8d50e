"""Parts of the law turned on or off from a day, as a scenario asks.

A row of the law that began (or ended) with its switch follows the switch; its other days stay.
A day that is the switch's own (entry into force of the Protocol) moves with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.months import parse_day
from sojourn.law.rows import DAWN, DUSK, Dated, Interval, Law, Parameter, Rule, Switch

Switches = Mapping[str, Sequence[tuple[date | str, bool]]]
"""By switch name: (day, on or off from that day), laid over the law in force."""

_DAY = timedelta(days=1)


def with_switches(law: Law, switches: Switches) -> Law:
    """The law with some switches moved. Raises InputError on an unknown switch or a bad day."""
    on: dict[str, tuple[Interval, ...]] = {}
    for name, changes in switches.items():
        if name not in law.switches:
            raise InputError("switches", "name", name, nearest(name, law.switches))
        intervals: tuple[Interval, ...] = ((law.switches[name].start, law.switches[name].end),)
        dated = [(_day(day, name), state) for day, state in changes]
        for day, state in sorted(dated):
            kept = [(a, min(b, day - _DAY)) for a, b in intervals if a < day]
            intervals = _joined([*kept, (day, DUSK)] if state else kept)
        on[name] = intervals
    rules = tuple(_moved_rule(rule, law, on) for rule in law.rules)
    parameters = {
        name: _moved_parameter(p, on[p.switch]) if p.switch in on else p
        for name, p in law.parameters.items()
    }
    return replace(law, rules=rules, parameters=parameters)


def _day(day: date | str, name: str) -> date:
    return day if isinstance(day, date) else parse_day(day, where="switches", field=name)


def _joined(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    joined: list[Interval] = []
    for start, end in intervals:
        if joined and joined[-1][1] + _DAY == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _moved_rule(rule: Rule, law: Law, on: Mapping[str, tuple[Interval, ...]]) -> Rule:
    if not any(name in on for name in rule.switches):
        return rule
    of = [law.switches[name] for name in rule.switches]
    start = DAWN if any(s.start == rule.applies_from for s in of) else rule.applies_from
    end = DUSK if any(s.end == rule.applies_to for s in of) else rule.applies_to
    live: tuple[Interval, ...] = ((start, end),)
    for switch in of:
        live = _meet(live, on.get(switch.name, _shipped(switch)))
    return replace(rule, live=live)


def _shipped(switch: Switch) -> tuple[Interval, ...]:
    return ((switch.start, switch.end),)


def _meet(left: Sequence[Interval], right: Sequence[Interval]) -> tuple[Interval, ...]:
    meets = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return tuple((start, end) for start, end in meets if start <= end)


def _moved_parameter(parameter: Parameter, on: Sequence[Interval]) -> Parameter:
    """A flag is 1 while its switch is on and 0 while off; a day is that of the last turning on."""
    like = parameter.rows[0]
    day = parameter.unit == "date"
    rows = [replace(like, start=DAWN, end=DUSK, value=None if day else 0)]
    for start, end in on:
        rows.append(replace(like, start=start, end=end, value=start if day else 1))
        if end != DUSK:
            rows.append(replace(like, start=end + _DAY, end=DUSK, value=None if day else 0))
    return replace(parameter, rows=tuple(_ends(rows)))


def _ends(rows: list[Dated]) -> list[Dated]:
    return [
        replace(row, end=min(row.end, after.start - _DAY)) if after.start > DAWN else row
        for row, after in zip(rows, [*rows[1:], replace(rows[-1], start=DUSK)], strict=True)
    ]
