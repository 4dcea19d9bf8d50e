"""The reader of figures refuses every row that is not whole, and says which line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.inputs import figure_gaps, figure_table, figures, sources
from sojourn.inputs.errors import InputError

SERIES = ("claims", "rpd.pending")
SOURCES = ("A", "B")
GOOD = {
    "series": "claims", "start": "2024-01-01", "end": "2024-01-31", "mode": "", "province": "QC",
    "nationality": "HTI", "stage": "", "payer": "", "item": "", "value": "10", "low": "8",
    "high": "12", "missing": "", "unit": "persons", "kind": "observed", "available": "2024-03-01",
    "vintage": "A", "source_id": "A", "used": "1", "note": "",
}  # fmt: skip


def table(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(figures.COLUMNS)
    writer.writerows([row[column] for column in figures.COLUMNS] for row in rows)
    return text.getvalue().encode()


def load(raw: bytes) -> tuple[figures.Figure, ...]:
    return figure_table.read(raw, "x.csv", series=SERIES, source_ids=SOURCES)


def many(count: int) -> list[dict[str, str]]:
    provinces = ("QC", "ON", "BC", "AB", "MB", "SK", "NB", "NS")[:count]
    return [{**GOOD, "province": p, "value": str(9 + n % 4)} for n, p in enumerate(provinces)]


def test_a_whole_row_is_read() -> None:
    (figure,) = load(table(GOOD))
    assert (figure.start, figure.value, figure.used) == (date(2024, 1, 1), 10.0, True)
    assert figure.period == "month"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"series": ""}, "series"), ({"series": "claim"}, "series"),
        ({"start": ""}, "start"), ({"start": "2024-13-01"}, "start"), ({"end": "20240131"}, "end"),
        ({"end": "2023-12-31"}, "end"), ({"available": ""}, "available"),
        ({"available": "soon"}, "available"), ({"unit": ""}, "unit"), ({"unit": " "}, "unit"),
        ({"source_id": ""}, "source_id"), ({"source_id": "C"}, "source_id"),
        ({"vintage": ""}, "vintage"), ({"value": ""}, "value"),
        ({"missing": "suppressed"}, "value"), ({"value": "", "missing": "lost"}, "missing"),
        ({"value": "ten"}, "value"), ({"value": "nan"}, "value"), ({"value": "inf"}, "value"),
        ({"value": "1_000"}, "value"), ({"value": "1,000"}, "value"), ({"low": "11"}, "low"),
        ({"high": "9"}, "low"), ({"low": "13"}, "low"), ({"low": "x"}, "low"),
        ({"mode": "road"}, "mode"), ({"province": "Quebec"}, "province"),
        ({"nationality": "Haiti"}, "nationality"), ({"payer": "Ottawa"}, "payer"),
        ({"kind": ""}, "kind"), ({"kind": "guessed"}, "kind"), ({"used": ""}, "used"),
        ({"used": "yes"}, "used"), ({"used": "0"}, "note"), ({"note": "erratum: misprint"}, "used"),
    ],
)  # fmt: skip
def test_a_row_with_a_part_missing_or_wrong_is_refused(change: dict[str, str], field: str) -> None:
    raw = table(*many(2), {**GOOD, "province": "NS", **change})
    with pytest.raises(InputError) as caught:
        load(raw)
    assert caught.value.where == "x.csv line 4"
    assert field in caught.value.field


def test_two_used_rows_of_one_key_are_refused_with_both_lines() -> None:
    raw = table(*many(3), {**GOOD, "value": "11", "source_id": "B"})
    with pytest.raises(InputError, match=r"x\.csv line 5: used: .*line 2"):
        load(raw)
    unused = {**GOOD, "value": "11", "source_id": "B", "used": "0", "note": "B is older"}
    assert len(load(table(*many(3), unused))) == 4


def test_a_missing_value_keeps_its_range() -> None:
    (figure,) = load(table({**GOOD, "value": "", "missing": "not_published"}))
    assert (figure.value, figure.low, figure.high) == (None, 8.0, 12.0)


CORRUPTIONS: dict[str, Callable[[bytes], bytes]] = {
    "encoding": lambda line: line[:30] + b"\xe9" + line[30:],
    "one field less": lambda line: line.replace(b",", b"", 1),
    "one field more": lambda line: line[:-1] + b",\n",
    "quote left open": lambda line: line.replace(b",", b',"', 1),
    "quote inside": lambda line: line.replace(b"persons", b'"per"sons'),
    "semicolons": lambda line: line.replace(b",", b";"),
    "empty": lambda line: b"\n",
    "no unit": lambda line: line.replace(b"persons", b""),
    "other kind": lambda line: line.replace(b"observed", b"0bserved"),
    "no day": lambda line: line.replace(b"2024-03-01", b"2024-03-00"),
    "nul": lambda line: line.replace(b"2024-01-01", b"2024-01\x00-01"),
}


@given(st.sampled_from(sorted(CORRUPTIONS)), st.integers(2, 9))
def test_a_corrupted_line_is_refused_with_its_number(name: str, line: int) -> None:
    lines = table(*many(8)).splitlines(keepends=True)
    lines[line - 1] = CORRUPTIONS[name](lines[line - 1])
    with pytest.raises(InputError) as caught:
        load(b"".join(lines))
    assert caught.value.where == f"x.csv line {line}"


WHOLE = table(*many(8))


@given(st.integers(1, len(WHOLE) - 1))
def test_a_file_cut_within_a_line_is_refused_at_that_line(cut: int) -> None:
    kept = WHOLE[:cut]
    if kept.endswith(b"\n"):
        return
    with pytest.raises(InputError) as caught:
        load(kept)
    assert caught.value.where == f"x.csv line {kept.count(10) + 1}"


@pytest.mark.parametrize("raw", [b"", b"\n", b"a,b\n", WHOLE.replace(b"series", b"serie", 1)])
def test_another_header_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match=r"x\.csv line 1: header"):
        load(raw)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_other_than_by_refusal(raw: bytes) -> None:
    for whole in (raw, WHOLE + raw):
        try:
            read = load(whole)
        except InputError:
            continue
        assert (len(read), whole) == (8, WHOLE)


@pytest.mark.parametrize(
    ("change", "field"),
    [("A,", "row"), ('"",arrivals,t,p,,,,l,', "source_id"), ("A,arrivals,t,,,,,l,", "publisher"),
     ("A,sports,t,p,,,,l,", "topic"), ("A,arrivals,t,p,,2024,,l,", "released"),
     ("A,arrivals,t,p,,,,,", "licence")],
)  # fmt: skip
def test_a_source_with_a_part_missing_is_refused(change: str, field: str) -> None:
    raw = (",".join(sources.COLUMNS) + "\nB,law,t,p,2024,2024-12-31,,l,\n" + change + "\n").encode()
    with pytest.raises(InputError, match=rf"s\.csv line 3: {field}"):
        sources.read(raw, "s.csv")


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        ("2024-01-31", "2024-01-31", "day"), ("2024-02-01", "2024-02-29", "month"),
        ("2024-02-01", "2024-02-28", "other"), ("2024-04-01", "2024-06-30", "quarter"),
        ("2024-02-01", "2024-04-30", "other"), ("2024-01-01", "2024-12-31", "year"),
        ("2023-04-01", "2024-03-31", "fiscal_year"), ("2023-10-01", "2024-09-30", "other"),
        ("2023-01-01", "2024-12-31", "other"),
    ],
)  # fmt: skip
def test_a_period_has_one_kind(first: str, last: str, kind: str) -> None:
    assert figures.period_of(date.fromisoformat(first), date.fromisoformat(last)) == kind


def test_gaps_are_flagged_cells_joined_and_months_that_no_row_gives() -> None:
    def month(m: int, **change: str) -> dict[str, str]:
        end = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31}[m]
        days = {"start": f"2024-{m:02d}-01", "end": f"2024-{m:02d}-{end}"}
        return {**GOOD, "low": "", "high": "", **days, **change}

    hidden = {"value": "", "missing": "suppressed"}
    rows = load(table(month(1), month(2, **hidden), month(3, **hidden), month(4), month(7)))
    found = figure_gaps.find(rows, stocks=False)
    assert [(g.start, g.end, g.period, g.reason) for g in found] == [
        (date(2024, 2, 1), date(2024, 3, 31), "month", "suppressed"),
        (date(2024, 5, 1), date(2024, 6, 30), "month", "no row"),
    ]
    assert figure_gaps.find(load(table(month(1), month(2))), stocks=False) == ()


def test_a_stock_not_counted_for_over_thirteen_months_has_a_gap() -> None:
    def day(text: str) -> dict[str, str]:
        return {**GOOD, "series": "rpd.pending", "start": text, "end": text}

    rows = load(table(day("2019-12-31"), day("2020-12-31"), day("2022-03-31")))
    (gap,) = figure_gaps.find(rows, stocks=True)
    assert (gap.start, gap.end) == (date(2021, 1, 1), date(2022, 3, 30))
    assert figure_gaps.find(rows, stocks=False) == ()
