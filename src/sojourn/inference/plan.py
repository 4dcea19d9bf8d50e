"""The plan of a run: every input that its bytes depend on, and the chunks it falls into."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from sojourn.inference import draws, record
from sojourn.inference.outputs import Row
from sojourn.inference.periods import Periods
from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario

CHUNK = 256
"""Members in a chunk."""

BATCH = 64
"""Members run side by side: more would leave the processor's cache (benchmarks/results.md)."""

MOST_MEMBERS = 10_000_000
MOST_CHUNK_BYTES = 128 * 2**20


class Chunk(NamedTuple):
    """Members `lo` to `hi - 1`, the chunk's number being its place in the run."""

    number: int
    lo: int
    hi: int

    @property
    def size(self) -> int:
        """Members in it."""
        return self.hi - self.lo

    def __str__(self) -> str:
        return f"chunk {self.number} (members {self.lo} to {self.hi - 1})"


class Work(Protocol):
    """What chunks need to know of a plan: of one run, or of a grid of runs."""

    @property
    def rows(self) -> tuple[Row, ...]: ...
    @property
    def periods(self) -> Periods: ...
    @property
    def members(self) -> int: ...
    @property
    def shape(self) -> tuple[int, int, int]: ...
    @property
    def bytes_of_member(self) -> int: ...
    @property
    def inputs(self) -> dict[str, Any]: ...
    @property
    def hash(self) -> str: ...
    def chunks(self) -> list[Chunk]: ...


@dataclass(frozen=True)
class Plan:
    """One run; `rows` beyond the first `shown` are only weights of means."""

    scenario: Scenario
    members: int
    seed: int
    periods: Periods
    rows: tuple[Row, ...]
    shown: int

    def __post_init__(self) -> None:
        count = self.members
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_MEMBERS:
            raise InputError("--members", "members", count, f"a number from 1 to {MOST_MEMBERS}")
        draws.check_seed(self.seed)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, periods, members."""
        return len(self.rows), len(self.periods), self.members

    @property
    def bytes_of_member(self) -> int:
        """Size of one member's float32 values."""
        return 4 * len(self.rows) * len(self.periods)

    @property
    def chunk_members(self) -> int:
        """Members in a chunk: 256, or fewer when a member is so large that memory asks for it."""
        size = CHUNK
        while size > 1 and size * self.bytes_of_member > MOST_CHUNK_BYTES:
            size //= 2
        return size

    def chunks(self) -> list[Chunk]:
        """All chunks in order."""
        size = self.chunk_members
        starts = range(0, self.members, size)
        return [Chunk(i, lo, min(lo + size, self.members)) for i, lo in enumerate(starts)]

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """All that decides a member's bytes, readable: the manifest of a run folder.

        The number of members is not part of it: a longer run continues a shorter one.
        """
        return {
            "scenario": self.scenario.name,
            "changes": [change.text() for change in self.scenario.changes],
            "seed": self.seed,
            "from": months.text(self.periods.first),
            "until": months.text(self.periods.last),
            "periods": self.periods.kind,
            "rows": [row.text() for row in self.rows],
            "chunk": self.chunk_members,
            "data": record.data_hash(),
            "code": record.code_hash(),
            "numpy": record.versions()["numpy"],
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of `inputs`."""
        return hashlib.sha256(json.dumps(self.inputs, sort_keys=True).encode()).hexdigest()


def difference(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """The first input that differs, in words with both values; empty when none does."""
    for key in [*ours, *(k for k in theirs if k not in ours)]:
        here, there = ours.get(key), theirs.get(key)
        if here == there:
            continue
        if isinstance(here, list) and isinstance(there, list):
            only_here = [x for x in here if x not in there]
            only_there = [x for x in there if x not in here]
            here, there = _few(only_here), _few(only_there)
        return f"{key} there is {_short(there)}, here {_short(here)}"
    return ""


def _few(items: list[Any]) -> str:
    if not items:
        return "without it"
    return ", ".join(map(str, items[:3])) + (f" and {len(items) - 3} more" if items[3:] else "")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) < 64 else f"{text[:12]}..."
