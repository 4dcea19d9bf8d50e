"""Start-up of a command that runs the model: load only what the kernel needs."""

from __future__ import annotations

import gc
import sys

BLAS = "scipy.linalg.cython_blas"


def start() -> None:
    """Load Numba without SciPy's linear algebra, a fifth of a second that no kernel here uses.

    For the command line alone: in this process compiled code can no longer multiply matrices.
    The collector of cycles looks rarely: what is loaded lives to the end, arrays free themselves.
    """
    gc.set_threshold(200_000, 20, 100)
    if BLAS not in sys.modules and "numba.np.arraymath" not in sys.modules:
        sys.modules[BLAS] = None  # type: ignore[assignment]
        try:
            import numba.np.arraymath  # noqa: F401
        finally:
            del sys.modules[BLAS]
