"""Challenges on their way from the screen to the recording: each is answered once, in time, or never."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from vocalkit.consent.moments import format_moment, parse_moment
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.consent.registry.cases import move
from vocalkit.consent.registry.ledger import Writer
from vocalkit.consent.registry.people import commit
from vocalkit.errors import InputError

_LONGEST_ID, _LONGEST = 100, 64 * 1024


def add_challenge(writer: Writer, grant_id: str, challenge_id: str, payload: bytes, expires: datetime) -> None:
    """Keep a challenge in the place of the case's earlier ones; the case becomes ``challenged``."""
    if not (0 < len(challenge_id) <= _LONGEST_ID and 0 < len(payload) <= _LONGEST):
        raise InputError(f"a challenge has an id of at most {_LONGEST_ID} characters and at most {_LONGEST} bytes")
    if expires <= writer.now:
        raise InputError("a challenge must expire later than now")
    table = schema.challenges
    taken = writer.connection.execute(select(table.c.grant_id).where(table.c.challenge_id == challenge_id)).scalar()
    if taken is not None:
        raise refuse("challenge_used", "this challenge was issued before; make a new one")
    move(writer, grant_id, "challenged", "step_done")
    writer.connection.execute(delete(table).where(table.c.grant_id == grant_id, table.c.taken.is_(None)))
    writer.connection.execute(
        insert(table).values(
            challenge_id=challenge_id, grant_id=grant_id, payload=payload, expires=format_moment(expires)
        )
    )
    committed = commit(writer.connection, grant_id, payload)
    writer.append("challenge", grant_id, {"done": "issued", "text": committed})


def take_challenge(writer: Writer, challenge_id: str) -> bytes:
    """The challenge's bytes, once. Raises ConsentError ``challenge_unknown``, ``_used`` or ``_expired``."""
    table = schema.challenges
    row = writer.connection.execute(select(table).where(table.c.challenge_id == challenge_id)).one_or_none()
    if row is None:
        raise refuse("challenge_unknown", "this challenge was not issued here, or another one took its place")
    if row.taken is not None:
        raise refuse("challenge_used", f"this challenge was answered on {row.taken}; make a new one")
    if writer.now >= parse_moment(row.expires, what="expires"):
        raise refuse("challenge_expired", f"this challenge ended on {row.expires}; make a new one")
    writer.connection.execute(
        update(table).where(table.c.challenge_id == challenge_id).values(taken=format_moment(writer.now))
    )
    committed = commit(writer.connection, row.grant_id, bytes(row.payload))
    writer.append("challenge", row.grant_id, {"done": "taken", "text": committed})
    return bytes(row.payload)


def find_answered(connection: Connection, challenge_id: str) -> bytes | None:
    """The bytes of a challenge that was taken before, None where it was not."""
    table = schema.challenges
    row = connection.execute(select(table).where(table.c.challenge_id == challenge_id)).one_or_none()
    return None if row is None or row.taken is None else bytes(row.payload)
