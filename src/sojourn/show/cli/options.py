"""Options that commands share, and the checks that refuse what they cannot mean."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from sojourn.inputs import months
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.scenario import Scenario
from sojourn.inputs.series import DIMENSIONS, QUANTILES
from sojourn.show import i18n
from sojourn.show.i18n import say

MAX_MEMBERS = 1_000_000
MAX_WORKERS = 1024

_ENSEMBLE = say("Ensemble", "Ensemble")
_SHOWN = say("What is shown", "Ce qui est montré")
_OUTPUT = say("Output", "Sortie")

Name = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help=say(
            "A shipped scenario's name, or the path of a TOML file.",
            "Nom d'un scénario fourni, ou chemin d'un fichier TOML.",
        ),
    ),
]
Members = Annotated[
    int,
    typer.Option(
        "--members",
        help=say(
            "Members of the ensemble (1 to 1,000,000).",
            "Membres de l'ensemble (1 à 1 000 000).",
        ),
        rich_help_panel=_ENSEMBLE,
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        help=say("Seed of the random streams.", "Graine des suites aléatoires."),
        rich_help_panel=_ENSEMBLE,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        help=say(
            "Threads; by default one for each core. The result does not depend on it.",
            "Fils d'exécution; par défaut un par cœur. Le résultat n'en dépend pas.",
        ),
        rich_help_panel=_ENSEMBLE,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help=say(
            "Address of a dask scheduler, tcp://host:port. Same bytes as on one machine.",
            "Adresse d'un ordonnanceur dask, tcp://hôte:port. Mêmes octets que sur une machine.",
        ),
        rich_help_panel=_ENSEMBLE,
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        help=say(
            "End after so many seconds; with --out the same command goes on from there.",
            "Arrêter après tant de secondes; avec --out la même commande en repart.",
        ),
        rich_help_panel=_ENSEMBLE,
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE@MONTH",
        help=say(
            "Change a parameter from a month on, such as rpd.capacity=80000@2026-01. Repeatable.",
            "Changer un paramètre à partir d'un mois, p. ex. rpd.capacity=80000@2026-01."
            " Répétable.",
        ),
        rich_help_panel=_SHOWN,
    ),
]
Series = Annotated[
    str | None,
    typer.Option(
        "--series",
        metavar="S,...",
        help=say(
            "Only these series, such as claims,rpd.pending.",
            "Seulement ces séries, p. ex. claims,rpd.pending.",
        ),
        rich_help_panel=_SHOWN,
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="D,...",
        help=say(
            "Split by mode, province, nationality, stage or payer.",
            "Ventiler par mode, province, nationality, stage ou payer.",
        ),
        rich_help_panel=_SHOWN,
    ),
]
Quantiles = Annotated[
    str | None,
    typer.Option(
        "--quantiles",
        metavar="Q,...",
        help=say(
            "Quantiles between 0 and 1 (default: .05,.1,.25,.5,.75,.9,.95).",
            "Quantiles entre 0 et 1 (par défaut : .05,.1,.25,.5,.75,.9,.95).",
        ),
        rich_help_panel=_SHOWN,
    ),
]
Fiscal = Annotated[
    bool,
    typer.Option(
        "--fiscal",
        help=say(
            "Fiscal years (April to March) instead of months.",
            "Exercices (avril à mars) au lieu de mois.",
        ),
        rich_help_panel=_SHOWN,
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="YYYY-MM",
        help=say(
            "First month shown (the run itself starts in 2015-01).",
            "Premier mois montré (l'exécution commence en 2015-01).",
        ),
        rich_help_panel=_SHOWN,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="YYYY-MM",
        help=say("Last month (default: 2035-12).", "Dernier mois (par défaut : 2035-12)."),
        rich_help_panel=_SHOWN,
    ),
]
Real = Annotated[
    int | None,
    typer.Option(
        "--real",
        metavar="YEAR",
        help=say(
            "Constant dollars of a year: refused while no price index is held (docs/limits.md).",
            "Dollars constants : refusé tant qu'aucun indice de prix n'est détenu.",
        ),
        rich_help_panel=_SHOWN,
    ),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json",
        help=say(
            "One JSON document on standard output and nothing else.",
            "Un document JSON sur la sortie standard et rien d'autre.",
        ),
        rich_help_panel=_OUTPUT,
    ),
]
Csv = Annotated[
    str | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        help=say(
            "Write the rows as CSV (- for standard output).",
            "Écrire les lignes en CSV (- pour la sortie standard).",
        ),
        rich_help_panel=_OUTPUT,
    ),
]
Parquet = Annotated[
    str | None,
    typer.Option(
        "--parquet",
        metavar="FILE",
        help=say("Write the rows as Parquet.", "Écrire les lignes en Parquet."),
        rich_help_panel=_OUTPUT,
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help=say(
            "Write report.html, the tables and the run record into this folder.",
            "Écrire report.html, les tableaux et la fiche d'exécution dans ce dossier.",
        ),
        rich_help_panel=_OUTPUT,
    ),
]
Lang = Annotated[
    str,
    typer.Option(
        "--lang",
        metavar="en|fr",
        help=say("Language of everything shown.", "Langue de tout ce qui est montré."),
        rich_help_panel=_OUTPUT,
    ),
]


def members(count: int) -> int:
    """The number of members. Raises InputError outside 1 to 1,000,000."""
    return _whole(count, "--members", "members", 1, MAX_MEMBERS)


def seed(value: int) -> int:
    """The seed. Raises InputError outside 0 to 2**63 - 1."""
    return _whole(value, "--seed", "seed", 0, 2**63 - 1)


def workers(count: int | None) -> int | None:
    """The number of workers, None for the default. Raises InputError outside 1 to 1024."""
    return None if count is None else _whole(count, "--workers", "workers", 1, MAX_WORKERS)


def time_limit(seconds: float | None) -> float | None:
    """The time limit, None for none. Raises InputError unless above 0."""
    if seconds is not None and not 0 < seconds < math.inf:
        raise InputError("--time-limit", "seconds", seconds, "a number above 0")
    return seconds


def _whole(value: int, option: str, field: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(option, field, value, f"a whole number from {low} to {high}")
    return value


def scenario(name: str, sets: Iterable[str] | None = None) -> Scenario:
    """The scenario of that name or TOML path with the changes of `--set` (on = 1, off = 0).

    Raises InputError naming the file or option, the field and what was expected.
    """
    texts = [_SWITCH.sub(lambda m: f"={_SWITCHES[m[1]]}@", text) for text in sets or ()]
    loaded = Scenario.load(name)
    return loaded.with_changes(texts) if texts else loaded


_SWITCHES = {"on": "1", "off": "0"}
_SWITCH = re.compile(r"=\s*(on|off)\s*@")


def month(text: str, option: str) -> int:
    """A month index from `YYYY-MM`. Raises InputError outside 2015-01 to 2060-12."""
    value = months.parse(text, where=option, field="month")
    if not months.FIRST <= value <= months.HORIZON:
        expected = f"a month from {months.text(months.FIRST)} to {months.text(months.HORIZON)}"
        raise InputError(option, "month", text, expected)
    return value


def span(from_: str | None, until: str | None) -> tuple[int, int]:
    """First and last month shown; defaults 2015-01 and 2035-12.

    Raises InputError outside 2015-01 to 2060-12 or when the first is after the last.
    """
    first = months.FIRST if from_ is None else month(from_, "--from")
    last = max(months.LAST, first) if until is None else month(until, "--until")
    if first > last:
        raise InputError("--from", "month", months.text(first), f"a month by {months.text(last)}")
    return first, last


def listed(text: str | None, known: Sequence[str], option: str, field: str) -> tuple[str, ...]:
    """Names from a comma-separated list, in order and once each; empty when the option is absent.

    Raises InputError with the nearest known name.
    """
    if text is None:
        return ()
    names = [word.strip() for word in text.split(",")]
    for name in names:
        if name not in known:
            raise InputError(option, field, name, nearest(name, known))
    return tuple(dict.fromkeys(names))


def dimensions(text: str | None) -> tuple[str, ...]:
    """Dimensions of `--by`. Raises InputError with the nearest known name."""
    return listed(text, DIMENSIONS, "--by", "dimension")


def quantiles(text: str | None) -> tuple[float, ...]:
    """Quantiles in increasing order. Raises InputError unless each lies between 0 and 1."""
    if text is None:
        return QUANTILES
    found = []
    for word in text.split(","):
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not 0 <= value <= 1:
            raise InputError("--quantiles", "quantile", word, "numbers between 0 and 1, by commas")
        found.append(value)
    return tuple(sorted(set(found)))


def real(year: int | None) -> None:
    """Refuse constant dollars: no price index is among the published figures held (limits.md)."""
    if year is not None:
        expected = "no such option yet: no price index is among the figures held; money is nominal"
        raise InputError("--real", "year", year, expected)


def language(lang: str) -> str:
    """The language code. Raises InputError unless en or fr."""
    return i18n.check(lang)
