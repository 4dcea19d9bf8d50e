"""Charts hold the numbers given, mark what is assumed, and take the page's colours."""

from __future__ import annotations

import json
import re

import pytest

from sojourn.show import charts

ROWS = [
    {"date": f"20{y}-0{m}", "output_type": kind, "output_type_id": level, "value": value}
    for y in (25, 26)
    for m in (1, 7)
    for kind, level, value in (
        ("mean", "", 100.0), ("quantile", "0.05", 80.0), ("quantile", "0.25", 90.0),
        ("quantile", "0.5", 99.0), ("quantile", "0.75", 110.0), ("quantile", "0.95", 130.0),
    )
]  # fmt: skip


POINTS = charts.wide(ROWS)


def every_chart(lang: str) -> list[charts.Spec]:
    parts = [{"year": 2025, "part": "a", "value": 2e9}, {"year": 2026, "part": "a", "value": 3e9}]
    ranked = [
        {"name": "x", "v": 0.5, "lo": 0.4, "hi": 0.6},
        {"name": "y", "v": 0.1, "lo": 0, "hi": 1},
    ]
    levers = [{"lever": x, "q05": 1.0 * x, "q50": 2.0 * x, "q95": 3.0 * x} for x in (1, 2, 3)]
    return [
        charts.fan(POINTS, lang, observed=[("2025-01", 95.0)], reference=POINTS, since="2025-08",
                   assumed=("court.capacity",), unit="u", title="t", subtitle="s"),
        charts.fan(POINTS, lang, line=False, size=charts.NARROW),
        charts.stack(parts, lang, names={"a": "Part A"}, scale=1e9, since=2026),
        charts.stack(parts, lang, names={"a": "Part A"}, size=charts.NARROW),
        charts.ranking(ranked, lang, label="name", value="v", low="lo", high="hi"),
        charts.lever(levers, lang, target=3.0, found=1.5),
    ]  # fmt: skip


def test_fan_draws_median_quantiles_and_published_points():
    spec = charts.fan(POINTS, "en", observed=[("2025-01", 95.0)])
    first = spec["datasets"]["rows"][0]
    assert first == {
        "date": "2025-01-01", "mid": 99.0, "q05": 80.0, "q25": 90.0, "q75": 110.0,
        "q95": 130.0,
    }  # fmt: skip
    assert spec["datasets"]["observed"] == [{"date": "2025-01-01", "value": 95.0}]


def test_range_only_series_has_no_line():
    spec = charts.fan(POINTS, "en", reference=POINTS, line=False)
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert "line" not in marks
    assert marks.count("area") == 2


def test_assumed_parameters_are_named_on_the_chart():
    text = json.dumps(charts.fan(POINTS, "fr", assumed=("court.capacity",)), ensure_ascii=False)
    assert "supposé : court.capacity" in text


def test_continuation_is_marked():
    assert "projected" in json.dumps(charts.fan(POINTS, "en", since="2025-08"))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_chart_draws_and_takes_the_colours_of_its_page(lang):
    for spec in every_chart(lang):
        drawn = charts.svg(spec)
        assert drawn.startswith("<svg")
        assert "var(--chart-" in drawn
        for role in charts.LIGHT:
            assert f'fill="{role}"' not in drawn
            assert f'stroke="{role}"' not in drawn


def test_file_export_has_literal_colours():
    drawn = charts.svg(charts.fan(POINTS, "en"), charts.LIGHT)
    assert "var(" not in drawn
    assert charts.LIGHT["accent"] in drawn
    assert charts.png(charts.fan(POINTS, "en"), scale=1)[:4] == b"\x89PNG"


def test_same_rows_draw_the_same_bytes():
    assert charts.svg(charts.fan(POINTS, "en")) == charts.svg(charts.fan(POINTS, "en"))


def test_french_axis_has_french_numbers():
    rows = [{**row, "value": row["value"] * 1e5} for row in ROWS]
    drawn = charts.svg(charts.fan(charts.wide(rows), "fr"))
    assert re.search(r"10\s000\s000", drawn)
    assert "10,000,000" not in drawn


def test_labels_do_not_overlap():
    placed = charts.spread([1.0, 1.01, 5.0], 0.5)
    assert placed[1] - placed[0] == pytest.approx(0.5)
    assert placed[2] == 5.0
    assert charts.spread([3.0, 1.0], 0.5) == [3.0, 1.0]


def test_words_of_charts_meet_the_contrast_of_wcag_aa():
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        lin = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    for role, colour in charts.LIGHT.items():
        if role in ("grid", "paper", "c5"):
            continue
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, role


@pytest.mark.parametrize("size", [charts.WIDE, charts.NARROW, (560, 270)])
def test_assumed_names_fit_above_the_chart_and_the_others_are_counted(size):
    names = [f"without_status.{name}" for name in ("departed", "expired", "others", "place")]
    points = [{"date": "2024-07-01", "mid": 1.0, "q05": 0.5, "q95": 2.0}]
    spec = charts.fan(points, "fr", assumed=names, unit="Personnes", size=size)
    title = next(
        layer["encoding"]["y"]["title"] for layer in spec["layer"]
        if layer["encoding"].get("y", {}).get("title")
    )  # fmt: skip
    told = title.count("without_status.")
    assert 1 <= told < len(names)
    assert title.endswith(f"+{len(names) - told}")
    assert told == 1 or 6 * len(title) <= size[0]
