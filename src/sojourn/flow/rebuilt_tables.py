"""The rebuilt cells as figures tables, and the gaps between what was published.

`python -m sojourn.flow.rebuilt_tables FOLDER` writes them again; a test holds the shipped ones
equal to that.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sojourn.flow import published
from sojourn.flow.crossings import by_nationality, by_province, joint
from sojourn.flow.published import Published
from sojourn.flow.reconstruct import Array, Cells, by_mode, interceptions
from sojourn.inputs import figures, months
from sojourn.inputs.dimensions import MODES, NATIONALITIES, PROVINCES

MAIN, BY_PROVINCE, GAPS = (
    "reconstructed.csv", "reconstructed-provinces.csv", "reconstructed-gaps.csv"
)  # fmt: skip
AVAILABLE = "2026-08-22"
"""The yearly nationality table (IRCC-ODP-2026-08) is the last source the rules use."""

NOTES = {
    "claims": "fitted to published margins: docs/arrivals.md",
    "interceptions": "shared out of a year or of a part of the provinces: docs/arrivals.md",
}
SOURCES = {"claims": "IRCC-ODP-2025-07", "interceptions": "IRCC-2018-EN"}


def hundredths(cells: Array, totals: Array) -> Array:
    """Cells [T, ...] rounded to 0.01 whose months add up to `totals` [T] exactly."""
    out = np.round(cells, 2)
    flat = out.reshape(len(out), -1)
    for t, total in enumerate(totals):
        flat[t, flat[t].argmax()] += np.round(total - flat[t].sum(), 2)
    return out


def main_rows(pub: Published) -> Iterator[dict[str, str]]:
    """`reconstructed.claims` by month, mode and nationality; `reconstructed.interceptions`.

    Cells that round to 0 with a high under 0.5 are left out.
    """
    cells = joint(pub, by_mode(pub), by_nationality(pub))
    yield from _cells(pub, cells, "nationality", list(NATIONALITIES))
    counted = interceptions(pub)
    for t in np.flatnonzero(~counted.exact):
        bounds = float(counted.low[t]), float(counted.high[t])
        yield _row("interceptions", int(pub.months[t]), float(counted.value[t]), bounds)


def province_rows(pub: Published) -> Iterator[dict[str, str]]:
    """`reconstructed.claims` by month, mode and province of the office."""
    yield from _cells(pub, by_province(pub, by_mode(pub)), "province", list(PROVINCES))


def gap_rows(pub: Published) -> Iterator[dict[str, str]]:
    """`reconstructed.gap`: the first figure less the second wherever two tables differ.

    Monthly claims in the tables of November 2023 and July 2025; the monthly table by mode against
    the national total; a year's modes as published against the rebuilt months; a year's
    nationalities in the two tables.
    """
    used = {f.key: f for f in figures.rows("claims") if f.used}
    for figure in figures.rows("claims"):
        other = used.get(figure.key)
        publisher = figure.source_id.startswith("IRCC-ODP") and figure.kind == "observed"
        if figure.used or not publisher or other is None:
            continue
        if figure.value is not None and other.value is not None and figure.value != other.value:
            tables = f"tables={other.source_id} less {figure.source_id}"
            yield _gap(figure, other.value - figure.value, tables)
    mode = by_mode(pub)
    total = pub.mode.sum(axis=1)
    for t in np.flatnonzero(np.isfinite(total)):
        if pub.total[t] != total[t]:
            first = months.first_day(int(pub.months[t])).isoformat()
            last = months.last_day(int(pub.months[t])).isoformat()
            yield _span_gap(first, last, "", pub.total[t] - total[t],
                            "tables=national total less the sum of the table by mode")  # fmt: skip
    for year, row in sorted(pub.mode_year.items()):
        at = pub.months // 12 == year
        for m, name in enumerate(MODES):
            if at.sum() == 12 and np.isfinite(row[m]):
                gap = row[m] - mode.value[at, m].sum()
                if abs(gap) < 0.5:
                    continue
                yield _span_gap(f"{year}-01-01", f"{year}-12-31", name, gap,
                                "tables=year by mode as published less rebuilt months")  # fmt: skip


def _cells(
    pub: Published, cells: Cells, dimension: str, codes: list[str]
) -> Iterator[dict[str, str]]:
    value = hundredths(cells.value, pub.total)
    for t, month in enumerate(pub.months):
        for m, name in enumerate(MODES):
            for n, code in enumerate(codes):
                if value[t, m, n] or cells.high[t, m, n] >= 0.5:
                    bounds = float(cells.low[t, m, n]), float(cells.high[t, m, n])
                    row = _row("claims", int(month), float(value[t, m, n]), bounds)
                    yield row | {"mode": name, dimension: code}


def _row(series: str, month: int, value: float, bounds: tuple[float, float]) -> dict[str, str]:
    low, high = min(bounds[0], value), max(bounds[1], value)
    return _blank() | {
        "series": f"reconstructed.{series}",
        "start": months.first_day(month).isoformat(),
        "end": months.last_day(month).isoformat(),
        "value": f"{value:.2f}",
        "low": f"{low:.2f}",
        "high": f"{high:.2f}",
        "vintage": SOURCES[series],
        "source_id": SOURCES[series],
        "note": NOTES[series],
    }


def _gap(figure: figures.Figure, gap: float, tables: str) -> dict[str, str]:
    start, end = figure.start.isoformat(), figure.end.isoformat()
    item = f"{figure.item};{tables}" if figure.item else tables
    return _span_gap(start, end, figure.mode, gap, item) | {
        "province": figure.province,
        "nationality": figure.nationality,
    }


def _span_gap(start: str, end: str, mode: str, gap: float, item: str) -> dict[str, str]:
    return _blank() | {
        "series": "reconstructed.gap",
        "start": start,
        "end": end,
        "mode": mode,
        "item": item,
        "value": f"{gap:.2f}",
        "vintage": SOURCES["claims"],
        "source_id": SOURCES["claims"],
    }


def _blank() -> dict[str, str]:
    shared = {"unit": "persons", "kind": "reconstructed", "available": AVAILABLE, "used": "1"}
    return dict.fromkeys(figures.COLUMNS, "") | shared


def write(folder: str | Path) -> None:
    """Write the three tables into `folder`."""
    pub = published.load()
    makers = ((MAIN, main_rows), (BY_PROVINCE, province_rows), (GAPS, gap_rows))
    for name, rows in makers:
        with open(Path(folder) / name, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, figures.COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows(pub))


if __name__ == "__main__":
    write(sys.argv[1])
