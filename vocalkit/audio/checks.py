"""What sound must be to be worked with, whether it came from a file or from a caller."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import AudioError
from vocalkit.types import Audio
from vocalkit.units import gain_to_db

MIN_DURATION_S = 1.0
MAX_DURATION_S = 30 * 60.0
MIN_SAMPLE_RATE = 8_000
MAX_SAMPLE_RATE = 192_000
SILENT_BELOW_DBFS = -70.0
BLOCK_FRAMES = 1 << 16
_TOLERANCE_S = 0.25
"""MP3 pads its ends by a frame or two."""


def check_shape(
    what: str, *, channels: int, sample_rate: int, frames: int, min_duration_s: float, max_duration_s: float
) -> None:
    """Raise AudioError unless channels, rate (Hz) and length (frames) are ones that we work with."""
    if channels > 2:
        raise AudioError(f"{what} has {channels} channels; mix it down to mono or stereo first")
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        raise AudioError(f"{what} has a sample rate of {sample_rate} Hz; convert it to 44100 or 48000 Hz")
    duration_s = frames / sample_rate
    if duration_s < min_duration_s:
        raise AudioError(f"{what} is only {duration_s:.2f} s long; it must be at least {min_duration_s:g} s")
    if duration_s > max_duration_s + _TOLERANCE_S:
        raise AudioError(
            f"{what} is {_spoken(duration_s)} long; the limit is {_spoken(max_duration_s)}: cut out the part to work on"
        )


def _spoken(duration_s: float) -> str:
    hours, rest = divmod(round(duration_s), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (seconds, "s")]
    return " ".join(f"{value} {unit}" for value, unit in parts if value) or "0 s"


def check_samples(what: str, blocks: Iterator[NDArray[np.float32]], sample_rate: int) -> None:
    """Raise AudioError where samples are not finite or nothing is heard. blocks: float32 (channels, n) in order."""
    at, peak = 0, 0.0
    for block in blocks:
        peak_here = float(np.max(np.abs(block), initial=0.0))
        if not np.isfinite(peak_here):
            first = int(np.flatnonzero(~np.isfinite(block).all(axis=0))[0])
            raise AudioError(
                f"{what} holds values that are not numbers (NaN or infinity), first at "
                f"{(at + first) / sample_rate:.3f} s; export it again"
            )
        peak = max(peak, peak_here)
        at += block.shape[1]
    if gain_to_db(peak) < SILENT_BELOW_DBFS:
        raise AudioError(f"{what} is silent (nothing above {SILENT_BELOW_DBFS:g} dBFS); choose another file")


def audio_blocks(audio: Audio, block_frames: int = BLOCK_FRAMES) -> Iterator[NDArray[np.float32]]:
    """Consecutive read-only views of the samples: float32 (channels, up to block_frames)."""
    for start in range(0, audio.frames, block_frames):
        yield audio.samples[:, start : start + block_frames]


def check_backing(audio: Audio, *, what: str = "the backing") -> None:
    """Raise AudioError unless `audio` can carry a vocal: mono or stereo, 1 s to 30 min, finite, not silent."""
    check_shape(
        what,
        channels=audio.channels,
        sample_rate=audio.sample_rate,
        frames=audio.frames,
        min_duration_s=MIN_DURATION_S,
        max_duration_s=MAX_DURATION_S,
    )
    check_samples(what, audio_blocks(audio), audio.sample_rate)
