"""What stands before every request: limits, security headers, metrics and the log."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import OrderedDict
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sojourn.show.web import problems
from sojourn.show.web.settings import Settings

log = logging.getLogger("sojourn.web")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CLIENTS = 10_000
"""Clients whose rate is remembered; the one not seen for longest is forgotten first."""

BOUNDS = (0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Rate:
    """A bucket of requests for each client: it fills by `rate` a second up to `burst`."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, client: str, now: float) -> bool:
        """Take one request out of the client's bucket; False when it is empty."""
        with self._lock:
            left, at = self._left.pop(client, (float(self.burst), now))
            left = min(float(self.burst), left + (now - at) * self.rate)
            allowed = left >= 1.0
            self._left[client] = (left - float(allowed), now)
            while len(self._left) > CLIENTS:
                self._left.popitem(last=False)
        return allowed


class Metrics:
    """Counts and times of requests by route, in the text format of Prometheus."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count: dict[tuple[str, str, int], int] = {}
        self._time: dict[str, list[float]] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        with self._lock:
            key = (method, route, status)
            self._count[key] = self._count.get(key, 0) + 1
            row = self._time.setdefault(route, [0.0] * (len(BOUNDS) + 2))
            for i, bound in enumerate(BOUNDS):
                row[i] += seconds <= bound
            row[-2] += 1
            row[-1] += seconds

    def text(self) -> str:
        """All metrics as text."""
        lines = ["# HELP sojourn_requests_total Requests answered.",
                 "# TYPE sojourn_requests_total counter"]  # fmt: skip
        with self._lock:
            for (method, route, status), count in sorted(self._count.items()):
                labels = f'method="{method}",route="{route}",status="{status}"'
                lines.append(f"sojourn_requests_total{{{labels}}} {count}")
            lines += ["# HELP sojourn_request_seconds Time to answer.",
                      "# TYPE sojourn_request_seconds histogram"]  # fmt: skip
            for route, row in sorted(self._time.items()):
                name = "sojourn_request_seconds"
                for bound, below in zip((*map(str, BOUNDS), "+Inf"), row[:-1], strict=True):
                    lines.append(f'{name}_bucket{{route="{route}",le="{bound}"}} {below:g}')
                lines.append(f'{name}_sum{{route="{route}"}} {row[-1]:.6f}')
                lines.append(f'{name}_count{{route="{route}"}} {row[-2]:g}')
        return "\n".join(lines) + "\n"


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app, self.settings, self.metrics = app, settings, metrics
        self.rate = Rate(settings.rate, settings.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it before any work is done."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        status = [500]
        over = [False]

        async def sending(message: Message) -> None:
            if over[0]:
                return
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"]] + [
                    (name.encode(), value.encode())
                    for name, value in HEADERS.items()
                    if name.encode() not in present
                ]
            await send(message)

        async def receiving() -> Message:
            message = await bounded()
            if message["type"] == TOO_LARGE:
                # answered here and now; whatever the application still says goes nowhere
                await self.too_large()(scope, receive, sending)
                over[0] = True
                return {"type": "http.disconnect"}
            return message

        bounded = _bounded(receive, self.settings.body)
        try:
            refusal = self.refused(scope)
            if refusal is not None:
                await refusal(scope, receive, sending)
                return
            await self.app(scope, receiving, sending)
        finally:
            self.note(scope, status[0], time.perf_counter() - start)

    def too_large(self) -> Any:
        """The refusal of a body over the limit."""
        return problems.problem(413, f"body: at most {self.settings.body} bytes")

    def refused(self, scope: Scope) -> Any:
        """The refusal of a request that is too long, too large or one too many; or None."""
        if len(scope["query_string"]) > self.settings.query:
            return problems.problem(414, f"query: at most {self.settings.query} characters")
        length = _header(scope, b"content-length")
        if length and (not length.isdigit() or float(length) > self.settings.body):
            return self.too_large()
        still = scope["path"].startswith(("/static/", "/healthz"))
        if not still and not self.rate.allows(self.client(scope), time.monotonic()):
            return problems.problem(429, "wait a moment, then go on more slowly")
        return None

    def client(self, scope: Scope) -> str:
        """The client's address, as the last trusted proxy states it."""
        stated = _header(scope, b"x-forwarded-for")
        if self.settings.proxies and stated:
            hops = [hop.strip() for hop in stated.split(",")]
            return hops[max(0, len(hops) - self.settings.proxies)]
        return scope["client"][0] if scope.get("client") else "unknown"

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """One log line and one count; by route, never with values from the address or query."""
        route = getattr(scope.get("route"), "path", None) or "(none)"
        method = scope["method"] if scope["method"] in METHODS else "(other)"
        self.metrics.add(method, route, status, seconds)
        line = {"method": method, "route": route, "status": status, "ms": round(seconds * 1e3, 1)}
        log.info("%s", json.dumps(line))


METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")


TOO_LARGE = "sojourn.too_large"
"""Message that stands for a body that turned out larger than allowed while it was read."""


def _bounded(receive: Receive, limit: int) -> Receive:
    seen = [0]

    async def bounded() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            seen[0] += len(message.get("body", b""))
            if seen[0] > limit:
                return {"type": TOO_LARGE}
        return message

    return bounded


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""
