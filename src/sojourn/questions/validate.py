"""Every validation in one table; reasons for known misses live in data/known_misses.toml.

Kinds: identity (bookkeeping, proves little), mechanism (actual inputs, what was not fed in),
prediction (made with what was known before), cross (against published work of others).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from functools import lru_cache
from importlib import import_module, resources
from typing import Any

from sojourn.inputs.errors import InputError

MISSES = "data/known_misses.toml"
KINDS = ("identity", "mechanism", "prediction", "cross")

SOURCES = (
    "sojourn.questions.mechanism:checks",
    "sojourn.questions.agreement_returns:rows",
    "sojourn.questions.score_sheet:forecasts",
    "sojourn.questions.score_sheet:hindcasts",
    "sojourn.questions.score_sheet:calibration",
    "sojourn.questions.score_sheet:reproductions",
    "sojourn.questions.episodes:checks",
    "sojourn.questions.stocks:checks",
    "sojourn.questions.public_accounts:checks",
)
"""Functions that give checks, as module:function; each gives rows or dataclasses of `FIELDS`."""

FIELDS = ("check", "kind", "published", "model", "error", "limit", "passed", "note")


@dataclass(frozen=True)
class Check:
    """One validation. `error` against `limit` in the unit the check says; `passed` None where
    nothing is judged; `listed`: a miss whose reason stands in the table of known misses."""

    check: str
    kind: str
    published: float | None
    model: float | None
    error: float | None
    limit: float | None
    passed: bool | None
    note: str
    listed: bool = False
    reason: str = ""

    @property
    def missed(self) -> bool:
        """Judged and not passed."""
        return self.passed is False


def checks(
    sources: Iterable[str] = SOURCES, tell: Callable[[str], None] | None = None
) -> list[Check]:
    """Run every check; misses whose reason is known are marked `listed`.

    Raises InputError for a source that gives something else than checks.
    """
    reasons = known_misses()
    found: list[Check] = []
    for source in sources:
        if tell is not None:
            tell(source)
        module, function = source.split(":")
        for raw in getattr(import_module(module), function)():
            found.append(_check(raw, source, reasons))
    return found


def _check(raw: Any, source: str, reasons: Mapping[str, str]) -> Check:
    row = asdict(raw) if is_dataclass(raw) and not isinstance(raw, type) else dict(raw)
    missing = [field for field in FIELDS if field not in row]
    if missing or row["kind"] not in KINDS:
        raise InputError(source, "check", row, f"fields {', '.join(FIELDS)}; kind in {KINDS}")
    values = {field: row[field] for field in FIELDS}
    for field in ("published", "model", "error", "limit"):
        values[field] = None if values[field] is None else float(values[field])
    values["passed"] = None if values["passed"] is None else bool(values["passed"])
    name = str(values["check"])
    listed = values["passed"] is False and name in reasons
    return Check(**values, listed=listed, reason=reasons.get(name, "") if listed else "")


def unlisted(found: Iterable[Check]) -> list[Check]:
    """Misses without a reason: what makes the command fail."""
    return [check for check in found if check.missed and not check.listed]


@lru_cache(maxsize=1)
def known_misses() -> Mapping[str, str]:
    """Reason of each known miss by the name of its check."""
    text = resources.files("sojourn").joinpath(MISSES).read_text(encoding="utf-8")
    return read_misses(text, MISSES)


def read_misses(text: str, where: str) -> dict[str, str]:
    """Known misses from TOML. Raises InputError naming the entry and the field."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, "file", str(error), "TOML") from None
    found: dict[str, str] = {}
    for number, entry in enumerate(data.get("miss", ()), start=1):
        for field in ("check", "reason"):
            if not str(entry.get(field, "")).strip():
                raise InputError(f"{where} miss {number}", field, entry.get(field), "a text")
        if entry["check"] in found:
            raise InputError(f"{where} miss {number}", "check", entry["check"], "one entry each")
        found[entry["check"]] = " ".join(entry["reason"].split())
    return found


TOO_SLOW = (
    "one run in the kernel alone, 3.9 ms (limit 1)",
    "`simulate` and 10 series, from parameters, 6.0 ms (limit 3)",
    "`sojourn run baseline`, very first start, 22 s (limit 8)",
)
"""Targets that `make bench` missed when it was last written (a test compares)."""


def document(found: list[Check]) -> str:
    """The score sheet as Markdown: misses first, then every check by kind."""
    judged = [check for check in found if check.passed is not None]
    missed = [check for check in found if check.missed]
    lines = [
        "# Validation",
        "",
        "Made by `sojourn validate --write`; do not edit. Misses come first.",
        "",
        f"{len(judged)} checks are judged: {len(judged) - len(missed)} pass, {len(missed)} miss"
        f" ({len(unlisted(found))} without a known reason). {len(found) - len(judged)} more are"
        " told without a limit.",
        "",
        f"Targets of speed are missed too: {'; '.join(TOO_SLOW)}. Measured in"
        " [benchmarks/results.md](../benchmarks/results.md) and [scale.md](scale.md), reasons in"
        " [limits.md](limits.md).",
        "",
        "Bookkeeping is not validation: with published referrals and finalisations the pending"
        " count follows. What counts is what was not fed in.",
        "",
        "## Misses",
        "",
    ]
    if missed:
        lines += [*_table(missed, reasons=True), ""]
    else:
        lines += ["None.", ""]
    titles = {
        "prediction": "Predictions: made with what was known before",
        "mechanism": "Mechanism: actual inputs, results that were not fed in",
        "cross": "Cross-checks: published projections, costings and episodes",
        "identity": "Identities: bookkeeping",
    }
    for kind, title in titles.items():
        rows = [check for check in found if check.kind == kind]
        if rows:
            lines += [f"## {title}", "", *_table(rows, reasons=False), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(rows: list[Check], *, reasons: bool) -> list[str]:
    last = "Reason" if reasons else "Note"
    lines = [
        f"| Check | Published | Model | Error | Limit | Passed | {last} |",
        "|---|---:|---:|---:|---:|---|---|",
    ]
    for check in rows:
        passed = {None: "told", True: "yes", False: "**no**"}[check.passed]
        if check.missed and not reasons:
            passed = "**no** (reason above)" if check.listed else "**no**"
        text = (check.reason or f"not listed. {check.note}") if reasons else check.note
        cells = (check.published, check.model, check.error, check.limit)
        numbers = " | ".join(_number(value) for value in cells)
        lines.append(f"| {_cell(check.check)} | {numbers} | {passed} | {_cell(text)} |")
    return lines


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _number(value: float | None) -> str:
    if value is None or value != value:
        return ""
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if size < 10 else f"{value:.1f}"
