"""Spending of a run: quantity times unit cost, adding up, monotone, and open to its sources."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.costs import programmes, quantities, spending
from sojourn.costs.quantities import Quantities
from sojourn.flow import arrivals
from sojourn.flow.simulate import Flows, simulate
from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import PAYERS
from sojourn.inputs.errors import InputError
from sojourn.inputs.parameters import Paths

from .conftest import plain_law

CENT = 0.005


@pytest.fixture(scope="module")
def spent(flows: Flows, paths: Paths) -> spending.Spending:
    return spending.spend(flows, paths)


@pytest.mark.parametrize("what", ["payer", "stage", "programme", "place"])
def test_parts_add_up_to_the_total_to_the_cent(spent: spending.Spending, what: str) -> None:
    parts = sum(spent.by(what).values())
    assert np.abs(parts - spent.total()).max() < CENT


def test_payers_by_stage_add_up(spent: spending.Spending) -> None:
    assert np.abs(sum(spent.by_payer_stage().values()) - spent.total()).max() < CENT


def test_transfers_move_money_and_make_none(spent: spending.Spending) -> None:
    net, gross = spent.net(), spent.by("payer")
    assert np.abs(sum(net.values()) - sum(gross.values())).max() < CENT
    at = int(np.flatnonzero(spent.months == months.parse("2024-06"))[0])
    given = spent.transfers[:, at].sum()
    assert given == pytest.approx((526_277_372.68 + 581_300_000) / 12)
    assert net["federal"][at] - gross["federal"][at] == pytest.approx(given)


def test_no_amount_is_negative_or_missing(spent: spending.Spending) -> None:
    assert np.isfinite(spent.cad).all()
    assert spent.cad.min() >= 0


def test_every_row_opens_to_quantity_times_price_with_sources(spent: spending.Spending) -> None:
    month = months.parse("2024-01")
    for label in spent.labels:
        opened = spent.derivation(label, month)
        assert opened.cad == pytest.approx(opened.quantity * opened.price, abs=CENT)
        assert opened.derivations
        price = np.prod([d.result for d in opened.derivations])
        assert price == pytest.approx(opened.price, rel=1e-4)


def test_an_unknown_row_is_refused(spent: spending.Spending) -> None:
    with pytest.raises(InputError, match="ifhp"):
        spent.derivation(("ircc.ifph", "rpd", "federal", ""), months.parse("2024-01"))
    with pytest.raises(InputError, match="2015-01"):
        spent.derivation(spent.labels[0], months.parse("1999-01"))


def test_zero_unit_costs_give_zero(flows: Flows, paths: Paths) -> None:
    zero = {name: 0.0 for name in paths.names if name.startswith("cost.")}
    spent = spending.spend(flows, paths.with_values(zero))
    assert spent.total().max() == 0.0
    assert spent.transfers.max() == 0.0


def test_doubled_prices_double_spending(flows: Flows, paths: Paths) -> None:
    prices = {name for line in programmes.load() for name in line.unit}
    prices.discard("cost.irb_overhead")  # a rate on another price
    doubled = paths.with_values({name: 2.0 * paths[name] for name in prices})
    once, twice = spending.spend(flows, paths), spending.spend(flows, doubled)
    assert np.allclose(twice.cad, 2.0 * once.cad)


def test_health_cover_follows_the_people_in_the_stage(flows: Flows, paths: Paths) -> None:
    q = Quantities(flows, paths)
    assert np.allclose(q["ifhp_months.rad"], flows.stock("rad").sum(axis=1))
    assert (q["ifhp_months.pr"] <= flows.stock("pr").sum(axis=1) + 1e-6).all()
    refused = flows.stock("removal").sum(axis=1) + flows.stock("stayed").sum(axis=1)
    assert (q["ifhp_months.removal"] <= refused + 1e-6).all()


def test_entries_worked_from_stocks_equal_those_of_the_flow(flows: Flows, paths: Paths) -> None:
    q = Quantities(flows, paths)
    for stage in ("court", "pr", "rad", "removal"):
        assert np.allclose(q.entered(stage)[1:], flows.total_entered(stage)[1:], atol=1e-6)


def test_recent_counts_the_last_months_with_fractions() -> None:
    flow = np.full(24, 10.0)
    stock = np.full(24, 1000.0)
    assert quantities.recent(flow, np.full(24, 2.5), stock)[10] == pytest.approx(25.0)
    assert quantities.recent(flow, np.full(24, 2.5), np.full(24, 7.0))[10] == 7.0


def test_residence_shares_add_to_one(paths: Paths) -> None:
    parts = quantities.residence(paths)
    assert np.allclose(np.sum(parts, axis=0), 1.0)
    assert np.min(parts) >= 0.0


def test_shelter_settles_at_entries_over_the_share_leaving() -> None:
    active = quantities.shelter(np.full(600, 50.0), np.full(600, 0.1), 0.0)
    assert active[-1] == pytest.approx(500.0)
    assert active[0] == pytest.approx(50.0)


def test_shelter_steps_month_by_month() -> None:
    entries, leaving = np.linspace(0.0, 90.0, 130), np.linspace(0.02, 0.9, 130)
    active, now = quantities.shelter(entries, leaving, 700.0), 700.0
    for t in range(130):
        now = now * (1.0 - leaving[t]) + entries[t]
        assert active[t] == pytest.approx(now, rel=1e-9)


def test_capacity_that_a_scenario_sets_is_bought_with_staff() -> None:
    table = parameters.load()
    first = months.parse("2027-06")
    more = table.changed("rpd.capacity", first, 80_000)
    span = months.span(months.FIRST, months.parse("2028-03"))
    plain, raised = table.paths(span), more.paths(span)
    assert quantities.rpd_extra(plain).max() == 0.0
    extra = quantities.rpd_extra(raised)
    assert (extra[span < first] == 0.0).all()
    assert extra[-1] == pytest.approx(80_000 - plain["rpd.capacity"][-1])


def test_capacity_drawn_inside_its_range_is_productivity_not_staff(paths: Paths) -> None:
    drawn = paths.at(np.full(len(paths.names), 0.9))
    assert drawn["rpd.capacity"][-1] > paths["rpd.capacity"][-1]
    assert quantities._extra(drawn, "rpd.capacity").max() == 0.0


def test_more_waiting_costs_more(paths: Paths) -> None:
    """Half the decisions, same staff and prices: nobody waits less, cover and living cost more."""
    law = plain_law(len(paths.months))
    come = arrivals.intake(paths)
    half = paths.with_values({"rpd.capacity": 0.5 * paths["rpd.capacity"]})
    fast = Quantities(simulate(paths, come, law), paths)
    slow = Quantities(simulate(half, come, law), half)
    assert (slow["ifhp_months.rpd"] >= fast["ifhp_months.rpd"] - 1e-6).all()
    for place in ("QC", "ON"):
        assert (slow[f"open_months.{place}"] >= fast[f"open_months.{place}"] - 1e-6).all()
        name = f"assistance_months.{place}"
        assert (slow[name] >= fast[name] - 1e-6).all()


def test_containers_are_shown_nested_and_never_added(spent: spending.Spending) -> None:
    inside = spent.containers()["ircc.asylum"]
    federal = spent.by("payer")["federal"] + spent.transfers[:2].sum(axis=0)
    assert (inside <= federal + CENT).all()
    assert "ircc.asylum" not in spent.by("programme")


def test_an_unknown_payer_or_scope_is_refused() -> None:
    with pytest.raises(InputError, match="federal"):
        programmes.find("fedral")
    with pytest.raises(InputError, match="pbo"):
        programmes.find(scope="everything")
    assert {line.payer for line in programmes.load()} <= set(PAYERS)


def test_the_narrow_scope_is_federal_and_holds_no_transfers() -> None:
    assert {line.payer for line in programmes.find(scope="pbo")} == {"federal"}
    assert not any(line.within == "transfer" for line in programmes.find(scope="pbo"))


def test_a_bad_line_of_programmes_is_refused_with_its_field() -> None:
    row = "a,rpd,fedral,,claims,claim,cost.ifhp,cost.ifhp,pbo,,A,A,"
    raw = (",".join(programmes.COLUMNS) + "\n" + row + "\n").encode()
    with pytest.raises(InputError) as refused:
        programmes.read(raw, "programmes.csv")
    assert refused.value.field == "payer"
