"""Claims about a whole run: people are conserved, levers do what they say, series agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sojourn.flow import arrivals, profiles, queue, rates, stages
from sojourn.flow.groups import APPEAL, GROUPS, select
from sojourn.flow.simulate import Flows, simulate
from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Parameters

SPAN = months.span(months.FIRST, months.parse("2030-12"))
CHANGE = months.parse("2026-01")


def run(table: Parameters | None = None) -> Flows:
    paths = (table or parameters.load()).paths(SPAN)
    return simulate(paths, arrivals.intake(paths), profiles.shares(paths))


def with_lever(name: str, value: float, month: int = CHANGE) -> Flows:
    return run(parameters.load().changed(name, month, value))


@pytest.fixture(scope="module")
def base() -> Flows:
    return run()


def test_people_are_conserved_in_every_stage_month_and_group(base):
    for s, stage in enumerate(base.network.stages):
        before = np.concatenate([base.rates.start[s].sum(axis=0)[None], base.stocks[s][:-1]])
        out = sum(base.flows[e] for e in np.flatnonzero(base.network.edge_from == s))
        error = base.stocks[s] - before - base.entered(stage.name) + out
        assert np.abs(error).max() < 1e-6, stage.name


def test_everyone_who_ever_came_is_somewhere(base):
    out = np.flatnonzero(base.network.edge_to == -1)
    gone = base.flow_total[out].sum()
    joined = sum(
        (base.rates.joining[e] * base.flow_total[e]).sum()
        for e in np.flatnonzero(base.network.edge_joins >= 0)
    )
    came = base.rates.arrivals.sum() + base.rates.start.sum() + joined
    assert gone + base.stock_total[:, -1].sum() == pytest.approx(came, rel=1e-9)


def test_nothing_is_negative_or_lost_to_rounding(base):
    assert base.stocks.min() >= 0.0
    assert base.flows.min() >= 0.0


def test_totals_are_the_sums_of_groups(base):
    np.testing.assert_allclose(base.stock_total, base.stocks.sum(axis=2), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(base.flow_total, base.flows.sum(axis=2), rtol=1e-9, atol=1e-6)
    for name in ("rpd.pending", "referred", "rad.finalised", "pr.admitted", "claims"):
        np.testing.assert_allclose(
            base.series(name), base.by_group(name).sum(axis=1), rtol=1e-9, atol=1e-6
        )


def test_every_claim_enters_in_one_group(base):
    paths = parameters.load().paths(SPAN)
    claims = arrivals.intake(paths).claims
    np.testing.assert_allclose(base.series("claims"), claims.sum(axis=(1, 2)), rtol=1e-12)
    for mode in ("land_port", "airport"):
        got = base.by_group("claims")[:, select(mode)].sum(axis=1)
        index = [g.mode for g in GROUPS].index(mode) // 13
        np.testing.assert_allclose(got, claims[:, index].sum(axis=1), rtol=1e-12)


def test_claims_without_appeal_never_reach_the_appeal_division(base):
    assert base.flow("rpd.rejected_appealed")[:, APPEAL == 0.0].max() == 0.0
    assert base.flow("rpd.rejected_court")[:, APPEAL == 1.0].max() == 0.0


def test_shares_of_every_edge_add_up_to_one(base):
    network, made = base.network, base.rates
    table = made.share[made.share_row]
    for s in range(len(network.stages)):
        for kind in range(3):
            edges = [
                e for e in np.flatnonzero(network.edge_from == s) if network.edge_kind[e] == kind
            ]
            if edges:
                np.testing.assert_allclose(table[:, edges].sum(axis=1), 1.0, rtol=1e-12)


def test_series_are_told_for_every_month_or_not_at_all(base):
    for name in ("rpd.wait_finalised", "rpd.wait_projected", "rpd.age_under_12", "removals"):
        assert base.series(name).shape == SPAN.shape
        assert np.all(np.isfinite(base.series(name)))


def test_the_same_inputs_give_the_same_bytes(base):
    again = run()
    assert again.stock_total.tobytes() == base.stock_total.tobytes()
    assert again.flows.tobytes() == base.flows.tobytes()


# waits


def test_projected_wait_is_pending_over_funded_capacity(base):
    paths = parameters.load().paths(SPAN)
    # what a scenario lets the division decide is funded too
    funded = np.maximum(paths["rpd.funded_capacity"], paths["rpd.capacity"])
    np.testing.assert_allclose(
        base.series("rpd.wait_projected"), 12 * base.series("rpd.pending") / funded
    )


def test_wait_of_new_claims_is_the_wait_they_later_have(base):
    # with oldest first and no withdrawal a claim waits until all before it are decided
    table = parameters.load()
    for name, value in (("rpd.at_random", 0.0), ("rpd.withdrawn", 0.0), ("rpd.notice_pace", 0.0)):
        table = table.changed(name, months.FIRST, value)
    made = run(table)
    wait = made.series("rpd.wait_new")
    t = months.parse("2020-01") - months.FIRST
    decided = np.cumsum(made.total_left("rpd"))
    ahead = decided[t - 1] + made.series("rpd.pending")[t - 1]
    behind = ahead + made.total_entered("rpd")[t]
    # decided between the first and the last claim of the month
    first, last = np.searchsorted(decided, [ahead, behind])
    assert first - t - 1 <= wait[t] <= last - t + 1


def test_wait_of_new_claims_is_unknown_while_too_many_of_them_wait():
    table = parameters.load().changed("rpd.capacity", CHANGE, 0.0)
    table = table.changed("rpd.withdrawn", CHANGE, 0.0).changed("rpd.notice_pace", CHANGE, 0.0)
    wait = run(table).series("rpd.wait_new")
    assert np.all(np.isnan(wait[CHANGE - months.FIRST :]))


def test_the_queue_alone_is_the_same_queue(base):
    # the RPD by itself for the months of the run and those it is run on, with the mean intake of
    # the last year and the rates of the last month
    made, s = base.rates, base.network.stage("rpd")
    entered = base.rpd_entered

    def on(x: np.ndarray, last: int = 1) -> np.ndarray:
        return np.concatenate([x, np.full(rates.RUN_ON, x[-last:].mean())])

    alone = queue.alone(
        on(entered, 12),
        on(made.pool_capacity[base.network.stage_pool[s]]),
        hazard=on(made.hazard[s]),
        lag=on(made.lag[s]),
        newest=on(made.newest[s]),
        newest_age=on(made.newest_age[s]),
        at_random=on(made.at_random[s]),
        reached=np.concatenate([base.recallable / entered, np.zeros(rates.RUN_ON)]),
        pace=on(made.recall_pace),
        start=made.waiting[s],
    )
    np.testing.assert_allclose(alone.wait_new[: SPAN.size], base.wait_new, rtol=1e-6)
    # people on their way back are counted at the end of the month before they enter
    back = base.total_flow("rad.referred_back") + base.total_flow("court.returned")
    there = base.total_stock("rpd") - back
    np.testing.assert_allclose(alone.pending[: SPAN.size], there, rtol=1e-6)


# levers


@pytest.mark.parametrize(
    ("lever", "stage", "factor"),
    [
        ("rpd.capacity", "rpd", 1.5),
        ("rad.capacity", "rad", 1.5),
        ("prra.capacity", "prra_ineligible", 1.5),
        ("pr.levels", "pr", 1.5),
        ("removal.capacity", "removal", 1.5),
    ],
)
def test_more_capacity_means_fewer_waiting(base, lever, stage, factor):
    value = parameters.load().value(lever, SPAN[-1])
    more = with_lever(lever, factor * value)
    at = CHANGE - months.FIRST
    np.testing.assert_array_equal(more.total_stock(stage)[:at], base.total_stock(stage)[:at])
    assert np.all(more.total_stock(stage)[at + 6 :] < base.total_stock(stage)[at + 6 :])


def test_no_eligibility_decisions_leave_every_new_claim_waiting(base):
    none = with_lever("eligibility.capacity", 0.0)
    at = CHANGE - months.FIRST
    assert none.series("referred")[at:].sum() == 0.0
    assert none.series("eligibility.pending")[-1] > base.series("eligibility.pending")[-1] + 1e5


@pytest.mark.parametrize("lever", ["rpd.capacity", "pr.levels"])
def test_zero_capacity_stops_decisions(lever):
    edge = {"rpd.capacity": "rpd.accepted", "pr.levels": "pr.admitted"}[lever]
    none = with_lever(lever, 0.0)
    assert none.total_flow(edge)[CHANGE - months.FIRST :].sum() == 0.0


def test_planned_members_do_what_the_capacity_says(base):
    planned = parameters.load().value("rpd.members_planned", SPAN[-1])
    same = with_lever("rpd.members", planned)
    np.testing.assert_array_equal(same.stock_total, base.stock_total)


def test_more_members_decide_more_after_the_hiring_lag(base):
    table = parameters.load()
    planned = table.value("rpd.members_planned", SPAN[-1])
    more = with_lever("rpd.members", planned + 100)
    lag = round(table.value("rpd.hiring_lag", CHANGE))
    gain = more.series("rpd.capacity") - base.series("rpd.capacity")
    at = CHANGE - months.FIRST
    assert np.all(gain[: at + lag] == 0.0)
    np.testing.assert_allclose(
        gain[at + lag :], 100 * table.value("rpd.decisions_per_member", CHANGE)
    )


def test_capacity_rises_with_members_and_never_falls_below_zero():
    capacity = [
        with_lever("rpd.members", n).series("rpd.capacity")[-1] for n in (0, 50, 305, 400, 1000)
    ]
    assert capacity == sorted(capacity)
    assert capacity[0] >= 0.0


def test_newest_first_shortens_the_wait_of_new_claims_and_ages_the_rest(base):
    # the three orders share the capacity: newest first takes its part before the others
    table = parameters.load().changed("rpd.newest_first", CHANGE, 0.9)
    table = table.changed("rpd.newest_first_min_age", CHANGE, 6.0)
    made = run(table)
    at = months.parse("2027-06") - months.FIRST
    assert made.series("rpd.wait_finalised")[at] < base.series("rpd.wait_finalised")[at]
    assert made.series("rpd.age_over_24")[at] > base.series("rpd.age_over_24")[at]


def test_a_later_minimum_age_keeps_new_claims_waiting_longer():
    def made(age: float) -> Flows:
        table = parameters.load().changed("rpd.newest_first", CHANGE, 0.9)
        return run(table.changed("rpd.newest_first_min_age", CHANGE, age))

    t = months.parse("2027-06") - months.FIRST
    waits = [made(age).series("rpd.wait_finalised")[t] for age in (6.0, 12.0, 18.0)]
    assert waits == sorted(waits)


def test_oldest_first_leaves_fewer_old_claims_than_at_random(base):
    made = with_lever("rpd.at_random", 0.0)
    assert made.series("rpd.age_over_24")[-1] < base.series("rpd.age_over_24")[-1]


def test_members_of_an_ensemble_stay_conserved_and_finite():
    paths = parameters.load().paths(SPAN)
    draw = np.random.default_rng(1)
    for _ in range(5):
        one = paths.at(draw.random(len(paths.names)))
        made = simulate(one, arrivals.intake(one), profiles.shares(one))
        assert np.all(np.isfinite(made.stock_total))
        assert made.stock_total.min() >= 0.0
        out = made.flow_total[made.network.edge_to == -1].sum()
        joined = (made.rates.joining * made.flow_total).sum()
        came = made.rates.arrivals.sum() + made.rates.start.sum() + joined
        assert out + made.stock_total[:, -1].sum() == pytest.approx(came, rel=1e-9)


# bad input


def test_months_that_differ_are_refused():
    paths = parameters.load().paths(SPAN)
    intake = arrivals.intake(paths)
    with pytest.raises(InputError, match="months"):
        simulate(parameters.load().paths(SPAN[:-1]), intake, profiles.shares(paths))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_claims_that_are_no_count_are_refused(bad):
    paths = parameters.load().paths(SPAN)
    intake = arrivals.intake(paths)
    claims = intake.claims
    claims[3, 2, 1] = bad
    wrong = arrivals.Intake.of(paths.months, claims, intake.interceptions)
    with pytest.raises(InputError, match="claims"):
        simulate(paths, wrong, profiles.shares(paths))


def test_shares_that_do_not_add_to_one_are_refused():
    paths = parameters.load().paths(SPAN)
    shares = profiles.shares(paths)
    wrong = replace(shares, ineligible=shares.ineligible + 0.1)
    with pytest.raises(InputError, match="sum over outcomes"):
        simulate(paths, arrivals.intake(paths), wrong)


def test_unknown_series_is_refused_with_the_nearest_name(base):
    with pytest.raises(InputError, match=r"rpd\.pending"):
        base.series("rpd.pendin")


# the table of stages


def test_every_edge_of_the_table_is_fed_by_the_rates(base):
    named = {edge.name for edge in base.network.edges}
    assert len(named) == len(base.network.edges)
    unused = [
        edge.name
        for e, edge in enumerate(base.network.edges)
        if base.flow_total[e].sum() == 0.0 and edge.name != "eligibility.directed_back"
    ]
    assert unused == []


def test_every_stage_can_be_entered_and_left(base):
    for stage in base.network.stages:
        assert base.total_left(stage.name).sum() > 0.0


def test_every_stage_and_edge_has_both_labels():
    network = stages.load()
    for row in (*network.stages, *network.edges):
        assert row.label.en
        assert row.label.fr


def test_published_capacity_is_not_changed_by_reading_members():
    paths = parameters.load().paths(SPAN)
    np.testing.assert_array_equal(rates.members_capacity(paths), paths["rpd.capacity"])
