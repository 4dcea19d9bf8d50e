"""The pages: made on the server, complete without JavaScript, in English and in French."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from sojourn import __version__
from sojourn.inputs import months
from sojourn.inputs import scenario as scenarios
from sojourn.inputs.scenario import Scenario
from sojourn.show import blocks, i18n, report
from sojourn.show.i18n import say
from sojourn.show.web import assets, case, content, costing, levers, outlook, problems
from sojourn.show.web.settings import Settings

router = APIRouter(include_in_schema=False)
Lang = Literal["en", "fr"]

NAV = (
    ("", "Explore", "Explorer"),
    ("break-even", "Break-even", "Seuil"),
    ("costs", "Costs", "Coûts"),
    ("cities", "Cities", "Villes"),
    ("case", "A person's case", "Le cas d'une personne"),
    ("statements", "Statements", "Déclarations"),
    ("quality", "How good is it", "Fiabilité"),
    ("figures", "Figures", "Chiffres"),
    ("method", "Method", "Méthode"),
)
FEWEST = 20
"""Members below which nothing is shown: a range of fewer would say little."""

SHOWN_LEVERS = 6
"""Levers in sight; the others stand behind a fold until one of them is moved."""

SHORT_CACHE = "public, max-age=60"


def page(
    request: Request, name: str, lang: str, status: int = 200, *, cache: str = SHORT_CACHE,
    **values: Any,
) -> HTMLResponse:  # fmt: skip
    """A page from its template, with what the frame around it needs."""
    path = request.url.path
    rest = path[4:] if path[:4] in ("/en/", "/fr/") else ""
    other = "fr" if lang == "en" else "en"
    query = request.url.query
    here = rest.split("/")[0]
    text = report.template(f"web/{name}", lang).render(
        lang=lang, other=other, nav=NAV, here=here, say=lambda en, fr: say(en, fr, lang),
        other_url=f"/{other}/{rest}" + (f"?{query}" if query else ""), asset=assets.url,
        plain=blocks.plain, version=__version__, **values,
    )  # fmt: skip
    headers = {"Content-Language": lang, "Cache-Control": cache}
    return HTMLResponse(text, status_code=status, headers=headers)


def settings(request: Request) -> Settings:
    """What this server allows."""
    found: Settings = request.app.state.settings
    return found


def error(request: Request, status: int, detail: str) -> HTMLResponse:
    """A page that says what is wrong and what to do."""
    lang = "fr" if request.url.path.startswith("/fr") else "en"
    return page(
        request, "error.html", lang, status, cache="no-store", code=status, detail=detail,
        title=problems.TITLES.get(status, "Error"),
    )  # fmt: skip


@router.get("/{lang}/")
def explore(request: Request, lang: Lang) -> Response:
    """Levers, charts, sentences, outcomes and the ways to take them away."""
    view = levers.read(request.query_params.multi_items())
    members = settings(request).released
    look = outlook.look(request.app.state.engine, view, members, lang)
    drawn = []
    narrow = outlook.shown(look, lang, "narrow")
    for wide, small in zip(outlook.shown(look, lang, "wide"), narrow, strict=True):
        charts = {"wide": report.image(wide.charts[0]), "narrow": report.image(small.charts[0])}
        drawn.append(vars(wide) | charts)
    cost = {size: report.image(outlook.cost_chart(look, lang, size)) for size in outlook.SIZES}
    return page(
        request, "explore.html", lang, view=view, levers=controls(view, lang),
        scenarios=[Scenario.load(name) for name in scenarios.names()],
        start=months.text(view.start), query=view.query(), blocks=drawn, cost=cost,
        said=outlook.said(look, lang), outcomes=outlook.outcomes(look, lang),
        cost_table=blocks.cost_table(look.yearly, lang), command=view.command(members),
        python=view.python(members),
        shown_levers=SHOWN_LEVERS, changed=look.changed, members=members,
        dragged=settings(request).dragged,
        sources=blocks.used_sources(view.scenario.parameters(), outlook.SERIES),
    )  # fmt: skip


def controls(view: levers.View, lang: str) -> list[dict[str, Any]]:
    """The levers with their present values, as the form shows them."""
    shown = []
    params = Scenario.load(view.base).parameters()
    moved = dict(view.values)
    for lever in levers.levers():
        base = params.value(lever.name, view.start)
        value = moved.get(lever.name, base)
        shown.append(
            {
                "name": lever.name, "switch": lever.switch, "low": lever.low, "step": lever.step,
                "high": max(lever.high, value), "value": blocks.plain(value), "on": value >= 0.5,
                "base": blocks.plain(base), "base_on": base >= 0.5, "moved": lever.name in moved,
                "label": getattr(lever.label, lang), "unit": getattr(lever.unit, lang),
                "words": i18n.number(value, lang, 0 if lever.step >= 1 else 2),
            }
        )  # fmt: skip
    return shown


@router.get("/{lang}/data")
def data(
    request: Request,
    lang: Lang,
    members: int = 50,
    size: Literal["wide", "narrow"] = "wide",
    part: Literal["data", "spec", "all"] = "data",
) -> Response:
    """What the script asks for while a lever moves: data of the charts and the sentences."""
    view = levers.read(request.query_params.multi_items())
    count = min(max(members, FEWEST), settings(request).released)
    look = outlook.look(request.app.state.engine, view, count, lang)
    found = outlook.payload(look, lang, size, count, specs=part == "spec")
    if part == "all":
        found["html"] = fragments(look, lang)
    return JSONResponse(found, headers={"Cache-Control": SHORT_CACHE})


def fragments(look: outlook.Outlook, lang: str) -> dict[str, str]:
    """The tables of the page again, for when a lever has come to rest."""
    made = report.template("macros.html", lang).make_module({"plain": blocks.plain})
    grid: Any = made.grid  # type: ignore[attr-defined]
    found = {
        f"table-{name}": str(grid(table, title, quiet=True))
        for name, (title, table) in outlook.tables(look, lang).items()
    }
    title = say("Cost by payer", "Coût par payeur", lang)
    found["table-cost"] = str(grid(blocks.cost_table(look.yearly, lang), title, quiet=True))
    words = say("What the money buys", "Ce que l'argent permet", lang)
    found["outcomes"] = str(grid(outlook.outcomes(look, lang), words, quiet=True))
    return found


@router.get("/{lang}/case")
def case_form(request: Request, lang: Lang) -> Response:
    """The form of the facts of one person."""
    return page(request, "case.html", lang, form=case.form({}, lang), decision=None, problem="",
                questions=case.questions(lang), question="eligibility")  # fmt: skip


@router.post("/{lang}/case")
async def case_answer(request: Request, lang: Lang) -> Response:
    """The decision on the facts of the form. Nothing is stored, nothing goes into an address."""
    body = (await request.body()).decode("utf-8", "replace")
    stated = dict(parse_qsl(body, keep_blank_values=False, max_num_fields=200))
    question = stated.pop("question", "eligibility")
    decision, problem = case.answer(stated, question, lang)
    return page(
        request, "case.html", lang, 422 if problem else 200, cache="no-store",
        form=case.form(stated, lang), decision=decision, problem=problem,
        questions=case.questions(lang), question=question,
    )  # fmt: skip


@router.get("/{lang}/costs")
def costs(
    request: Request, lang: Lang, cohort: str = "2023-24", mode: str = "", scope: str = "all"
) -> Response:
    """What a cohort costs and whom, by path."""
    found = costing.page(request.app.state.engine, cohort, mode, scope, lang)
    return page(request, "costs.html", lang, **found)


@router.get("/{lang}/cities")
def cities(request: Request, lang: Lang) -> Response:
    """People in shelter by month, with the published counts."""
    found = content.cities(request.app.state.engine, lang)
    return page(request, "cities.html", lang, blocks=found, draw=report.image)


@router.get("/{lang}/statements")
def statements(request: Request, lang: Lang) -> Response:
    """Every public statement with its verdict."""
    return page(request, "statements.html", lang, **content.statements(lang))


@router.get("/{lang}/statements/{name}")
def statement(request: Request, lang: Lang, name: str) -> Response:
    """One public statement at its permanent address."""
    found = content.statement(name, lang, str(request.base_url).rstrip("/"))
    if found is None:
        raise HTTPException(404, "no statement of that name")
    return page(request, "statement.html", lang, row=found)


@router.get("/{lang}/statements/{name}/claimreview.json")
def claim_review(request: Request, lang: Lang, name: str) -> Response:
    """The verdict as ClaimReview data."""
    found = content.statement(name, lang, str(request.base_url).rstrip("/"))
    if found is None:
        raise HTTPException(404, "no statement of that name")
    return JSONResponse(found["review"], media_type="application/ld+json")


@router.get("/{lang}/quality")
def quality(request: Request, lang: Lang) -> Response:
    """The score sheet, misses first."""
    return page(request, "quality.html", lang, **content.quality(lang))


@router.get("/{lang}/figures")
def figures(request: Request, lang: Lang) -> Response:
    """Every published series."""
    return page(request, "figures.html", lang, rows=content.figure_list(lang))


@router.get("/{lang}/figures/{series}")
def figure(request: Request, lang: Lang, series: str, as_of: str = "") -> Response:
    """One published series: rows, conflicts, gaps, sources."""
    found = content.figure(series, as_of, lang)
    if found is None:
        raise HTTPException(404, "no series of that name")
    return page(request, "figure.html", lang, **found)


@router.get("/{lang}/method")
def method(request: Request, lang: Lang) -> Response:
    """The documents."""
    return page(request, "method.html", lang, documents=content.documents(lang))


@router.get("/{lang}/method/{name}")
def document(request: Request, lang: Lang, name: str) -> Response:
    """One document."""
    from sojourn.show.web import text

    try:
        found = text.read(name, lang)
    except KeyError:
        raise HTTPException(404, "no document of that name") from None
    return page(request, "document.html", lang, document=found, body=report.markup(found.html))


@router.get("/picture/{name}")
def picture(name: str) -> Response:
    """A drawing of the documents."""
    from sojourn.show.web import text

    try:
        body = text.picture(name)
    except KeyError:
        raise HTTPException(404, "no picture of that name") from None
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(body, media_type="image/svg+xml", headers=headers)


@router.get("/{lang}/break-even")
def break_even(
    request: Request, lang: Lang, lever: str = "", series: str = "rpd.wait_new", op: str = "<=",
    value: str = "12", month: str = "2028-03", probability: str = "0.8",
) -> Response:  # fmt: skip
    """What would have to be true for a target to be met."""
    found = content.break_even(
        request.app.state.engine, lever, series, op, value, month, probability, lang
    )
    return page(request, "break_even.html", lang, draw=report.image, **found)


@router.get("/{lang}")
def bare(lang: Lang) -> Response:
    """The address without its last stroke."""
    return RedirectResponse(f"/{lang}/", 308)
