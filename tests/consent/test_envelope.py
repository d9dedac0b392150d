"""No bit of a signed grant can change, and only artist and host together make one."""

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

from vocalkit.consent import SignedGrant, TrustRoot, TrustRoots, verify_grant
from vocalkit.consent.canonical import canonical
from vocalkit.consent.envelope import MAX_BYTES, countersign, read_envelope, sign
from vocalkit.consent.grant import Grantor
from vocalkit.consent.keys import public_jwk, signing_jwk, thumbprint
from vocalkit.consent.signed import countersign_grant, read_artists_grant, sign_grant
from vocalkit.errors import ConsentError

TYP = "vocalkit-grant+jws"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def envelope(world: Any, header: Any, payload: bytes | None = None, *, key: Any = None) -> bytes:
    """An artist's signature and, with any header at all, the host's: truly signed by `key` (default: the host)."""
    body = world.grant().to_payload() if payload is None else payload
    data = json.loads(sign(body, world.key, typ=TYP))
    protected = b64(header if isinstance(header, bytes) else canonical(header))
    signature = (key or world.host).sign(f"{protected}.{data['payload']}".encode())
    data["signatures"].append({"protected": protected, "signature": b64(signature)})
    return canonical(data)


def header(world: Any, **changes: Any) -> dict[str, Any]:
    return {"alg": "Ed25519", "kid": thumbprint(world.host), "typ": TYP} | changes


def check(world: Any, data: bytes) -> Any:
    return verify_grant(SignedGrant(data), trust=world.trust)


def test_round_trip(world: Any) -> None:
    grant = world.grant()
    data = countersign_grant(sign_grant(grant, world.key), world.host).data
    assert check(world, data).grant == grant
    assert check(world, data).voucher.name == "test host"
    assert data == envelope(world, header(world), grant.to_payload())
    assert read_envelope(data, typ=TYP).signers == (thumbprint(world.key), thumbprint(world.host))


def test_every_flipped_bit_of_a_small_envelope(world: Any) -> None:
    data = countersign(sign(canonical({"a": "b"}), world.key, typ=TYP), world.host, typ=TYP)
    for at in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[at] ^= 1 << bit
            with pytest.raises(ConsentError) as caught:
                check(world, bytes(flipped))
            # The payload is no grant: only a signature that held would let it be read that far.
            at_artist = caught.value.reason == "missing_field"
            assert not at_artist or data.index(b'"signatures"') <= at < data.rindex(b'"protected"')


def test_one_flipped_bit_at_every_byte_of_a_real_grant(world: Any) -> None:
    data = world.signed().data
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at % 8)
        with pytest.raises(ConsentError):
            check(world, bytes(flipped))


def test_every_cut_is_refused(world: Any) -> None:
    data = world.signed().data
    for end in range(0, len(data), 3):
        with pytest.raises(ConsentError):
            check(world, data[:end])


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_get_a_typed_answer(world: Any, data: bytes) -> None:
    with pytest.raises(ConsentError):
        check(world, data)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_pieces_of_true_envelopes_make_no_other(world: Any, data: st.DataObject) -> None:
    """Whatever is built of true payloads and true signatures verifies only as it was signed."""
    ones = [json.loads(world.signed(credit_line=f"Voice: {i}").data) for i in range(2)]
    members = [member for one in ones for member in one["signatures"]]
    payload = data.draw(st.sampled_from([one["payload"] for one in ones]))
    chosen = data.draw(st.lists(st.sampled_from(members), min_size=0, max_size=3))
    built = {"payload": payload, "signatures": chosen}
    if built in ones:
        assert check(world, canonical(built))
        return
    with pytest.raises(ConsentError):
        check(world, canonical(built))


def test_the_artists_signature_stripped(world: Any, refused: Any) -> None:
    data = json.loads(world.signed().data)
    data["signatures"] = data["signatures"][1:]
    with refused("missing_signature"):
        check(world, canonical(data))


def test_the_hosts_signature_stripped(world: Any, refused: Any) -> None:
    alone = sign_grant(world.grant(), world.key)
    with refused("unknown_signer"):
        check(world, alone.data)
    # Nor where somebody came to trust the artist's own key: a host must have asked.
    trust = TrustRoots([TrustRoot.of(world.key, name="artist", kinds=("enrolled",))])
    with refused("missing_signature"):
        verify_grant(alone, trust=trust)


def test_signatures_in_the_other_order(world: Any, refused: Any) -> None:
    data = json.loads(world.signed().data)
    data["signatures"].reverse()
    with refused("unknown_signer"):
        check(world, canonical(data))


def test_signature_values_swapped_between_the_signers(world: Any, refused: Any) -> None:
    data = json.loads(world.signed().data)
    one, two = data["signatures"]
    one["signature"], two["signature"] = two["signature"], one["signature"]
    with refused("bad_signature"):
        check(world, canonical(data))


def test_one_key_for_both(world: Any, refused: Any) -> None:
    grant = world.grant(grantor=Grantor("Test Artist", public_jwk(world.host)))
    once = sign_grant(grant, world.host)
    with refused("same_signer"):
        countersign_grant(once, world.host)
    data = json.loads(once.data)
    data["signatures"] *= 2
    with refused("same_signer"):
        check(world, canonical(data))


@pytest.mark.parametrize("count", [0, 3])
def test_other_numbers_of_signatures(world: Any, count: int) -> None:
    data = json.loads(world.signed().data)
    data["signatures"] = (data["signatures"] * 2)[:count]
    with pytest.raises(ConsentError) as caught:
        check(world, canonical(data))
    assert caught.value.reason == ("extra_signature" if count else "malformed")


