"""An append-only file of what became of grants: canonical JSON lines, each naming the digest of the last.

``ledger.jsonl`` holds the entries, ``head.json`` how many there are and the digest of the newest, so
that a changed, reordered, inserted or missing entry is found. An unfinished last line (the machine
stopped while writing) was never committed and is dropped by the next append. Not found: both files
rolled back together, or the folder deleted.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.grant import check_grant_id
from vocalkit.consent.moments import format_moment, parse_moment
from vocalkit.consent.reasons import refuse
from vocalkit.errors import ConsentError, InputError
from vocalkit.resources import build

EntryKind = Literal["revoked", "charged"]
Cause = Literal["asked_by_artist", "asked_by_estate", "dispute", "breach", "key_lost", "none"]
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """What happens to a grant. milliseconds: sung, for ``charged``; cause: why, for ``revoked``."""

    kind: EntryKind
    grant_id: str
    milliseconds: int = 0
    cause: Cause = "none"

    def __post_init__(self) -> None:
        check_grant_id(self.grant_id)
        if (self.kind == "charged") != (self.milliseconds > 0) or (self.kind == "revoked") != (self.cause != "none"):
            raise InputError("a revocation has a cause, a charge has milliseconds, and neither has both")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. previous: SHA-256 of the line before it, `GENESIS` for the first."""

    sequence: int
    time: str
    previous: str
    event: Event

    def __post_init__(self) -> None:
        parse_moment(self.time, what="time")


@dataclass(frozen=True, slots=True)
class _Head:
    count: int
    newest: str


def read_entries(folder: Path) -> tuple[Entry, ...]:
    """Every entry, oldest first; none where no ledger was begun. Raises ConsentError on any damage."""
    return _read(folder)[0]


def append(folder: Path, make: Callable[[tuple[Entry, ...]], Event], *, now: datetime) -> Entry:
    """Add the event that `make` derives from the entries so far, alone with the ledger while it decides.

    Whatever `make` raises leaves the ledger as it was. Raises ConsentError when it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            if not (folder / "head.json").exists() and not (folder / "ledger.jsonl").exists():
                _write_head(folder, _Head(0, GENESIS))
            entries, kept, newest = _read(folder)
            entry = Entry(len(entries), format_moment(now), newest, make(entries))
            line = canonical(asdict(entry)) + b"\n"
            with (folder / "ledger.jsonl").open("ab") as file:
                file.truncate(kept)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            _write_head(folder, _Head(len(entries) + 1, _digest(line)))
            return entry
    except OSError as error:
        raise refuse("ledger_unavailable", f"cannot write the consent ledger in {folder}: {error}") from error


def _read(folder: Path) -> tuple[tuple[Entry, ...], int, str]:
    """(entries, bytes they take, digest of the newest)."""
    head, data = _head(folder), _bytes(folder / "ledger.jsonl")
    if head is None and data:
        # Somebody may have begun the ledger between the two reads.
        head, data = _head(folder), _bytes(folder / "ledger.jsonl")
    if head is None:
        if data:
            raise refuse("ledger_damaged", f"the consent ledger in {folder} lost its head.json")
        return (), 0, GENESIS
    lines = data.splitlines(keepends=True)
    # An unfinished last line: head.json says below whether it had been committed.
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
    entries: list[Entry] = []
    previous, at_head = GENESIS, GENESIS
    for sequence, line in enumerate(lines):
        entry = _entry(folder, sequence, line)
        if entry.sequence != sequence or entry.previous != previous:
            raise refuse("ledger_damaged", f"entry {sequence} of the consent ledger in {folder} breaks the chain")
        entries.append(entry)
        previous = _digest(line)
        if sequence + 1 == head.count:
            at_head = previous
    if len(entries) < head.count or at_head != head.newest:
        raise refuse("ledger_damaged", f"the consent ledger in {folder} is cut short or was replaced")
    return tuple(entries), sum(map(len, lines)), previous


def _entry(folder: Path, sequence: int, line: bytes) -> Entry:
    try:
        entry, faults = build(Entry, parse(line[:-1], what=f"entry {sequence}"))
    except ConsentError as error:
        raise refuse("ledger_damaged", f"the consent ledger in {folder}: {error}") from error
    if entry is None:
        raise refuse("ledger_damaged", f"the consent ledger in {folder}: {'; '.join(map(str, faults))}")
    return entry


def _head(folder: Path) -> _Head | None:
    data = _bytes(folder / "head.json")
    if not data:
        return None
    try:
        head, _ = build(_Head, parse(data, what="head.json"))
    except ConsentError as error:
        raise refuse("ledger_damaged", f"the consent ledger in {folder}: {error}") from error
    if head is None:
        raise refuse("ledger_damaged", f"head.json in {folder} is not a ledger head")
    return head


def _write_head(folder: Path, head: _Head) -> None:
    # Written beside and renamed over, so that a reader sees the old head or the new one.
    handle, name = tempfile.mkstemp(dir=folder, prefix=".head-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(canonical(asdict(head)))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(folder / "head.json")
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise refuse("ledger_unavailable", f"cannot read the consent ledger: {error}") from error


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the ledger's lock: one writer at a time, across processes; the system frees it at exit."""
    with (folder / "ledger.lock").open("a+b") as file:
        _lock(file)
        yield


def _lock(file: Any) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
