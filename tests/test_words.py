"""Neutral words: no label for people stands in code, data, docs or tests, in either language."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent

LABELS = re.compile(
    r"\b(illegals?(?: (?:im)?migra\w*)?|aliens?|bogus \w+|clandestin\w*|"
    r"(?:im)?migrants? illég\w+|illégaux|faux réfugiés?|sans[- ]papiers|queue[- ]jumpers?|"
    r"border[- ]jumpers?|floods? of (?:migrants|claimants)|migrant waves?|hordes?)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"“[^”]*”|«[^»]*»|‘[^’]*’")
"""The law's own terms may stand in quotation marks."""

ADDRESS = re.compile(r"https?://[^\s,;)\]\"'>]+")
"""A source's address is cited as its publisher made it."""

TEXT = {".py", ".md", ".csv", ".toml", ".html", ".txt", ".po", ".pot", ".js", ".css", ".json"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "src", "docs", "tests", "benchmarks", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    skipped = {Path(__file__).name}
    return [
        ROOT / name
        for name in listed
        if Path(name).suffix in TEXT
        and Path(name).name not in skipped
        and "vendor" not in name
        and (ROOT / name).exists()
    ]


def labels(text: str) -> list[str]:
    return [found[0] for found in LABELS.finditer(ADDRESS.sub("", QUOTED.sub("", text)))]


def test_no_label_for_people_stands_anywhere() -> None:
    hits = {
        str(path.relative_to(ROOT)): found
        for path in tracked()
        if (found := labels(path.read_text(encoding="utf-8")))
    }
    assert hits == {}


def test_the_list_catches_labels_and_spares_quotations() -> None:
    assert labels("so-called illegal migrants and aliens") == ["illegal migrants", "aliens"]
    assert labels("des migrants illégaux")
    assert labels("the statute says “alien” there") == []
    assert labels("refugee claimants who entered between ports of entry") == []
