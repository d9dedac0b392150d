"""Somebody with write access to the database, who knows SQL, removes the triggers first."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from vocalkit.consent.keys import public_jwk
from vocalkit.consent.registry import Registry, open_registry, read_checkpoint
from vocalkit.consent.registry.chain import GENESIS, Entry
from vocalkit.consent.registry.merkle import Frontier

TRIGGERS = {
    "sqlite": [
        f"DROP TRIGGER {table}_no_{action}"
        for table in ("ledger", "checkpoints", "exports")
        for action in ("update", "delete")
    ]
    + ["DROP TRIGGER ledger_in_order"],
    "postgresql": [
        "DROP FUNCTION only_grows() CASCADE",
        "DROP FUNCTION in_order() CASCADE",
        "ALTER TABLE exports DROP CONSTRAINT exports_sequence_fkey",
    ],
}


@contextmanager
def sql(url: str) -> Iterator[Callable[..., Any]]:
    """Statements as anybody with a client could send them."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        yield lambda statement, **values: connection.execute(text(statement), values)


def tamper(url: str, *statements: str) -> None:
    with sql(url) as run:
        for statement in (*TRIGGERS[url.split(":")[0].split("+")[0]], *statements):
            run(statement)


@pytest.fixture
def filled(house: Any, registry: Registry) -> Registry:
    """Two artists, an export, a revocation after it and something more."""
    ada, bob = house.active(registry), house.active(registry, voice_id="bob", max_seconds=100)
    registry.charge(bob, 3.0, house.now)
    registry.charge(bob, 4.0, house.now)
    registry.commit_export(house.export(registry, bob), house.now)
    registry.revoke(ada.grant_id, "asked_by_artist", house.now)
    registry.refused(ada.grant_id, "ada", "revoked", house.forward(seconds=1))
    registry.verify_ledger()
    return registry


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET body = '{}' WHERE sequence = 2",
        "DELETE FROM ledger WHERE sequence = 2",
        "DELETE FROM ledger",
        "UPDATE checkpoints SET root = 'x'",
        "DELETE FROM checkpoints",
        "UPDATE exports SET mark = 1",
        "DELETE FROM exports",
    ],
)
def test_the_database_itself_refuses(house: Any, filled: Registry, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"), sql(house.url) as run:
        run(statement)


def test_no_row_is_replaced_or_put_in_between(sqlite_house: Any) -> None:
    registry = sqlite_house.registry()
    sqlite_house.active(registry)
    path = sqlite_house.url.removeprefix("sqlite:///")
    for verb in ("INSERT OR REPLACE", "REPLACE", "INSERT"):
        for sequence in (0, 3, 10**6):
            with (
                closing(sqlite3.connect(path)) as connection,
                pytest.raises(sqlite3.IntegrityError, match="only grows"),
            ):
                connection.execute(
                    f"{verb} INTO ledger VALUES (?, '2027-03-01T12:00:00Z', 'refused', NULL, '{{}}', '', '')",
                    (sequence,),
                )
    registry.verify_ledger()


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM ledger WHERE sequence = 4"],
        ["DELETE FROM ledger WHERE sequence = 0"],
        ["DELETE FROM ledger WHERE sequence = (SELECT MAX(sequence) FROM ledger)"],
        ["DELETE FROM ledger"],
        ["DELETE FROM head"],
        ["UPDATE head SET size = 0"],
        ["UPDATE head SET size = size + 1"],
        ["UPDATE head SET newest = 'x'"],
        ["UPDATE head SET time = '2026-01-01T00:00:00Z'"],
        ["UPDATE ledger SET body = '{\"reason\":\"expired\"}' WHERE kind = 'refused'"],
        ["UPDATE ledger SET kind = 'recorded' WHERE kind = 'refused'"],
        ["UPDATE ledger SET time = '2027-02-01T00:00:00Z' WHERE sequence = 5"],
        ["UPDATE ledger SET grant_id = NULL WHERE sequence = 5"],
        [
            "UPDATE ledger SET sequence = -1 WHERE sequence = 4",
            "UPDATE ledger SET sequence = 4 WHERE sequence = 5",
            "UPDATE ledger SET sequence = 5 WHERE sequence = -1",
        ],
        ["UPDATE checkpoints SET root = '" + "00" * 32 + "'"],
        ["UPDATE checkpoints SET tree_size = tree_size + 1"],
        ["UPDATE exports SET sequence = 1"],
        ["DELETE FROM exports"],
    ],
)
def test_every_change_is_found(house: Any, filled: Registry, refused: Any, statements: list[str]) -> None:
    tamper(house.url, *statements)
    with refused("ledger_damaged"):
        filled.verify_ledger()