def test_a_host_that_nobody_trusts(world: Any, refused: Any) -> None:
    with refused("unknown_signer"):
        check(world, countersign_grant(sign_grant(world.grant(), world.key), Ed25519PrivateKey.generate()).data)


def test_the_first_signer_is_not_the_one_who_grants(world: Any, refused: Any) -> None:
    stranger = Ed25519PrivateKey.generate()
    payload = world.grant().to_payload()
    with refused("wrong_signer"):
        check(world, countersign(sign(payload, stranger, typ=TYP), world.host, typ=TYP))
    with refused("wrong_signer"):
        sign_grant(world.grant(), stranger)
    with refused("wrong_signer"):
        countersign_grant(SignedGrant(sign(payload, stranger, typ=TYP)), world.host)


def test_a_strangers_signature_in_the_artists_name(world: Any, refused: Any) -> None:
    data = json.loads(world.signed().data)
    artist = data["signatures"][0]
    artist["signature"] = b64(Ed25519PrivateKey.generate().sign(f"{artist['protected']}.{data['payload']}".encode()))
    with refused("bad_signature"):
        check(world, canonical(data))


def test_a_host_countersigns_only_what_an_artist_signed(world: Any, refused: Any) -> None:
    with refused("extra_signature"):
        countersign_grant(world.signed(), Ed25519PrivateKey.generate())
    with refused("missing_field"):
        countersign_grant(SignedGrant(sign(b"{}", world.key, typ=TYP)), world.host)
    builtin = world.grant(kind="builtin", recording_commitment=None)
    with refused("kind_not_trusted"):
        countersign_grant(sign_grant(builtin, world.key), world.host)
    flipped = bytearray(sign_grant(world.grant(), world.key).data)
    flipped[40] ^= 1
    with pytest.raises(ConsentError):
        countersign_grant(SignedGrant(bytes(flipped)), world.host)
    assert read_artists_grant(sign_grant(world.grant(), world.key)).voice_id == "alto-test"


def test_a_built_in_grant_has_one_signature(world: Any, refused: Any) -> None:
    trust = TrustRoots([TrustRoot.of(world.host, name="project", kinds=("builtin",))])
    own = world.grant(kind="builtin", recording_commitment=None, grantor=Grantor("project", public_jwk(world.host)))
    assert verify_grant(sign_grant(own, world.host), trust=trust).grant == own
    foreign = world.grant(kind="builtin", recording_commitment=None)
    with refused("extra_signature"):
        verify_grant(world.signed_text(foreign.to_payload()), trust=trust)
    with refused("wrong_signer"):
        verify_grant(SignedGrant(sign(foreign.to_payload(), world.host, typ=TYP)), trust=trust)
    with refused("kind_not_trusted"):
        verify_grant(sign_grant(own, world.host), trust=world.trust)


@pytest.mark.parametrize("alg", ["none", "HS256", "EdDSA", "Ed448", "ES256", "ed25519", ""])
def test_only_one_algorithm(world: Any, refused: Any, alg: str) -> None:
    with refused("wrong_algorithm"):
        check(world, envelope(world, header(world, alg=alg)))


def test_public_key_as_hmac_secret(world: Any, refused: Any) -> None:
    """The classic confusion: HS256 keyed with the public key that everybody has."""
    secret = OctKey.import_key(base64.urlsafe_b64decode(public_jwk(world.host).x + "="))
    forged = jws.serialize_json([{"protected": header(world, alg="HS256")}], b"{}", secret, ["HS256"])
    with refused("wrong_algorithm"):
        check(world, canonical(forged))


def test_wrong_type(world: Any, refused: Any) -> None:
    with refused("wrong_type"):
        check(world, envelope(world, header(world, typ="JWT")))


def test_a_trusted_name_over_a_foreign_signature(world: Any, refused: Any) -> None:
    with refused("bad_signature"):
        check(world, envelope(world, header(world), key=Ed25519PrivateKey.generate()))


def test_signatures_of_another_grant(world: Any, refused: Any) -> None:
    one, two = (json.loads(world.signed().data) for _ in range(2))
    with refused("bad_signature"):
        check(world, canonical({"payload": one["payload"], "signatures": two["signatures"]}))


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("size", [0, 63, 65])
def test_signature_of_another_length(world: Any, refused: Any, number: int, size: int) -> None:
    data = json.loads(world.signed().data)
    data["signatures"][number]["signature"] = b64(b"\1" * size)
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
    signature = b64(world.host.sign(f"{protected}.{text}".encode()))
    member = {"protected": protected, "signature": signature}
    with pytest.raises(ConsentError) as caught:
        check(world, canonical({"payload": text, "signatures": [member]}))
    assert caught.value.reason in ("malformed", "not_canonical")


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


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"version":2', b'"version":2,"version":2', "duplicate_key"),
        (b'"max_seconds":null', b'"max_seconds":NaN', "not_a_number"),
        (b'"max_seconds":null', b'"max_seconds":Infinity', "not_a_number"),
        (b'"max_seconds":null', b'"max_seconds":9007199254740992', "number_range"),
        (b'"max_seconds":null', b'"max_seconds":1.5', "number_range"),
        (b'"max_seconds":null', b'"max_seconds":1e3', "number_range"),
        (b'"version":2', b'"version": 2', "not_canonical"),
        (b'"credit_line":"Voice', b'"credit_line":"\\u0056oice', "not_canonical"),
    ],
)
def test_payloads_that_parsers_read_differently(world: Any, refused: Any, old: bytes, new: bytes, reason: str) -> None:
    """Truly signed by both: only the spelling is at fault."""
    payload = world.grant().to_payload()
    assert old in payload
    with refused(reason):
        check(world, world.signed_text(payload.replace(old, new)).data)
