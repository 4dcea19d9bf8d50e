"""Which stages are run by group, by merged group and on the sum of all groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sojourn.flow import arrivals, batch, claim_parts, kernel, profiles, queue, rates, stages
from sojourn.flow.batch import Batch
from sojourn.flow.groups import GROUPS, N_MERGED
from sojourn.inputs import months, parameters
from sojourn.inputs.dimensions import NATIONALITIES
from sojourn.inputs.parameters import Paths

MERGED = {"rpd_legacy", "rpd", "court"}
NATIONAL = {"rad", "prra_ineligible"}


SPAN = months.span(months.FIRST, months.parse("2027-12"))


@pytest.fixture(scope="module")
def made() -> Batch:
    return packed(parameters.load().paths(SPAN))


def packed(paths: Paths) -> Batch:
    """One run of the system as members are run."""
    several = replace(paths, value=paths.value[:, None])
    law = claim_parts.of(profiles.shares(paths))
    return rates.rates(stages.load(), several, arrivals.intake(several), law)


def widths(several: Batch) -> dict[str, int]:
    column = several.layout.stage[:, kernel.WIDTH]
    return {s.name: int(n) for s, n in zip(several.network.stages, column, strict=True)}


def test_a_stage_is_run_on_as_few_groups_as_what_follows_tells_apart(made):
    found = widths(made)
    nations = len(NATIONALITIES)
    # eligibility by outcome: referred, ineligible, and two that lead out
    assert found.pop("eligibility") == N_MERGED + nations + 2
    assert {name for name, n in found.items() if n == N_MERGED} == MERGED
    assert {name for name, n in found.items() if n == nations} == NATIONAL
    assert {n for name, n in found.items() if name not in MERGED | NATIONAL} == {1}


def test_groups_that_are_asked_for_are_kept_in_every_stage(made):
    every = batch.of(made.network, made.one(0), keep=True)
    found = widths(every)
    # four outcomes of the eligibility decision
    assert found.pop("eligibility") == 4 * len(GROUPS)
    assert set(found.values()) == {len(GROUPS)}


def test_one_share_that_differs_makes_every_stage_before_it_run_by_group(made):
    network, one = stages.load(), made.one(0)
    share = one.share.copy()
    # permanent residence is where most paths end
    share[one.share_row[0, network.edge("pr.admitted")], 0] = 0.5
    found = widths(batch.of(network, replace(one, share=share)))
    assert found["pr"] == found["prra_refused"] == found["removal"] == len(GROUPS)
    assert found["pr_dependants"] == 1


def test_totals_do_not_depend_on_the_groups_that_stages_are_run_on(made):
    network, one = stages.load(), made.one(0)
    packed = queue.run_all(made)
    watch = network.stage("rpd")
    for keep in (False, True):
        run = queue.run(network, one, keep=keep, watch=watch)
        for name in ("stock_total", "flow_total", "left", "waited", "age"):
            np.testing.assert_allclose(
                getattr(packed, name)[..., 0],
                getattr(run, name),
                rtol=1e-9,
                atol=1e-6,
                err_msg=name,
            )
    np.testing.assert_allclose(run.stock_total, run.stocks.sum(axis=2), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("name", ["stay.share.MEX", "stay.share.HTI", "rpd.accepted.NGA"])
@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_groups_that_newly_take_an_edge_or_leave_it_are_led_where_shares_say(name, value):
    table = parameters.load().changed(name, months.parse("2026-05"), value)
    batch = packed(table.paths(SPAN))
    by_column, by_group = queue.run_all(batch), queue.run(batch.network, batch.one(0), keep=True)
    for whole, every in (("stock_total", by_group.stocks), ("flow_total", by_group.flows)):
        found = getattr(by_column, whole)[..., 0]
        np.testing.assert_allclose(found, every.sum(axis=2), rtol=1e-9, atol=1e-6)


def test_people_leave_a_stage_by_its_edges_and_no_other_way(made):
    run = queue.run_all(made)
    for s, (first, last) in enumerate(made.network.stage_edges):
        if made.network.stage_memory[s]:
            out = run.flow_total[first:last, :, 0].sum(axis=0)
            np.testing.assert_allclose(out, run.left[s, :, 0], rtol=1e-12, atol=1e-9)


def test_a_run_spelled_out_has_the_shares_of_its_edges(made):
    one, network = made.one(0), made.network
    for s in range(len(network.stages)):
        for kind in range(3):
            edges = [
                e for e in np.flatnonzero(network.edge_from == s) if network.edge_kind[e] == kind
            ]
            if edges:
                total = one.share[one.share_row[:, edges]].sum(axis=1)
                np.testing.assert_allclose(total, 1.0, rtol=1e-12)


def test_what_an_earlier_run_left_in_the_work_space_does_not_matter(made):
    clean = queue.run_all(made)
    for table in queue._space.room[:-1]:  # the last one is never written
        table.fill(np.nan if table.dtype == float else 7)
    again = queue.run_all(made)
    assert again.stock_total.tobytes() == clean.stock_total.tobytes()
    assert again.flow_total.tobytes() == clean.flow_total.tobytes()


def test_runs_that_change_in_other_months_are_kept_apart():
    paths = parameters.load().paths(months.span(months.FIRST, months.parse("2027-12")))
    later = parameters.load().changed("rad.substituted", months.parse("2026-05"), 0.3)
    other = later.paths(paths.months)
    several = replace(paths, value=np.stack([paths.value, other.value, paths.value], axis=1))
    assert [list(who) for who in rates.alike(several)] in ([[0, 2], [1]], [[1], [0, 2]])


def test_the_kernel_is_compiled_once_whatever_is_run(made):
    # what is shared between runs may not be written, which would be another type for the compiler
    for shared in (*made.given, *made.layout):
        shared.setflags(write=False)
    queue.run_all(made)
    queue.run(made.network, made.one(0), keep=True)
    queue.alone(np.full(24, 10.0), np.full(24, 9.0))
    assert len(kernel.run.signatures) == 1
