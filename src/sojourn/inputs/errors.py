"""The one error of bad input: it names the file, the field, the value and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Raised for wrong input of any kind; the command line turns it into exit code 2 and one line.

    `where` is a file (with line), an option or an argument; `field` the field in it;
    `value` what was found; `expected` what would have been accepted.
    """

    def __init__(self, where: str, field: str, value: object, expected: str) -> None:
        self.where = where
        self.field = field
        self.value = value
        self.expected = expected
        super().__init__(where, field, value, expected)

    def __str__(self) -> str:
        shown = repr(self.value)
        if len(shown) > 120:
            shown = shown[:117] + "..."
        line = f"{self.where}: {self.field}: got {shown}, expected {self.expected}"
        return " ".join(line.split())


def nearest(name: str, known: Iterable[str]) -> str:
    """Sentence part that offers the known name closest to `name`, for error messages."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"a known name; did you mean {close[0]!r}?"
    listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f"a known name ({listed})"
