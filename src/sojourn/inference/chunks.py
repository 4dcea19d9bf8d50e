"""Finished chunks of members, in memory or as files of a run folder that a later start can use.

A chunk file is `SOJCHUNK`, the length of a JSON header, the header, then float32 little-endian
values [rows, periods, members]. The header names the plan and holds a hash of the values, so a
truncated, damaged or foreign file is known as such and made again. Files appear whole or not at
all: each is written under another name and then renamed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sojourn.inference.plan import Chunk, Work, difference
from sojourn.inputs.errors import InputError

log = logging.getLogger("sojourn.ensemble")

MAGIC = b"SOJCHUNK"
HEAD = len(MAGIC) + 4
FOLDER = "chunks"
MANIFEST = "manifest.json"
LOCK = "lock"
LOG = "run.log"
FORMAT = 1

Values = NDArray[np.float32]


class Store(Protocol):
    """Where finished chunks go; blocks of a row are read back over all members in order."""

    plan: Work

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, periods, members."""

    def missing(self) -> list[Chunk]:
        """Chunks not there yet, in order."""

    def put(self, chunk: Chunk, values: Values) -> None:
        """Keep the values [rows, periods, members of the chunk]."""

    def block(self, row: int, start: int, stop: int) -> Values:
        """Values [stop - start, members] of a row in some periods, members in order."""


class Memory:
    """Chunks held in memory."""

    def __init__(self, plan: Work) -> None:
        self.plan = plan
        self.values = np.empty(plan.shape, dtype=np.float32)
        self._done: set[int] = set()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, periods, members."""
        return self.plan.shape

    def missing(self) -> list[Chunk]:
        """Chunks not there yet, in order."""
        return [chunk for chunk in self.plan.chunks() if chunk.number not in self._done]

    def put(self, chunk: Chunk, values: Values) -> None:
        """Keep the values [rows, periods, members of the chunk]."""
        self.values[:, :, chunk.lo : chunk.hi] = values
        self._done.add(chunk.number)

    def block(self, row: int, start: int, stop: int) -> Values:
        """Values [stop - start, members] of a row in some periods, members in order."""
        return self.values[row, start:stop]


class Folder:
    """Chunks as files of a run folder; opened on the folder of the same plan it finds its work."""

    def __init__(self, plan: Work, path: Path) -> None:
        self.plan = plan
        self.path = path
        self.chunks = path / FOLDER
        with disk(path):
            self.chunks.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(path / LOCK)
            self._agree()
            for left in self.chunks.glob("*.part"):
                left.unlink()
        self._good = {c.number for c in plan.chunks() if self._whole(c)}
        self._found = frozenset(self._good)

    @classmethod
    def temporary(cls, plan: Work) -> Folder:
        """A folder that is removed with the store (or at exit)."""
        path = Path(tempfile.mkdtemp(prefix="sojourn-"))
        try:
            store = cls(plan, path)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        weakref.finalize(store, shutil.rmtree, path, ignore_errors=True)
        return store

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, periods, members."""
        return self.plan.shape

    def missing(self) -> list[Chunk]:
        """Chunks not there yet, in order."""
        return [chunk for chunk in self.plan.chunks() if chunk.number not in self._good]

    @property
    def reused(self) -> int:
        """Chunks found whole when the folder was opened."""
        return len(self._found)

    @property
    def reused_members(self) -> int:
        """Members whose chunks were found whole when the folder was opened."""
        return sum(c.size for c in self.plan.chunks() if c.number in self._found)

    def file(self, chunk: Chunk) -> Path:
        """Path of the chunk's file."""
        return file_of(self.chunks, chunk)

    def put(self, chunk: Chunk, values: Values) -> None:
        """Write the values [rows, periods, members of the chunk]; whole or not at all."""
        with disk(self.path):
            write(self.file(chunk), self.plan.hash, chunk, values)
        self._good.add(chunk.number)

    def took(self, chunk: Chunk) -> None:
        """A worker process wrote the chunk's file itself."""
        self._good.add(chunk.number)

    def block(self, row: int, start: int, stop: int) -> Values:
        """Values [stop - start, members] of a row in some periods, members in order."""
        out = np.empty((stop - start, self.plan.members), dtype=np.float32)
        periods = len(self.plan.periods)
        for chunk in self.plan.chunks():
            with open(self.file(chunk), "rb") as file:
                length = int.from_bytes(file.read(HEAD)[len(MAGIC) :], "little")
                file.seek(HEAD + length + 4 * (row * periods + start) * chunk.size)
                part = np.fromfile(file, dtype="<f4", count=(stop - start) * chunk.size)
            out[:, chunk.lo : chunk.hi] = part.reshape(stop - start, chunk.size)
        return out

    def chunk_values(self, chunk: Chunk) -> Values:
        """Values [rows, periods, members of the chunk]."""
        with open(self.file(chunk), "rb") as file:
            length = int.from_bytes(file.read(HEAD)[len(MAGIC) :], "little")
            file.seek(HEAD + length)
            values = np.fromfile(file, dtype="<f4")
        return values.reshape(len(self.plan.rows), len(self.plan.periods), chunk.size)

    def finish(self, **extra: Any) -> None:
        """Write the manifest with the hash of every chunk."""
        hashes = {c.number: header(self.file(c))["values"] for c in self.plan.chunks()}
        self._write_manifest(members=self.plan.members, chunks=hashes, **extra)

    def close(self) -> None:
        """Let another run use the folder."""
        self._lock.close()

    def _agree(self) -> None:
        file = self.path / MANIFEST
        if not file.exists():
            if any(self.chunks.glob("*.chunk")):
                raise InputError(str(file), "manifest", "none", "a manifest beside chunks")
            self._write_manifest(members=self.plan.members)
            return
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            theirs, version = found["inputs"], found["format"]
            if not isinstance(theirs, dict):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            raise InputError(str(file), "manifest", "no manifest", "the one of a run") from None
        ours = json.loads(json.dumps(self.plan.inputs))
        if version != FORMAT:
            raise InputError(str(file), "format", version, f"format {FORMAT}")
        apart = difference(ours, theirs)
        if apart:
            expected = f"the same inputs or another folder ({apart})"
            raise InputError(str(file), "inputs", "those of another run", expected)

    def _write_manifest(self, **extra: Any) -> None:
        content = {"format": FORMAT, "plan": self.plan.hash, "inputs": self.plan.inputs, **extra}
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        with disk(self.path):
            write_atomic(self.path / MANIFEST, text.encode())

    def _whole(self, chunk: Chunk) -> bool:
        file = self.file(chunk)
        if not file.exists():
            return False
        problem = fault(file, self.plan, chunk)
        if problem:
            log.warning("%s: %s is %s; it is made again", file, chunk, problem)
        return not problem


