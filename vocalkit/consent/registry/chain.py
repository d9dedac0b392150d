"""One entry of the ledger: its one spelling, its digest, and what makes a row of them a chain. Pure.

An entry's bytes are RFC 8785 JSON with the members body, grant_id, kind, previous, sequence and
time. Its digest is its RFC 9162 leaf hash, so that the chain (``previous``) and the Merkle tree are
over the same 32 bytes. Bodies hold digests, salted commitments, ids, numbers and words of fixed
lists, and nothing about a person: what must be erasable may not be in a chain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from vocalkit.consent.canonical import canonical
from vocalkit.consent.moments import parse_moment
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry.merkle import leaf_hash
from vocalkit.errors import ConsentError

Kind = Literal["abandoned", "challenge", "charged", "exported", "granted", "key", "recorded", "refused", "state"]
GENESIS = "0" * 64

_KINDS = frozenset(get_args(Kind))
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLAIN = re.compile(r"[A-Za-z0-9:,._\[\]{}\"-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. body: canonical JSON text; previous: digest of the entry before."""

    sequence: int
    time: str
    kind: Kind
    grant_id: str | None
    body: str
    previous: str

    def to_bytes(self) -> bytes:
        """The entry's one spelling, canonical because each member is (checked by `verify_link`)."""
        grant = "null" if self.grant_id is None else f'"{self.grant_id}"'
        return (
            f'{{"body":{self.body},"grant_id":{grant},"kind":"{self.kind}","previous":"{self.previous}",'
            f'"sequence":{self.sequence},"time":"{self.time}"}}'
        ).encode()

    def digest(self) -> str:
        """SHA-256 (hex) of the entry as a leaf of the Merkle tree."""
        return leaf_hash(self.to_bytes()).hex()

    def facts(self) -> dict[str, Any]:
        """The body as a table."""
        table: dict[str, Any] = json.loads(self.body)
        return table

    def moment(self) -> datetime:
        return parse_moment(self.time, what="time")


def spell(facts: Mapping[str, Any]) -> str:
    """The body that holds `facts`. Raises ConsentError for text with spaces, marks or other alphabets."""
    body = canonical(dict(facts)).decode("utf-8")
    if not _PLAIN.fullmatch(body):
        raise refuse("malformed", "a ledger entry holds digests, ids, numbers and words of fixed lists only")
    return body


def verify_link(entry: Entry, digest: str, *, sequence: int, previous: str, not_before: str) -> dict[str, Any]:
    """An entry's facts. Raises ConsentError (``ledger_damaged``) unless it is the one that follows in the chain.

    digest: what was stored for it; previous, not_before: digest and time of the entry before.
    """
    if entry.sequence != sequence:
        raise damaged(sequence, f"is missing; entry {entry.sequence} follows")
    if entry.previous != previous:
        raise damaged(sequence, "does not follow the entry before it")
    if entry.kind not in _KINDS or not (entry.grant_id is None or _ID.fullmatch(entry.grant_id)):
        raise damaged(sequence, "is of a kind or grant that cannot be")
    if entry.digest() != digest or not _DIGEST.fullmatch(digest):
        raise damaged(sequence, "was changed")
    if not _PLAIN.fullmatch(entry.body) or entry.time < not_before:
        raise damaged(sequence, "holds what no entry can hold")
    try:
        if entry.time != not_before:
            entry.moment()
        facts = entry.facts()
        if not isinstance(facts, dict):
            raise ValueError("a body is an object")
        return facts
    except (ConsentError, ValueError, RecursionError) as error:
        raise damaged(sequence, "cannot be read") from error


def damaged(sequence: int, message: str) -> ConsentError:
    """The error for an entry that is not as it was written."""
    return refuse("ledger_damaged", f"entry {sequence} of the consent ledger {message}; nothing is licensed until then")
