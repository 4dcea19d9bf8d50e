"""Pages and API: right answers, clear refusals, no traces."""

from __future__ import annotations

import json
import logging
import re

import polars as pl
import pytest
from httpx2 import ASGITransport, AsyncClient, Client
from starlette.testclient import TestClient

from sojourn.inputs.scenario import Scenario
from sojourn.show.web import guard, levers
from sojourn.show.web.app import create_app, preferred
from sojourn.show.web.settings import Settings

SMALL = Settings(members=60, dragged=20, released=20, rate=1e6, burst=1_000_000)
PAGES = (
    "", "case", "costs", "cities", "statements", "quality", "figures", "figures/rpd.pending",
    "method", "method/limits", "break-even", "statements/cost-14321-each",
)  # fmt: skip


@pytest.fixture(scope="module")
def client() -> Client:
    return TestClient(create_app(SMALL), raise_server_exceptions=False)


def problem(answer, status: int = 422) -> dict:
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status
    assert found["detail"]
    return found


# --- the scenario in the address ---------------------------------------------------------------


def test_address_holds_the_levers_in_readable_names_and_comes_back():
    view = levers.read([("rpd.capacity", "80000"), ("law.stca", "off"), ("from", "2027-04")])
    assert view.query() == "from=2027-04&rpd.capacity=80000&law.stca=off"
    pairs = [tuple(part.split("=")) for part in view.query().split("&")]
    assert levers.read(pairs) == view


def test_lever_at_the_scenarios_own_value_is_no_change():
    own = Scenario.load("baseline").parameters().value("rpd.capacity", levers.FROM)
    assert levers.read([("rpd.capacity", f"{own:.12g}"), ("law.stca", "on")]).values == ()


def test_command_of_a_view_gives_the_same_scenario():
    view = levers.read([("rpd.capacity", "80000")])
    texts = re.findall(r"--set (\S+)", view.command(200))
    assert Scenario.load("baseline").with_changes(texts).hash == view.scenario.hash


def test_page_data_are_the_numbers_of_the_run(client):
    shown = client.get("/en/data?rpd.capacity=80000&members=20").json()
    rows = client.get(
        "/api/v1/run?set=rpd.capacity=80000@2026-01&members=20&series=rpd.pending"
        "&quantiles=0.05,0.25,0.5,0.75,0.95"
    ).json()["rows"]
    point = next(p for p in shown["charts"]["rpd.pending"]["datasets"]["rows"]
                 if p["date"] == "2030-12-01")  # fmt: skip
    want = {
        row["output_type_id"]: row["value"]
        for row in rows
        if row["date"] == "2030-12" and row["output_type"] == "quantile"
    }
    assert point["mid"] == pytest.approx(want["0.5"], rel=1e-4)
    assert point["q95"] == pytest.approx(want["0.95"], rel=1e-4)


def test_people_without_status_only_come_as_a_range(client):
    path = "/api/v1/run?members=20&series=without_status&quantiles=0.5"
    rows = client.get(path).json()["rows"]
    kinds = {(row["output_type"], row["output_type_id"]) for row in rows}
    assert {("quantile", "0.05"), ("quantile", "0.95")} <= kinds
    assert not any(kind in ("mean", "point") for kind, _ in kinds)


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", PAGES)
def test_page_answers_in_its_language_and_links_to_the_other(client, lang, name):
    answer = client.get(f"/{lang}/{name}")
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text
    other = "fr" if lang == "en" else "en"
    assert f'href="/{other}/{name}"' in answer.text
    assert "<h1" in answer.text


