"""Sounds, claims and the credentials of a host made for the tests."""

from __future__ import annotations

import io
from datetime import datetime, timezone
from typing import get_args

import numpy as np

from vocalkit.audio import encode
from vocalkit.consent.certificates import make_chain
from vocalkit.provenance import Claim, ManifestSigner
from vocalkit.types import Audio, Provenance, SoundFormat

FORMS: tuple[SoundFormat, ...] = get_args(SoundFormat)

PROVENANCE = Provenance(
    voice_id="alto",
    grant_id="6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    model_sha256="ab" * 32,
    credit="Voice: Alto · vocalkit — “test”",
    mark=0x1A2B3C4D,
)


def claim_of(provenance: Provenance = PROVENANCE, **others: object) -> Claim:
    values: dict[str, object] = {
        "content": "stem",
        "render_id": "00000000-0000-4000-8000-000000000001",
        "grant_sha256": "cd" * 32,
        "purposes": ("commercial_music", "demo"),
        "may_train": False,
        "made": "2026-11-21T08:00:00Z",
        "host": "a-host",
    }
    return Claim(provenance, **(values | others))  # type: ignore[arg-type]


def noise(seconds: float = 0.1, *, seed: int = 1) -> Audio:
    samples = np.random.default_rng(seed).uniform(-0.9, 0.9, (2, round(seconds * 44_100)))
    return Audio(samples.astype(np.float32), 44_100)


def encoded(form: SoundFormat, audio: Audio | None = None) -> io.BytesIO:
    file = io.BytesIO()
    encode(audio or noise(), file, form)
    return file


def credentials(name: str = "Studio") -> ManifestSigner:
    chain = make_chain(name, now=datetime.now(timezone.utc))
    return ManifestSigner(chain.chain_pem, chain.key_pem, chain.root_pem)
