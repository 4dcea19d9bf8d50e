"""Monthly claims by mode of entry, rebuilt from what was published.

One disjoint mapping of (how the person entered, where they claimed, which office booked it):

- `airport`: claims booked at airports;
- `between_ports`: people who entered between ports, wherever they claimed. IRCC booked Quebec's
  at inland offices until February 2018 and at border offices from March 2018;
- `land_port`: other claims booked at land border offices;
- `inland`: other claims booked at inland offices (people who entered with permission earlier);
- `other`: harbours and offices not stated.

National monthly totals are published and kept exactly. Each cell below them that no table gives
is rebuilt by the rules of this module and carries a low and a high value (docs/arrivals.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow.published import AIRPORT, BORDER, INLAND, OTHER, Published
from sojourn.inputs import months
from sojourn.inputs.dimensions import MODES

Array = NDArray[np.float64]

LAND, BETWEEN, AIR, IN, REST = range(5)
"""Order of `dimensions.MODES`."""

BOOKED_AT_BORDER_FROM = months.parse("2018-03")
"""First month in which Quebec's arrivals between ports were booked at border offices."""

PROTOCOL_FROM = months.parse("2023-04")
"""First whole month under the Additional Protocol."""

CLOSED = (months.parse("2020-04"), months.parse("2021-10"))
"""Whole months in which orders closed entry between ports."""

CLOSED_SHARE = 0.3
"""Share of border offices' claims made by people who entered between ports while it was closed.

3,600 in 2020 less the 3,007 intercepted to 19 March, over border claims of April to December.
"""

SUPPRESSED = (1.0, 3.0, 5.0)
"""Low, middle and high of a cell shown as 1 to 5."""

PROXY_ERROR = 0.35
"""Half-width of a month shared out of a yearly total.

`proxy_error` measures 0.09 on 2018 and 2022, when the way was open; it is kept wider because the
years that need it (2019 to 2021) had closings inside them.
"""


@dataclass(frozen=True)
class Cells:
    """Rebuilt cells: `value`, `low`, `high` of one shape, `exact` where a table gives the cell."""

    value: Array
    low: Array
    high: Array
    exact: NDArray[np.bool_]


def share_out(total: float, known: Array, proxy: Array) -> Array:
    """Months of a year [12]: known ones kept, the rest of `total` in proportion to `proxy`."""
    rest = np.isnan(known)
    out = np.where(rest, 0.0, known)
    left = max(total - out.sum(), 0.0)
    weight = np.where(rest, np.maximum(proxy, 1e-9), 0.0)
    return out + left * weight / max(weight.sum(), 1e-9)


