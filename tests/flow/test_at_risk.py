"""People at risk in the US: published counts, ranges kept, parameters tied to them."""

from __future__ import annotations

import pytest

from sojourn.flow import at_risk, onward
from sojourn.inputs import months, parameters

TABLE = parameters.load()


def holders() -> dict[str, float]:
    return {g.nationality: g.persons for g in at_risk.protected() if g.basis == "TPS"}


def test_states_of_dhs_keep_exact_numbers_and_ranges_apart() -> None:
    states = {g.state: g for g in at_risk.by_state() if g.basis == "DHS"}
    assert states["New York"].persons == 410_000
    washington = states["Washington"]
    assert washington.persons is None
    assert (washington.low, washington.high) == (290_000, 360_000)


def test_the_latest_count_of_each_group_is_taken() -> None:
    florida = [g for g in at_risk.by_state() if (g.state, g.basis) == ("Florida", "DHS")]
    assert [(g.day.year, g.persons) for g in florida] == [(2022, 590_000)]


def test_holders_by_nationality_add_up_to_the_published_total_within_its_rounding() -> None:
    """Counts are rounded to 5; the 17 nationalities give 1,297,640."""
    assert sum(holders().values()) == pytest.approx(1_297_635, abs=5 * 17 / 2)


def test_protected_people_in_the_parameters_are_the_published_holders() -> None:
    """Venezuela: March 2025. The group `other`: the published total less Haiti and Venezuela."""
    counts = holders()
    now = months.parse("2025-03")
    assert TABLE.value("us.protected.VEN", now) == counts["VEN"]
    rest = 1_297_635 - counts["HTI"] - counts["VEN"]
    assert TABLE.value("us.protected.other", now) == rest
    haiti = TABLE.rows_of("us.protected.HTI")[-1]
    told = onward.terminations_2025().told
    for shown, counted in zip((haiti.low, haiti.value, haiti.high), told, strict=True):
        assert shown == pytest.approx(counted, rel=0.001)


def test_the_end_for_el_salvador_is_its_published_share_of_the_group() -> None:
    from sojourn.inputs.scenario import Scenario

    change = Scenario.load("tps-end-el-salvador").changes[0]
    rest = TABLE.value("us.protected.other", change.month)
    assert change.value == pytest.approx(holders()["SLV"] / rest, abs=1e-4)
    ends = [e.day.isoformat() for e in at_risk.endings() if e.nationality == "SLV"]
    assert "2026-09-09" in ends
