"""Claims by nationality and province inside each mode, fitted to published margins.

Margins: claims by mode (`flow.reconstruct`), by citizenship and by province of the office. What
is known of the inside: who crossed between ports from 2017 to 2022, where the RCMP intercepted
them, and the province of each office (docs/arrivals.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.published import AIRPORT, BORDER, INLAND, OTHER, Published
from sojourn.flow.reconstruct import (
    AIR,
    BETWEEN,
    IN,
    LAND,
    REST,
    SUPPRESSED,
    Array,
    Cells,
    share_out,
)
from sojourn.inputs import months
from sojourn.inputs.dimensions import MODES, NATIONALITIES, PROVINCES


def by_nationality(pub: Published) -> Cells:
    """Claims by month and nationality group [T, 13]; rows add up to the national total.

    To November 2023: the monthly table of citizenships (Venezuela and the United States: the
    year's number, by month as other citizenships). 2024: the year's number, by month as the total
    (Mexico: January and February at November's level, before the visa of 29 February). December
    2023 and 2025: last shares known.
    """
    names = list(NATIONALITIES)
    rest, mex = names.index("other"), names.index("MEX")
    value = pub.nationality.copy()
    last = int(np.flatnonzero(np.isfinite(value[:, mex]))[-1])
    table = slice(0, last + 1)
    low, high = value.copy(), value.copy()
    small = pub.nationality_suppressed
    value[small], low[small], high[small] = SUPPRESSED[1], SUPPRESSED[0], SUPPRESSED[2]
    low[table] = np.where(small[table], low[table], np.maximum(value[table] - 2.5, 0.0))
    high[table] = np.where(small[table], high[table], value[table] + 2.5)
    for year in range(2015, 2024):
        at = np.flatnonzero((pub.months // 12 == year) & (np.arange(len(pub.months)) <= last))
        pattern = value[at, rest] / value[at, rest].sum()
        for name in ("USA", "VEN"):
            n = names.index(name)
            value[at, n] = pub.nationality_year[year][n] * len(at) / 12 * pattern
            low[at, n], high[at, n] = 0.5 * value[at, n], 1.6 * value[at, n] + 5
        value[at, rest] -= value[at][:, [names.index("USA"), names.index("VEN")]].sum(axis=1)
        low[at, rest], high[at, rest] = value[at, rest] * 0.97, value[at, rest] * 1.03 + 5
    december = last + 1
    value[december] = value[last] / value[last].sum() * pub.total[december]
    in_2024 = np.flatnonzero(pub.months // 12 == 2024)
    yearly = pub.nationality_year[2024]
    weight = pub.total[in_2024] / pub.total[in_2024].sum()
    for n in range(len(names)):
        months_of = weight * (yearly[n] if n != rest else pub.total[in_2024].sum() - yearly.sum())
        if n == mex:
            before = np.minimum(value[last, mex], 0.4 * yearly[n])
            months_of = share_out(yearly[n], np.r_[before, before, np.full(10, np.nan)], weight)
        value[in_2024, n] = months_of
    late = pub.months >= months.parse("2025-01")
    autumn = np.flatnonzero((pub.months >= months.parse("2024-07")) & ~late)
    shares = value[autumn].sum(axis=0) / value[autumn].sum()
    value[late] = pub.total[late, None] * shares
    after = np.arange(len(pub.months)) > last
    value[:, rest] += pub.total - value.sum(axis=1)
    low[after], high[after] = 0.5 * value[after], 1.6 * value[after] + 5
    exact = np.isfinite(pub.nationality) & ~small
    exact[:, rest] = False
    return Cells(value, np.minimum(low, value), np.maximum(high, value), exact)


def joint(pub: Published, mode: Cells, nationality: Cells) -> Cells:
    """Claims by month, mode and nationality [T, 5, 13], adding up to both margins.

    Proportional fitting from seeds: how much more often a nationality appears among claims
    between ports (published for 2017 to 2022) than among all claims. Land ports take the same
    seed; airports and inland none. Low and high: the same without seeds, and the margins' own.
    In 2025 nationalities are not published: their margin follows the modes of late 2024.
    """
    seed = seeds(pub, nationality)
    fitted = fit(seed, mode.value, nationality.value)
    window = crossing_window(pub)
    goal = crossed_share(pub, nationality)
    goal[-1] = np.nan
    for _ in range(40):
        # until those who crossed in the published window are the published shares
        crossed = fitted[window, BETWEEN].sum(axis=0)
        step = np.where(np.isnan(goal), 1.0, goal * crossed.sum() / np.maximum(crossed, 1.0))
        seed[BETWEEN] *= step
        seed[LAND] *= np.sqrt(step)
        fitted = fit(seed, mode.value, nationality.value, rounds=60)
    # outside the published window the propensities are an assumption: their square root
    seed = np.where(window[:, None, None], seed, np.sqrt(seed))
    fitted = fit(seed, mode.value, nationality.value)
    late = pub.months >= months.parse("2025-01")
    autumn = (pub.months >= months.parse("2024-07")) & ~late
    mix = fitted[autumn].sum(axis=0)
    mix[REST] = mix.sum(axis=0)
    mix = mix / np.maximum(mix.sum(axis=1, keepdims=True), 1e-9)
    fitted[late] = mode.value[late][:, :, None] * mix
    flat = fit(np.ones_like(seed), mode.value, nationality.value)
    low, high = _bounds(mode, nationality, np.minimum(fitted, flat), np.maximum(fitted, flat))
    # who came by land in the surge of 2025 is not published: up to three times the usual share
    high[late, LAND] = np.minimum(3 * fitted[late, LAND], mode.high[late, LAND, None])
    high = np.maximum(high, fitted)
    return Cells(fitted, low, high, np.zeros(fitted.shape, dtype=bool))


def _bounds(mode: Cells, nationality: Cells, least: Array, most: Array) -> tuple[Array, Array]:
    """Low and high of joint cells: two fits, stretched by the ranges of both margins."""

    def reach(cells: Cells, end: Array) -> Array:
        return np.clip(end / np.maximum(cells.value, 1e-9), 0.0, 20.0)

    down = np.minimum(reach(mode, mode.low), 1.0)[:, :, None]
    down = down * np.minimum(reach(nationality, nationality.low), 1.0)[:, None]
    up = np.maximum(reach(mode, mode.high), 1.0)[:, :, None]
    up = up * np.maximum(reach(nationality, nationality.high), 1.0)[:, None]
    return least * down, most * up + 1


def crossing_window(pub: Published) -> NDArray[np.bool_]:
    """Months [T] of the published nationalities of claims between ports."""
    return (pub.months >= months.parse("2017-02")) & (pub.months <= months.parse("2022-09"))


def crossed_share(pub: Published, nationality: Cells) -> Array:
    """Share of each group [13] among those who crossed from February 2017 to September 2022.

    Published for the top ten. A group outside it had fewer than the tenth: it takes half of that,
    or its share of all claims where that is less; the group `other` holds the rest.
    """
    overall = nationality.value[crossing_window(pub)].sum(axis=0)
    overall = overall / overall.sum()
    crossed = pub.between_nationality.copy()
    total = np.nansum(crossed)
    unknown = np.isnan(crossed)
    crossed[unknown] = np.minimum(pub.between_least / 2, total * overall[unknown])
    crossed[-1] = total - crossed[:-1].sum()
    return crossed / total


def seeds(pub: Published, nationality: Cells) -> Array:
    """Propensity [5, 13] of each nationality to come by each mode, relative to all claims."""
    overall = nationality.value[crossing_window(pub)].sum(axis=0)
    relative = crossed_share(pub, nationality) * overall.sum() / np.maximum(overall, 1e-9)
    out = np.ones((len(MODES), len(overall)))
    out[BETWEEN], out[LAND] = relative, relative
    # United States citizens, mostly children of other claimants, come by the land border
    out[LAND, list(NATIONALITIES).index("USA")] = 3.0
    return np.maximum(out, 1e-6)


def fit(seed: Array, rows: Array, columns: Array, rounds: int = 200) -> Array:
    """Proportional fitting of seed [R, C] or [T, R, C] to margins rows [T, R], columns [T, C]."""
    cells = np.broadcast_to(seed, (len(rows), *seed.shape[-2:])).copy()
    for _ in range(rounds):
        cells *= (columns / np.maximum(cells.sum(axis=1), 1e-12))[:, None, :]
        cells *= (rows / np.maximum(cells.sum(axis=2), 1e-12))[:, :, None]
    return cells


def by_province(pub: Published, mode: Cells) -> Cells:
    """Claims by month, mode and province [T, 5, 14], adding up to the modes and, by month, to
    the provinces' published claims scaled to the national total.

    Seeds: airports and inland offices have their own province; land ports that of border
    offices; between ports that of the RCMP's interceptions (Quebec where not published).
    """
    offices = filled_offices(pub)
    provinces = offices.sum(axis=1)
    provinces *= (pub.total / provinces.sum(axis=1))[:, None]
    seed = np.empty((len(pub.months), len(MODES), len(PROVINCES)))
    for m, office in ((AIR, AIRPORT), (LAND, BORDER), (IN, INLAND), (REST, OTHER)):
        seed[:, m] = offices[:, office] + 0.01
    seed[:, BETWEEN] = crossing_provinces(pub) * 100 + 0.01
    value = fit(seed, mode.value, provinces)
    flat = fit(np.ones_like(seed), mode.value, provinces)
    # the province of an office is published; how its claims fall to modes is not
    unsure = np.where(np.isin(np.arange(len(MODES)), (LAND, BETWEEN)), 0.3, 0.05)[:, None]
    low = np.maximum(value * (1 - unsure) - 2.5, 0.0)
    high = value * (1 + unsure) + 2.5 + 0.02 * flat
    return Cells(value, low, high, np.zeros(value.shape, dtype=bool))


def filled_offices(pub: Published) -> Array:
    """Claims by month, office and province [T, 4, 14] with suppressed cells filled.

    All suppressed cells of a month take one number, 1 to 5, that best fills the national total.
    """
    hidden = np.isnan(pub.province)
    count = np.maximum(hidden.sum(axis=(1, 2)), 1)
    left = (pub.total - np.nansum(pub.province, axis=(1, 2))) / count
    fill = np.clip(left, SUPPRESSED[0], SUPPRESSED[2])
    return np.where(hidden, fill[:, None, None], pub.province)


def crossing_provinces(pub: Published) -> Array:
    """Share of arrivals between ports by province [T, 14]: the year's interceptions."""
    out = np.zeros((len(pub.months), len(PROVINCES)))
    codes = list(PROVINCES)
    last = np.zeros(len(PROVINCES))
    last[codes.index("QC")] = 1.0
    for year in range(2015, 2026):
        row = pub.interceptions_province_year.get(year)
        if row is not None and np.nansum(row) > 0:
            last = np.nan_to_num(row) / np.nansum(row)
        out[pub.months // 12 == year] = last
    return out
