"""Public statements, checked by the record, the law and the model; verdicts by stated rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

from sojourn.inputs import months, sources
from sojourn.inputs.dimensions import Label
from sojourn.inputs.errors import InputError, nearest
from sojourn.questions import statements, verdicts
from sojourn.questions.evidence import Evidence, gather, known_later
from sojourn.questions.statements import Check, Filed, Quantity, Statement
from sojourn.questions.verdicts import Finding

HISTORY = "data/ledger/history.csv"


@dataclass(frozen=True)
class Checked:
    """A check with what it found; `finding` is empty for context, `live` tells if it counts."""

    check: Check
    evidence: Evidence
    finding: Finding | None
    live: bool


@dataclass(frozen=True)
class Entry:
    """A statement, its checks, and the verdict that follows from them."""

    statement: Statement
    checked: tuple[Checked, ...]
    verdict: str
    where: str

    def accurate(self, lang: str = "en") -> str:
        """The sentence that would be accurate, with the numbers found in place."""
        return _filled(self.statement.text("accurate", lang), self, lang)

    def explanation(self, lang: str = "en") -> str:
        """The author's explanation, with the numbers found in place."""
        return _filled(self.statement.text("explanation", lang), self, lang)

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Sources of every check and those the author names, each once."""
        found = [sid for item in self.checked for sid in item.evidence.source_ids]
        return tuple(dict.fromkeys([*found, *self.statement.sources]))

    def row(self, lang: str = "en") -> dict[str, object]:
        """The entry as one row of `sojourn ledger --json`."""
        told = self.statement
        tests = [item for item in self.checked if item.finding is not None]
        return {
            "id": told.id,
            "article": told.article,
            "statement": told.text("statement", lang),
            "said_by": told.text("said_by", lang),
            "reported_in": told.text("reported_in", lang),
            "cited_source": told.text("cited_source", lang),
            "as_of": told.said_on,
            "verdict": self.verdict,
            "verdict_label": say(verdicts.VERDICTS[self.verdict], lang),
            "published": [self._shown(item, lang) for item in tests if not _modelled(item)],
            "model": [self._shown(item, lang) for item in self.checked if _modelled(item)],
            "context": [
                self._shown(item, lang)
                for item in self.checked
                if item.finding is None and not _modelled(item)
            ],
            "explanation": self.explanation(lang),
            "accurate_sentence": self.accurate(lang),
            "sources": list(self.source_ids),
        }

    def _shown(self, item: Checked, lang: str) -> dict[str, object]:
        told, evidence, who = self.statement, item.evidence, item.check.population
        shown: dict[str, object] = {
            "check": item.check.id,
            "label": item.check.label if lang == "en" else item.check.label_fr,
            "population": say(statements.population(told, who), lang) if who else "",
            "finding": item.finding,
            "sources": list(evidence.source_ids),
        }
        if evidence.origin == "law":
            return {**shown, "outcome": evidence.outcome, "provision": evidence.provision}
        ends = {"value": evidence.value, "low": evidence.low, "high": evidence.high}
        return {**shown, **ends, "unit": evidence.unit}


def say(label: Label, lang: str) -> str:
    """A pair of words in a language."""
    return label.fr if lang == "fr" else label.en


def _modelled(item: Checked) -> bool:
    return item.evidence.origin == "model"


def ledger(
    id: str | None = None, *, article: str | None = None, folder: str | Path | None = None
) -> tuple[Entry, ...]:
    """Statements with their verdicts, computed now: all, one `id`, or one `article` set.

    `folder` reads a folder of TOML files instead of those shipped. Raises InputError for an
    unknown id or article (with the nearest), a wrong file or a query that finds nothing.
    """
    filed = statements.shipped() if folder is None else statements.of_folder(Path(folder))
    if id is not None:
        known = {f.statement.id for f in filed}
        if id not in known:
            raise InputError("--id", "id", id, nearest(id, known))
        filed = tuple(f for f in filed if f.statement.id == id)
    if article is not None:
        sets = statements.articles(filed)
        if article not in sets:
            raise InputError("--article", "article", article, nearest(article, sets))
        filed = sets[article]
    return tuple(check(f) for f in sorted(filed, key=lambda f: (f.statement.place, f.statement.id)))


def check(filed: Filed) -> Entry:
    """Run the checks of a statement and compute its verdict. Raises InputError on a dead query."""
    told = filed.statement
    for source_id in told.sources:
        if source_id not in sources.load():
            expected = nearest(source_id, sources.load())
            raise InputError(filed.where, "sources", source_id, expected)
    quantities = {quantity.id: quantity for quantity in told.quantity}
    checked: list[Checked] = []
    for item in told.check:
        evidence = gather(item, filed.where)
        finding: Finding | None = None
        if item.given and not next(c.live for c in checked if c.check.id == item.given):
            finding = "absent"
        elif item.law is not None:
            if item.law.expect:
                finding = "agrees" if evidence.outcome == item.law.expect else "differs"
        elif item.quantity:
            finding = judge(quantities[item.quantity], item, evidence, told.day())
        live = finding is not None or _live(item, evidence)
        checked.append(Checked(item, evidence, finding, live))
    entry = Entry(
        told,
        tuple(checked),
        verdicts.verdict(
            told.kind,
            [item.finding for item in checked if item.finding is not None],
            any(item.finding is None and item.live and not item.check.aside for item in checked),
        ),
        filed.where,
    )
    for lang in ("en", "fr"):
        entry.row(lang)
    return entry


def judge(quantity: Quantity, item: Check, evidence: Evidence, said: date) -> Finding:
    """The finding of one test: the rules 2 of `verdicts`, gravest first.

    `said`: the day on which the statement was made.
    """
    if quantity.relation == "not_published":
        return "differs" if evidence.rows else "agrees"
    found = verdicts.compare(
        quantity.value,
        evidence.value,
        evidence.low,
        evidence.high,
        quantity.tolerance,
        quantity.relation,
    )
    if found in ("absent", "differs"):
        return found
    if item.population != quantity.population:
        return "population"
    if item.form == "forecast" and quantity.form != "forecast":
        return "forecast"
    if quantity.form != "upper_bound" and (found == "upper_bound" or item.form == "upper_bound"):
        return "upper_bound"
    if found == "upper_bound":
        return "agrees"
    if quantity.period == "present" and quantity.relation == "equals":
        later = known_later(evidence, said)
        if later is not None and later.value is not None:
            again = verdicts.compare(
                quantity.value, later.value, later.low, later.high, quantity.tolerance
            )
            if again == "differs":
                return "outdated"
    return found


def _live(item: Check, evidence: Evidence) -> bool:
    value = evidence.value if evidence.value is not None else evidence.high
    if value is None:
        return True
    if item.above is not None and not value > item.above:
        return False
    return not (item.below is not None and not value < item.below)


_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)(?:\.(low|high|later|outcome|provision))?(?::([^{}]*))?\}")


def _filled(text: str, entry: Entry, lang: str) -> str:
    by_id = {item.check.id: item.evidence for item in entry.checked}

    def slot(found: re.Match[str]) -> str:
        name, part, form = found[1], found[2], found[3] or ""
        if name not in by_id:
            raise InputError(entry.where, "text", found[0], nearest(name, by_id))
        evidence = by_id[name]
        if part in ("outcome", "provision"):
            return str(getattr(evidence, part))
        if part == "later":
            newer = known_later(evidence, entry.statement.day())
            number = newer.value if newer else None
        else:
            number = getattr(evidence, part or "value")
        if number is None:
            raise InputError(entry.where, "text", found[0], "a check with that number")
        try:
            return number_text(number, form, lang)
        except InputError as error:
            raise InputError(entry.where, "text", found[0], error.expected) from None

    return _SLOT.sub(slot, text)


def number_text(number: float, form: str, lang: str) -> str:
    """A number by language. form: "" whole or two decimals, "M" and "M2" millions, "B" billions,
    "%", a digit for that many decimals. Raises InputError for another form.
    """
    from babel.numbers import format_decimal

    locale = "en_CA" if lang == "en" else "fr_CA"
    scale = {"M": 1e6, "M2": 1e6, "B": 1e9, "%": 0.01}
    if form in scale:
        decimals = {"M": 1, "M2": 2, "B": 2, "%": 0}[form]
        number = number / scale[form]
    elif form == "":
        decimals = 0 if abs(number) >= 100 or float(number).is_integer() else 2
    elif form.isdigit() and len(form) == 1:
        decimals = int(form)
    else:
        raise InputError("statement", "form", form, "M, M2, B, %, or a digit for decimals")
    # 212 million, not 212.0 million
    digit = "#" if form in scale else "0"
    pattern = "#,##0" + ("." + digit * decimals if decimals else "")
    return str(format_decimal(round(number, decimals), format=pattern, locale=locale))


@dataclass(frozen=True)
class Past:
    """A verdict as it stood from a day on, with the reason: English, a bar, French."""

    id: str
    day: str
    verdict: str
    reason: str

    def words(self, lang: str) -> str:
        """The reason in a language; one given in a single language serves both."""
        english, _, french = self.reason.partition(" | ")
        return french if lang == "fr" and french else english


def history(text: str, where: str = HISTORY) -> tuple[Past, ...]:
    """Dated verdicts from the lines of the history file, in file order."""
    found = []
    for line, fields in sources.records(text.encode(), where, ("id", "day", "verdict", "reason")):
        past = Past(*fields)
        at = f"{where} line {line}"
        months.parse_day(past.day, where=at, field="day")
        if past.verdict not in verdicts.VERDICTS:
            raise InputError(at, "verdict", past.verdict, nearest(past.verdict, verdicts.VERDICTS))
        found.append(past)
    return tuple(found)


def past(folder: str | Path | None = None) -> tuple[Past, ...]:
    """The dated verdicts that are shipped, or those of a folder (none without a history.csv)."""
    if folder is None:
        return history(resources.files("sojourn").joinpath(HISTORY).read_text(encoding="utf-8"))
    path = Path(folder) / "history.csv"
    return history(sources.decode(path.read_bytes(), str(path)), str(path)) if path.exists() else ()


def changed(entries: Iterable[Entry], past: Iterable[Past]) -> tuple[Entry, ...]:
    """Entries whose verdict is not the last one in the history: a new row is due."""
    last = {old.id: old.verdict for old in past}
    return tuple(e for e in entries if last.get(e.statement.id) != e.verdict)
