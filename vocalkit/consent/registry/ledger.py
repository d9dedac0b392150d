"""Reading the ledger, and the one way to add to it: a `Writer` inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from vocalkit.consent.moments import format_moment, parse_moment
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.consent.registry.chain import Entry, Kind, spell
from vocalkit.consent.registry.merkle import Frontier
from vocalkit.errors import InputError

CLOCK_TOLERANCE_S = 120
"""How far the clocks of several hosts may differ before one counts as set back."""
_BATCH = 1000
_LAST = select(func.max(schema.ledger.c.sequence)).scalar_subquery()
_DIGEST = select(schema.ledger.c.digest).where(schema.ledger.c.sequence == schema.head.c.size - 1).scalar_subquery()
_HEAD = select(schema.head, _LAST.label("last"), _DIGEST.label("digest"))


@dataclass(frozen=True, slots=True)
class Head:
    """How far the ledger has come. newest: digest of its last entry; time: of it; frontier: its Merkle tree."""

    size: int
    newest: str
    time: str
    frontier: Frontier


def read_head(connection: Connection, *, lock: bool = False) -> Head:
    """The head, if the ledger's last entry is the one it names. Raises ConsentError (``ledger_damaged``)."""
    if lock:
        # PostgreSQL's writers queue here; SQLite's already did at BEGIN IMMEDIATE.
        connection.execute(select(schema.head.c.id).with_for_update()).all()
    row = connection.execute(_HEAD).one_or_none()
    if row is None or (row.size and (row.last != row.size - 1 or row.digest != row.newest)):
        raise refuse("ledger_damaged", "the end of the consent ledger was cut off or replaced")
    if not row.size and row.last is not None:
        raise refuse("ledger_damaged", "the consent ledger holds entries that its head does not know")
    try:
        return Head(row.size, row.newest, row.time, Frontier.from_bytes(row.size, row.frontier))
    except InputError as error:
        raise refuse("ledger_damaged", "the head of the consent ledger was changed") from error


def check_clock(head: Head, now: datetime) -> None:
    """Raises ConsentError (``clock_went_back``) where the ledger has seen a clearly later time."""
    if now < parse_moment(head.time, what="time") - timedelta(seconds=CLOCK_TOLERANCE_S):
        raise refuse("clock_went_back", f"the clock was set back: the consent ledger has an entry of {head.time}")


class Writer:
    """Adds entries within one transaction, all at one time, which never lies before the last entry's."""

    __slots__ = ("_head", "connection", "now")

    def __init__(self, connection: Connection, head: Head, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._head = head

    @property
    def head(self) -> Head:
        return self._head

    @property
    def time(self) -> str:
        """The entries' time: now, or the last entry's where the clock is behind."""
        return max(format_moment(self.now), self._head.time)

    def append(self, kind: Kind, grant_id: str | None, facts: Mapping[str, Any]) -> Entry:
        """Add one entry."""
        head = self._head
        entry = Entry(head.size, self.time, kind, grant_id, spell(facts), head.newest)
        digest = entry.digest()
        self._head = Head(head.size + 1, digest, entry.time, head.frontier.add(bytes.fromhex(digest)))
        self.connection.execute(
            insert(schema.ledger).values(
                sequence=entry.sequence,
                time=entry.time,
                kind=entry.kind,
                grant_id=entry.grant_id,
                body=entry.body,
                previous=entry.previous,
                digest=digest,
            )
        )
        self.connection.execute(
            update(schema.head).values(
                size=self._head.size, newest=digest, time=entry.time, frontier=self._head.frontier.to_bytes()
            )
        )
        return entry


def open_writer(connection: Connection, now: datetime, *, any_clock: bool) -> Writer:
    """A writer, alone with the ledger until its transaction ends.

    any_clock: also where the clock was set back; for entries that only take permission away or tell.
    """
    head = read_head(connection, lock=True)
    if not any_clock:
        check_clock(head, now)
    return Writer(connection, head, now)


def entry_of(row: Row[Any]) -> Entry:
    return Entry(row.sequence, row.time, row.kind, row.grant_id, row.body, row.previous)


def latest(connection: Connection, grant_id: str, kind: Kind) -> Entry | None:
    """The newest entry of a kind about a grant."""
    table = schema.ledger.c
    row = connection.execute(
        select(schema.ledger)
        .where(table.grant_id == grant_id, table.kind == kind)
        .order_by(table.sequence.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else entry_of(row)


def stored_entries(connection: Connection, *kinds: Kind, start: int = 0) -> Iterator[tuple[Entry, str]]:
    """Entries from `start` on with their stored digests, in order, a thousand at a time; of all kinds by default."""
    table = schema.ledger.c
    wanted = select(schema.ledger).order_by(table.sequence).limit(_BATCH)
    if kinds:
        wanted = wanted.where(table.kind.in_(kinds))
    while True:
        rows = connection.execute(wanted.where(table.sequence >= start)).all()
        for row in rows:
            yield entry_of(row), row.digest
        if len(rows) < _BATCH:
            return
        start = rows[-1].sequence + 1


def leaf_hashes(connection: Connection, size: int) -> list[bytes]:
    """The digests of the first `size` entries. Raises InputError where there are fewer."""
    table = schema.ledger.c
    rows = connection.execute(select(table.digest).where(table.sequence < size).order_by(table.sequence)).all()
    if len(rows) != size:
        raise InputError(f"the ledger has {len(rows)} entries, not {size}")
    return [bytes.fromhex(row.digest) for row in rows]