def file_of(folder: Path, chunk: Chunk) -> Path:
    """Path of a chunk's file in the folder of chunks."""
    return folder / f"{chunk.number:06d}.chunk"


@contextmanager
def logged(store: Folder | Memory | None) -> Iterator[None]:
    """Write what happens to each chunk into the run folder's log."""
    if not isinstance(store, Folder):
        yield
        return
    with disk(store.path):
        handler = logging.FileHandler(store.path / LOG, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    before = log.level
    log.addHandler(handler)
    log.setLevel(min(before or logging.INFO, logging.INFO))
    try:
        log.info("start: %d of %d chunks are there", store.reused, len(store.plan.chunks()))
        yield
        log.info("end: all chunks are there")
    except BaseException as error:
        log.info("end: %s %s", type(error).__name__, error)
        raise
    finally:
        log.setLevel(before)
        log.removeHandler(handler)
        handler.close()


def write(file: Path, plan_hash: str, chunk: Chunk, values: Values) -> None:
    """Write a chunk file atomically. OSError when the disk is full or the folder is gone."""
    data = np.ascontiguousarray(values, dtype="<f4")
    head = {
        "plan": plan_hash,
        "number": chunk.number,
        "lo": chunk.lo,
        "hi": chunk.hi,
        "shape": list(data.shape),
        "values": hashlib.sha256(data.data).hexdigest(),
    }
    text = json.dumps(head).encode()
    text += b" " * (-(HEAD + len(text)) % 64)
    write_atomic(file, MAGIC, len(text).to_bytes(4, "little"), text, data.data)


def write_atomic(file: Path, *parts: bytes | memoryview) -> None:
    """Write a file under another name, then rename it: readers see all of it or none."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as out:
            for piece in parts:
                out.write(piece)
        os.replace(part, file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def header(file: Path) -> dict[str, Any]:
    """The header of a chunk file. ValueError when it is none."""
    with open(file, "rb") as source:
        head = source.read(HEAD)
        if len(head) < HEAD or not head.startswith(MAGIC):
            raise ValueError("no chunk file")
        found: dict[str, Any] = json.loads(
            source.read(int.from_bytes(head[len(MAGIC) :], "little"))
        )
        return found


def fault(file: Path, plan: Work, chunk: Chunk) -> str:
    """What is wrong with a chunk file, in a word or two; empty when it is whole and ours."""
    try:
        head = header(file)
    except ValueError:
        return "no chunk file"
    if head.get("plan") != plan.hash:
        return "from another plan"
    if (head.get("number"), head.get("lo"), head.get("hi")) != tuple(chunk):
        return "of other members"
    with open(file, "rb") as source:
        length = int.from_bytes(source.read(HEAD)[len(MAGIC) :], "little")
        source.seek(HEAD + length)
        data = source.read()
    if len(data) != chunk.size * plan.bytes_of_member:
        return "truncated"
    if hashlib.sha256(data).hexdigest() != head.get("values"):
        return "damaged"
    return ""


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Turn a full disk or an unwritable folder into one clear line."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            expected = "free space; the finished chunks stay and the next start goes on from them"
            raise InputError(str(path), "disk", "no space left", expected) from None
        raise InputError(str(path), "folder", error.strerror, "a folder to write in") from None


def _locked(file: Path) -> Any:
    """The open lock file, held until closed; the system lets go of it when the process dies."""
    import fcntl

    handle = open(file, "w")  # noqa: SIM115 - it must stay open
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise InputError(str(file), "folder", "in use", "a folder no other run writes to") from None
    return handle
