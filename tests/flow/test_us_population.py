"""The US stock: the residual from published components, its sensitivity, its rivals, a range."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.flow import us_population as us
from sojourn.inputs import figures, months, parameters
from sojourn.inputs.errors import InputError

SPAN = months.span(months.FIRST, months.parse("2030-12"))
TABLE = parameters.load()
BASE = TABLE.paths(SPAN)


def printed(name: str) -> float:
    return next(
        f.value for f in figures.rows("us.residual") if f.item == f"component=DHS_A1-1:{name}"
    )


def test_the_residual_of_dhs_is_reproduced_from_its_components() -> None:
    assert 10_975_000 <= us.residual(us.components()) <= 10_995_000
    assert printed("without_status_resident") == 10_990_000


def test_components_add_up_to_the_printed_subtotals_within_rounding() -> None:
    parts = us.components()
    residents = parts.admitted - parts.deaths - parts.emigration
    assert residents == pytest.approx(printed("lpr_refugee_asylee_resident"), abs=10_000)
    born_abroad = parts.survey + parts.shift + parts.missed_nonimmigrants + parts.missed_residents
    missed = parts.undercount * us.residual(parts)
    assert missed == pytest.approx(printed("undercount_without_status"), abs=5_000)
    assert born_abroad + missed == pytest.approx(printed("estimated_foreign_born_resident"), abs=10)


def test_assumptions_move_the_answer_the_right_way() -> None:
    rising = {"undercount", "missed_status", "deaths", "emigration"}
    for found in us.sensitivity():
        if found.assumption in rising:
            assert found.at_low < us.residual(us.components()) < found.at_high
        else:
            assert found.at_low > us.residual(us.components()) > found.at_high


def test_emigration_of_residents_moves_the_answer_most() -> None:
    """A tenth more emigration is 668,000 fewer with status, so that many more without."""
    assert us.sensitivity()[0].assumption == "emigration"
    more = us.residual(us.adjusted({"emigration": 1.1})) - us.residual(us.components())
    assert more == pytest.approx(668_000 / (1 - us.components().undercount))


def test_the_range_lies_inside_the_published_interval_of_the_residual() -> None:
    """Van Hook et al.: 7.0 to 15.7 million at 95 %, 9.1 to 12.2 at 50 %."""
    found = us.interval()
    assert 7_000_000 < found.low < 9_800_000
    assert 12_200_000 < found.high < 15_700_000


def test_every_rival_stands_beside_it_with_the_reason_in_both_languages() -> None:
    rivals = us.rivals()
    names = {rival.estimator for rival in rivals}
    assert names >= {"DHS", "Pew", "MPI", "CMS", "CIS", "Fazel-Zarandi et al."}
    assert all(name in us.REASONS for name in names)
    assert all(rival.reason and rival.reason_fr and rival.source_id for rival in rivals)


def test_the_range_holds_the_residual_estimates_of_its_months() -> None:
    path = us.path(BASE)
    for rival in us.rivals():
        t = months.of_day(rival.day) - months.FIRST
        newest = not rival.version or rival.version in ("revised 2026", "with 2.25% undercount")
        if rival.estimator in us.RESIDUALS and newest and t >= 0:
            assert path.low[t] <= rival.persons <= path.high[t], rival


def test_it_is_never_one_number() -> None:
    one = us.path(BASE).at(-1)
    for convert in (float, int, np.asarray):
        with pytest.raises(InputError, match="low and high"):
            convert(one)


def test_members_lie_inside_the_widest_range_of_their_parameters() -> None:
    values = {"undercount": 0.16, "missed_status": 1.5, "deaths": 1.1, "emigration": 1.2}
    top = us.residual(us.adjusted(values | {"nonimmigrants": 0.9})) / us.residual(us.components())
    path = us.path(BASE)
    for seed in range(20):
        member = us.member(BASE.at(np.random.default_rng(seed).random(len(BASE.names))))
        assert np.all(member[:120] < path.high[:120] * top)
        assert np.all(member >= 0)


def test_the_range_widens_after_the_last_estimate() -> None:
    path = us.path(BASE)
    width = path.high - path.low
    last = months.parse("2025-01") - months.FIRST
    assert np.all(np.diff(width[last:]) >= 0)


def test_more_us_removals_lower_both_ends_from_their_month() -> None:
    table = TABLE.changed("us.removals", months.parse("2027-01"), 1_000_000.0)
    more, kept = us.path(table.paths(SPAN)), us.path(BASE)
    start = months.parse("2027-01") - months.FIRST
    assert np.array_equal(more.low[:start], kept.low[:start])
    assert np.all(more.low[start:] < kept.low[start:])
    assert np.all(more.high[start:] < kept.high[start:])
    year = (kept.high - more.high)[start + 11]
    assert year == pytest.approx(0.2 * (1_000_000 - 584_000))
