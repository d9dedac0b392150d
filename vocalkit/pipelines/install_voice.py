"""A new voice into the user's folder: sealed before it touches the disk, listed only when it is whole.

<voices>/<id>.sealed       the model, AES-256-GCM
<voices>/<id>/draft.json   what the grant must repeat
<voices>/<id>.md           what the voice was made of
<voices>/<id>.toml         the manifest, last: without it there is no such voice
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vocalkit.consent.draft import EnrolmentDraft, draft_path
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import Registry
from vocalkit.consent.seal import seal
from vocalkit.consent.vault import wrap_model_key
from vocalkit.errors import OutputError, VocalkitError
from vocalkit.pipelines.consent.files import write_whole
from vocalkit.pipelines.desk import Desk
from vocalkit.weights import Source, VoiceManifest, voices_folder, write_manifest

SEALED_RATE_HZ = 44_100
_GONE = ("revoked", "shredded")


@dataclass(frozen=True, slots=True, eq=False)
class NewVoice:
    """A model in the clear with what is said about it. card: Markdown; low_midi, high_midi: its range."""

    draft: EnrolmentDraft
    model: bytes
    name: str
    description: str
    languages: tuple[str, ...]
    low_midi: float
    high_midi: float
    credit: str
    card: str


def model_digest(model: bytes) -> str:
    """SHA-256 of a model in the clear: what its grant names."""
    return hashlib.sha256(model).hexdigest()


def check_name_is_free(voice_id: str, registry: Registry, *, voices: Path, grant_id: str | None = None) -> None:
    """Raises ConsentError (``voice_taken``) where the name is a built-in voice's or that of one still in force.

    grant_id: a case that may have the name.
    """
    if (voices_folder() / f"{voice_id}.toml").exists():
        raise refuse("voice_taken", f"{voice_id!r} is the name of a built-in voice; choose another")
    for case in registry.cases(voice_id):
        if case.grant_id != grant_id and case.state not in _GONE and (voices / f"{voice_id}.toml").exists():
            raise refuse("voice_taken", f"{voice_id!r} is enrolled here and {case.state}; revoke it first")


def install(voice: NewVoice, desk: Desk, *, voices: Path) -> Path:
    """Seal the model, keep its key in the registry, write the files; returns the manifest's path.

    Raises OutputError, ConsentError; then the key is destroyed and no file is left.
    """
    voice_id, grant_id = voice.draft.voice_id, voice.draft.grant_id
    sealed = seal(voice.model, voice_id=voice_id, grant_id=grant_id)
    desk.registry.put_key(grant_id, wrap_model_key(desk.host, grant_id=grant_id, key=sealed.key), desk.clock())
    try:
        remove_files(voice_id, voices=voices)
        folder = draft_path(voices, voice_id).parent
        folder.mkdir(parents=True, mode=0o700)
        write_whole(voices / f"{voice_id}.sealed", sealed.data)
        write_whole(draft_path(voices, voice_id), voice.draft.to_bytes())
        write_whole(voices / f"{voice_id}.md", voice.card.encode("utf-8"))
        return write_manifest(_manifest(voice, voices, size=len(sealed.data)))
    except BaseException as error:
        remove_files(voice_id, voices=voices)
        # The key of a model that is not there opens nothing; the first error is the one to tell.
        with suppress(VocalkitError):
            desk.registry.destroy_key(grant_id, desk.clock())
        if isinstance(error, OSError):
            raise OutputError(f"cannot write the voice into {voices}: {error.strerror or error}") from error
        raise


def remove_model(voice_id: str, *, voices: Path) -> bool:
    """Remove a voice's sealed model; False where there is none.

    Manifest and grant stay, so that whoever asks for the voice hears why it does not sing.
    """
    path = voices / f"{voice_id}.sealed"
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def remove_files(voice_id: str, *, voices: Path) -> None:
    """Remove a voice's files, the manifest first, so that a half-removed voice is no voice."""
    for suffix in (".toml", ".grant.jws", ".sealed", ".md"):
        (voices / f"{voice_id}{suffix}").unlink(missing_ok=True)
    shutil.rmtree(voices / voice_id, ignore_errors=True)


def _manifest(voice: NewVoice, voices: Path, *, size: int) -> VoiceManifest:
    voice_id = voice.draft.voice_id
    return VoiceManifest(
        folder=voices,
        id=voice_id,
        name=voice.name,
        description=voice.description,
        languages=voice.languages,
        low_midi=voice.low_midi,
        high_midi=voice.high_midi,
        licence="by grant",
        credit=voice.credit,
        file=f"{voice_id}.sealed",
        sha256=voice.draft.model_sha256,
        bytes=size,
        sample_rate=SEALED_RATE_HZ,
        card=f"{voice_id}.md",
        grant=f"{voice_id}.grant.jws",
        sources=(Source("Enrolment recordings", voice.draft.name, "by grant", "none"),),
        sealed=True,
    )
