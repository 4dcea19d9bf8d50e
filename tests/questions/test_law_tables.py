"""docs/law.md holds the law's own tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.inputs.errors import InputError
from sojourn.law.tables import load
from sojourn.questions import law_tables

PAGE = Path(__file__).parents[2] / "docs" / "law.md"


def test_the_page_holds_the_tables_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert law_tables.filled(text) == text


def test_every_table_stands_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- table: {name} -->" in text for name in law_tables.TABLES)


def test_every_rule_has_its_row_with_its_confidence() -> None:
    rows = {row[0]: row[-1] for row in law_tables.rule_rows()[1:]}
    assert rows == {rule.id: rule.confidence for rule in load().rules}


def test_an_unknown_mark_is_refused() -> None:
    with pytest.raises(InputError):
        law_tables.filled("<!-- table: nothing -->\n<!-- end -->")
