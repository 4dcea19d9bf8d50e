"""The API's lists: scenarios, series, parameters, published figures, statements."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from sojourn.inputs import figures as figures_of
from sojourn.inputs import months, parameters
from sojourn.inputs import scenario as scenarios
from sojourn.inputs import series as declared
from sojourn.inputs.scenario import Scenario
from sojourn.show.cli import options
from sojourn.show.cli.emit import document
from sojourn.show.web import api
from sojourn.show.web.problems import answers

router = APIRouter(prefix="/api/v1", tags=["v1"])


@router.get("/scenarios", summary="Shipped scenarios")
def list_scenarios() -> dict[str, Any]:
    """Name, title and changes of every shipped scenario."""
    rows = []
    for name in scenarios.names():
        one = Scenario.load(name)
        rows.append({"name": name, "title": one.title, "title_fr": one.title_fr,
                     "description": one.description, "description_fr": one.description_fr,
                     "reference": one.reference, "hash": one.hash,
                     "changes": [change.text() for change in one.changes]})  # fmt: skip
    return {"rows": rows}


@router.get("/series", summary="Output series")
def list_series() -> dict[str, Any]:
    """Every output series with its unit, definition and the dimensions it can be split by."""
    return {"rows": [vars(one) for one in declared.SERIES.values()]}


@router.get("/parameters", summary="Parameters (levers)", responses=answers(422))
def list_parameters(month: api.Month = None) -> Response:
    """Every parameter with its value in a month (2026-01 unless said), range and source."""
    at = months.parse("2026-01") if month is None else options.month(month, "month")
    rows = []
    for name, dated in sorted(parameters.load().rows.items()):
        live = [row for row in dated if row.start <= at] or [dated[0]]
        row = live[-1]
        rows.append({"name": name, "from": months.text(row.start), "value": row.value,
                     "low": row.low, "high": row.high, "unit": row.unit, "kind": row.kind,
                     "source_id": row.source_id, "note": row.note})  # fmt: skip
    return api.reply({"rows": rows})


@router.get("/figures", summary="Published series")
def list_figures() -> Response:
    """Every series of published figures, with its definition, lag and number of rows."""
    rows = []
    for name, one in figures_of.registry().items():
        rows.append({"series": name, "label": one.label, "label_fr": one.label_fr,
                     "definition": one.definition, "lag_days": one.lag_days,
                     "rows": len(figures_of.rows(name))})  # fmt: skip
    return api.reply({"rows": rows})


@router.get("/figures/{series}", summary="One published series", responses=answers(404))
def figure(
    series: Annotated[str, Path(max_length=60, examples=["rpd.pending"])],
    as_of: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
    used: Annotated[
        bool, Query(description="only rows in use; false: also superseded ones")
    ] = True,
) -> Response:
    """Rows with value or missing flag, period, availability, vintage and source."""
    frame = figures_of.observed(series, as_of, used=used, period="*")
    return Response(document(frame), media_type=api.JSON)


@router.get("/ledger", summary="Public statements checked", responses=answers(503))
def ledger(
    id: Annotated[str | None, Query(max_length=80)] = None,
    article: Annotated[str | None, Query(max_length=80)] = None,
    lang: api.Lang = "en",
) -> Response:
    """Statements with their verdict, the figures behind it and the sentence that would be true."""
    from sojourn.questions import ledger as question

    return api.reply({"rows": [entry.row(lang) for entry in question.ledger(id, article=article)]})
