"""The documents of the project as pages: Markdown in, safe HTML out."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from sojourn.show import i18n

FOLDER = "docs"


class Document(NamedTuple):
    """One document: its address, its title, its HTML, and whether it is the French one."""

    name: str
    title: str
    html: str
    french: bool = False


def folder() -> Path | None:
    """Where the documents are: beside the package when installed, at the root of the repository."""
    package = Path(str(resources.files("sojourn")))
    for place in (package / FOLDER, package.parents[1] / FOLDER):
        if place.is_dir():
            return place
    return None


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of the documents."""
    place = folder()
    return tuple(sorted(path.stem for path in place.glob("*.md"))) if place else ()


@lru_cache(maxsize=64)
def read(name: str, lang: str = "en") -> Document:
    """A document, in French where there is a French one. Raises KeyError for an unknown name."""
    if name not in names():
        raise KeyError(name)
    place = folder()
    assert place is not None
    french = lang == "fr" and (place / f"{name}.fr.md").is_file()
    path = place / (f"{name}.fr.md" if french else f"{name}.md")
    source = path.read_text(encoding="utf-8")
    found = re.search(r"^# (.+)$", source, re.M)
    if french:
        source = i18n.typeset(source, lang)
    return Document(name, found[1] if found else name, render(source), french)


def render(source: str) -> str:
    """Markdown as HTML; HTML inside it is shown as text, links to documents become pages."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    text: str = parser.render(source)
    text = re.sub(r'href="([a-z0-9-]+)\.md(#[^"]*)?"', r'href="\1\2"', text)
    # alignment by class and pictures by name: the pages allow no inline style and no other folder
    text = re.sub(r' style="text-align:(left|right|center)"', r' class="\1"', text)
    text = re.sub(r'src="(?:pictures/)?([a-z0-9-]+\.svg)"', r'src="/picture/\1"', text)
    text = text.replace("<table>", '<div class="scroll" tabindex="0"><table class="words">')
    return text.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')


@lru_cache(maxsize=32)
def picture(name: str) -> bytes:
    """A drawing of the documents by name. Raises KeyError for an unknown one."""
    place = folder()
    for path in sorted(place.rglob("*.svg")) if place else ():
        if path.name == name:
            return path.read_bytes()
    raise KeyError(name)


def below(document: Document) -> str:
    """The document's HTML one heading level lower, for a page that has a heading of its own."""

    def lower(found: re.Match[str]) -> str:
        return f"<{found[1]}h{min(6, int(found[2]) + 1)}"

    return re.sub(r"<(/?)h([1-6])", lower, document.html)
