"""The command line: what it refuses, in one line, and what it keeps light."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sojourn.inputs.errors import InputError
from sojourn.show.cli import main, options


def one_line(run: subprocess.CompletedProcess[str], code: int = 2) -> str:
    assert run.returncode == code, run.stderr
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    assert "Traceback" not in run.stderr
    return run.stderr


def test_help_lists_every_command_in_both_languages(cli):
    for lang in ("en", "fr"):
        shown = cli("--help", "--lang", lang).stdout
        for name, command in main.COMMANDS.items():
            assert name in shown
            assert getattr(command, lang) in shown


def test_help_imports_neither_numpy_nor_polars_nor_typer():
    code = (
        "import sys; from sojourn.show.cli import main; main.overview();"
        "heavy = {'numba', 'polars', 'altair', 'scipy', 'dask', 'typer', 'vl_convert'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_every_command_of_the_table_exists_and_has_help_with_an_example():
    for name, command in main.COMMANDS.items():
        module, function = command.target.split(":")
        found = getattr(importlib.import_module(module), function)
        assert f"sojourn {name}" in (found.__doc__ or ""), name


def test_unknown_command_suggests_the_nearest(cli):
    assert "did you mean 'run'" in one_line(cli("rnu"))


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (("--members", "0"), ("--members", "0", "1 to 1000000")),
        (("--members", "-5"), ("--members", "-5")),
        (("--members", "1000001"), ("--members", "1000001")),
        (("--members", "many"), ("--members", "many")),
        (("--seed", "-1"), ("--seed", "-1")),
        (("--workers", "0"), ("--workers", "0")),
        (("--series", "rpd.pendng"), ("--series", "rpd.pending")),
        (("--by", "mod"), ("--by", "mode")),
        (("--quantiles", "1.5"), ("--quantiles", "1.5")),
        (("--quantiles", "nan"), ("--quantiles", "nan")),
        (("--from", "2014-12"), ("--from", "2014-12", "2015-01")),
        (("--until", "2061-01"), ("--until", "2061-01", "2060-12")),
        (("--until", "2025-13"), ("--until", "2025-13", "YYYY-MM")),
        (("--from", "2030-01", "--until", "2029-01"), ("--from", "2030-01")),
        (("--set", "rpd.capacity=80000"), ("--set", "YYYY-MM")),
        (("--set", "rpd.capcity=1@2026-01"), ("--set", "rpd.capacity")),
        (("--set", "rpd.capacity=-1@2026-01"), ("--set", "-1")),
        (("--set", "rpd.capacity=nan@2026-01"), ("--set", "nan")),
        (("--set", "rpd.capacity=1e400@2026-01"), ("--set", "inf")),
        (("--keep", "all"), ("--keep", "members")),
        (("--keep", "members"), ("--keep", "--out")),
        (("--real", "2020"), ("--real", "2020")),
        (("--lang", "de"), ("--lang", "de", "en | fr")),
        (("--nonsense",), ("--nonsense",)),
        (("--out", "/dev/null/folder"), ("/dev/null",)),
    ],
)
def test_wrong_option_is_one_line_naming_option_value_and_expectation(cli, argv, names):
    line = one_line(cli("run", "baseline", *argv))
    for name in names:
        assert name in line


def test_unknown_scenario_names_the_nearest(cli):
    assert "did you mean 'baseline'" in one_line(cli("run", "basline"))


def test_full_disk_on_standard_output_is_one_line():
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "sojourn.show.cli.main", "--help"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "No space left" in run.stderr


def test_closed_pipe_is_quiet():
    read, write = os.pipe()
    os.close(read)
    run = subprocess.run(
        [sys.executable, "-m", "sojourn.show.cli.main", "--help"],
        stdout=write, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(write)
    assert run.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_leaves_whole_files_or_none(tmp_path: Path, sent: signal.Signals):
    run = subprocess.Popen(
        [sys.executable, "-m", "sojourn.show.cli.main", "run", "baseline", "--members", "100000",
         "--csv", str(tmp_path / "rows.csv")],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    time.sleep(6)
    run.send_signal(sent)
    _, said = run.communicate(timeout=60)
    assert run.returncode in (130, 143)
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_switches_are_written_on_and_off():
    on = options.scenario("baseline", ["law.stca=off@2026-01"])
    assert on.changes[-1].value == 0.0


def test_options_refuse_what_they_cannot_mean():
    with pytest.raises(InputError, match="--members"):
        options.members(True)
    with pytest.raises(InputError, match="whole number"):
        options.workers(2000)
    assert options.quantiles(".9,.1,.9") == (0.1, 0.9)
    assert options.span(None, None) == (2015 * 12, 2035 * 12 + 11)
