"""Published projections follow from their own inputs, by the queue and by arithmetic alike."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inputs import figures
from sojourn.inputs.errors import InputError
from sojourn.questions import projections, reproduce

NAMES = ("oag-2019", "irb-2018", "irb-2019", "irb-2020", "ircc-2017")


def row(name: str, quantity: str) -> reproduce.Row:
    found = [r for r in reproduce.registry()[name].run() if r.quantity.startswith(quantity)]
    assert found
    return found[0]


def test_every_projection_of_the_brief_is_there():
    assert set(NAMES) <= set(reproduce.registry())
    assert {entry["name"] for entry in reproduce.listed()} == set(reproduce.registry())
    assert all(entry["title"] and entry["title_fr"] for entry in reproduce.listed())


def test_five_years_of_wait_follow_from_the_auditor_generals_inputs():
    """Closed form: 71,380 + 18,000 a year, over 32,000 a year, passes 60 months early in 2024."""
    found = row("oag-2019", "projected wait")
    months_on = 61
    assert found.model == pytest.approx((71_380 + 18_000 * months_on / 12) / 32_000 * 12, rel=1e-6)
    assert found.within


def test_backlog_grows_by_intake_less_capacity():
    made = projections.run(1_000.0, "2020-01", "2021-12", 2_400.0, 1_200.0)
    np.testing.assert_allclose(made.queue.pending, 1_000 + 100 * np.arange(1, 25))
    assert made.wait("2021-12") == pytest.approx(3_400 / 100)


def test_eleven_years_follow_from_the_memo_and_the_boards_plan():
    found = row("ircc-2017", "projected wait")
    came = sum(36_000 * 1.2**k for k in range(5))
    assert found.model == pytest.approx((17_537 + came - 5 * 17_500) / 17_500 * 12, rel=1e-6)
    assert found.within


def test_the_boards_waits_are_pending_over_a_years_capacity():
    assert row("irb-2020", "projected wait, new").model == pytest.approx(12 * 85_300 / 50_000)
    assert row("irb-2020", "projected wait, pending").model == pytest.approx(12 * 85_300 / 37_826)


@pytest.mark.parametrize("name", NAMES)
def test_published_values_are_those_of_the_figures(name):
    published = {f.value for f in figures.rows("projection")}
    published |= {f.value for f in figures.rows("rpd.wait_projected")} | {60.0}
    for found in reproduce.registry()[name].run():
        assert found.inputs
        assert found.source_id
        if found.published is not None:
            assert found.published in published


def test_at_least_is_judged_from_below_only():
    made = reproduce.Row("q", "u", 100.0, 150.0, None, 0.0, True, "i", "n", "s")
    assert made.within
    assert not reproduce.Row("q", "u", 100.0, 99.0, None, 0.0, True, "i", "n", "s").within
    assert not reproduce.Row("q", "u", 100.0, 150.0, None, 5.0, False, "i", "n", "s").within
    assert reproduce.Row("q", "u", None, 150.0, None, 5.0, False, "i", "n", "s").within is None


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="oag-2019"):
        reproduce.reproduce("oag-2018")
