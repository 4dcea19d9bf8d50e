"""Runs kept at a month: runs that differ only later go on from there.

A slider moves policy from some month on; all that came before is the same for each of its places.
What is kept serves another batch only if everything that it is made of up to the month is equal, so
a result never hangs on what was kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import kernel, queue
from sojourn.flow.batch import Batch
from sojourn.flow.queue import Made

Array = NDArray[np.float64]
Parts = Sequence[NDArray[np.generic]]


@dataclass(frozen=True)
class _Kept:
    """A batch at the beginning of a month: what it is made of, the start, its cohorts, and its
    results, of which those of later months are to be written anew."""

    made_of: list[NDArray[np.generic]]
    start: tuple[Array, Array]
    entries: list[Array]
    first: list[int]
    state: list[NDArray[np.generic]]
    made: Made


class Runner:
    """Runs a batch from its first month, or from `month` on where that is `kept`."""

    def __init__(self, month: int = 0, made_of: Parts = (), kept: _Kept | None = None) -> None:
        self.month = month
        self.made_of = made_of
        self.kept = kept

    @property
    def start(self) -> tuple[Array, Array] | None:
        """`Given.waiting` and `Given.mix` of the batch, where they are known."""
        return None if self.kept is None else self.kept.start

    def __call__(self, several: Batch) -> Made:
        """The results of a batch, as of `queue.run_all`."""
        if self.month == 0:
            return queue.run_all(several)
        if self.kept is None:
            made = queue.empty(several)
            queue.call(several, made, stop=self.month)
            self.kept = _keep(several, made, self.month, self.made_of)
        else:
            _restore(several, self.month, self.kept)
        queue.call(several, self.kept.made, start=self.month)
        return self.kept.made


class Memory:
    """At most `most` batches, each kept at one month; the one longest unused is forgotten."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    @contextmanager
    def runner(self, key: Hashable, month: int, made_of: Parts) -> Iterator[Runner]:
        """A runner of one batch that goes on where the batch is known up to the month (1 or later).

        key: of the batch (its members); made_of: all that its months before `month` depend on, in
        arrays. Results are lent: read them before the end of the `with`, for the next batch of the
        key is written over them.
        """
        with self._lock:
            kept = self._kept.pop((key, month), None)
        if kept is not None and not _equal(kept.made_of, made_of):
            kept = None
        found = Runner(month, made_of, kept)
        yield found
        if found.kept is not None:
            with self._lock:
                self._kept[key, month] = found.kept
                while len(self._kept) > self.most:
                    self._kept.popitem(last=False)


def _equal(mine: Parts, other: Parts) -> bool:
    return all(a is b or np.array_equal(a, b) for a, b in zip(mine, other, strict=True))


def _keep(several: Batch, made: Made, month: int, made_of: Parts) -> _Kept:
    room = queue.work(several)
    here = several.given.waiting.shape[1] + month
    first = room.oldest.min(axis=1).tolist()
    return _Kept(
        list(made_of), (several.given.waiting, several.given.mix),
        [room.entries[rows].copy() for rows in _rows(several, first, here)], first,
        [x.copy() for x in _state(several, room, here)], made,
    )  # fmt: skip


def _restore(several: Batch, month: int, kept: _Kept) -> None:
    room = queue.work(several)
    here = several.given.waiting.shape[1] + month
    room.size[:, here + 1 :] = 0.0
    room.cohort[:, here + 1 :], room.cohort[1, here + 1 :] = 0.0, 1.0
    for rows, table in zip(_rows(several, kept.first, here), kept.entries, strict=True):
        room.entries[rows] = table
    for mine, saved in zip(_state(several, room, here), kept.state, strict=True):
        mine[...] = saved


def _rows(several: Batch, first: list[int], here: int) -> list[slice]:
    """Rows of the entries of each stage from its first open cohort to the month's."""
    stage = several.layout.stage
    return [
        slice(at + since * n, at + (here + 1) * n)
        for at, n, since in zip(
            stage[:, kernel.ROOM].tolist(), stage[:, kernel.WIDTH].tolist(), first, strict=True
        )
    ]


def _state(several: Batch, room: queue.Room, here: int) -> list[NDArray[np.generic]]:
    """Cohorts and stocks at the beginning of a month, as views of the work space."""
    recall = int(several.layout.plan[kernel.RECALL_STAGE])
    told = int(several.layout.stage[recall, kernel.WIDTH]) if recall >= 0 else 0
    return [
        room.now, room.people, room.size[:, : here + 1], room.waiting[:, : here + 1], room.oldest,
        room.reached[: here * told], room.cohort[:, : here + 1], room.whole, room.told,
    ]  # fmt: skip
