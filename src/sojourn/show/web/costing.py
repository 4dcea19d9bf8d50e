"""The cost of a cohort, for the API and the page."""

from __future__ import annotations

from typing import Any


def cost(
    cohort: str,
    mode: str | None = None,
    nationality: str | None = None,
    payer: str | None = None,
    as_of: str | None = None,
    scope: str = "all",
) -> dict[str, Any]:
    """The document of `sojourn cost`. Raises InputError for an unknown cohort or dimension."""
    import sojourn

    filters = {
        name: value
        for name, value in (("mode", mode), ("nationality", nationality), ("payer", payer),
                            ("as_of", as_of))
        if value
    }  # fmt: skip
    found: Any = sojourn.cost(cohort, scope=scope, **filters)
    document: dict[str, Any] = found if isinstance(found, dict) else found.as_json()
    return document
