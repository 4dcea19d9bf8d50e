"""What is published on arrivals, as arrays: the only input of the reconstruction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import figures, months
from sojourn.inputs.dimensions import MODES, NATIONALITIES, PROVINCES

Array = NDArray[np.float64]

OFFICES = ("airport", "border", "inland", "other")
"""IRCC's offices that book a claim (`item` office=...), which is not the mode of entry."""

AIRPORT, BORDER, INLAND, OTHER = range(4)
LAST = "2025-07"
"""Last month of published national claims."""

SPRING = (date(2025, 1, 1), date(2025, 4, 30))
SUPPRESSED = 3.0
"""Middle of a cell shown as 1 to 5, where such cells are added up."""

_MODES, _NATIONS, _PROVINCES = list(MODES), list(NATIONALITIES), list(PROVINCES)
REST = _NATIONS.index("other")


@dataclass(frozen=True)
class Published:
    """Published claims and interceptions by month; NaN where a cell is not published.

    months [T]; total [T]; office [T, 4] and quebec [T, 4] by OFFICES; province [T, 4, P] likewise;
    interceptions, quebec_interceptions, provinces_interceptions (sum of the provinces published)
    [T]; mode [T, 5] (the monthly table of 2023-24, its own vintage); nationality [T, 13] and its
    suppressed cells; yearly tables by year; between_nationality [13] (referred claims of people
    who entered between ports, February 2017 to September 2022), and the smallest of its top ten.
    """

    months: NDArray[np.int64]
    total: Array
    office: Array
    quebec: Array
    province: Array
    interceptions: Array
    quebec_interceptions: Array
    provinces_interceptions: Array
    interceptions_year: Mapping[int, float]
    quebec_interceptions_year: Mapping[int, float]
    interceptions_province_year: Mapping[int, Array]
    mode: Array
    mode_year: Mapping[int, Array]
    mode_spring_2025: Array
    between_month: Mapping[int, float]
    nationality: Array
    nationality_suppressed: NDArray[np.bool_]
    nationality_year: Mapping[int, Array]
    between_nationality: Array
    between_least: float


def load() -> Published:
    """Published claims and interceptions from the figures, used rows only."""
    span = months.span(months.FIRST, months.parse(LAST))
    at = {month: t for t, month in enumerate(span)}
    claims = [f for f in figures.rows("claims") if f.used]
    by_month = [f for f in claims if f.period == "month" and months.of_day(f.start) in at]
    office = np.full((len(span), len(OFFICES)), np.nan)
    province = np.full((len(span), len(OFFICES), len(PROVINCES)), np.nan)
    total = np.full(len(span), np.nan)
    mode = np.full((len(span), len(MODES)), np.nan)
    nationality = np.full((len(span), len(NATIONALITIES)), np.nan)
    suppressed = np.zeros(nationality.shape, dtype=bool)
    for figure in by_month:
        t = at[months.of_day(figure.start)]
        value = np.nan if figure.value is None else figure.value
        if figure.nationality:
            n = _group(figure.nationality)
            if n == REST:
                value = SUPPRESSED if figure.value is None else value
                nationality[t, n] = np.nansum([nationality[t, n], value])
            else:
                nationality[t, n], suppressed[t, n] = value, figure.value is None
        elif figure.item.startswith("office="):
            o = OFFICES.index(figure.item.removeprefix("office="))
            if figure.province:
                province[t, o, _PROVINCES.index(figure.province)] = value
            else:
                office[t, o] = value
        elif figure.mode:
            mode[t, _MODES.index(figure.mode)] = value
        elif not figure.province and not figure.item:
            total[t] = value
    years: dict[int, Array] = {}
    nations: dict[int, Array] = {}
    for figure in claims:
        if figure.period != "year" or figure.value is None or figure.item or figure.province:
            continue
        year = figure.start.year
        if figure.mode:
            row = years.setdefault(year, np.full(len(MODES), np.nan))
            row[_MODES.index(figure.mode)] = figure.value
        elif figure.nationality and _group(figure.nationality) != REST:
            row = nations.setdefault(year, np.zeros(len(NATIONALITIES)))
            row[_group(figure.nationality)] = figure.value
    counted, in_quebec, parts = _interceptions(span)
    yearly, by_province = _yearly_interceptions()
    quebec_column = _PROVINCES.index("QC")
    yearly_quebec = {
        year: float(row[quebec_column])
        for year, row in by_province.items()
        if np.isfinite(row[quebec_column])
    }
    return Published(
        months=span,
        total=total,
        office=office,
        quebec=province[:, :, _PROVINCES.index("QC")],
        province=province,
        interceptions=counted,
        quebec_interceptions=in_quebec,
        provinces_interceptions=parts,
        interceptions_year=yearly,
        quebec_interceptions_year=yearly_quebec,
        interceptions_province_year=by_province,
        mode=mode,
        mode_year=years,
        mode_spring_2025=_spring(claims),
        between_month=_early_2020(claims),
        nationality=nationality,
        nationality_suppressed=suppressed,
        nationality_year=nations,
        between_nationality=_crossed(),
        between_least=min(_top_ten()),
    )


