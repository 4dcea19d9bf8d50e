"""Effects of rules: none without a change, the sign where it is known, estimates in the table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.flow import arrivals, effects, events
from sojourn.flow.events import AIRPORT, BETWEEN, INLAND, LAND, MEXICO
from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError

SPAN = months.span(months.FIRST, months.parse("2030-12"))
TABLE = parameters.load()
BASE = TABLE.paths(SPAN)


def changed(*changes: tuple[str, str, float]) -> parameters.Paths:
    table = TABLE
    for name, month, value in changes:
        table = table.changed(name, months.parse(month), value)
    return table.paths(SPAN)


def at(text: str) -> int:
    return months.parse(text) - months.FIRST


def draw(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(len(BASE.names))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_without_a_changed_switch_there_is_no_effect_in_any_member(seed: int) -> None:
    assert events.multiplier(BASE.at(draw(seed))) is None


@pytest.mark.parametrize("name", events.SWITCHES)
def test_setting_a_switch_to_what_is_in_force_changes_nothing(name: str) -> None:
    value = TABLE.value(name, months.parse("2027-01"))
    same = changed((name, "2027-01", value))
    assert np.array_equal(arrivals.intake(same).claims, arrivals.intake(BASE).claims)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["2016-03", "2020-06", "2023-06", "2027-01"]))
def test_suspending_the_agreement_never_lowers_claims_at_land_ports(seed: int, month: str) -> None:
    u = draw(seed)
    suspended = arrivals.intake(changed(("law.stca", month, 0.0)).at(u)).claims
    kept = arrivals.intake(BASE.at(u)).claims
    assert np.all(suspended[:, LAND] >= kept[:, LAND])
    assert suspended[at("2027-06"), LAND].sum() > kept[at("2027-06"), LAND].sum()


def test_undoing_the_protocol_moves_claims_from_ports_to_between_them() -> None:
    undone = arrivals.intake(changed(("law.protocol_2023", "2027-01", 0.0)))
    kept = arrivals.intake(BASE)
    t = at("2027-06")
    assert undone.claims[t, BETWEEN].sum() > 5 * kept.claims[t, BETWEEN].sum()
    assert undone.claims[t, LAND].sum() < kept.claims[t, LAND].sum()
    assert undone.interceptions[t] == pytest.approx(0.98 * undone.claims[t, BETWEEN].sum())


def test_the_protocol_acts_from_the_month_after_its_day() -> None:
    """It began on 25 March 2023: undone from that month, March stays and April changes."""
    undone = arrivals.intake(changed(("law.protocol_2023", "2023-03", 0.0))).claims
    kept = arrivals.intake(BASE).claims
    assert np.array_equal(undone[at("2023-03")], kept[at("2023-03")])
    assert undone[at("2023-09"), BETWEEN].sum() > 5 * kept[at("2023-09"), BETWEEN].sum()
    earlier = arrivals.intake(changed(("law.protocol_2023", "2022-07", 1.0))).claims
    assert earlier[at("2022-08"), BETWEEN].sum() < 0.1 * kept[at("2022-08"), BETWEEN].sum()


def test_the_visa_touches_mexican_citizens_alone() -> None:
    lifted = arrivals.intake(changed(("event.mexico_visa", "2027-01", 0.0))).claims
    kept = arrivals.intake(BASE).claims
    others = [n for n in range(kept.shape[2]) if n != MEXICO]
    assert np.array_equal(lifted[:, :, others], kept[:, :, others])
    t = at("2027-06")
    ratio = lifted[t, AIRPORT, MEXICO] / kept[t, AIRPORT, MEXICO]
    assert ratio == pytest.approx(1 / TABLE.value("event.mexico_visa.airport", SPAN[t]))


def test_half_a_switch_has_the_square_root_of_its_effect() -> None:
    half = events.multiplier(changed(("event.entry_orders", "2027-01", 0.5)))
    whole = events.multiplier(changed(("event.entry_orders", "2027-01", 1.0)))
    t = at("2027-01")
    assert np.allclose(half.everyone[t] ** 2, whole.everyone[t])


def test_months_before_a_change_keep_their_claims() -> None:
    for name in events.SWITCHES:
        value = 1.0 - TABLE.value(name, months.parse("2027-01"))
        claims = arrivals.intake(changed((name, "2027-01", max(value, 0.5)))).claims
        assert np.array_equal(
            claims[: at("2027-01")], arrivals.intake(BASE).claims[: at("2027-01")]
        )


def test_fewer_temporary_residents_lower_inland_claims_only() -> None:
    fewer = events.multiplier(changed(("event.temporary_residents", "2027-01", 0.5)))
    t = at("2027-01")
    elasticity = TABLE.value("event.temporary_residents.elasticity", SPAN[t])
    assert fewer.everyone[t, INLAND] == pytest.approx(0.5**elasticity)
    assert np.all(np.delete(fewer.everyone[t], INLAND) == 1.0)


@pytest.mark.parametrize("name", sorted(effects.table()))
def test_the_table_holds_the_estimates_to_two_digits(name: str) -> None:
    row, found = TABLE.rows_of(name)[0], effects.table()[name]
    for shown, estimated in (
        (row.value, found.value),
        (row.low, found.low),
        (row.high, found.high),
    ):
        assert shown == pytest.approx(estimated, rel=0.06)


def test_an_estimate_is_the_ratio_of_means_before_and_after() -> None:
    """By hand from the published table by mode: land ports, year to March 2023 over year after."""
    claims = arrivals.history().claims[:, LAND].sum(axis=1)
    before = claims[at("2022-04") : at("2023-03") + 1].sum()
    after = claims[at("2023-04") : at("2024-03") + 1].sum()
    study = effects.STUDIES["event.agreement_ports.land_port"]
    assert effects.estimate(study).value == pytest.approx(before / after)


def test_every_study_states_its_overlap() -> None:
    assert all(len(study.overlap) > 20 for study in effects.STUDIES.values())


def test_each_effect_of_the_table_has_a_range() -> None:
    for name, rows in TABLE.rows.items():
        exact = name in events.SWITCHES or not name.startswith("event.")
        assert exact or all(row.low < row.high for row in rows), name


def test_a_negative_factor_is_refused_and_zero_is_not() -> None:
    closed = ("law.protocol_2023", "2027-01", 0.0)
    none = arrivals.intake(
        changed(closed, ("event.agreement_ports.airport", "2027-01", 0.0))
    ).claims
    assert np.isfinite(none).all()
    assert none[at("2027-06"), AIRPORT].sum() < 1e-3
    negative = BASE.with_values({"event.agreement_ports.airport": -1.0})
    shifted = changed(closed).with_values({"event.agreement_ports.airport": -1.0})
    assert events.multiplier(negative) is None
    with pytest.raises(InputError, match="agreement_ports"):
        arrivals.intake(shifted)
