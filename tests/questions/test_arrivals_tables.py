"""The tables of docs/arrivals.md are what the code gives today."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.inputs.errors import InputError
from sojourn.questions import arrivals_tables

PAGE = Path(__file__).parents[2] / "docs" / "arrivals.md"


def test_the_page_is_made_from_the_figures() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert arrivals_tables.filled(text) == text


@pytest.mark.parametrize("name", sorted(arrivals_tables.TABLES))
def test_the_page_shows_every_table(name: str) -> None:
    assert f"<!-- table: {name} -->" in PAGE.read_text(encoding="utf-8")


def test_every_table_is_as_wide_as_its_head() -> None:
    for make in arrivals_tables.TABLES.values():
        head, *rest = make()
        assert rest
        assert {len(row) for row in rest} == {len(head)}


def test_an_unknown_mark_is_refused() -> None:
    with pytest.raises(InputError, match="effects"):
        arrivals_tables.filled("<!-- table: nothing -->\n<!-- end -->")
