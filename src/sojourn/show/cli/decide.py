"""`sojourn decide`: the law on one person, with its trail, or on a file of cases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sojourn.inputs.errors import InputError
from sojourn.show.cli import options
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sojourn.law.decide import Decision, Step

Facts = Annotated[
    str | None,
    typer.Option(
        "--facts",
        metavar="FILE|-",
        help=say(
            "JSON file with the facts of one person (- for standard input).",
            "Fichier JSON des faits d'une personne (- pour l'entrée standard).",
        ),
    ),
]
Batch = Annotated[
    str | None,
    typer.Option(
        "--batch",
        metavar="FILE.csv",
        help=say(
            "Many cases: columns id, date_of_claim, date_of_entry, facts (JSON), question.",
            "Plusieurs cas : colonnes id, date_of_claim, date_of_entry, facts (JSON), question.",
        ),
    ),
]
Question = Annotated[
    str | None,
    typer.Option(
        "--question",
        help=say(
            "eligibility, destination, rad, removal_order, prra, prra_hearing, jr_stay,"
            " work_permit, claim_form or pending_claim.",
            "eligibility, destination, rad, removal_order, prra, prra_hearing, jr_stay,"
            " work_permit, claim_form ou pending_claim.",
        ),
    ),
]
Day = Annotated[
    str | None,
    typer.Option(
        "--date",
        metavar="YYYY-MM-DD",
        help=say(
            "Day that the question asks about, in place of the stated one.",
            "Jour visé par la question, à la place de celui indiqué.",
        ),
    ),
]


def decide(
    facts: Facts = None,
    batch: Batch = None,
    question: Question = None,
    date: Day = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    if (facts is None) == (batch is None):
        got = "both" if facts else "neither"
        raise InputError("decide", "--facts or --batch", got, "one of the two")
    if question is not None:
        from sojourn.law.decide import check_question

        check_question(question, "--question")
    if date is not None:
        from sojourn.inputs.months import parse_day

        parse_day(date, where="--date", field="date")
    if batch is not None:
        rows = _many(batch, question, date)
        emit({"rows": rows}, json=json, csv=csv, parquet=parquet, lang=lang, table=rows)
        return
    assert facts is not None
    decision = _one(facts, question, date)
    document = decision.as_json()
    emit(document, json=json, csv=csv, parquet=parquet, lang=lang, table=view(decision, lang))


def _many(path: str, question: str | None, day: str | None) -> list[dict[str, str]]:
    from sojourn.law.casefile import decide_file, read_cases

    lines = _text(path, "--batch").splitlines(keepends=True)
    return decide_file(read_cases(lines, path, question or "eligibility"), path, on=day)


def _one(path: str, question: str | None, day: str | None) -> Decision:
    from sojourn.law.casefile import parse_facts
    from sojourn.law.decide import decide as decide_one

    where = "standard input" if path == "-" else path
    stated, asked = parse_facts(_text(path, "--facts"), where)
    return decide_one(stated, question or asked or "eligibility", day, where=where)


def _text(path: str, option: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError(path, "encoding", data[problem.start : problem.end], "UTF-8") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(option, "file", path, f"a file that can be read ({reason})") from None


def view(decision: Decision, lang: str) -> RenderableType:
    """The decision to read: answer, reason, trail and notice."""
    from rich.console import Group
    from rich.text import Text

    from sojourn.law.decide import NOTICE_EN, NOTICE_FR

    why = decision.why_fr if lang == "fr" else decision.why_en
    head = Text.assemble((f"{decision.outcome}\n", "bold"), f"{decision.provision}\n", f"{why}\n")
    sure = say("Confidence in the reading:", "Certitude de la lecture :", lang)
    head.append(f"{sure} {_word(decision.confidence, lang)}\n")
    notice = Text("\n" + (NOTICE_FR if lang == "fr" else NOTICE_EN), style="italic")
    return Group(head, _trail(decision, lang), notice)


def _trail(decision: Decision, lang: str) -> RenderableType:
    from rich import box
    from rich.table import Table

    table = Table(
        title=say("Provisions looked at", "Dispositions examinées", lang),
        title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    for en, fr in (
        ("Holds", "Tient"), ("Provision", "Disposition"), ("Rule", "Règle"),
        ("What it turned on", "Ce qui en décide"),
    ):  # fmt: skip
        table.add_column(say(en, fr, lang), overflow="fold")
    quiet = [step for step in decision.trail if not step.live]
    for step in decision.trail:
        if not step.live:
            continue
        decisive = step.held and step.stage not in ("finding", "grounds")
        table.add_row(
            say("yes", "oui", lang) if step.held else say("no", "non", lang),
            step.provision, step.text_fr if lang == "fr" else step.text_en, _turned(step, lang),
            style="bold" if decisive else "" if step.held else "dim",
        )  # fmt: skip
    if quiet:
        table.caption = say(
            f"Not in force on the day: {_ids(quiet)}. --json lists every fact that was read.",
            f"Non en vigueur ce jour-là : {_ids(quiet)}. --json donne tous les faits lus.",
            lang,
        )
    return table


def _ids(steps: list[Step]) -> str:
    return ", ".join(step.rule for step in steps)


def _turned(step: Step, lang: str) -> str:
    """For a rule that holds the facts it rests on; otherwise the term that failed, and why."""
    from sojourn.law.decide import plain

    if step.held:
        shown: dict[str, Any] = {**step.facts, **{f"@{k}": v for k, v in step.parameters.items()}}
        return "; ".join(f"{name} = {_value(plain(value))}" for name, value in shown.items())
    words = step.turned_on.replace("(", " ").split()
    but = []
    for word in dict.fromkeys(words):
        if word in step.facts and not isinstance(step.facts[word], bool):
            but.append(f"{word} = {_value(plain(step.facts[word]))}")
        elif word[:1] == "@" and word[1:] in step.parameters:
            but.append(f"{word} = {_value(plain(step.parameters[word[1:]]))}")
    found = say("found:", "constaté :", lang)
    return f"{step.turned_on}\n{found} " + "; ".join(but) if but else step.turned_on


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(value) + "]"
    return "none" if value is None else str(value)


def _word(confidence: str, lang: str) -> str:
    french = {"high": "élevée", "medium": "moyenne", "low": "faible"}
    return french[confidence] if lang == "fr" else confidence


decide.__doc__ = say(
    """Apply the law of a day to one person, or to a file of cases, with the trail of provisions.

    Facts are attributes by name (docs/law.md); those left out take their default.
    This is not legal advice.

    Examples:

      sojourn decide --facts person.json

      sojourn decide --facts - --question rad --date 2026-05-01 --json

      sojourn decide --batch cases.csv --csv answers.csv
    """,
    """Appliquer le droit d'un jour à une personne ou à un fichier de cas, avec les dispositions.

    Les faits sont des attributs par nom (docs/law.md); les autres prennent leur
    valeur par défaut. Ceci n'est pas un avis juridique.

    Exemples :

      sojourn decide --facts personne.json --lang fr

      sojourn decide --facts - --question rad --date 2026-05-01 --json

      sojourn decide --batch cas.csv --csv reponses.csv
    """,
)
