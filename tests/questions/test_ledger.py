"""The shipped statements: each bullet of the article is there, every verdict is computed."""

import importlib.util
from pathlib import Path

import pytest

from sojourn.inputs import figures
from sojourn.questions import evidence, ledger, statements
from sojourn.questions.verdicts import VERDICTS

ROOT = Path(__file__).parents[2]

BULLETS = {
    "Amnesty International's call and the Convention": {
        "amnesty-call-2025", "convention-no-return"},
    "the pledge to deport millions": {"us-pledge-millions"},
    "the treaty and the Supreme Court": {"treaty-official-crossings", "treaty-upheld-2023"},
    "the minister in January 2025": {"minister-not-welcome-2025"},
    "$14,321 and $33,700": {"cost-14321-each", "cost-33700-delays"},
    "$769 million, and what is not tallied": {"housing-769-million", "local-costs-not-tallied"},
    "parties and their leaders": {"one-party-accepts", "leader-sympathy-2025"},
    "organised crime and trafficking": {"rcmp-organised-crime-2023", "cbsa-trafficking-report"},
    "10.99 million and Mexico": {"us-10-99-million", "us-mexico-first"},
    "New York and Washington": {"us-ny-wa-750000"},
    "500,000 in Canada": {"canada-500000"},
    "entries after Roxham Road": {"entries-mostly-quebec", "entries-other-provinces"},
}  # fmt: skip

RULES = {"projection", "conflict", "counterpart"}


@pytest.fixture(scope="module")
def entries() -> dict[str, ledger.Entry]:
    return {entry.statement.id: entry for entry in ledger.ledger()}


