"""The facts of one case: a typed model built from the attribute table, and what contradicts itself.

A case states some attributes; the others take the table's default. Derived attributes may be
stated too, but then must equal what follows from the other facts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    create_model,
)

from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.months import parse_day
from sojourn.law.grammar import Value
from sojourn.law.rows import Fact, Law
from sojourn.law.tables import FOLDER, load

REQUIRED = ("date_of_claim", "date_of_entry")
"""Facts without a default: asked for by name as soon as an answer turns on them."""

CLAIM_EVENTS = frozenset(
    ("ineligible", "withdrawn", "abandoned", "rpd_rejected_no_appeal_right", "rad_rejected")
)
"""Events that can only follow a claim."""


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-3 codes, and XKX."""
    path = resources.files("sojourn").joinpath(FOLDER, "countries.csv")
    return frozenset(path.read_text(encoding="utf-8").split()[1:])


def _day(value: object) -> object:
    if isinstance(value, str):
        if value in ("none", ""):
            return None
        try:
            return parse_day(value)
        except InputError:
            raise ValueError("a day written YYYY-MM-DD") from None
    return value


def _code(value: object) -> object:
    return None if value == "none" else value


def _country(value: object) -> object:
    if value in (None, "none"):
        return None
    if value not in countries():
        raise ValueError("an ISO 3166-1 alpha-3 code or none")
    return value


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number")
    return value


def _codes(known: frozenset[str]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if not isinstance(value, list | tuple | set | frozenset):
            raise ValueError("a list of codes")
        for code in value:
            if code not in known:
                raise ValueError(f"a list of known codes, {code!r} is not one")
        return frozenset(value)

    return check


def _between(low: float, high: float) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        value = _number(value)
        if not low <= value <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return value

    return check


@lru_cache(maxsize=1)
def types() -> dict[str, Any]:
    """The type of every attribute that a case may state, by name."""
    return {name: _type(fact, _range(name)) for name, fact in load().facts.items()}


@lru_cache(maxsize=1)
def _ranges() -> dict[str, str]:
    from sojourn.law.tables import read

    return {row["name"]: row["values"] for row in read("attributes")}


def _range(name: str) -> str:
    return _ranges()[name]


def _type(fact: Fact, values: str) -> Any:
    if fact.type == "bool":
        return bool
    if fact.type == "date":
        return Annotated[date | None, BeforeValidator(_day)]
    if fact.type == "number":
        low, _, high = values.partition("-")
        check = _between(float(low), float(high)) if high else _number
        return Annotated[float | int | None, BeforeValidator(check)]
    if fact.type == "list":
        known = countries() if fact.codes is None else fact.codes
        return Annotated[frozenset[str], BeforeValidator(_codes(known))]
    if fact.codes is None:
        return Annotated[str | None, BeforeValidator(_country)]
    known = fact.codes - {"none"}
    return Annotated[Literal[tuple(sorted(known))] | None, BeforeValidator(_code)]  # type: ignore[valid-type]


@lru_cache(maxsize=1)
def model() -> type[BaseModel]:
    """The pydantic model of the facts: every attribute optional, nothing else allowed."""
    fields: dict[str, Any] = {name: (of, None) for name, of in types().items()}
    config = ConfigDict(extra="forbid", strict=True, frozen=True)
    return create_model("Facts", __config__=config, **fields)


@lru_cache(maxsize=128)
def adapter(name: str) -> TypeAdapter[Any]:
    """Checks one attribute alone (the batch path checks each distinct value once)."""
    return TypeAdapter(types()[name], config=ConfigDict(strict=True))


@lru_cache(maxsize=1)
def defaults() -> dict[str, Value]:
    """Value of every stated attribute that a case leaves out (those that take another's value
    and those without a default are absent)."""
    found: dict[str, Value] = {}
    for name, fact in load().facts.items():
        text = fact.default
        if fact.derived or name in REQUIRED or text.startswith("="):
            continue
        if fact.type == "bool":
            found[name] = text == "true"
        elif fact.type == "list":
            found[name] = frozenset()
        elif text == "none":
            found[name] = None
        else:
            found[name] = int(text) if fact.type == "number" else text
    return found


def validate(raw: Mapping[str, object], where: str = "facts") -> dict[str, Value]:
    """The stated facts, typed. Raises InputError naming the first wrong field."""
    unknown = [name for name in raw if name not in types()]
    if unknown:
        raise InputError(where, unknown[0], raw[unknown[0]],
                         "a known attribute: " + nearest(unknown[0], types()))  # fmt: skip
    try:
        facts = model().model_validate(dict(raw))
    except ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0])
        raise InputError(where, name, raw[name], expected(name, str(first["msg"]))) from None
    return {name: getattr(facts, name) for name in raw}


def expected(name: str, message: str) -> str:
    """What the attribute accepts, in words."""
    fact = load().facts[name]
    if fact.type == "code" and fact.codes is not None:
        return "one of " + ", ".join(sorted(fact.codes))
    if fact.type == "bool":
        return "true or false"
    return message.removeprefix("Value error, ")


def complete(stated: Mapping[str, Value], law: Law) -> dict[str, Value]:
    """The stated facts and the defaults of the others; derived attributes are left out."""
    case = {**defaults(), **{k: v for k, v in stated.items() if not law.facts[k].derived}}
    for name, fact in law.facts.items():
        if fact.default.startswith("=") and case.get(name) is None:
            source = case.get(fact.default[1:])
            if source is not None:
                case[name] = source
            else:
                case.pop(name, None)
    for name in REQUIRED:
        if case.get(name) is None:
            case.pop(name, None)
    return case


ORDER = (
    ("date_of_entry", "date_of_claim"),
    ("first_entry_after_cutoff", "date_of_entry"),
    ("date_of_claim", "date_of_decision"),
    ("date_of_claim", "date_of_referral"),
    ("date_of_claim", "date_of_rpd_decision"),
    ("date_of_referral", "date_of_rpd_decision"),
    ("date_of_claim", "date_of_last_negative"),
)
"""Pairs of days of which the second is never before the first."""


def check_contradictions(case: Mapping[str, Value], law: Law, where: str = "facts") -> None:
    """Refuse facts that cannot all be true. Raises InputError naming the later field."""
    pairs = list(ORDER)
    if case.get("event") in CLAIM_EVENTS:
        pairs.append(("date_of_claim", "date_of_event"))
    for before, after in pairs:
        first, then = case.get(before), case.get(after)
        if isinstance(first, date) and isinstance(then, date) and then < first:
            raise InputError(where, after, str(then), f"a day not before {before} ({first})")
    first = case.get("first_entry_after_cutoff")
    cutoff = law.parameters["one_year_bar_entry_after"].on(None)
    if isinstance(first, date) and isinstance(cutoff, date) and first <= cutoff:
        raise InputError(where, "first_entry_after_cutoff", str(first), f"a day after {cutoff}")
    if case.get("stateless") and case.get("nationalities"):
        raise InputError(where, "nationalities", sorted(case["nationalities"]),  # type: ignore[arg-type]
                         "an empty list, because stateless is true")  # fmt: skip
