"""Sojourn: an open, executable, validated model of the Canada-US asylum system.

    import sojourn as sj
    result = sj.run("baseline")
    result.series("rpd.pending")

Every name below is imported when first used, so `import sojourn` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Decision": "sojourn.law.decide",
    "InputError": "sojourn.inputs.errors",
    "Parameters": "sojourn.inputs.parameters",
    "Result": "sojourn.inference.result",
    "SERIES": "sojourn.inputs.series",
    "Scenario": "sojourn.inputs.scenario",
    "compare": "sojourn.questions.compare",
    "cost": "sojourn.costs.cohort",
    "decide": "sojourn.law.decide",
    "forecast": "sojourn.inference.forecast",
    "hindcast": "sojourn.inference.hindcast",
    "journeys": "sojourn.questions.journeys",
    "ledger": "sojourn.questions.ledger",
    "observed": "sojourn.inputs.figures",
    "reproduce": "sojourn.questions.reproduce",
    "run": "sojourn.inference.ensemble",
    "score": "sojourn.inference.rolling",
    "sensitivity": "sojourn.questions.sensitivity",
    "solve": "sojourn.questions.solve",
    "validate": "sojourn.questions.validate:checks",
}

__all__ = [*_HOME, "__version__"]

if TYPE_CHECKING:
    from sojourn.inputs.errors import InputError as InputError
    from sojourn.inputs.figures import observed as observed
    from sojourn.inputs.parameters import Parameters as Parameters
    from sojourn.inputs.scenario import Scenario as Scenario
    from sojourn.inputs.series import SERIES as SERIES


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sojourn' has no attribute {name!r}")
    module, _, attribute = _HOME[name].partition(":")
    return getattr(import_module(module), attribute or name)


def __dir__() -> list[str]:
    return sorted(__all__)
