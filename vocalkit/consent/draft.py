"""What enrolment found out about a voice, for the grant that its artist is about to sign."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.grant import (
    Purpose,
    check_digest,
    check_grant_id,
    check_language,
    check_purposes,
    check_text,
    check_voice_id,
)
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.reasons import refuse
from vocalkit.resources import build

MAX_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class EnrolmentDraft:
    """The facts a grant repeats: ``<user voices>/<voice id>/draft.json``.

    name: the artist's, as spoken in the consent; key: theirs, which alone may sign the grant; uses:
    those the consent names (a grant allows no other); language: of the consent and of the terms;
    terms_sha256: of the text they were shown; recording_commitment: salted digest of the consent
    recording; model_sha256: of the model in the clear.
    """

    format: Literal["vocalkit-enrolment"]
    version: Literal[1]
    voice_id: str
    grant_id: str
    name: str
    key: PublicJwk
    uses: tuple[Purpose, ...]
    language: str
    model_sha256: str
    recording_commitment: str
    terms_sha256: str

    def __post_init__(self) -> None:
        check_voice_id(self.voice_id)
        check_grant_id(self.grant_id)
        check_text("name", self.name, most=200)
        check_purposes("uses", self.uses)
        check_language(self.language)
        for field in ("model_sha256", "recording_commitment", "terms_sha256"):
            check_digest(field, getattr(self, field))

    def to_bytes(self) -> bytes:
        return canonical(asdict(self))

    def facts(self) -> dict[str, str]:
        """What the registry keeps of this draft, salted: whoever exchanges the file is found out."""
        return {"draft": hashlib.sha256(self.to_bytes()).hexdigest()}

    @classmethod
    def from_bytes(cls, data: bytes) -> EnrolmentDraft:
        """Raises ConsentError: ``bad_draft``, or what `parse` finds wrong with the bytes."""
        if len(data) > MAX_BYTES:
            raise refuse("too_large", f"an enrolment draft has at most {MAX_BYTES} bytes, this has {len(data)}")
        draft, faults = build(cls, parse(data, what="enrolment draft"))
        if draft is None:
            raise refuse("bad_draft", f"enrolment draft: {'; '.join(map(str, faults))}")
        return draft


def draft_path(voices: Path, voice_id: str) -> Path:
    """Where the draft of a voice lies below the folder of the user's voices."""
    return voices / check_voice_id(voice_id) / "draft.json"


def read_draft(path: Path) -> EnrolmentDraft:
    """Raises ConsentError (``bad_draft``) when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refuse(
            "bad_draft", f"cannot read {path}: {error.strerror or error}; enrol the voice first (voice enroll)"
        ) from error
    return EnrolmentDraft.from_bytes(data)
