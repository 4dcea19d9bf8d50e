"""Single journeys agree with the cohort run they are drawn from, and differ only by policy."""

from dataclasses import replace

import numpy as np
import pytest

from sojourn.flow import arrivals, profiles, queue
from sojourn.flow.simulate import Flows, simulate
from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths
from sojourn.inputs.scenario import Scenario
from sojourn.questions import journeys
from sojourn.questions.journeys import Journeys

SPAN = months.span(months.FIRST, months.parse("2028-12"))
N = 60_000
WHOLE = (0, SPAN.size)


def empty_at_the_start() -> tuple[Flows, Paths]:
    """The baseline with nobody waiting in January 2015, as the sample follows claims made since."""
    paths = Scenario.load("baseline").parameters().paths(SPAN)
    flows = simulate(paths, arrivals.intake(paths), profiles.shares(paths))
    given = flows.batch.given
    batch = replace(flows.batch, given=given._replace(waiting=np.zeros_like(given.waiting)))
    ran = queue.run_all(batch)
    return replace(
        flows, batch=batch, stock_total=ran.stock_total[..., 0], flow_total=ran.flow_total[..., 0]
    ), paths


@pytest.fixture(scope="module")
def run() -> tuple[Flows, Paths]:
    return empty_at_the_start()


@pytest.fixture(scope="module")
def sample(run) -> Journeys:
    return journeys.draw(*run, N, 1, WHOLE)


def test_stage_counts_agree_with_the_run_within_sampling_error(run, sample) -> None:
    flows, _ = run
    found = sample.edge_counts().sum(axis=1) / sample.weight
    scores = {}
    for e, edge in enumerate(flows.network.edges):
        expected = flows.flow_total[e].sum() / sample.weight
        if edge.stage != "pr_dependants" and expected > 30:
            # a person may take an edge more than once, so the count varies a little more
            scores[edge.name] = (found[e] - expected) / np.sqrt(1.3 * expected)
    assert len(scores) > 30
    assert max(abs(z) for z in scores.values()) < 4.2, scores


def test_months_of_the_rpd_agree_with_the_run(run, sample) -> None:
    flows, _ = run
    edges = [e for e, edge in enumerate(flows.network.edges) if edge.stage == "rpd"]
    year = slice(96, 108)
    found = sample.edge_counts()[edges, year].sum() / sample.weight
    expected = flows.flow_total[edges, year].sum() / sample.weight
    assert abs(found - expected) < 4 * np.sqrt(expected)


def test_waits_agree_with_little_s_law(run, sample) -> None:
    flows, _ = run
    for name in ("eligibility", "rpd", "rad", "removal", "without_status"):
        s = flows.network.stage(name)
        mine = sample.stage == s
        months_each = np.bincount(
            sample.person[mine], sample.end[mine] - sample.start[mine], minlength=N
        )
        # person-months of the visits are the month-end stocks added up
        expected = flows.stock_total[s].sum() / sample.weight
        error = months_each.std() * np.sqrt(N)
        assert abs(months_each.sum() - expected) < 4 * error, name
        assert error < 0.1 * expected, name


def test_costs_agree_with_stocks_and_flows_times_prices(run, sample) -> None:
    flows, paths = run
    federal = journeys.draw(*run, N, 1, WHOLE, scope="pbo")
    s = flows.network.stage("rpd")
    mine = federal.stage == s
    notice = flows.network.edge("rpd.notice")
    low, high = flows.network.stage_edges[s]
    finalised = flows.flow_total[low:high].sum(axis=0) - flows.flow_total[notice]
    decision = paths["cost.rpd.per_fte"] * paths["cost.rpd.fte_per_decision"]
    expected = flows.stock_total[s] @ paths["cost.ifhp"]
    expected += finalised @ (decision + paths["cost.legal_aid"])
    to_court = flows.flow_total[flows.network.edge("rpd.rejected_court")] @ paths["cost.court"]
    assert federal.cost[mine].sum() * federal.weight == pytest.approx(expected + to_court, rel=0.02)
    assert federal.total_cost().mean() < sample.total_cost().mean()


def test_every_journey_is_a_path_without_gaps(sample) -> None:
    network = sample.flows.network
    opening = np.append(True, sample.person[1:] != sample.person[:-1])
    assert np.all(sample.stage[opening] == network.stage("eligibility"))
    assert np.array_equal(sample.start[opening], sample.entry)
    before, after = np.flatnonzero(~opening) - 1, np.flatnonzero(~opening)
    assert np.array_equal(network.edge_to[sample.edge[before]], sample.stage[after])
    back = sample.stage[after] < sample.stage[before]
    assert np.array_equal(sample.start[after], sample.end[before] + back)
    assert np.all(sample.end >= sample.start)


def test_two_scenarios_differ_only_after_the_change() -> None:
    change = months.parse("2024-01") - months.FIRST
    options = {"n": 5_000, "start": "2022-01", "until": "2027-12"}
    a = journeys.journeys("baseline", **options)
    b = journeys.journeys("baseline", changes=["rpd.capacity=200000@2024-01"], **options)
    assert np.array_equal(a.entry, b.entry)
    assert np.array_equal(a.group, b.group)

    def before(found: Journeys) -> np.ndarray:
        early = found.end < change
        return np.stack([found.person, found.stage, found.edge, found.start, found.end])[:, early]

    assert np.array_equal(before(a), before(b))
    assert not np.array_equal(a.total_months(), b.total_months(), equal_nan=True)


def test_a_person_does_not_depend_on_how_many_are_drawn() -> None:
    few = journeys.journeys("baseline", n=50, until="2026-12").table()
    many = journeys.journeys("baseline", n=500, until="2026-12").table()
    assert few.equals(many.filter(many["person"] < 50))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"n": 0}, "--n"),
        ({"n": 10**9}, "--n"),
        ({"mode": "airprt"}, "did you mean 'airport'"),
        ({"scope": "none"}, "--scope"),
        ({"start": "2020-13"}, "YYYY-MM"),
        ({"start": "2030-01", "until": "2029-01"}, "in order"),
    ],
)
def test_wrong_input_is_refused(options: dict, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        journeys.journeys("baseline", **options)
    assert expected in str(caught.value)
