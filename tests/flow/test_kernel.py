"""Claims about the kernel: closed forms, limit cases, order of service, law at entry, notice."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.flow import queue

from .queue_case import Case, build, conservation_error, run

T = 120
ONE = [("a", True, "p")]
OUT = [("a.done", "a", "out", "decision")]
EXIT = [("a.done", "a", "out", "decision"), ("a.left", "a", "out", "exit")]


def single(**given) -> Case:
    edges = EXIT if "hazard" in given else OUT
    given.setdefault("capacity", {"p": 0.0})
    return run(build(ONE, edges, **{"months": T, "arrivals": 100.0, **given}))


# closed forms


@pytest.mark.parametrize("intake", [50.0, 100.0, 333.3])
@pytest.mark.parametrize("load", [0.1, 0.5, 0.99])
def test_backlog_grows_by_intake_minus_capacity(intake, load):
    case = single(arrivals=intake, capacity={"p": load * intake})
    months = np.arange(1, T + 1)
    np.testing.assert_allclose(case.total("a"), intake * (1 - load) * months, rtol=1e-9)


@pytest.mark.parametrize("load", [0.25, 0.5, 0.8])
def test_wait_of_those_decided_oldest_first_is_backlog_over_intake(load):
    case = single(capacity={"p": 100 * load})
    backlog = np.concatenate([[0.0], case.total("a")])[:-1]
    # first come, first served: who is decided now came when the backlog began to be what it is
    expected = (np.arange(T) + 0.5) * (1 - load)
    assert np.all(np.abs(case.mean_wait("a") - expected) < 1.0)
    assert np.all(np.abs(case.mean_wait("a") - backlog / 100) < 1.0)


@pytest.mark.parametrize("order", ["oldest", "newest", "random"])
def test_little_law_holds_in_steady_state_for_any_order(order):
    mix = {"oldest": {}, "newest": {"newest": {"a": 1.0}}, "random": {"at_random": {"a": 1.0}}}
    case = run(
        build(ONE, OUT, months=600, arrivals=100.0, capacity={"p": 100.0},
              start={"a": {1: 700.0}}, **mix[order])
    )  # fmt: skip
    # people waiting at month end = decided a month x months they waited; newest first never
    # reaches those of the start, so only the others are counted
    waiting = case.total("a")[-120:].mean() - (700.0 if order == "newest" else 0.0)
    assert waiting == pytest.approx(100.0 * case.mean_wait("a")[-120:].mean(), abs=1e-6)


def test_stock_with_exits_only_settles_at_intake_over_hazard():
    case = single(hazard={"a": 0.1})
    assert case.total("a")[-1] == pytest.approx(100 * 0.9 / 0.1, rel=1e-4)


def test_mean_wait_with_exits_only_is_geometric():
    case = single(hazard={"a": 0.2}, months=400)
    # leaves in month k with chance 0.2 x 0.8^k: mean (1 - h) / h
    assert case.mean_wait("a")[-1] == pytest.approx(0.8 / 0.2, rel=1e-9)


def test_stock_decays_geometrically_without_arrivals():
    case = single(arrivals=0.0, hazard={"a": 0.05}, start={"a": {1: 1000.0}})
    np.testing.assert_allclose(case.total("a"), 1000 * 0.95 ** np.arange(1, T + 1), rtol=1e-9)


def test_random_order_leaves_every_cohort_the_same_chance():
    case = single(
        arrivals=0.0, capacity={"p": 10.0}, at_random={"a": 1.0},
        start={"a": {3: 300.0, 20: 700.0}}, months=50,
    )  # fmt: skip
    # two cohorts shrink alike, so the mean wait is the mean age
    age = 0.3 * 3 + 0.7 * 20 + np.arange(50)
    np.testing.assert_allclose(case.mean_wait("a"), age, rtol=1e-9)


def test_oldest_first_finishes_a_cohort_before_the_next():
    case = single(arrivals=0.0, capacity={"p": 10.0}, start={"a": {2: 30.0, 9: 50.0}}, months=9)
    ages = [9 + t for t in range(5)] + [2 + t for t in range(5, 8)]
    np.testing.assert_allclose(case.mean_wait("a")[:8], ages)
    assert case.left[0, 8] == 0.0


def test_newest_first_takes_the_last_cohort_that_is_old_enough():
    case = single(capacity={"p": 40.0}, newest={"a": 1.0}, newest_age={"a": 3.0}, months=30)
    np.testing.assert_allclose(case.mean_wait("a")[4:], 3.0)


@pytest.mark.parametrize("minimum", [0.0, 1.0, 4.0, 11.0])
def test_newest_first_leaves_capacity_to_the_oldest_when_nobody_is_old_enough(minimum):
    case = single(capacity={"p": 40.0}, newest={"a": 1.0}, newest_age={"a": minimum}, months=12)
    np.testing.assert_allclose(case.left[0], 40.0)


def test_mix_of_orders_uses_all_capacity():
    case = single(
        capacity={"p": 60.0}, newest={"a": 0.3}, at_random={"a": 0.3}, newest_age={"a": 2.0}
    )
    np.testing.assert_allclose(case.left[0], 60.0)


# readiness


@pytest.mark.parametrize("lag", [1.0, 2.0, 6.0])
def test_nobody_is_decided_before_the_lag(lag):
    case = single(capacity={"p": 1e9}, lag={"a": lag})
    assert case.moved("a.done")[: int(lag)].sum() == 0.0
    np.testing.assert_allclose(case.moved("a.done")[int(lag) :], 100.0)


@pytest.mark.parametrize(("lag", "mean"), [(0.5, 0.5), (1.25, 1.25), (2.5, 2.5), (0.1, 0.1)])
def test_fractional_lag_is_the_mean_wait_of_a_free_queue(lag, mean):
    case = single(capacity={"p": 1e9}, lag={"a": lag})
    assert case.mean_wait("a")[-1] == pytest.approx(mean, rel=1e-9)


def test_lag_longer_than_the_run_holds_all():
    case = single(capacity={"p": 1e9}, lag={"a": 500.0})
    assert case.total("a")[-1] == pytest.approx(100.0 * T)


# limit cases

CHAIN = [("a", True, "p"), ("b", True, "q"), ("c", False, "r")]
CHAIN_EDGES = [
    ("a.on", "a", "b", "decision"),
    ("a.off", "a", "out", "decision"),
    ("a.left", "a", "c", "exit"),
    ("b.on", "b", "c", "decision"),
    ("b.back", "b", "a", "decision"),
    ("c.done", "c", "out", "decision"),
    ("c.left", "c", "out", "exit"),
]
HALF = {"a.on": 0.5, "a.off": 0.5, "b.on": 0.75, "b.back": 0.25}
FREE = {"p": 1e12, "q": 1e12, "r": 1e12}


def chain(**given) -> Case:
    given = {
        "months": 40, "groups": 3, "arrivals": np.array([10.0, 20.0, 30.0]), "share": HALF,
        "capacity": FREE, **given,
    }  # fmt: skip
    return run(build(CHAIN, CHAIN_EDGES, **given))


def test_nobody_enters_nobody_is_there():
    case = chain(arrivals=0.0, hazard={"a": 0.3, "c": 0.3})
    assert np.all(case.stock == 0.0)
    assert np.all(case.flow == 0.0)


def test_zero_capacity_holds_all():
    case = chain(capacity={"p": 0.0, "q": 0.0, "r": 0.0})
    np.testing.assert_allclose(case.total("a"), 60.0 * np.arange(1, 41))
    assert np.all(case.flow == 0.0)


def test_unlimited_capacity_passes_all_in_the_month_of_entry():
    case = chain(share={"a.on": 1.0, "a.off": 0.0, "b.on": 1.0, "b.back": 0.0})
    assert np.abs(case.stock).max() < 1e-9
    np.testing.assert_allclose(case.moved("c.done"), 60.0)


def test_hazard_of_one_lets_everyone_leave_in_the_month():
    case = chain(capacity={"p": 0.0}, hazard={"a": 1.0})
    assert np.abs(case.total("a")).max() == 0.0
    np.testing.assert_allclose(case.moved("a.left"), 60.0)


def test_hazard_goes_before_decisions():
    case = chain(hazard={"a": 1.0})
    assert case.moved("a.on").sum() == 0.0


def test_share_of_zero_sends_nobody():
    case = chain(share={"a.on": 0.0, "a.off": 1.0})
    assert case.moved("a.on").sum() == 0.0
    assert np.all(case.stock[1:] == 0.0)


def test_flows_back_wait_for_the_next_month():
    case = chain(capacity={"p": 1e12, "q": 1e12, "r": 1e12})
    # 60 enter, 30 go on, 7.5 come back at the end of the month and are still there
    assert case.total("a")[0] == pytest.approx(7.5)
    assert case.moved("a.on")[1] == pytest.approx((60 + 7.5) / 2)


def test_flows_back_of_the_last_month_are_in_the_stock():
    assert conservation_error(chain(months=1)) < 1e-9


def test_parts_add_to_the_whole():
    case = chain(capacity={"p": 30.0, "q": 11.0, "r": 3.0}, hazard={"a": 0.02, "c": 0.1})
    np.testing.assert_allclose(case.moved("a.on"), case.moved("a.off"), rtol=1e-12)
    out = sum(case.moved(e).sum() for e in ("a.off", "c.done", "c.left"))
    assert out + case.stock[:, -1].sum() == pytest.approx(60.0 * 40, rel=1e-12)


def test_groups_do_not_mix():
    case = chain(arrivals=np.array([10.0, 0.0, 30.0]), capacity={"p": 12.0, "q": 3.0, "r": 1.0})
    assert np.all(case.stock[:, :, 1] == 0.0)
    np.testing.assert_allclose(case.stock[:, :, 2], 3 * case.stock[:, :, 0], rtol=1e-12)


def test_doubling_people_and_capacity_doubles_all():
    small = chain(capacity={"p": 30.0, "q": 11.0, "r": 3.0}, at_random={"a": 0.4})
    large = chain(
        capacity={"p": 60.0, "q": 22.0, "r": 6.0}, at_random={"a": 0.4},
        arrivals=2 * np.array([10.0, 20.0, 30.0]),
    )  # fmt: skip
    np.testing.assert_allclose(large.stock, 2 * small.stock, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(large.mean_wait("a"), small.mean_wait("a"), rtol=1e-9)


def test_two_groups_with_equal_shares_are_one_group_twice():
    two = chain(groups=2, arrivals=np.array([5.0, 5.0]), capacity={"p": 4.0, "q": 1.0, "r": 1.0})
    one = chain(groups=1, arrivals=np.array([10.0]), capacity={"p": 4.0, "q": 1.0, "r": 1.0})
    np.testing.assert_allclose(two.stock.sum(axis=2), one.stock.sum(axis=2), rtol=1e-9)


def test_capacity_that_starts_later_leaves_the_past_as_it_was():
    late = np.where(np.arange(40) < 20, 0.0, 30.0)
    with_it, without = chain(capacity={"p": late}), chain(capacity={"p": 0.0})
    np.testing.assert_array_equal(with_it.stock[:, :20], without.stock[:, :20])
    assert with_it.total("a")[-1] < without.total("a")[-1]


@pytest.mark.parametrize("stage", ["a", "b", "c"])
def test_more_capacity_never_leaves_more_waiting(stage):
    pool = {"a": "p", "b": "q", "c": "r"}[stage]
    base = {"p": 40.0, "q": 12.0, "r": 5.0}
    less = chain(capacity=base, share={**HALF, "b.on": 1.0, "b.back": 0.0})
    more = chain(
        capacity={**base, pool: base[pool] * 1.5}, share={**HALF, "b.on": 1.0, "b.back": 0.0}
    )
    assert np.all(more.total(stage) <= less.total(stage) + 1e-9)


@pytest.mark.parametrize("months", [1, 2, 13])
def test_short_runs_are_the_start_of_long_ones(months):
    given = {"capacity": {"p": 30.0, "q": 9.0, "r": 2.0}, "hazard": {"a": 0.01, "c": 0.05}}
    np.testing.assert_array_equal(
        chain(months=months, **given).stock, chain(**given).stock[:, :months]
    )


def test_same_inputs_give_the_same_bytes():
    given = {"capacity": {"p": 30.0, "q": 9.0, "r": 2.0}, "at_random": {"a": 0.6}}
    assert chain(**given).stock.tobytes() == chain(**given).stock.tobytes()


def test_tiny_and_huge_numbers_of_people_are_conserved():
    for size in (1e-6, 1.0, 1e9):
        case = chain(
            arrivals=size * np.array([1.0, 2.0, 3.0]),
            capacity={"p": 4 * size, "q": size, "r": 0.3 * size},
        )
        assert conservation_error(case) <= 1e-9 * max(size, 1.0) * 100
        assert case.stock.min() >= 0.0


# shared capacity

TWO = [("x", True, "p"), ("a", True, "p"), ("b", True, "p")]
TWO_EDGES = [
    ("x.a", "x", "a", "exit"), ("x.b", "x", "b", "exit"),
    ("a.done", "a", "out", "decision"), ("b.done", "b", "out", "decision"),
]  # fmt: skip


def test_a_later_stage_gets_the_capacity_that_an_earlier_one_leaves():
    case = run(
        build(TWO, TWO_EDGES, months=10, arrivals=100.0, hazard={"x": 1.0},
              share={"x.a": 0.2, "x.b": 0.8}, capacity={"p": 60.0}, part={"a": 0.5})
    )  # fmt: skip
    np.testing.assert_allclose(case.moved("a.done"), 20.0)
    np.testing.assert_allclose(case.moved("b.done"), 40.0)


def test_the_part_of_a_stage_bounds_what_it_takes():
    case = run(
        build(TWO, TWO_EDGES, months=10, arrivals=100.0, hazard={"x": 1.0},
              share={"x.a": 0.8, "x.b": 0.2}, capacity={"p": 60.0}, part={"a": 0.5})
    )  # fmt: skip
    np.testing.assert_allclose(case.moved("a.done"), 30.0)
    np.testing.assert_allclose(case.moved("b.done")[0], 20.0)


# people who join

JOIN = [("a", True, "p"), ("b", False, ""), ("c", True, "q")]
JOIN_EDGES = [("a.b", "a", "b", "decision", "c"), ("c.done", "c", "out", "decision")]


def test_others_join_in_proportion_to_an_edge():
    case = run(
        build(JOIN, JOIN_EDGES, months=5, arrivals=10.0, capacity={"p": 1e9, "q": 0.0},
              joining={"a.b": 0.5})
    )  # fmt: skip
    np.testing.assert_allclose(case.total("c"), 5.0 * np.arange(1, 6))
    assert conservation_error(case) < 1e-9


# law at entry and notice


def test_outcome_follows_the_law_of_the_month_of_entry():
    edges = [("a.yes", "a", "out", "decision"), ("a.no", "a", "out", "decision")]
    law = np.array([[1.0], [0.0]])
    case = run(
        build([("a", True, "p", True)], edges, months=6, arrivals=10.0,
              capacity={"p": [0, 0, 0, 0, 0, 1e9]}, epoch=[0, 0, 0, 0, 1, 1],
              share={"a.yes": law, "a.no": 1 - law})
    )  # fmt: skip
    assert case.moved("a.yes")[-1] == pytest.approx(40.0)
    assert case.moved("a.no")[-1] == pytest.approx(20.0)


def test_outcome_follows_the_law_of_the_month_of_decision_elsewhere():
    edges = [("a.yes", "a", "out", "decision"), ("a.no", "a", "out", "decision")]
    law = np.array([[1.0], [0.0]])
    case = run(
        build(ONE, edges, months=6, arrivals=10.0, capacity={"p": [0, 0, 0, 0, 0, 1e9]},
              epoch=[0, 0, 0, 0, 1, 1], share={"a.yes": law, "a.no": 1 - law})
    )  # fmt: skip
    assert case.moved("a.no")[-1] == pytest.approx(60.0)


NOTICE = [("a.done", "a", "out", "decision"), ("a.notice", "a", "out", "recall")]


def noticed(**given) -> Case:
    return run(
        build(ONE, NOTICE, **{"months": 20, "groups": 2, "arrivals": np.array([10.0, 10.0]),
                              "reached": np.array([0.4, 0.0]), "capacity": {"p": 0.0}, **given})
    )  # fmt: skip


def test_notice_reaches_its_share_of_its_groups_and_no_more():
    pace = np.where(np.arange(20) >= 10, 1.0, 0.0)
    case = noticed(pace=pace)
    assert case.moved("a.notice")[:10].sum() == 0.0
    assert case.moved("a.notice")[10] == pytest.approx(0.4 * 110)
    np.testing.assert_allclose(case.moved("a.notice")[11:], 4.0)
    assert np.all(case.flow[1, :, 1] == 0.0)


@pytest.mark.parametrize("pace", [0.1, 0.25, 0.6])
def test_notice_at_a_pace_ends_at_the_same_share(pace):
    arrivals = np.where(np.arange(120) < 3, 10.0, 0.0)[None, :, None] * np.ones(2)
    case = noticed(months=120, arrivals=arrivals, pace=pace)
    assert case.moved("a.notice").sum() == pytest.approx(0.4 * 30, rel=1e-4)
    assert conservation_error(case) < 1e-9


def test_notice_finds_only_those_not_yet_decided():
    arrivals = np.where(np.arange(20) < 1, 10.0, 0.0)[None, :, None] * np.ones(2)
    pace = np.where(np.arange(20) >= 5, 1.0, 0.0)
    case = noticed(
        arrivals=arrivals, pace=pace, capacity={"p": np.where(np.arange(20) < 1, 15.0, 0)}
    )
    # three quarters were decided at once, the same for those within reach
    assert case.moved("a.notice").sum() == pytest.approx(0.4 * 10 / 4)


# ages


def test_ages_count_those_waiting_by_months_since_entry():
    case = single(months=40)
    waiting = 100.0 * np.arange(1, 41)
    for row, limit in enumerate((6, 12, 24)):
        np.testing.assert_allclose(case.age[row], np.minimum(waiting, 100.0 * limit))


def test_ages_of_people_waiting_at_the_start_go_on():
    case = single(arrivals=0.0, start={"a": {1: 50.0, 11: 30.0}}, months=12)
    under_12 = case.age[1]
    assert under_12[0] == pytest.approx(80.0)
    assert under_12[1] == pytest.approx(50.0)
    assert under_12[10] == pytest.approx(50.0)
    assert under_12[11] == 0.0


def test_a_stage_that_emptied_takes_people_in_again():
    entered = np.array([100.0, 0, 0, 0, 60, 30, 0, 0])
    found = queue.alone(entered, np.array([1e3, 1e3, 0, 0, 0, 40, 1e3, 0]))
    # nobody is left to a rounding while it is empty, and who comes later is decided in turn
    assert found.pending.tolist() == [0, 0, 0, 0, 60, 50, 0, 0]
    assert found.decided.tolist() == [100, 0, 0, 0, 0, 40, 50, 0]
    # 60 of month 4 (40 after one month, 20 after two) and 30 of month 5 after one
    assert found.waited.tolist() == [0, 0, 0, 0, 0, 40, 70, 0]
