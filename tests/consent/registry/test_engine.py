"""Where a registry may lie, and how its absence and its damage are told."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from vocalkit.consent.registry import Registry, open_registry
from vocalkit.errors import BackendUnavailable, InputError


@pytest.mark.parametrize(
    "url", ["", "registry.db", "sqlite://", "sqlite:///:memory:", "mysql://host/db", "sqlite:///a.db?mode=ro"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InputError):
        open_registry(url)


def test_a_password_is_not_told(refused: Any) -> None:
    pytest.importorskip("psycopg", reason="needs psycopg (the `postgres` extra)")
    with pytest.raises(Exception) as caught:
        open_registry("postgresql+psycopg://ada:hunter2@127.0.0.1:1/none?connect_timeout=1")
    assert getattr(caught.value, "reason", "") == "ledger_unavailable"
    assert "hunter2" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BackendUnavailable, match="postgres"):
        open_registry("postgresql+psycopg://ada@127.0.0.1:1/none")


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "registry.sqlite"
    before = os.umask(0)
    try:
        registry = open_registry(f"sqlite:///{path}")
        reader = sqlite3.connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM head").fetchall()
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert len(list(path.parent.iterdir())) == 3
        reader.close()
    finally:
        os.umask(before)
    assert registry.cases() == ()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_name_that_wants_quoting(tmp_path: Path) -> None:
    from vocalkit.consent import open_host
    from vocalkit.consent.registry import host_registry

    folder = tmp_path / "Zoë's 100% folder? #1"
    host_registry(open_host(folder), folder)
    assert (folder / "registry.sqlite").is_file()


def test_the_settings_of_every_connection(sqlite_house: Any) -> None:
    registry = sqlite_house.registry()
    with registry._database.writing() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
        }
    assert settings == {
        "journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "busy_timeout": 30000,
    }  # fmt: skip


@pytest.mark.parametrize("statement", ["UPDATE about SET version = 2", "DELETE FROM about", "DROP TABLE about"])
def test_another_schema_is_refused(url: str, refused: Any, statement: str) -> None:
    open_registry(url)
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        connection.execute(text(statement))
    with refused("registry_version" if statement.startswith("UPDATE") else "ledger_damaged"):
        open_registry(url)


@pytest.mark.parametrize("content", [b"", b"not a database at all, just some text that is long enough" * 20])
def test_another_file_is_refused(tmp_path: Path, refused: Any, content: bytes) -> None:
    (tmp_path / "registry.sqlite").write_bytes(content)
    with refused("ledger_damaged"):
        open_registry(f"sqlite:///{tmp_path}/registry.sqlite")
    assert (tmp_path / "registry.sqlite").read_bytes() == content


def test_a_foreign_database_is_left_alone(tmp_path: Path, refused: Any) -> None:
    path = tmp_path / "photos.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE photos (name TEXT)")
    before = path.read_bytes()
    with refused("ledger_damaged"):
        open_registry(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_folder_that_is_a_file(tmp_path: Path, refused: Any) -> None:
    (tmp_path / "file").write_text("x")
    with refused("ledger_unavailable"):
        open_registry(f"sqlite:///{tmp_path}/file/registry.sqlite")


def test_an_overwritten_page_is_damage(sqlite_house: Any, refused: Any) -> None:
    registry = sqlite_house.registry()
    sqlite_house.active(registry)
    path = Path(sqlite_house.url.removeprefix("sqlite:///"))
    whole = bytearray(path.read_bytes())
    for page in range(1, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(whole)
    with refused("ledger_damaged"):
        registry.verify_ledger()


def test_a_stop_inside_a_transaction_undoes_it(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    before = house.kinds(registry)
    with pytest.raises(KeyboardInterrupt), registry._writing(house.now, seal=True) as writer:
        writer.append("refused", grant.grant_id, {"reason": "revoked"})
        raise KeyboardInterrupt
    assert house.kinds(registry) == before
    registry.verify_ledger()


def test_connections_are_closed(sqlite_house: Any) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to count open files")
    registry = sqlite_house.registry()
    grant = sqlite_house.active(registry)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        registry.check(grant, sqlite_house.now)
        next(registry.entries())
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
