"""Arrivals: published totals kept, splits rebuilt and flagged, a stated continuation."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sojourn.flow import arrivals, crossings, published, rebuilt_tables, reconstruct
from sojourn.flow.reconstruct import AIR, BETWEEN, IN, LAND, REST
from sojourn.inputs import figures, months, parameters
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError

SPAN = months.span(months.FIRST, months.parse("2030-12"))
FOLDER = Path(arrivals.__file__).parents[1] / "data" / "figures"


@pytest.fixture(scope="module")
def pub() -> published.Published:
    return published.load()


@pytest.fixture(scope="module")
def mode(pub):
    return reconstruct.by_mode(pub)


@pytest.fixture(scope="module")
def nationality(pub):
    return crossings.by_nationality(pub)


@pytest.fixture(scope="module")
def paths() -> parameters.Paths:
    return parameters.load().paths(SPAN)


def at(text: str) -> int:
    return months.parse(text) - months.FIRST


def test_national_totals_are_the_published_ones_exactly(paths) -> None:
    claims = arrivals.intake(paths).claims.sum(axis=(1, 2))
    rows = figures.select("claims", start="2015-01", end="2025-07", period="month")
    assert len(rows) == 127
    for figure in rows:
        t = months.of_day(figure.start) - months.FIRST
        assert claims[t] == pytest.approx(figure.value, abs=1e-6)


def test_the_shipped_tables_are_what_the_rules_give(tmp_path) -> None:
    rebuilt_tables.write(tmp_path)
    for name in (rebuilt_tables.MAIN, rebuilt_tables.BY_PROVINCE, rebuilt_tables.GAPS):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


def test_every_rebuilt_cell_is_flagged_and_has_low_and_high() -> None:
    for name in (rebuilt_tables.MAIN, rebuilt_tables.BY_PROVINCE):
        with open(FOLDER / name, encoding="utf-8") as file:
            for row in csv.DictReader(file):
                assert row["kind"] == "reconstructed"
                assert float(row["low"]) <= float(row["value"]) <= float(row["high"])


def test_modes_add_up_to_the_national_total_every_month(pub, mode) -> None:
    assert np.allclose(mode.value.sum(axis=1), pub.total, atol=1e-9)
    assert mode.value.min() >= 0
    assert np.all(mode.low <= mode.value)
    assert np.all(mode.value <= mode.high)


def test_airport_claims_are_the_airport_offices_published(pub, mode) -> None:
    known = np.isfinite(pub.office[:, published.AIRPORT])
    assert np.allclose(mode.value[known, AIR], pub.office[known, published.AIRPORT])


@pytest.mark.parametrize("year", [2019, 2020, 2021])
def test_years_published_by_mode_are_kept_exactly(pub, mode, year) -> None:
    months_of = pub.months // 12 == year
    for column in (LAND, BETWEEN):
        assert mode.value[months_of, column].sum() == pytest.approx(pub.mode_year[year][column])


def test_months_published_by_mode_are_kept_but_for_the_later_national_total(pub, mode) -> None:
    whole = np.isfinite(pub.mode[:, LAND])
    scale = pub.total[whole] / pub.mode[whole].sum(axis=1)
    assert np.all(np.abs(scale - 1) < 0.025)
    for column in (LAND, BETWEEN):
        assert np.allclose(mode.value[whole, column], pub.mode[whole, column] * scale)


def test_interceptions_published_for_a_month_or_a_year_are_kept(pub) -> None:
    counted = reconstruct.interceptions(pub)
    known = np.isfinite(pub.interceptions)
    assert known.sum() == 41
    assert np.array_equal(counted.value[known], pub.interceptions[known])
    for year in (2016, 2017, 2018, 2019, 2022):
        total = counted.value[pub.months // 12 == year].sum()
        assert total == pytest.approx(pub.interceptions_year[year], rel=0.002)


def test_arrivals_booked_inland_in_quebec_count_as_between_ports(pub, mode) -> None:
    t = at("2017-08")
    assert pub.interceptions[t] == 5712
    assert pub.office[t, published.BORDER] == 1015
    assert mode.value[t, BETWEEN] == 5712
    assert mode.value[t, IN] < pub.office[t, published.INLAND] - 5000


def test_citizenships_published_for_a_month_are_kept_within_rounding(pub, nationality) -> None:
    kept = [n for n, code in enumerate(NATIONALITIES) if code not in ("USA", "VEN", "other")]
    known = np.isfinite(pub.nationality[:, kept])
    assert known.sum() > 1000
    gap = np.abs(nationality.value[:, kept] - pub.nationality[:, kept])[known]
    assert gap.max() <= 2.5
    assert np.allclose(nationality.value.sum(axis=1), pub.total, atol=1e-9)


def test_years_of_venezuela_and_the_united_states_are_the_published_ones(pub, nationality) -> None:
    for code in ("VEN", "USA"):
        n = list(NATIONALITIES).index(code)
        for year in range(2015, 2023):
            total = nationality.value[pub.months // 12 == year, n].sum()
            assert total == pytest.approx(pub.nationality_year[year][n])


def test_joint_cells_add_up_to_modes_and_to_nationalities(pub, mode, nationality) -> None:
    cells = crossings.joint(pub, mode, nationality)
    assert np.allclose(cells.value.sum(axis=2), mode.value, atol=0.01)
    before = pub.months < months.parse("2025-01")
    gap = np.abs(cells.value.sum(axis=1) - nationality.value)[before]
    assert gap.max() < 0.5


def test_those_who_crossed_from_2017_to_2022_have_the_published_nationalities(pub) -> None:
    """At least those referred by then, and the published shares of all who crossed."""
    claims = arrivals.history().claims[crossings.crossing_window(pub), BETWEEN].sum(axis=0)
    scale = claims.sum() / np.nansum(pub.between_nationality)
    assert 1.0 < scale < 1.35
    for n, code in enumerate(NATIONALITIES):
        if np.isfinite(pub.between_nationality[n]) and code != "other":
            assert claims[n] >= pub.between_nationality[n], code
            assert claims[n] == pytest.approx(pub.between_nationality[n] * scale, rel=0.06), code


def test_provinces_add_up_to_modes_and_to_their_own_offices(pub, mode) -> None:
    cells = crossings.by_province(pub, mode)
    assert np.allclose(cells.value.sum(axis=2), mode.value, atol=0.01)
    offices = crossings.filled_offices(pub).sum(axis=1)
    scale = pub.total / offices.sum(axis=1)
    assert np.all(np.abs(scale - 1) < 0.05)
    assert np.allclose(cells.value.sum(axis=1), offices * scale[:, None], atol=1.0)


def test_a_gap_between_two_vintages_is_a_row() -> None:
    rows = [
        f
        for f in figures.rows("reconstructed.gap")
        if f.start.isoformat() == "2018-02-01" and f.item.startswith("office=border")
    ]
    assert [f.value for f in rows] == [25.0]


def test_a_total_that_differs_from_the_sum_by_mode_is_a_row(pub) -> None:
    rows = {
        f.start: f.value
        for f in figures.rows("reconstructed.gap")
        if "sum of the table by mode" in f.item
    }
    t = at("2023-06")
    assert rows[months.first_day(SPAN[t])] == pub.total[t] - pub.mode[t].sum()


def test_sharing_out_a_year_errs_less_than_the_stated_width(pub) -> None:
    assert 0 < reconstruct.proxy_error(pub) < reconstruct.PROXY_ERROR


def test_the_published_shares_of_early_2020_agree_with_the_rebuilt_cells(pub) -> None:
    """Haiti, Nigeria, Colombia and Pakistan between ports in January and February 2020."""
    claims = arrivals.history().claims[at("2020-01") : at("2020-02") + 1, BETWEEN].sum(axis=0)
    assert claims.sum() == pytest.approx(2167, abs=1)
    for figure in figures.rows("claims"):
        named = figure.nationality in NATIONALITIES and figure.nationality != "other"
        if figure.source_id == "PS-2020-03" and named:
            cell = claims[list(NATIONALITIES).index(figure.nationality)]
            assert 0.3 * figure.value < cell < 3 * figure.value, figure.nationality


def test_draws_leave_observed_months_alone(paths) -> None:
    u = np.random.default_rng(1).random((5, len(paths.names)))
    seen = len(arrivals.history().months)
    for row in u:
        claims = arrivals.intake(paths.at(row)).claims
        assert np.array_equal(claims[:seen], arrivals.history().claims)


def test_deviations_multiply_future_months_only(paths) -> None:
    deviations = np.full((len(SPAN), len(MODES)), np.log(2.0))
    plain, doubled = arrivals.intake(paths), arrivals.intake(paths, deviations)
    seen = len(arrivals.history().months)
    assert np.array_equal(plain.claims[:seen], doubled.claims[:seen])
    assert np.allclose(doubled.claims[seen:], 2 * plain.claims[seen:])


def test_a_factor_scales_its_mode_from_its_month(paths) -> None:
    table = parameters.load().changed("arrivals.airport.factor", months.parse("2027-01"), 0.5)
    plain, less = arrivals.intake(paths), arrivals.intake(table.paths(SPAN))
    start = at("2027-01")
    assert np.allclose(less.claims[start:, AIR], 0.5 * plain.claims[start:, AIR])
    assert np.array_equal(less.claims[:start], plain.claims[:start])
    others = [LAND, BETWEEN, IN, REST]
    assert np.array_equal(less.claims[:, others], plain.claims[:, others])


def test_levels_of_airports_and_inland_offices_follow_their_stated_rule(mode) -> None:
    table = parameters.load()
    for column, name in ((AIR, "airport"), (IN, "inland")):
        row = table.rows_of(f"arrivals.{name}.level")[0]
        series = mode.value[:, column]
        quarters = [series[i : i + 3].sum() * 4 for i in range(len(series) - 12, len(series) - 2)]
        assert row.value == pytest.approx(2 * series[-6:].sum(), rel=0.01)
        assert row.low == pytest.approx(min(quarters), rel=0.01)
        assert row.high == pytest.approx(series[-12:].sum(), rel=0.01)


def test_the_level_of_land_ports_follows_lacolle_since_august_2025(mode) -> None:
    from sojourn.flow.onward import lacolle_2025

    lacolle = lacolle_2025()
    elsewhere = (mode.value[at("2025-01") : at("2025-07") + 1, LAND] - lacolle[:7]).mean()
    assert 0.75 * 454 < elsewhere < 1.25 * 454
    level = parameters.load().value("arrivals.land_port.level", months.parse("2025-08"))
    january = next(f.value for f in figures.rows("claims") if f.source_id == "lacolle_2026_02")
    assert level == pytest.approx(12 * (np.mean([838, january]) + 454), rel=0.03)


def test_months_before_2015_are_refused() -> None:
    early = parameters.load().paths(months.span(months.parse("2014-01"), months.parse("2016-01")))
    with pytest.raises(InputError, match="2015-01"):
        arrivals.intake(early)


def test_months_with_a_gap_are_refused() -> None:
    holed = parameters.load().paths(np.array([months.FIRST, months.FIRST + 2]))
    with pytest.raises(InputError, match="gap"):
        arrivals.intake(holed)


def test_provinces_share_out_every_claim() -> None:
    shares = arrivals.province_shares(SPAN)
    assert np.allclose(shares.sum(axis=2), 1.0)
    assert shares.min() >= 0
    later = slice(len(arrivals.history().months), None)
    assert np.array_equal(shares[later][0], shares[later][-1])


def test_provinces_of_a_published_month_are_the_offices_own(pub) -> None:
    """Quebec in August 2017: 5,635 of its claims were booked inland, 290 at border offices."""
    t, quebec = at("2017-08"), 4
    claims = arrivals.history().claims[t].sum(axis=1) @ arrivals.province_shares(SPAN)[t]
    published_there = np.nansum(pub.quebec[t])
    assert claims[quebec] == pytest.approx(published_there, rel=0.01)


def sums(vintage: str, part: str) -> dict[object, tuple[float, float, float]]:
    """By month: sum of the published cells of one split, cells, and suppressed cells."""
    out: dict[object, tuple[float, float, float]] = {}
    for figure in figures.rows("claims"):
        if figure.source_id != vintage or figure.period != "month" or figure.kind != "observed":
            continue
        split = {
            "nationality": bool(figure.nationality),
            "province": bool(figure.province) and not figure.item,
            "office": figure.item.startswith("office=") and not figure.province,
            "office and province": figure.item.startswith("office=") and bool(figure.province),
            "outside": figure.item == "place=outside_canada",
        }
        if split[part]:
            value, count, hidden = out.get(figure.start, (0.0, 0.0, 0.0))
            hidden += figure.value is None
            out[figure.start] = (value + (figure.value or 0.0), count + 1, hidden)
    return out


@pytest.mark.parametrize(
    ("vintage", "parts"),
    [
        ("IRCC-ODP-2023-11", ("nationality", "office")),
        ("IRCC-ODP-2023-11", ("province", "office")),
        ("IRCC-ODP-2025-07", ("office and province", "office")),
    ],
)
def test_splits_of_one_vintage_add_up_to_each_other_within_rounding(vintage, parts) -> None:
    """Cells are rounded to 5 and cells of 1 to 5 are hidden, so a sum can miss by both."""
    first, second = (sums(vintage, part) for part in parts)
    outside = sums(vintage, "outside")
    shared = sorted(set(first) & set(second))
    assert len(shared) >= 107
    for month in shared:
        (a, n, hidden), (b, m, also) = first[month], second[month]
        extra = outside.get(month, (0.0, 0.0, 0.0)) if parts[0] == "province" else (0.0, 0.0, 0.0)
        room = 2.5 * (n + m) + 5 * (hidden + also + extra[2])
        assert abs(a + extra[0] - b) <= room, month


# several runs


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rpd.capacity", 80_000.0),
        ("law.stca", 0.0),
        ("us.removals", 9e5),
        ("event.mexico_visa", 0.0),
        ("us.protection_ended.VEN", 0.9),
        ("arrivals.managed_intake", 12_000.0),
        ("arrivals.inland.factor", 1.5),
    ],
)
def test_claims_of_several_runs_are_those_of_each_alone_to_the_byte(name, value):
    paths = parameters.load().changed(name, months.parse("2027-01"), value).paths(SPAN)
    drawn = [paths.at(np.full(len(paths.names), u)) for u in (0.2, 0.7)]
    beside = arrivals.intake(replace(paths, value=np.stack([d.value for d in drawn], axis=1)))
    for i, own in enumerate(drawn):
        alone, one = arrivals.intake(own), beside.one(i)
        assert one.claims.tobytes() == alone.claims.tobytes()
        assert one.interceptions.tobytes() == alone.interceptions.tobytes()
        for mode in range(alone.claims.shape[1]):
            assert one.of_mode(mode).tobytes() == alone.of_mode(mode).tobytes()
            assert np.allclose(one.of_mode(mode), one.claims[:, mode].sum(axis=1))
