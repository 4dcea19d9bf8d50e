"""What a server allows: limits that keep one visitor from taking it away from the others."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """Limits of one process.

    members: most members of one run; dragged, released: members of a page while a lever moves and
    once it rests; body: bytes of a request body; query: characters of a query;
    rate: requests a second each client may make on average, burst: at once; runs: simulations at
    the same time; seconds: longest a simulation may take; processes: worker processes that make
    members (0: threads of this one, which take turns at Python); proxies: trusted reverse proxies
    before this process, of whom the last states the client's address in X-Forwarded-For.
    """

    members: int = 2000
    dragged: int = 50
    released: int = 200
    body: int = 64 * 1024
    query: int = 8 * 1024
    rate: float = 20.0
    burst: int = 120
    runs: int = field(default_factory=lambda: max(2, os.cpu_count() or 2))
    seconds: float = 60.0
    processes: int = 0
    proxies: int = 0
