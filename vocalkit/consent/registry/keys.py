"""The wrapped keys of sealed voice models. Who destroys the key has shredded every copy of the model."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, delete, insert, select, update

from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.consent.registry.cases import require_case
from vocalkit.consent.registry.ledger import Writer
from vocalkit.consent.registry.states import refusal
from vocalkit.errors import InputError

_LONGEST = 4096
_CLOSED = ("suspended", "expired", "disputed", "revoked", "shredded")


def put_key(writer: Writer, grant_id: str, wrapped: bytes) -> None:
    """Keep a model's key, in the place of an earlier one. wrapped: sealed for this host, never the key itself."""
    if not 0 < len(wrapped) <= _LONGEST:
        raise InputError(f"a wrapped key has 1 to {_LONGEST} bytes")
    _require_open(writer.connection, grant_id)
    destroy_key(writer, grant_id)
    writer.connection.execute(insert(schema.keys).values(grant_id=grant_id, wrapped=wrapped))
    writer.append("key", grant_id, {"done": "stored"})


def find_key(connection: Connection, grant_id: str) -> bytes:
    """The wrapped key. Raises ConsentError: the state's reason, or ``key_destroyed``."""
    _require_open(connection, grant_id)
    wrapped = connection.execute(select(schema.keys.c.wrapped).where(schema.keys.c.grant_id == grant_id)).scalar()
    if wrapped is None:
        raise refuse("key_destroyed", f"the key of the voice under grant {grant_id} is not here any more")
    return bytes(wrapped)


def destroy_key(writer: Writer, grant_id: str) -> None:
    """Overwrite and delete the key, where there is one."""
    mine = schema.keys.c.grant_id == grant_id
    wrapped = writer.connection.execute(select(schema.keys.c.wrapped).where(mine)).scalar()
    if wrapped is None:
        return
    noise = secrets.token_bytes(len(wrapped))
    writer.connection.execute(update(schema.keys).where(mine).values(wrapped=noise))
    writer.connection.execute(delete(schema.keys).where(mine))
    writer.append("key", grant_id, {"done": "destroyed"})


def _require_open(connection: Connection, grant_id: str) -> None:
    case = require_case(connection, grant_id)
    if case.state in _CLOSED:
        raise refusal(grant_id, case.state)
