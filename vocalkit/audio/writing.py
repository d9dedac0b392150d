"""`Audio` into WAV files: whole or not at all, the same bytes for the same samples."""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio.checks import audio_blocks
from vocalkit.errors import InputError, OutputError
from vocalkit.types import Audio

BitDepth = Literal[16, 24, 32]

_MAX_BYTES = (1 << 32) - 64


def write_wav(path: Path, audio: Audio, *, bit_depth: BitDepth = 24) -> None:
    """Write a WAV file: 16 or 24 bit PCM, rounded without dither, or 32 bit float.

    24 bit keeps sums of stems within -130 dBFS of their mix. PCM holds samples within -1 to 1:
    louder ones raise InputError rather than clip. The file appears at `path` complete or not at
    all (written beside it, then renamed); OutputError where it cannot be written.
    """
    path = Path(path)
    if bit_depth not in (16, 24, 32):
        raise InputError(f"bit depth must be 16, 24 or 32, got {bit_depth}")
    _check_writable(path, audio, bit_depth)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            _write(file, audio, bit_depth)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; nothing was left there") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _check_writable(path: Path, audio: Audio, bit_depth: int) -> None:
    if audio.frames * audio.channels * bit_depth // 8 > _MAX_BYTES:
        raise InputError(f"{path.name}: {audio.duration_s:.0f} s at {bit_depth} bit do not fit in a WAV file (4 GB)")
    peak = max((float(np.max(np.abs(block))) for block in audio_blocks(audio)), default=0.0)
    if not np.isfinite(peak):
        raise InputError(f"{path.name}: samples must be finite to be written")
    if bit_depth != 32 and peak > 1.0:
        raise InputError(f"{path.name}: a peak of {peak:.3f} would clip at {bit_depth} bit; turn it down or use 32 bit")


def _write(file: BinaryIO, audio: Audio, bit_depth: int) -> None:
    file.write(_header(audio, bit_depth))
    for block in audio_blocks(audio):
        file.write(_encode(np.ascontiguousarray(block.T), bit_depth))
    if audio.frames * audio.channels * bit_depth // 8 % 2:
        file.write(b"\x00")


def _header(audio: Audio, bit_depth: int) -> bytes:
    """RIFF header of a PCM (format 1) or float (format 3, with the `fact` chunk it asks for) WAV file."""
    is_float = bit_depth == 32
    frame_bytes = audio.channels * bit_depth // 8
    data_bytes = audio.frames * frame_bytes
    form = struct.pack(
        "<HHIIHH",
        3 if is_float else 1,
        audio.channels,
        audio.sample_rate,
        audio.sample_rate * frame_bytes,
        frame_bytes,
        bit_depth,
    )
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    if is_float:
        chunks += b"fact" + struct.pack("<II", 4, audio.frames)
    chunks += b"data" + struct.pack("<I", data_bytes)
    riff_bytes = 4 + len(chunks) + data_bytes + data_bytes % 2
    return b"RIFF" + struct.pack("<I", riff_bytes) + b"WAVE" + chunks


def _encode(frames: NDArray[np.float32], bit_depth: int) -> bytes:
    """Interleaved little-endian bytes of float32 (n, channels)."""
    if bit_depth == 32:
        return frames.astype("<f4", copy=False).tobytes()
    scale = 1 << (bit_depth - 1)
    whole = np.clip(np.rint(frames.astype(np.float64) * scale), -scale, scale - 1).astype("<i4")
    if bit_depth == 16:
        return whole.astype("<i2").tobytes()
    return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
