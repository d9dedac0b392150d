"""Throwaway keys, grants and roots: tests sign for real, with keys that nothing else trusts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent import ConsentGrant, LicensedVoice, SignedGrant, TrustRoot, TrustRoots, Use
from vocalkit.consent import license_voice as gate
from vocalkit.consent.envelope import countersign, sign
from vocalkit.consent.grant import NEVER_GRANTED, Grantee, Grantor, Rights, Royalty
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.reasons import refuse
from vocalkit.types import VoiceProfile

TYP = "vocalkit-grant+jws"
NOW = datetime(2027, 3, 1, 12, 0, 0, tzinfo=timezone.utc)

USE = Use(
    purposes=("demo",),
    languages=("en-us",),
    territories=("DE",),
    genres=("folk",),
    renderer="vocalkit",
    grantee="anyone",
    rights=("mix", "pitch"),
)

PROFILE = VoiceProfile(
    id="alto-test",
    name="Test alto",
    description="exists in tests",
    languages=("en-us",),
    low_midi=55.0,
    high_midi=74.0,
    model_file="alto-test.safetensors",
    model_sha256="ab" * 32,
    licence="CC0-1.0",
    credit="Voice: nobody",
)


@dataclass
class Clock:
    """A clock that tests set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class Shelf:
    """The smallest standing there is: revoked grants, seconds sung, marks and refusals, in memory."""

    revoked: set[str] = field(default_factory=set)
    sung_s: dict[str, float] = field(default_factory=dict)
    marks: list[int] = field(default_factory=list)
    refusals: list[tuple[str | None, str | None, str]] = field(default_factory=list)

    def check(self, grant: ConsentGrant, *, now: datetime) -> None:
        if grant.grant_id in self.revoked:
            raise refuse("revoked", f"grant {grant.grant_id} was revoked")

    def charge(self, grant: ConsentGrant, *, seconds: float, now: datetime) -> None:
        total = self.sung_s.get(grant.grant_id, 0.0) + seconds
        if grant.max_seconds is not None and total > grant.max_seconds:
            raise refuse("seconds_exhausted", f"the grant allows {grant.max_seconds} s in all")
        self.sung_s[grant.grant_id] = total

    def reserve_mark(self, *, grant_id: str, voice_id: str, now: datetime) -> int:
        self.marks.append(len(self.marks) + 1)
        return self.marks[-1]

    def refused(self, *, grant_id: str | None, voice_id: str | None, reason: str, now: datetime) -> None:
        self.refusals.append((grant_id, voice_id, reason))


@dataclass
class Drawer:
    """A vault in memory that tells which keys were read."""

    keys: dict[str, bytes] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    def key(self, grant_id: str) -> bytes:
        self.read.append(grant_id)
        if grant_id not in self.keys:
            raise refuse("no_key", f"no key for {grant_id}")
        return self.keys[grant_id]


@dataclass
class World:
    """An artist's key, a trusted host's key, and what the gate asks besides."""

    folder: Path
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    host: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    clock: Clock = field(default_factory=Clock)
    standing: Shelf = field(default_factory=Shelf)
    vault: Drawer = field(default_factory=Drawer)

    @property
    def trust(self) -> TrustRoots:
        return TrustRoots([TrustRoot.of(self.host, name="test host", kinds=("enrolled",))])

    def grant(self, **changes: Any) -> ConsentGrant:
        base = ConsentGrant(
            format="vocalkit-grant",
            version=2,
            kind="enrolled",
            grant_id=str(uuid.uuid4()),
            voice_id=PROFILE.id,
            model_sha256=PROFILE.model_sha256,
            grantor=Grantor("Test Artist", public_jwk(self.key)),
            grantee=Grantee("anyone", None),
            uses=("demo", "noncommercial_music"),
            excluded_uses=tuple(sorted((*NEVER_GRANTED, "political"))),
            languages=("de", "en-us"),
            territories=("AT", "DE"),
            genres=("folk", "pop"),
            renderers=("vocalkit",),
            rights=Rights(train=False, mix=True, pitch=True, resell=False, derive=False),
            royalty=Royalty("per_second", "0.05", "EUR"),
            max_seconds=None,
            not_before="2027-01-01T00:00:00Z",
            expires="2028-01-01T00:00:00Z",
            credit_line="Voice: Test Artist",
            label_text="AI-generated singing voice",
            terms_sha256="cd" * 32,
            recording_commitment="ef" * 32,
        )
        return replace(base, **changes)

    def signed(self, **changes: Any) -> SignedGrant:
        return self.signed_text(self.grant(**changes).to_payload())

    def signed_text(self, payload: bytes) -> SignedGrant:
        """Any payload at all, signed by artist and host."""
        return SignedGrant(countersign(sign(payload, self.key, typ=TYP), self.host, typ=TYP))

    def license(self, signed: SignedGrant | None = None, **changes: Any) -> LicensedVoice:
        """The gate with everything in order but `changes`."""
        arguments: dict[str, Any] = {
            "profile": PROFILE,
            "request": USE,
            "standing": self.standing,
            "trust": self.trust,
            "clock": self.clock,
            "vault": self.vault,
        } | changes
        profile = arguments.pop("profile")
        return gate(profile, self.signed() if signed is None else signed, **arguments)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def profile() -> VoiceProfile:
    return PROFILE


@pytest.fixture
def use() -> Use:
    return USE


Refused = Callable[..., Any]


@pytest.fixture
def refused() -> Refused:
    """A context that demands a ConsentError with this very reason."""
    from contextlib import contextmanager

    from vocalkit.errors import ConsentError

    @contextmanager
    def expect(reason: str) -> Any:
        with pytest.raises(ConsentError) as caught:
            yield
        assert caught.value.reason == reason, str(caught.value)
        assert caught.value.exit_code == 3
        assert "\n" not in str(caught.value)

    return expect
