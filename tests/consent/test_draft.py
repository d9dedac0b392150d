"""An enrolment draft is read to the letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent import EnrolmentDraft
from vocalkit.consent.canonical import canonical
from vocalkit.consent.draft import MAX_BYTES, draft_path, read_draft
from vocalkit.consent.keys import public_jwk
from vocalkit.errors import InputError

DRAFT = EnrolmentDraft(
    format="vocalkit-enrolment",
    version=1,
    voice_id="ada",
    grant_id="6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    name="Ada Lovelace",
    key=public_jwk(Ed25519PrivateKey.from_private_bytes(b"7" * 32)),
    uses=("demo", "research"),
    language="en-us",
    model_sha256="ab" * 32,
    recording_commitment="cd" * 32,
    terms_sha256="ef" * 32,
)


def test_round_trip(tmp_path: Path, refused: Any) -> None:
    path = draft_path(tmp_path, "ada")
    assert path == tmp_path / "ada" / "draft.json"
    with refused("bad_draft"):
        read_draft(path)
    path.parent.mkdir()
    path.write_bytes(DRAFT.to_bytes())
    assert read_draft(path) == DRAFT
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with refused("too_large"):
        read_draft(path)
    with pytest.raises(InputError):
        draft_path(tmp_path, "../ada")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "vocalkit-grant"),
        ("version", 2),
        ("voice_id", "../ada"),
        ("grant_id", "1"),
        ("name", ""),
        ("name", "A\nda"),
        ("uses", []),
        ("uses", ["karaoke"]),
        ("uses", ["research", "demo"]),
        ("language", "English"),
        ("model_sha256", "AB" * 32),
        ("recording_commitment", None),
        ("terms_sha256", ""),
        ("extra", 1),
    ],
)
def test_strictness(refused: Any, field: str, value: Any) -> None:
    with refused("bad_draft"):
        EnrolmentDraft.from_bytes(canonical(json.loads(DRAFT.to_bytes()) | {field: value}))


@pytest.mark.parametrize("field", sorted(json.loads(DRAFT.to_bytes())))
def test_nothing_is_guessed(refused: Any, field: str) -> None:
    table = json.loads(DRAFT.to_bytes())
    del table[field]
    with refused("bad_draft"):
        EnrolmentDraft.from_bytes(canonical(table))
