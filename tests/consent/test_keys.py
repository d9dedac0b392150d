"""A public key has one spelling, and somebody holds its other half."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.consent.keys import PublicJwk, public_jwk, signing_jwk, thumbprint
from vocalkit.errors import InputError


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "x", ["", "AAAA", "A" * 43 + "=", "!" * 43, "A" * 42 + "B", "A" * 43, "AQ" + "A" * 41, "_" * 42 + "8"]
)
def test_a_key_that_nobody_holds_is_none(x: str) -> None:
    """Other spellings, and the points of small order that every signature fits."""
    with pytest.raises(InputError, match="Ed25519"):
        PublicJwk("Ed25519", "OKP", x)


def test_a_signature_by_a_point_of_small_order_would_hold() -> None:
    """Why such keys are refused: this one was made without any private key."""
    identity = b"\1" + b"\0" * 31
    Ed25519PublicKey.from_public_bytes(identity).verify(identity + b"\0" * 32, b"any text at all")
    with pytest.raises(InputError, match="everybody"):
        PublicJwk("Ed25519", "OKP", b64(identity))


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32))
def test_keys_round_trip(seed: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    jwk = public_jwk(key)
    assert public_jwk(jwk.load()) == jwk
    assert jwk.thumbprint == thumbprint(key) == str(signing_jwk(key).thumbprint())
