"""The explorer and the API in one stateless application: any number may run side by side."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.middleware.gzip import GZipMiddleware

from sojourn import __version__
from sojourn.show.web import api, api_lists, api_questions, assets, downloads, pages, problems
from sojourn.show.web.engine import Engine
from sojourn.show.web.guard import Guard, Metrics
from sojourn.show.web.settings import Settings

DESCRIPTION = (
    "An open, executable, validated model of the Canada-US asylum system. Every answer is"
    " computed by the same code as the command line; every error names the field."
    " / Modèle ouvert, exécutable et validé du système d'asile Canada–États-Unis."
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. It keeps no state but a cache of results: nothing about visitors."""
    chosen = settings or Settings()
    app = FastAPI(
        title="Sojourn", version=__version__, description=DESCRIPTION, docs_url=None,
        redoc_url=None, license_info={"name": "Apache-2.0"}, openapi_url="/openapi.json",
    )  # fmt: skip
    app.state.settings = chosen
    app.state.engine = Engine(chosen)
    app.state.metrics = Metrics()
    _add_service(app)
    for part in (api, api_lists, api_questions, assets, downloads, pages):
        app.include_router(part.router)
    problems.install(app, pages.error)
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=4)
    app.add_middleware(Guard, settings=chosen, metrics=app.state.metrics)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _add_service(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> PlainTextResponse:
        return PlainTextResponse(app.state.metrics.text(), media_type="text/plain; version=0.0.4")

    @app.get("/", include_in_schema=False)
    def root(request: Request) -> Response:
        lang = preferred(request.headers.get("accept-language", ""))
        return RedirectResponse(f"/{lang}/", 307, {"Vary": "Accept-Language"})

    @app.get("/robots.txt", include_in_schema=False)
    def robots() -> PlainTextResponse:
        return PlainTextResponse("User-agent: *\nDisallow: /api/\n")


def preferred(accepted: str) -> str:
    """English or French, as the browser states its preference; English where it states neither."""
    best, lang = 0.0, "en"
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if name[:2] in ("en", "fr") and quality > best:
            best, lang = quality, name[:2]
    return lang


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 with the problem document in place of FastAPI's own error shape."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes,
            license_info=app.license_info,
        )  # fmt: skip
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = problems.SCHEMA
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for path in made["paths"].values():
            for operation in path.values():
                operation["responses"].update(problems.answers(422, 413, 414, 429, 503))
        app.openapi_schema = made
    return app.openapi_schema
