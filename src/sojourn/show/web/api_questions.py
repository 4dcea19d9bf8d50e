"""The API's longer questions: which unknown matters, why two scenarios differ, single journeys."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from sojourn.inputs import series as declared
from sojourn.show.cli import options
from sojourn.show.cli.emit import document
from sojourn.show.web import api
from sojourn.show.web.problems import answers

router = APIRouter(prefix="/api/v1", tags=["v1"])

EVALUATIONS, JOURNEYS = 1000, 5000
"""Most runs of a sensitivity, and most journeys, that one request may ask for."""


@router.get("/sensitivity", summary="Which unknown matters", responses=answers(503))
def sensitivity(
    request: Request,
    series: Annotated[str, Query(max_length=60, examples=["rpd.pending"])],
    at: Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", examples=["2028-12"])],
    scenario: api.Name = "baseline",
    sets: api.Sets = None,
    evaluations: Annotated[int, Query(ge=100, le=EVALUATIONS)] = 300,
    seed: api.Seed = 0,
) -> Response:
    """Sobol indices of an outcome in a month: first order and total, ranked."""
    from sojourn.questions import sensitivity as question

    chosen = api.scenario(scenario, sets)
    with api.engine(request).room():
        found = question.sensitivity(chosen, series, at, evaluations=evaluations, seed=seed)
    return api.reply({"rows": [vars(factor) for factor in found]})


@router.get("/explain", summary="Why two scenarios differ", responses=answers(503))
def explain(
    request: Request,
    a: api.Name = "baseline",
    b: api.Name = "baseline",
    set_a: Annotated[list[str] | None, Query(max_length=50)] = None,
    set_b: Annotated[list[str] | None, Query(max_length=50)] = None,
    series: api.Series = None,
    first: Annotated[api.Month, Query(alias="from")] = None,
    until: api.Month = None,
    members: Annotated[int, Query(ge=1, le=64)] = 32,
    seed: api.Seed = 0,
) -> Response:
    """The difference B minus A by year, split over the changes that cause it (Shapley)."""
    from sojourn.questions import explain as question

    names = options.listed(series, tuple(declared.SERIES), "series", "series")
    start = "2026-01" if first is None else first
    last = "2030-12" if until is None else until
    for month, field in ((start, "from"), (last, "until")):
        options.month(month, field)
    both = [api.scenario(a, set_a, "a"), api.scenario(b, set_b, "b")]
    with api.engine(request).room():
        parts = question.explain(
            both[0], both[1], series=names or question.SERIES, start=start, until=last,
            members=members, seed=seed,
        )  # fmt: skip
    return api.reply({"rows": [vars(part) for part in parts]})


@router.get("/journeys", summary="Synthetic journeys of single claims", responses=answers(503))
def journeys(
    request: Request,
    scenario: api.Name = "baseline",
    sets: api.Sets = None,
    n: Annotated[int, Query(ge=1, le=JOURNEYS)] = 100,
    mode: api.Text = None,
    seed: api.Seed = 0,
) -> Response:
    """Histories of single claims that agree with the cohort run: stage, from, to, outcome, cost."""
    from sojourn.questions import journeys as question

    chosen = api.scenario(scenario, sets)
    with api.engine(request).room():
        sample = question.journeys(chosen, n=n, mode=mode, seed=seed)
    return Response(document(sample.table()), media_type=api.JSON)
