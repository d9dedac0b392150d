"""What an aligner hears: mel cepstra of short frames, freed from level and channel.

S. Davis and P. Mermelstein (IEEE ASSP 28, 1980), with slopes over time after S. Furui (IEEE ASSP 34, 1986).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Frames = NDArray[np.float32]

RATE_HZ, HOP_S = 16_000, 0.005
DIMS = 39
_WINDOW, _FFT, _HOP = 400, 512, 80
_BANDS, _CEPSTRA = 30, 13
_LOW_HZ, _HIGH_HZ = 60.0, 7600.0
_SLOPE_FRAMES = 4
_HEARD_DB = 35.0
_FLOOR = 10.0 ** (-5.0)  # of the loud frames, in every band: digital silence sounds like that of a quiet room
_BLOCK = 4096


def cepstra(mono: NDArray[np.float64]) -> Frames:
    """Features float32 (t, 39) of sound at 16 kHz every 5 ms: 13 cepstra, their slopes and the slopes of these.

    Mean and spread of what is less than 35 dB under the loud frames are taken out.
    """
    sound = np.append(mono[0], mono[1:] - 0.97 * mono[:-1]) if mono.size else np.zeros(1)
    padded = np.pad(sound, (_WINDOW // 2, _WINDOW))
    count = mono.size // _HOP + 1
    bands = np.empty((count, _BANDS), np.float32)
    window = np.hanning(_WINDOW)
    for start in range(0, count, _BLOCK):
        at = np.arange(start, min(start + _BLOCK, count))
        pieces = padded[at[:, None] * _HOP + np.arange(_WINDOW)[None]] * window
        power = np.abs(np.fft.rfft(pieces, _FFT, axis=1)) ** 2
        bands[at] = power @ _filterbank().T
    loud = float(np.percentile(bands.sum(axis=1), 95))
    static = np.log(bands + _FLOOR * loud / _BANDS + 1e-10) @ _cosines().T.astype(np.float32)
    level = 10.0 * np.log10(bands.sum(axis=1) + 1e-10)
    heard = level > np.percentile(level, 95) - _HEARD_DB
    static -= static[heard].mean(axis=0)
    static /= np.maximum(static[heard].std(axis=0), 1e-3)
    slope = _slopes(static)
    return np.concatenate([static, 4.0 * slope, 12.0 * _slopes(slope)], axis=1).astype(np.float32)


def _slopes(frames: Frames) -> Frames:
    """Least-squares slope a frame over `_SLOPE_FRAMES` to either side."""
    reach = np.arange(1, _SLOPE_FRAMES + 1)
    padded = np.pad(frames, ((_SLOPE_FRAMES, _SLOPE_FRAMES), (0, 0)), mode="edge")
    count = len(frames)
    total = sum(
        n
        * (
            padded[_SLOPE_FRAMES + n : _SLOPE_FRAMES + n + count]
            - padded[_SLOPE_FRAMES - n : _SLOPE_FRAMES - n + count]
        )
        for n in reach
    )
    return np.asarray(total / (2.0 * float((reach**2).sum())), np.float32)


@lru_cache(maxsize=1)
def _filterbank() -> NDArray[np.float64]:
    def mel(hz: ArrayLike) -> NDArray[np.float64]:
        return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hz, np.float64) / 700.0))

    edges = np.linspace(mel(_LOW_HZ), mel(_HIGH_HZ), _BANDS + 2)
    at = mel(np.arange(_FFT // 2 + 1) * (RATE_HZ / _FFT))
    rising = (at[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - at[None]) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(np.minimum(rising, falling), 0.0)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    n = np.arange(_BANDS) + 0.5
    return np.cos(np.pi * np.arange(_CEPSTRA)[:, None] * n[None] / _BANDS)
