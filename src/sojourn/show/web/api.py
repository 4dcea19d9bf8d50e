"""The API under /api/v1: the same questions as the command line, as JSON."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from sojourn.inputs import scenario as scenarios
from sojourn.inputs import series as declared
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.scenario import Scenario
from sojourn.show.cli import options
from sojourn.show.cli.emit import document
from sojourn.show.web import costing
from sojourn.show.web.engine import Engine
from sojourn.show.web.problems import answers

router = APIRouter(prefix="/api/v1", tags=["v1"])

JSON = "application/json"
Text = Annotated[str | None, Query(max_length=200)]
Month = Annotated[
    str | None,
    Query(pattern=r"^\d{4}-\d{2}$", description="a month, YYYY-MM", examples=["2030-12"]),
]
Name = Annotated[
    str, Query(max_length=100, description="name of a shipped scenario", examples=["baseline"])
]
Sets = Annotated[
    list[str] | None,
    Query(
        alias="set", max_length=50, description="changes, name=value@YYYY-MM",
        examples=[["rpd.capacity=80000@2026-01"]],
    ),
]  # fmt: skip
Members = Annotated[int, Query(ge=1, le=1_000_000, description="members of the ensemble")]
Seed = Annotated[int, Query(ge=0, le=2**53, description="seed of the random streams")]
Lang = Annotated[Literal["en", "fr"], Query(description="language of texts")]
Series = Annotated[
    str | None,
    Query(max_length=500, description="series, by commas", examples=["rpd.pending,claims"]),
]
By = Annotated[
    str | None, Query(max_length=100, description="dimensions to split by, by commas",
                      examples=["mode"])
]  # fmt: skip
Levels = Annotated[
    str | None, Query(max_length=200, description="quantiles, by commas", examples=["0.05,0.95"])
]
Fiscal = Annotated[bool, Query(description="fiscal years (April to March) instead of months")]


def engine(request: Request) -> Engine:
    """The engine of the process."""
    found: Engine = request.app.state.engine
    return found


def reply(content: Any) -> Response:
    """A JSON answer; numbers that do not exist are null."""
    return Response(document(content), media_type=JSON)


def scenario(name: str, sets: list[str] | None, field: str = "scenario") -> Scenario:
    """A shipped scenario with changes; paths are refused, whatever files the server has."""
    if name not in scenarios.names():
        raise InputError("query", field, name, nearest(name, scenarios.names()))
    return Scenario.load(name).with_changes(sets, where="set") if sets else Scenario.load(name)


def window(first: str | None, last: str | None) -> tuple[int, int]:
    """First and last month shown. Raises InputError outside 2015-01 to 2060-12."""
    return options.span(first, last)


@router.get("/run", summary="Run a scenario", responses=answers(503))
def run(
    request: Request,
    scenario_: Annotated[str, Query(alias="scenario", max_length=100)] = "baseline",
    sets: Sets = None,
    members: Members = 200,
    seed: Seed = 0,
    first: Annotated[Month, Query(alias="from")] = None,
    until: Month = None,
    series: Series = None,
    by: By = None,
    quantiles: Levels = None,
    fiscal: Fiscal = False,
) -> Response:
    """Mean and quantiles over members, by series and month, and published values beside them.

    People without status only ever come as a range. Cached answers are exact.
    """
    start, last = window(first, until)
    result = engine(request).run(
        scenario(scenario_, sets), members=members, seed=seed, start=start, until=last,
        series=options.listed(series, tuple(declared.SERIES), "series", "series") or None,
        by=options.listed(by, options.DIMENSIONS, "by", "dimension"),
        quantiles=options.quantiles(quantiles),
    )  # fmt: skip
    shown = result.over("fiscal") if fiscal else result
    return Response(document(shown.table(), dict(shown.record)), media_type=JSON)


@router.get(
    "/run/stream",
    summary="Run a scenario, with progress",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "progress events, then result"},
        **answers(503),
    },
)
async def run_stream(
    request: Request,
    scenario_: Annotated[str, Query(alias="scenario", max_length=100)] = "baseline",
    sets: Sets = None,
    members: Members = 200,
    seed: Seed = 0,
    first: Annotated[Month, Query(alias="from")] = None,
    until: Month = None,
    series: Series = None,
) -> StreamingResponse:
    """Server-sent events `progress` (done, total, left in seconds), then `result` or `error`.

    Closing the request stops the run.
    """
    start, last = window(first, until)
    chosen = scenario(scenario_, sets)
    names = options.listed(series, tuple(declared.SERIES), "series", "series") or None
    engine(request).members(members)
    return StreamingResponse(
        events(request, chosen, members, seed, start, last, names),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def events(
    request: Request,
    chosen: Scenario,
    members: int,
    seed: int,
    start: int,
    last: int,
    names: tuple[str, ...] | None,
) -> AsyncIterator[str]:
    """The events of one run; the run is told to stop as soon as nobody listens."""
    stop, latest = threading.Event(), [None]

    def note(now: Any) -> None:
        latest[0] = now

    def work() -> str:
        result = engine(request).run(
            chosen, members=members, seed=seed, start=start, until=last, series=names,
            quantiles=options.QUANTILES, progress=note, stop=stop,
        )  # fmt: skip
        return document(result.table(), dict(result.record))

    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        while not task.done():
            await asyncio.wait([task], timeout=0.25)
            now: Any = latest[0]
            if now is not None and not task.done():
                told = {"done": now.done, "total": now.total, "left": now.left}
                yield f"event: progress\ndata: {json.dumps(told)}\n\n"
        try:
            yield f"event: result\ndata: {task.result()}\n\n"
        except Exception as error:
            yield f"event: error\ndata: {json.dumps({'detail': str(error)})}\n\n"
    finally:
        stop.set()


@router.get("/compare", summary="Paired difference of two scenarios", responses=answers(503))
def compare(
    request: Request,
    a: Name = "baseline",
    b: Name = "baseline",
    set_a: Annotated[list[str] | None, Query(max_length=50)] = None,
    set_b: Annotated[list[str] | None, Query(max_length=50)] = None,
    members: Members = 200,
    seed: Seed = 0,
    first: Annotated[Month, Query(alias="from")] = None,
    until: Month = None,
    series: Series = None,
    by: By = None,
    quantiles: Levels = None,
    fiscal: Fiscal = False,
) -> Response:
    """B minus A, member by member on common draws: mean and quantiles of the difference."""
    from sojourn.questions.compare import paired

    start, last = window(first, until)
    names = options.listed(series, tuple(declared.SERIES), "series", "series") or None
    split = options.listed(by, options.DIMENSIONS, "by", "dimension")
    ran = [
        engine(request).run(
            chosen, members=members, seed=seed, start=start, until=last, series=names, by=split,
            quantiles=options.quantiles(quantiles),
        )
        for chosen in (scenario(a, set_a, "a"), scenario(b, set_b, "b"))
    ]  # fmt: skip
    result = paired(ran[0], ran[1])
    shown = result.over("fiscal") if fiscal else result
    return Response(document(shown.table(), dict(shown.record)), media_type=JSON)


@router.get("/solve", summary="What would have to be true", responses=answers(503))
def solve(
    request: Request,
    lever: Annotated[str, Query(max_length=100, examples=["rpd.capacity"])],
    target: Annotated[str, Query(max_length=200, examples=["rpd.wait_new <= 12 @ 2028-03"])],
    scenario_: Annotated[str, Query(alias="scenario", max_length=100)] = "baseline",
    sets: Sets = None,
    probability: Annotated[float, Query(gt=0, lt=1, allow_inf_nan=False)] = 0.8,
    members: Annotated[int, Query(ge=1, le=1000)] = 100,
    seed: Seed = 0,
    first: Annotated[Month, Query(alias="from")] = None,
) -> Response:
    """The lever's value that reaches the target with that probability, or why none does."""
    from sojourn.questions import solve as question

    chosen = scenario(scenario_, sets)
    since = question.FROM if first is None else options.month(first, "from")
    owner = engine(request)
    owner.members(members)
    with owner.room():
        found = question.solve(
            chosen, lever, target, probability=probability, members=members, seed=seed, since=since
        )
    return reply(found.as_json())


