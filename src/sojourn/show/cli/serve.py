"""`sojourn serve`: the explorer and the API."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sojourn.inputs.errors import InputError
from sojourn.show.cli import options
from sojourn.show.i18n import say

if TYPE_CHECKING:
    import socket

Host = Annotated[
    str,
    typer.Option(
        "--host",
        help=say(
            "Address to listen on; 0.0.0.0 lets other machines in.",
            "Adresse d'écoute; 0.0.0.0 laisse entrer d'autres machines.",
        ),
    ),
]
Port = Annotated[int, typer.Option("--port", help=say("Port (0 to 65535).", "Port (0 à 65535)."))]
Most = Annotated[
    int,
    typer.Option(
        "--max-members",
        help=say(
            "Most members that one request may ask for.",
            "Nombre maximal de membres par requête.",
        ),
    ),
]
Rate = Annotated[
    float,
    typer.Option(
        "--rate",
        help=say(
            "Requests a second that each client may make.",
            "Requêtes par seconde permises à chaque client.",
        ),
    ),
]
Proxies = Annotated[
    int,
    typer.Option(
        "--proxies",
        help=say(
            "Trusted reverse proxies in front (0: none).",
            "Mandataires inverses de confiance devant (0 : aucun).",
        ),
    ),
]


Processes = Annotated[
    int,
    typer.Option(
        "--processes",
        help=say(
            "Worker processes (default: one a processor; 0: threads).",
            "Processus de travail (par défaut : un par processeur; 0 : fils).",
        ),
    ),
]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    max_members: Most = 2000,
    rate: Rate = 20.0,
    proxies: Proxies = 0,
    processes: Processes = -1,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    if not 0 <= port <= 65535:
        raise InputError("--port", "port", port, "a number from 0 to 65535")
    options.members(max_members)
    if not 0 < rate <= 1e6:
        raise InputError("--rate", "rate", rate, "a number above 0 and up to 1000000")
    if not 0 <= proxies <= 10:
        raise InputError("--proxies", "proxies", proxies, "a number from 0 to 10")
    if not -1 <= processes <= 1024:
        raise InputError("--processes", "processes", processes, "a number from 0 to 1024")
    import gc
    import logging

    import uvicorn

    from sojourn.inference.workers import available
    from sojourn.show.web.app import create_app
    from sojourn.show.web.settings import Settings

    count = available() if processes < 0 else processes
    settings = Settings(members=max_members, rate=rate, burst=max(1, int(6 * rate)),
                        proxies=proxies, processes=count)  # fmt: skip
    listening = _listen(host, port)
    bound = listening.getsockname()[1]
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(
        say(f"Sojourn listens on http://{shown}:{bound}/{lang}/ (Ctrl+C stops it)",
            f"Sojourn écoute sur http://{shown}:{bound}/{lang}/ (Ctrl+C l'arrête)"),
        err=True,
    )  # fmt: skip
    app = create_app(settings)
    gc.freeze()  # what is loaded by now stays: no request need wait for a look through it
    config = uvicorn.Config(
        app, access_log=False, log_level="warning", server_header=False,
        timeout_keep_alive=15, limit_concurrency=200, timeout_graceful_shutdown=5,
    )  # fmt: skip
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        app.state.engine.close()


def _listen(host: str, port: int) -> socket.socket:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError("--host, --port", "address", f"{host}:{port}",
                         f"an address to listen on ({reason})") from None  # fmt: skip
    return listening


serve.__doc__ = say(
    """The explorer (/en/, /fr/) and the API (/api/v1, /openapi.json) on this machine.

    It keeps nothing about its visitors and asks no other host for anything.

    Examples:

      sojourn serve

      sojourn serve --host 0.0.0.0 --port 8080 --proxies 1
    """,
    """L'explorateur (/en/, /fr/) et l'API (/api/v1, /openapi.json) sur cette machine.

    Rien n'est conservé sur les visiteurs et aucun autre hôte n'est sollicité.

    Exemples :

      sojourn serve --lang fr

      sojourn serve --host 0.0.0.0 --port 8080 --proxies 1
    """,
)
