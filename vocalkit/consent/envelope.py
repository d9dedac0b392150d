"""The envelope: a JWS (RFC 7515) with one algorithm, Ed25519 (RFC 9864), and its own type.

General JSON serialisation, so that a host's countersignature can join the grantor's; version 1
carries exactly one signature. The header names nothing the verifier obeys: algorithm and type are
fixed here, the key is looked up among the trusted ones, and nothing unprotected is accepted.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Literal, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.keys import TrustRoot, TrustRoots, signing_jwk, thumbprint, verifying_jwk
from vocalkit.consent.reasons import refuse

EnvelopeType = Literal["vocalkit-grant+jws"]
ALGORITHM = "Ed25519"
MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Verified:
    """A payload whose signature held, and the trusted key that made it."""

    payload: bytes
    signer: TrustRoot


def sign(payload: bytes, key: Ed25519PrivateKey, *, typ: EnvelopeType) -> bytes:
    """`payload` signed by `key`, as canonical JSON bytes."""
    header = {"alg": ALGORITHM, "kid": thumbprint(key), "typ": typ}
    return canonical(jws.serialize_json([{"protected": header}], payload, signing_jwk(key), [ALGORITHM]))


def verify(data: bytes, *, typ: EnvelopeType, trust: TrustRoots) -> Verified:
    """The payload of an envelope. Raises ConsentError unless every step holds."""
    # 1. The outside: small, canonical JSON with the members of a general JWS and one signature.
    if len(data) > MAX_BYTES:
        raise refuse("too_large", f"a signed grant has at most {MAX_BYTES} bytes, this has {len(data)}")
    outside = parse(data, what="envelope")
    member = _only_signature(outside)
    # 2. The header says what this verifier demands, and no more.
    header = parse(_decode(member["protected"], "header"), what="header")
    if set(header) != {"alg", "kid", "typ"} or not all(isinstance(value, str) for value in header.values()):
        raise refuse("malformed", "the header must name alg, kid and typ, and nothing else")
    if header["alg"] != ALGORITHM:
        raise refuse("wrong_algorithm", f"signed with {header['alg'][:40]!r}; only {ALGORITHM} is accepted")
    if header["typ"] != typ:
        raise refuse("wrong_type", f"this is a {header['typ'][:40]!r}, expected {typ!r}")
    # 3. The key is one of ours.
    signer = trust.find(header["kid"])
    # 4. The signature is that key's, over these very bytes.
    payload = _decode(outside["payload"], "payload")
    if len(_decode(member["signature"], "signature")) != 64:
        raise refuse("bad_signature", "an Ed25519 signature has 64 bytes")
    try:
        jws.deserialize_json(cast(jws.GeneralJSONSerialization, outside), verifying_jwk(signer.key), [ALGORITHM])
    except (JoseError, ValueError) as error:
        raise refuse(
            "bad_signature", "the signature does not fit: the grant was altered or signed by another"
        ) from error
    return Verified(payload, signer)


def _only_signature(outside: dict[str, Any]) -> dict[str, str]:
    if set(outside) != {"payload", "signatures"} or not isinstance(outside["payload"], str):
        raise refuse("malformed", "an envelope has a payload and signatures, and nothing else")
    signatures = outside["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise refuse("malformed", "an envelope carries exactly one signature")
    member: dict[str, str] = signatures[0]
    # An unprotected "header" member is refused here: anybody could have written it.
    if set(member) != {"protected", "signature"} or not all(isinstance(value, str) for value in member.values()):
        raise refuse("malformed", "a signature has a protected header and a value, and nothing else")
    return member


def _decode(text: str, what: str) -> bytes:
    """base64url without padding; only the one spelling of the bytes counts."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise refuse("malformed", f"the {what} is not base64url") from error
    if base64.urlsafe_b64encode(data).rstrip(b"=") != text.encode("ascii"):
        raise refuse("not_canonical", f"the {what} is not in the one base64url form of its bytes")
    return data
