"""Whole files or none: every output is written beside its place and renamed into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sojourn.inputs.errors import InputError


@contextmanager
def whole(target: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path that replaces `target` when the block ends well, and vanishes otherwise.

    A target that is no regular file (a pipe, /dev/null) is written directly.
    Raises InputError when the folder does not exist or the target is a folder.
    """
    path = Path(target)
    if path.is_dir():
        raise InputError(str(path), "file", str(target), "a file name, not a folder")
    if path.exists() and not path.is_file():
        yield path
        return
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise InputError(str(target), "folder", str(path.parent), "a folder that exists")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        os.replace(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_text(target: str | os.PathLike[str], text: str) -> None:
    """Write UTF-8 text as a whole file."""
    with whole(target) as path:
        path.write_text(text, encoding="utf-8")


def write_bytes(target: str | os.PathLike[str], data: bytes) -> None:
    """Write bytes as a whole file."""
    with whole(target) as path:
        path.write_bytes(data)


def folder(target: str | os.PathLike[str]) -> Path:
    """The folder, made when it is absent. Raises InputError when it cannot be written to."""
    path = Path(target)
    if path.exists() and not path.is_dir():
        raise InputError("--out", "folder", str(target), "a folder, not a file")
    path.mkdir(parents=True, exist_ok=True)
    if not os.access(path, os.W_OK):
        raise InputError("--out", "folder", str(target), "a folder that can be written to")
    return path
