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

from vocalkit.consent import ConsentGrant, FileStanding, LicensedVoice, SignedGrant, TrustRoot, TrustRoots, Use
from vocalkit.consent import license_voice as gate
from vocalkit.consent.envelope import sign
from vocalkit.consent.grant import NEVER_GRANTED, Grantee, Grantor, Rights, Royalty
from vocalkit.consent.keys import thumbprint
from vocalkit.types import VoiceProfile

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
class World:
    """One artist's key, trusted, with a ledger in `folder`."""

    folder: Path
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    clock: Clock = field(default_factory=Clock)

    @property
    def trust(self) -> TrustRoots:
        return TrustRoots([TrustRoot.of(self.key.public_key(), name="test artist", kinds=("enrolled",))])

    @property
    def standing(self) -> FileStanding:
        return FileStanding(self.folder / "ledger")

    def grant(self, **changes: Any) -> ConsentGrant:
        base = ConsentGrant(
            format="vocalkit-grant",
            version=1,
            kind="enrolled",
            grant_id=str(uuid.uuid4()),
            voice_id=PROFILE.id,
            model_sha256=PROFILE.model_sha256,
            grantor=Grantor("Test Artist", thumbprint(self.key)),
            grantee=Grantee("anyone", None),
            uses=("demo", "noncommercial_music"),
            excluded_uses=tuple(sorted((*NEVER_GRANTED, "political"))),
            languages=("de", "en-us"),
            territories=("AT", "DE"),
            genres=("folk", "pop"),
            renderers=("vocalkit",),
            rights=Rights(train=False, mix=True, pitch=True, resell=False),
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
        return SignedGrant(sign(self.grant(**changes).to_payload(), self.key, typ="vocalkit-grant+jws"))

    def license(self, signed: SignedGrant | None = None, **changes: Any) -> LicensedVoice:
        """The gate with everything in order but `changes`."""
        arguments: dict[str, Any] = {
            "profile": PROFILE,
            "request": USE,
            "standing": self.standing,
            "trust": self.trust,
            "clock": self.clock,
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
