"""Claims about the condition language."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.inputs.errors import InputError
from sojourn.law import grammar
from sojourn.law.grammar import ALWAYS, All, Compare, Either, Names, Not, holds

NAMES = Names(
    {"a": "bool", "b": "bool", "c": "bool", "n": "number", "day": "date", "place": "code",
     "letters": "list"},
    {"a": None, "b": None, "c": None, "n": None, "day": None,
     "place": frozenset({"port", "inland"}), "letters": frozenset({"e", "c1"})},
    {"limit": "number", "start": "date", "places": "list"},
)  # fmt: skip


def parse(text: str) -> grammar.Node:
    return grammar.parse(text, NAMES, "row X")


def test_not_binds_tighter_than_and_and_and_tighter_than_or() -> None:
    tree = parse("NOT a = true AND b = true OR c = true")
    assert isinstance(tree, Either)
    first, second = tree.terms
    assert isinstance(first, All)
    assert isinstance(first.terms[0], Not)
    assert isinstance(second, Compare)


def test_brackets_group() -> None:
    tree = parse("a = true AND (b = true OR c = true)")
    assert isinstance(tree, All)
    assert isinstance(tree.terms[1], Either)


def test_true_alone_always_holds() -> None:
    assert parse("true") == ALWAYS


def test_lists_compare_as_sets() -> None:
    tree = parse("letters = [c1, e]")
    assert isinstance(tree, Compare)
    assert isinstance(tree.right, grammar.Literal)
    assert holds(frozenset({"e", "c1"}), "=", tree.right.value)
    assert not holds(frozenset({"e"}), "=", tree.right.value)


@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
def test_an_ordering_against_none_is_false(op: str) -> None:
    assert not holds(None, op, date(2020, 1, 1))
    assert not holds(date(2020, 1, 1), op, None)
    assert not holds(None, op, None)


def test_a_parameter_and_an_attribute_may_stand_on_the_right() -> None:
    for text in ("n >= @limit", "day < @start", "place in @places", "@limit = 1"):
        assert isinstance(parse(text), Compare)


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a =", "a = maybe", "x = true", "a = true AND", "a = true b = true", "(a = true",
        "a = true)", "n = many", "day > soon", "place = airport", "place in [port]", "NOT",
        "place in port", "letters = {e}", "letters includes z", "a < true", "n > @start",
        "n > @unknown", "place in @limit", "a = true; import os", "__import__('os')",
        "a = true OR OR b = true", "day > 2020-13-01", "letters in {e}", "a = true # note",
        "place includes port",
    ],
)  # fmt: skip
def test_what_is_not_a_condition_is_refused_with_the_row(text: str) -> None:
    with pytest.raises(InputError, match="row X"):
        parse(text)


@given(st.text(max_size=60))
def test_no_text_does_worse_than_a_refusal(text: str) -> None:
    with contextlib.suppress(InputError):
        parse(text)


def test_deep_nesting_is_a_refusal_too() -> None:
    with pytest.raises((InputError, RecursionError)):
        parse("(" * 5000 + "a = true")