def test_page_sets_no_cookie_and_forbids_foreign_and_inline_code(client):
    answer = client.get("/en/")
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", answer.text)
    assert not re.search(r"\son[a-z]+=", answer.text)
    assert " style=" not in answer.text


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_statement_of_the_explorer_is_the_page_that_the_ledger_writes(client, lang):
    from sojourn.questions import ledger
    from sojourn.show import statement_pages

    name = "cost-14321-each"
    (entry,) = ledger.ledger(name)
    written = statement_pages.page(entry, lang, past=ledger.past())
    shown = client.get(f"/{lang}/statements/{name}").text
    body = re.search(r'<h1 class="statement">.*</code></pre>', written, re.DOTALL)
    assert body is not None
    assert body[0] in shown
    (review,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown, re.DOTALL)
    assert json.loads(review)["url"].endswith(f"/{lang}/statements/{name}")
    assert " style=" not in shown
    assert not re.search(r"\son[a-z]+=", shown)
    asked = client.get(f"/{lang}/statements/{name}/claimreview.json")
    assert asked.headers["content-type"] == "application/ld+json"
    assert asked.json() == json.loads(review)
    assert client.get(f"/{lang}/statements/nobody-said-so").status_code == 404


def test_page_asks_no_other_host(client):
    text = client.get("/fr/").text
    for found in re.findall(r'(?:src|href)="(https?://[^"]+)"', text):
        assert f'<a href="{found}"' in text  # a link to a source, never something fetched
    assert not re.search(r"<(?:script|link|img)[^>]+https?://", text)


