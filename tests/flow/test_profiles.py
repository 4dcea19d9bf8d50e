"""Classes of person: what the law makes of them month by month, and the shares that follow."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from sojourn.flow import by_law, classes, profiles
from sojourn.flow.by_law import OUTCOMES
from sojourn.flow.profiles import Shares
from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths
from sojourn.law.decide import decide
from sojourn.law.tables import load

SPAN = months.span(months.FIRST, months.LAST)
MODE = {name: n for n, name in enumerate(MODES)}
NATION = {name: n for n, name in enumerate(NATIONALITIES)}


def paths(**changes: tuple[str, float]) -> Paths:
    """Shipped paths with parameters changed from a month: `law__stca=("2026-01", 0)`."""
    table = parameters.load()
    for name, (month, value) in changes.items():
        table = table.changed(name.replace("__", ".", 1), months.parse(month), value)
    return table.paths(SPAN)


def share(made: Shares, outcome: str, mode: str, month: str, nationality: str = "other") -> float:
    at = made.epoch[months.parse(month) - months.FIRST]
    return float(getattr(made, outcome)[at, MODE[mode], NATION[nationality]])


@pytest.fixture(scope="module")
def shipped() -> Shares:
    return profiles.shares(paths())


def test_outcomes_add_up_to_one_for_any_draw_of_the_weights() -> None:
    rng = np.random.default_rng(5)
    table = paths()
    for _ in range(40):
        made = profiles.shares(table.at(rng.random(len(table.names))))
        total = sum(getattr(made, name) for name in OUTCOMES[:5])
        np.testing.assert_allclose(total, 1.0, atol=1e-12)
        for name in OUTCOMES:
            assert getattr(made, name).min() >= 0
            assert getattr(made, name).max() <= 1 + 1e-12


def test_the_same_paths_give_the_same_bytes() -> None:
    first, again = profiles.shares(paths()), profiles.shares(paths())
    for name in ("epoch", *OUTCOMES):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()


def test_nobody_is_returned_who_claims_inland_or_at_an_airport(shipped: Shares) -> None:
    for mode in ("inland", "airport", "other"):
        assert np.all(shipped.returned[:, MODE[mode]] == 0)
        assert np.all(shipped.no_appeal[:, MODE[mode]] == 0)


def test_us_nationals_are_never_returned_and_keep_their_appeal(shipped: Shares) -> None:
    assert np.all(shipped.returned[:, :, NATION["USA"]] == 0)
    assert np.all(shipped.no_appeal[:, :, NATION["USA"]] == 0)


def test_claims_referred_at_land_ports_have_no_appeal(shipped: Shares) -> None:
    assert share(shipped, "appeal", "land_port", "2018-06") == 0
    assert share(shipped, "no_appeal", "land_port", "2018-06") > 0.7


def test_mexicans_were_excepted_while_they_needed_no_visa(shipped: Shares) -> None:
    for month, returned in (("2016-11", True), ("2016-12", False), ("2024-02", False),
                            ("2024-03", True)):  # fmt: skip
        assert (share(shipped, "returned", "land_port", month, "MEX") > 0) is returned, month


def test_the_protocol_returns_nobody_between_ports_before_25_march_2023(shipped: Shares) -> None:
    assert share(shipped, "returned", "between_ports", "2023-02") == 0
    assert share(shipped, "returned", "between_ports", "2023-04") > 0
    intercepted = profiles.returned_of_intercepted(paths())
    at = {m: intercepted[months.parse(m) - months.FIRST] for m in ("2023-02", "2023-03", "2023-04")}
    assert at["2023-02"] == 0
    # in force on the last 7 of the 31 days
    assert at["2023-03"] == pytest.approx(at["2023-04"] * 7 / 31, rel=1e-9)


def test_the_2019_ground_begins_on_8_april(shipped: Shares) -> None:
    before, april, after = (
        share(shipped, "ineligible", "inland", m) for m in ("2019-03", "2019-04", "2019-05")
    )
    assert april - before == pytest.approx((after - before) * 23 / 30, rel=1e-9)


def test_grounds_of_2026_reach_claims_by_notice_before_assent_and_at_once_after(
    shipped: Shares,
) -> None:
    assert share(shipped, "notice", "inland", "2025-05") == 0
    june, july = (share(shipped, "notice", "inland", m) for m in ("2025-06", "2025-07"))
    assert june == pytest.approx(july * 28 / 30, rel=1e-9)
    assert share(shipped, "ineligible", "inland", "2026-02") == pytest.approx(
        share(shipped, "ineligible", "inland", "2025-05")
    )
    assert share(shipped, "notice", "inland", "2026-04") == 0
    assert share(shipped, "ineligible", "inland", "2026-04") > 0.2


def test_nobody_with_a_counted_claim_was_directed_back_in_2020(shipped: Shares) -> None:
    assert np.all(shipped.directed_back == 0)
    again = profiles.shares(paths(law__pandemic_order=("2027-01", 1.0)))
    assert share(again, "directed_back", "between_ports", "2027-06") > 0
    assert share(again, "directed_back", "between_ports", "2021-06") == 0


def test_without_the_agreement_nobody_is_returned_and_all_may_appeal() -> None:
    made = profiles.shares(paths(law__stca=("2026-01", 0.0)))
    assert share(made, "returned", "land_port", "2025-12") > 0
    for outcome in ("returned", "no_appeal"):
        assert share(made, outcome, "land_port", "2026-01") == 0


def test_undoing_the_protocol_leaves_land_ports_as_they_are() -> None:
    made = profiles.shares(paths(law__protocol_2023=("2026-01", 0.0)))
    assert share(made, "returned", "between_ports", "2026-01") == 0
    assert share(made, "returned", "land_port", "2026-01") > 0.1


def test_without_the_one_year_ground_the_rest_of_the_act_stays() -> None:
    made = profiles.shares(paths(law__one_year_bar=("2025-06", 0.0)))
    assert share(made, "notice", "inland", "2025-09") == 0
    assert share(made, "ineligible", "inland", "2027-01") < 0.05
    assert share(made, "ineligible", "between_ports", "2027-01") > 0.5


def test_an_act_brought_forward_is_in_force_from_its_day() -> None:
    made = profiles.shares(paths(law__one_year_bar=("2023-01", 1.0)))
    assert share(made, "ineligible", "inland", "2022-12") < 0.05
    assert share(made, "ineligible", "inland", "2023-01") > 0.2
    assert share(made, "notice", "inland", "2025-09") == 0


def test_a_scenario_that_moves_no_switch_has_the_shipped_shares(shipped: Shares) -> None:
    same = profiles.shares(paths(law__stca=("2026-01", 1.0), law__rad=("2026-01", 1.0)))
    for name in ("epoch", *OUTCOMES):
        assert np.array_equal(getattr(same, name), getattr(shipped, name))


def decided(profile: classes.Profile, day: date) -> str:
    """The decision on a class of person by the law one by one, as the shares name it."""
    facts: dict[str, Any] = {**profile.facts, "date_of_claim": str(day), "nationalities": ["COL"]}
    facts["date_of_entry"] = str(date.fromordinal(day.toordinal() - profile.entry_days))
    if profile.first_entry_days is not None:
        first = date.fromordinal(day.toordinal() - profile.first_entry_days)
        if first > date(2020, 6, 24):
            facts["first_entry_after_cutoff"] = str(first)
    outcome = decide(facts).outcome
    if outcome.startswith("ineligible"):
        return "returned" if "e" in outcome.split(":")[1].split("+") else "ineligible"
    if outcome == "directed_back":
        return outcome
    rad = decide({**facts, "date_of_rpd_decision": str(date.fromordinal(day.toordinal() + 540)),
                  "date_of_referral": str(day), "grounds": []}, "rad")  # fmt: skip
    return "no_appeal" if rad.outcome == "no_appeal" else "appeal"


@pytest.mark.parametrize("day", ["2016-07-15", "2019-10-03", "2023-04-20", "2026-08-09",
                                 "2031-01-31"])  # fmt: skip
def test_every_class_is_decided_as_the_law_decides_one_person(day: str) -> None:
    made = by_law.decisions(SPAN, paths().value[profiles._index(paths().names).switches])
    at = int(np.searchsorted(made.first_days, date.fromisoformat(day), side="right")) - 1
    other = by_law.NATIONAL.index("other")
    for p, profile in enumerate(classes.profiles()):
        held = made.outcome[at, p, :5, other]
        assert OUTCOMES[int(np.argmax(held))] == decided(profile, date.fromisoformat(day))
        assert held.sum() == 1


def test_no_decision_changes_within_a_stretch_of_days() -> None:
    span = months.span(months.parse("2025-05"), months.parse("2026-06"))
    table = parameters.load().paths(span)
    on = table.value[profiles._index(table.names).switches]
    made = by_law.decisions(span, on)
    first, last = months.first_day(int(span[0])), months.last_day(int(span[-1]))
    every_day = tuple(date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
    law = load()
    from sojourn.law.switches import with_switches

    now = with_switches(law, by_law.switch_changes(span, on))
    before = with_switches(now, {n: [(date.min, False)] for n in by_law._HINDSIGHT})
    daily = by_law._outcomes(now, before, every_day)
    for n, day in enumerate(every_day):
        at = int(np.searchsorted(made.first_days, day, side="right")) - 1
        assert np.array_equal(daily[n], made.outcome[at]), day


def test_levels_of_a_feature_add_up_and_unknown_weights_are_refused() -> None:
    text = "mode,feature,level,weight,entry_days,first_entry_days,facts,label_en,label_fr\n"
    good = "airport,entry,first,rest,0,,,first,première\n"
    assert len(classes.read(text + good)) == 1
    for bad, field in (
        ("airport,entry,first,profile.nothing,0,,,a,b\n", "weight"),
        ("sea,entry,first,rest,0,,,a,b\n", "mode"),
        ("airport,entry,first,rest,soon,,,a,b\n", "entry_days"),
        (good + "airport,entry,second,rest,,,,a,b\n", "airport entry"),
    ):
        with pytest.raises(InputError) as refused:
            classes.read(text + bad)
        assert refused.value.field == field


def test_every_weight_says_whether_it_is_observed_fitted_or_assumed() -> None:
    table = parameters.load()
    for level in classes.levels():
        if level.weight == "rest":
            continue
        for row in table.rows_of(level.weight):
            assert row.kind in ("observed", "estimated", "assumed")
            assert row.low < row.high, "a weight is never known exactly"
            assert row.note
