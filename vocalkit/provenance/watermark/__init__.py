"""A keyed mark in the sung voice: 32 bits that stay readable after coding, mixing, cutting and bending.

How it works, what it survives and what it does not: ``docs/watermark.md``.
"""

from __future__ import annotations

from vocalkit.provenance.watermark.detect import Detection, detect
from vocalkit.provenance.watermark.embed import embed
from vocalkit.provenance.watermark.published import PublishedKey, published_key

__all__ = ["Detection", "PublishedKey", "detect", "embed", "published_key"]
