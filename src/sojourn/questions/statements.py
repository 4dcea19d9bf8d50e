"""A public statement as data: what was said, the quantities it claims, the checks put to it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sojourn.inputs import months, sources
from sojourn.inputs.dimensions import Label
from sojourn.inputs.errors import InputError, nearest

FOLDER = "data/ledger"
POPULATIONS = "data/ledger/populations.csv"
SAID_ON = r"^\d{4}(-\d{2}(-\d{2})?)?$"
MAX_BYTES = 100_000

Form = Literal["actual", "estimate", "upper_bound", "forecast"]
Combine = Literal["one", "sum", "first", "last", "min", "max"]


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class Quantity(_Table):
    """One number of the statement: about whom, as what, and how closely it has to agree.

    `period` is "present" when the statement speaks of the day on which it was made. With the
    relation "not_published" the statement says that nobody publishes such a number.
    """

    id: str = Field(min_length=1)
    value: float = 0.0
    unit: str = Field(min_length=1)
    population: str = Field(min_length=1)
    period: str = ""
    form: Form = "actual"
    tolerance: float = Field(default=0.02, ge=0, le=0.5)
    relation: Literal["equals", "at_least", "at_most", "not_published"] = "equals"


class Population(_Table):
    """Whom a number counts, in both languages, where the shipped list has no word for it."""

    id: str = Field(min_length=1)
    fr: str = Field(min_length=1)


class FigureQuery(_Table):
    """Rows of a published series; `combine` says how several become one number.

    A dimension left out is as `sojourn figures` shows it; "" asks for the total. A query that finds
    no row is refused, unless `expect_none` says that the gap is the point: then a row is refused.
    `optional` is for the claim that nobody publishes a number: there a row decides the verdict.
    """

    series: str
    start: str | None = None
    end: str | None = None
    mode: str | None = None
    province: str | None = None
    nationality: str | None = None
    stage: str | None = None
    payer: str | None = None
    item: str | tuple[str, ...] | None = None
    period: str | None = None
    source_id: str | None = None
    combine: Combine = "one"
    used: bool = True
    expect_none: bool = False
    optional: bool = False


class LawQuery(_Table):
    """A case put to the law; `expect` is the outcome that the statement implies.

    Without `expect` the answer stands beside the statement as context.
    """

    facts: dict[str, Any]
    question: str = "eligibility"
    on: str = ""
    expect: str = ""


class ModelQuery(_Table):
    """A series of a scenario at a month, or over a calendar or fiscal year."""

    scenario: str = "baseline"
    series: str
    at: str
    members: int = Field(default=200, ge=1, le=10_000)


class CostQuery(_Table):
    """The mean cost of a cohort to the end of its cases, as `sojourn cost` counts it."""

    cohort: str
    mode: str | None = None
    as_of: str | None = None
    scope: Literal["pbo", "all"] = "pbo"
    path: Literal["mean", "low", "high"] = "mean"


class Check(_Table):
    """One comparison. With `quantity` it tests that number; without, it is context.

    Exactly one of figure, law, model and cost is asked. `per` divides the figure by another.
    A context check with `above` or `below` counts only while its value lies there. `given` names
    such a check, the condition under which the number was put forward: where it did not hold, the
    number cannot be tested. `aside` shows a number that does not bear on the verdict.
    """

    id: str = Field(min_length=1, pattern=r"^[a-z][a-z0-9_]*$")
    label: str = Field(min_length=1)
    label_fr: str = Field(min_length=1)
    quantity: str = ""
    population: str = ""
    form: Form = "actual"
    figure: FigureQuery | None = None
    per: FigureQuery | None = None
    law: LawQuery | None = None
    model: ModelQuery | None = None
    cost: CostQuery | None = None
    above: float | None = None
    below: float | None = None
    given: str = ""
    aside: bool = False


class Statement(_Table):
    """A statement and its checks. `accurate` and `explanation` may quote results as {check_id}.

    `place` is its place in the article, `chosen` the rule by which it came into the ledger.
    `said_on` is a day, or the month or year where no more is known.
    """

    id: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9-]*$")
    article: str = ""
    place: int = 1000
    chosen: str = ""
    kind: Literal["fact", "opinion"] = "fact"
    statement: str = Field(min_length=1)
    statement_fr: str = Field(min_length=1)
    said_by: str = Field(min_length=1)
    said_by_fr: str = Field(min_length=1)
    speaker: Literal["person", "organization"] = "organization"
    said_on: str = Field(pattern=SAID_ON)
    reported_in: str = Field(min_length=1)
    reported_in_fr: str = ""
    cited_source: str = ""
    cited_source_fr: str = ""
    sources: tuple[str, ...] = ()
    explanation: str = Field(min_length=1)
    explanation_fr: str = Field(min_length=1)
    accurate: str = Field(min_length=1)
    accurate_fr: str = Field(min_length=1)
    population: tuple[Population, ...] = ()
    quantity: tuple[Quantity, ...] = ()
    check: tuple[Check, ...] = ()

    def text(self, field: str, lang: str) -> str:
        """A text of the statement in a language, the English one where no French is given."""
        french = getattr(self, f"{field}_fr") if lang == "fr" else ""
        return str(french or getattr(self, field))

    def day(self) -> date:
        """The day it was said; a month or a year alone counts from its last day, as for sources."""
        if len(self.said_on) == 10:
            return months.parse_day(self.said_on)
        month = months.parse(f"{self.said_on}-12"[:7])
        return months.first_day(month + 1) - timedelta(days=1)


@dataclass(frozen=True)
class Filed:
    """A statement with the file it stands in."""

    statement: Statement
    where: str


@lru_cache(maxsize=1)
def populations() -> Mapping[str, Label]:
    """Whom numbers count: the words of the shipped list, in both languages, by the English one."""
    raw = resources.files("sojourn").joinpath(POPULATIONS).read_bytes()
    rows = sources.records(raw, POPULATIONS, ("en", "fr"))
    return {en: Label(en, fr) for _, (en, fr) in rows}


def population(statement: Statement, name: str) -> Label:
    """The words for a population of a statement, its own or of the shipped list."""
    own = {known.id: Label(known.id, known.fr) for known in statement.population}
    return own.get(name) or populations()[name]


def read(text: str, where: str) -> Statement:
    """A statement from TOML text. Raises InputError naming the file, the field and the value."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, "TOML", str(error), "a well-formed TOML file") from None
    try:
        statement = Statement.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        expected = "a known field" if first["type"] == "extra_forbidden" else first["msg"]
        raise InputError(where, path, first.get("input"), expected) from None
    _consistent(statement, where)
    return statement