FACTS = {
    "facts": {"date_of_claim": "2026-04-10", "date_of_entry": "2026-04-10", "came_from_us": True},
    "question": "eligibility",
}


@router.post("/decide", summary="The law on one person", responses=answers(400, 415))
def decide(
    facts: Annotated[dict[str, Any], Body(max_length=100, examples=[FACTS["facts"]])],
    question: Annotated[str, Body(max_length=50)] = "eligibility",
    date: Annotated[str | None, Body(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
) -> Response:
    """Outcome, provision and the trail of provisions. Nothing is stored; not legal advice."""
    from sojourn.law.decide import decide as decide_one

    return reply(decide_one(facts, question, date, where="body").as_json())


@router.get(
    "/forecast/{series}", summary="Forecast a published series", responses=answers(404, 503)
)
def forecast(
    request: Request,
    series: Annotated[str, Path(max_length=60, examples=["claims"])],
    as_of: Annotated[str, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2025-09-01"])],
    horizon: Annotated[int, Query(ge=1, le=120)] = 12,
    model: Annotated[str, Query(max_length=40)] = "sojourn",
    seed: Seed = 0,
) -> Response:
    """Quantiles of the months after a day, made with what was published by that day."""
    from sojourn.inference import forecast as question

    with engine(request).room():
        rows = question.forecast(series, as_of=as_of, horizon=horizon, model=model, seed=seed)
    return reply({"rows": rows})


@router.get("/cost", summary="Cost of a cohort of arrivals", responses=answers(503))
def cost(
    request: Request,
    cohort: Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", examples=["2023-24"])],
    mode: Text = None,
    nationality: Text = None,
    payer: Text = None,
    as_of: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
    scope: Literal["all", "pbo"] = "all",
) -> Response:
    """Money per person to the end of the cohort's cases, by payer, stage and path."""
    owner = engine(request)
    return reply(costing.cost(owner, cohort, mode, nationality, payer, as_of, scope))
