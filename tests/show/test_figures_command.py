"""`sojourn figures` shows each series with its conflicts and gaps, as known on any day."""

import csv
import io
import json
import subprocess
import sys
from datetime import date

import pytest

from sojourn.inputs import figures
from sojourn.show.cli.main import call


def out(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert call(["figures", *argv]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_without_a_series_every_one_is_listed_with_its_counts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = json.loads(out(capsys, "--json"))["rows"]
    assert [row["series"] for row in rows] == list(figures.series_names())
    claims = next(row for row in rows if row["series"] == "claims")
    assert claims["conflicts"] == len(figures.conflicts("claims")) > 0
    assert claims["gaps"] == len(figures.gaps("claims")) > 0
    table = out(capsys)
    assert all(row["series"] in table for row in rows)


def test_a_series_comes_with_its_conflicts_gaps_and_definition(
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = json.loads(out(capsys, "interceptions", "--json"))
    assert len(whole["rows"]) == len(figures.select("interceptions"))
    assert whole["lag_days"] == 45
    may = [c for c in whole["conflicts"] if c[0]["period"] == "2017-05" and not c[0]["province"]]
    assert [[(row["value"], row["used"]) for row in group] for group in may] == [
        [(742, True), (742, False), (749, False)]
    ]
    holes = [gap for gap in whole["gaps"] if not gap["province"] and gap["period"] == "month"]
    assert {"start": "2017-07-01", "end": "2017-07-31"}.items() <= holes[0].items()
    assert all(gap["reason"] == "no row" for gap in holes)


def test_as_of_shows_what_was_known_and_that_a_source_is_late(
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = json.loads(out(capsys, "claims", "--as-of", "2024-03-31", "--json"))
    assert whole["newest"] == "2024-01"
    assert whole["late_from"] is None
    assert {row["vintage"] for row in whole["rows"][:107]} == {"IRCC-ODP-2023-11"}
    assert max(row["available"] for row in whole["rows"]) <= "2024-03-31"
    late = json.loads(out(capsys, "claims", "--as-of", "2026-06-30", "--json"))
    assert (late["newest"], late["late_from"]) == ("2025-07", "2025-10-30")
    assert "Late: the newest period held is 2025-07" in out(
        capsys, "claims", "--as-of", "2026-06-30"
    )


def test_the_table_tells_used_and_unused_values_and_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = out(capsys, "rpd.pending")
    assert "70,223" in text
    assert "irb_rpd_country_2013_2023" in text
    assert "86,000 (irb_dp2021_oc): rounded, partial or superseded" in text
    french = out(capsys, "rpd.pending", "--lang", "fr")
    assert "70\N{NO-BREAK SPACE}223" in french or "70\N{NARROW NO-BREAK SPACE}223" in french
    assert "Demandes en instance à la SPR" in french
    assert "Délai de publication déclaré : 90 jours (la CISR publie ses tableaux" in french
    assert "arrondi, partiel ou remplacé" in french


def test_all_gives_every_row_of_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(out(capsys, "rad.filed", "--all", "--csv", "-"))))
    assert len(rows) == len(figures.rows("rad.filed"))
    assert set(rows[0]) == {*figures.COLUMNS, "period"}


def test_a_count_under_five_is_a_range_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("claims", "--mode", "between_ports", "--json")
    rows = json.loads(out(capsys, *asked))["rows"]
    april = next(row for row in rows if row["period"] == "2023-04")
    assert (april["value"], april["low"], april["high"]) == (None, 1, 4)


def test_what_no_source_gives_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ("claims", "--mode", "airport", "--nationality", "HTI")
    assert json.loads(out(capsys, *argv, "--json"))["rows"] == []
    assert "No figure is held of this." in out(capsys, *argv)


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["claim"], "figures: series: got 'claim', expected a known name; did you mean 'claims'?"),
        (["claims", "--mode", "airprot"], "did you mean 'airport'?"),
        (["claims", "--as-of", "2010-01-01"], "expected a day from 2015-04-01 for claims"),
        (["claims", "--as-of", "2024-02-30"], "--as-of: day: got '2024-02-30'"),
        (["claims", "--period", "weekly"], "period: got 'weekly'"),
        (["--mode", "airport"], "--mode: mode: got 'airport', expected a series"),
        (["claims", "--all", "--mode", "airport"], "without --all"),
    ],
)
def test_a_wrong_question_is_one_line_and_code_2(
    argv: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["figures", *argv]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert line in captured.err
    assert captured.err.count("\n") == 1


def test_figures_are_read_without_polars_numba_or_scipy() -> None:
    code = (
        "import sys\nfrom sojourn.inputs import figures\nfigures.select('claims', '2020-01-01')\n"
        "print([m for m in ('polars', 'numba', 'scipy', 'altair') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_listing_as_of_a_day_counts_only_what_was_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = json.loads(out(capsys, "--as-of", "2018-01-31", "--json"))["rows"]
    by_name = {row["series"]: row["figures"] for row in rows}
    known = [f for f in figures.rows("interceptions") if f.available <= date(2018, 1, 31)]
    assert by_name["interceptions"] == len({figure.key for figure in known})
