"""How a grant stands today: revoked or not, and how much of its seconds is left.

`Standing` is what the gate asks; `FileStanding` answers from a ledger in one folder. A revocation
needs no signature: it can only take a permission away, so believing a false one is the safe error.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vocalkit.consent.grant import check_grant_id
from vocalkit.consent.ledger import Cause, Entry, Event, append, read_entries
from vocalkit.consent.reasons import refuse
from vocalkit.errors import InputError


class Standing(Protocol):
    """Knows what became of a grant after it was signed."""

    def check(self, grant_id: str) -> None:
        """Raises ConsentError (``revoked``, or any reason why it cannot tell)."""

    def charge(self, grant_id: str, *, seconds: float, max_seconds: int, now: datetime) -> None:
        """Book `seconds` as sung. Raises ConsentError, booking nothing, where the total would exceed."""


@dataclass(frozen=True, slots=True)
class FileStanding:
    """The standing of grants by the ledger in `folder`; an absent folder holds no revocation yet."""

    folder: Path

    def check(self, grant_id: str) -> None:
        _refuse_revoked(read_entries(self.folder), grant_id)

    def charge(self, grant_id: str, *, seconds: float, max_seconds: int, now: datetime) -> None:
        if not (math.isfinite(seconds) and seconds > 0):
            raise InputError(f"sung seconds must be positive, got {seconds}")
        milliseconds = math.ceil(seconds * 1000)

        def event(entries: tuple[Entry, ...]) -> Event:
            _refuse_revoked(entries, grant_id)
            used = sum(e.event.milliseconds for e in entries if e.event.grant_id == grant_id)
            if used + milliseconds > max_seconds * 1000:
                left = max(0, max_seconds * 1000 - used) / 1000
                raise refuse("seconds_exhausted", f"the grant allows {max_seconds} s in all; {left:.3f} s are left")
            return Event("charged", grant_id, milliseconds=milliseconds)

        append(self.folder, event, now=now)


def revoke(grant_id: str, *, folder: Path, cause: Cause, now: datetime) -> Entry:
    """Revoke a grant for good: every gate that reads `folder` refuses it from now on.

    Raises InputError for something that is not a grant id, ConsentError when already revoked.
    """
    check_grant_id(grant_id)

    def event(entries: tuple[Entry, ...]) -> Event:
        _refuse_revoked(entries, grant_id)
        return Event("revoked", grant_id, cause=cause)

    return append(folder, event, now=now)


def user_consent_folder() -> Path:
    """Where this user's ledger lies. Fixed by the platform, so that no variable points it elsewhere."""
    if sys.platform == "win32":
        return Path.home() / "AppData" / "Local" / "vocalkit" / "consent"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "vocalkit" / "consent"
    return Path.home() / ".local" / "share" / "vocalkit" / "consent"


def _refuse_revoked(entries: tuple[Entry, ...], grant_id: str) -> None:
    for entry in entries:
        if entry.event.kind == "revoked" and entry.event.grant_id == grant_id:
            raise refuse("revoked", f"grant {grant_id} was revoked on {entry.time}")
