"""A hindcast reads nothing published later, and says what was handed over."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import pytest

from sojourn.flow import arrivals
from sojourn.inference import hindcast as module
from sojourn.inference import known
from sojourn.inference.hindcast import Hindcast, hindcast
from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError


@lru_cache(maxsize=8)
def made(given: tuple[str, ...] = (), members: int = 16) -> Hindcast:
    return hindcast("2019-06-30", "2020-06", given=given, members=members)


def test_months_are_those_after_the_day():
    assert [months.text(int(m)) for m in made().months[[0, -1]]] == ["2019-07", "2020-06"]


def test_parameter_rows_that_describe_later_months_are_not_read():
    day = date(2019, 6, 30)
    table = known.parameters(parameters.load(), day)
    starts = [row.start for row in table.rows["rpd.capacity"]]
    assert max(starts) == months.parse("2018-01")
    assert known.parameters(parameters.load(), date(2019, 12, 31)).value(
        "rpd.capacity", months.parse("2020-06")
    ) == parameters.load().value("rpd.capacity", months.parse("2019-06"))


def test_law_is_known_from_its_day_and_constants_stay():
    table = known.parameters(parameters.load(), date(2023, 3, 31))
    assert table.value("law.protocol_2023", months.parse("2024-01")) == 1
    before = known.parameters(parameters.load(), date(2023, 2, 28))
    assert before.value("law.protocol_2023", months.parse("2024-01")) == 0
    assert table.rows.keys() == parameters.load().rows.keys()


def test_changing_later_rows_changes_nothing(monkeypatch):
    before = made()
    table = parameters.load()
    later = table.changed("rpd.capacity", months.parse("2020-01"), 1.0)
    later = later.changed("rad.capacity", months.parse("2020-01"), 1.0)
    monkeypatch.setattr(
        module.Scenario, "parameters", lambda self: later
    )  # fmt: skip
    after = hindcast("2019-06-30", "2020-06", members=16)
    for name, values in before.values.items():
        np.testing.assert_array_equal(values, after.values[name])


def test_given_intake_is_the_actual_intake():
    claims = made(("intake",)).values["claims"]
    actual = arrivals.history().claims.sum(axis=(1, 2))
    at = months.parse("2019-07") - months.FIRST
    np.testing.assert_allclose(claims, np.broadcast_to(actual[at : at + 12], claims.shape))
    assert np.ptp(made().values["claims"][:, 5]) > 0


def test_knowing_more_narrows_the_pending_count():
    def width(given: tuple[str, ...]) -> float:
        return float(np.ptp(np.quantile(made(given).values["rpd.pending"][:, -1], [0.1, 0.9])))

    assert width(("intake", "capacity")) < width(("capacity",)) < width(())


def test_figures_compared_came_later_and_inside_the_months():
    for figure, members in made().compared:
        assert figure.end > date(2019, 6, 30)
        assert months.of_day(figure.end) <= months.parse("2020-06")
        assert figure.start > date(2019, 6, 30) or figure.start == figure.end
        assert members.shape == (16,)


def test_what_was_fed_in_is_marked():
    fed = {row["series"]: row["fed"] for row in module.score(made(("intake", "capacity")))}
    assert fed["claims"]
    assert fed["rpd.finalised"]
    assert not fed["rpd.pending"]
    assert not any(row["fed"] for row in module.score(made()))


def test_rows_hold_quantiles_and_what_was_observed():
    rows = module.rows(made(), (0.05, 0.5, 0.95))
    kinds = {row["output_type"] for row in rows}
    assert kinds == {"quantile", "observed"}
    observed = [row for row in rows if row["output_type"] == "observed"]
    assert all(row["source_id"] and row["item"] for row in observed)
    assert {row["origin_date"] for row in rows} == {"2019-06-30"}
    years = module.rows(hindcast("2019-03-31", "2020-03", members=4), (0.5,), fiscal=True)
    assert "2019-20" in {row["date"] for row in years}


def test_cells_add_up_to_the_total():
    split = hindcast("2019-06-30", "2019-12", series=("referred",), members=3, by=("mode",))
    parts = sum(v for key, v in split.values.items() if key.startswith("referred|"))
    np.testing.assert_allclose(parts, split.values["referred"])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"as_of": "2010-01-01", "until": "2011-01"}, "as_of"),
        ({"as_of": "2019-06-30", "until": "2019-06"}, "month"),
        ({"as_of": "2019-06-30", "until": "2049-06"}, "month"),
        ({"as_of": "2019-06-30", "until": "2020-06", "given": ["luck"]}, "given"),
        ({"as_of": "2019-06-30", "until": "2020-06", "series": ["cost"]}, "series"),
        ({"as_of": "2019-06-30", "until": "2020-06", "by": ["payer"]}, "dimension"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, field):
    with pytest.raises(InputError) as caught:
        hindcast(**asked)
    assert caught.value.field == field
