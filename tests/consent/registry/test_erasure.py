"""What is left of a person: nothing. What is left of the ledger: everything."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from vocalkit.consent import Royalty
from vocalkit.consent.canonical import canonical
from vocalkit.consent.registry import Person, Registry
from vocalkit.consent.registry.chain import Kind

# Everything about the artist that the registry was told, as it would stand in a file.
PERSONAL = (
    b"Ferreira",
    b"Lindqvist",
    b"ada@example.org",
    b"river candle",
    b"signed by",
    b"a wrapped key",
    b"lindqvist",
)


def sung(house: Any, registry: Registry) -> Any:
    """A whole life: enrolled, sung with, refused."""
    grant = house.active(registry, voice_id="lindqvist", royalty=Royalty("per_second", "0.10", "EUR"), max_seconds=100)
    registry.charge(grant, 12.5, house.now)
    registry.commit_export(house.export(registry, grant), house.now)
    registry.refused(None, "lindqvist", "genre_not_granted", house.now)
    return grant


def every_cell(url: str) -> bytes:
    """All that any client can read."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        tables = ("about", "ledger", "head", "checkpoints", "cases", "people", "challenges", "keys", "marks", "exports")
        return repr([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables]).encode()


def test_the_ledger_never_names_anybody(house: Any, registry: Registry) -> None:
    grant = sung(house, registry)
    registry.erase(grant.grant_id, house.now)
    told = b"\n".join(entry.to_bytes() for entry in registry.entries())
    for word in PERSONAL:
        assert word.lower() not in told.lower()
    assert set(house.kinds(registry)) == set(get_args(Kind)) - {"abandoned"}


def test_nothing_personal_is_left(house: Any, registry: Registry, refused: Any) -> None:
    grant = sung(house, registry)
    before = registry.verify_ledger()
    assert all(word in every_cell(house.url) for word in PERSONAL)
    checkpoint = house.witness.newest()
    registry.erase(grant.grant_id, house.forward(days=1))
    cells = every_cell(house.url)
    for word in PERSONAL:
        assert word not in cells
    assert registry.state(grant.grant_id) == "shredded"
    assert registry.person(grant.grant_id) is None
    assert registry.cases("lindqvist") == ()
    for ask in (
        lambda: registry.check(grant, house.now),
        lambda: registry.key(grant.grant_id),
        lambda: registry.reserve_mark(grant.grant_id, "lindqvist", house.now),
    ):
        with refused("shredded"):
            ask()
    with refused("unknown_grant"):
        registry.envelope(grant.grant_id)
    after = registry.verify_ledger(known=[checkpoint])
    assert after.entries > before.entries
    assert registry.prove_consistency(before.entries).old_root_hash == before.root_hash
    # Money owed is still owed, to a grant without a name.
    (line,) = registry.statement().lines
    assert (line.artist, line.voice_id, str(line.amount)) == (None, None, "1.25")


def test_commitments_cannot_be_guessed_once_the_salt_is_gone(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    told = next(entry for entry in registry.entries()).facts()["person"]
    salt = salt_of(house.url)
    person = canonical({"contact": "ada@example.org", "name": "Ada Ferreira-Lindqvist", "voice_id": "ada"})
    assert hashlib.sha256(salt + person).hexdigest() == told
    registry.erase(grant.grant_id, house.now)
    assert salt not in every_cell(house.url)
    assert hashlib.sha256(person).hexdigest() != told


def salt_of(url: str) -> bytes:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return bytes(connection.execute(text("SELECT salt FROM people")).scalar_one())


def test_the_files_hold_nothing_either(sqlite_house: Any) -> None:
    """Every byte of the database and its logs, after an erasure among other artists' cases."""
    registry = sqlite_house.registry()
    path = Path(sqlite_house.url.removeprefix("sqlite:///"))
    grant = sung(sqlite_house, registry)
    salt = salt_of(sqlite_house.url)
    everything = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert all(word in everything for word in (*PERSONAL, salt))
    registry.erase(grant.grant_id, sqlite_house.now)
    everything = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for word in (*PERSONAL, salt):
        assert word not in everything


def test_a_revocation_alone_takes_the_key_out_of_the_files(sqlite_house: Any) -> None:
    registry = sqlite_house.registry()
    path = Path(sqlite_house.url.removeprefix("sqlite:///"))
    grant = sqlite_house.active(registry)
    registry.revoke(grant.grant_id, "asked_by_artist", sqlite_house.now)
    assert b"a wrapped key" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_erasing_again_finishes_what_a_reader_held_up(
    sqlite_house: Any, refused: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vocalkit.consent.registry.engine.WAIT_S", 0.2)
    registry = sqlite_house.registry()
    path = Path(sqlite_house.url.removeprefix("sqlite:///"))
    grant = sqlite_house.active(registry)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM people").fetchall()
        with refused("ledger_unavailable"):
            registry.erase(grant.grant_id, sqlite_house.now)
        assert registry.state(grant.grant_id) == "shredded"
    before = len(sqlite_house.kinds(registry))
    registry.erase(grant.grant_id, sqlite_house.now)
    assert len(sqlite_house.kinds(registry)) == before
    assert b"Ferreira" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize("state", ["draft", "challenged", "verified", "active", "suspended", "disputed", "revoked"])
def test_a_case_is_erased_in_any_state(house: Any, registry: Registry, state: str) -> None:
    grant = house.grant()
    if state == "draft":
        registry.open_case(grant.grant_id, "ada", Person("Ada Ferreira-Lindqvist"), house.now)
    elif state == "challenged":
        house.challenged(registry, grant, "c")
    elif state == "verified":
        grant = house.verified(registry)
    else:
        grant = house.active(registry)
        ways = {"suspended": registry.suspend, "disputed": registry.dispute, "revoked": registry.revoke}
        if state in ways:
            ways[state](grant.grant_id, "asked_by_artist", house.now)
    assert registry.state(grant.grant_id) == state
    registry.erase(grant.grant_id, house.now)
    assert registry.state(grant.grant_id) == "shredded"
    assert b"Ferreira" not in every_cell(house.url)
    registry.verify_ledger()


def test_one_artist_is_erased_and_not_the_other(house: Any, registry: Registry) -> None:
    ada, other = house.active(registry), house.active(registry, voice_id="other")
    registry.erase(ada.grant_id, house.now)
    registry.check(other, house.now)
    assert registry.person(other.grant_id) is not None
    assert registry.key(other.grant_id)