def test_documents_of_an_installed_package_stand_inside_it(monkeypatch, tmp_path):
    import tomllib

    from sojourn.show.web import text

    here = text.folder()
    assert here is not None
    build = tomllib.loads((here.parent / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = build["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert here.name in wheel["only-include"]
    assert wheel["sources"] == {"src": "", here.name: f"sojourn/{text.FOLDER}"}
    installed = tmp_path / "lib" / "sojourn"
    installed.mkdir(parents=True)
    monkeypatch.setattr(text.resources, "files", lambda name: installed.parent / name)
    assert text.folder() is None
    (installed / text.FOLDER).mkdir()
    assert text.folder() == installed / text.FOLDER


def test_later_page_is_under_sixty_kilobytes_and_first_load_under_450(client):
    page = client.get("/en/", headers={"Accept-Encoding": "gzip"})
    size = int(page.headers.get("content-length", 0)) or len(page.content)
    assert page.headers["content-encoding"] == "gzip"
    assert size < 60_000
    parts = set(re.findall(r'"(/static/[^"]+)"', page.text))
    total = size
    for part in parts:
        answer = client.get(part, headers={"Accept-Encoding": "gzip"})
        assert "immutable" in answer.headers["cache-control"]
        total += int(answer.headers["content-length"])
    assert len(parts) >= 4
    assert total < 450_000


@pytest.mark.parametrize(
    ("name", "kind"),
    [("explore.csv", "text/csv"), ("explore.json", "application/json"),
     ("explore.parquet", "parquet"), ("explore.metadata.json", "application/json"),
     ("chart/cost.svg", "image/svg"), ("chart/rpd.pending.png", "image/png"),
     ("figures/rpd.pending.csv", "text/csv"), ("figures/claims.metadata.json", "json")],
)  # fmt: skip
def test_downloads_open(client, name, kind, tmp_path):
    answer = client.get(f"/en/{name}?rpd.capacity=80000")
    assert answer.status_code == 200
    assert kind in answer.headers["content-type"]
    assert "attachment" in answer.headers["content-disposition"]
    file = tmp_path / "file"
    file.write_bytes(answer.content)
    if name.endswith("parquet"):
        assert pl.read_parquet(file).height > 1000
    elif name.endswith("csv"):
        assert pl.read_csv(file, infer_schema_length=None).height > 10
    elif name.endswith("json"):
        assert json.loads(answer.text)
    elif name.endswith("svg"):
        assert "var(" not in answer.text
        assert "Sojourn" in answer.text
    else:
        assert answer.content[:4] == b"\x89PNG"


def test_case_form_applies_the_law_and_stores_nothing(client, caplog):
    caplog.set_level(logging.INFO, logger="sojourn.web")
    facts = "question=eligibility&date_of_claim=2023-04-10&date_of_entry=2023-04-08"
    facts += "&came_from_us=true&entry_mode=between_poe_land_border&claim_place=inland"
    answer = client.post("/en/case", content=facts)
    assert answer.status_code == 200
    assert "101(1)(e)" in answer.text
    assert "not legal advice" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "2023-04-08" not in caplog.text


def test_wrong_fact_is_named_on_the_page(client):
    answer = client.post("/fr/case", content="question=eligibility&date_of_claim=2023-99-01")
    assert answer.status_code == 422
    assert "date_of_claim" in answer.text


def test_markup_in_the_address_or_form_is_shown_as_text(client):
    evil = "<script>alert(1)</script>"
    for answer in (
        client.get("/en/", params={"scenario": evil}),
        client.get("/en/", params={evil: "1"}),
        client.get(f"/en/figures/{evil}"),
        client.get("/en/break-even", params={"lever": evil}),
        client.post("/en/case", content=f"question=eligibility&date_of_claim={evil}"),
    ):
        assert answer.status_code in (404, 422)
        assert evil not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/static/../../../etc/passwd", "/static/x/..%2f..%2fpyproject.toml", "/en/method/..%2flimits",
     "/en/method/../../README", "/en/figures/..%2f..%2fsources.csv", "/en/nothing", "/de/"],
)  # fmt: skip
def test_paths_out_of_the_site_lead_nowhere(client, path):
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert "root:" not in answer.text


def test_scenario_file_of_the_server_is_never_read(client):
    for name in ("/etc/passwd", "../baseline.toml", "x.toml"):
        problem(client.get("/api/v1/run", params={"scenario": name, "members": 20}))


# --- API --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/v1/run?members=0", "members"),
        ("/api/v1/run?members=1e308", "members"),
        ("/api/v1/run?members=999999", "members"),
        ("/api/v1/run?members=nan", "members"),
        ("/api/v1/run?set=rpd.capacity=-1@2026-01", "rpd.capacity"),
        ("/api/v1/run?set=rpd.capacity=nan@2026-01", "rpd.capacity"),
        ("/api/v1/run?set=rpd.capacity=1e308@2026-01", "rpd.capacity"),
        ("/api/v1/run?set=rpd.capcity=1@2026-01", "parameter"),
        ("/api/v1/run?series=nothing", "series"),
        ("/api/v1/run?until=2061-01", "month"),
        ("/api/v1/run?quantiles=2", "quantile"),
        ("/api/v1/compare?a=nothing", "a"),
        ("/api/v1/solve?lever=nothing&target=claims <= 1 @ 2028-03&members=20", "name"),
        ("/api/v1/solve?lever=rpd.capacity&target=x&members=20", "target"),
        ("/api/v1/solve?lever=rpd.capacity&target=claims <= 1 @ 2028-03&probability=inf",
         "probability"),
        ("/api/v1/forecast/claims?as_of=2025-09-01&horizon=0", "horizon"),
        ("/api/v1/cost?cohort=2023-25", "cohort"),
    ],
)  # fmt: skip
def test_wrong_value_is_a_problem_that_names_the_field(client, path, field):
    assert field in problem(client.get(path))["field"]


def test_law_over_the_api_is_that_of_the_command_line(client):
    from sojourn.law.decide import decide

    facts = {"date_of_claim": "2023-04-10", "date_of_entry": "2023-04-08", "came_from_us": True}
    answer = client.post("/api/v1/decide", json={"facts": facts})
    assert answer.json() == json.loads(json.dumps(decide(facts).as_json()))
    assert problem(client.post("/api/v1/decide", json={"facts": {"agee": 1}}))["field"] == "agee"
    headers = {"Content-Type": "application/json"}
    problem(client.post("/api/v1/decide", content="{", headers=headers), 400)


