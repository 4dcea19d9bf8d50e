"""English and French: short pairs written in place, numbers and dates by language.

Command help and messages are pairs (`say`), because they stand beside the code that uses them;
the web pages and the report use the Babel catalogue in this folder (`catalogue.py`).
"""

from __future__ import annotations

import math
import re

from sojourn.inputs.errors import InputError

LANGUAGES = ("en", "fr")
_FRENCH = str.maketrans({",": "\u00a0", ".": ","})
LOCALES = {"en": "en_CA", "fr": "fr_CA"}

_current = ["en"]


def check(lang: str) -> str:
    """The language code itself. Raises InputError unless it is en or fr."""
    if lang not in LANGUAGES:
        raise InputError("--lang", "language", lang, "en | fr")
    return lang


def use(lang: str) -> None:
    """Make `lang` the language of help texts, before a command's module is loaded."""
    _current[0] = check(lang)


def current() -> str:
    """The language in use on the command line."""
    return _current[0]


def say(en: str, fr: str, lang: str | None = None) -> str:
    """The text in `lang`, or in the language in use."""
    return fr if (lang or _current[0]) == "fr" else en


_TIGHT = re.compile(r" (?=[%$:;!?»])|(?<=«) |(?<=\d) (?=(?:millions?|milliards?|mois)\b)")


def typeset(text: str, lang: str) -> str:
    """French text with the spaces that must not break a line made unbreakable."""
    return _TIGHT.sub("\u00a0", text) if lang == "fr" else text


def number(value: float | None, lang: str, digits: int = 0) -> str:
    """A number by language (1,234.5 or 1 234,5); an absent one is a dash.

    `digits` is the number of decimals, always shown.
    """
    if value is None or not math.isfinite(value):
        return "–"
    if round(value, digits) == 0:
        value = 0.0  # no "-0"
    # as Babel formats it (a test holds this to Babel), at a tenth of the time
    text = f"{value:,.{digits}f}"
    return text.translate(_FRENCH) if lang == "fr" else text


def percent(share: float | None, lang: str, digits: int = 0) -> str:
    """A share as a percentage by language (12.5% or 12,5 %)."""
    if share is None or not math.isfinite(share):
        return "–"
    return number(share * 100, lang, digits) + ("%" if lang == "en" else " %")


def money(value: float | None, lang: str) -> str:
    """Dollars in a readable size: $950, $1.2 million, $3.45 billion (and the French forms)."""
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value)
    for least, scale, digits, en, fr in (
        (999.5e6, 1e9, 2, "billion", "milliard"),
        (999.5e3, 1e6, 1, "million", "million"),
    ):
        if size >= least:
            text = number(value / scale, lang, digits)
            if lang == "en":
                return f"${text} {en}".replace("$-", "-$")
            plural = "s" if size / scale >= 2 else ""
            return f"{text} {fr}{plural} $"
    text = number(value, lang)
    return f"${text}".replace("$-", "-$") if lang == "en" else f"{text} $"


def month(value: int, lang: str) -> str:
    """A month index in words: March 2028, mars 2028."""
    from babel.dates import format_date

    from sojourn.inputs import months

    return str(format_date(months.first_day(value), "LLLL y", locale=LOCALES[lang]))
