"""Stable addresses of data: runs and figures as CSV, JSON, Parquet, metadata, SVG and PNG."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sojourn.inputs import figures, months, sources
from sojourn.show import charts
from sojourn.show.cli.emit import document
from sojourn.show.web import levers, outlook

if TYPE_CHECKING:
    import polars as pl

router = APIRouter(include_in_schema=False)

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "metadata.json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
}
Lang = Literal["en", "fr"]
Name = Annotated[str, Path(max_length=60)]
AsOf = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")]


def released(request: Request) -> int:
    """Members of a page at rest on this server."""
    count: int = request.app.state.settings.released
    return count


def attachment(body: str | bytes, ending: str, name: str) -> Response:
    """A file to keep, with its name."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{ending}"',
        "Cache-Control": "public, max-age=3600",
    }
    return Response(body, media_type=MEDIA[ending], headers=headers)


@router.get("/{lang}/explore.{ending}")
def explored(request: Request, lang: Lang, ending: str) -> Response:
    """The view of an address as a file: all its rows, or its metadata."""
    view = levers.read(request.query_params.multi_items())
    if ending not in ("csv", "json", "parquet", "metadata.json"):
        raise HTTPException(404, f"no {ending} of a view: csv, json, parquet, metadata.json")
    result = request.app.state.engine.run(
        view.scenario, members=released(request), start=months.FIRST, until=levers.UNTIL,
        series=outlook.SERIES, quantiles=outlook.QUANTILES,
    )  # fmt: skip
    name = f"sojourn-{view.base}"
    if ending == "csv":
        return attachment(result.table().write_csv(), ending, name)
    if ending == "parquet":
        buffer = io.BytesIO()
        result.table().write_parquet(buffer)
        return attachment(buffer.getvalue(), ending, name)
    if ending == "json":
        return attachment(document(result.table(), dict(result.record)), ending, name)
    meta = {"record": dict(result.record), "command": view.command(released(request)),
            "python": view.python(released(request)),
            "address": f"/{lang}/?{view.query()}"}  # fmt: skip
    return attachment(json.dumps(meta, ensure_ascii=False, indent=1), ending, name)


@router.get("/{lang}/chart/{name}.{ending}")
def chart(
    request: Request,
    lang: Lang,
    name: Annotated[str, Path(max_length=40)],
    ending: Literal["svg", "png"],
    size: Annotated[Literal["wide", "narrow"], Query()] = "wide",
) -> Response:
    """One chart of a view as a picture with its title, for a document."""
    view = levers.read(request.query_params.multi_items())
    look = outlook.look(request.app.state.engine, view, released(request), lang)
    spec = titled(look, name, lang, size)
    body: str | bytes
    body = charts.svg(spec, charts.LIGHT) if ending == "svg" else charts.png(spec)
    return attachment(body, ending, f"sojourn-{name}")


def titled(look: outlook.Outlook, name: str, lang: str, size: str) -> charts.Spec:
    """The chart with title and sentence inside, since a picture travels without its page."""
    from sojourn.show import blocks

    drawn = {block.name: block.charts[0] for block in outlook.shown(look, lang, size)}
    drawn["cost"] = outlook.cost_chart(look, lang, size)
    if name not in drawn:
        raise HTTPException(404, f"no chart {name}: {', '.join(drawn)}")
    source = f"Sojourn · {look.view.scenario.name}"
    title = {"text": blocks.title(name, lang), "subtitle": [outlook.said(look, lang)[name], source]}
    return {**drawn[name], "title": title}


@router.get("/{lang}/figures/{series}.csv")
def figure_csv(lang: Lang, series: Name, as_of: AsOf = None) -> Response:
    """Every row of a published series, used or not."""
    return attachment(_rows(series, as_of).write_csv(), "csv", series)


@router.get("/{lang}/figures/{series}.metadata.json")
def figure_metadata(lang: Lang, series: Name) -> Response:
    """What the rows of a published series mean."""
    _known(series)
    text = json.dumps(metadata(series), ensure_ascii=False, indent=1)
    return attachment(text, "metadata.json", series)


@router.get("/{lang}/figures/{series}.json")
def figure_json(lang: Lang, series: Name, as_of: AsOf = None) -> Response:
    """Every row of a published series, used or not."""
    return attachment(document(_rows(series, as_of)), "json", series)


def _known(series: str) -> None:
    if series not in figures.registry():
        raise HTTPException(404, "no published series of that name")


def _rows(series: str, as_of: str | None) -> pl.DataFrame:
    _known(series)
    return figures.observed(series, as_of, used=False, period="*")


def metadata(series: str) -> dict[str, Any]:
    """What a series is: definition, columns, lag, sources, conflicts and gaps."""
    one = figures.declared(series)
    rows = figures.rows(series)
    known = sources.load()
    return {
        "series": series, "label": one.label, "label_fr": one.label_fr,
        "definition": one.definition, "columns": list(figures.COLUMNS),
        "publication_lag_days": one.lag_days, "publication_lag_reason": one.lag_reason,
        "rows": len(rows), "units": sorted({row.unit for row in rows}),
        "first_day": str(min((r.start for r in rows), default="")),
        "last_day": str(max((r.end for r in rows), default="")),
        "conflicts": len(figures.conflicts(series)), "gaps": len(figures.gaps(series)),
        "sources": [
            {"source_id": s, "title": known[s].title, "publisher": known[s].publisher,
             "url": known[s].url, "licence": known[s].licence}
            for s in sorted({row.source_id for row in rows}) if s in known
        ],
    }  # fmt: skip
