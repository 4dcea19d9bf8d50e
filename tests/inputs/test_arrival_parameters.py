"""Numbers of arrivals in the parameter table are the figures they cite, not typed from memory."""

from __future__ import annotations

import pytest

from sojourn.inputs import figures, months, parameters

TABLE = parameters.load()
PREFIXES = ("arrivals.", "event.", "push.", "us.", "without_status.")


def figure(series: str, **wanted: str) -> float:
    """The one used figure with these fields (item: a part of it)."""
    found = [
        f.value
        for f in figures.rows(series)
        if f.used
        and wanted.get("item", "") in f.item
        and all(str(getattr(f, k)) == v for k, v in wanted.items() if k != "item")
    ]
    assert len(found) == 1, (series, wanted, found)
    return found[0]


def test_us_removals_are_those_of_the_fiscal_year() -> None:
    """DHS to FY2021, ICE alone for the three years after, whose DHS total is not held."""
    for row in TABLE.rows_of("us.removals"):
        year = months.year(row.start) + (row.start % 12 >= 9)
        if year <= 2024:
            count = "count=DHS" if year <= 2021 else "count=ICE"
            value = next(
                f.value
                for f in figures.rows("us.removals")
                if f.used and f.item == count and f.end.isoformat() == f"{year}-09-30"
            )
            assert row.value == value, row.start


def test_us_removals_of_2025_are_the_published_count_of_250_days_as_a_year() -> None:
    counted = figure("us.removals", item="removals MPI first 250 days total")
    assert TABLE.value("us.removals", months.parse("2026-01")) == counted / 250 * 365


def test_temporary_residents_are_non_permanent_residents_less_asylum() -> None:
    for row in TABLE.rows_of("without_status.temporary_residents"):
        day = "2021-07-01" if row.start == months.FIRST else f"{months.text(row.start)}-01"
        everyone = figure(
            "stock.statcan_asylum", start=day, item="population=all non-permanent residents"
        )
        asylum = next(
            f.value
            for f in figures.rows("stock.statcan_asylum")
            if f.start.isoformat() == day and f.used and "all non-permanent" not in f.item
        )
        assert row.value == everyone - asylum


def test_interceptions_per_claim_are_the_ratio_of_2024() -> None:
    """The provinces published for 2024, over claims between ports of its months."""
    counted = sum(
        f.value
        for f in figures.rows("interceptions")
        if f.period == "year" and f.start.year == 2024 and f.province and f.used
    )
    claims = sum(
        f.value
        for f in figures.select("claims", mode="between_ports", start="2024-01", end="2024-12")
        if f.value is not None
    )
    row = TABLE.rows_of("arrivals.interceptions_per_claim")[0]
    assert row.value == pytest.approx(counted / claims, rel=0.15)
    assert row.low <= counted / claims <= row.high


def test_every_row_of_arrivals_has_a_source_and_a_reason() -> None:
    from sojourn.inputs import sources

    known = sources.load()
    for name, rows in TABLE.rows.items():
        if name.startswith(PREFIXES):
            for row in rows:
                assert row.source_id in known, name
                assert len(row.note) > 10, (name, row.note)


def test_what_is_assumed_without_a_figure_says_so() -> None:
    for name in (
        "event.one_year_bar.inland", "event.fourteen_day_bar.between_ports", "push.enforcement",
        "event.temporary_residents.elasticity", "event.agreement_none.between_ports",
        "without_status.others", "without_status.expired", "without_status.undetected",
        "without_status.departed", "us.without_status.net",
    ):  # fmt: skip
        assert all(row.kind == "assumed" for row in TABLE.rows_of(name)), name
