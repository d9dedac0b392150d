"""The consent gate: who sang, by whose leave. See docs/consent.md for what it can and cannot stop."""

from __future__ import annotations

from vocalkit.consent.gate import LicensedVoice, license_voice, require_licence
from vocalkit.consent.grant import ConsentGrant, Grantee, Grantor, Purpose, Rights, Royalty, SignedGrant
from vocalkit.consent.keys import TrustRoot, TrustRoots, read_trust_roots
from vocalkit.consent.moments import utc_now
from vocalkit.consent.policy import Use
from vocalkit.consent.standing import FileStanding, Standing, revoke, user_consent_folder

__all__ = [
    "ConsentGrant",
    "FileStanding",
    "Grantee",
    "Grantor",
    "LicensedVoice",
    "Purpose",
    "Rights",
    "Royalty",
    "SignedGrant",
    "Standing",
    "TrustRoot",
    "TrustRoots",
    "Use",
    "license_voice",
    "read_trust_roots",
    "require_licence",
    "revoke",
    "user_consent_folder",
    "utc_now",
]
