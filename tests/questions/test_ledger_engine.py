"""A statement file is checked against the record; what cannot be checked is refused."""

import pytest

from sojourn.inputs import figures
from sojourn.inputs.errors import InputError
from sojourn.questions import ledger, statement_template, statements

TEXT = statement_template.template("claims-2023")


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


def context(above: float, below: float) -> str:
    return f"""
[[check]]
id = "before"
population = "refugee claimants"
label = "a"
label_fr = "a"
above = {above}
below = {below}
figure = {{ series = "claims", start = "2022-01", end = "2022-12", period = "year" }}
"""


def conditional(above: float, below: float) -> str:
    head, test = TEXT.split("[[check]]", 1)
    test = test.replace('quantity = "claims_2023"', 'quantity = "claims_2023"\ngiven = "before"')
    return head + context(above, below) + "\n[[check]]" + test


def test_a_number_said_under_a_condition_is_tested_only_where_it_held() -> None:
    assert entry(conditional(50_000, 100_000)).verdict == "supported with context"
    assert entry(conditional(100_000, 200_000)).verdict == "cannot be verified"


def test_what_stands_aside_leaves_the_verdict_alone() -> None:
    assert entry(TEXT + context(0, 1e9)).verdict == "supported with context"
    assert entry(TEXT + context(0, 1e9) + "aside = true\n").verdict == "supported"


@pytest.mark.parametrize(
    ("start", "verdict"), [("2023-01", "contradicted"), ("2093-01", "supported")]
)
def test_that_nobody_publishes_a_number_is_a_claim_like_another(start: str, verdict: str) -> None:
    text = (
        TEXT.replace("value = 143000", 'relation = "not_published"')
        .replace('start = "2023-01"\nend = "2023-12"', f'start = "{start}"\noptional = true')
        .replace("{claims}", "no")
    )
    assert entry(text).verdict == verdict


def test_a_month_counts_from_its_last_day_and_a_year_too() -> None:
    day = statements.read(TEXT, "s.toml").model_copy
    assert str(day(update={"said_on": "2024-02"}).day()) == "2024-02-29"
    assert str(day(update={"said_on": "2025"}).day()) == "2025-12-31"
    assert str(day(update={"said_on": "2025-06-03"}).day()) == "2025-06-03"


def stock(value: float, day: str) -> str:
    return f"""
id = "stock"
statement = "s"
statement_fr = "s"
said_by = "s"
said_by_fr = "s"
said_on = "{day}"
reported_in = "s"
explanation = "s"
explanation_fr = "s"
accurate = "s"
accurate_fr = "s"

[[quantity]]
id = "stock"
value = {value}
unit = "persons"
population = "people without status in the United States"
form = "estimate"
period = "present"

[[check]]
id = "pew"
quantity = "stock"
population = "people without status in the United States"
label = "a"
label_fr = "a"
figure = {{ series = "us.without_status", item = "estimator=Pew", nationality = "", \
start = "2022-07", end = "2022-07" }}
""".replace("\\\n", "")


def test_an_estimate_is_known_on_the_day_its_author_publishes_it() -> None:
    """Pew's number for July 2023 came out on 21 August 2025."""
    assert entry(stock(11_800_000, "2025-08-20")).verdict == "supported"
    assert entry(stock(11_800_000, "2025-08-21")).verdict == "outdated"


def test_parts_with_a_range_add_up_to_a_range() -> None:
    (told,) = ledger.ledger("us-ny-wa-750000")
    both = next(item.evidence for item in told.checked if item.check.id == "both")
    assert (both.value, both.low, both.high) == (None, 700_000, 770_000)


def test_the_law_answers_without_an_expectation_as_context() -> None:
    law = """
[[check]]
id = "law"
label = "a"
label_fr = "a"
[check.law]
facts = { date_of_claim = "2025-01-20", came_from_us = true, entry_mode = "airport" }
"""
    told = entry(TEXT + law)
    assert told.verdict == "supported with context"
    assert "S-IRPA" in told.source_ids
    expected = law.replace("[check.law]", '[check.law]\nexpect = "ineligible:e"')
    assert entry(TEXT + expected).verdict == "contradicted"
