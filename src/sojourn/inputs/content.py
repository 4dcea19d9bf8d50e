"""What this package is made of: hashes of its data and code, and a cache of what follows from both.

Some tables follow from data and code alone and take a second to work out (the law applied to every
class of person, constants learnt from the record). `kept` holds them between starts in the user's
cache folder, under the hash of everything they can depend on; deleting the folder loses nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOORS = ("inputs", "law", "flow", "costs", "inference")
VARIABLE = "SOJOURN_CACHE"
"""Environment variable: a folder for the cache, or `off`."""

MOST, MOST_BYTES = 200, 64 * 2**20
"""Files and bytes kept in the cache; the oldest go first."""

Arrays = Mapping[str, NDArray[Any]]


@lru_cache(maxsize=1)
def data_hash() -> str:
    """SHA-256 over the names and bytes of every shipped data file."""
    return _hash_tree(("data",), "")


@lru_cache(maxsize=1)
def code_hash() -> str:
    """SHA-256 over the names and bytes of the code that makes numbers (inputs to inference)."""
    return _hash_tree(FLOORS, ".py")


def kept(name: str, asked: bytes, make: Callable[[], Arrays]) -> Arrays:
    """Arrays made by `make`, or those it made before for the same question, code and data.

    name: what it is; asked: bytes of everything beside code and data that the arrays depend on.
    Whatever goes wrong with the cache, the arrays are made anew; nothing is ever unpickled.
    """
    folder = _folder()
    if folder is None:
        return make()
    key = hashlib.sha256()
    for part in (name.encode(), asked, data_hash().encode(), code_hash().encode()):
        key.update(len(part).to_bytes(8, "little") + part)
    key.update(np.__version__.encode())
    file = folder / f"{name}-{key.hexdigest()[:40]}.npz"
    broken = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
    with contextlib.suppress(*broken), np.load(file, allow_pickle=False) as held:
        return {part: held[part] for part in held.files}
    made = make()
    with contextlib.suppress(OSError):
        _write(file, made)
        _prune(folder)
    return made


def _folder() -> Path | None:
    named = os.environ.get(VARIABLE, "")
    if named == "off":
        return None
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME", "")
    with contextlib.suppress(RuntimeError):
        return (Path(base) if base else Path.home() / ".cache") / "sojourn"
    return None


def _write(file: Path, arrays: Arrays) -> None:
    """Write the file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=file.name, suffix=".part", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            np.savez(out, allow_pickle=False, **dict(arrays))
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _prune(folder: Path) -> None:
    found = [(file.stat(), file) for file in folder.glob("*.npz")]
    total = 0
    for n, (facts, file) in enumerate(sorted(found, key=lambda pair: -pair[0].st_mtime_ns), 1):
        total += facts.st_size
        if n > MOST or total > MOST_BYTES:
            file.unlink(missing_ok=True)


def _hash_tree(folders: tuple[str, ...], ending: str) -> str:
    total = hashlib.sha256()
    for folder in folders:
        for name, file in _files(resources.files("sojourn").joinpath(folder), folder):
            if name.endswith(ending):
                total.update(f"{name}\0".encode())
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _files(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        found += _files(entry, name) if entry.is_dir() else [(name, entry)]
    return sorted(found, key=lambda pair: pair[0])
