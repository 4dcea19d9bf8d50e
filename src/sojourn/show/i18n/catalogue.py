"""The Babel catalogue of pages and report: English messages are the keys of fr.po."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import resources

FILE = "show/i18n/fr.po"


@lru_cache(maxsize=1)
def french() -> dict[str, str]:
    """French text by English message."""
    from babel.messages.pofile import read_po

    raw = resources.files("sojourn").joinpath(FILE)
    with raw.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}


def gettext(lang: str) -> Callable[[str], str]:
    """The function that templates call as `_`; a message without French raises KeyError."""
    if lang == "fr":
        return french().__getitem__
    return str
