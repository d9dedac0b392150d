"""How strongly something begins, moment by moment: log-spectral flux in three bands.

Flux against the strongest of the neighbouring bands two frames ago (Böck and Widmer, SuperFlux,
DAFx 2013), so that vibrato and glides do not count as beginnings.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.stream import ANALYSIS_RATE, Framer

ONSET_FFT = 1024
ONSET_HOP = 220
ONSET_RATE_HZ = ANALYSIS_RATE / ONSET_HOP

_LAG = 2
_EDGES_HZ = 43.0 * 2.0 ** (np.arange(0, 48) / 6.0)
_GROUPS_HZ = (180.0, 2500.0)
_COMPRESSION = (100.0, 1000.0, 1000.0)
"""How far soft sounds are lifted in each group; less in the low one, where a kick shall outdo the foot of a hat."""


class OnsetMeter:
    """Turns blocks of mono samples into onset strength. push() -> float32 (3, t): low, mid, high band."""

    def __init__(self) -> None:
        self._framer = Framer(ONSET_FFT, ONSET_HOP)
        self._window = np.hanning(ONSET_FFT + 1)[:-1].astype(np.float32) / np.float32(ONSET_FFT / 2)
        bins = np.unique(np.maximum(2, np.round(_EDGES_HZ * ONSET_FFT / ANALYSIS_RATE).astype(int)))
        self._edges = bins[bins <= ONSET_FFT // 2]
        centres_hz = self._edges[:-1] * ANALYSIS_RATE / ONSET_FFT
        self._group = np.searchsorted(_GROUPS_HZ, centres_hz, side="right")
        self._compression = np.array(_COMPRESSION, np.float32)[self._group]
        self._before = np.zeros((_LAG, self._edges.size - 1), np.float32)

    def push(self, mono: NDArray[np.float32], *, last: bool = False) -> NDArray[np.float32]:
        frames = self._framer.push(mono, last=last)
        if len(frames) == 0:
            return np.zeros((3, 0), np.float32)
        power = np.square(np.abs(scipy.fft.rfft(frames * self._window, axis=1)))
        widths = np.diff(self._edges)
        bands = np.add.reduceat(power[:, : self._edges[-1]], self._edges[:-1], axis=1) / widths
        level = np.log1p(self._compression * np.sqrt(bands))
        joined = np.concatenate([self._before, level])
        self._before = joined[-_LAG:]
        reference = scipy.ndimage.maximum_filter1d(joined[:-_LAG], 3, axis=1)
        rise = np.maximum(joined[_LAG:] - reference, 0.0)
        return np.stack([rise[:, self._group == g].mean(axis=1) for g in range(3)]).astype(np.float32)
