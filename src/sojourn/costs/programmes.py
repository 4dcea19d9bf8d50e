"""Programmes: what is paid for, by whom, at which stage, as quantity times unit cost.

`data/programmes.csv` has one line for each: `quantity` times `unit` gives the spending of a month,
`event` times `case_unit` the cost of one claim. `scope` is `pbo` where the Parliamentary Budget
Officer counts it (federal variable costs, no transfers), else `all`; `within` names a larger
programme of the public accounts that contains it, which is shown nested and never added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from sojourn.flow import stages
from sojourn.inputs import sources
from sojourn.inputs.dimensions import PAYERS, Label
from sojourn.inputs.errors import InputError, nearest

FILE = "data/programmes.csv"
COLUMNS = (
    "programme", "stage", "payer", "place", "quantity", "event", "unit", "case_unit", "scope",
    "within", "label_en", "label_fr", "note",
)  # fmt: skip
SCOPES = ("pbo", "all")
OTHER_STAGES: dict[str, Label] = {
    "interception": Label("Interception", "Interception"),
    "reception": Label("Reception: hotels and shelters", "Accueil : hôtels et refuges"),
    "living": Label("Living in the province", "Vie dans la province"),
}
"""Stages of cost that are not queues of the flow."""

CONTAINERS: dict[str, Label] = {
    "ircc.asylum": Label("IRCC: Asylum programme", "IRCC : programme d'asile"),
}
"""Programmes of the public accounts that contain others."""

PLACES: dict[str, Label] = {
    "QC": Label("Quebec", "Québec"),
    "ON": Label("Ontario", "Ontario"),
    "AB": Label("Alberta", "Alberta"),
    "BC": Label("British Columbia", "Colombie-Britannique"),
    "other": Label("Other provinces", "Autres provinces"),
    "Toronto": Label("Toronto", "Toronto"),
}
"""Province or city of residence (not of claim) where a programme is paid for."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One thing paid for. `unit` and `case_unit` name parameters to be multiplied."""

    programme: str
    stage: str
    payer: str
    place: str
    quantity: str
    event: str
    unit: tuple[str, ...]
    case_unit: tuple[str, ...]
    pbo: bool
    within: str
    label: Label
    note: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells the line apart: programme, stage, payer, place."""
        return (self.programme, self.stage, self.payer, self.place)


def read(raw: bytes, where: str) -> tuple[Programme, ...]:
    """Programmes from the bytes of a CSV. Raises InputError naming file, line and field."""
    known = {stage.name for stage in stages.load().stages} | set(OTHER_STAGES)
    found: dict[tuple[str, str, str, str], Programme] = {}
    for line, fields in sources.records(raw, where, COLUMNS):
        at = f"{where} line {line}"
        row = dict(zip(COLUMNS, fields, strict=True))
        for column in ("programme", "quantity", "event", "unit", "case_unit", "label_en",
                       "label_fr"):  # fmt: skip
            if not row[column].strip():
                raise InputError(at, column, row[column], "a value")
        for column, table in (("stage", known), ("payer", PAYERS), ("scope", SCOPES)):
            if row[column] not in table:
                raise InputError(at, column, row[column], nearest(row[column], table))
        if row["within"] and row["within"] not in CONTAINERS:
            raise InputError(at, "within", row["within"], nearest(row["within"], CONTAINERS))
        if row["place"] and row["place"] not in PLACES:
            raise InputError(at, "place", row["place"], nearest(row["place"], PLACES))
        programme = Programme(
            row["programme"], row["stage"], row["payer"], row["place"], row["quantity"],
            row["event"], _names(row["unit"]), _names(row["case_unit"]), row["scope"] == "pbo",
            row["within"], Label(row["label_en"], row["label_fr"]), row["note"],
        )  # fmt: skip
        if programme.key in found:
            raise InputError(at, "programme", programme.key, "each line once")
        found[programme.key] = programme
    return tuple(found.values())


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("*"))


@lru_cache(maxsize=1)
def load() -> tuple[Programme, ...]:
    """The shipped programmes, in file order."""
    return read(resources.files("sojourn").joinpath(FILE).read_bytes(), FILE)


def find(payer: str | None = None, scope: str = "all") -> tuple[Programme, ...]:
    """Programmes of a payer (None = any) and scope. Raises InputError for an unknown one."""
    if scope not in SCOPES:
        raise InputError("cost", "scope", scope, " | ".join(SCOPES))
    if payer is not None and payer not in PAYERS:
        raise InputError("cost", "payer", payer, nearest(payer, PAYERS))
    return tuple(
        p for p in load() if (payer is None or p.payer == payer) and (scope == "all" or p.pbo)
    )


def stage_labels() -> Mapping[str, Label]:
    """Labels of every stage of cost."""
    return {stage.name: stage.label for stage in stages.load().stages} | OTHER_STAGES
