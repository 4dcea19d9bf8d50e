"""Benchmarks with tables of their own, read as rows: scale, forecasts, explorer."""

from __future__ import annotations

from benchmarks import forecast, scale, web
from benchmarks.rows import Row, lines_of


def scaling(quick: bool = False) -> list[Row]:
    """Workers, dask and 100,000 members (a fiftieth of the members when quick)."""
    part = 0.02 if quick else 1.0
    found, ratios = scale.table(part)
    lines = lines_of("src/sojourn/inference/workers.py", "src/sojourn/inference/cluster.py")
    rows = [Row(f"{m.members:,} members, {m.what}", m.seconds, "s",
                180.0 * part if m.members == int(100_000 * part) else None,
                lines=lines, note=f"{m.rate:,.0f} members a second, {m.resident:,.0f} MB")
            for m in found]  # fmt: skip
    largest = max(found, key=lambda m: m.members)
    local = ratios[f"two processes over one, {largest.members:,} members"]
    extra = next(ratio for name, ratio in ratios.items() if name.startswith("dask over"))
    return [
        *rows,
        Row(f"{largest.members:,} members, peak memory", largest.resident, "MB", 1000.0),
        Row("Two workers against one", local, "times", 1.8, least=True),
        Row("Dask over local workers", 100 * extra, "%", 15.0),
    ]


def forecasts(quick: bool = False) -> list[Row]:
    """Weighted interval score against the rivals at the same origins, and seconds."""
    del quick  # the rivals' fits are the time, and they need every origin
    found = forecast.measure()
    lines = lines_of("src/sojourn/inference/forecast.py", "src/sojourn/inference/reversion.py")
    ours = found[0]
    rows = [Row(f"{m.model}, all origins", m.seconds, "s", lines=lines if m is ours else None,
                note="mean WIS " + ", ".join(f"{h} months {m.wis[h]:,.0f}" for h in m.wis))
            for m in found]  # fmt: skip
    for h in ours.wis:
        rival = min((m for m in found if m is not ours), key=lambda m: m.wis[h])
        rows.append(Row(f"WIS at {h} months over that of {rival.model}", ours.wis[h] / rival.wis[h],
                        "ratio", 1.0, note="the best of the others"))  # fmt: skip
    return rows


def explorer(quick: bool = False) -> list[Row]:
    """Latency of the explorer while a lever is dragged and at rest, weight of its pages."""
    found, (first, later) = web.measure(8.0, 0.1) if quick else web.measure()
    return [
        *(Row(f"{m.name}, p95", m.p95, "ms", m.limit, note=f"{m.count} requests") for m in found),
        Row("First load, compressed", first / 1e3, "kB", 450.0),
        Row("Later page, compressed", later / 1e3, "kB", 60.0),
    ]
