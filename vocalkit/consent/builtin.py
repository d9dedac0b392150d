"""The grants of the built-in voices: signed once by a key that exists only while it signs.

They pass the same gate as any other grant. The private key is never written anywhere, so the trust
root that ships with a release can vouch for the grants of that release and for nothing else, ever.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent.grant import ConsentGrant, Grantee, Grantor, Purpose, Rights, Royalty, SignedGrant
from vocalkit.consent.keys import PublicJwk, public_jwk
from vocalkit.consent.moments import format_moment, years_after
from vocalkit.consent.signed import sign_grant
from vocalkit.consent.trust import TrustRoot
from vocalkit.errors import InputError
from vocalkit.types import VoiceProfile


@dataclass(frozen=True, slots=True)
class FreeRoyalty:
    """Built-in voices owe nothing to anybody."""

    basis: Literal["none"]
    rate: Literal["0"]


@dataclass(frozen=True, slots=True)
class BuiltinTerms:
    """What ``consent/builtin_grant.toml`` says. terms: file of the text, beside it; years: of validity."""

    grantor: str
    terms: str
    years: int
    uses: tuple[Purpose, ...]
    excluded_uses: tuple[Purpose, ...]
    languages: tuple[str, ...]
    territories: tuple[str, ...]
    genres: tuple[str, ...]
    renderers: tuple[str, ...]
    label_text: str
    rights: Rights
    royalty: FreeRoyalty


@dataclass(frozen=True, slots=True)
class SignedRelease:
    """The grants of one release by voice id, and the root that verifies them."""

    root: TrustRoot
    grants: dict[str, SignedGrant]


def sign_release(
    profiles: Iterable[VoiceProfile], terms: BuiltinTerms, *, terms_sha256: str, not_before: datetime
) -> SignedRelease:
    """One grant per voice under a fresh root, whose private key is gone when this returns."""
    key = Ed25519PrivateKey.generate()
    grants: dict[str, SignedGrant] = {}
    for profile in profiles:
        if profile.id in grants:
            raise InputError(f"the voice {profile.id!r} is listed twice")
        grants[profile.id] = sign_grant(_grant(profile, terms, terms_sha256, not_before, public_jwk(key)), key)
    if not grants:
        raise InputError("there is no voice to sign a grant for")
    return SignedRelease(TrustRoot.of(key, name=terms.grantor, kinds=("builtin",)), grants)


def _grant(
    profile: VoiceProfile, terms: BuiltinTerms, terms_sha256: str, not_before: datetime, signer: PublicJwk
) -> ConsentGrant:
    return ConsentGrant(
        format="vocalkit-grant",
        version=2,
        kind="builtin",
        grant_id=str(uuid.uuid4()),
        voice_id=profile.id,
        model_sha256=profile.model_sha256,
        grantor=Grantor(terms.grantor, signer),
        grantee=Grantee("anyone", None),
        uses=terms.uses,
        excluded_uses=terms.excluded_uses,
        languages=terms.languages,
        territories=terms.territories,
        genres=terms.genres,
        renderers=terms.renderers,
        rights=terms.rights,
        royalty=Royalty(terms.royalty.basis, terms.royalty.rate, None),
        max_seconds=None,
        not_before=format_moment(not_before),
        expires=format_moment(years_after(not_before, terms.years)),
        credit_line=profile.credit,
        label_text=terms.label_text,
        terms_sha256=terms_sha256,
        recording_commitment=None,
    )