@pytest.mark.slow
def test_longer_questions_answer_as_the_command_line_does(client):
    rows = client.get("/api/v1/explain?b=rpd-80000&series=rpd.pending&members=20").json()["rows"]
    assert {row["change"] for row in rows} == {"rpd.capacity"}
    assert all(row["shapley"] == pytest.approx(row["difference"]) for row in rows)
    path = "/api/v1/sensitivity?series=rpd.pending&at=2027-12&evaluations=100"
    factors = client.get(path).json()["rows"]
    assert {"parameter", "first_order", "total"} <= set(factors[0])
    walked = client.get("/api/v1/journeys?n=5").json()["rows"]
    assert len({row["person"] for row in walked}) == 5


def test_body_and_query_have_a_limit(client):
    problem(client.post("/api/v1/decide", content=b"x" * 10_000_000), 413)
    problem(client.get("/api/v1/run?series=" + "x" * 9000), 414)


@pytest.mark.anyio
async def test_body_sent_in_pieces_has_the_same_limit():
    async def pieces():
        for _ in range(100):
            yield b"x" * 10_000

    transport = ASGITransport(create_app(SMALL), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/api/v1/decide", content=pieces())
    assert answer.status_code == 413


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_one_client_too_fast_is_asked_to_wait():
    hasty = TestClient(create_app(Settings(rate=0.001, burst=3)))
    answers = [hasty.get("/api/v1/scenarios") for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["retry-after"]
    assert hasty.get("/healthz").status_code == 200


def test_rate_forgets_the_oldest_client_and_refills():
    rate = guard.Rate(rate=2.0, burst=1)
    assert rate.allows("a", 0.0)
    assert not rate.allows("a", 0.1)
    assert rate.allows("a", 0.7)
    assert rate.allows("b", 0.7)


def test_address_of_a_client_is_the_one_the_trusted_proxy_states():
    scope = {"headers": [(b"x-forwarded-for", b"6.6.6.6, 9.9.9.9")], "client": ("1.1.1.1", 1)}
    for proxies, want in ((0, "1.1.1.1"), (1, "9.9.9.9"), (2, "6.6.6.6")):
        made = guard.Guard(None, Settings(proxies=proxies), guard.Metrics())  # type: ignore[arg-type]
        assert made.client(scope) == want


def test_stream_tells_progress_and_ends_with_the_result(client):
    with client.stream("GET", "/api/v1/run/stream?members=40&series=claims") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join(answer.iter_text())
    assert "event: result" in text
    data = json.loads(text.split("event: result\ndata: ")[1].split("\n")[0])
    assert data["rows"]


def test_log_and_metrics_hold_routes_and_never_values(client, caplog):
    caplog.set_level(logging.INFO, logger="sojourn.web")
    client.get("/api/v1/figures/claims?as_of=2024-01-31")
    line = json.loads(caplog.messages[-1])
    assert line["route"] == "/api/v1/figures/{series}"
    assert "2024-01-31" not in caplog.text
    assert "claims" not in caplog.text
    text = client.get("/metrics").text
    assert 'route="/api/v1/figures/{series}"' in text
    assert "2024" not in text


def test_open_api_is_of_version_3_1_and_documents_problems(client):
    found = client.get("/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    for path in ("run", "compare", "solve", "decide", "cost", "figures", "ledger", "journeys"):
        assert f"/api/v1/{path}" in found["paths"]
    for path in found["paths"].values():
        for operation in path.values():
            assert operation["responses"]["422"]["content"].keys() == {"application/problem+json"}


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("en;q=0.2,fr;q=0.1", "en"), ("de", "en"), ("", "en"),
     ("fr;q=x,en", "en")],
)  # fmt: skip
def test_front_door_speaks_the_browsers_language(client, accepted, lang):
    assert preferred(accepted) == lang
    headers = {"Accept-Language": accepted}
    answer = client.get("/", headers=headers, follow_redirects=False)
    assert answer.headers["location"] == f"/{lang}/"


def test_health_is_told(client):
    assert client.get("/healthz").json()["status"] == "ok"
