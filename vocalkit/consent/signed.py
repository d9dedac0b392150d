"""Who must have signed a grant, and the check that they did.

A built-in voice's grant is signed by the project's root alone. An enrolled one carries exactly two
signatures over the same bytes: first the artist's, by the key the grant names, then the host's, by
a key that is trusted. The host vouches that this artist was asked; only the artist can say yes.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent.envelope import EnvelopeType, countersign, read_envelope, sign
from vocalkit.consent.grant import ConsentGrant, SignedGrant
from vocalkit.consent.keys import thumbprint
from vocalkit.consent.reasons import refuse
from vocalkit.consent.trust import TrustRoot, TrustRoots

TYP: EnvelopeType = "vocalkit-grant+jws"


@dataclass(frozen=True, slots=True)
class VerifiedGrant:
    """A grant whose signatures all hold, and the trusted key that vouches for it."""

    grant: ConsentGrant
    voucher: TrustRoot


def sign_grant(grant: ConsentGrant, key: Ed25519PrivateKey) -> SignedGrant:
    """The grant, signed by the one who grants. Raises ConsentError (``wrong_signer``) for another's key."""
    if thumbprint(key) != grant.grantor.key.thumbprint:
        raise refuse("wrong_signer", f"the grant names another key of {grant.grantor.name!r} than this one")
    return SignedGrant(sign(grant.to_payload(), key, typ=TYP))


def read_artists_grant(signed: SignedGrant) -> ConsentGrant:
    """The enrolled grant that an artist signed and no host yet. Raises ConsentError with the reason."""
    # 1. One signature in an envelope of the right form.
    envelope = read_envelope(signed.data, typ=TYP)
    if len(envelope.signers) != 1:
        raise refuse("extra_signature", "expected a grant that only its artist has signed")
    # 2. Its payload is a grant for an enrolled voice, to the letter.
    grant = ConsentGrant.from_payload(envelope.payload)
    if grant.kind != "enrolled":
        raise refuse("kind_not_trusted", "only grants of enrolled voices are countersigned")
    # 3. The one who grants has signed it.
    envelope.check(0, grant.grantor.key)
    return grant


def countersign_grant(signed: SignedGrant, key: Ed25519PrivateKey) -> SignedGrant:
    """An artist's grant with the host's signature beside theirs. Raises ConsentError where theirs does not hold."""
    read_artists_grant(signed)
    return SignedGrant(countersign(signed.data, key, typ=TYP))


def verify_grant(signed: SignedGrant, *, trust: TrustRoots) -> VerifiedGrant:
    """The grant in an envelope. Raises ConsentError unless every step holds."""
    # 1. The form: one algorithm, one type, one spelling, one or two signatures of different keys.
    envelope = read_envelope(signed.data, typ=TYP)
    # 2. The last signature is by a trusted key, over these very bytes. Nothing in them was read before.
    voucher = trust.find(envelope.signers[-1])
    envelope.check(-1, voucher.key)
    # 3. They are a grant, to the letter, of a kind that this key may vouch for.
    grant = ConsentGrant.from_payload(envelope.payload)
    if grant.kind not in voucher.kinds:
        raise refuse("kind_not_trusted", f"{voucher.name!r} is not trusted to grant {grant.kind} voices")
    # 4. All who must have signed did, and nobody else.
    needed = 1 if grant.kind == "builtin" else 2
    if len(envelope.signers) < needed:
        raise refuse("missing_signature", f"the grant lacks the signature of {grant.grantor.name!r} or of the host")
    if len(envelope.signers) > needed:
        raise refuse("extra_signature", "a built-in voice's grant carries the project's signature alone")
    # 5. The one who grants has signed, with the key that the grant names.
    envelope.check(0, grant.grantor.key)
    return VerifiedGrant(grant, voucher)
