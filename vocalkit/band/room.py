"""A small room: convolution with a synthetic impulse response, block by block."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve, sosfilt

from vocalkit.band.signal import Signal, highpass, lowpass, times_s

_PREDELAY_S = 0.014
_BANDS = ((150.0, 700.0, 1.0), (700.0, 3000.0, 0.85), (3000.0, 9000.0, 0.5))
"""Low and high edge in Hz, and reverberation time relative to the room's: air swallows the top first."""


def impulse_response(*, rt60_s: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    """float64 (2, n): a pre-delay, then noise that falls by 60 dB in `rt60_s`; unit energy a side."""
    t = times_s(rt60_s * 1.1, sample_rate)
    sides = np.zeros((2, t.size))
    for low_hz, high_hz, share in _BANDS:
        noise = rng.standard_normal((2, t.size))
        for sections in (highpass(low_hz, sample_rate), lowpass(high_hz, sample_rate)):
            noise = sosfilt(sections, noise)
        sides += noise * np.exp(-6.91 * t / (share * rt60_s))
    sides *= (1.0 - np.exp(-t / 0.008)) * np.minimum(1.0, (t[-1] - t) / 0.1)
    sides = np.pad(sides, ((0, 0), (round(_PREDELAY_S * sample_rate), 0)))
    return np.asarray(sides / np.sqrt(np.sum(sides**2, axis=1, keepdims=True)))


class Room:
    """Convolves a stream of stereo blocks; what rings on is carried to the next block."""

    def __init__(self, response: Signal) -> None:
        self._response = response
        self._tail = np.zeros((2, response.shape[1] - 1))

    def process(self, block: Signal) -> Signal:
        """block: (2, n) → its reverberation (2, n)."""
        n = block.shape[1]
        wet = fftconvolve(block, self._response, axes=1)
        wet[:, : self._tail.shape[1]] += self._tail
        self._tail = wet[:, n:]
        return np.asarray(wet[:, :n])
