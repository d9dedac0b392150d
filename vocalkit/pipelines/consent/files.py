"""Small files in and out: bounded when read, whole or absent when written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from vocalkit.errors import InputError, OutputError


def read_at_most(path: Path, most: int) -> bytes:
    """A file's bytes, `most` at the most: what is longer comes back one byte too long. Raises InputError."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def check_free(path: Path) -> None:
    """Raises OutputError where a file is already, before any work that would be lost."""
    if path.exists() or path.is_symlink():
        raise OutputError(f"{path} exists; choose another name")


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet. Raises OutputError."""
    check_free(path)
    write_whole(path, data)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside and rename it over: readers see the old one or the new one. Raises OutputError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
        raise
