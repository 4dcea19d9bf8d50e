"""The report and the yearly table say what the members say, in both languages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import resources

import pytest
from babel.messages.extract import extract_from_dir

from sojourn.inputs.scenario import Scenario
from sojourn.show import blocks, cells, i18n, report, sentences
from sojourn.show.cells import Cell
from sojourn.show.cli import yearly
from sojourn.show.i18n import catalogue


def pages(result, lang="en"):
    scenario = Scenario.load("baseline")
    return report.Pages(scenario, result, result.over("year"), result.record, lang, "year")


@pytest.fixture(scope="module", params=["en", "fr"])
def page(request, result):
    return request.param, report.html(pages(result, request.param))


def test_cells_hold_what_the_members_hold(result, put_in):
    found = cells.cells(result.over("year").table())
    got = found[cells.key("claims")]["2030"]
    months = range(15 * 12, 16 * 12)
    members = sorted(sum(put_in(0, t, m) for t in months) for m in range(21))
    assert got.mean == pytest.approx(sum(members) / 21)
    assert got.low == pytest.approx(members[1])
    assert got.high == pytest.approx(members[19])
    stock = found[cells.key("rpd.pending")]["2030"]
    assert stock.mean == pytest.approx(put_in(3, 15 * 12 + 11, 10))


def test_table_shows_published_beside_modelled(result, capsys, monkeypatch):
    from sojourn.show.cli.emit import show

    monkeypatch.setenv("COLUMNS", "140")
    show(yearly.yearly(cells.of_result(result.over("year")), "en", "Baseline"))
    shown = capsys.readouterr().out
    assert "published" in shown
    assert "171,835" in shown  # claims of 2024 as published
    assert re.search(r"2030\s+[\d,]+", shown)


def test_report_is_one_file_that_asks_for_nothing(page):
    _, text = page
    assert not re.search(r"<(?:link|script|img|iframe)\b", text)
    assert "@import" not in text
    assert "url(" not in text.replace("url(#", "")


def test_report_says_its_language_and_leaves_no_english_in_french(page):
    lang, text = page
    assert f'<html lang="{lang}">' in text
    assert ("Run record" in text) == (lang == "en")
    assert ("Fiche d&#39;exécution" in text) == (lang == "fr")


def test_every_chart_of_the_report_has_a_table_and_a_text_alternative(page):
    _, text = page
    figures = re.findall(r"<figure>.*?</figure>", text, re.S)
    assert len(figures) >= 8
    for figure in figures:
        assert 'role="img" aria-label="' in figure
    assert text.count("<details") >= len(figures)


def test_report_is_well_formed(page):
    class Balance(HTMLParser):
        void = ("meta", "br", "hr", "link", "input", "img", "path", "line", "rect", "circle")

        def __init__(self):
            super().__init__()
            self.open = []

        def handle_starttag(self, tag, attrs):
            if tag not in self.void:
                self.open.append(tag)

        def handle_endtag(self, tag):
            if tag not in self.void:
                assert self.open.pop() == tag

    parser = Balance()
    parser.feed(page[1])
    assert parser.open == []


def test_every_source_named_in_the_report_is_listed(page):
    _, text = page
    for name in re.findall(r'href="#(source-[^"]+)"', text):
        assert f'id="{name}"' in text


def test_people_without_status_never_get_one_number(page):
    lang, text = page
    word = "between" if lang == "en" else "entre"
    assert re.search(rf"{word} [\d\s,\u00a0]+ (and|et) [\d\s,\u00a0]+ p", text)


def test_scenario_text_is_escaped(result):
    scenario = Scenario(
        "x", "<script>alert(1)</script>", "x", "<b>", "x", "r", "", ()
    )  # fmt: skip
    made = report.Pages(scenario, result, result.over("year"), result.record, "en", "year")
    text = report.html(made)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.slow
def test_writing_twice_gives_the_same_bytes(result, tmp_path):
    for name in ("a", "b"):
        report.write(str(tmp_path / name), pages(result), result.table())
    for file in ("report.html", "rows.csv", "rows.parquet", "years.csv", "record.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_every_message_of_the_templates_has_its_french():
    folder = str(resources.files("sojourn").joinpath("show"))
    found = {
        message
        for _, _, message, _, _ in extract_from_dir(
            folder, [("**.html", "jinja2.ext:babel_extract")]
        )
    }
    assert found
    missing = found - set(catalogue.french())
    assert missing == set()
    unused = set(catalogue.french()) - found
    assert unused == set()


def test_sentences_round_to_three_figures_and_carry_their_interval():
    cell = Cell(mean=123456.0, quantiles={0.05: 100400.0, 0.95: 150600.0})
    assert sentences.state("claims", cell, "2030", "en") == (
        "123,000 claims are made in 2030 (90%: 100,000 to 151,000)."
    )
    assert sentences.state("claims", cell, "2030", "fr") == (
        "123\u00a0000 demandes sont présentées en 2030"
        " (90\u00a0%\u00a0: de 100\u00a0000 à 151\u00a0000)."
    )


def test_every_series_can_be_said_in_both_languages():
    cell = Cell(mean=0.5, quantiles={0.05: 0.4, 0.95: 0.6})
    from sojourn.inputs.series import SERIES

    for name in SERIES:
        texts = {sentences.state(name, cell, "2030", lang) for lang in ("en", "fr")}
        assert len(texts) == 2
        assert all("2030" in text and "{" not in text for text in texts)


def test_every_series_but_cost_has_its_place_in_the_report():
    from sojourn.inputs.series import SERIES

    assert set(blocks.ORDER) == set(SERIES) - {"cost"}


@pytest.mark.parametrize(
    ("value", "en", "fr"),
    [
        (950.0, "$950", "950 $"),
        (-1.24e6, "-$1.2 million", "-1,2 million $"),
        (3.456e9, "$3.46 billion", "3,46 milliards $"),
        (999_600.0, "$1.0 million", "1,0 million $"),
        (None, "–", "–"),
    ],
)
def test_money_is_said_in_each_language(value, en, fr):
    assert i18n.money(value, "en") == en
    assert i18n.money(value, "fr").replace("\u00a0", " ") == fr


def test_numbers_are_those_of_babel_in_both_languages():
    from babel.numbers import format_decimal

    for value in (0, -0.0, 5, 999.5, 1234.0, -1234567.891, 0.125, 1e9):
        for digits in (0, 1, 2):
            pattern = "#,##0" + ("." + "0" * digits if digits else "")
            for lang in ("en", "fr"):
                locale = i18n.LOCALES[lang]
                wanted = format_decimal(round(value, digits) or 0, format=pattern, locale=locale)
                assert i18n.number(value, lang, digits) == wanted


def test_difference_says_higher_lower_or_none():
    for mean, words in ((-5000.0, "5,000 lower under B"), (5000.0, "5,000 higher under B")):
        cell = Cell(mean=mean, quantiles={0.05: mean - 10, 0.5: mean, 0.95: mean + 10})
        assert words in sentences.difference("claims", cell, "2030", "en", "B", "A")
    same = Cell(mean=0.0, quantiles={0.05: 0.0, 0.5: 0.0, 0.95: 0.0})
    assert "no difference" in sentences.difference("claims", same, "2030", "en", "B", "A")
    assert "aucune différence" in sentences.difference("claims", same, "2030", "fr", "B", "A")
    ranged = Cell(quantiles={0.05: -10.0, 0.95: 20.0})
    assert "between -10 and 20" in sentences.difference(
        "without_status", ranged, "2030", "en", "B", "A"
    )


def test_cells_from_the_summary_are_those_of_the_table(result):
    for one in (result, result.over("year")):
        fast, slow = cells.of_result(one), cells.cells(one.table())
        assert fast.keys() == slow.keys()
        for key, by_date in slow.items():
            assert set(fast[key]) == set(by_date)
            for date, cell in by_date.items():
                assert fast[key][date] == cell
