"""The push: announcements tell people, formal ends do not, law opens or closes the way."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.flow import arrivals, onward, push
from sojourn.flow.events import BETWEEN, LAND, NATIONALITY_LIST
from sojourn.inputs import months, parameters

SPAN = months.span(months.FIRST, months.parse("2030-12"))
TABLE = parameters.load()
BASE = TABLE.paths(SPAN)
OTHER = NATIONALITY_LIST.index("other")


def changed(*changes: tuple[str, str, float]) -> parameters.Paths:
    table = TABLE
    for name, month, value in changes:
        table = table.changed(name, months.parse(month), value)
    return table.paths(SPAN)


def at(text: str) -> int:
    return months.parse(text) - months.FIRST


ENDED = ("us.protection_ended.other", "2027-03", 1.0)


def test_without_a_change_nothing_is_added_in_any_member() -> None:
    for seed in range(20):
        member = BASE.at(np.random.default_rng(seed).random(len(BASE.names)))
        assert push.added(member) is None
        assert push.enforcement(member) is None


def test_onward_claims_are_the_share_of_those_told() -> None:
    paths = changed(ENDED)
    added = push.added(paths)
    told = TABLE.value("us.protected.other", SPAN[-1])
    share = TABLE.value("push.onward.whole", SPAN[-1])
    assert added.sum() == pytest.approx(told * share)
    assert added[: at("2027-03")].sum() == 0
    assert np.all(added[:, :, [n for n in range(13) if n != OTHER]] == 0)


def test_most_come_two_months_after_the_announcement_and_none_after_half_a_year() -> None:
    added = push.added(changed(ENDED)).sum(axis=(1, 2))
    start = at("2027-03")
    assert int(added.argmax()) == start + 2
    assert added[start + 6 :].sum() == 0


def test_the_way_is_wider_where_the_agreement_covers_ports_only() -> None:
    closed = push.added(changed(ENDED)).sum(axis=0).sum(axis=1)
    ports = (
        push.added(changed(ENDED, ("law.protocol_2023", "2027-01", 0.0))).sum(axis=0).sum(axis=1)
    )
    none = push.added(changed(ENDED, ("law.stca", "2027-01", 0.0))).sum(axis=0).sum(axis=1)
    assert ports.sum() > 4 * closed.sum()
    assert ports[BETWEEN] > ports[LAND]
    assert closed[LAND] > closed[BETWEEN]
    assert none[BETWEEN] == 0
    assert none.sum() >= ports.sum() * 0.99


def test_protection_given_back_sends_nobody() -> None:
    back = changed(("us.protection_ended.HTI", "2027-03", 0.0))
    assert push.added(back).sum() == 0


def test_an_announcement_twice_tells_nobody_twice() -> None:
    once = push.added(changed(ENDED))
    twice = push.added(changed(ENDED, ("us.protection_ended.other", "2028-03", 1.0)))
    assert np.array_equal(once, twice)


def test_enforcement_scales_the_land_border_by_its_elasticity() -> None:
    paths = changed(("us.removals", "2027-01", 1_168_000.0))
    kept, harder = arrivals.intake(BASE).claims, arrivals.intake(paths).claims
    t = at("2027-06")
    assert harder[t, LAND].sum() == pytest.approx(kept[t, LAND].sum() * 2**0.3)
    assert np.array_equal(harder[:, 2:], kept[:, 2:])
    none = paths.with_values({"push.enforcement": 0.0})
    assert np.array_equal(arrivals.intake(none).claims, kept)


def test_a_managed_intake_adds_exactly_its_number_and_nothing_else() -> None:
    paths = changed(("arrivals.managed_intake", "2027-01", 12_000.0))
    extra = arrivals.intake(paths).claims - arrivals.intake(BASE).claims
    year = slice(at("2027-01"), at("2027-12") + 1)
    assert extra[year].sum() == pytest.approx(12_000)
    assert extra[: at("2027-01")].sum() == 0
    assert extra[:, :4].sum() == 0


@pytest.mark.parametrize("name", ["whole", "ports", "none"])
def test_onward_shares_in_the_table_are_the_estimates(name: str) -> None:
    row, found = TABLE.rows_of(f"push.onward.{name}")[0], onward.shares()[name]
    for shown, estimated in (
        (row.value, found.value),
        (row.low, found.low),
        (row.high, found.high),
    ):
        assert shown == pytest.approx(estimated, rel=0.06)


def test_delays_are_the_mean_of_the_three_announcements_and_a_flat_shape() -> None:
    found = onward.delay([onward.announcement_2017(), onward.terminations_2025()])
    assert push.DELAY.sum() == pytest.approx(1.0)
    assert np.allclose(push.DELAY, found, atol=0.01)


def test_months_at_lacolle_add_up_to_the_published_total() -> None:
    counts = onward.lacolle_2025()
    assert counts[:6].sum() + 3089 == pytest.approx(10724)
    assert counts.min() > 0


def test_the_end_of_november_2017_had_no_visible_effect_but_the_warning_had() -> None:
    """The reason why only announcements count: Haitian claims before and after each."""
    haiti = arrivals.history().claims[:, :, NATIONALITY_LIST.index("HTI")].sum(axis=1)
    before_warning = haiti[at("2017-02") : at("2017-04") + 1].mean()
    after_warning = haiti[at("2017-06") : at("2017-08") + 1].mean()
    before_end = haiti[at("2017-09") : at("2017-11") + 1].mean()
    after_end = haiti[at("2017-12") : at("2018-02") + 1].mean()
    assert after_warning > 5 * before_warning
    assert after_end < before_end


def test_returns_under_the_agreement_rose_with_the_announcement_and_fell_back() -> None:
    """Turned back at land ports: 742 in 2016, 1,992 in 2017, 744 in 2018: people came there too."""
    from sojourn.inputs import figures

    turned = {
        f.start.year: f.value
        for f in figures.rows("returned_to_us")
        if f.source_id == "CBC-2020-11-24" and f.period == "year"
    }
    assert turned[2017] > 2 * turned[2016]
    assert turned[2018] < 1.1 * turned[2016]


def test_enforcement_is_not_identified_so_its_range_reaches_zero() -> None:
    """With detention for enforcement the slope changes sign with the months taken."""
    before = onward.enforcement("2023-04", "2025-01")
    after = onward.enforcement("2023-04", "2025-07")
    assert before.count == 21
    assert before.slope < 0 < after.slope
    row = TABLE.rows_of("push.enforcement")[0]
    assert row.kind == "assumed"
    assert row.low == 0
    assert row.low < row.value < after.slope < row.high
