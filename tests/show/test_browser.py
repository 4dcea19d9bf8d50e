"""A real browser on a real server: levers redraw, addresses come back, everybody can read it."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest
import uvicorn

from sojourn.show.web.app import create_app
from sojourn.show.web.settings import Settings

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PAGES = (
    "", "case", "costs", "cities", "statements", "quality", "figures", "figures/rpd.pending",
    "method", "method/limits", "break-even", "break-even?lever=rpd.capacity", "nothing",
    "statements/cost-14321-each", "statements/convention-no-return",
)  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def server():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        settings = Settings(dragged=20, released=20, rate=1e6, burst=1_000_000, seconds=300)
        config = uvicorn.Config(create_app(settings), access_log=False, log_level="error")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        while not running.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        running.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        found = tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def page(browser, server):
    """A page that remembers every request and every error of the console."""
    context = browser.new_context(base_url=server)
    made = context.new_page()
    made.set_default_timeout(120_000)
    made.requests = []
    made.errors = []
    made.on("request", lambda request: made.requests.append(request.url))
    made.on("console", lambda m: made.errors.append(m.text) if m.type == "error" else None)
    made.on("pageerror", lambda error: made.errors.append(str(error)))
    yield made
    context.close()


def until(page, expression: str, *argument: object) -> None:
    """Wait until it is true; Playwright's own wait needs eval, which the pages forbid."""
    end = time.monotonic() + 120
    while not page.evaluate(expression, *argument):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)


def drag(page, name: str, value: str) -> None:
    page.evaluate(
        """([name, value]) => {
          const field = document.getElementsByName(name)[0];
          field.value = value;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        [name, value],
    )


def test_moving_a_lever_redraws_charts_words_and_address(page, server):
    page.goto("/en/")
    page.wait_for_selector("html[data-ready]", state="attached")
    drawn = page.inner_html('[data-chart="rpd.pending"]')
    said = page.inner_text('[data-said="answer"]')
    drag(page, "rpd.capacity", "120000")
    until(page, "location.search.includes('rpd.capacity=120000')")
    until(page, "old => document.querySelector('[data-said=answer]').innerText !== old", said)
    assert page.inner_html('[data-chart="rpd.pending"]') != drawn
    assert "--set rpd.capacity=120000@2026-01" in page.inner_text('[data-said="command"]')
    assert "rpd.capacity=120000" in page.get_attribute('[data-file="csv"]', "href")
    assert page.errors == []
    assert all(url.startswith(server) for url in page.requests)


@pytest.mark.slow
def test_address_reopened_gives_the_same_page(page):
    page.goto("/en/?rpd.capacity=120000&law.stca=off")
    page.wait_for_selector("html[data-ready]", state="attached")
    first = page.inner_text('[data-said="answer"]')
    assert page.input_value('[name="rpd.capacity"]') == "120000"
    assert page.input_value('[name="law.stca"]') == "off"
    page.goto("/en/case")
    page.goto("/en/?rpd.capacity=120000&law.stca=off")
    assert page.inner_text('[data-said="answer"]') == first


@pytest.mark.slow
def test_untouched_levers_leave_the_address_alone(page):
    page.goto("/en/")
    page.wait_for_selector("html[data-ready]", state="attached")
    drag(page, "law.stca", "off")
    until(page, "location.search.includes('law.stca')")
    assert re.fullmatch(r".*\?law\.stca=off", page.url)
    page.click("#reset")
    page.wait_for_url("**/en/")


@pytest.mark.slow
def test_tooltip_tells_month_and_interval(page):
    page.goto("/fr/")
    page.wait_for_selector("html[data-ready]", state="attached")
    box = page.locator('[data-chart="rpd.pending"] svg').bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    page.mouse.move(box["x"] + box["width"] * 0.6 + 2, box["y"] + box["height"] * 0.5)
    page.wait_for_selector(".tip:not([hidden])")
    assert "Médiane" in page.inner_text(".tip")


def test_page_works_without_javascript(browser, server):
    context = browser.new_context(base_url=server, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto("/en/")
    assert page.locator(".drawing svg").count() >= 10
    page.fill('[name="from"]', "2026-01")
    page.select_option('[name="law.stca"]', "off")
    page.click("#show")
    page.wait_for_url("**law.stca=off**")
    assert "under these levers" in page.inner_text('[data-said="answer"]')
    context.close()


@pytest.mark.slow
def test_keyboard_alone_moves_a_lever(page):
    page.goto("/en/")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus('[name="rpd.capacity"]')
    page.keyboard.press("ArrowRight")
    until(page, "location.search.includes('rpd.capacity=')")


@pytest.mark.slow
def test_picture_and_table_files_download(page):
    page.goto("/en/?rpd.capacity=80000")
    for selector in ('[data-file="csv"]', '[data-file="parquet"]'):
        with page.expect_download() as found:
            page.click(selector)
        assert Path(found.value.path()).stat().st_size > 1000


@pytest.mark.parametrize("lang", ["en", pytest.param("fr", marks=pytest.mark.slow)])
def test_explore_fits_a_phone_and_a_zoom_of_200_percent(browser, server, lang):
    for width in (390, 640):
        context = browser.new_context(base_url=server, viewport={"width": width, "height": 800})
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"/{lang}/")
        page.wait_for_selector("html[data-ready]", state="attached")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_and_no_page_overflows(browser, server, name, lang, scheme):
    context = browser.new_context(
        base_url=server, viewport={"width": 390, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    foreign = []
    page.on("request", lambda r: None if r.url.startswith(server) else foreign.append(r.url))
    page.goto(f"/{lang}/{name}")
    if name == "":
        page.wait_for_selector("html[data-ready]", state="attached")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        (v["id"], v["nodes"][0]["html"][:200])
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert foreign == []
    context.close()
