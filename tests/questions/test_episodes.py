"""Leave one episode out: knowing the events helps, and the episode itself is not looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sojourn.flow import arrivals, onward
from sojourn.inference.scores import LEVELS
from sojourn.inputs import months
from sojourn.questions import episodes

NAMES = ("2017 announcement", "2023 Protocol", "2025 terminations")


def test_each_episode_has_one_row_with_its_score_and_coverage() -> None:
    rows = episodes.checks()
    for name in NAMES:
        found = [row for row in rows if row["check"] == f"episode left out: {name}"]
        assert len(found) == 1
        assert set(found[0]) == {
            "check", "kind", "published", "model", "error", "limit", "passed", "note"
        }  # fmt: skip
        assert "coverage of 50 %" in str(found[0]["note"])
        assert found[0]["error"] == pytest.approx(
            found[0]["model"] / found[0]["published"], abs=2e-3
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_row_passes_exactly_when_knowing_the_events_helps(name: str) -> None:
    row = next(r for r in episodes.checks() if r["check"] == f"episode left out: {name}")
    assert row["passed"] == (row["model"] < row["published"])
    assert row["passed"]


def after(name: str) -> arrivals.History:
    """History with every month after the episode's origin made absurd."""
    past = arrivals.history()
    origin = {"2017": "2017-05", "2023": "2023-03", "2025": "2025-01"}[name[:4]]
    claims, counted = past.claims.copy(), past.interceptions.copy()
    later = past.months > months.parse(origin)
    claims[later] *= 1000.0
    counted[later] *= 1000.0
    return replace(past, claims=claims, interceptions=counted)


@pytest.mark.parametrize(
    ("name", "make"),
    [(NAMES[0], episodes.announcement_2017), (NAMES[2], episodes.terminations_2025)],
)
def test_forecasts_do_not_look_beyond_their_origin(name: str, make, monkeypatch) -> None:
    real = make().forecasts[0]
    monkeypatch.setattr(episodes, "history", lambda: after(name))
    blind = make().forecasts[0]
    assert np.array_equal(real.conditional, blind.conditional)
    assert np.array_equal(real.plain, blind.plain)
    assert not np.array_equal(real.observed, blind.observed)


def test_the_response_of_2017_is_not_learnt_from_2017(monkeypatch) -> None:
    real = episodes.announcement_2017().forecasts[0].conditional
    past = arrivals.history()
    claims = past.claims.copy()
    claims[past.months // 12 == 2017] = 0.0
    monkeypatch.setattr(onward, "history", lambda: replace(past, claims=claims))
    assert np.array_equal(real, episodes.announcement_2017().forecasts[0].conditional)


def test_the_response_of_2025_is_not_learnt_from_2025(monkeypatch) -> None:
    real = episodes.terminations_2025().forecasts[0].conditional
    monkeypatch.setattr(onward, "lacolle_2025", lambda: np.full(8, 9_999.0))
    assert np.array_equal(real, episodes.terminations_2025().forecasts[0].conditional)


def test_the_model_without_events_is_the_log_random_walk() -> None:
    """Median level for every horizon, spread growing with the root of the horizon."""
    plain = episodes.protocol_2023().forecasts[0].plain
    middle, top = LEVELS.index(0.5), LEVELS.index(0.95)
    assert np.allclose(plain[:, middle], plain[0, middle])
    growth = np.log(plain[:, top] / plain[:, middle])
    assert np.allclose(growth, growth[0] * np.sqrt(np.arange(1, 13)), rtol=0.01)


def test_every_miss_of_an_episode_has_its_reason() -> None:
    from sojourn.questions import validate

    found = validate.checks(["sojourn.questions.episodes:checks"])
    assert validate.unlisted(found) == []
    assert any(check.missed for check in found)


def test_the_least_months_inside_are_those_that_chance_allows() -> None:
    """Six months at one half: none inside has probability 1 in 64, so one is the least."""
    assert episodes.fewest(6, 0.5) == 1
    assert episodes.fewest(6, 0.9) == 4
    assert episodes.fewest(100, 0.5) == 40
