"""Progress with time left on standard error, for work that lasts over a second."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sojourn.show import i18n
from sojourn.show.i18n import say

PATIENCE = 1.0
"""Seconds before anything is said."""


@contextmanager
def line(lang: str) -> Iterator[Callable[[Any], None]]:
    """A callback for `ensemble.run(progress=...)`; it writes one line and clears it at the end.

    Nothing is written unless standard error is a terminal.
    """
    terminal = sys.stderr.isatty()
    fresh = terminal and compiles()
    shown = [0]

    def report(now: Any) -> None:
        if not terminal or now.elapsed < PATIENCE:
            return
        text = first(lang) if fresh and now.done == now.reused else words(now, lang)
        sys.stderr.write("\r" + text.ljust(shown[0]))
        sys.stderr.flush()
        shown[0] = len(text)

    try:
        yield report
    finally:
        if shown[0]:
            sys.stderr.write("\r" + " " * shown[0] + "\r")
            sys.stderr.flush()


def compiles() -> bool:
    """Whether the model as it is was never compiled on this machine."""
    from sojourn.flow import kernel

    written = Path(kernel.__file__).stat().st_mtime
    kept = Path(kernel.run.stats.cache_path).glob("kernel.run-*.nbi")
    return all(file.stat().st_mtime < written for file in kept)


def first(lang: str) -> str:
    """What takes so long at a first start."""
    return say(
        "compiling the model: the first start on a machine takes about 20 s longer",
        "compilation du modèle : le premier démarrage sur une machine prend environ 20 s de plus",
        lang,
    )


def words(now: Any, lang: str) -> str:
    """How far the run is: members done of all, a second, and seconds left."""
    done, total = i18n.number(now.done, lang), i18n.number(now.total, lang)
    text = say(f"{done} of {total} members", f"{done} membres sur {total}", lang)
    if now.rate > 0:
        rate = i18n.number(now.rate, lang)
        text += say(f", {rate} a second", f", {rate} par seconde", lang)
    if now.left is not None:
        left = i18n.number(now.left, lang)
        text += say(f", {left} s left", f", encore {left} s", lang)
    return text


@contextmanager
def waiting(lang: str) -> Iterator[None]:
    """A line with the seconds passed, for work whose length is not known beforehand."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    words = say("working", "en cours", lang)
    columns = (SpinnerColumn(), TextColumn(words), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        shown.add_task(words, total=None)
        yield
