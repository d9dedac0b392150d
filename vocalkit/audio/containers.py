"""What a file's bytes tell before anything is decoded: its kind, and whether a part of it is missing.

Decoders hide both: libsndfile shortens a cut WAV or Ogg in silence, takes an MP3's length from its
size (cover art and all), and finds "MP3" sync words inside videos.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

READABLE = "WAV, FLAC, MP3 and OGG"

_STREAMED_SIZE = 0x7FFFF000
"""Writers that cannot seek back leave a data size of this or more: it promises nothing."""

_EXTRA_CHUNKS_AT_END = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")


def foreign_kind(head: bytes) -> str | None:
    """What a file is that we do not read, from its first 4096 bytes; None where it may be readable."""
    if head[4:8] == b"ftyp":
        return "an AAC or ALAC file (MP4 container)" if head[8:11] in (b"M4A", b"M4B") else "a video (MP4 or MOV)"
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "a video (MOV)"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "a video (Matroska or WebM)"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "a video (AVI)"
    if head.startswith(b"OggS") and b"theora" in head:
        return "a video (Ogg Theora)"
    if head.startswith((b"FLV\x01", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3")):
        return "a video (FLV or MPEG)"
    if head.startswith(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"):
        return "a Windows Media file (WMA or WMV)"
    if head.startswith(b"MThd"):
        return "a MIDI file, which holds notes and no sound"
    if _is_text(head):
        return "a text file, whatever its name says"
    return None


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head[: max(len(head) - 3, 1)].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 6 and len(head) > 6
    return not any(byte < 0x20 and byte not in b"\t\n\r\f\x1b" for byte in head)


def missing_part(path: Path) -> str | None:
    """How one can tell that the end of a file is cut off; None where nothing shows it."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return _missing_wav(file)
        if head[:4] == b"OggS":
            return _missing_ogg(file)
        return None


def _missing_wav(file: BinaryIO) -> str | None:
    size = file.seek(0, 2)
    at = 12
    while at + 8 <= size:
        file.seek(at)
        chunk = file.read(8)
        length = int.from_bytes(chunk[4:8], "little")
        if chunk[:4] == b"data":
            held = size - at - 8
            if length >= _STREAMED_SIZE or held >= length:
                return None
            return f"it holds {held:,} of the {length:,} bytes of sound that its header promises"
        at += 8 + length + length % 2
    return "its sound data is missing"


def _missing_ogg(file: BinaryIO) -> str | None:
    """The last page of a whole Ogg file says that the stream ends, and is all there."""
    size = file.seek(0, 2)
    start = max(0, size - 2 * 65_307)  # a page is at most 65,307 bytes long
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"OggS")
    while at >= 0:
        page = tail[at:]
        segments = page[26] if len(page) > 26 else 0
        body = sum(page[27 : 27 + segments])
        if len(page) < 27 + segments or len(page) < 27 + segments + body:
            return "its last page is cut off"
        if page[4] == 0:
            return None if page[5] & 4 else "the page that closes the stream is missing"
        at = tail.rfind(b"OggS", 0, at)
    return "its last page is cut off"


@dataclass(frozen=True, slots=True)
class Mp3Frames:
    """The frames of an MP3, counted. declared: what its Xing/Info header promises, None without one."""

    count: int
    samples_per_frame: int
    sample_rate: int
    declared: int | None
    last_is_cut: bool

    @property
    def samples(self) -> int:
        """At most this many samples a channel come out of it."""
        return (self.count + 1) * self.samples_per_frame

    def missing_part(self) -> str | None:
        """How one can tell that the end is cut off; None where nothing shows it."""
        if self.declared is not None and self.count < self.declared - 1:
            return f"it holds {self.count} of the {self.declared} frames that its header promises"
        if self.last_is_cut:
            return "its last frame is cut off"
        return None


_MPEG1_KBPS = {
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_MPEG2_KBPS = {
    1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    3: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _frame_header(data: mmap.mmap, at: int) -> tuple[int, int, int] | None:
    """(bytes, samples, sample rate) of the MPEG audio frame whose header stands at `at`, if one does."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = (data[at + 1] >> 3) & 3, 4 - ((data[at + 1] >> 1) & 3)
    bitrate_index, rate_index = data[at + 2] >> 4, (data[at + 2] >> 2) & 3
    if version == 1 or layer == 4 or rate_index == 3 or bitrate_index in (0, 15):
        return None
    rate = _RATES_HZ[version][rate_index]
    bits = 1000 * (_MPEG1_KBPS if version == 3 else _MPEG2_KBPS)[layer][bitrate_index]
    padding = (data[at + 2] >> 1) & 1
    if layer == 1:
        return (12 * bits // rate + padding) * 4, 384, rate
    samples = 576 if layer == 3 and version != 3 else 1152
    return samples // 8 * bits // rate + padding, samples, rate


def _next_frame(data: mmap.mmap, at: int, limit: int) -> int | None:
    """Where the next frame starts that another frame (or the end) follows, within `limit` bytes."""
    end = min(len(data), at + limit)
    while 0 <= (at := data.find(b"\xff", at, end)) < end:
        header = _frame_header(data, at)
        if header and (at + header[0] == len(data) or _frame_header(data, at + header[0])):
            return at
        at += 1
    return None


def mp3_frames(path: Path) -> Mp3Frames | None:
    """Count the frames of an MP3 by walking from header to header; None where it has none."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = 0
        while data[at : at + 3] == b"ID3" and len(data) >= at + 10:
            size = sum((data[at + 6 + i] & 0x7F) << (21 - 7 * i) for i in range(4))
            at += 10 + size
        first = _next_frame(data, at, 1 << 20)
        if first is None:
            return None
        length, samples, rate = _frame_header(data, first) or (0, 0, 0)
        declared = _declared_frames(data[first : first + length])
        at = first if declared is None else first + length
        count = 0
        while (header := _frame_header(data, at)) or not _ends_here(data, at):
            if header is None:
                found = _next_frame(data, at, 1 << 16)
                if found is None:
                    break
                at = found
                continue
            if at + header[0] > len(data):
                return Mp3Frames(count, samples, rate, declared, last_is_cut=True)
            count += 1
            at += header[0]
        return Mp3Frames(count, samples, rate, declared, last_is_cut=False)


def _ends_here(data: mmap.mmap, at: int) -> bool:
    return at >= len(data) or data[at : at + 11].startswith(_EXTRA_CHUNKS_AT_END)


def _declared_frames(frame: bytes) -> int | None:
    for name in (b"Xing", b"Info"):
        at = frame.find(name, 0, 48)
        if at >= 0 and len(frame) >= at + 12 and frame[at + 7] & 1:
            return int.from_bytes(frame[at + 8 : at + 12], "big")
    return None
