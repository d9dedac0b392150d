"""A witness's word counts if the host trusts them, about exactly these recordings, and about nothing else."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent.canonical import canonical
from vocalkit.consent.envelope import sign
from vocalkit.consent.keys import PublicJwk, public_jwk
from vocalkit.consent.witness import TYP, WitnessStatement, sign_witness, verify_witness
from vocalkit.errors import ConsentError

KEY = Ed25519PrivateKey.generate()
SAID = WitnessStatement(
    "vocalkit-witness", 1, str(uuid.uuid4()), "ab" * 32, "cd" * 32, "Grace Hopper", "2027-03-01T12:00:00Z"
)


def verify(data: bytes, *, about: WitnessStatement = SAID, trusted: tuple[PublicJwk, ...] | None = None) -> str:
    """The reason of the refusal, or the witness's name."""
    keys = (public_jwk(KEY),) if trusted is None else trusted
    try:
        found = verify_witness(
            data,
            challenge_id=about.challenge_id,
            recording_sha256=about.recording_sha256,
            clips_sha256=about.clips_sha256,
            trusted=keys,
        )
    except ConsentError as refusal:
        return refusal.reason
    return found.name


def test_a_trusted_witness_is_believed() -> None:
    assert verify(sign_witness(SAID, KEY)) == "Grace Hopper"


def test_anybody_else_is_not() -> None:
    assert verify(sign_witness(SAID, Ed25519PrivateKey.generate())) == "unknown_signer"
    assert verify(sign_witness(SAID, KEY), trusted=()) == "unknown_signer"


@pytest.mark.parametrize(
    "change",
    [{"challenge_id": str(uuid.uuid4())}, {"recording_sha256": "0" * 64}, {"clips_sha256": "0" * 64}],
)
def test_a_word_about_something_else_does_not_count(change: dict[str, str]) -> None:
    assert verify(sign_witness(replace(SAID, **change), KEY)) == "wrong_recording"  # type: ignore[arg-type]


def test_altered_and_foreign_envelopes_are_refused() -> None:
    data = sign_witness(SAID, KEY)
    table = SAID.to_bytes()
    assert verify(sign(table, KEY, typ="vocalkit-grant+jws")) == "wrong_type"
    assert verify(sign(canonical({"format": "vocalkit-witness"}), KEY, typ=TYP)) == "missing_field"
    assert verify(data.replace(b'"signature":"', b'"signature":"A')) in ("bad_signature", "malformed", "not_canonical")
