"""Errors of the API as problem documents (RFC 9457) that name the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from sojourn.inference.watch import Stopped
from sojourn.inputs.errors import InputError

MEDIA = "application/problem+json"

TITLES = {
    400: "The request cannot be read",
    404: "There is nothing here",
    405: "This address does not take that method",
    413: "The request is too large",
    414: "The query is too long",
    415: "The body is not JSON",
    422: "A value is wrong",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "The server is busy",
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "the field that is wrong"},
        "value": {"type": "string", "description": "what was found in it"},
        "expected": {"type": "string", "description": "what would have been accepted"},
    },
}


def problem(status: int, detail: str, **more: str) -> JSONResponse:
    """A problem document with its status."""
    content = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        **more,
    }
    headers = {"Retry-After": "2"} if status in (429, 503) else None
    return JSONResponse(content, status_code=status, media_type=MEDIA, headers=headers)


def of_input(error: InputError) -> JSONResponse:
    """Wrong input: 422 with the field, the value found and what was expected."""
    return problem(
        422, str(error), field=error.field, value=repr(error.value)[:120], expected=error.expected
    )


def answers(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of an operation, for its OpenAPI entry."""
    ref = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {code: {"description": TITLES[code], "content": {MEDIA: ref}} for code in codes}


ErrorPage = Callable[[Request, int, str], Response]


def install(app: FastAPI, page: ErrorPage) -> None:
    """Turn every error into a problem document, or into a page where a person's browser asked."""

    def wrong_input(request: Request, error: Exception) -> Response:
        assert isinstance(error, InputError)
        if wants_page(request):
            return page(request, 422, str(error))
        return of_input(error)

    def wrong_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]]
        name = ".".join(place[1:]) or place[0]
        status = 400 if first["type"] == "json_invalid" else 422
        detail = f"{place[0]}: {name}: {first['msg']}"
        if wants_page(request):
            return page(request, status, detail)
        found = repr(first.get("input"))[:120]
        return problem(status, detail, field=name, value=found, expected=str(first["msg"]))

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail = str(error.detail)
        if wants_page(request):
            answer = page(request, error.status_code, detail)
        else:
            answer = problem(error.status_code, detail)
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer

    def stopped(request: Request, error: Exception) -> Response:
        detail = f"{error}. Ask for fewer members, or run it yourself with the command shown."
        return page(request, 503, detail) if wants_page(request) else problem(503, detail)

    def broken(request: Request, _error: Exception) -> Response:
        detail = "The error is in our log. Try again, or report what you asked for."
        return page(request, 500, detail) if wants_page(request) else problem(500, detail)

    app.add_exception_handler(InputError, wrong_input)
    app.add_exception_handler(RequestValidationError, wrong_request)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Stopped, stopped)
    app.add_exception_handler(Exception, broken)


def wants_page(request: Request) -> bool:
    """Whether a person's browser asked: the address is one of the pages."""
    return request.url.path.split("/")[1:2] in (["en"], ["fr"], [""])
