"""The cost of a cohort: adds up, opens, never falls with waiting, and knows no later figure."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.costs import cohort, expected, follow, moving, programmes, unit
from sojourn.costs.pricing import Prices
from sojourn.flow.groups import select
from sojourn.flow.simulate import Flows
from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths

from .conftest import plain_law

CENT = 0.005
PBO_DAY = "2018-11-29"


@pytest.fixture(scope="module")
def as_known() -> cohort.Estimate:
    return cohort.cost("2017-18", mode="between_ports", as_of=PBO_DAY, scope="pbo")


@pytest.fixture(scope="module")
def in_run() -> cohort.Estimate:
    return cohort.cost("2019-20", members=3)


@pytest.mark.parametrize("name", ["as_known", "in_run"])
def test_costs_add_up_over_payers_stages_programmes_and_paths(
    name: str, request: pytest.FixtureRequest
) -> None:
    found = request.getfixturevalue(name).document()
    for what in ("by_payer", "by_stage", "by_programme"):
        assert sum(found[what].values()) == pytest.approx(found["mean"], abs=CENT)
    assert sum(p["share"] for p in found["paths"]) == pytest.approx(1.0, abs=1e-9)
    of_paths = sum(p["share"] * p["cost"] for p in found["paths"])
    assert of_paths == pytest.approx(found["mean"], abs=CENT)
    assert sum(line["cost"] for line in found["lines"]) == pytest.approx(found["mean"], abs=CENT)
    assert found["total"] == pytest.approx(found["mean"] * found["persons"], rel=1e-12)
    assert sum(found["outcomes"].values()) == pytest.approx(found["persons"], rel=1e-9)


@pytest.mark.parametrize("name", ["as_known", "in_run"])
def test_ranges_hold_the_central_estimate(name: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(name).document()
    low, high = found["ranges"]["mean"]
    assert low <= found["mean"] <= high
    assert low < high
    for what in ("by_payer", "by_stage", "by_programme"):
        for key, value in found[what].items():
            assert found["ranges"][what][key][0] <= value <= found["ranges"][what][key][1]


@pytest.mark.parametrize("name", ["as_known", "in_run"])
def test_every_line_opens_to_unit_costs_with_sources(
    name: str, request: pytest.FixtureRequest
) -> None:
    for line in request.getfixturevalue(name).document()["lines"]:
        assert line["derivation"], line["programme"]
        assert all("; " in text and " = " in text for text in line["derivation"])


def test_payers_of_the_whole_are_the_parts_asked_for_alone(in_run: cohort.Estimate) -> None:
    federal = cohort.cost("2019-20", payer="federal", members=2)
    assert federal.mean == pytest.approx(in_run.document()["by_payer"]["federal"], abs=CENT)


def test_what_nobody_publishes_is_named_and_is_not_zero(as_known: cohort.Estimate) -> None:
    rows = as_known.document()["not_counted"]
    assert any("Federal Court" in row["item"] and row["low"] is None for row in rows)
    everything = cohort.cost("2017-18", as_of="2020-01-31").document()
    charities = [row for row in everything["not_counted"] if row["payer"] == "charity"]
    assert charities
    assert charities[0]["high"] is None
    assert "charity" not in everything["by_payer"]


def test_offsets_stand_apart(in_run: cohort.Estimate) -> None:
    found = in_run.document()
    assert found["offsets"]
    assert min(found["by_programme"].values()) >= 0.0


def test_lowest_path_is_acceptance_and_highest_every_remedy(as_known: cohort.Estimate) -> None:
    found = as_known.document()
    assert found["low_path"]["path"] == "eligibility.referred > rpd.accepted"
    assert found["high_path"]["path"].split(" > ") == [
        "eligibility.referred", "rpd.rejected_appealed", "rad.dismissed_court",
        "court.dismissed", "removal.removed",
    ]  # fmt: skip
    assert found["low_path"]["cost"] < found["mean"] < found["high_path"]["cost"]


def test_the_mean_by_hand(as_known: cohort.Estimate) -> None:
    """The lowest path worked out on paper: four prices, and cover for the wait."""
    then = unit.known_at(parameters.load(), date(2018, 11, 29))

    def price(name: str) -> float:
        return then.value(name, months.parse("2018-11"))

    wait = as_known.waits["eligibility"] + as_known.waits["rpd"]
    by_hand = (
        price("cost.interception") + price("cost.cbsa_intake") + price("cost.ircc_intake")
        + price("cost.rpd.per_fte") * price("cost.rpd.fte_per_decision")
        + price("cost.legal_aid") + wait * price("cost.ifhp")
    )  # fmt: skip
    assert as_known.document()["low_path"]["cost"] == pytest.approx(by_hand, rel=1e-9)


def test_figures_published_later_change_nothing() -> None:
    """Every unit cost first known after the day is set to a huge number: the answer stays."""
    day = date(2018, 11, 29)
    table = parameters.load()
    late = dict(table.rows)
    for name, of_name in unit.by_name().items():
        known_rows = {d.start for d in of_name if d.bound == "value" and d.available <= day}
        late[name] = tuple(
            row if row.start in known_rows else row.__class__(
                row.name, row.start, 1e9, 1e9, 1e9, row.unit, row.kind, row.source_id, row.note)
            for row in table.rows[name]
        )  # fmt: skip
    asked = {"mode": "between_ports", "as_of": day, "scope": "pbo", "members": 5}
    plain = cohort.cost("2018-19", **asked)
    other = cohort.cost("2018-19", **asked, table=parameters.Parameters(late))
    assert other.mean == plain.mean


def test_a_later_day_knows_more() -> None:
    early = cohort.cost("2018-19", as_of=PBO_DAY, scope="pbo", members=3)
    late = cohort.cost("2018-19", as_of="2021-12-31", scope="pbo", members=3)
    assert early.basis["capacity"].value != late.basis["capacity"].value
    assert {p.programme for p in late.unpriced} <= {p.programme for p in early.unpriced}


UNIT_SHARES = st.floats(0.0, 1.0)
WAITS = st.floats(0.0, 60.0)


def _course(values: dict[str, float], waits: dict[str, float]) -> expected.KnownCourse:
    def number(x: float) -> np.ndarray:
        return np.full((1, 1), x)

    return expected.KnownCourse(
        np.arange(24211.0, 24223.0), np.full(12, 100.0), np.ones((1, 12)), np.ones(1), np.ones(1),
        {}, {name: number(v)[None] for name, v in values.items()},
        {**{name: number(v) for name, v in waits.items()}, "pr": number(10.0)},
        np.full((1, 12), waits["rpd"]),
    )  # fmt: skip


@st.composite
def courses(draw: st.DrawFn) -> tuple[dict[str, float], dict[str, float]]:
    names = ("accepted", "withdrawn", "appealed", "court_filed", "court_returned", "removed")
    values = {name: draw(UNIT_SHARES) for name in names}
    parts = np.array([draw(st.floats(0.01, 1.0)) for _ in range(4)])
    parts = parts / parts.sum()
    values |= dict(zip(("substituted", "referred_back", "confirmed"), parts, strict=False))
    waits = {name: draw(WAITS) for name in ("eligibility", "rpd", "rad", "court", "removal")}
    return values, waits


@settings(max_examples=15, deadline=None)
@given(courses(), st.sampled_from(["eligibility", "rpd", "rad", "court", "removal"]),
       st.floats(0.1, 40.0))  # fmt: skip
def test_a_longer_wait_never_lowers_a_cost(
    drawn: tuple[dict[str, float], dict[str, float]], stage: str, more: float
) -> None:
    """At fixed shares and prices, on each path and for every payer."""
    course = _course(*drawn)
    prices = Prices(parameters.load().paths(np.array([months.parse("2024-06")])))
    lines = programmes.load()
    short = follow.cost(course, prices, lines)
    long = follow.cost(course, prices, lines, {stage: more})
    assert short.paths == long.paths
    assert np.allclose(short.shares, long.shares)
    assert (long.costs >= short.costs - 1e-6).all()
    assert (long.lines >= short.lines - 1e-6).all()


@settings(max_examples=15, deadline=None)
@given(courses())
def test_any_course_adds_up(drawn: tuple[dict[str, float], dict[str, float]]) -> None:
    course = _course(*drawn)
    prices = Prices(parameters.load().paths(np.array([months.parse("2024-06")])))
    found = follow.cost(course, prices, programmes.load())
    assert found.shares.sum() == pytest.approx(1.0, abs=1e-9)
    assert sum(found.by("payer").values()) == pytest.approx(found.mean, abs=CENT)
    assert sum(found.by("stage").values()) == pytest.approx(found.mean, abs=CENT)
    assert (found.shares * found.costs).sum(axis=0) == pytest.approx(found.mean, abs=CENT)


def test_zero_unit_costs_give_zero() -> None:
    table = parameters.load()
    for name in [n for n in table.rows if n.startswith("cost.")]:
        table = table.changed(name, months.FIRST, 0.0)
    assert cohort.cost("2018-19", table=table, members=2).mean == 0.0
    assert cohort.cost("2018-19", as_of="2020-01-31", table=table, members=2).mean == 0.0


def test_waiting_longer_costs_more_in_the_answer(as_known: cohort.Estimate) -> None:
    means = [as_known.mean, *(mean for _, mean in as_known.by_wait)]
    assert means == sorted(means)
    per_month = (as_known.by_wait[-1][1] - as_known.mean) / as_known.by_wait[-1][0]
    cover = as_known.prices.at(("cost.ifhp",), np.array([[24226.0]]))[0, 0]
    assert 0.9 * cover < per_month < 1.2 * cover  # some wait twice, some only half the time


def test_cover_ends_with_its_clock() -> None:
    """After the final refusal cover stops at its limit, however long the removal takes."""
    paths = parameters.load().paths(np.array([months.parse("2024-06")]))
    prices = Prices(paths)
    lines = tuple(p for p in programmes.load() if p.programme == "ircc.ifhp")
    base = {"accepted": 0.0, "withdrawn": 0.0, "appealed": 0.0, "court_filed": 0.0,
            "court_returned": 0.0, "removed": 1.0, "substituted": 0.3, "referred_back": 0.3,
            "confirmed": 0.3}  # fmt: skip
    waits = {"eligibility": 0.0, "rpd": 10.0, "rad": 0.0, "court": 0.0, "removal": 100.0}
    found = follow.cost(_course(base, waits), prices, lines)
    months_covered = 10.0 + float(paths["benefit.ifhp.after_refusal"][0])
    assert found.mean[0] == pytest.approx(months_covered * float(paths["cost.ifhp"][0]))


def test_assistance_falls_with_time_since_the_claim() -> None:
    prices = Prices(parameters.load().paths(np.array([months.parse("2023-06")])))
    lines = tuple(p for p in programmes.load() if p.programme == "province.assistance")
    course = {"accepted": 1.0, "withdrawn": 0.0, "appealed": 0.0, "court_filed": 0.0,
              "court_returned": 0.0, "removed": 1.0, "substituted": 0.3, "referred_back": 0.3,
              "confirmed": 0.3}  # fmt: skip

    def spent(wait: float) -> float:
        waits = dict.fromkeys(("eligibility", "rad", "court", "removal"), 0.0) | {"rpd": wait}
        return float(follow.cost(_course(course, waits), prices, lines).mean[0])

    first, third, fifth = spent(12.0), spent(36.0) - spent(24.0), spent(60.0) - spent(48.0)
    assert first > third > fifth > 0.0
    assert third / first == pytest.approx(0.55 / 0.8, rel=1e-9)


def test_a_run_reads_its_own_waits_and_shares(flows: Flows, paths: Paths) -> None:
    """One nationality: accepted at the first hearing = its share, less those who withdraw."""
    first = months.parse("2016-04")
    mask = select("inland", "HTI")
    run = moving.read(flows, paths, plain_law(len(paths.months)), first, mask)
    course = moving.course([run], flows, first, mask, {}, all_removed=False)
    found = follow.cost(course, Prices(paths), programmes.find(scope="pbo"))
    at = found.paths.index(("eligibility.referred", "rpd.accepted"))
    expected = []
    for a in range(12):
        t = int(first - months.FIRST) + a
        wait = run.wait[flows.network.stage("rpd"), a]
        out = int(t + wait)
        stay = (1.0 - paths["rpd.withdrawn"][t]) ** wait
        expected.append(paths["rpd.accepted.HTI"][out] * stay)
    weight = course.persons / course.persons.sum()
    assert found.shares[at, 0] == pytest.approx(float(np.dot(weight, expected)), rel=0.02)


def test_a_queue_waits_until_those_ahead_have_left(flows: Flows) -> None:
    s = flows.network.stage("court")
    wait = moving._wait(flows, "court", False)
    left = flows.total_left("court")
    t = 60
    whole = int(wait[t])
    ahead = left[t + 1 : t + 1 + whole].sum() + (wait[t] - whole) * left[t + 1 + whole]
    assert ahead == pytest.approx(flows.stock_total[s, t], rel=1e-6)


def test_points_are_spread_evenly() -> None:
    """Each dimension has one point in each part, and no two dimensions move together."""
    points = cohort.spread(16, 90)
    assert np.allclose(np.sort(points, axis=0), ((np.arange(16) + 0.5) / 16)[:, None])
    many = cohort.spread(251, 60)
    linked = np.corrcoef(many.T) - np.eye(60)
    assert np.abs(linked).max() < 0.3
    assert np.array_equal(many, cohort.spread(251, 60))
    assert not np.array_equal(many, cohort.spread(251, 60, seed=1))


@pytest.mark.parametrize(
    ("asked", "field", "hint"),
    [
        ({"cohort": "2017-19"}, "cohort", "2023-24"),
        ({"cohort": "2009-10"}, "cohort", "2015-16"),
        ({"cohort": "2040-41"}, "cohort", "2034-35"),
        ({"cohort": "2017-18", "payer": "fedral"}, "payer", "federal"),
        ({"cohort": "2017-18", "scope": "wide"}, "scope", "pbo"),
        ({"cohort": "2017-18", "mode": "landport"}, "mode", "land_port"),
        ({"cohort": "2017-18", "nationality": "HAI"}, "nationality", "HTI"),
        ({"cohort": "2017-18", "as_of": "29/11/2018"}, "as-of", "YYYY-MM-DD"),
        ({"cohort": "2023-24", "as_of": PBO_DAY}, "cohort", "2020-21"),
        ({"cohort": "2017-18", "as_of": "2016-06-30", "mode": "between_ports"}, "as-of", "day"),
    ],
)
def test_bad_input_is_refused_with_its_field(asked: dict, field: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint) as refused:
        cohort.cost(**asked)
    assert refused.value.field == field


def test_a_mode_without_arrivals_is_refused() -> None:
    table = parameters.load().changed("arrivals.between_ports.factor", months.FIRST, 0.0)
    with pytest.raises(InputError, match="arrivals in 2030-31") as refused:
        cohort.cost("2030-31", mode="between_ports", table=table)
    assert refused.value.field == "mode"
