"""No bit of a signed grant can change, and no other signature counts."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey

from vocalkit.consent import TrustRoot, TrustRoots
from vocalkit.consent.canonical import canonical
from vocalkit.consent.envelope import MAX_BYTES, sign, verify
from vocalkit.consent.keys import PublicJwk, public_jwk, read_trust_roots, signing_jwk, thumbprint
from vocalkit.errors import ConsentError

TYP = "vocalkit-grant+jws"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def envelope(world: Any, header: Any, payload: bytes | None = None, *, key: Any = None) -> bytes:
    """An envelope with any header at all, truly signed by `key` (default: the trusted one)."""
    protected = b64(header if isinstance(header, bytes) else canonical(header))
    body = b64(world.grant().to_payload() if payload is None else payload)
    signature = (key or world.key).sign(f"{protected}.{body}".encode())
    return canonical({"payload": body, "signatures": [{"protected": protected, "signature": b64(signature)}]})


def header(world: Any, **changes: Any) -> dict[str, Any]:
    return {"alg": "Ed25519", "kid": thumbprint(world.key), "typ": TYP} | changes


def check(world: Any, data: bytes) -> Any:
    return verify(data, typ=TYP, trust=world.trust)


def test_round_trip(world: Any) -> None:
    payload = world.grant().to_payload()
    data = sign(payload, world.key, typ=TYP)
    assert check(world, data).payload == payload
    assert check(world, data).signer.name == "test artist"
    assert data == envelope(world, header(world), payload)


def test_every_flipped_bit_is_refused(world: Any) -> None:
    data = sign(canonical({"a": "b"}), world.key, typ=TYP)
    for at in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[at] ^= 1 << bit
            with pytest.raises(ConsentError):
                check(world, bytes(flipped))


def test_one_flipped_bit_at_every_byte_of_a_real_grant(world: Any) -> None:
    data = world.signed().data
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at % 8)
        with pytest.raises(ConsentError):
            check(world, bytes(flipped))


def test_every_cut_is_refused(world: Any) -> None:
    data = sign(canonical({"a": "b"}), world.key, typ=TYP)
    for end in range(len(data)):
        with pytest.raises(ConsentError):
            check(world, data[:end])


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_get_a_typed_answer(world: Any, data: bytes) -> None:
    with pytest.raises(ConsentError):
        check(world, data)


@pytest.mark.parametrize("alg", ["none", "HS256", "EdDSA", "Ed448", "ES256", "ed25519", ""])
def test_only_one_algorithm(world: Any, refused: Any, alg: str) -> None:
    with refused("wrong_algorithm"):
        check(world, envelope(world, header(world, alg=alg)))


def test_public_key_as_hmac_secret(world: Any, refused: Any) -> None:
    """The classic confusion: HS256 keyed with the public key that everybody has."""
    secret = OctKey.import_key(base64.urlsafe_b64decode(public_jwk(world.key.public_key()).x + "="))
    forged = jws.serialize_json([{"protected": header(world, alg="HS256")}], b"{}", secret, ["HS256"])
    with refused("wrong_algorithm"):
        check(world, canonical(forged))


def test_wrong_type(world: Any, refused: Any) -> None:
    with refused("wrong_type"):
        check(world, envelope(world, header(world, typ="JWT")))


def test_signer_that_nobody_trusts(world: Any, refused: Any) -> None:
    stranger = Ed25519PrivateKey.generate()
    with refused("unknown_signer"):
        check(world, sign(b"{}", stranger, typ=TYP))


def test_a_trusted_name_over_a_foreign_signature(world: Any, refused: Any) -> None:
    with refused("bad_signature"):
        check(world, envelope(world, header(world), key=Ed25519PrivateKey.generate()))


def test_signature_of_another_grant(world: Any, refused: Any) -> None:
    one, two = (json.loads(world.signed().data) for _ in range(2))
    with refused("bad_signature"):
        check(world, canonical({"payload": one["payload"], "signatures": two["signatures"]}))


@pytest.mark.parametrize("size", [0, 63, 65])
def test_signature_of_another_length(world: Any, refused: Any, size: int) -> None:
    data = json.loads(world.signed().data)
    data["signatures"][0]["signature"] = b64(b"\1" * size)
    with refused("bad_signature"):
        check(world, canonical(data))


@pytest.mark.parametrize(
    "extra", [{"jwk": {"kty": "OKP"}}, {"b64": False, "crit": ["b64"]}, {"crit": []}, {"jku": "https://a"}]
)
def test_the_header_may_say_nothing_else(world: Any, refused: Any, extra: dict[str, Any]) -> None:
    with refused("malformed"):
        check(world, envelope(world, header(world, **extra)))


def test_headers_that_parsers_read_differently(world: Any, refused: Any) -> None:
    text = canonical(header(world))
    with refused("duplicate_key"):
        check(world, envelope(world, text[:-1] + b',"alg":"Ed25519"}'))
    with refused("not_canonical"):
        check(world, envelope(world, text + b" "))
    with refused("malformed"):
        check(world, envelope(world, header(world, kid=7)))


def test_unprotected_header_is_refused(world: Any, refused: Any) -> None:
    data = json.loads(world.signed().data)
    data["signatures"][0]["header"] = {"alg": "none"}
    with refused("malformed"):
        check(world, canonical(data))


def test_unknown_members_are_refused(world: Any, refused: Any) -> None:
    data = json.loads(world.signed().data)
    with refused("malformed"):
        check(world, canonical(data | {"note": "x"}))
    data["signatures"][0]["note"] = "x"
    with refused("malformed"):
        check(world, canonical(data))


@pytest.mark.parametrize("text", ["QR", "+_8", "/w", "QQ=", "QQ==", "Q", "QQ\n", "Q Q", "é"])
def test_base64_with_two_spellings_is_refused(world: Any, text: str) -> None:
    """Signed over that very spelling, so that only its form can be at fault."""
    protected = b64(canonical(header(world)))
    signature = b64(world.key.sign(f"{protected}.{text}".encode()))
    member = {"protected": protected, "signature": signature}
    with pytest.raises(ConsentError) as caught:
        check(world, canonical({"payload": text, "signatures": [member]}))
    assert caught.value.reason in ("malformed", "not_canonical")


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_signature(world: Any, refused: Any, count: int) -> None:
    data = json.loads(world.signed().data)
    data["signatures"] = data["signatures"] * count
    with refused("malformed"):
        check(world, canonical(data))


def test_other_serialisations_are_refused(world: Any) -> None:
    key = signing_jwk(world.key)
    for data in (
        jws.serialize_compact(header(world), b"{}", key, ["Ed25519"]).encode(),
        canonical(jws.serialize_json({"protected": header(world)}, b"{}", key, ["Ed25519"])),
    ):
        with pytest.raises(ConsentError) as caught:
            check(world, data)
        assert caught.value.reason == "malformed"


def test_a_mountain_of_bytes_is_not_parsed(world: Any, refused: Any) -> None:
    with refused("too_large"):
        check(world, b"{" * (MAX_BYTES + 1))


def test_trust_roots(world: Any, refused: Any, tmp_path: Any) -> None:
    root = TrustRoot.of(world.key.public_key(), name="x", kinds=("enrolled",))
    assert TrustRoot.from_bytes(root.to_bytes()) == root
    with refused("no_trust_roots"):
        TrustRoots([])
    with refused("no_trust_roots"):
        read_trust_roots(tmp_path / "absent")
    with refused("bad_trust_root"):
        TrustRoots([root, root])
    (tmp_path / "one.json").write_bytes(root.to_bytes())
    assert read_trust_roots(tmp_path).find(root.thumbprint) == root
    other = json.loads(root.to_bytes()) | {"thumbprint": "A" * 43}
    (tmp_path / "two.json").write_bytes(canonical(other))
    with refused("bad_trust_root"):
        read_trust_roots(tmp_path)


@pytest.mark.parametrize("x", ["", "AAAA", "A" * 43 + "=", "!" * 43, "A" * 42 + "B"])
def test_a_root_needs_a_real_key(refused: Any, x: str) -> None:
    with refused("bad_trust_root"):
        PublicJwk("Ed25519", "OKP", x).load()


@pytest.mark.parametrize("change", [{"kinds": []}, {"kinds": ["any"]}, {"name": " "}, {"extra": 1}, {"version": 2}])
def test_a_root_is_read_strictly(world: Any, refused: Any, change: dict[str, Any]) -> None:
    root = TrustRoot.of(world.key.public_key(), name="x", kinds=("enrolled",))
    with refused("bad_trust_root"):
        TrustRoot.from_bytes(canonical(json.loads(root.to_bytes()) | change))