def words() -> object:
    spec = importlib.util.spec_from_file_location("words", ROOT / "tests" / "test_words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.labels


def test_every_bullet_of_the_article_has_its_entries(entries) -> None:
    article = {e.statement.id for e in entries.values() if e.statement.article == "canada-us-2025"}
    assert set().union(*BULLETS.values()) == article


def test_at_least_twelve_more_are_chosen_by_a_stated_rule(entries) -> None:
    further = [e.statement for e in entries.values() if not e.statement.article]
    assert len(further) >= 12
    assert {told.chosen for told in further} == RULES
    page = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    assert all(f"`{rule}`" in page for rule in RULES)


OUTCOMES = {
    "claims": {"series": "claims", "period": "year"},
    "claims_received": {"series": "claims", "period": "month"},
    "backlog": {"series": "rpd.pending", "period": "day", "item": "population=all_new_system"},
    "finalised": {"series": "rpd.finalised", "period": "fiscal_year", "item": "population=all"},
    "appeals_finalised": {"series": "rad.finalised", "period": "fiscal_year"},
    "removals": {"series": "removals", "period": "fiscal_year"},
    "removals_per_year": {"series": "removals", "period": "year"},
    "protected_person_admissions": {"series": "pr.admitted", "period": "year"},
}


def test_the_projections_are_all_those_whose_outcome_is_known(entries) -> None:
    last: dict[str, figures.Figure] = {}
    for row in figures.rows("projection"):
        measure, made = (part.split("=")[1] for part in row.item.split(";"))
        if measure not in OUTCOMES or made < "2017":
            continue
        came = figures.select(**OUTCOMES[measure], start=row.start, end=row.end)
        if any(one.value is not None and one.end == row.end for one in came):
            last[row.item] = max(last.get(row.item, row), row, key=lambda one: one.end)
    cited = {
        row
        for entry in entries.values()
        if entry.statement.chosen == "projection"
        for item in entry.checked
        for row in item.evidence.rows
        if row.series == "projection"
    }
    assert cited == set(last.values())


def test_each_verdict_is_shown_at_least_once(entries) -> None:
    assert {entry.verdict for entry in entries.values()} == set(VERDICTS)


@pytest.mark.parametrize(
    ("id", "verdict"),
    [
        ("cost-14321-each", "wrong population"),
        ("cost-33700-delays", "contradicted"),
        ("housing-769-million", "forecast given as actual"),
        ("canada-500000", "upper bound given as estimate"),
        ("minister-not-welcome-2025", "opinion, not rated"),
        ("rcmp-organised-crime-2023", "cannot be verified"),
    ],
)
def test_the_verdict_is_the_one_that_the_rules_give(entries, id: str, verdict: str) -> None:
    assert entries[id].verdict == verdict


def test_the_history_ends_with_the_verdict_of_today(entries) -> None:
    past = ledger.past()
    assert ledger.changed(entries.values(), past) == ()
    assert {one.id for one in past} == set(entries)
    assert all(" | " in one.reason for one in past)


def figure_tests() -> list[tuple[str, str]]:
    return [
        (filed.statement.id, check.id)
        for filed in statements.shipped()
        for check in filed.statement.check
        if check.quantity and check.figure and not check.figure.expect_none
        and not check.figure.optional and not check.given and filed.statement.kind == "fact"
    ]  # fmt: skip


@pytest.mark.parametrize(("id", "check"), figure_tests())
def test_a_changed_figure_turns_the_finding_and_the_history_notices(
    id: str, check: str, monkeypatch
) -> None:
    (filed,) = [f for f in statements.shipped() if f.statement.id == id]
    only = tuple(c for c in filed.statement.check if c.id == check)
    quantity = tuple(q for q in filed.statement.quantity if q.id == only[0].quantity)
    told = filed.statement.model_copy(update={
        "check": only, "quantity": quantity, "explanation": "-", "explanation_fr": "-",
        "accurate": "-", "accurate_fr": "-"})  # fmt: skip
    before = ledger.check(statements.Filed(told, filed.where))
    select = figures.select

    def changed(series: str, *given, **dims):
        factor = 1e-6 if quantity[0].relation == "at_least" else 100.0
        rows = select(series, *given, **dims)
        return tuple(row._replace(**scaled(row, factor)) if row in targets else row
                     for row in rows)  # fmt: skip

    targets = set(before.checked[0].evidence.rows[:1] if only[0].per
                  else before.checked[0].evidence.rows)  # fmt: skip
    monkeypatch.setattr(evidence.figures, "select", changed)
    after = ledger.check(statements.Filed(told, filed.where))
    assert after.verdict == "contradicted"
    if before.verdict != "contradicted":
        past = [ledger.Past(id, "2026-11-25", before.verdict, "as shipped")]
        assert ledger.changed([after], past) == (after,)


def scaled(row: figures.Figure, factor: float) -> dict[str, float | None]:
    ends = {name: getattr(row, name) for name in ("value", "low", "high")}
    return {name: None if end is None else end * factor for name, end in ends.items()}


def test_a_verdict_turns_when_the_figure_it_cites_does(monkeypatch) -> None:
    """Ontario's number counts other people; were it another number, it would contradict."""
    (filed,) = [f for f in statements.shipped() if f.statement.id == "ontario-200-million"]
    assert ledger.check(filed).verdict == "wrong population"
    select = figures.select

    def changed(series: str, *given, **dims):
        return tuple(row._replace(value=150e6) if row.value == 200e6 else row
                     for row in select(series, *given, **dims))  # fmt: skip

    monkeypatch.setattr(evidence.figures, "select", changed)
    after = ledger.check(filed)
    assert after.verdict == "contradicted"
    assert ledger.changed([after], ledger.past()) == (after,)


def test_no_label_for_people_stands_in_any_sentence(entries) -> None:
    labels = words()
    for entry in entries.values():
        for lang in ("en", "fr"):
            told = " ".join(str(value) for value in entry.row(lang).values())
            assert labels(told) == [], entry.statement.id


def test_each_fact_names_its_sources_and_each_sentence_quotes_its_checks(entries) -> None:
    for entry in entries.values():
        told = entry.statement
        assert entry.source_ids, told.id
        numbers = any(c.check.figure and c.evidence.value for c in entry.checked)
        if told.kind == "fact" and numbers and entry.verdict != "cannot be verified":
            assert "{" in told.accurate + told.explanation, told.id
            assert "{" in told.accurate_fr + told.explanation_fr, told.id


def test_french_says_as_much_as_english(entries) -> None:
    for entry in entries.values():
        told = entry.statement
        for english, french in (
            (told.accurate, told.accurate_fr), (told.explanation, told.explanation_fr)
        ):  # fmt: skip
            slots = ledger._SLOT.findall
            assert sorted(slots(english)) == sorted(slots(french)), told.id
        assert bool(told.cited_source) == bool(told.cited_source_fr), told.id
        assert told.reported_in_fr, told.id


def test_the_example_of_the_documentation_runs() -> None:
    page = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    entry = ledger.check(statements.Filed(statements.read(example, "docs"), "docs"))
    assert entry.verdict == "supported"


def test_a_row_has_the_keys_of_the_contract(entries) -> None:
    keys = {"id", "statement", "said_by", "cited_source", "as_of", "verdict", "published", "model",
            "explanation", "accurate_sentence", "sources"}  # fmt: skip
    for entry in entries.values():
        assert keys <= set(entry.row())


def test_the_cost_of_a_person_stands_beside_the_models_own(entries) -> None:
    (model,) = entries["cost-14321-each"].row()["model"]
    assert model["low"] < 14321 < model["high"]


def test_people_without_status_are_only_ever_a_range(entries) -> None:
    for id in ("canada-500000", "us-10-99-million"):
        (model,) = entries[id].row()["model"]
        assert model["value"] is None
        assert model["low"] < model["high"]
