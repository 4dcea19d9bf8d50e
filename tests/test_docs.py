"""The documents are all there, their links lead somewhere and their commands are real."""

import re
import shlex
from pathlib import Path

import pytest

from sojourn.show.cli import main

ROOT = Path(__file__).parent.parent
DOCS = (
    "how-it-works", "law", "arrivals", "costs", "validation", "scale", "deploy", "decisions",
    "limits", "glossary", "model-card", "figures", "ledger", "questions", "odd", "third-party",
)  # fmt: skip
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
BLOCK = re.compile(r"```(?:bash|sh|console|text)?\n(.*?)```", re.DOTALL)


def commands(page: Path) -> list[str]:
    """Command lines that start with sojourn in the code blocks of a page."""
    found = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        lines = block.replace("\\\n", " ").splitlines()
        found += [line.removeprefix("$ ").strip() for line in lines]
    return [line for line in found if line.startswith("sojourn ")]


CASES = [(page.name, line) for page in PAGES for line in commands(page)]


@pytest.mark.parametrize("name", DOCS)
def test_each_document_is_there_and_says_something(name: str) -> None:
    assert len((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")) > 400


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(("page", "line"), CASES)
def test_each_command_shown_is_one_that_the_program_takes(page: str, line: str) -> None:
    import typer
    from typer.main import get_command

    words = shlex.split(line.split("|")[0].split(" > ")[0].split(" # ")[0])
    assert [word for word in words if word.startswith("docs/") and not (ROOT / word).exists()] == []
    assert words[1] in main.COMMANDS or words[1].startswith("-"), line
    if words[1].startswith("-"):
        return
    app = typer.Typer(add_completion=False)
    app.command(words[1])(main._load(main.COMMANDS[words[1]].target))
    command = get_command(app)
    if "--help" not in words:
        with command.make_context(words[1], words[2:]):
            pass


def test_the_readme_shows_the_two_commands_that_do_everything() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in text
    assert "make test" in text


FRENCH = sorted((ROOT / "docs").glob("*.fr.md"))


def numbers(text: str) -> list[str]:
    """Numbers of a document in order of size, as English writes them."""
    plain = re.sub(r"(?<=\d)[\s,](?=\d{3}\b)", "", text)  # thousands, of either language
    plain = re.sub(r"(?<=\d),(?=\d)", ".", plain)  # a French decimal comma
    return sorted(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", plain))


def shape(text: str) -> list[str]:
    """What the lines of a document that begin something are, in order."""
    begins = re.findall(r"^(#+ |- |> |\d\. |\||```|!\[)", text, re.M)
    return [mark for mark in begins if mark != "> "]


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.name)
def test_a_document_in_french_has_the_parts_and_the_numbers_of_the_english_one(page: Path) -> None:
    english = page.with_name(page.name.replace(".fr.md", ".md")).read_text(encoding="utf-8")
    french = page.read_text(encoding="utf-8")
    assert shape(french) == shape(english)
    assert numbers(french) == numbers(english)
