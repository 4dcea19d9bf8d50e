"""Money predicted with the prices of the year before, beside the public accounts."""

from __future__ import annotations

import pytest

from sojourn.inputs import months
from sojourn.questions import public_accounts, validate


@pytest.fixture(scope="module")
def checks() -> dict[str, validate.Check]:
    return {check.check: check for check in public_accounts.checks()}


def test_most_years_of_the_health_programme_are_inside_the_limit(
    checks: dict[str, validate.Check],
) -> None:
    rows = [c for name, c in checks.items() if name.startswith("IFHP spending")]
    assert len(rows) == 8
    assert sum(bool(c.passed) for c in rows) >= 6
    assert all(c.limit == 0.15 for c in rows)


@pytest.mark.parametrize("division", ["RPD", "RAD"])
def test_tribunal_spending_is_inside_the_limit_in_most_years(
    checks: dict[str, validate.Check], division: str
) -> None:
    rows = [c for n, c in checks.items() if n.startswith(f"IRB {division} spending") and c.limit]
    assert len(rows) >= 10
    assert sum(bool(c.passed) for c in rows) >= len(rows) - 1


def test_staff_predicts_better_than_decisions(checks: dict[str, validate.Check]) -> None:
    by_staff, by_decisions = 0.0, 0.0
    for name, check in checks.items():
        if name.endswith(", by decisions"):
            by_decisions += abs(check.error or 0.0)
            by_staff += abs(checks[name.removesuffix(", by decisions")].error or 0.0)
    assert by_staff < by_decisions / 3


def test_published_amounts_are_those_of_the_accounts(checks: dict[str, validate.Check]) -> None:
    assert checks["IRB RPD spending 2023-24"].published == pytest.approx(163_697_502.99)
    assert checks["IRB RPD spending 2016-17"].published == pytest.approx(42_277_010.97)
    assert checks["IFHP spending 2024-25"].published == 896_500_000
    assert checks["IHAP 2023-24"].published == 259_948_780
    assert checks["IRB RAD spending 2018-19"].published == pytest.approx(16_213_445.4)


def test_a_year_is_never_priced_with_itself() -> None:
    """The price used in each fiscal year differs from the one measured in it."""
    one = public_accounts.run()
    first = months.parse("2023-04")
    used = float(one.paths["cost.rpd.per_fte"][one.at(first, first)][0])
    assert used == pytest.approx(134_122_947.73 / 1189, rel=1e-6)
    assert used != pytest.approx(163_697_502.99 / 1368, rel=1e-3)


def test_resettled_refugees_enter_as_counted(checks: dict[str, validate.Check]) -> None:
    assert public_accounts.resettled(months.parse("2023-04")) == 101_593
    assert "resettled refugees as counted" in checks["IFHP spending 2023-24"].note


def test_every_miss_has_its_reason() -> None:
    found = validate.checks(("sojourn.questions.public_accounts:checks",))
    assert validate.unlisted(found) == []


def test_a_year_without_payment_is_told_and_not_divided(checks: dict[str, validate.Check]) -> None:
    check = checks["IHAP 2021-22"]
    assert check.published == 0
    assert check.error is None
    assert check.passed is None
