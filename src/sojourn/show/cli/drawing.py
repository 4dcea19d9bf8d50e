"""A chart asked for as a file: .svg or .png."""

from __future__ import annotations

from typing import Any

import typer

from sojourn.inputs.errors import InputError
from sojourn.show import files
from sojourn.show.i18n import say


def check(option: str, file: str | None) -> None:
    """Refuse a file that is neither .svg nor .png, before anything runs."""
    if file is not None and not file.endswith((".svg", ".png")):
        raise InputError(option, "file", file, "a file ending in .svg or .png")


def draw(spec: dict[str, Any], file: str, lang: str) -> None:
    """Draw the specification into the file and say so on standard error."""
    from sojourn.show import charts

    if file.endswith(".svg"):
        files.write_text(file, charts.svg(spec, charts.LIGHT))
    else:
        files.write_bytes(file, charts.png(spec))
    typer.echo(say("wrote", "écrit :", lang) + f" {file}", err=True)
