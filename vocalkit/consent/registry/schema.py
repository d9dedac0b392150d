"""The registry's tables. The ledger only grows; what is personal lies beside it and can be erased.

``ledger``, ``checkpoints`` and ``exports`` are append-only by trigger. ``head`` is one row: how long
the ledger is, its newest entry and the right edge of its Merkle tree; writers lock it. ``cases``
says what kind of grant an id is; ``people``, ``challenges`` and ``keys`` are erased with a case.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    text,
)

from vocalkit.consent.registry.chain import GENESIS

VERSION = 1

TABLES = MetaData()

about = Table("about", TABLES, Column("version", Integer, primary_key=True, autoincrement=False))

ledger = Table(
    "ledger",
    TABLES,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("time", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("grant_id", String(36)),
    Column("body", String, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ledger_by_grant", "grant_id", "kind", "sequence"),
)

head = Table(
    "head",
    TABLES,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("newest", String(64), nullable=False),
    Column("time", String(20), nullable=False),
    Column("frontier", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    TABLES,
    Column("tree_size", BigInteger, primary_key=True, autoincrement=False),
    Column("signer", String(43), primary_key=True),
    Column("root", String(64), nullable=False),
    Column("signed", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    TABLES,
    Column("grant_id", String(36), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("voice_id", String(40)),
    Column("expires", String(20)),
    Index("cases_by_voice", "voice_id"),
)

people = Table(
    "people",
    TABLES,
    Column("grant_id", String(36), ForeignKey("cases.grant_id"), primary_key=True),
    Column("name", String, nullable=False),
    Column("contact", String),
    Column("salt", LargeBinary, nullable=False),
    Column("envelope", LargeBinary),
)

challenges = Table(
    "challenges",
    TABLES,
    Column("challenge_id", String(100), primary_key=True),
    Column("grant_id", String(36), ForeignKey("cases.grant_id"), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("expires", String(20), nullable=False),
    Column("taken", String(20)),
)

keys = Table(
    "keys",
    TABLES,
    Column("grant_id", String(36), ForeignKey("cases.grant_id"), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

marks = Table(
    "marks",
    TABLES,
    Column("mark", BigInteger, primary_key=True, autoincrement=False),
    Column("grant_id", String(36), ForeignKey("cases.grant_id"), nullable=False),
    Column("time", String(20), nullable=False),
)

exports = Table(
    "exports",
    TABLES,
    Column("render_id", String(36), primary_key=True),
    Column("mark", BigInteger, ForeignKey("marks.mark"), nullable=False),
    Column("sequence", BigInteger, ForeignKey("ledger.sequence"), nullable=False),
    Index("exports_by_mark", "mark"),
)

_APPEND_ONLY = ("ledger", "checkpoints", "exports")


def create(connection: Connection) -> None:
    """Make every table, trigger and the two first rows in an empty database."""
    TABLES.create_all(connection)
    for statement in _triggers(connection.dialect.name):
        connection.execute(text(statement))
    connection.execute(insert(about).values(version=VERSION))
    connection.execute(insert(head).values(id=1, size=0, newest=GENESIS, time="2000-01-01T00:00:00Z", frontier=b""))


def _triggers(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            *(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'the {table} table only grows'); END"
                for table in _APPEND_ONLY
                for action in ("UPDATE", "DELETE")
            ),
            # INSERT OR REPLACE deletes without a delete trigger; this also keeps the sequence without gaps.
            "CREATE TRIGGER ledger_in_order BEFORE INSERT ON ledger "
            "WHEN NEW.sequence <> (SELECT COALESCE(MAX(sequence) + 1, 0) FROM ledger) "
            "BEGIN SELECT RAISE(ABORT, 'the ledger only grows at its end'); END",
        ]
    return [
        "CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the % table only grows', TG_TABLE_NAME; END $$",
        *(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION only_grows()"
            for table in _APPEND_ONLY
        ),
        *(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
            for table in _APPEND_ONLY
        ),
        "CREATE FUNCTION in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.sequence <> (SELECT COALESCE(MAX(sequence) + 1, 0) FROM ledger) THEN "
        "RAISE EXCEPTION 'the ledger only grows at its end'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_in_order BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION in_order()",
    ]
