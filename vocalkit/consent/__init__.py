"""The consent gate: who sang, by whose leave. See docs/consent.md for what it can and cannot stop."""

from __future__ import annotations

from vocalkit.consent.draft import EnrolmentDraft
from vocalkit.consent.gate import LicensedVoice, Standing, license_voice, require_licence
from vocalkit.consent.grant import ConsentGrant, Grantee, Grantor, Purpose, Rights, Royalty, SignedGrant
from vocalkit.consent.host import Host, HostSettings, open_host, trusted_roots, user_consent_folder
from vocalkit.consent.moments import utc_now
from vocalkit.consent.policy import ANYONE, Use
from vocalkit.consent.signed import verify_grant
from vocalkit.consent.trust import TrustBundle, TrustRoot, TrustRoots, read_trust_bundle, read_trust_roots
from vocalkit.consent.vault import NoVault, RegistryVault, Vault

__all__ = [
    "ANYONE",
    "ConsentGrant",
    "EnrolmentDraft",
    "Grantee",
    "Grantor",
    "Host",
    "HostSettings",
    "LicensedVoice",
    "NoVault",
    "Purpose",
    "RegistryVault",
    "Rights",
    "Royalty",
    "SignedGrant",
    "Standing",
    "TrustBundle",
    "TrustRoot",
    "TrustRoots",
    "Use",
    "Vault",
    "license_voice",
    "open_host",
    "read_trust_bundle",
    "read_trust_roots",
    "require_licence",
    "trusted_roots",
    "user_consent_folder",
    "utc_now",
    "verify_grant",
]
