"""Frames taken a few at a time."""

from __future__ import annotations

from collections.abc import Iterator

BLOCK_FRAMES = 64


def blocks(frames: int, size: int = BLOCK_FRAMES) -> Iterator[slice]:
    """Slices that cover so many frames in order."""
    for start in range(0, frames, size):
        yield slice(start, min(start + size, frames))
