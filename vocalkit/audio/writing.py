"""`Audio` into files and streams: WAV, FLAC, MP3, Ogg Vorbis."""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio.checks import audio_blocks
from vocalkit.errors import InputError, OutputError
from vocalkit.types import Audio, SoundFormat

BitDepth = Literal[16, 24, 32]

_MAX_BYTES = (1 << 32) - 64
_MP3_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_CODECS: dict[SoundFormat, dict[str, Any]] = {
    "flac": {"format": "FLAC", "subtype": "PCM_24"},
    "mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT", "compression_level": 0.2},
    "ogg": {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.3},
}
"""MP3: 256 kbit/s at 44.1 and 48 kHz; Vorbis: quality 0.7."""


def encode(audio: Audio, file: BinaryIO, form: SoundFormat) -> None:
    """Write `audio` into an open file, from where it stands: whoever calls sees to it that it is whole.

    WAV and FLAC hold the same 24-bit samples, MP3 is 256 kbit/s, Ogg Vorbis of quality 0.7. Raises
    InputError for samples beyond -1 to 1 and for what the format cannot hold, OSError where the
    file cannot be written.
    """
    check_encodable(form, audio.sample_rate)
    _check_writable(f"the {form.upper()} file", audio, 24)
    if form == "wav":
        _write(file, audio, 24)
        return
    import soundfile

    target = _Target(file)
    try:
        with soundfile.SoundFile(target, "w", audio.sample_rate, audio.channels, **_CODECS[form]) as sink:
            for block in audio_blocks(audio):
                frames = np.ascontiguousarray(block.T)
                sink.write(_whole(frames, 24) << 8 if form == "flac" else frames)
    except soundfile.LibsndfileError as error:
        raise target.failure or OutputError(f"cannot write the {form.upper()} file: {error}") from error
    if target.failure is not None:
        raise target.failure


class _Target:
    """A file as libsndfile sees it, which cannot hear Python's errors: the first is kept in `failure`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        self._try(lambda: self._file.write(data))
        return len(data)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._try(lambda: self._file.seek(offset, whence))

    def tell(self) -> int:
        return self._try(self._file.tell)

    def _try(self, step: Callable[[], int]) -> int:
        if self.failure is None:
            try:
                return step()
            except OSError as error:
                self.failure = error
        return 0


def check_encodable(form: SoundFormat, sample_rate: int) -> None:
    """Raise InputError where a format cannot hold a sample rate in Hz."""
    if form == "mp3" and sample_rate not in _MP3_RATES_HZ:
        raise InputError(f"MP3 holds no {sample_rate} Hz; choose --format flac, or convert the track to 48000 Hz")


def write_wav(path: Path, audio: Audio, *, bit_depth: BitDepth = 24) -> None:
    """Write a WAV file: 16 or 24 bit PCM, rounded without dither, or 32 bit float.

    24 bit keeps sums of stems within -130 dBFS of their mix. PCM holds samples within -1 to 1:
    louder ones raise InputError rather than clip. The file appears at `path` complete or not at
    all (written beside it, then renamed); OutputError where it cannot be written.
    """
    path = Path(path)
    if bit_depth not in (16, 24, 32):
        raise InputError(f"bit depth must be 16, 24 or 32, got {bit_depth}")
    _check_writable(path.name, audio, bit_depth)
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


def _check_writable(what: str, audio: Audio, bit_depth: int) -> None:
    if audio.frames * audio.channels * bit_depth // 8 > _MAX_BYTES:
        raise InputError(f"{what}: {audio.duration_s:.0f} s at {bit_depth} bit do not fit in a WAV file (4 GB)")
    peak = max((float(np.max(np.abs(block))) for block in audio_blocks(audio)), default=0.0)
    if not np.isfinite(peak):
        raise InputError(f"{what}: samples must be finite to be written")
    if bit_depth != 32 and peak > 1.0:
        raise InputError(f"{what}: a peak of {peak:.3f} would clip at {bit_depth} bit; turn it down or use 32 bit")


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
    whole = _whole(frames, bit_depth)
    if bit_depth == 16:
        return whole.astype("<i2").tobytes()
    return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def _whole(frames: NDArray[np.float32], bit_depth: int) -> NDArray[np.int32]:
    """Samples as whole numbers of `bit_depth` bits, int32 of the same shape."""
    scale = 1 << (bit_depth - 1)
    whole: NDArray[np.int32] = np.clip(np.rint(frames.astype(np.float64) * scale), -scale, scale - 1).astype("<i4")
    return whole
