"""What a terminal is told while a command works."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time

import numpy as np

from sojourn.flow import queue
from sojourn.inference.watch import Progress
from sojourn.show.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch) -> Terminal:
    """A terminal as standard error (not in a fixture: pytest sets its own before each test)."""
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setattr(progress, "SILENCE", 0.05)
    return made


def test_a_first_start_says_what_takes_so_long(monkeypatch):
    terminal = watched(monkeypatch)
    monkeypatch.setattr(progress, "compiles", lambda: True)
    with progress.line("en"):
        time.sleep(0.3)
    assert "compiling the model" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")


def test_a_later_start_or_one_that_makes_members_does_not(monkeypatch):
    terminal = watched(monkeypatch)
    monkeypatch.setattr(progress, "compiles", lambda: False)
    with progress.line("en"):
        time.sleep(0.2)
    monkeypatch.setattr(progress, "compiles", lambda: True)
    with progress.line("fr") as report:
        report(Progress(done=10, total=200, reused=0, rate=1000.0, elapsed=0.01, left=0.2))
        time.sleep(0.2)
    assert terminal.getvalue() == ""


def test_nothing_is_written_where_nobody_reads(monkeypatch):
    made = io.StringIO()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setattr(progress, "SILENCE", 0.01)
    with progress.line("en"):
        time.sleep(0.1)
    assert made.getvalue() == ""


def test_whether_the_model_is_compiled_is_told_from_what_is_kept(tmp_path):
    queue.alone(np.full(24, 10.0), np.full(24, 9.0))
    assert not progress.compiles()
    asked = "from sojourn.show.cli import progress; print(progress.compiles())"
    fresh = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", asked], env=fresh, capture_output=True, text=True)
    assert told.stdout.strip() == "True"
