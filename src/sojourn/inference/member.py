"""Members: parameters and intake drawn, claims sent through the stages, rows read out."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import arrivals, claim_parts, edge_shares, profiles
from sojourn.flow import simulate as flow
from sojourn.flow.claim_parts import Parts
from sojourn.flow.rates import alike
from sojourn.flow.resume import Memory, Runner
from sojourn.inference import draws, intake, posterior, readout
from sojourn.inference.periods import gather
from sojourn.inference.plan import BATCH, CHUNK, Plan
from sojourn.inference.sampler import Sampler, Several
from sojourn.inputs import months
from sojourn.inputs import series as declared
from sojourn.inputs.content import kept
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]

SHARES = ("law.", "profile.")
"""Parameters that the shares by law depend on; while all are exact, so are the shares."""


class Task:
    """The members of a plan: a function (lo, hi) -> float32 [rows, periods, hi - lo].

    It can be pickled: another process, or another machine, makes the same bytes from the plan.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __call__(self, lo: int, hi: int) -> NDArray[np.float32]:
        """Values of members lo to hi - 1."""
        return model(self.plan).values(lo, hi)


def model(plan: Plan) -> Model:
    """The model of a plan, made once in each process: threads wait for the first to make it."""
    with _MAKING:
        return _model(plan)


KEPT = 16
"""Batches of which a process remembers what a moving lever does not change."""

_MAKING = threading.Lock()
_LAW: OrderedDict[tuple[object, ...], Parts] = OrderedDict()
_KEPT = Memory(KEPT)


@dataclass(frozen=True)
class Known:
    """What is known of a batch: what the law makes of claims, how to run it, that its members are
    alike."""

    law: Parts | None = None
    runner: Callable[[], AbstractContextManager[Runner]] = lambda: nullcontext(Runner())
    alike: bool = False


@lru_cache(maxsize=8)
def _model(plan: Plan) -> Model:
    return Model(plan)


