"""forecast, score, hindcast, reproduce: their JSON is that of the contract; one line when wrong."""

from __future__ import annotations

import json

import pytest

FORECAST = {"date", "series", "output_type", "output_type_id", "value", "unit",
            "origin_date", "target", "horizon", "model"}  # fmt: skip
SCORE = {"model", "horizon", "n", "wis", "crps", "coverage_50", "coverage_90", "coverage_90_low",
         "coverage_90_high", "median_ape", "skill_vs_rw", "skill_low", "skill_high"}  # fmt: skip


def test_forecast_prints_quantiles_in_hub_columns(cli):
    done = cli("forecast", "claims", "--as-of", "2024-07-31", "--horizon", "2", "--json")
    assert done.returncode == 0
    rows = json.loads(done.stdout)["rows"]
    assert set(rows[0]) >= FORECAST
    assert {row["date"] for row in rows} == {"2024-08", "2024-09"}


def test_score_prints_both_models_by_horizon(cli):
    done = cli("score", "claims", "--from", "2018-01", "--until", "2018-03", "--horizon", "2",
               "--json")  # fmt: skip
    rows = json.loads(done.stdout)["rows"]
    assert set(rows[0]) >= SCORE
    assert {(row["model"], row["horizon"]) for row in rows} == {
        ("sojourn", 1), ("sojourn", 2), ("rw", 1), ("rw", 2),
    }  # fmt: skip


def test_hindcast_prints_rows_and_scores(cli):
    words = "--as-of 2019-06-30 --until 2019-12 --members 4 --given intake,capacity"
    done = cli("hindcast", *words.split(), "--series", "rpd.pending,claims", "--json")
    found = json.loads(done.stdout)
    assert {row["output_type"] for row in found["rows"]} == {"quantile", "observed"}
    assert {row["series"]: row["fed"] for row in found["scores"]} == {
        "claims": True, "rpd.pending": False,
    }  # fmt: skip


def test_reproduce_lists_and_prints_published_beside_model(cli):
    names = [row["name"] for row in json.loads(cli("reproduce", "--list", "--json").stdout)["rows"]]
    assert "oag-2019" in names
    rows = json.loads(cli("reproduce", "oag-2019", "--json").stdout)["rows"]
    assert {"published", "model", "happened", "within"} <= set(rows[0])


@pytest.mark.parametrize(
    "words",
    [
        "forecast claims --as-of 2010-01-01",
        "forecast claims --as-of 2024-01-31 --horizon 0",
        "forecast claims --as-of 2024-01-31 --horizon 10000",
        "forecast without_status --as-of 2024-01-31",
        "score rad.filed",
        "hindcast --as-of 2010-01-01 --until 2011-01",
        "reproduce nothing",
        "calibrate --steps 1",
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(cli, words):
    done = cli(*words.split())
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout
