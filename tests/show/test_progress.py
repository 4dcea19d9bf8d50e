"""What a terminal is told while a command works."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import numpy as np

from sojourn.flow import queue
from sojourn.inference.watch import Progress
from sojourn.show.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def now(done: int, elapsed: float = 2.0) -> Progress:
    return Progress(done=done, total=200, reused=0, rate=10.0 * done, elapsed=elapsed, left=None)


def told(
    monkeypatch, *reports: Progress, fresh: bool, lang: str = "en", to: type = Terminal
) -> str:
    """All that is written to standard error while a run reports."""
    made = to()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setattr(progress, "compiles", lambda: fresh)
    with progress.line(lang) as report:
        for one in reports:
            report(one)
    return made.getvalue()


def test_a_first_start_says_what_takes_so_long(monkeypatch):
    text = told(monkeypatch, now(0), now(20), fresh=True)
    assert text.startswith("\rcompiling the model")
    assert "20 of 200 members, 200 a second" in text
    assert text.endswith("\r")
    assert "compilation du modèle" in told(monkeypatch, now(0), fresh=True, lang="fr")


def test_a_later_start_tells_members_only(monkeypatch):
    text = told(monkeypatch, now(0), now(20), fresh=False)
    assert "0 of 200 members" in text
    assert "compiling" not in text


def test_nothing_is_written_in_the_first_second_or_where_nobody_reads(monkeypatch):
    assert told(monkeypatch, now(0, elapsed=0.5), fresh=True) == ""
    assert told(monkeypatch, now(0), fresh=True, to=io.StringIO) == ""


def test_whether_the_model_is_compiled_is_told_from_what_is_kept(tmp_path):
    queue.alone(np.full(24, 10.0), np.full(24, 9.0))
    assert not progress.compiles()
    asked = "from sojourn.show.cli import progress; print(progress.compiles())"
    fresh = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", asked], env=fresh, capture_output=True, text=True)
    assert found.stdout.strip() == "True"