class Model:
    """Everything of a plan that does not differ between members, worked out once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        span = months.span(months.FIRST, plan.periods.last)
        self.sampler = Sampler(intake.settle(plan.scenario.parameters().paths(span)))
        self.paths = self.sampler.paths
        self._shares_drawn = any(name.startswith(SHARES) for name in self.sampler.names)
        drawn_law = any(name.startswith("law.") for name in self.sampler.names)
        self._law = None if drawn_law else profiles.plan(self.paths)
        behind = [k for k, name in enumerate(self.paths.names) if name.startswith(SHARES)]
        ranges = np.stack([self.paths.low, self.paths.value, self.paths.high])[:, behind]
        changes = [change.month for change in plan.scenario.changes]
        self._moved = min(changes, default=months.FIRST) - months.FIRST
        self._share_ranges = hashlib.blake2b(ranges.tobytes()).digest()
        self._readers = readout.readers(plan.rows)
        self._steps = self.sampler.steps(edge_shares.SHARES)
        self._weights = [
            plan.rows.index(readout.Row(declared.get(row.series).weight, **row.cell))
            if declared.get(row.series).weight and plan.periods.kind != "month"
            else None
            for row in plan.rows
        ]
        self._blocks: OrderedDict[int, tuple[Floats, Floats]] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def _law_of_all(self) -> Parts:
        """What the law makes of claims, where nothing that it depends on is drawn."""
        return claim_parts.of(profiles.by_kind(self.paths))

    def values(self, lo: int, hi: int) -> NDArray[np.float32]:
        """Values of members lo to hi - 1, float32 [rows, periods, hi - lo]."""
        made = np.empty((len(self.plan.rows), len(self.plan.periods), hi - lo), dtype=np.float32)
        first = lo
        while first < hi:
            # a batch never crosses a multiple of CHUNK, so that its draws are of one block
            last = min(hi, first + BATCH, first - first % CHUNK + CHUNK)
            parameters, deviations = self._draws(first, last)
            paths = self.sampler.together(parameters)
            known = replace(
                self._known(paths, first, last), alike=self._change_together(parameters)
            )
            table = self.tables(paths, deviations, known)
            into = made[:, :, first - lo : last - lo]
            if self.plan.periods.kind == "month":
                into[...] = table[:, :, self.plan.periods.first - months.FIRST :].swapaxes(1, 2)
            else:
                single = table.astype(np.float32, order="C")
                for i in range(last - first):
                    into[:, :, i] = self._gathered(single[:, i])
            first = last
        return made

    def tables(self, paths: Several, deviations: Floats, known: Known | None = None) -> Floats:
        """Rows of several members by month from January 2015, [rows, n, months].

        deviations [n, T, mode]; known: what is known of these members.
        """
        known = known or Known()
        groups = [] if known.alike else self._alike(paths)
        if len(groups) < 2:
            return self._side_by_side(paths, deviations, known)
        table = np.empty((len(self.plan.rows), *paths.shape))
        for who in groups:
            table[:, who] = self._side_by_side(paths.only(who), deviations[who], Known())
        return table

    def _side_by_side(self, paths: Several, deviations: Floats, known: Known) -> Floats:
        came = arrivals.intake(paths, deviations)
        law = self._law_of(paths) if known.law is None else known.law
        # in memory as what is read out, months of all members
        table = np.empty((len(self.plan.rows), *paths.shape[::-1])).swapaxes(1, 2)
        with known.runner() as runner:
            ran = readout.Ran(paths, flow.together(paths, came, law, runner))
            self._readers.read(ran, table)
        return table

    def _known(self, paths: Several, lo: int, hi: int) -> Known:
        """What a lever that moves does not change for members lo to hi - 1.

        Only of a plan of one block: a long run never comes back to a member.
        """
        if self.plan.members > CHUNK or self._law is None:
            return Known()
        members = (self.plan.seed, int(paths.months[-1]), lo, hi)
        law = self._law_kept(paths, members)
        if self._moved == 0:
            return Known(law)
        made_of = (*paths.before(self._moved), *law.before(self._moved))
        return Known(law, partial(_KEPT.runner, members, self._moved, made_of))

    def _law_of(self, paths: Several) -> Parts:
        """What the law makes of claims of members."""
        if not self._shares_drawn:
            return self._law_of_all
        # a law that is drawn has a plan of its own for each member
        one = paths if self._law is not None else replace(self.paths, value=paths.value[:, 0])
        return claim_parts.of(profiles.by_kind(one, self._law))

    def _law_kept(self, paths: Several, members: tuple[int, ...]) -> Parts:
        """The same, remembered: while its ranges are equal, so is it."""
        if not self._shares_drawn:
            return self._law_of_all
        key = (self._share_ranges, *members)
        with _MAKING:
            found = _LAW.pop(key, None)
        if found is None:
            found = self._law_of(paths)
        with _MAKING:
            _LAW[key] = found
            while len(_LAW) > KEPT:
                _LAW.popitem(last=False)
        return found

    def _change_together(self, parameters: Floats) -> bool:
        """Whether members [n, dated rows] can be run side by side (`_alike`, at a glance)."""
        new = parameters[:, self._steps] != parameters[:, self._steps - 1]
        return self._law is not None and bool((new == new[:1]).all())

    def _alike(self, paths: Paths) -> list[NDArray[np.int64]]:
        """Members that can be run side by side."""
        if self._law is None:
            return [np.array([i]) for i in range(paths.shape[0])]
        return alike(paths)

    def _gathered(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        periods = self.plan.periods
        out = np.empty((len(table), len(periods)), dtype=np.float32)
        for k, row in enumerate(self.plan.rows):
            at = self._weights[k]
            weight = None if at is None else table[at]
            over = declared.get(row.series).over_year
            out[k] = gather(table[k], months.FIRST, periods, over, weight)
        return out

    def _draws(self, lo: int, hi: int) -> tuple[Floats, Floats]:
        """Parameters [n, dated rows] and intake deviations [n, T, mode] of members of one block.

        Drawing is worth its cost only for many members at once, so whole blocks are drawn and the
        last few kept for the threads that share them.
        """
        number = lo // CHUNK
        with self._lock:
            if number not in self._blocks:
                self._blocks[number] = self._block(number * CHUNK)
                while len(self._blocks) > 4:
                    self._blocks.popitem(last=False)
            parameters, deviations = self._blocks[number]
        own = slice(lo - number * CHUNK, hi - number * CHUNK)
        return parameters[own], deviations[own]

    def _block(self, lo: int) -> tuple[Floats, Floats]:
        hi = min(lo + CHUNK, self.plan.members)
        names, seed = self.sampler.names, self.plan.seed
        u = _uniforms(seed, names, lo, hi)
        first, last = int(self.paths.months[0]), int(self.paths.months[-1])
        return self.sampler.values(u), _deviations(first, last, seed, lo, hi)


@lru_cache(maxsize=4)
def _uniforms(seed: int, names: tuple[str, ...], lo: int, hi: int) -> Floats:
    """Uniform draws [names, n]: the same while a lever moves."""
    return posterior.overlay(draws.matrix(seed, names, range(lo, hi)), names, seed, lo, hi)


@lru_cache(maxsize=8)
def _deviations(first: int, last: int, seed: int, lo: int, hi: int) -> Floats:
    """Intake deviations [n, T, mode]: no scenario changes them, so a moving lever reuses them."""

    def made() -> dict[str, Floats]:
        return {"deviations": intake.deviations(months.span(first, last), seed, lo, hi)}

    # the first block of the default seed is that of nearly every start
    asked = f"{first} {last} {seed} {lo} {hi}".encode()
    found = (kept("intake", asked, made) if lo == seed == 0 else made())["deviations"]
    found.setflags(write=False)
    return found


def cells() -> dict[str, readout.Cells]:
    """The finest cells of every series that a member knows."""
    return dict(readout.cells())
