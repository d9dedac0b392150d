"""What a file says about itself: who sang, by whose leave, and that the voice is synthetic."""

from __future__ import annotations

from vocalkit.provenance.claim import SOURCE_TYPES, Claim, Content, mark_text
from vocalkit.provenance.manifest import (
    MANIFEST_MIMES,
    ManifestSigner,
    ManifestState,
    read_manifest,
    sign_manifest,
)
from vocalkit.provenance.tags import read_tags, write_tags

__all__ = [
    "MANIFEST_MIMES",
    "SOURCE_TYPES",
    "Claim",
    "Content",
    "ManifestSigner",
    "ManifestState",
    "mark_text",
    "read_manifest",
    "read_tags",
    "sign_manifest",
    "write_tags",
]
