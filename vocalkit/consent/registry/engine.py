"""Where the registry lies: an SQLite file, or PostgreSQL for several hosts. Connections and transactions only.

Every transaction has a connection of its own, closed at its end, so that threads and forked
processes share nothing. Writers come one at a time: SQLite's ``BEGIN IMMEDIATE``, PostgreSQL's lock
on the head row (`ledger.open_writer`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.errors import BackendUnavailable, ConsentError, InputError

WAIT_S = 30.0
"""How long a transaction waits for its turn before it gives up."""
_CREATION_LOCK = 0x766F6361
_ERASED_FROM = ("people", "challenges", "keys", "cases")


class Database:
    """An open registry database. Raises ConsentError (``ledger_unavailable``, ``ledger_damaged``)."""

    __slots__ = ("_engine", "where")

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self.where = where

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; nothing is written."""
        with self._connected("REPEATABLE READ") as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing: committed at the end, undone where anything raises."""
        with self._connected("READ COMMITTED", vocalkit_begin="BEGIN IMMEDIATE") as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = {int(WAIT_S * 1000)}"))
            yield connection

    def scrub(self, *, again: str) -> None:
        """Drop erased rows from the files too, as far as the database can (docs/adr/0005-registry.md).

        again: what to do where another program still reads the old rows; then it raises ConsentError
        (``ledger_unavailable``).
        """
        if self._engine.dialect.name == "sqlite":
            with self._connected(None, vocalkit_begin=None) as connection:
                # Rows were overwritten on deletion (secure_delete); older pages still lie in the write-ahead log.
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            if busy:
                message = f"another program still reads {self.where} and with it old pages; then {again}"
                raise refuse("ledger_unavailable", message)
            return
        with self._connected("AUTOCOMMIT") as connection:
            connection.execute(text(f"SET lock_timeout = {int(WAIT_S * 1000)}"))
            for table in _ERASED_FROM:
                connection.execute(text(f"VACUUM (FULL) {table}"))

    @contextmanager
    def _connected(self, isolation: str | None, **options: Any) -> Iterator[Connection]:
        if self._engine.dialect.name == "postgresql" and isolation:
            options["isolation_level"] = isolation
        with translated(self.where), self._engine.connect() as connection:
            yield connection.execution_options(**options)


def open_database(url: str) -> Database:
    """The database at `url`, made where there is none yet; safe when many processes start at once.

    url: ``sqlite:////absolute/file.db`` or ``postgresql+psycopg://user@host/name``.
    Raises InputError for another kind of URL, ConsentError where it cannot be used.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError(f"not a database URL: {url[:20]!r}…") from error
    if parsed.drivername == "sqlite":
        return _open_sqlite(parsed)
    if parsed.drivername == "postgresql+psycopg":
        return _open_postgresql(parsed)
    raise InputError(f"a registry is at sqlite:///… or postgresql+psycopg://…, not at {parsed.drivername[:40]!r}")


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn what databases and drivers raise into ConsentError."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        message = " ".join(str(cause).split())[:200]
        if any(sign in message for sign in ("malformed", "not a database", "only grows")):
            raise refuse("ledger_damaged", f"the consent registry {where} is damaged: {message}") from error
        raise refuse("ledger_unavailable", f"cannot use the consent registry {where}: {message}") from error


def _open_sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:" or url.query:
        raise InputError("a registry needs a file: sqlite:////absolute/path/registry.db")
    path = Path(url.database)
    with translated(str(path)):
        if not path.exists():
            _create_file(path)
        database = Database(_sqlite_engine(path), str(path))
    with database.reading() as connection:
        _check_version(connection, database.where)
    return database


def _create_file(path: Path) -> None:
    """Build the empty registry aside and link it into place whole: of several makers, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp makes it readable by its owner alone; SQLite gives its -wal and -shm files the same mode.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".registry-", suffix=".db")
    os.close(handle)
    try:
        engine = _sqlite_engine(Path(name))
        with engine.connect() as connection:
            connection.execution_options(vocalkit_begin=None).exec_driver_sql("PRAGMA journal_mode=WAL")
        with engine.connect() as connection, connection.begin():
            schema.create(connection)
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink(missing_ok=True)


def _sqlite_engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)), poolclass=NullPool, connect_args={"timeout": WAIT_S}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        # sqlite3 would begin transactions by itself, and late; `_begin` does it instead.
        connection.isolation_level = None
        for setting in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        begin = connection.get_execution_options().get("vocalkit_begin", "BEGIN")
        if begin:
            connection.exec_driver_sql(begin)

    return engine


def _open_postgresql(url: URL) -> Database:
    where = url.render_as_string(hide_password=True)
    try:
        engine = create_engine(url, poolclass=NullPool)
    except ImportError as error:
        raise BackendUnavailable("PostgreSQL needs a driver: pip install 'vocalkit[postgres]'") from error
    database = Database(engine, where)
    with database.writing() as connection:
        if not _has_tables(connection):
            # Two makers at once: the second waits here, and finds the tables made.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_CREATION_LOCK})"))
            if not _has_tables(connection):
                schema.create(connection)
        _check_version(connection, where)
    return database


def _has_tables(connection: Connection) -> bool:
    return not set(schema.TABLES.tables).isdisjoint(inspect(connection).get_table_names())


def _check_version(connection: Connection, where: str) -> None:
    if not inspect(connection).has_table("about"):
        raise _not_a_registry(where)
    version = connection.execute(select(schema.about.c.version)).scalar()
    if version is None:
        raise _not_a_registry(where)
    if version != schema.VERSION:
        raise refuse(
            "registry_version",
            f"the registry {where} has schema {version}, this vocalkit knows {schema.VERSION}: use a newer vocalkit",
        )


def _not_a_registry(where: str) -> ConsentError:
    return refuse("ledger_damaged", f"{where} is not a consent registry; name another in host.toml")
