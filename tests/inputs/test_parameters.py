"""A parameter is dated rows: step functions in time, a triangular range across members."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import triang

from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError
from sojourn.inputs.sources import load as load_sources

HEADER = ",".join(parameters.COLUMNS)
GOOD = "a.rate,2015-01,0.3,0.1,0.6,share,assumed,S1,\na.rate,2020-01,0.5,,,share,assumed,S1,\n"


def table(text: str) -> parameters.Parameters:
    return parameters.read((HEADER + "\n" + text).splitlines(), "p.csv")


def test_a_value_holds_until_the_next_row() -> None:
    span = months.span(months.parse("2019-11"), months.parse("2020-02"))
    assert table(GOOD).paths(span)["a.rate"].tolist() == [0.3, 0.3, 0.5, 0.5]


@given(
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.floats(0, 10),
    st.floats(0.001, 10),
    st.floats(0, 1),
)
def test_members_follow_the_triangular_law_of_scipy(u, low, width, share) -> None:
    mode = low + share * width
    ours = parameters.inverse_triangular(
        np.array(u), np.array(low), np.array(mode), np.array(low + width)
    )
    assert ours == pytest.approx(triang.ppf(u, share, loc=low, scale=width), abs=1e-9, rel=1e-9)


def test_an_exact_row_keeps_its_value_in_every_member() -> None:
    paths = table(GOOD).paths(months.span(months.parse("2015-01"), months.parse("2021-01")))
    member = paths.at(np.array([0.01]))
    assert member["a.rate"][0] < 0.3
    assert member["a.rate"][-1] == 0.5


def test_a_change_replaces_all_later_rows() -> None:
    changed = table(GOOD).changed("a.rate", months.parse("2018-06"), 0.2)
    values = changed.paths(months.span(months.parse("2018-05"), months.parse("2022-01")))["a.rate"]
    assert values[0] == 0.3
    assert set(values[1:]) == {0.2}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("a,2015-01,0.3,0.4,0.6,share,assumed,S1,", "low, value, high"),
        ("a,2015-13,0.3,,,share,assumed,S1,", "from"),
        ("a,2015-01,x,,,share,assumed,S1,", "value"),
        ("a,2015-01,nan,,,share,assumed,S1,", "a: got nan"),
        ("a,2015-01,1.3,,,share,assumed,S1,", "a: got 1.3"),
        ("rpd.capacity,2015-01,-3,,,decisions,assumed,S1,", "rpd.capacity: got -3"),
        ("a,2015-01,0.3,,,share,guessed,S1,", "kind"),
        ("a,2015-01,0.3,,,share,assumed,,", "source_id"),
        ("a,2015-01,0.3,,,share", "row"),
        ("a,2015-01,0.3,,,,assumed,S1,", "unit"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(row: str, field: str) -> None:
    with pytest.raises(InputError, match=r"p\.csv line 2") as caught:
        table(row)
    assert field in str(caught.value)


def test_two_rows_of_one_month_are_refused() -> None:
    with pytest.raises(InputError, match="one row for each month"):
        table("a,2015-01,1,,,x,law,S,\na,2015-01,2,,,x,law,S,\n")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"did you mean 'a\.rate'"):
        table(GOOD).rows_of("a.rat")


def test_every_shipped_row_names_a_registered_source() -> None:
    known = set(load_sources())
    missing = {
        (row.name, row.source_id)
        for rows in parameters.load().rows.values()
        for row in rows
        if row.kind in ("observed", "law") and row.source_id not in known
    }
    assert not missing


def test_the_levers_of_the_contract_exist() -> None:
    names = set(parameters.load().rows)
    wanted = {
        *(f"{s}.capacity" for s in ("rpd", "rad", "eligibility", "prra", "removal")),
        *("rpd.members", "pr.levels", "rpd.newest_first", "rpd.newest_first_min_age"),
        *("rpd.at_random", "us.removals", "law.stca", "law.protocol_2023"),
        *("law.one_year_bar", "law.fourteen_day_bar"),
        *(f"arrivals.{m}.factor" for m in ("land_port", "between_ports", "airport", "inland")),
        "arrivals.other.factor",
    }
    assert wanted <= names
