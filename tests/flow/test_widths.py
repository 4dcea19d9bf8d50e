"""Which stages are run by group and which on the sum of all groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sojourn.flow import arrivals, profiles, queue, rates, stages
from sojourn.flow.groups import GROUPS
from sojourn.flow.rates import Rates
from sojourn.inputs import months, parameters

BY_GROUP = {"eligibility", "rpd_legacy", "rpd", "rad", "court", "prra_ineligible"}


@pytest.fixture(scope="module")
def made() -> Rates:
    paths = parameters.load().paths(months.span(months.FIRST, months.parse("2027-12")))
    return rates.rates(stages.load(), paths, arrivals.intake(paths), profiles.shares(paths))


def widths(made: Rates, keep: bool = False) -> dict[str, int]:
    network = stages.load()
    even = np.where((made.share == made.share[:, :1]).all(axis=1), made.share[:, 0], -1.0)
    found = queue.widths(network, made, even, keep)
    return {stage.name: int(n) for stage, n in zip(network.stages, found, strict=True)}


def test_a_stage_after_which_groups_do_not_matter_is_run_on_their_sum(made):
    found = widths(made)
    assert {name for name, n in found.items() if n == len(GROUPS)} == BY_GROUP
    assert {n for name, n in found.items() if name not in BY_GROUP} == {1}


def test_groups_that_are_asked_for_are_kept_in_every_stage(made):
    assert set(widths(made, keep=True).values()) == {len(GROUPS)}


def test_one_share_that_differs_makes_every_stage_before_it_run_by_group(made):
    network = stages.load()
    share = made.share.copy()
    # permanent residence is where most paths end
    share[made.share_row[0, network.edge("pr.admitted")], 0] = 0.5
    found = widths(replace(made, share=share))
    assert found["pr"] == found["prra_refused"] == found["removal"] == len(GROUPS)
    assert found["pr_dependants"] == 1


def test_totals_do_not_depend_on_whether_groups_are_kept(made):
    network = stages.load()
    with_, without = queue.run(network, made, keep=True), queue.run(network, made)
    for name in ("stock_total", "flow_total", "left", "waited", "age"):
        np.testing.assert_allclose(
            getattr(without, name), getattr(with_, name), rtol=1e-9, atol=1e-6, err_msg=name
        )
    np.testing.assert_allclose(without.stock_total, with_.stocks.sum(axis=2), rtol=1e-9, atol=1e-6)


def test_what_an_earlier_run_left_in_the_work_space_does_not_matter(made):
    network = stages.load()
    clean = queue.run(network, made)
    queue._space.entries = np.full(
        (len(network.stages), rates.BEFORE + made.epoch.size + 1, len(GROUPS)), np.nan
    )
    again = queue.run(network, made)
    assert again.stock_total.tobytes() == clean.stock_total.tobytes()
    assert again.flow_total.tobytes() == clean.flow_total.tobytes()
