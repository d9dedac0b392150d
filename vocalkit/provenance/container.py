"""What kind of sound file this is, by its bytes: names prove nothing."""

from __future__ import annotations

from typing import BinaryIO

from vocalkit.types import SoundFormat

_MOST_ID3_TAGS = 8


def sound_format(file: BinaryIO) -> SoundFormat | None:
    """The format of an open file, None for any that we do not write. Looks past ID3 tags, which FLAC may have too."""
    at = 0
    for _ in range(_MOST_ID3_TAGS):
        file.seek(at)
        head = file.read(12)
        if head[:3] != b"ID3" or len(head) < 10:
            return _by_head(head)
        at += 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return None


def _by_head(head: bytes) -> SoundFormat | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # sync and layer III
        return "mp3"
    return None
