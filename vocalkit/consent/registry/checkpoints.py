"""Signed tree heads (RFC 9162, 4.10): what the ledger was at one moment, by the word of one host's key.

A checkpoint that was handed out binds its signer: a ledger that does not begin with the tree it
names was cut, reordered or rewritten. The host's newest one is also kept in a file outside the
database (`Witness`), so that a database rolled back to an older state is noticed.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, bindparam, func, insert, select

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.envelope import read_envelope, sign
from vocalkit.consent.keys import PublicJwk, public_jwk, thumbprint
from vocalkit.consent.moments import parse_moment
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.consent.registry.ledger import Head, Writer
from vocalkit.errors import ConsentError
from vocalkit.resources import build

EVERY = 256
"""At the latest after so many entries a host with a witness signs the next checkpoint."""

_table = schema.checkpoints.c
_KNOWN = select(_table.root).where(_table.tree_size == bindparam("size"), _table.root == bindparam("known")).limit(1)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head. timestamp: milliseconds since 1970; root_hash: hex."""

    format: Literal["vocalkit-checkpoint"]
    version: Literal[1]
    tree_size: int
    root_hash: str
    timestamp: int

    @classmethod
    def of(cls, head: Head, moment: datetime) -> Checkpoint:
        milliseconds = int(moment.timestamp() * 1000)
        return cls("vocalkit-checkpoint", 1, head.size, head.frontier.root().hex(), milliseconds)


@dataclass(frozen=True, slots=True)
class Witness:
    """A host's memory of the ledger outside the database: its signing key and the file of its newest checkpoint."""

    key: Ed25519PrivateKey = field(repr=False)
    path: Path
    signer: PublicJwk = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signer", public_jwk(self.key))

    def newest(self) -> Checkpoint | None:
        """The checkpoint in the file, None where there is no file. Raises ConsentError (``ledger_damaged``)."""
        try:
            return read_checkpoint(self.path.read_bytes(), self.signer)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refuse("ledger_unavailable", f"cannot read {self.path}: {error}") from error
        except ConsentError as error:
            raise refuse("ledger_damaged", f"{self.path} is not a checkpoint of this host: {error}") from error

    def keep(self, signed: bytes) -> None:
        """Put a newer checkpoint in the file's place; an older one changes nothing."""
        known, size = self.newest(), read_checkpoint(signed, self.signer).tree_size
        if known is not None and known.tree_size >= size:
            return
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".checkpoint-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(signed)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


# The gate asks before every phrase, and the file seldom changes.
@lru_cache(maxsize=8)
def read_checkpoint(data: bytes, signer: PublicJwk) -> Checkpoint:
    """A signed checkpoint. Raises ConsentError unless `signer`, and nobody else, signed exactly this."""
    envelope = read_envelope(data, typ="vocalkit-checkpoint+jws")
    if len(envelope.signers) != 1:
        raise refuse("extra_signature", "a checkpoint carries one signature")
    envelope.check(0, signer)
    checkpoint, faults = build(Checkpoint, parse(envelope.payload, what="checkpoint"))
    if checkpoint is None:
        raise refuse("malformed", f"checkpoint refused: {'; '.join(map(str, faults))}")
    return checkpoint


def add_checkpoint(writer: Writer, key: Ed25519PrivateKey) -> bytes:
    """Sign the ledger as it is and keep that; the same again where this key signed this very tree before."""
    table, signer, head = schema.checkpoints, thumbprint(key), writer.head
    mine = (table.c.tree_size == head.size, table.c.signer == signer)
    stored = writer.connection.execute(select(table.c.signed).where(*mine)).scalar()
    if stored is not None:
        return bytes(stored)
    checkpoint = Checkpoint.of(head, parse_moment(writer.time, what="time"))
    signed = sign(canonical(asdict(checkpoint)), key, typ="vocalkit-checkpoint+jws")
    writer.connection.execute(
        insert(table).values(tree_size=head.size, signer=signer, root=checkpoint.root_hash, signed=signed)
    )
    return signed


def is_due(writer: Writer, witness: Witness) -> bool:
    """Whether this host's last checkpoint is `EVERY` entries old."""
    table = schema.checkpoints.c
    last = writer.connection.execute(
        select(func.max(table.tree_size)).where(table.signer == witness.signer.thumbprint)
    ).scalar()
    return writer.head.size - (last or 0) >= EVERY


def check_witness(connection: Connection, witness: Witness) -> Checkpoint | None:
    """Raises ConsentError (``ledger_damaged``) where the database forgot the checkpoint in the witness's file."""
    known = witness.newest()
    if known is None:
        return None
    asked = {"size": known.tree_size, "known": known.root_hash}
    if connection.execute(_KNOWN, asked).scalar() is None:
        raise refuse(
            "ledger_damaged",
            f"the consent ledger was set back: {witness.path} remembers {known.tree_size} entries that it lost",
        )
    return known
