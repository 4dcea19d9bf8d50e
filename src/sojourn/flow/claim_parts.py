"""What becomes of claims at the first decision, as parts of each month's claims of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import groups
from sojourn.flow.groups import MODE_OF, NATIONALITY_OF
from sojourn.inputs.dimensions import MODES, NATIONALITIES
from sojourn.inputs.errors import InputError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OUTCOMES = ("appeal", "no_appeal", "ineligible", "returned", "directed_back", "notice")

CELL_OF = MODE_OF * len(NATIONALITIES) + NATIONALITY_OF

PARTS = ("ineligible", "returned", "directed_back", "appeal", "no_appeal")


class Shares(Protocol):
    """What the law does with claims: `epoch` [T], the others [epochs, modes, kinds], where
    `national` [nationalities] tells the kind of each.

    Of n runs the others may be [n, epochs, modes, kinds].
    """

    @property
    def epoch(self) -> NDArray[np.int64]: ...
    @property
    def national(self) -> NDArray[np.int64]: ...
    @property
    def appeal(self) -> Floats: ...
    @property
    def no_appeal(self) -> Floats: ...
    @property
    def ineligible(self) -> Floats: ...
    @property
    def returned(self) -> Floats: ...
    @property
    def directed_back(self) -> Floats: ...
    @property
    def notice(self) -> Floats: ...


@dataclass(frozen=True)
class Parts:
    """Parts of claims by what becomes of them, of n runs or the same for all (n or 1).

    The law tells kinds of nationality apart: kind `national` [nationalities]. epoch [T] indexes the
    others. entering [epochs, 5, modes x kinds, n or 1]: ineligible, returned, directed back,
    referred with an appeal, referred without; anyone [epochs, 5, modes x kinds]: where some run has
    claimants. told [T]: months whose claims a later law reaches; reached [2, R, modes, kinds, n or
    1]: of claims of these R months those referred whom it does, without an appeal and with; notice
    [epochs, modes, kinds, n or 1]: of those referred.
    """

    epoch: NDArray[np.int64]
    national: NDArray[np.int64]
    entering: Floats
    anyone: Bools
    told: Bools
    reached: Floats
    notice: Floats

    @property
    def of_cell(self) -> NDArray[np.int64]:
        """Where each cell (mode, then nationality) stands among modes x kinds, [cells]."""
        modes, kinds = self.notice.shape[1:3]
        return (np.arange(modes)[:, None] * kinds + self.national).ravel()

    def before(self, month: int) -> tuple[NDArray[np.generic], ...]:
        """All of this that acts on claims made before a month of the span."""
        epochs, told = int(self.epoch[month - 1]) + 1, int(self.told[:month].sum())
        return (
            self.epoch[:month], self.told[:month], self.entering[:epochs], self.notice[:epochs],
            self.reached[:, :told],
        )  # fmt: skip

    def reach(self, claims: Floats) -> Floats:
        """Of claims [R, modes, nationalities, n] of the months told those referred whom a later law
        reaches, by merged group, [R, N_MERGED, n]."""
        parts = [(claims * part[:, :, self.national]).sum(axis=1) for part in self.reached]
        return np.concatenate(parts, axis=1)


_EXCEPTED_MODE = np.array([float(mode in groups.EXCEPTED_MODES) for mode in MODES])[:, None, None]


def of(shares: Shares) -> Parts:
    """Parts of claims from shares by law.

    Where a mode has no group without appeal, its claims without appeal stay in the one group.
    Raises InputError where shares do not add to 1.
    """
    law = {name: np.asarray(getattr(shares, name)) for name in OUTCOMES}
    law = {name: np.moveaxis(x.reshape(-1, *x.shape[-3:]), 0, -1) for name, x in law.items()}
    total = sum((law[name] for name in PARTS[1:]), law[PARTS[0]])
    apart = np.abs(total - 1.0)
    if np.any(apart > 1e-6):
        worst = float(total.flat[np.argmax(apart)])
        raise InputError(
            "shares", "sum over outcomes", worst, "1 for every epoch, mode, nationality"
        )
    no_appeal = law["no_appeal"] * _EXCEPTED_MODE
    others = law["ineligible"] + law["returned"] + law["directed_back"] + no_appeal
    parts = (law["ineligible"], law["returned"], law["directed_back"],
             np.maximum(1.0 - others, 0.0), no_appeal)  # fmt: skip
    entering = np.stack(parts, axis=1)
    entering = entering.reshape(*entering.shape[:2], -1, entering.shape[-1])
    reaches = np.flatnonzero((law["notice"] > 0.0).any(axis=(1, 2, 3)))
    told = np.isin(shares.epoch, reaches)
    with_appeal = law["appeal"] + law["no_appeal"] * (1.0 - _EXCEPTED_MODE)
    when = shares.epoch[told]
    reached = np.stack([x[when] * law["notice"][when] for x in (no_appeal, with_appeal)])
    anyone: Bools = np.any(entering > 0.0, axis=-1)
    return Parts(shares.epoch, shares.national, entering, anyone, told, reached, law["notice"])
