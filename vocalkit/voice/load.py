"""From the id of an installed voice to a licence for it."""

from __future__ import annotations

from vocalkit.consent import (
    FileStanding,
    LicensedVoice,
    Purpose,
    SignedGrant,
    Use,
    license_voice,
    read_trust_roots,
    user_consent_folder,
    utc_now,
)
from vocalkit.errors import WeightsError
from vocalkit.resources import locate
from vocalkit.weights import list_voices, read_voice_manifest

__all__ = ["license_installed", "list_voices"]


def license_installed(voice_id: str, *, purposes: tuple[Purpose, ...], language: str) -> LicensedVoice:
    """An installed voice, licensed for singing in one language for some purposes.

    Raises InputError for an unknown id (listing the known ones) and ConsentError where the grant
    beside the voice does not cover the use, is not signed by a trusted key, has run out, or was
    revoked in this user's ledger.
    """
    manifest = read_voice_manifest(voice_id)
    try:
        signed = SignedGrant(manifest.grant_path.read_bytes())
    except OSError as error:
        raise WeightsError(
            f"the grant of the voice {voice_id!r} cannot be read: {error}; reinstall vocalkit"
        ) from error
    request = Use(
        purposes=purposes,
        languages=(language,),
        territories=("any",),
        genres=("any",),
        renderer="vocalkit",
        grantee="anyone",
        rights=("mix", "pitch"),
    )
    return license_voice(
        manifest.profile(),
        signed,
        request=request,
        standing=FileStanding(user_consent_folder()),
        trust=read_trust_roots(locate("consent") / "trust"),
        clock=utc_now,
    )
