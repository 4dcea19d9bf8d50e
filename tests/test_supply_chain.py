"""Everything installed is pinned by hash, listed with its licence, and named without an address."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINNED = dict(re.findall(r"^([A-Za-z0-9][\w.-]*)==(\S+)", LOCK, re.MULTILINE))


def test_every_package_is_pinned_with_hashes() -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINNED) > 50
    assert [b.split()[0] for b in blocks if "--hash=sha256:" not in b] == []


def test_no_address_of_an_index_is_written() -> None:
    for name in ("requirements.lock", "pyproject.toml", "Makefile", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://\S*(simple|pypi)|--(extra-)?index-url\b", text), name


def test_every_package_is_listed_with_its_version_and_licence() -> None:
    listed = re.findall(
        r"^\| ([\w.-]+) \| (\S+) \| (.+) \|$",
        (ROOT / "docs" / "third-party.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert {name: version for name, version, _ in listed if name != "package"} == PINNED


def test_declared_dependencies_are_in_the_lock() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = {
        name.lower()
        for name in re.findall(r'^\s*"([A-Za-z0-9_-]+)>=', text, re.MULTILINE)
        if name != "statsforecast"
    }
    locked = {name.lower() for name in PINNED}
    assert declared - locked == set()
