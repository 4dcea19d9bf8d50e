"""A number that nobody knows is a range with its method, and refuses to be one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Range:
    """Low and high of an uncertain stock, persons (numbers or arrays [T]), with the method.

    Turning it into one number raises InputError.
    """

    low: Array
    high: Array
    method: str
    method_fr: str

    def __post_init__(self) -> None:
        low, high = np.asarray(self.low, dtype=float), np.asarray(self.high, dtype=float)
        if low.shape != high.shape or np.any(low > high) or np.any(low < 0):
            raise InputError("range", "low, high", (low.shape, high.shape), "0 <= low <= high")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def at(self, t: int) -> Range:
        """The range of one month of a path."""
        return Range(self.low[t], self.high[t], self.method, self.method_fr)

    def _refuse(self) -> NoReturn:
        shown = f"{np.ravel(self.low)[0]:.0f} to {np.ravel(self.high)[0]:.0f}"
        raise InputError("range", "one number", shown, "low and high: nobody knows the number")

    def __float__(self) -> float:
        self._refuse()

    def __int__(self) -> int:
        self._refuse()

    def __index__(self) -> int:
        self._refuse()

    def __array__(self, *args: object, **kwargs: object) -> NoReturn:
        self._refuse()