def rewrite(url: str, change: Callable[[list[Entry]], list[Entry]]) -> None:
    """Change entries and compute everything anew that needs no key: chain, tree, head, index."""
    with sql(url) as run:
        rows = run("SELECT * FROM ledger ORDER BY sequence").all()
    entries = change([Entry(r.sequence, r.time, r.kind, r.grant_id, r.body, r.previous) for r in rows])
    tamper(url, "DELETE FROM exports", "DELETE FROM ledger")
    frontier, previous = Frontier(), GENESIS
    with sql(url) as run:
        for number, old in enumerate(entries):
            entry = Entry(number, old.time, old.kind, old.grant_id, old.body, previous)
            previous = entry.digest()
            frontier = frontier.add(bytes.fromhex(previous))
            run(
                "INSERT INTO ledger VALUES (:sequence, :time, :kind, :grant_id, :body, :previous, :digest)",
                sequence=number, time=entry.time, kind=entry.kind, grant_id=entry.grant_id, body=entry.body,
                previous=entry.previous, digest=previous,
            )  # fmt: skip
            if entry.kind == "exported":
                facts = entry.facts()
                run("INSERT INTO exports VALUES (:r, :m, :s)", r=facts["render"], m=facts["mark"], s=number)
        run(
            "UPDATE head SET size = :size, newest = :newest, time = :time, frontier = :frontier",
            size=len(entries), newest=previous, time=entries[-1].time, frontier=frontier.to_bytes(),
        )  # fmt: skip


def without_the_revocation(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if '"to":"revoked"' not in entry.body]


def test_a_rewritten_ledger_does_not_fit_its_checkpoints(house: Any, filled: Registry, refused: Any) -> None:
    rewrite(house.url, without_the_revocation)
    with refused("ledger_damaged"):
        filled.verify_ledger()
    with refused("ledger_damaged"):
        open_registry(house.url).verify_ledger()


def test_checkpoints_cannot_be_made_to_fit(house: Any, filled: Registry, refused: Any) -> None:
    """Without the host's key: deleted checkpoints are missed by the file, another's are not the host's."""
    rewrite(house.url, without_the_revocation)
    with sql(house.url) as run:
        run("DELETE FROM checkpoints")
    assert open_registry(house.url).verify_ledger().checkpoints == 0
    with refused("ledger_damaged"):
        filled.verify_ledger()
    with refused("ledger_damaged"):
        filled.check(house.builtin(), house.now)
    open_registry(house.url).checkpoint(Ed25519PrivateKey.generate(), house.now)
    with refused("ledger_damaged"):
        filled.verify_ledger()
    with sql(house.url) as run:
        run("UPDATE checkpoints SET signer = :host", host=public_jwk(house.host).thumbprint)
    with refused("ledger_damaged"):
        filled.verify_ledger()


def test_a_cut_tail_is_found_at_once_by_the_file_beside_the_key(house: Any, filled: Registry, refused: Any) -> None:
    """All of chain, tree, head and checkpoints shortened consistently: only the witness remembers."""
    known = house.witness.newest()
    rewrite(house.url, lambda entries: entries[:12])
    with sql(house.url) as run:
        run("DELETE FROM checkpoints WHERE tree_size > 12")
    open_registry(house.url).verify_ledger()
    for ask in (
        lambda: filled.check(house.builtin(), house.now),
        lambda: filled.refused(None, None, "revoked", house.now),
        lambda: filled.verify_ledger(),
        lambda: open_registry(house.url).verify_ledger(known=[known]),
    ):
        with refused("ledger_damaged"):
            ask()


