"""The command `sojourn`: a table of commands, of which only the one called is imported."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from sojourn.inputs.errors import InputError, nearest
from sojourn.show import i18n


class Command(NamedTuple):
    """Where a command's function lives, and its line in the help."""

    target: str
    en: str
    fr: str


CLI = "sojourn.show.cli"
TRACE = "SOJOURN_TRACEBACK"
"""Environment variable that lets an internal error show its traceback."""

COMMANDS: dict[str, Command] = {
    "run": Command(
        f"{CLI}.run:run",
        "Run a scenario: claims, backlog, waits, removals and cost by payer, with intervals",
        "Exécuter un scénario : demandes, arriéré, attentes, renvois et coûts, avec intervalles",
    ),
    "compare": Command(
        f"{CLI}.compare:compare",
        "Difference between two scenarios on the same draws",
        "Différence entre deux scénarios sur les mêmes tirages",
    ),
    "grid": Command(
        f"{CLI}.grid:grid",
        "Run every combination of scenarios and levers",
        "Exécuter toutes les combinaisons de scénarios et de leviers",
    ),
    "solve": Command(
        f"{CLI}.solve:solve",
        "Find the lever's value that reaches a target",
        "Trouver la valeur du levier qui atteint une cible",
    ),
    "sensitivity": Command(
        f"{CLI}.sensitivity:sensitivity",
        "Which parameters carry the uncertainty of an outcome",
        "Quels paramètres portent l'incertitude d'un résultat",
    ),
    "decide": Command(
        f"{CLI}.decide:decide",
        "Apply the law to one person or to a file of cases, with the trail of provisions",
        "Appliquer la loi à une personne ou à un fichier de cas, avec les dispositions suivies",
    ),
    "cost": Command(
        f"{CLI}.cost:cost",
        "Cost of a cohort of arrivals to the end of its cases, by payer and stage",
        "Coût d'une cohorte d'arrivées jusqu'à la fin des dossiers, par payeur et étape",
    ),
    "calibrate": Command(
        f"{CLI}.calibrate:calibrate",
        "Fit the parameters to the published figures",
        "Ajuster les paramètres aux chiffres publiés",
    ),
    "hindcast": Command(
        f"{CLI}.hindcast:hindcast",
        "A forecast made with what was known at a past date, beside what came",
        "Une prévision faite avec ce qui était connu à une date passée, et la suite observée",
    ),
    "forecast": Command(
        f"{CLI}.forecast:forecast",
        "Forecast a published series, in forecast-hub columns",
        "Prévoir une série publiée, en colonnes de carrefour de prévisions",
    ),
    "score": Command(
        f"{CLI}.score:score",
        "Scores of past forecasts beside the random walk",
        "Notes des prévisions passées, à côté de la marche aléatoire",
    ),
    "validate": Command(
        f"{CLI}.validate:validate",
        "Every validation, misses first",
        "Toutes les validations, les écarts d'abord",
    ),
    "reproduce": Command(
        f"{CLI}.reproduce:reproduce",
        "A published costing or projection from its own inputs",
        "Une estimation ou projection publiée, refaite à partir de ses propres intrants",
    ),
    "ledger": Command(
        f"{CLI}.ledger:ledger",
        "Public statements checked against the figures and the model",
        "Déclarations publiques vérifiées avec les chiffres et le modèle",
    ),
    "figures": Command(
        f"{CLI}.figures:figures",
        "The published series, with their conflicts and gaps",
        "Les séries publiées, avec leurs conflits et leurs lacunes",
    ),
    "journeys": Command(
        f"{CLI}.journeys:journeys",
        "Synthetic journeys of single claims, consistent with a run",
        "Parcours synthétiques de demandes, cohérents avec une exécution",
    ),
    "serve": Command(
        f"{CLI}.serve:serve",
        "The explorer (web pages) and the API, on this machine",
        "L'explorateur (pages web) et l'API, sur cette machine",
    ),
}


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 a check failed, 2 wrong input.

    Further: 70 an internal error, 130 interrupted, 141 nobody reads, 143 terminated.
    """
    signal.signal(signal.SIGTERM, _terminate)
    # no number here comes from BLAS, whose threads would only lengthen each start
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = call(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has closed; keep the interpreter from complaining when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    except OSError as error:
        code = _refuse(_os_line(error))
        _drop_output()
    sys.exit(code)


def call(argv: list[str]) -> int:
    """Exit code of the command line `argv`; wrong input of any kind becomes one line and 2."""
    try:
        return _dispatch(list(argv))
    except InputError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        line = i18n.say(
            "interrupted; no file was left half-written",
            "interrompu; aucun fichier n'est resté incomplet",
        )
        return _refuse(line, 130)
    except MemoryError:
        line = i18n.say(
            "not enough memory: use fewer --members or --by dimensions",
            "mémoire insuffisante : réduire --members ou --by",
        )
        return _refuse(line)
    except OSError:
        raise
    except Exception as error:
        from sojourn.inference.watch import Stopped

        if isinstance(error, Stopped):
            return _refuse(_stopped(error.reason, error.done, error.total), 124)
        if os.environ.get(TRACE):
            raise
        kind = type(error).__name__
        return _refuse(f"sojourn: internal error: {kind}: {error} ({TRACE}=1 shows where)", 70)


def _stopped(reason: str, done: int, total: int) -> str:
    return i18n.say(
        f"stopped: {reason}; {done:,} of {total:,} members are done; in a folder (--out) they "
        "stay, and the same command goes on from them",
        f"arrêté ({reason}) : {done} membres sur {total} sont faits; dans un dossier (--out) ils "
        "restent, et la même commande en repart",
    )


def _dispatch(argv: list[str]) -> int:
    i18n.use(_language(argv))
    while argv and (argv[0] == "--lang" or argv[0].startswith("--lang=")):
        lead = argv[:2] if argv[0] == "--lang" else argv[:1]
        argv = [*argv[len(lead) :], *lead]
    if not argv or argv[0] in ("--help", "-h", "help") or argv[0].startswith("--lang"):
        if len(argv) > 1 and argv[0] == "help" and argv[1] in COMMANDS:
            return _invoke(argv[1], ["--help"])
        sys.stdout.write(overview())
        return 0
    if argv[0] in ("--version", "-V"):
        from sojourn import __version__

        sys.stdout.write(f"sojourn {__version__}\n")
        return 0
    if argv[0] not in COMMANDS:
        raise InputError("sojourn", "command", argv[0], nearest(argv[0], COMMANDS))
    return _invoke(argv[0], argv[1:])


def _invoke(name: str, argv: list[str]) -> int:
    import typer
    from typer.main import get_command

    app = typer.Typer(
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.command(name)(_load(COMMANDS[name].target))
    command = get_command(app)
    try:
        with command.make_context(f"sojourn {name}", list(argv)) as context:
            code = command.invoke(context)
    except typer.Exit as stop:
        code = stop.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # typer's usage errors (of click's family, wherever it carries them) know their message
        if not hasattr(error, "format_message"):
            raise
        return _refuse(f"sojourn {name}: {_found(error, argv)}{error.format_message()}")
    return code if isinstance(code, int) else 0


def _found(error: Any, argv: list[str]) -> str:
    """The value that an option was given, for a usage error that does not say it."""
    options = getattr(getattr(error, "param", None), "opts", [])
    for at, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name in options and (equals or at + 1 < len(argv)):
            return f"{name}: got {value if equals else argv[at + 1]!r}: "
    return ""


def _load(target: str) -> Callable[..., Any]:
    module, function = target.split(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def overview() -> str:
    """The help of `sojourn` itself, in the language in use."""
    width = max(map(len, COMMANDS)) + 2
    lines = [
        i18n.say("Usage: sojourn COMMAND [OPTIONS]", "Usage : sojourn COMMANDE [OPTIONS]"),
        "",
        i18n.say(
            "The Canada-US asylum system: its law, arrivals, backlog, waits and costs by payer,\n"
            "with an interval and a source behind every number.",
            "Le système d'asile Canada–États-Unis : droit, arrivées, arriéré, attentes et coûts\n"
            "par payeur, avec un intervalle et une source derrière chaque nombre.",
        ),
        "",
        i18n.say("Commands:", "Commandes :"),
        *(f"  {name:<{width}}{i18n.say(c.en, c.fr)}" for name, c in COMMANDS.items()),
        "",
        i18n.say("Examples:", "Exemples :"),
        "  sojourn run baseline",
        "  sojourn run baseline --set rpd.capacity=80000@2026-01 --out report",
        "  sojourn compare baseline rpd-80000",
        "  sojourn figures rpd.pending",
        "",
        i18n.say(
            "sojourn COMMAND --help shows its options and examples; --lang fr speaks French.",
            "sojourn COMMANDE --help montre ses options et des exemples; --lang en : anglais.",
        ),
    ]
    return "\n".join(lines) + "\n"


def _language(argv: list[str]) -> str:
    """Language asked for anywhere on the line, before any command is loaded."""
    for at, word in enumerate(argv):
        if word == "--lang" and at + 1 < len(argv):
            return argv[at + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return "en"


def _refuse(line: str, code: int = 2) -> int:
    sys.stderr.write(" ".join(line.split()) + "\n")
    return code


def _os_line(error: OSError) -> str:
    where = error.filename or i18n.say("output", "sortie")
    return f"{where}: {error.strerror or error}"


def _drop_output() -> None:
    """Forget what could not be written, so that the interpreter does not fail again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _terminate(_signal: int, _frame: object) -> NoReturn:
    # unwinds the stack, so that temporary files are removed
    raise SystemExit(143)


if __name__ == "__main__":
    main()
