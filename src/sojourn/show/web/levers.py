"""Levers in the address: what an address of the Explore page asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import Label
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.scenario import Scenario, names

FROM = months.parse("2026-01")
UNTIL = months.LAST
PLAIN = Label("", "")


@dataclass(frozen=True)
class Lever:
    """One control: a parameter, its words, and the range of its slider (a switch has none)."""

    name: str
    label: Label
    low: float = 0.0
    high: float = 1.0
    step: float = 0.05
    switch: bool = False
    unit: Label = PLAIN


def _route(mode: str, en: str, fr: str) -> Lever:
    return Lever(
        f"arrivals.{mode}.factor", Label(en, fr), 0, 3, 0.05,
        unit=Label("times the continuation", "fois la continuation"),
    )  # fmt: skip


LEVERS = (
    Lever("rpd.capacity", Label("RPD decisions", "Décisions de la SPR"), 20_000, 160_000, 1_000,
          unit=Label("a year", "par an")),
    _route("inland", "Claims at inland offices", "Demandes aux bureaux intérieurs"),
    _route("airport", "Claims at airports", "Demandes aux aéroports"),
    Lever("law.stca", Label("Safe Third Country Agreement", "Entente sur les tiers pays sûrs"),
          switch=True),
    Lever("us.removals", Label("Removals from the United States", "Renvois depuis les États-Unis"),
          0, 1_000_000, 10_000, unit=Label("a year", "par an")),
    Lever("pr.levels", Label("Permanent residence for protected persons",
          "Résidence permanente des personnes protégées"), 0, 100_000, 500,
          unit=Label("admissions a year", "admissions par an")),
    _route("land_port", "Claims at land ports", "Demandes aux points d'entrée terrestres"),
    _route("between_ports", "Claims after entry between ports",
           "Demandes après une entrée entre les points d'entrée"),
    Lever("law.protocol_2023", Label("Agreement between ports (2023 protocol)",
          "Entente entre les points d'entrée (protocole de 2023)"), switch=True),
    Lever("removal.capacity", Label("Removals from Canada", "Renvois depuis le Canada"), 0, 60_000,
          500, unit=Label("a year", "par an")),
    Lever("rpd.newest_first", Label("Newest claims heard first",
          "Demandes récentes entendues d'abord"), 0, 1, 0.05,
          unit=Label("share of capacity", "part de la capacité")),
)  # fmt: skip


def levers() -> tuple[Lever, ...]:
    """The levers whose parameter the model has."""
    known = parameters.load().rows
    return tuple(lever for lever in LEVERS if lever.name in known)


@dataclass(frozen=True)
class View:
    """What an address asks for: a shipped scenario, levers from a month, further changes."""

    base: str = "baseline"
    start: int = FROM
    values: tuple[tuple[str, float], ...] = ()
    sets: tuple[str, ...] = ()

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario of the address. Raises InputError."""
        loaded = Scenario.load(self.base)
        texts = [f"{n}={v:.12g}@{months.text(self.start)}" for n, v in self.values]
        texts += self.sets
        return loaded.with_changes(texts, where="query") if texts else loaded

    def query(self, **more: str) -> str:
        """The address in readable names and values; nothing that is as the scenario has it."""
        pairs: list[tuple[str, str]] = []
        if self.base != "baseline":
            pairs.append(("scenario", self.base))
        if self.start != FROM and (self.values or self.sets):
            pairs.append(("from", months.text(self.start)))
        switches = {lever.name for lever in LEVERS if lever.switch}
        for name, value in self.values:
            on_off = {0.0: "off", 1.0: "on"}.get(value)
            written = on_off if name in switches and on_off else f"{value:.12g}"
            pairs.append((name, written))
        pairs += [("set", text) for text in self.sets]
        pairs += list(more.items())
        return urlencode(pairs, safe="@=.")

    def command(self, members: int) -> str:
        """The command line that gives the same numbers."""
        texts = [f"{n}={v:.12g}@{months.text(self.start)}" for n, v in self.values]
        options = "".join(f" --set {text}" for text in (*texts, *self.sets))
        return f"sojourn run {self.base}{options} --members {members} --seed 0"

    def python(self, members: int) -> str:
        """The Python that gives the same numbers."""
        texts = [f"{n}={v:.12g}@{months.text(self.start)}" for n, v in self.values]
        changes = ", ".join(f'"{text}"' for text in (*texts, *self.sets))
        tail = f",\n                changes=[{changes}]" if changes else ""
        return (
            "import sojourn as sj\n"
            f'result = sj.run("{self.base}", members={members}, seed=0{tail})\n'
            'result.series("rpd.pending")'
        )


KNOWN = ("scenario", "from", "set")
PASSED = ("members", "size", "format", "chart", "part")
"""Keys that say how to answer, not what is asked."""


def read(pairs: Sequence[tuple[str, str]]) -> View:
    """The view an address asks for. Raises InputError naming key, value and what was expected.

    A lever that equals the scenario's own value at the month is no change: forms send every field.
    """
    base, start, sets = "baseline", FROM, []
    stated: dict[str, str] = {}
    known = {lever.name: lever for lever in levers()}
    for key, value in pairs:
        if key in PASSED:
            continue
        if key == "scenario":
            base = value
        elif key == "from":
            start = months.parse(value, where="query", field="from")
        elif key == "set":
            sets.append(value)
        elif key in known:
            stated[key] = value
        else:
            raise InputError("query", key, value, nearest(key, (*KNOWN, *known)))
    if base not in names():
        raise InputError("query", "scenario", base, nearest(base, names()))
    if not FROM - 12 <= start <= UNTIL:
        expected = f"a month from {months.text(FROM - 12)} to {months.text(UNTIL)}"
        raise InputError("query", "from", months.text(start), expected)
    if len(sets) > 50:
        raise InputError("query", "set", f"{len(sets)} changes", "at most 50 changes")
    params = Scenario.load(base).parameters()
    values = []
    for name in known:
        if name not in stated or stated[name] == "":
            continue
        number = _number(name, stated[name])
        if abs(number - params.value(name, start)) > 1e-9 * max(1.0, abs(number)):
            values.append((name, number))
    view = View(base, start, tuple(values), tuple(sets))
    view.scenario  # noqa: B018 - refuses impossible values here, before anything runs
    return view


def _number(name: str, text: str) -> float:
    if text in ("on", "off"):
        return float(text == "on")
    try:
        return float(text)
    except ValueError:
        raise InputError("query", name, text, "a number") from None
