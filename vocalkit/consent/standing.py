"""How a grant stands today: revoked or not, and how much of its seconds is left.

`FileStanding` answers the gate from a ledger in one folder. A revocation
needs no signature: it can only take a permission away, so believing a false one is the safe error.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vocalkit.consent.grant import ConsentGrant, check_grant_id
from vocalkit.consent.ledger import Cause, Entry, Event, append, read_entries
from vocalkit.consent.reasons import refuse
from vocalkit.errors import InputError


@dataclass(frozen=True, slots=True)
class FileStanding:
    """The standing of grants by the ledger in `folder`; an absent folder holds no revocation yet."""

    folder: Path

    def check(self, grant: ConsentGrant, *, now: datetime) -> None:
        _refuse_revoked(read_entries(self.folder), grant.grant_id)

    def reserve_mark(self, *, grant_id: str, voice_id: str, now: datetime) -> int:
        return 1 + secrets.randbelow(2**32 - 1)

    def refused(self, *, grant_id: str | None, voice_id: str | None, reason: str, now: datetime) -> None:
        """This ledger has no entries for refusals."""

    def charge(self, grant: ConsentGrant, *, seconds: float, now: datetime) -> None:
        grant_id, max_seconds = grant.grant_id, grant.max_seconds
        if max_seconds is None:
            return
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


def _refuse_revoked(entries: tuple[Entry, ...], grant_id: str) -> None:
    for entry in entries:
        if entry.event.kind == "revoked" and entry.event.grant_id == grant_id:
            raise refuse("revoked", f"grant {grant_id} was revoked on {entry.time}")
