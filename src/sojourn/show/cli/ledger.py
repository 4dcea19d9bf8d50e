"""`sojourn ledger`: public statements checked against the figures, the law and the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sojourn.inputs.errors import InputError
from sojourn.show.cli import options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from sojourn.questions.ledger import Entry

Id = Annotated[
    str | None,
    typer.Option("--id", metavar="ID", help=say("One statement.", "Une seule déclaration.")),
]
Article = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=say("The statements of one article.", "Les déclarations d'un article."),
    ),
]
New = Annotated[
    str | None,
    typer.Option(
        "--new",
        metavar="FILE",
        help=say(
            "Write a statement file to start from; it runs as it stands.",
            "Écrire un fichier de départ; il fonctionne tel quel.",
        ),
    ),
]
Check = Annotated[
    str | None,
    typer.Option(
        "--check",
        metavar="FILE",
        help=say(
            "Check a statement file of your own, or a folder of them.",
            "Vérifier votre fichier de déclaration, ou un dossier entier.",
        ),
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help=say(
            "Write a page for each statement and set, in both languages.",
            "Écrire une page par déclaration et par article, dans les deux langues.",
        ),
    ),
]


def ledger(
    id: Id = None,
    article: Article = None,
    new: New = None,
    check: Check = None,
    out: Out = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    if new is not None:
        # a check is a different errand, and --id would be ignored
        for name, value in (("--check", check), ("--id", id), ("--article", article)):
            if value is not None:
                raise InputError("sojourn ledger", name, value, "nothing beside --new")
        _write_new(new, lang, json)
        return
    with progress.waiting(lang):
        entries = _entries(id, article, check)
    from sojourn.questions import ledger as questions

    past = questions.past(_folder(check))
    rows = [entry.row(lang) for entry in entries]
    if out is not None:
        from sojourn.show import statement_pages

        written = statement_pages.write(out, entries, past)
        typer.echo(
            say(f"wrote {len(written)} pages in {out}", f"{len(written)} pages écrites : {out}"),
            err=True,
        )
    headings = {
        "said": say("Said by, when", "Dit par, quand", lang),
        "verdict": say("Verdict", "Verdict", lang),
    }
    emit(
        rows, json=json, csv=csv, parquet=parquet, lang=lang,
        table=_one(entries[0], lang) if len(entries) == 1 else _list(entries, lang),
        headings=headings,
    )  # fmt: skip
    if past:
        _told_changes(questions.changed(entries, past), lang)


def _folder(check: str | None) -> Path | None:
    """The folder whose history counts: that of the statements checked, or the shipped one."""
    if check is None:
        return None
    return Path(check) if Path(check).is_dir() else Path(check).parent


def _told_changes(changed: tuple[Entry, ...], lang: str) -> None:
    """Name the statements whose verdict is no longer that of the history, and end with 1."""
    for entry in changed:
        text = say("verdict is not that of the history", "verdict autre que celui de l'historique")
        typer.echo(f"{entry.statement.id}: {text}: {entry.verdict}", err=True)
    if changed:
        raise typer.Exit(1)


def _write_new(target: str, lang: str, json: bool) -> None:
    import re

    from sojourn.questions import statement_template
    from sojourn.show import files

    path = Path(target)
    if path.exists() or path.is_symlink():
        raise InputError("--new", "file", target, "a free name: nothing is overwritten")
    words = re.findall(r"[a-z0-9]+", path.stem.lower())
    if path.suffix != ".toml" or not words:
        raise InputError("--new", "file", target, "a file name that ends in .toml")
    files.write_text(target, statement_template.template("-".join(words)))
    if json:
        emit([{"file": target, "id": "-".join(words)}], json=True, lang=lang)
        return
    typer.echo(
        say(
            f"wrote {target}; check it with: sojourn ledger --check {target}",
            f"écrit : {target}; le vérifier avec : sojourn ledger --check {target}",
        )
    )


def _entries(id: str | None, article: str | None, check: str | None) -> tuple[Entry, ...]:
    from sojourn.questions import ledger as questions
    from sojourn.questions import statements

    if check is None:
        return questions.ledger(id, article=article)
    if Path(check).is_dir():
        return questions.ledger(id, article=article, folder=check)
    if id is not None or article is not None:
        raise InputError("sojourn ledger", "--check", check, "a folder when --id or --article ask")
    return (questions.check(statements.load(check)),)


def _list(entries: tuple[Entry, ...], lang: str) -> list[dict[str, object]]:
    return [
        {
            "id": row["id"],
            "verdict": row["verdict_label"],
            "statement": row["statement"],
            "said": f"{row['said_by']}, {row['as_of']}",
        }
        for row in (entry.row(lang) for entry in entries)
    ]


def _one(entry: Entry, lang: str) -> object:
    from rich.console import Group
    from rich.text import Text

    from sojourn.show import statement_pages, tables

    seen = statement_pages.view(entry, lang, drawn=False)
    head = Text.assemble(
        (f"{seen['verdict_label']}\n", "bold"),
        f"{seen['statement']}\n",
        (f"{seen['said_by']}, {seen['said_on']}. {seen['reported_in']}\n", "dim"),
    )
    lines = [
        {
            say("What was looked up", "Ce qui a été cherché", lang): line["label"],
            say("Found", "Trouvé", lang): line["found"],
            say("Finding", "Constat", lang): line["finding"],
            say("Source", "Source", lang): ", ".join(line["sources"]) or line["provision"],
        }
        for line in [*seen["checks"], *seen["laws"]]
    ]
    accurate = say("Accurate: ", "Exact : ", lang)
    tail = Text.assemble(f"\n{seen['explanation']}\n\n", (accurate, "bold"), seen["accurate"])
    return Group(head, tables.rich_table(lines, lang=lang), tail)


ledger.__doc__ = say(
    """Check public statements against the figures, the law and the model.

    The verdict follows from the checks by stated rules (docs/ledger.md);
    beside it stand the numbers, the sources and the accurate sentence.

    Examples:

      sojourn ledger

      sojourn ledger --id cost-14321-each

      sojourn ledger --article canada-us-2025 --out pages

      sojourn ledger --new ours/rent-2025.toml

      sojourn ledger --check ours
    """,
    """Vérifier des déclarations publiques avec les chiffres, la loi et le modèle.

    Le verdict découle des vérifications selon des règles énoncées
    (docs/ledger.md); à côté figurent les nombres, les sources et la phrase exacte.

    Exemples :

      sojourn ledger

      sojourn ledger --id cost-14321-each

      sojourn ledger --article canada-us-2025 --out pages

      sojourn ledger --check dossier
    """,
)
