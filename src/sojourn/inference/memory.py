"""Memory kept between batches of members."""

from __future__ import annotations

import ctypes
from functools import lru_cache

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1
"""Numbers of glibc's options (malloc.h)."""


@lru_cache(maxsize=1)
def keep() -> None:
    """Have freed arrays kept for the next batch.

    glibc gives large arrays back to the system at once, and each batch then waits for fresh pages:
    a tenth of its time (docs/scale.md). Other C libraries are left as they are.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(MMAP_THRESHOLD, 32 * 2**20)
    mallopt(TRIM_THRESHOLD, 256 * 2**20)