def test_a_database_put_back_from_a_backup_is_found(sqlite_house: Any, refused: Any) -> None:
    registry = sqlite_house.registry()
    grant = sqlite_house.active(registry)
    path = Path(sqlite_house.url.removeprefix("sqlite:///"))
    shutil.copy(path, path.with_suffix(".backup"))
    registry.revoke(grant.grant_id, "asked_by_artist", sqlite_house.now)
    shutil.move(path.with_suffix(".backup"), path)
    with refused("ledger_damaged"):
        sqlite_house.registry().check(grant, sqlite_house.now)


def test_a_deleted_database_is_found(sqlite_house: Any, refused: Any) -> None:
    grant = sqlite_house.active(sqlite_house.registry())
    Path(sqlite_house.url.removeprefix("sqlite:///")).unlink()
    with refused("ledger_damaged"):
        sqlite_house.registry().check(grant, sqlite_house.now)


def test_a_forged_witness_file_is_refused(house: Any, filled: Registry, refused: Any) -> None:
    path = house.witness.path
    whole = path.read_bytes()
    for forged in (b"", whole[:-1], whole.replace(b'"payload":"', b'"payload":"AA', 1)):
        path.write_bytes(forged)
        with refused("ledger_damaged"):
            filled.check(house.builtin(), house.now)


def test_a_state_is_not_changed_beside_the_ledger(house: Any, filled: Registry, refused: Any) -> None:
    """No other table says that a grant is active: who changes them all leaves it revoked."""
    (ada,) = filled.cases("ada")
    with sql(house.url) as run:
        run("UPDATE cases SET expires = '2099-01-01T00:00:00Z', kind = 'builtin'")
    with refused("revoked"):
        filled.check(house.builtin(grant_id=ada.grant_id, voice_id="ada"), house.now)


def test_an_enrolled_case_without_a_past_is_damage(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.grant()
    with sql(house.url) as run:
        run("INSERT INTO cases VALUES (:g, 'enrolled', 'ada', NULL)", g=grant.grant_id)
    with refused("ledger_damaged"):
        registry.check(grant, house.now)


def test_checkpoints_are_signed_tree_heads(house: Any, filled: Registry, refused: Any) -> None:
    signed = filled.checkpoint(house.host, house.now)
    again = filled.checkpoint(house.host, house.forward(seconds=5))
    assert signed == again
    checkpoint = read_checkpoint(signed, public_jwk(house.host))
    audit = filled.verify_ledger()
    assert (checkpoint.tree_size, checkpoint.root_hash) == (audit.entries, audit.root_hash)
    with refused("wrong_signer"):
        read_checkpoint(signed, public_jwk(Ed25519PrivateKey.generate()))
    outside = json.loads(signed)
    signature = outside["signatures"][0]["signature"]
    outside["signatures"][0]["signature"] = ("A" if signature[0] != "A" else "B") + signature[1:]
    with refused("bad_signature"):
        read_checkpoint(json.dumps(outside, separators=(",", ":"), sort_keys=True).encode(), public_jwk(house.host))


def test_a_witness_signs_at_every_event_that_matters(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    sizes = [house.witness.newest().tree_size]
    registry.commit_export(house.export(registry, grant), house.now)
    sizes.append(house.witness.newest().tree_size)
    registry.revoke(grant.grant_id, "asked_by_artist", house.now)
    sizes.append(house.witness.newest().tree_size)
    assert sizes == sorted(set(sizes)) and sizes[-1] == len(house.kinds(registry))


@pytest.mark.slow
def test_a_witness_signs_every_256_entries_in_any_case(house: Any, registry: Registry) -> None:
    for _ in range(255):
        registry.refused(None, None, "revoked", house.now)
    assert house.witness.newest() is None
    registry.refused(None, None, "revoked", house.now)
    assert house.witness.newest().tree_size == 256


def test_proofs_from_a_real_ledger(house: Any, filled: Registry) -> None:
    size = len(house.kinds(filled))
    root = filled.verify_ledger().root_hash
    for sequence in range(size):
        proof = filled.prove_inclusion(sequence)
        assert proof.holds() and proof.root_hash == root
    for old in range(1, size + 1):
        proof = filled.prove_consistency(old)
        assert proof.holds() and proof.root_hash == root
    assert filled.prove_inclusion(0, tree_size=3).holds()
