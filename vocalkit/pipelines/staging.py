"""Hidden folders in which renders are made, each held by the process that makes it.

The hold is an advisory lock on the folder, which ends with its process however that ends. So a
folder that nobody holds is a dead render's: `sweep` removes it, or puts an earlier render back that
was moved aside and never replaced. Systems without such locks (Windows) are not swept.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from vocalkit.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows
    _can_lock = False
else:
    _can_lock = True

Role = Literal["making", "earlier"]

_NAME = re.compile(r"\.(?P<target>.+)-[0-9a-f]{8}\.(?P<role>making|earlier)")
_ATTEMPTS = 20


def hidden_name(target: Path, role: Role) -> Path:
    """A free hidden name beside `target`: a rename from there stays on one disk."""
    return target.with_name(f".{target.name}-{secrets.token_hex(4)}.{role}")


@contextmanager
def made_and_held(target: Path) -> Iterator[Path]:
    """A new hidden folder beside `target`, held for as long as the body runs."""
    with contextlib.ExitStack() as hold:
        yield _make(target, hold)


def _make(target: Path, hold: contextlib.ExitStack) -> Path:
    for _ in range(_ATTEMPTS):
        folder = hidden_name(target, "making")
        folder.mkdir()
        # A sweep may take it for a dead one before it is held.
        with contextlib.suppress(FileNotFoundError):
            if hold.enter_context(held(folder)) and folder.is_dir():
                return folder
    raise OutputError(f"cannot write beside {target}: every folder made there is taken away again")


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold a folder while the body runs; yields False where another process holds it. Its name may change."""
    if not _can_lock:
        yield True
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def sweep(parent: Path, *, known: Set[str]) -> None:
    """Clean up after renders in `parent` whose process is gone. known: every name a render may leave.

    Folders that hold anything else, belong to somebody else or are links stay as they are.
    """
    if not _can_lock:
        return
    for folder in parent.iterdir():
        name = _NAME.fullmatch(folder.name)
        if name is None or folder.is_symlink() or not folder.is_dir():
            continue
        with contextlib.suppress(OSError), held(folder) as ours:
            if ours and folder.stat().st_uid == os.geteuid() and _names(folder) <= known:
                _clean(folder, parent / name["target"], is_earlier=name["role"] == "earlier")


def _clean(folder: Path, target: Path, *, is_earlier: bool) -> None:
    if is_earlier and not target.exists():
        folder.rename(target)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}
