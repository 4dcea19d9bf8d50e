"""Files a page asks for: style, script and the Vega bundle, compressed once, cached for a year."""

from __future__ import annotations

import gzip
import hashlib
import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sojourn.show import report

STATIC = "show/web/static"
YEAR = "public, max-age=31536000, immutable"
SNIPPET = "window.vegaEmbed = vegaEmbed; window.dispatchEvent(new Event('vega'));"

router = APIRouter(include_in_schema=False)
_making = threading.Lock()


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, the same compressed, its kind, and a tag of its content."""

    body: bytes
    packed: bytes
    media: str
    tag: str


@lru_cache(maxsize=8)
def asset(name: str) -> Asset:
    """A file by name. Raises KeyError for any name that is not ours."""
    if name == "style.css":
        body = "".join(report.stylesheet(part) for part in ("base.css", "statements.css"))
        body += _text(f"{STATIC}/web.css")
        return _made(body, "text/css; charset=utf-8")
    if name == "explorer.js":
        return _made(_text(f"{STATIC}/explorer.js"), "text/javascript; charset=utf-8")
    if name == "vega.js":
        return _made(_bundle(), "text/javascript; charset=utf-8")
    if name == "icon.svg":
        return _made(_text(f"{STATIC}/icon.svg"), "image/svg+xml")
    raise KeyError(name)


def _made(text: str, media: str) -> Asset:
    body = text.encode()
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(body, packed, media, hashlib.sha256(body).hexdigest()[:12])


@lru_cache(maxsize=1)
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as vl-convert carries them, in one script."""
    import vl_convert

    with _making:
        made: str = vl_convert.javascript_bundle(SNIPPET)
    return made


@lru_cache(maxsize=1)
def bundle_tag() -> str:
    """A tag for the bundle that changes with its version, known without making it."""
    import vl_convert

    version = getattr(vl_convert, "__version__", "0") + vl_convert.get_vega_version() + SNIPPET
    return hashlib.sha256(version.encode()).hexdigest()[:12]


def url(name: str) -> str:
    """The address of a file; it changes with the content, so that caches never serve an old one."""
    tag = bundle_tag() if name == "vega.js" else asset(name).tag
    return f"/static/{tag}/{name}"


def _text(path: str) -> str:
    return resources.files("sojourn").joinpath(path).read_text(encoding="utf-8")


@router.get("/static/{tag}/{name}")
def static(tag: str, name: str, request: Request) -> Response:
    """One file of ours, compressed when the browser takes that."""
    try:
        found = asset(name)
    except KeyError:
        raise HTTPException(404, "no such file") from None
    cache = YEAR if url(name) == f"/static/{tag}/{name}" else "no-cache"
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=found.media, headers=headers)
    return Response(found.body, media_type=found.media, headers=headers)
