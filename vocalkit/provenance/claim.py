"""What a file says about itself, in one form for its tags and for its manifest."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vocalkit.errors import InputError
from vocalkit.types import Provenance

Content = Literal["stem", "mix"]

SOURCE_TYPES: dict[Content, str] = {
    "stem": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    "mix": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
}
"""IPTC digital source types: synthetic alone, and synthetic together with other material."""

CLAIM_KEYS = (
    *("voice", "grant", "model_sha256", "credit", "label", "content", "render"),
    *("grant_sha256", "purposes", "train", "made", "host", "mark", "kept_marks"),
)
"""The names of a claim's parts as texts."""

LONGEST_TEXT = 400
_UNSHOWN = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who sang in one sound, by whose leave. content: ``stem`` is synthetic alone, ``mix`` holds other material.

    render_id: one for all files of a render; grant_sha256: of the grant's payload; purposes: what the
    render was licensed for; may_train: whether the artist lets machines learn from it; made: RFC 3339
    time by the host's own clock, which nobody else vouches for; host: who rendered.
    Raises InputError for empty, overlong or unprintable text.
    """

    provenance: Provenance
    content: Content
    render_id: str
    grant_sha256: str
    purposes: tuple[str, ...]
    may_train: bool
    made: str
    host: str

    def __post_init__(self) -> None:
        if self.content not in SOURCE_TYPES:
            raise InputError(f"content must be one of {', '.join(SOURCE_TYPES)}, got {self.content!r}")
        for name, text in self.to_texts().items():
            if not text or len(text) > LONGEST_TEXT or any(unicodedata.category(char) in _UNSHOWN for char in text):
                raise InputError(f"{name} of a claim must be 1 to {LONGEST_TEXT} characters that can be shown")

    def to_texts(self) -> dict[str, str]:
        """Every part as text, by the names that tags and manifests use; marks only where there are any."""
        origin = self.provenance
        texts = {
            "voice": origin.voice_id,
            "grant": origin.grant_id,
            "model_sha256": origin.model_sha256,
            "credit": origin.credit,
            "label": origin.label,
            "content": self.content,
            "render": self.render_id,
            "grant_sha256": self.grant_sha256,
            "purposes": ",".join(self.purposes),
            "train": "allowed" if self.may_train else "notAllowed",
            "made": self.made,
            "host": self.host,
        }
        if origin.mark is not None:
            texts["mark"] = mark_text(origin.mark)
        if origin.kept_marks:
            texts["kept_marks"] = ",".join(map(mark_text, origin.kept_marks))
        return texts

    @classmethod
    def from_texts(cls, texts: Mapping[str, object]) -> Claim | None:
        """The claim that texts spell, or None where they spell none in full. Anybody may have written them."""
        try:
            found = {name: text for name, text in texts.items() if isinstance(text, str)}
            mark = int(found["mark"], 16) if "mark" in found else None
            kept = tuple(int(text, 16) for text in found["kept_marks"].split(",")) if "kept_marks" in found else ()
            claim = cls(
                Provenance(
                    voice_id=found["voice"],
                    grant_id=found["grant"],
                    model_sha256=found["model_sha256"],
                    credit=found["credit"],
                    label=found["label"],
                    mark=mark,
                    kept_marks=kept,
                ),
                content="mix" if found["content"] == "mix" else "stem",
                render_id=found["render"],
                grant_sha256=found["grant_sha256"],
                purposes=tuple(found["purposes"].split(",")),
                may_train=found["train"] == "allowed",
                made=found["made"],
                host=found["host"],
            )
        except (KeyError, ValueError, InputError):
            return None
        # Only the one spelling counts: what is read back is what was written.
        return claim if claim.to_texts() == found else None


def mark_text(mark: int) -> str:
    """A mark as people and files write it: eight hexadecimal digits."""
    return f"{mark:08x}"
