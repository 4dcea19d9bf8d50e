"""The stock in Canada: a range with its method, moved by flows, without any claimant."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.flow import without_status as ws
from sojourn.flow.ranges import Range
from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError

SPAN = months.span(months.FIRST, months.parse("2030-12"))
TABLE = parameters.load()
BASE = TABLE.paths(SPAN)
T = len(SPAN)


@dataclass
class Run:
    """A run that knows only what the stock may look at."""

    refused: float = 25_000.0
    waiting: float = 15_000.0
    between: float = 300.0
    others_removed: float = 300.0
    months: np.ndarray = field(default_factory=lambda: SPAN)
    asked: list = field(default_factory=list)

    @property
    def claims_by_mode(self) -> list[np.ndarray]:
        return [np.full(T, self.between if mode == ws.BETWEEN else 0.0) for mode in range(5)]

    @property
    def exogenous(self) -> dict:
        return {"other_removals": np.full(T, self.others_removed)}

    def total_stock(self, stage: str) -> np.ndarray:
        self.asked.append(stage)
        people = {"without_status": self.refused, "removal": self.waiting}[stage]
        return np.full(T, people)


def test_it_is_a_range_with_its_method_and_never_one_number() -> None:
    found = ws.stock(Run(), BASE)
    assert isinstance(found, Range)
    assert "refused claimants" in found.method
    assert "déboutés" in found.method_fr
    for convert in (float, int, np.asarray):
        with pytest.raises(InputError, match="nobody knows"):
            convert(found.at(-1))


def test_a_low_above_the_high_is_refused() -> None:
    with pytest.raises(InputError):
        Range(np.array(2.0), np.array(1.0), "m", "m")


def test_open_claims_are_never_counted() -> None:
    """The stock asks the run for two stages only, neither of which holds an open claim."""
    run = Run()
    ws.stock(run, BASE)
    ws.member(run, BASE)
    assert set(run.asked) == {"without_status", "removal"}


def test_refused_and_not_removed_count_one_for_one() -> None:
    few, many = ws.stock(Run(refused=25_000), BASE), ws.stock(Run(refused=35_000), BASE)
    assert np.allclose(many.low - few.low, 10_000)
    assert np.allclose(many.high - few.high, 10_000)


def test_removal_under_way_counts_in_the_high_only() -> None:
    none, some = ws.stock(Run(waiting=0.0), BASE), ws.stock(Run(waiting=9_000.0), BASE)
    assert np.array_equal(none.low, some.low)
    assert np.allclose(some.high - none.high, 9_000)


def exactly(**values: float) -> parameters.Paths:
    """Paths with parameters without_status.NAME exact at these values from 2015."""
    table = TABLE
    for name, value in values.items():
        table = table.changed(f"without_status.{name}", months.FIRST, value)
    return table.paths(SPAN)


ALONE = {"refused": 0.0, "waiting": 0.0, "others_removed": 0.0}


def test_floor_in_closed_form_is_the_month_by_month_rule() -> None:
    """Removals of 9,000 a month empty the stock, and entries after a while fill it again."""
    net = np.where(np.arange(T) % 60 < 30, -9_000.0, 4_000.0)
    stay, now, path = np.linspace(0.97, 0.99, T), 50_000.0, []
    for gained, held in zip(net, stay, strict=True):
        now = max(now * held + gained, 0.0)
        path.append(now)
    assert path.count(0.0) > 20
    assert ws._carried(50_000.0, net, stay) == pytest.approx(np.array(path), rel=1e-12, abs=1e-9)


def test_without_entries_and_exits_the_stock_stays() -> None:
    found = ws.stock(Run(**ALONE), exactly(others=70_000, expired=0, undetected=0, departed=0))
    assert np.allclose(found.low, 70_000)
    assert np.allclose(found.high, 70_000)


def test_stock_settles_where_entries_equal_exits() -> None:
    """Constant inflow a and share s staying a month: the stock tends to a s / (1 - s)."""
    paths = exactly(
        others=0, expired=0.01, temporary_residents=1_200_000, undetected=0, departed=0.9
    )
    stay = 0.1 ** (1 / 12)
    for end in (ws.stock(Run(**ALONE), paths).low, ws.stock(Run(**ALONE), paths).high):
        assert end[-1] == pytest.approx(1_000 * stay / (1 - stay), rel=1e-6)


def test_undetected_entries_follow_claims_between_ports() -> None:
    paths = exactly(others=0, expired=0, undetected=0.2, departed=0)
    found = ws.stock(Run(between=500.0, **ALONE), paths)
    assert found.high[-1] == pytest.approx(500 * 0.2 * T)


def test_regularising_people_lowers_the_stock_by_as_many() -> None:
    table = TABLE.changed("without_status.departed", months.FIRST, 0.0)
    more = table.changed("without_status.regularised", months.parse("2027-01"), 12_000.0)
    less, kept = ws.stock(Run(), more.paths(SPAN)), ws.stock(Run(), table.paths(SPAN))
    december = months.parse("2027-12") - months.FIRST
    assert (kept.high - less.high)[december] == pytest.approx(12_000)


def test_the_stock_never_falls_below_zero() -> None:
    found = ws.stock(Run(refused=0, waiting=0), exactly(regularised=1e9))
    assert found.low.min() == found.high.max() == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_every_member_lies_inside_the_range(seed: int) -> None:
    u = np.random.default_rng(seed).random(len(BASE.names))
    found, member = ws.stock(Run(), BASE), ws.member(Run(), BASE.at(u))
    assert np.all(found.low - 1e-6 <= member)
    assert np.all(member <= found.high + 1e-6)


def test_the_range_meets_every_range_published_for_2023_and_2024() -> None:
    t = months.parse("2024-01") - months.FIRST
    found = ws.stock(Run(), BASE)
    for evidence in ws.evidence():
        if evidence.part == "statement" and evidence.day.year in (2023, 2024):
            assert found.low[t] <= evidence.high
            assert evidence.low is None or evidence.low <= found.high[t]


def test_the_published_range_is_the_widest_of_them() -> None:
    found = ws.published()
    assert (found.low, found.high) == (20_000, 600_000)


def test_monitoring_and_stays_are_shown_apart_with_their_overlap() -> None:
    parts = {e.name: e for e in ws.evidence() if e.part != "statement"}
    assert parts["monitoring_inventory"].part == "apart"
    assert parts["stay_inventory"].part == "apart"
    assert "claim" in parts["monitoring_inventory"].note
    assert parts["wanted_inventory"].part == parts["working_inventory"].part == "inside"
    assert all(e.note_fr for e in parts.values())


def test_parts_add_up_to_the_range() -> None:
    whole, parts = ws.stock(Run(), BASE), ws.parts(Run(), BASE)
    assert np.allclose(sum(p.low for p in parts.values()), whole.low)
    assert np.allclose(sum(p.high for p in parts.values()), whole.high)


def test_no_function_returns_a_single_number() -> None:
    for name, function in inspect.getmembers(ws, inspect.isfunction):
        if function.__module__ == ws.__name__ and not name.startswith("_"):
            assert "float" not in str(inspect.signature(function).return_annotation), name


def test_the_sum_and_the_month_by_month_stock_agree() -> None:
    rng = np.random.default_rng(0)
    net, stay = rng.normal(100, 50, 60), rng.uniform(0.9, 1.0, 60)
    now, path = 5_000.0, []
    for gained, held in zip(net, stay, strict=True):
        now = max(now * held + gained, 0.0)
        path.append(now)
    assert np.allclose(ws._carried(5_000.0, net, stay), path)
    falling = ws._carried(50.0, -net, stay)
    assert falling.min() == 0.0


def test_too_few_members_to_make_a_range_are_refused() -> None:
    from sojourn.inference import ensemble

    with pytest.raises(InputError, match="only as a range"):
        ensemble.planned("baseline", members=3, series=["us.without_status"])
    shown = {row.series for row in ensemble.planned("baseline", members=3).rows}
    assert not shown & {"without_status", "us.without_status"}
    shown = {row.series for row in ensemble.planned("baseline", members=200).rows}
    assert shown >= {"without_status", "us.without_status"}
