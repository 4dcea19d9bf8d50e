"""A verdict follows from the findings by stated rules, gravest first."""

from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.questions.verdicts import VERDICTS, Finding, compare, verdict

FINDINGS = st.sampled_from(get_args(Finding))


@pytest.mark.parametrize(
    ("claimed", "value", "low", "high", "expected"),
    [
        (100, 100, None, None, "agrees"),
        (101.9, 100, None, None, "agrees"),
        (102.1, 100, None, None, "differs"),
        (500, None, 20, 500, "upper_bound"),
        (500, None, None, 500, "upper_bound"),
        (300, None, 20, 500, "within"),
        (600, None, 20, 500, "differs"),
        (19, None, 20, 500, "differs"),
        (100, 100, 50, 100, "agrees"),
        (1, None, None, None, "absent"),
        (0, 0, None, None, "agrees"),
    ],
)
def test_a_number_beside_a_figure_gives_one_finding(claimed, value, low, high, expected) -> None:
    assert compare(claimed, value, low, high, 0.02) == expected


@pytest.mark.parametrize(
    ("relation", "value", "expected"),
    [
        ("at_least", 120, "agrees"),
        ("at_least", 80, "differs"),
        ("at_most", 80, "agrees"),
        ("at_most", 120, "differs"),
        ("at_least", 99, "agrees"),
    ],
)
def test_a_bound_is_tested_as_a_bound(relation, value, expected) -> None:
    assert compare(100, value, None, None, 0.02, relation) == expected


@given(st.lists(FINDINGS, min_size=1, max_size=5), st.booleans())
def test_every_combination_has_a_verdict(findings, context) -> None:
    assert verdict("fact", findings, context) in VERDICTS


@given(st.lists(FINDINGS, max_size=5), st.booleans())
def test_an_opinion_is_never_rated(findings, context) -> None:
    assert verdict("opinion", findings, context) == "opinion, not rated"


def test_the_order_of_checks_does_not_matter() -> None:
    found = ("agrees", "outdated", "population", "absent")
    assert {verdict("fact", order, True) for order in permutations(found)} == {"wrong population"}


def test_context_never_improves_and_never_condemns() -> None:
    assert verdict("fact", ["agrees"], False) == "supported"
    assert verdict("fact", ["agrees"], True) == "supported with context"
    assert verdict("fact", ["differs"], True) == verdict("fact", ["differs"], False)


def test_without_a_figure_nothing_is_verified() -> None:
    assert verdict("fact", ["absent", "absent"], True) == "cannot be verified"
    assert verdict("fact", [], True) == "cannot be verified"
    assert verdict("fact", ["absent", "agrees"], False) == "supported with context"
