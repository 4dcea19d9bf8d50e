"""Published figures add up as published, are chosen once, and were known no earlier than stated."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.inputs import figures, months, sources
from sojourn.inputs.errors import InputError

DATA = resources.files("sojourn").joinpath("data")
NEW = "population=all_new_system"


def value(series: str, year: int, **dims: str) -> float:
    """The one used value of a calendar year, or of its last day."""
    rows = [
        figure
        for figure in figures.select(series, **dims)  # type: ignore[arg-type]
        if figure.end == date(year, 12, 31)
    ]
    assert len(rows) == 1, (series, year, dims, rows)
    assert rows[0].value is not None
    return rows[0].value


# What one table says is told by another


@pytest.mark.parametrize("year", range(2013, 2024))
def test_decisions_and_endings_add_up_to_finalised_claims(year: int) -> None:
    parts = sum(value(f"rpd.{part}", year) for part in ("accepted", "rejected", "withdrawn"))
    assert parts == value("rpd.finalised", year)


@pytest.mark.parametrize("year", range(2015, 2024))
def test_the_new_system_inventory_grows_by_referrals_less_finalisations(year: int) -> None:
    book = value("rpd.pending", year - 1) + value("referred", year) - value("rpd.finalised", year)
    assert book == pytest.approx(value("rpd.pending", year), rel=0.02)


@pytest.mark.parametrize("series", ["referred", "rpd.accepted", "rpd.rejected", "rpd.finalised"])
def test_countries_add_up_to_the_total_within_what_is_suppressed(series: str) -> None:
    for year in range(2013, 2024):
        rows = [
            f for f in figures.select(series, nationality="*", item="*") if f.start.year == year
            and f.vintage == "irb_rpd_country_2013_2023"
        ]  # fmt: skip
        known = sum(f.value for f in rows if f.value is not None)
        # a country whose every count is suppressed has one row, in `referred`
        hidden = sum(
            f.value is None for f in figures.select("referred", nationality="*", item="*")
            if f.start.year == year and f.vintage == "irb_rpd_country_2013_2023"
        ) + sum(f.value is None for f in rows)  # fmt: skip
        total = value(series, year)
        assert known <= total <= known + 19 * hidden, (year, known, total, hidden)


@pytest.mark.parametrize("year", [2013, 2017, 2019, 2020])
def test_appeals_allowed_and_dismissed_are_the_sums_of_their_outcomes(year: int) -> None:
    for outcome in ("rad.allowed", "rad.dismissed"):
        rows = [f for f in figures.rows(outcome) if f.start.year == year and f.used]
        total = [f.value for f in rows if not f.item]
        parts = [f.value or 0 for f in rows if f.item.startswith("outcome=")]
        assert total == [sum(parts)]
    both = value("rad.allowed", year) + value("rad.dismissed", year, item="")
    assert both == value("rad.finalised", year)


@pytest.mark.parametrize("year", range(2019, 2025))
def test_removals_by_region_add_up_to_all_removals(year: int) -> None:
    regions = [f for f in figures.select("removals", item="*") if f.start == date(year, 1, 1)]
    regions = [f for f in regions if f.period == "year"]
    assert len(regions) == 7
    assert sum(f.value or 0 for f in regions) == value("removals", year)


@pytest.mark.parametrize("year", [2018, 2022])
def test_interceptions_add_up_over_months_and_over_provinces(year: int) -> None:
    of_year = value("interceptions", year, period="year")
    by_month = figures.select("interceptions", start=f"{year}-01", end=f"{year}-12")
    assert [f.start.month for f in by_month] == list(range(1, 13))
    assert sum(f.value or 0 for f in by_month) == of_year
    for month in by_month:
        parts = figures.select(
            "interceptions", province="*", start=month.start, end=month.end, period="month"
        )
        assert sum(f.value or 0 for f in parts) == month.value


def test_offices_of_one_release_add_up_to_its_national_month_within_rounding() -> None:
    release = [f for f in figures.rows("claims") if f.vintage == "IRCC-ODP-2025-07"]
    release = [f for f in release if f.period == "month" and not f.province]
    national = {f.start: f.value or 0 for f in release if not f.item}
    assert len(national) == 127
    low: dict[date, float] = defaultdict(float)
    high: dict[date, float] = defaultdict(float)
    for figure in release:
        if figure.item.startswith("office="):
            # an office cell is published (rounded to 5, or 1 to 5 suppressed) or has its range
            cell = (1, 5) if figure.value is None else (figure.value - 2, figure.value + 2)
            low[figure.start] += cell[0] if figure.low is None else figure.low
            high[figure.start] += cell[1] if figure.high is None else figure.high
    for start, total in national.items():
        assert low[start] - 2 <= total <= high[start] + 2, (start, low[start], total, high[start])


def test_a_year_of_claims_is_the_sum_of_its_months_within_rounding() -> None:
    for year in range(2015, 2025):
        by_month = figures.select("claims", start=f"{year}-01", end=f"{year}-12")
        total = sum(f.value or 0 for f in by_month)
        assert total == pytest.approx(value("claims", year, period="year"), abs=12 * 2.5 + 2.5)


def test_modes_of_entry_add_up_to_the_national_month_within_revisions() -> None:
    # another table and an earlier vintage: 2.5 % at most, 1 % on average
    errors = []
    for month in range(months.parse("2023-01"), months.parse("2024-11") + 1):
        at = months.text(month)
        modes = figures.select("claims", mode="*", start=at, end=at)
        assert len(modes) == 5
        (total,) = figures.select("claims", start=at, end=at)
        errors.append(abs(sum(f.value or 0 for f in modes) / (total.value or 0) - 1))
    assert max(errors) < 0.025
    assert sum(errors) / len(errors) < 0.01


def test_unhcr_applications_by_origin_add_up_to_the_country_total() -> None:
    first = "level=first_instance;application="
    for kind in ("new", "first_instance_before_2007_coding"):
        for total in figures.select("unhcr.applied", nationality="", item=first + kind):
            rows = figures.select(
                "unhcr.applied", nationality="*", item=first + kind, start=total.start,
                end=total.end,
            )  # fmt: skip
            assert sum(f.value or 0 for f in rows) == total.value
    for total in figures.select("unhcr.pending", nationality=""):
        rows = figures.select("unhcr.pending", nationality="*", start=total.start, end=total.end)
        assert sum(f.value or 0 for f in rows) == total.value


@pytest.mark.parametrize("fiscal", [2017, 2018, 2019])
def test_the_pbo_total_is_its_cost_per_person_times_its_cohort(fiscal: int) -> None:
    of_year = [f for f in figures.rows("cost.pbo_2018") if f.used and f.start.year == fiscal]
    (each,) = [f.value for f in of_year if "average cost per" in f.item and "fiscal" in f.item]
    (total,) = [f.value for f in of_year if "total variable cost of cohort" in f.item]
    (cohort,) = [f.value for f in figures.rows("cost.pbo_2018_assumption")
                 if "cohort size" in f.item]  # fmt: skip
    assert each * cohort == pytest.approx(total, abs=50_000)


# One row is used


def test_no_key_has_two_used_rows_in_the_files_read_without_the_loader() -> None:
    seen: dict[tuple[str, ...], str] = {}
    for name in figures.files():
        with DATA.joinpath("figures", name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key = tuple(row[column] for column in figures.COLUMNS[:9])
                if row["used"] == "1":
                    assert key not in seen, (name, seen[key], key)
                    seen[key] = name
    assert len(seen) > 25_000


def test_of_every_conflict_one_row_is_used_and_the_others_say_why_not() -> None:
    count = 0
    for series in figures.series_names():
        for group in figures.conflicts(series):
            count += 1
            assert [f.used for f in group] == [True] + [False] * (len(group) - 1)
            assert all("not used" in f.note or f.note.startswith("erratum:") for f in group[1:])
    assert count > 900


def test_a_row_that_nothing_replaces_is_unused_only_as_an_erratum() -> None:
    used = {figure.key for figure in figures.everything() if figure.used}
    alone = [figure for figure in figures.everything() if figure.key not in used]
    assert alone
    assert all(figure.note.startswith("erratum:") for figure in alone)


def test_office_is_an_item_and_mode_only_where_the_table_states_how_people_entered() -> None:
    rows = figures.rows("claims")
    assert not [f for f in rows if "office=" in f.item and f.mode]
    assert {f.source_id for f in rows if f.mode} == {
        "ircc_tb_2025_03", "CIMM-2022-11-29", "CIMM-2020-STCA", "QP-2025-00016", "PS-2020-03",
    }  # fmt: skip


def test_a_suppressed_cell_is_missing_and_never_zero() -> None:
    cells = [f for f in figures.rows("claims") if "suppressed" in f.note and f.kind == "observed"]
    # sums that count suppressed cells as nothing say so, and are used only where nothing else is
    flagged = [f for f in cells if "lower bound" not in f.note]
    assert len(flagged) > 900
    assert all(f.value is None and f.missing == "suppressed" for f in flagged)


# What was known on a day


def test_november_2023_is_told_by_the_release_of_its_time_and_later_by_the_revision() -> None:
    then = figures.select("claims", "2024-03-31", start="2023-11", end="2023-11")
    now = figures.select("claims", start="2023-11", end="2023-11")
    assert [f.vintage for f in then] == ["IRCC-ODP-2023-11"]
    assert [f.vintage for f in now] == ["IRCC-ODP-2025-07"]
    assert (then[0].value, then[0].low, then[0].high) == (16338, 16330, 16346)
    assert now[0].value == 15910
    assert figures.select("claims", "2025-10-01", start="2023-11", end="2023-11") == now


def test_a_year_whose_only_source_is_a_later_file_is_known_after_the_stated_lag() -> None:
    lag = figures.declared("rpd.finalised").lag_days
    known = date(2018, 12, 31) + timedelta(days=lag)
    before = figures.select("rpd.finalised", known - timedelta(days=1))
    after = figures.select("rpd.finalised", known)
    assert (before[-1].start.year, after[-1].start.year) == (2017, 2018)
    assert after[-1].vintage == "irb_rpd_country_2013_2023"


def test_a_first_press_release_is_what_a_reader_of_the_time_had() -> None:
    then = figures.select("interceptions", "2017-04-30", start="2017-02", end="2017-02",
                          province="QC")  # fmt: skip
    now = figures.select("interceptions", start="2017-02", end="2017-02", province="QC")
    assert (then[0].value, now[0].value) == (432, 452)


MODEL = [name for name in figures.series_names() if figures.declared(name).model]


@settings(deadline=None)
@given(st.sampled_from(MODEL), st.dates(date(2016, 1, 1), date(2027, 12, 31)), st.integers(0, 900))
def test_as_of_sees_nothing_from_later_and_forgets_nothing(
    series: str, day: date, later: int
) -> None:
    asked: dict[str, Any] = {"period": "*", "province": "*" if series == "shelter.occupied" else ""}
    if day < min(figure.available for figure in figures.select(series, used=False, **asked)):
        with pytest.raises(InputError, match="as_of"):
            figures.select(series, day, **asked)
        return
    early = figures.select(series, day, **asked)
    late = figures.select(series, day + timedelta(days=later), **asked)
    assert all(figure.available <= day for figure in early)
    assert len({figure.key for figure in early}) == len(early)
    assert {figure.key for figure in early} <= {figure.key for figure in late}


@pytest.mark.parametrize("series", MODEL)
def test_with_everything_known_as_of_chooses_the_used_rows(series: str) -> None:
    assert figures.select(series, date(2100, 1, 1), period="*") == figures.select(
        series, period="*"
    )


def test_a_figure_is_available_when_its_period_is_over_or_it_is_a_plan() -> None:
    plans = ("projection", "pr.levels", "rpd.target", "rad.target", "rpd.capacity", "rad.capacity",
             "cost.budget", "us.tps_end", "reconstructed")  # fmt: skip
    early = [f for f in figures.everything() if f.available < f.end]
    early = [f for f in early if not f.series.startswith(plans)]
    assert all(re.search("basis=|10 years", f.item + f.note) for f in early)


def test_a_figure_is_not_used_before_its_source_or_its_lag_allows() -> None:
    for figure in figures.everything():
        lag = timedelta(days=figures.declared(figure.series).lag_days)
        source = sources.source(figure.source_id)
        allowed = {source.released, figure.end, figure.start, figure.end + lag}
        if figure.series in ("projection", "event") or figure.kind == "reconstructed":
            continue
        assert figure.available in allowed, figure


def test_as_of_before_the_first_figure_is_refused_with_the_first_day() -> None:
    with pytest.raises(InputError, match=r"as_of.*2010-01-01.*a day from 2015-04-01 for claims"):
        figures.observed("claims", as_of="2010-01-01")


# Asking


def test_without_dimensions_a_model_series_is_its_national_total() -> None:
    frame = figures.observed("claims")
    assert frame.height == 127
    assert frame.columns == list(figures.COLUMNS)
    assert (str(frame["start"][0]), str(frame["end"][-1])) == ("2015-01-01", "2025-07-31")
    assert frame.select("mode", "province", "nationality", "item").unique().rows() == [("",) * 4]
    assert frame["value"].null_count() == 0


@pytest.mark.parametrize("series", MODEL)
def test_every_model_series_answers_without_dimensions(series: str) -> None:
    # shelters are counted city by city: there is no national figure
    where = {"province": "*"} if series == "shelter.occupied" else {}
    assert figures.select(series, **where)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "pattern"),
    [
        (lambda: figures.observed("claim"), "did you mean 'claims'"),
        (lambda: figures.observed("rpd.pendng"), "did you mean 'rpd.pending'"),
        (lambda: figures.observed("claims", colour="red"), "dimension.*colour"),
        (lambda: figures.observed("claims", mode="airprot"), "did you mean 'airport'"),
        (lambda: figures.observed("claims", province="XX"), "province.*XX"),
        (lambda: figures.observed("claims", nationality="Haiti"), "nationality.*Haiti"),
        (lambda: figures.observed("claims", period="week"), "period.*week"),
        (lambda: figures.observed("claims", as_of="yesterday"), "as_of.*YYYY-MM-DD"),
        (lambda: figures.observed("claims", start="2015-13"), "start.*YYYY-MM"),
        (lambda: sources.source("IRCC-ODP-2025"), "source_id.*did you mean 'IRCC-ODP-2025-07'"),
    ],
)
def test_a_wrong_question_is_refused_with_the_nearest_answer(ask, pattern: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=pattern):
        ask()


def test_a_star_gives_the_parts_without_the_total_and_a_list_gives_its_members() -> None:
    parts = figures.select("claims", mode="*", start="2024-01", end="2024-01")
    assert [f.mode for f in parts] == ["airport", "between_ports", "inland", "land_port", "other"]
    some = figures.select("claims", mode=("", "airport"), start="2024-01", end="2024-01")
    assert [f.mode for f in some] == ["", "airport"]


def test_a_frame_holds_every_row_of_every_file() -> None:
    lines = sum(
        DATA.joinpath("figures", name).read_bytes().count(b"\n") - 1 for name in figures.files()
    )
    frame = figures.load()
    assert frame.height == lines == len(figures.everything())
    assert frame["value"].null_count() == frame.filter(frame["missing"] != "").height


def test_counts_under_five_are_not_shown_as_exact() -> None:
    (few,) = figures.select("claims", mode="between_ports", start="2023-04", end="2023-04")
    assert few.value == 1
    masked = figures.shown(few)
    assert (masked.value, masked.low, masked.high, masked.missing) == (None, 1, 4, "suppressed")
    for figure in figures.everything():
        out = figures.shown(figure)
        assert out.value is None or out.unit not in figures.PEOPLE or not 0 < out.value < 5


# Registry and sources


def test_every_declared_series_has_figures_and_words_in_both_languages() -> None:
    held = {figure.series for figure in figures.everything()}
    for name in figures.series_names():
        declared = figures.declared(name)
        assert name in held, name
        assert declared.definition != declared.definition_fr, name
        assert declared.lag_reason != declared.lag_reason_fr, name
        if name not in ("event",):
            assert declared.label != declared.label_fr, name


def test_each_figure_names_a_source_and_each_licence_is_told() -> None:
    text = DATA.joinpath("LICENSES.md").read_text(encoding="utf-8")
    for source in sources.load().values():
        assert source.licence in text, source.licence


def test_the_digest_names_the_data() -> None:
    assert re.fullmatch("[0-9a-f]{64}", figures.digest())
    assert figures.digest() == figures.digest()
