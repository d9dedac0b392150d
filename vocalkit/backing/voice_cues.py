"""What betrays a singer, moment by moment: partials in the middle of the stereo picture that glide, and together."""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.stream import ANALYSIS_RATE, Framer

CUE_FFT = 2048
CUE_HOP = 441
CUE_RATE_HZ = ANALYSIS_RATE / CUE_HOP
CUES = 3
"""Columns: strength of all tracked partials, of those that glide, and of those that glide up less down."""

_PARTIALS_HZ = (300.0, 3500.0)
_LOOK = 2
"""Frames before and after that a partial is followed over: 40 ms each way."""
_GLIDE_CENTS = (12.0, 120.0)


class VoiceMeter:
    """Turns blocks (2, n) of mid and side into cues. push() -> float32 (t, CUES) at `CUE_RATE_HZ`."""

    def __init__(self) -> None:
        self._mid, self._side = Framer(CUE_FFT, CUE_HOP), Framer(CUE_FFT, CUE_HOP)
        self._window = np.hanning(CUE_FFT + 1)[:-1].astype(np.float32) / np.float32(CUE_FFT / 4)
        self._before = np.zeros((2 * _LOOK, CUE_FFT // 2 + 1), np.float32)

    def push(self, pair: NDArray[np.float32], *, last: bool = False) -> NDArray[np.float32]:
        mid = self._spectrum(self._mid.push(pair[0], last=last))
        side = self._spectrum(self._side.push(pair[1], last=last))
        if len(mid) == 0:
            return np.zeros((0, CUES), np.float32)
        centre = np.maximum(mid - side, 0.0)
        joined = np.concatenate([self._before, centre])
        self._before = joined[-2 * _LOOK :]
        return _partials(joined).astype(np.float32)

    def _spectrum(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(np.abs(scipy.fft.rfft(frames * self._window, axis=1)), np.float32)


def _partials(magnitude: NDArray[np.float32]) -> NDArray[np.float64]:
    """Strength of partials, of gliding ones, and up less down, for every frame with `_LOOK` frames on both sides."""
    low, high = (round(f * CUE_FFT / ANALYSIS_RATE) for f in _PARTIALS_HZ)
    around = scipy.ndimage.uniform_filter1d(magnitude, 25, axis=1)
    peak = scipy.ndimage.maximum_filter1d(magnitude, 3, axis=1) == magnitude
    peak &= (magnitude > 2.0 * around) & (magnitude > 3e-4)
    peak[:, :low] = peak[:, high:] = False
    peak[:_LOOK] = peak[len(peak) - _LOOK :] = False
    row, column = np.nonzero(peak)
    now = _place(magnitude, row, column)
    before, after = (_followed(magnitude, row + step, column, step) for step in (-_LOOK, _LOOK))
    first, second = 1200.0 * np.log2(now / before), 1200.0 * np.log2(after / now)
    strength = np.sqrt(magnitude[row, column].astype(np.float64))
    size = np.minimum(np.abs(first), np.abs(second))
    gliding = (
        (first * second > 0) & (size > _GLIDE_CENTS[0]) & (np.maximum(np.abs(first), np.abs(second)) < _GLIDE_CENTS[1])
    )
    count = len(magnitude)
    columns = [strength, strength * gliding, strength * gliding * np.sign(first)]
    sums = [np.bincount(row, values, minlength=count)[_LOOK : count - _LOOK] for values in columns]
    return np.stack(sums, axis=1)


def _followed(
    magnitude: NDArray[np.float32], row: NDArray[np.intp], column: NDArray[np.intp], steps: int
) -> NDArray[np.float64]:
    """Where a partial is some frames on: the strongest bin near the one it was in, taken frame by frame."""
    sign = 1 if steps > 0 else -1
    at = column
    for back in range(abs(steps) - 1, -1, -1):
        near = at[:, None] + np.arange(-1, 2)
        frame = row - sign * back
        at = near[np.arange(at.size), magnitude[frame[:, None], near].argmax(axis=1)] if at.size else at
    return _place(magnitude, row, at)


def _place(magnitude: NDArray[np.float32], row: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.float64]:
    """Frequency bin of peaks, between bins by a parabola on log magnitude."""
    logs = [np.log(np.maximum(magnitude[row, column + d], 1e-9).astype(np.float64)) for d in (-1, 0, 1)]
    bend = np.minimum(logs[0] - 2.0 * logs[1] + logs[2], -1e-9)
    return np.asarray(column + np.clip(0.5 * (logs[0] - logs[2]) / bend, -0.5, 0.5))
