"""A month is one integer, and text, years and fiscal years follow from it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.inputs import months
from sojourn.inputs.errors import InputError

ANY = st.integers(1900 * 12, 2200 * 12)


@given(ANY)
def test_text_and_integer_are_the_same_month(month: int) -> None:
    assert months.parse(months.text(month)) == month


@given(ANY)
def test_a_month_runs_from_its_first_to_its_last_day(month: int) -> None:
    first, last = months.first_day(month), months.last_day(month)
    assert (first.day, months.of_day(first), months.of_day(last)) == (1, month, month)
    assert (last - first).days in (27, 28, 29, 30)


@given(ANY)
def test_a_fiscal_year_starts_in_april(month: int) -> None:
    start = months.parse_fiscal_year(months.fiscal_year(month))
    assert start % 12 == 3
    assert 0 <= month - start < 12


def test_march_and_april_2024_lie_in_different_fiscal_years() -> None:
    assert months.fiscal_year(months.parse("2024-03")) == "2023-24"
    assert months.fiscal_year(months.parse("2024-04")) == "2024-25"
    assert months.fiscal_year(months.parse("2100-03")) == "2099-00"


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "2024", "24-01", "2024-1", "", "x", None])
def test_anything_but_a_month_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="YYYY-MM"):
        months.parse(text)


@pytest.mark.parametrize("text", ["2023-25", "2023", "2023-4", "2023-2024", "-"])
def test_anything_but_a_fiscal_year_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="YYYY-YY"):
        months.parse_fiscal_year(text)


@pytest.mark.parametrize("text", ["2023-02-29", "2023-1-1", "20230101", "2023-01-01T00"])
def test_anything_but_a_day_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="YYYY-MM-DD"):
        months.parse_day(text)


def test_a_leap_day_is_a_day() -> None:
    assert months.parse_day("2024-02-29") == date(2024, 2, 29)
