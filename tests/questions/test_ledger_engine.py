"""A statement file is checked against the record; what cannot be checked is refused."""

import pytest

from sojourn.inputs import figures
from sojourn.inputs.errors import InputError
from sojourn.questions import ledger, statements

TEXT = statements.template("claims-2023")


def entry(text: str = TEXT) -> ledger.Entry:
    return ledger.check(statements.Filed(statements.read(text, "s.toml"), "s.toml"))


def published() -> float:
    rows = figures.select("claims", start="2023-01", end="2023-12", period="month")
    return sum(row.value or 0 for row in rows)


def test_the_template_runs_as_it_stands() -> None:
    found = entry()
    assert found.verdict == "supported"
    assert f"{published():,.0f}" in found.accurate()


def test_french_sentences_have_french_numbers() -> None:
    assert f"{published():,.0f}".replace(",", "\xa0") in entry().accurate("fr")


def test_the_verdict_turns_when_the_figure_leaves_the_tolerance() -> None:
    far = TEXT.replace("value = 143000", f"value = {published() * 1.05:.0f}")
    assert entry(far).verdict == "contradicted"


def test_agreeing_about_other_people_is_another_population() -> None:
    changed = TEXT.replace(
        'population = "refugee claimants"\nform', 'population = "people without status"\nform'
    )
    assert entry(changed).verdict == "wrong population"


def test_a_forecast_given_as_what_happened_is_named() -> None:
    changed = TEXT.replace(
        'population = "refugee claimants"    #',
        'form = "forecast"\npopulation = "refugee claimants"    #',
    )
    assert entry(changed).verdict == "forecast given as actual"


def test_a_number_of_the_past_given_as_present_is_outdated() -> None:
    changed = (
        TEXT.replace('start = "2023-01"\nend = "2023-12"', 'start = "2023-01"\nend = "2023-01"')
        .replace('combine = "sum"', 'combine = "one"')
        .replace("value = 143000", f"value = {january()}\nperiod = 'present'")
    )
    assert entry(changed).verdict == "outdated"
    assert entry(changed.replace("\nperiod = 'present'", "")).verdict == "supported"


def january() -> float:
    (row,) = figures.select("claims", start="2023-01", end="2023-01", period="month")
    assert row.value
    return row.value


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('series = "claims"', 'series = "claim"', "did you mean 'claims'"),
        ('start = "2023-01"', 'start = "2093-01"', "at least one figure"),
        ('combine = "sum"', 'combine = "one"', "finds 12"),
        ('kind = "fact"', 'kind = "fact"\nverdict = "supported"', "verdict"),
        ('quantity = "claims_2023"', 'quantity = "claims_2022"', "id of a"),
        ("{claims}", "{claim}", "did you mean 'claims'"),
        ("{claims}", "{claims.low}", "a check with that number"),
        ("{claims}", "{claims:zz}", "decimals"),
        ('said_on = "2025-01-15"', 'said_on = "January"', "said_on"),
        ('kind = "fact"', 'kind = "lie"', "kind"),
        ("tolerance = 0.02", "tolerance = 3", "tolerance"),
        ("value = 143000", 'value = "many"', "value"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_one_line(old: str, new: str, expected: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        entry(TEXT.replace(old, new))
    assert expected in str(caught.value)
    assert "s.toml" in str(caught.value)


def test_a_gap_that_is_filled_is_noticed() -> None:
    with pytest.raises(InputError, match="one stands there now"):
        entry(TEXT.replace('combine = "sum"', 'combine = "sum"\nexpect_none = true'))
