"""Where a vocal lies on the backing's clock, and how long the mix becomes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.errors import InputError
from vocalkit.mix.curves import Samples
from vocalkit.types import Audio, Performance

_HEARD_DB = -60.0
_FADE_S = 0.5


def place(vocal: Audio, performance: Performance, backing: Audio, *, ring_s: float, max_tail_s: float) -> Samples:
    """The vocal at the backing's rate, as long as the mix will be: float32 (n,), writable.

    The mix is as long as the backing, or longer by as much as the voice and `ring_s` seconds of
    reverb after it need, at most `max_tail_s`. A note beyond that raises InputError.
    """
    rate = backing.sample_rate
    last_s = performance.notes[-1].end_s
    if last_s > backing.duration_s + max_tail_s:
        raise InputError(
            f"the last note ends at {last_s:.1f} s but the backing at {backing.duration_s:.1f} s; "
            "shorten the score or start it earlier"
        )
    mono = resample(Audio(vocal.mono()[None, :], vocal.sample_rate), rate).samples[0]
    needed = _last_heard(mono) + round(ring_s * rate)
    longest = backing.frames + int(max_tail_s * rate)
    frames = min(max(backing.frames, needed), longest)
    placed = np.zeros(frames, dtype=np.float32)
    count = min(frames, mono.size)
    placed[:count] = mono[:count]
    return placed


def _last_heard(mono: NDArray[np.float32]) -> int:
    """Samples up to where the sound has died away, 60 dB under its peak."""
    block = 1 << 16
    peaks = [float(np.max(np.abs(mono[at : at + block]))) for at in range(0, mono.size, block)]
    floor = max(peaks, default=0.0) * 10 ** (_HEARD_DB / 20)
    for index in range(len(peaks) - 1, -1, -1):
        if peaks[index] > floor:
            part = mono[index * block : (index + 1) * block]
            return index * block + int(np.flatnonzero(np.abs(part) > floor)[-1]) + 1
    return 0


def fade_tail(samples: Samples, *, backing_frames: int, sample_rate: int) -> None:
    """Fade what rings past the backing's end to zero, in place, so that it does not click."""
    frames = samples.shape[1]
    count = min(frames - backing_frames, round(_FADE_S * sample_rate))
    if count > 0:
        samples[:, frames - count :] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(1, count + 1) / count)).astype(np.float32)
