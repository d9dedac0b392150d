"""What a hum looks like, every 10 ms: its mel spectrum, how periodic it is and where its pitch moves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vocalkit.melody.hum_f0 import HOP_S as F0_HOP_S
from vocalkit.melody.hum_f0 import RATE_HZ, Pitched

HOP_S = 0.01
BANDS = 40
SIZE = BANDS + 4
"""Columns of a frame: mel bands, periodicity, voicing, and the pitch's move over 40 and 120 ms."""

_FFT = 512
_LOW_HZ, _HIGH_HZ = 60.0, 7600.0
_FLOOR_DB = -70.0
_BATCH = 4096
_MOVE_S = (0.02, 0.06)
_MOST_SEMITONES = 3.0


def hum_features(mono: NDArray[np.float32], pitched: Pitched) -> NDArray[np.float32]:
    """float32 (t, SIZE), every column about -1 to 1. mono: float32 (n,) at `RATE_HZ`.

    Levels are relative to the recording's own loud frames, and moves to the pitch itself: neither the
    gain nor the key of a hum is seen.
    """
    hop = round(HOP_S * RATE_HZ)
    frames = 1 + mono.size // hop
    levels_db = np.concatenate(
        [
            _mel_db(mono, np.arange(first, min(first + _BATCH, frames)) * hop)
            for first in range(0, frames, _BATCH)
        ]
    )  # fmt: skip
    loud_db = np.quantile(levels_db.max(axis=1), 0.9)
    columns = np.empty((frames, SIZE), np.float32)
    columns[:, :BANDS] = np.clip(levels_db - loud_db, _FLOOR_DB, 10.0) / 35.0 + 1.0
    every = round(HOP_S / F0_HOP_S)
    at = np.minimum(np.arange(frames) * every, pitched.periodicity.size - 1)
    columns[:, BANDS] = pitched.periodicity[at]
    columns[:, BANDS + 1] = pitched.f0.voiced[at]
    semitones = 12.0 * np.log2(pitched.f0.hz)
    for column, reach_s in zip((BANDS + 2, BANDS + 3), _MOVE_S, strict=True):
        reach = round(reach_s / F0_HOP_S)
        ahead = semitones[np.minimum(at + reach, semitones.size - 1)]
        moves = ahead - semitones[np.maximum(at - reach, 0)]
        columns[:, column] = np.clip(moves, -_MOST_SEMITONES, _MOST_SEMITONES) / _MOST_SEMITONES
    return columns


def _mel_db(mono: NDArray[np.float32], centres: NDArray[np.intp]) -> NDArray[np.float32]:
    from scipy import fft

    at = centres[:, None] + np.arange(-_FFT // 2, _FFT // 2)
    inside = (at >= 0) & (at < mono.size)
    windows = np.where(inside, mono[np.clip(at, 0, mono.size - 1)], np.float32(0.0))
    power = np.abs(fft.rfft(windows * np.hanning(_FFT).astype(np.float32), axis=1)) ** 2
    return np.asarray(10.0 * np.log10(power @ _filters() + 1e-10), np.float32)


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float32]:
    """Triangles equally wide in mel (O'Shaughnessy), area 1: float32 (bins, BANDS)."""
    mels = np.linspace(2595 * np.log10(1 + _LOW_HZ / 700), 2595 * np.log10(1 + _HIGH_HZ / 700), BANDS + 2)
    edges_hz = 700 * (10 ** (mels / 2595) - 1)
    bins_hz = np.arange(_FFT // 2 + 1) * RATE_HZ / _FFT
    # Low bands are narrower than a bin: none may fall between two bins and stay empty.
    width_hz = np.maximum(np.diff(edges_hz), 1.05 * RATE_HZ / _FFT)
    rise = (bins_hz[:, None] - edges_hz[1:-1] + width_hz[:-1]) / width_hz[:-1]
    fall = (edges_hz[1:-1] + width_hz[1:] - bins_hz[:, None]) / width_hz[1:]
    shape = np.clip(np.minimum(rise, fall), 0.0, None)
    return np.asarray(shape / shape.sum(axis=0), np.float32)
