"""The envelope: a JWS (RFC 7515) with one algorithm, Ed25519 (RFC 9864), and its own type.

General JSON serialisation, so that a host's countersignature joins the artist's over the same
bytes. The header names nothing the verifier obeys: algorithm and type are fixed here, and whose key
a signature must fit is for the caller to say. Nothing unprotected is accepted.
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
from vocalkit.consent.keys import PublicJwk, signing_jwk, thumbprint, verifying_jwk
from vocalkit.consent.reasons import refuse

EnvelopeType = Literal["vocalkit-checkpoint+jws", "vocalkit-grant+jws", "vocalkit-witness+jws"]
ALGORITHM = "Ed25519"
MAX_BYTES = 64 * 1024
MAX_SIGNATURES = 2


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope of the right form whose signatures nobody has checked yet.

    signers: the thumbprints that the signatures name, in their order; no two alike.
    """

    payload: bytes
    signers: tuple[str, ...]
    _outside: dict[str, Any]

    def check(self, number: int, key: PublicJwk) -> None:
        """Raises ConsentError unless signature `number` (negative: from the end) is `key`'s over the payload."""
        if self.signers[number] != key.thumbprint:
            raise refuse("wrong_signer", f"signed by {self.signers[number][:60]!r}, not by {key.thumbprint!r}")
        alone = {"payload": self._outside["payload"], "signatures": [self._outside["signatures"][number]]}
        try:
            jws.deserialize_json(cast(jws.GeneralJSONSerialization, alone), verifying_jwk(key), [ALGORITHM])
        except (JoseError, ValueError) as error:
            raise refuse(
                "bad_signature", "a signature does not fit: the text was altered or signed by another"
            ) from error


def sign(payload: bytes, key: Ed25519PrivateKey, *, typ: EnvelopeType) -> bytes:
    """`payload` signed by `key`, as canonical JSON bytes."""
    return canonical({"payload": _encode(payload), "signatures": [_signature(payload, key, typ)]})


def countersign(data: bytes, key: Ed25519PrivateKey, *, typ: EnvelopeType) -> bytes:
    """The envelope with `key`'s signature after those it has. Check them first: this does not."""
    envelope = read_envelope(data, typ=typ)
    if thumbprint(key) in envelope.signers:
        raise refuse("same_signer", "this key has signed already; the countersignature must be another's")
    signatures = [*envelope._outside["signatures"], _signature(envelope.payload, key, typ)]
    if len(signatures) > MAX_SIGNATURES:
        raise refuse("extra_signature", f"an envelope carries at most {MAX_SIGNATURES} signatures")
    return canonical(envelope._outside | {"signatures": signatures})


def read_envelope(data: bytes, *, typ: EnvelopeType) -> Envelope:
    """An envelope's form, strictly; no signature is checked. Raises ConsentError."""
    # 1. The outside: small, canonical JSON with the members of a general JWS.
    if len(data) > MAX_BYTES:
        raise refuse("too_large", f"a signed text has at most {MAX_BYTES} bytes, this has {len(data)}")
    outside = parse(data, what="envelope")
    members = _signatures(outside)
    # 2. Each header says what this verifier demands, and no more; each signature has the one possible length.
    signers = tuple(_signer(member, typ) for member in members)
    # 3. Two signatures mean two keys.
    if len(set(signers)) != len(signers):
        raise refuse("same_signer", "both signatures are by one key; each party must sign with its own")
    return Envelope(_decode(outside["payload"], "payload"), signers, outside)


def _signature(payload: bytes, key: Ed25519PrivateKey, typ: EnvelopeType) -> dict[str, str]:
    header = {"alg": ALGORITHM, "kid": thumbprint(key), "typ": typ}
    # joserfc makes the header's JSON in the order of its keys, which is the canonical one here.
    signed: Any = jws.serialize_json([{"protected": header}], payload, signing_jwk(key), [ALGORITHM])
    member: dict[str, str] = signed["signatures"][0]
    return member


def _signatures(outside: dict[str, Any]) -> list[dict[str, str]]:
    if set(outside) != {"payload", "signatures"} or not isinstance(outside["payload"], str):
        raise refuse("malformed", "an envelope has a payload and signatures, and nothing else")
    members = outside["signatures"]
    if not isinstance(members, list) or not members or not all(isinstance(member, dict) for member in members):
        raise refuse("malformed", "an envelope lists its signatures")
    if len(members) > MAX_SIGNATURES:
        raise refuse("extra_signature", f"an envelope carries at most {MAX_SIGNATURES} signatures")
    for member in members:
        # An unprotected "header" member is refused here: anybody could have written it.
        if set(member) != {"protected", "signature"} or not all(isinstance(value, str) for value in member.values()):
            raise refuse("malformed", "a signature has a protected header and a value, and nothing else")
    return members


def _signer(member: dict[str, str], typ: EnvelopeType) -> str:
    header = parse(_decode(member["protected"], "header"), what="header")
    if set(header) != {"alg", "kid", "typ"} or not all(isinstance(value, str) for value in header.values()):
        raise refuse("malformed", "the header must name alg, kid and typ, and nothing else")
    if header["alg"] != ALGORITHM:
        raise refuse("wrong_algorithm", f"signed with {header['alg'][:40]!r}; only {ALGORITHM} is accepted")
    if header["typ"] != typ:
        raise refuse("wrong_type", f"this is a {header['typ'][:40]!r}, expected {typ!r}")
    if len(_decode(member["signature"], "signature")) != 64:
        raise refuse("bad_signature", "an Ed25519 signature has 64 bytes")
    return str(header["kid"])


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str, what: str) -> bytes:
    """base64url without padding; only the one spelling of the bytes counts."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise refuse("malformed", f"the {what} is not base64url") from error
    if _encode(data) != text:
        raise refuse("not_canonical", f"the {what} is not in the one base64url form of its bytes")
    return data