def _group(code: str) -> int:
    return _NATIONS.index(code) if code in _NATIONS else REST


def _interceptions(span: NDArray[np.int64]) -> tuple[Array, Array, Array]:
    """National, Quebec's and the published provinces' interceptions by month [T]."""
    at = {month: t for t, month in enumerate(span)}
    counted = np.full(len(span), np.nan)
    in_quebec, parts = counted.copy(), counted.copy()
    for figure in figures.rows("interceptions"):
        month = months.of_day(figure.start)
        if figure.period != "month" or month not in at or not _counts(figure):
            continue
        t = at[month]
        if not figure.province:
            counted[t] = figure.value
            continue
        parts[t] = np.nansum([parts[t], figure.value])
        if figure.province == "QC":
            in_quebec[t] = figure.value
    return counted, in_quebec, parts


def _yearly_interceptions() -> tuple[dict[int, float], dict[int, Array]]:
    """Interceptions by year, of Canada and by province [14]."""
    canada: dict[int, float] = {}
    provinces: dict[int, Array] = {}
    for figure in figures.rows("interceptions"):
        if figure.period != "year" or not _counts(figure):
            continue
        if not figure.province:
            canada[figure.start.year] = float(figure.value or 0)
            continue
        row = provinces.setdefault(figure.start.year, np.full(len(PROVINCES), np.nan))
        row[_PROVINCES.index(figure.province)] = figure.value
    return canada, provinces


def _counts(figure: figures.Figure) -> bool:
    return figure.used and figure.value is not None and not figure.item


def _spring(claims: list[figures.Figure]) -> Array:
    """Claims by mode published for January to April 2025 together [5]."""
    out = np.full(len(MODES), np.nan)
    for figure in claims:
        if figure.mode and figure.start == SPRING[0] and figure.end == SPRING[1]:
            out[_MODES.index(figure.mode)] = figure.value
    return out


def _early_2020(claims: list[figures.Figure]) -> dict[int, float]:
    """Claims between ports: January and February 2020 as published, March as what was left.

    Published: 1,177 and 990, and 3,007 interceptions to 19 March, the last day before the orders.
    """
    out = {}
    for figure in figures.rows("arrivals.evidence"):
        if "irregular asylum claims" in figure.item and figure.start.year == 2020:
            out[months.of_day(figure.start)] = float(figure.value or 0)
    for figure in figures.rows("interceptions"):
        if figure.start == date(2020, 1, 1) and figure.period == "other" and not figure.province:
            out[months.parse("2020-03")] = float(figure.value or 0) - sum(out.values())
    return out


def _crossed() -> Array:
    """Referred claims of people who entered between ports, February 2017 to September 2022 [13].

    NaN for groups outside the published top ten; the last cell holds all others.
    """
    out = np.full(len(NATIONALITIES), np.nan)
    for figure in _irregular():
        n = _group(figure.nationality)
        out[n] = np.nansum([out[n], figure.value])
    return out


def _top_ten() -> list[float]:
    """Published numbers of the ten nationalities named in the table."""
    return [float(f.value or 0) for f in _irregular() if f.nationality != "other"]


def _irregular() -> list[figures.Figure]:
    return [
        figure
        for figure in figures.rows("referred")
        if figure.used and figure.nationality and figure.item == "population=irregular"
    ]
