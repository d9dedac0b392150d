"""What a file says about itself: who sang, by whose leave, and that the voice is synthetic."""

from __future__ import annotations

from vocalkit.provenance.tags import Tags, read_tags, write_tags

__all__ = ["Tags", "read_tags", "write_tags"]