def _consistent(statement: Statement, where: str) -> None:
    try:
        statement.day()
    except InputError:
        expected = "YYYY, YYYY-MM or YYYY-MM-DD"
        raise InputError(where, "said_on", statement.said_on, expected) from None
    known = {*populations(), *(own.id for own in statement.population)}
    for quantity in statement.quantity:
        _known(quantity.population, known, where, f"quantity {quantity.id} population")
    for check in statement.check:
        if check.population:
            _known(check.population, known, where, f"check {check.id} population")
    _tests(statement, where)


def _known(name: str, known: set[str], where: str, field: str) -> None:
    # a slip of the pen would otherwise read as another population
    if name not in known:
        raise InputError(where, field, name, f"{nearest(name, known)}, or a [[population]]")


def _tests(statement: Statement, where: str) -> None:
    tested: dict[str, str] = {}
    quantities = {quantity.id for quantity in statement.quantity}
    unpublished = {q.id for q in statement.quantity if q.relation == "not_published"}
    ids: set[str] = set()
    for check in statement.check:
        field = f"check {check.id}"
        asked = [k for k in ("figure", "law", "model", "cost") if getattr(check, k) is not None]
        if len(asked) != 1:
            raise InputError(where, field, asked, "exactly one of figure, law, model, cost")
        if check.id in ids:
            raise InputError(where, field, check.id, "an id used once")
        optional = check.figure is not None and check.figure.optional
        if optional != (check.quantity in unpublished):
            expected = "true for a quantity of relation not_published, and only there"
            raise InputError(where, f"{field} figure.optional", optional, expected)
        if check.given and check.given not in ids:
            expected = nearest(check.given, ids) if ids else "the id of an earlier check"
            raise InputError(where, f"{field} given", check.given, expected)
        ids.add(check.id)
        if not check.quantity:
            continue
        if check.quantity not in quantities:
            raise InputError(where, f"{field} quantity", check.quantity, "the id of a [[quantity]]")
        if check.quantity in tested:
            expected = f"one test a quantity (check {tested[check.quantity]} tests it already)"
            raise InputError(where, f"{field} quantity", check.quantity, expected)
        if check.law is not None and not check.law.expect:
            raise InputError(where, f"{field} law.expect", "", "the outcome that is claimed")
        if check.law is None and not check.population:
            raise InputError(where, f"{field} population", "", "whom the figure counts")
        tested[check.quantity] = check.id
    untested = quantities - set(tested)
    if untested and statement.kind == "fact":
        raise InputError(where, "quantity", sorted(untested), "a check that tests it")
    if statement.kind == "fact" and not statement.check:
        raise InputError(where, "check", None, "at least one [[check]]")


def load(path: str | Path) -> Filed:
    """The statement of a TOML file. Raises InputError when it cannot be read or is wrong."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise InputError(
            str(path), "file", error.strerror or "unreadable", "a readable TOML file"
        ) from None
    if len(raw) > MAX_BYTES:
        raise InputError(str(path), "size", len(raw), f"at most {MAX_BYTES} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(str(path), "encoding", f"byte {error.start}", "UTF-8 text") from None
    return Filed(read(text, str(path)), str(path))


def shipped() -> tuple[Filed, ...]:
    """All shipped statements, by id. Raises InputError on a wrong file or an id used twice."""
    folder = resources.files("sojourn").joinpath(FOLDER)
    found: dict[str, Filed] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not entry.name.endswith(".toml"):
            continue
        where = f"{FOLDER}/{entry.name}"
        statement = read(entry.read_text(encoding="utf-8"), where)
        if f"{statement.id}.toml" != entry.name:
            raise InputError(where, "id", statement.id, "the name of its file")
        found[statement.id] = Filed(statement, where)
    return tuple(found.values())


def of_folder(folder: Path) -> tuple[Filed, ...]:
    """The statements of a folder, by file name.

    Raises InputError for no folder, an empty one, a wrong file or an id used twice.
    """
    if not folder.is_dir():
        raise InputError(str(folder), "folder", str(folder), "a folder of statement files")
    found: dict[str, Filed] = {}
    for path in sorted(folder.glob("*.toml")):
        filed = load(path)
        first = found.setdefault(filed.statement.id, filed)
        if first is not filed:
            raise InputError(str(path), "id", filed.statement.id, f"an id not in {first.where}")
    if not found:
        raise InputError(str(folder), "folder", "no .toml file", "at least one statement file")
    return tuple(found.values())


def articles(filed: tuple[Filed, ...]) -> Mapping[str, tuple[Filed, ...]]:
    """The statements of each article set, by its name."""
    names = sorted({f.statement.article for f in filed if f.statement.article})
    return {name: tuple(f for f in filed if f.statement.article == name) for name in names}