def interceptions(pub: Published) -> Cells:
    """People intercepted between ports by month [T]: published months kept, the rest rebuilt.

    Before the Protocol a missing month follows Quebec's count or claims at border offices and
    the year's published total. After it the published provinces are a lower bound.
    """
    known = pub.interceptions
    value, low, high = known.copy(), known.copy(), known.copy()
    border = pub.office[:, BORDER]
    for year in range(2015, 2026):
        at = np.flatnonzero(pub.months // 12 == year)
        if year >= 2023:
            continue
        total = pub.interceptions_year.get(year)
        if total is None and year > 2016:
            # claims per interception of 2019, the only year with both published exactly
            per_claim = pub.interceptions_year[2019] / pub.mode_year[2019][BETWEEN]
            total = pub.mode_year[year][BETWEEN] * per_claim
        if total is None:
            share = pub.interceptions_year[2016] / border[pub.months // 12 == 2016].sum()
            value[at], low[at], high[at] = share * border[at], 0.0, 2 * share * border[at]
            continue
        proxy = np.where(
            np.isnan(pub.quebec_interceptions[at]),
            between_proxy(pub)[at],
            pub.quebec_interceptions[at] * 1.03,
        )
        value[at] = share_out(total, known[at], proxy)
    after = pub.months >= PROTOCOL_FROM
    rest = np.isnan(known) & after
    part = pub.provinces_interceptions
    value[rest] = np.where(np.isnan(part), np.nanmean(part[after]), part)[rest]
    rebuilt = np.isnan(known)
    near = rebuilt & (pub.months >= months.parse("2016-01"))
    low[near] = value[near] * (1 - PROXY_ERROR)
    high[near] = value[near] * (1 + PROXY_ERROR)
    # the provinces held are not all: British Columbia's count is not published after March 2023
    high[rest] = value[rest] * 2
    return Cells(value, low, high, ~rebuilt)


def between_proxy(pub: Published) -> Array:
    """Weight [T] that shares a year's arrivals between ports over its months.

    Claims at border offices above the land ports' usual number (the year's published number of
    land-port claims where there is one, else that of 2019), at least a tenth of them.
    """
    border = pub.office[:, BORDER]
    usual = np.full(border.shape, pub.mode_year[2019][LAND] / 12)
    for year, row in pub.mode_year.items():
        if np.isfinite(row[LAND]) and year <= 2022:
            usual[pub.months // 12 == year] = row[LAND] / 12
    inland = np.where(pub.months < BOOKED_AT_BORDER_FROM, pub.quebec[:, INLAND], 0.0)
    closed = (pub.months >= CLOSED[0]) & (pub.months <= CLOSED[1])
    open_months = np.maximum(border + inland - usual, 0.1 * border)
    return np.where(closed, CLOSED_SHARE * border, open_months)


def by_mode(pub: Published) -> Cells:
    """Claims by month and mode [T, 5]; rows add up to the published national total exactly."""
    between = between_ports(pub)
    land = land_ports(pub, between)
    value = np.empty((len(pub.months), len(MODES)))
    low, high = value.copy(), value.copy()
    other = np.nan_to_num(pub.office[:, OTHER], nan=SUPPRESSED[1])
    tabled = pub.mode[:, REST]
    other = np.where(np.isfinite(tabled), tabled, other)
    value[:, REST], low[:, REST], high[:, REST] = other, np.maximum(other - 2, 0), other + 5
    air = pub.office[:, AIRPORT]
    air = np.nan_to_num(air, nan=SUPPRESSED[1])
    value[:, AIR], low[:, AIR], high[:, AIR] = air, np.maximum(air - 2.5, 0), air + 2.5
    for column, cells in ((BETWEEN, between), (LAND, land)):
        value[:, column], low[:, column], high[:, column] = cells.value, cells.low, cells.high
    value[:, IN] = pub.total - value[:, [LAND, BETWEEN, AIR, REST]].sum(axis=1)
    spread = np.maximum(between.high - between.low, land.high - land.low)
    inland_only = np.nan_to_num(pub.office[:, INLAND])
    before = pub.months < BOOKED_AT_BORDER_FROM
    low[:, IN] = np.maximum(value[:, IN] - np.where(before, spread, spread / 2) - 5, 0.0)
    high[:, IN] = np.minimum(value[:, IN] + spread + 5, np.maximum(inland_only, value[:, IN]) + 10)
    exact = np.zeros(value.shape, dtype=bool)
    exact[:, AIR] = np.isfinite(pub.office[:, AIRPORT])
    return Cells(value, np.minimum(low, value), np.maximum(high, value), exact)


def between_ports(pub: Published) -> Cells:
    """Claims of people who entered between ports [T], wherever they claimed.

    2023 and 2024: the monthly table by mode, scaled to the later national total. 2017, 2018 and
    2022: RCMP interceptions. 2019 to 2021: the year's published number, shared out by month.
    2016: the year's interceptions. 2015: 2016's share. 2025: what the published modes of January
    to April leave.
    """
    counted = interceptions(pub)
    value, low, high = counted.value.copy(), counted.low.copy(), counted.high.copy()
    border = pub.office[:, BORDER]
    for year in (2019, 2020, 2021):
        of_year = pub.months // 12 == year
        known = counted_claims(pub, year)
        for month, claims in pub.between_month.items():
            if month // 12 == year:
                known[month % 12] = claims
        share = share_out(pub.mode_year[year][BETWEEN], known, between_proxy(pub)[of_year])
        width = np.where(np.isfinite(known), 0.1, PROXY_ERROR)
        value[of_year] = share
        low[of_year], high[of_year] = share * (1 - width), share * (1 + width)
    counts = (2017, 2018, 2022)
    exact = np.isin(pub.months // 12, counts) & counted.exact
    low[exact], high[exact] = value[exact] * 0.95, value[exact] * 1.05
    at, scaled, least, most = table_cells(pub, BETWEEN)
    value[at], low[at], high[at] = scaled, least, most
    late = pub.months >= months.parse("2025-01")
    spring = late & (pub.months <= months.parse("2025-04"))
    left = pub.total[spring].sum() - np.nansum(pub.mode_spring_2025)
    value[late] = max(left, 0.0) / 4
    low[late], high[late] = 0.0, np.nanmax(pub.mode[pub.months // 12 == 2024, BETWEEN])
    # a claim between ports is booked at a border or an inland office, so it cannot exceed them
    ceiling = border + np.nan_to_num(pub.office[:, INLAND]) - 10
    return Cells(np.minimum(value, ceiling), low, np.minimum(high, ceiling), np.zeros_like(at))


def table_cells(pub: Published, mode: int) -> tuple[NDArray[np.bool_], Array, Array, Array]:
    """Months of the table by mode, its cells scaled to the later total, and their low and high.

    The last row of the table is cut: land ports there are the year's number less the other
    months', between ports what the month's total leaves.
    """
    table = pub.mode.copy()
    cut = np.flatnonzero(np.isfinite(table[:, IN]) & np.isnan(table[:, LAND]))
    for t in cut:
        year = pub.months // 12 == pub.months[t] // 12
        table[t, LAND] = pub.mode_year[int(pub.months[t]) // 12][LAND] - np.nansum(
            table[year, LAND]
        )
        table[t, REST] = 0.0
        table[t, BETWEEN] = max(pub.total[t] - np.nansum(table[t]), 0.0)
    at = np.isfinite(table[:, mode])
    scale = pub.total[at] / table[at].sum(axis=1)
    width = np.where(np.isin(np.flatnonzero(at), cut), 0.5, 0.02)
    low = np.maximum(table[at, mode] * np.minimum(scale, 1.0) * (1 - width) - 5, 0.0)
    high = table[at, mode] * np.maximum(scale, 1.0) * (1 + width) + 5
    return at, table[at, mode] * scale, low, high


def counted_claims(pub: Published, year: int) -> Array:
    """Claims between ports [12] of months whose interceptions are published, else NaN.

    Interceptions (of Canada, else of Quebec) times the year's claims per interception.
    """
    at = pub.months // 12 == year
    out = np.full(12, np.nan)
    for counts in (pub.quebec_interceptions[at], pub.interceptions[at]):
        total = pub.interceptions_year.get(year, pub.quebec_interceptions_year.get(year))
        if total is not None:
            known = np.isfinite(counts)
            out[known] = counts[known] * pub.mode_year[year][BETWEEN] / total
    return out


def land_ports(pub: Published, between: Cells) -> Cells:
    """Claims at land ports [T]: border offices less the between-ports claims booked there.

    From March 2018 the share of between-ports claims booked at border offices comes from the
    year's published land-port claims; before, Quebec's are taken to be booked inland as far as
    its inland offices' count exceeds its level of 2016.
    """
    border = pub.office[:, BORDER]
    value, low, high = border.copy(), border.copy(), border.copy()
    year_of = pub.months // 12
    for year in range(2018, 2023):
        at = (year_of == year) & (pub.months >= BOOKED_AT_BORDER_FROM)
        row = pub.mode_year.get(year)
        whole = year_of == 2019 if row is None else year_of == year
        claims = pub.mode_year[2019][LAND] if row is None else row[LAND]
        booked = (border[whole].sum() - claims) / between.value[whole].sum()
        rest = np.maximum(border[at] - booked * between.value[at], 0.05 * border[at])
        if row is not None:
            rest = share_out(claims, np.full(int(at.sum()), np.nan), rest)
        value[at] = rest
        low[at], high[at] = rest * (1 - PROXY_ERROR), rest * (1 + PROXY_ERROR)
        high[at] = np.maximum(high[at], rest + 0.1 * between.value[at])
    early = pub.months < BOOKED_AT_BORDER_FROM
    quebec = np.where(np.isnan(pub.quebec_interceptions), between.value, pub.quebec_interceptions)
    quebec = np.minimum(quebec, between.value)
    usual = np.nanmean(pub.quebec[year_of == 2016, INLAND])
    excess = np.clip(pub.quebec[:, INLAND] - usual, 0.0, quebec)
    # at least a tenth of Quebec's border claims are by people who came to the port itself
    at_border = np.minimum(quebec - excess, 0.9 * pub.quebec[:, BORDER])
    at_border = at_border + np.minimum(between.value - quebec, 0.5 * border)
    value[early] = np.maximum(border - at_border, 0.05 * border)[early]
    low[early] = np.maximum(border - between.high, 0.05 * border)[early]
    high[early] = border[early]
    at, scaled, least, most = table_cells(pub, LAND)
    value[at], low[at], high[at] = scaled, least, most
    late = pub.months >= months.parse("2025-01")
    spring = late & (pub.months <= months.parse("2025-04"))
    share = pub.mode_spring_2025[LAND] / border[spring].sum()
    value[late] = share * border[late]
    low[late], high[late] = value[late] * 0.95, border[late] + 5
    return Cells(value, np.minimum(low, value), np.maximum(high, value), at)


def proxy_error(pub: Published) -> float:
    """Error of sharing out a year: 90th percentile of |log| over months that are published.

    The years 2018 and 2022, whose months are all published, are shared out from their totals.
    """
    errors = []
    for year in (2018, 2022):
        at = np.flatnonzero(pub.months // 12 == year)
        at = at[pub.months[at] >= BOOKED_AT_BORDER_FROM]
        known = pub.interceptions[at]
        guess = share_out(known.sum(), np.full(len(at), np.nan), between_proxy(pub)[at])
        errors.append(np.abs(np.log(guess / known)))
    return float(np.quantile(np.concatenate(errors), 0.9))
