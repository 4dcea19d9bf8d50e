"""Runs kept at a month: runs that differ only later go on from there.

A slider moves policy from some month on; all that came before is the same for each of its places.
What is kept serves another batch only if everything that the kernel read up to the month is equal,
so a result never hangs on what was kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import kernel, queue
from sojourn.flow.batch import Batch
from sojourn.flow.queue import Made

Array = NDArray[np.float64]
Runner = Callable[[Batch], Made]


@dataclass(frozen=True)
class _Kept:
    """A batch at the beginning of a month: what it had read, its cohorts, and its results, of which
    those of later months are to be written anew."""

    read: list[NDArray[np.generic]]
    entries: list[Array]
    first: list[int]
    state: list[NDArray[np.generic]]
    made: Made


class Memory:
    """At most `most` batches, each kept at one month; the one longest unused is forgotten."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    @contextmanager
    def runner(self, key: Hashable, month: int) -> Iterator[Runner]:
        """A function that runs a batch, as `queue.run_all`, from the month on where it is known.

        key: of the batch (its members); month: before which other batches of the key are the same.
        Results are lent: read them before the end of the `with`, the next batch is written there.
        """
        with self._lock:
            kept = self._kept.pop((key, month), None)

        def run(several: Batch) -> Made:
            nonlocal kept
            read = _read(several, month)
            if kept is None or not _equal(kept.read, read):
                made = queue.empty(several)
                queue.call(several, made, stop=month)
                kept = _keep(several, made, month, read)
            else:
                _restore(several, month, kept)
            queue.call(several, kept.made, start=month)
            return kept.made

        yield run
        if kept is not None:
            with self._lock:
                self._kept[key, month] = kept
                while len(self._kept) > self.most:
                    self._kept.popitem(last=False)


def _read(several: Batch, month: int) -> list[NDArray[np.generic]]:
    """Everything that the kernel reads before the month."""
    layout, given = several.layout, several.given
    epochs, laws = int(layout.epoch[month - 1]) + 1, int(layout.law_epoch[month - 1]) + 1
    edge = layout.edge
    count = np.where(edge[:, kernel.EVEN] == 1, 1, edge[:, kernel.COUNT])
    rows = np.concatenate([
        (layout.share_at[:epochs, e][:, None] + np.arange(n)).ravel() for e, n in enumerate(count)
    ])  # fmt: skip
    told = int(np.count_nonzero(layout.reach_row[:month] >= 0))
    link_at = layout.link_at[: laws + 1]
    return [
        edge, layout.stage, layout.plan, layout.link[: link_at[-1]], link_at, layout.epoch[:month],
        layout.law_epoch[:month], layout.reach_row[:month],
        given.level[:month], given.pattern[:month], given.entering[:laws], given.share[rows],
        given.rate[:, :month], given.reach[:told], given.waiting, given.mix,
    ]  # fmt: skip


def _equal(mine: list[NDArray[np.generic]], other: list[NDArray[np.generic]]) -> bool:
    return all(a is b or np.array_equal(a, b) for a, b in zip(mine, other, strict=True))


def _keep(several: Batch, made: Made, month: int, read: list[NDArray[np.generic]]) -> _Kept:
    room = queue.work(several)
    here = several.given.waiting.shape[1] + month
    first = room.oldest.min(axis=1).tolist()
    entries = [room.entries[rows].copy() for rows in _rows(several, first, here)]
    state = [x.copy() for x in _state(several, room, here)]
    return _Kept([np.ascontiguousarray(x) for x in read], entries, first, state, made)


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
