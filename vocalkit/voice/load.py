"""From the id of an installed voice to a licence for it."""

from __future__ import annotations

from vocalkit.consent import (
    LicensedVoice,
    RegistryVault,
    SignedGrant,
    Use,
    license_voice,
    open_host,
    trusted_roots,
    user_consent_folder,
    utc_now,
)
from vocalkit.consent.registry import host_registry
from vocalkit.errors import WeightsError
from vocalkit.weights import VoiceManifest, list_voices, read_voice_manifest

__all__ = ["license_installed", "list_voices"]

MAX_GRANT_BYTES = 64 * 1024


def license_installed(voice_id: str, *, use: Use) -> LicensedVoice:
    """A voice that is built in or was enrolled here, licensed for `use`.

    Raises InputError for an unknown id (listing the known ones) and ConsentError where the grant
    beside the voice does not cover the use, lacks a signature that must be there, has run out, or
    was revoked or suspended in this host's registry.
    """
    manifest = read_voice_manifest(voice_id)
    folder = user_consent_folder()
    host = open_host(folder)
    registry = host_registry(host, folder)
    return license_voice(
        manifest.profile(),
        _read_grant(manifest),
        request=use,
        standing=registry,
        trust=trusted_roots(host, folder),
        clock=utc_now,
        vault=RegistryVault(registry, host),
    )


def _read_grant(manifest: VoiceManifest) -> SignedGrant:
    try:
        with manifest.grant_path.open("rb") as file:
            # One byte more than a grant can have: the gate refuses it as too large.
            return SignedGrant(file.read(MAX_GRANT_BYTES + 1))
    except FileNotFoundError:
        raise WeightsError(
            f"the voice {manifest.id!r} has no grant at {manifest.grant_path}; its artist signs one with: "
            f"vocalkit consent grant --voice {manifest.id}"
        ) from None
    except OSError as error:
        raise WeightsError(f"the grant of the voice {manifest.id!r} cannot be read: {error}") from error
