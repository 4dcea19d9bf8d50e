"""A target as people write it: `SERIES OP VALUE @ MONTH`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs import months, series
from sojourn.inputs.errors import InputError

_FORM = re.compile(
    r"\s*(?P<series>[a-z_.0-9]+)(?:\[(?P<dims>[^\]]*)\])?\s*(?P<op><=|>=)"
    r"\s*(?P<value>[-+0-9.eE_]+)\s*@\s*(?P<month>\S+)\s*\Z"
)


@dataclass(frozen=True)
class Target:
    """The series is at most (`<=`) or at least (`>=`) `value` in `month`."""

    series: str
    dims: tuple[tuple[str, str], ...]
    op: str
    value: float
    month: int

    @property
    def text(self) -> str:
        """The target as written."""
        dims = ",".join(f"{k}={v}" for k, v in self.dims)
        cell = f"[{dims}]" if dims else ""
        return f"{self.series}{cell} {self.op} {self.value:.12g} @ {months.text(self.month)}"

    def met(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which members meet it, [members]; not known (NaN) does not."""
        known = np.isfinite(values)
        filled = np.where(known, values, 0.0)
        return known & (filled <= self.value if self.op == "<=" else filled >= self.value)

    def margin(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far each member is on the right side of the target (negative: it misses)."""
        gap = self.value - values
        return gap if self.op == "<=" else -gap


def parse(text: str, *, where: str = "--target") -> Target:
    """A target, such as `rpd.wait_new <= 12 @ 2028-03` or `shelter.occupied[item=Toronto] <= ...`.

    Raises InputError for a wrong form, an unknown series, a number that is not finite, or a month
    outside 2015-01 to 2060-12.
    """
    found = _FORM.match(text)
    if not found:
        expected = "SERIES <= VALUE @ YYYY-MM or SERIES >= VALUE @ YYYY-MM"
        raise InputError(where, "target", text, expected)
    series.get(found["series"], where=where)
    try:
        value = float(found["value"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(where, "value", found["value"], "a finite number")
    month = months.parse(found["month"], where=where, field="month")
    if not months.FIRST <= month <= months.HORIZON:
        expected = f"a month from {months.text(months.FIRST)} to {months.text(months.HORIZON)}"
        raise InputError(where, "month", found["month"], expected)
    return Target(found["series"], _dims(found["dims"], where), found["op"], value, month)


def _dims(text: str | None, where: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in (text or "").split(","):
        if not part.strip():
            continue
        name, equals, code = part.partition("=")
        if not equals or name.strip() not in series.DIMENSIONS:
            raise InputError(where, "dimension", part, "dimension=code, such as item=Toronto")
        pairs.append((name.strip(), code.strip()))
    return tuple(pairs)
