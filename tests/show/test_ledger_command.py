"""The ledger on the command line and as pages: templates run, wrong files are refused."""

import json
import re

import pytest

from sojourn.questions import ledger, statement_template, statements
from sojourn.show import beside, statement_pages, statement_words
from sojourn.show.cli import main

LIGHT = ("ontario-200-million", "minister-not-welcome-2025", "us-ny-wa-750000")


@pytest.fixture(scope="module")
def light() -> list[ledger.Entry]:
    return [ledger.ledger(id)[0] for id in LIGHT]


def test_a_new_file_runs_as_it_stands(tmp_path, capsys) -> None:
    path = tmp_path / "Rent 2025.toml"
    assert main.call(["ledger", "--new", str(path)]) == 0
    capsys.readouterr()
    assert main.call(["ledger", "--check", str(path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert row["id"] == "rent-2025"
    assert row["verdict"] == "supported"


def test_nothing_is_overwritten(tmp_path, capsys) -> None:
    path = tmp_path / "ours.toml"
    path.write_text("ours", encoding="utf-8")
    assert main.call(["ledger", "--new", str(path)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "ours"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('kind = "fact"', 'kind = "fact"\nverdict = "supported"', "verdict"),
        ('series = "claims"', 'series = "claimz"', "did you mean 'claims'"),
        ('start = "2023-01"', 'start = "2093-01"', "at least one figure"),
        ('population = "refugee claimants"\nform', 'population = "refugee claimant"\nform',
         "did you mean 'refugee claimants'"),
        ('said_on = "2025-01-15"', 'said_on = "2025-13"', "YYYY-MM"),
        ('combine = "sum"', 'combine = "sum"\noptional = true', "not_published"),
        ('quantity = "claims_2023"', 'quantity = "claims_2023"\ngiven = "before"', "earlier check"),
        ("[[check]]", "[[check", "well-formed TOML"),
    ],
)  # fmt: skip
def test_wrong_files_are_refused_in_one_line(tmp_path, capsys, old, new, expected) -> None:
    text = statement_template.template("ours")
    assert old in text
    path = tmp_path / "ours.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert main.call(["ledger", "--check", str(path)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
    assert "ours.toml" in told.err
    assert expected in told.err


@pytest.mark.parametrize(
    "argv",
    [
        ["--id", "cost-14321-eech"],
        ["--article", "canada-us-2052"],
        ["--check", "/nowhere/ours.toml"],
        ["--new", "/nowhere/ours.toml"],
        ["--new", "ours.txt"],
        ["--new", "ours.toml", "--id", "cost-14321-each"],
    ],
)
def test_what_is_not_there_is_refused_in_one_line(argv, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.call(["ledger", *argv]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_history_tells_of_a_changed_verdict(tmp_path, capsys) -> None:
    (tmp_path / "ours.toml").write_text(statement_template.template("ours"), encoding="utf-8")
    history = tmp_path / "history.csv"
    history.write_text("id,day,verdict,reason\nours,2025-02-01,supported,first\n")
    assert main.call(["ledger", "--check", str(tmp_path)]) == 0
    with history.open("a") as file:
        file.write("ours,2025-03-01,contradicted,a figure was then another\n")
    assert main.call(["ledger", "--check", str(tmp_path)]) == 1
    assert "ours: verdict is not that of the history: supported" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("twin", "expected"),
    [
        (None, "at least one statement file"),
        ("ours", "an id not in"),
        ("value = nan", "finite"),
        ("value = inf", "finite"),
    ],
)
def test_a_folder_of_wrong_files_is_refused(tmp_path, capsys, twin, expected) -> None:
    text = statement_template.template("ours")
    if twin is not None:
        (tmp_path / "a.toml").write_text(text, encoding="utf-8")
        other = text.replace("value = 143000", twin) if "=" in twin else text
        (tmp_path / "b.toml").write_text(other, encoding="utf-8")
    assert main.call(["ledger", "--check", str(tmp_path)]) == 2
    assert expected in capsys.readouterr().err


def test_pages_of_a_folder_are_written_in_both_languages(tmp_path, capsys) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    text = statement_template.template("ours").replace(
        'kind = "fact"', 'kind = "fact"\narticle = "one"'
    )
    (ours / "ours.toml").write_text(text, encoding="utf-8")
    out = tmp_path / "pages"
    assert main.call(["ledger", "--check", str(ours), "--out", str(out)]) == 0
    made = {str(path.relative_to(out)) for path in out.rglob("*.html")}
    names = {"ours.html", "set-one.html", "index.html"}
    assert made == {f"{lang}/{name}" for lang in ("en", "fr") for name in names}
    for page in out.rglob("*.html"):
        links = re.findall(r'href="([^"#:]+)"', page.read_text(encoding="utf-8"))
        assert all((page.parent / link).exists() for link in links)


def block(page: str) -> str:
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return found


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_claim_review_has_what_schema_org_asks_for(light, lang) -> None:
    for entry in light:
        review = json.loads(block(statement_pages.page(entry, lang, past=ledger.past())))
        assert review["@context"] == "https://schema.org"
        assert review["@type"] == "ClaimReview"
        assert review["url"] == f"{entry.statement.id}.html"
        assert review["author"]["name"] == "Sojourn"
        assert review["inLanguage"] == lang
        assert review["datePublished"] == ledger.past()[-1].day
        said = review["itemReviewed"]
        assert said["@type"] == "Claim"
        assert said["author"]["@type"] in ("Person", "Organization")
        assert said["author"]["name"]
        assert said["datePublished"] == entry.statement.said_on
        assert review["claimReviewed"] in (entry.statement.statement, entry.statement.statement_fr)
        assert review["reviewRating"] == {
            "@type": "Rating",
            "alternateName": entry.row(lang)["verdict_label"],
        }


def test_nothing_in_a_statement_can_leave_its_element() -> None:
    text = statement_template.template("ours").replace(
        "Who said it", "</script><script>alert(1)</script>\u2028&"
    )
    entry = ledger.check(statements.Filed(statements.read(text, "s.toml"), "s.toml"))
    page = statement_pages.page(entry, "en")
    assert "<script>alert" not in page
    found = block(page)
    assert not set("<>&\u2028") & set(found)
    said_by = json.loads(found)["itemReviewed"]["author"]["name"]
    assert "</script><script>alert(1)</script>" in said_by


def test_a_page_shows_every_check_with_its_source(light) -> None:
    for entry in light:
        page = statement_pages.page(entry, "fr")
        assert 'lang="fr"' in page
        for item in entry.checked:
            shown = page.replace("&#39;", "'").replace("&amp;", "&")
            assert item.check.label_fr in shown
            for source in item.evidence.source_ids:
                assert f'id="source-{source}"' in page


def test_numbers_are_drawn_where_there_are_two_and_not_for_law_alone(light) -> None:
    drawn = {entry.statement.id: statement_pages.chart(entry, "en") for entry in light}
    assert drawn["minister-not-welcome-2025"] is None
    assert "$200.0 million" in drawn["ontario-200-million"]["label"]


def test_a_bar_is_as_long_as_its_number_and_a_range_has_two_ends() -> None:
    bars = [
        beside.Bar("a", "claimed", "5", 5.0),
        beside.Bar("b", "published", "2 to 8", None, 2.0, 8.0),
        beside.Bar("c", "published", "up to 4", None, None, 4.0),
    ]
    rows = beside.spec(bars, "en")["data"]["values"]
    assert [row["value"] for row in rows] == [5.0, None, None]
    assert [(row["low"], row["high"]) for row in rows] == [(None, None), (2.0, 8.0), (0.0, 4.0)]


def test_a_drawing_is_the_same_however_many_came_before_it(light) -> None:
    charts_of = (statement_pages.chart(entry, "en") for entry in light)
    first, other, *_ = (found["wide"] for found in charts_of if found)
    entry = next(e for e in light if statement_pages.chart(e, "en"))
    again = statement_pages.chart(entry, "en")
    assert again is not None
    assert again["wide"] == first
    ids = [set(re.findall(r'id="([^"]+)"', drawn)) for drawn in (first, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for drawn, names in zip((first, other), ids, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", drawn)) <= names


@pytest.mark.parametrize(
    ("value", "unit", "lang", "expected"),
    [
        (14321, "CAD per person", "en", "$14,321"),
        (769e6, "CAD", "fr", "769,0 millions $"),
        (410000, "persons", "en", "410,000 people"),
        (3.77, "ratio", "fr", "3,77 fois"),
        (24, "months", "en", "24 months"),
    ],
)
def test_numbers_are_said_as_a_reader_says_them(value, unit, lang, expected) -> None:
    assert statement_words.amount(value, unit, lang).replace("\xa0", " ") == expected


def test_one_statement_is_told_on_the_terminal(capsys) -> None:
    assert main.call(["ledger", "--id", "ontario-200-million"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("wrong population")
    assert "Accurate:" in told
