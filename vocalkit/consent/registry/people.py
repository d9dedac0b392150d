"""What is personal, and how the ledger refers to it: by salted commitments.

A commitment is SHA-256 over the case's 32 random bytes of salt and the value. Once salt and value
are erased, nobody can tell what was committed, not even by guessing names.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select, update

from vocalkit.consent.canonical import canonical
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.errors import InputError

SALT_BYTES = 32
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Person:
    """The artist. contact: however they wish to be reached, or None."""

    name: str
    contact: str | None = None

    def __post_init__(self) -> None:
        for what, value in (("name", self.name), ("contact", self.contact)):
            if value is not None and not (value.strip() and len(value) <= _LONGEST):
                raise InputError(f"a person's {what} must have 1 to {_LONGEST} characters")


def commitment(salt: bytes, data: bytes) -> str:
    """SHA-256(salt || data), hex."""
    return hashlib.sha256(salt + data).hexdigest()


def add_person(connection: Connection, grant_id: str, voice_id: str, person: Person) -> str:
    """Keep a person's data; returns the commitment to it."""
    salt = secrets.token_bytes(SALT_BYTES)
    connection.execute(
        insert(schema.people).values(grant_id=grant_id, name=person.name, contact=person.contact, salt=salt)
    )
    return commitment(salt, canonical(asdict(person) | {"voice_id": voice_id}))


def find_person(connection: Connection, grant_id: str) -> Person | None:
    """Who granted it, unless that was erased or nobody did (a built-in voice)."""
    table = schema.people.c
    row = connection.execute(select(table.name, table.contact).where(table.grant_id == grant_id)).one_or_none()
    return None if row is None else Person(row.name, row.contact)


def commit(connection: Connection, grant_id: str, data: bytes) -> str:
    """A commitment under the case's salt. Raises ConsentError (``unknown_grant``)."""
    salt = connection.execute(select(schema.people.c.salt).where(schema.people.c.grant_id == grant_id)).scalar()
    if salt is None:
        raise refuse("unknown_grant", f"nothing personal is kept for grant {grant_id}")
    return commitment(salt, data)


def keep_envelope(connection: Connection, grant_id: str, envelope: bytes) -> str:
    """Keep the signed grant (it names the artist); returns the commitment to it."""
    connection.execute(update(schema.people).where(schema.people.c.grant_id == grant_id).values(envelope=envelope))
    return commit(connection, grant_id, envelope)


def find_envelope(connection: Connection, grant_id: str) -> bytes:
    """The signed grant. Raises ConsentError (``unknown_grant``) where it never came or was erased."""
    envelope = connection.execute(select(schema.people.c.envelope).where(schema.people.c.grant_id == grant_id)).scalar()
    if envelope is None:
        raise refuse("unknown_grant", f"the registry holds no signed grant {grant_id}")
    return bytes(envelope)


def erase_person(connection: Connection, grant_id: str) -> None:
    """Remove everything personal about a case; the ledger's commitments then speak of nobody."""
    connection.execute(delete(schema.challenges).where(schema.challenges.c.grant_id == grant_id))
    connection.execute(delete(schema.people).where(schema.people.c.grant_id == grant_id))
    # Voices are often called after their singers.
    connection.execute(update(schema.cases).where(schema.cases.c.grant_id == grant_id).values(voice_id=None))
