"""The rules by which findings become a verdict. An author may explain it, never choose it.

1. An opinion is not rated.
2. Each quantity has one test, which gives one finding:
   absent          no figure stands where the test looks, or the number was put forward under a
                   condition that did not come about;
   differs         the figure disagrees by more than the tolerance;
   population      it agrees, but counts other people than the statement speaks of;
   forecast        it agrees, but was a forecast and the statement gives it as what happened;
   upper_bound     it agrees with the upper end of a range, given as the estimate;
   outdated        it agrees, but a later figure known when it was said does not;
   within          it lies inside a published range;
   agrees          it agrees.
   A law test gives agrees or differs; so does the claim that nobody publishes a number.
3. The verdict is that of the gravest finding, in the order of `GRAVITY`. A statement none of whose
   quantities can be tested cannot be verified; if only some cannot, the rest is rated and that is
   context.
4. A supported statement with a live context check, or a number within a range, is supported with
   context.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sojourn.inputs.dimensions import Label

Finding = Literal[
    "agrees", "within", "outdated", "upper_bound", "forecast", "population", "differs", "absent"
]

VERDICTS: dict[str, Label] = {
    "supported": Label("supported", "appuyé"),
    "supported with context": Label("supported with context", "appuyé, avec contexte"),
    "outdated": Label("outdated", "dépassé"),
    "wrong population": Label("wrong population", "autre population"),
    "upper bound given as estimate": Label(
        "upper bound given as estimate", "borne supérieure donnée comme estimation"
    ),
    "forecast given as actual": Label(
        "forecast given as actual", "prévision donnée comme un fait accompli"
    ),
    "cannot be verified": Label("cannot be verified", "invérifiable"),
    "contradicted": Label("contradicted", "contredit"),
    "opinion, not rated": Label("opinion, not rated", "opinion, non évaluée"),
}

GRAVITY: tuple[tuple[Finding, str], ...] = (
    ("differs", "contradicted"),
    ("population", "wrong population"),
    ("forecast", "forecast given as actual"),
    ("upper_bound", "upper bound given as estimate"),
    ("outdated", "outdated"),
)
"""Findings from the gravest, with their verdict."""


def verdict(kind: str, findings: Iterable[Finding], context: bool) -> str:
    """The verdict of a statement from the findings of its tests.

    `context`: at least one context check is live.
    """
    if kind == "opinion":
        return "opinion, not rated"
    found = list(findings)
    rated = [finding for finding in found if finding != "absent"]
    if found and not rated:
        return "cannot be verified"
    for finding, name in GRAVITY:
        if finding in rated:
            return name
    if not found:
        # only context was given: nothing in the statement could be put to a test
        return "cannot be verified"
    if context or "within" in rated or len(rated) < len(found):
        return "supported with context"
    return "supported"


def compare(
    claimed: float,
    value: float | None,
    low: float | None,
    high: float | None,
    tolerance: float,
    relation: str = "equals",
) -> Finding:
    """Finding of a claimed number beside a published one, or its range, before any other rule.

    The tolerance is relative to the published number; `relation` at_least and at_most test a bound.
    """
    if value is None and low is None and high is None:
        return "absent"
    if relation != "equals":
        return _bound(claimed, value, low, high, tolerance, relation)
    if value is not None and _near(claimed, value, tolerance):
        return "agrees"
    if high is not None and _near(claimed, high, tolerance):
        return "upper_bound"
    if low is not None and high is not None and low <= claimed <= high:
        return "within"
    return "differs"


def _bound(
    claimed: float,
    value: float | None,
    low: float | None,
    high: float | None,
    tolerance: float,
    relation: str,
) -> Finding:
    slack = tolerance * abs(claimed)
    centre = value if value is not None else (low if relation == "at_least" else high)
    if centre is None:
        return "absent"
    holds = centre >= claimed - slack if relation == "at_least" else centre <= claimed + slack
    return "agrees" if holds else "differs"


def _near(claimed: float, published: float, tolerance: float) -> bool:
    return abs(claimed - published) <= tolerance * abs(published) + 1e-9
