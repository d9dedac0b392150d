"""A registry on SQLite, and on PostgreSQL where VOCALKIT_TEST_POSTGRES names a server (see tests/postgres.sh)."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from vocalkit.consent import ConsentGrant, Grantee, Grantor, Rights, Royalty
from vocalkit.consent.grant import NEVER_GRANTED
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.registry import Export, Person, Registry, Witness, open_registry

NOW = datetime(2027, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
ADA = Person("Ada Ferreira-Lindqvist", "ada@example.org")
WORKER = Path(__file__).with_name("worker.py")
SERVER = "VOCALKIT_TEST_POSTGRES"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An address at which no registry is yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/registry.sqlite"
        return
    server = os.environ.get(SERVER)
    if not server:
        pytest.skip(f"needs a PostgreSQL server: see tests/postgres.sh, and set {SERVER} to what it prints")
    pytest.importorskip("psycopg", reason="needs psycopg (the `postgres` extra)")
    name = f"registry_{uuid.uuid4().hex}"
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/registry.sqlite"


@dataclass
class House:
    """A registry with a witness, and artists who enrol in it."""

    url: str
    folder: Path
    host: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    artist: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    now: datetime = NOW

    @property
    def witness(self) -> Witness:
        return Witness(self.host, self.folder / "checkpoint.json")

    def registry(self) -> Registry:
        return open_registry(self.url, witness=self.witness)

    def forward(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now

    def grant(self, **changes: Any) -> ConsentGrant:
        base = ConsentGrant(
            format="vocalkit-grant",
            version=2,
            kind="enrolled",
            grant_id=str(uuid.uuid4()),
            voice_id="ada",
            model_sha256="ab" * 32,
            grantor=Grantor(ADA.name, public_jwk(self.artist)),
            grantee=Grantee("anyone", None),
            uses=("commercial_music", "demo"),
            excluded_uses=tuple(sorted(NEVER_GRANTED)),
            languages=("any",),
            territories=("any",),
            genres=("any",),
            renderers=("vocalkit",),
            rights=Rights(train=False, mix=True, pitch=True, resell=False, derive=False),
            royalty=Royalty("per_second", "0.05", "EUR"),
            max_seconds=None,
            not_before="2027-01-01T00:00:00Z",
            expires="2028-01-01T00:00:00Z",
            credit_line="Voice: Ada",
            label_text="AI-generated singing voice",
            terms_sha256="cd" * 32,
            recording_commitment="ef" * 32,
        )
        return replace(base, **changes)

    def builtin(self, **changes: Any) -> ConsentGrant:
        free = Royalty("none", "0", None)
        values = {"kind": "builtin", "voice_id": "clara", "recording_commitment": None, "royalty": free}
        return self.grant(**(values | changes))

    def challenged(self, registry: Registry, grant: ConsentGrant, challenge_id: str) -> None:
        registry.open_case(grant.grant_id, grant.voice_id, ADA, self.now)
        self.challenge(registry, grant, challenge_id)

    def challenge(self, registry: Registry, grant: ConsentGrant, challenge_id: str) -> None:
        words = f"I am {ADA.name}: river candle seven".encode()
        registry.add_challenge(grant.grant_id, challenge_id, words, self.now + timedelta(minutes=10), self.now)

    def verified(self, registry: Registry, **changes: Any) -> ConsentGrant:
        """A case with everything but the signatures."""
        grant = self.grant(**changes)
        challenge_id = str(uuid.uuid4())
        self.challenged(registry, grant, challenge_id)
        registry.take_challenge(challenge_id, self.now)
        registry.advance(grant.grant_id, "recorded", "step_done", self.now)
        registry.record(grant.grant_id, {"speaker": "accepted", "model": grant.model_sha256}, self.now)
        registry.advance(grant.grant_id, "verified", "step_done", self.now)
        registry.put_key(grant.grant_id, b"a wrapped key, as the host sealed it", self.now)
        return grant

    def active(self, registry: Registry, **changes: Any) -> ConsentGrant:
        grant = self.verified(registry, **changes)
        registry.activate(grant.grant_id, b"signed by " + ADA.name.encode(), grant, self.now)
        return grant

    def export(self, registry: Registry, grant: ConsentGrant, **changes: Any) -> Export:
        """A render of 12.5 s, ready to be committed."""
        values: dict[str, Any] = {
            "render_id": str(uuid.uuid4()),
            "grant": grant,
            "purposes": ("demo",),
            "seconds_sung": 12.5,
            "files": ("aa" * 32, "bb" * 32),
            "authorship_sha256": "cc" * 32,
        }
        if "mark" not in changes:
            values["mark"] = registry.reserve_mark(grant.grant_id, grant.voice_id, self.now)
        return Export(**(values | changes))

    def kinds(self, registry: Registry) -> list[str]:
        return [entry.kind for entry in registry.entries()]


@pytest.fixture
def house(url: str, tmp_path: Path) -> House:
    return House(url, tmp_path)


@pytest.fixture
def registry(house: House) -> Registry:
    return house.registry()


@pytest.fixture
def sqlite_house(sqlite_url: str, tmp_path: Path) -> House:
    return House(sqlite_url, tmp_path)


@pytest.fixture
def worker(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts another process that works on a registry: see worker.py."""

    def start(action: str, url: str, *arguments: object, grant: ConsentGrant | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, str(WORKER), action, url, *map(str, arguments)]
        if grant is not None:
            path = tmp_path / f"{grant.grant_id}.json"
            path.write_bytes(grant.to_payload())
            command.append(str(path))
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return start
