"""How strongly something begins, moment by moment: log-spectral flux in three bands.

Flux against the strongest of the neighbouring bands two frames ago (Böck and Widmer, SuperFlux,
DAFx 2013), so that vibrato and glides do not count as beginnings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.stream import ANALYSIS_RATE, Framer

ONSET_FFT = 1024
ONSET_HOP = 220
ONSET_RATE_HZ = ANALYSIS_RATE / ONSET_HOP

_LAG = 2
_BAND_WEIGHTS = (1.0, 1.0, 0.5)
_EDGES_HZ = 43.0 * 2.0 ** (np.arange(0, 48) / 6.0)
_GROUPS_HZ = (180.0, 2500.0)
_COMPRESSION = (100.0, 1000.0, 1000.0)
"""How far soft sounds are lifted in each group; less in the low one, where a kick shall outdo the foot of a hat."""

BANDS = 16
"""Bands that `Onsets.bands` has, low to high, about half an octave each."""


@dataclass(frozen=True, slots=True, eq=False)
class Onsets:
    """Onset strength at `ONSET_RATE_HZ`. flux: float32 (3, t) low, mid, high; bands: float16 (BANDS, t), finer."""

    flux: NDArray[np.float32]
    bands: NDArray[np.float16]


class OnsetMeter:
    """Turns blocks of mono samples into `Onsets`, block by block."""

    def __init__(self) -> None:
        self._framer = Framer(ONSET_FFT, ONSET_HOP)
        self._window = np.hanning(ONSET_FFT + 1)[:-1].astype(np.float32) / np.float32(ONSET_FFT / 2)
        bins = np.unique(np.maximum(2, np.round(_EDGES_HZ * ONSET_FFT / ANALYSIS_RATE).astype(int)))
        self._edges = bins[bins <= ONSET_FFT // 2]
        centres_hz = self._edges[:-1] * ANALYSIS_RATE / ONSET_FFT
        self._group = np.searchsorted(_GROUPS_HZ, centres_hz, side="right")
        self._compression = np.array(_COMPRESSION, np.float32)[self._group]
        self._fine = np.linspace(0, self._edges.size - 1, BANDS + 1).astype(int)[:-1]
        self._before = np.zeros((_LAG, self._edges.size - 1), np.float32)

    def push(self, mono: NDArray[np.float32], *, last: bool = False) -> Onsets:
        frames = self._framer.push(mono, last=last)
        if len(frames) == 0:
            return Onsets(np.zeros((3, 0), np.float32), np.zeros((BANDS, 0), np.float16))
        power = np.square(np.abs(scipy.fft.rfft(frames * self._window, axis=1)))
        widths = np.diff(self._edges)
        bands = np.add.reduceat(power[:, : self._edges[-1]], self._edges[:-1], axis=1) / widths
        level = np.log1p(self._compression * np.sqrt(bands))
        joined = np.concatenate([self._before, level])
        self._before = joined[-_LAG:]
        reference = scipy.ndimage.maximum_filter1d(joined[:-_LAG], 3, axis=1)
        rise = np.maximum(joined[_LAG:] - reference, 0.0)
        flux = np.stack([rise[:, self._group == g].mean(axis=1) for g in range(3)])
        widths = np.diff(np.append(self._fine, rise.shape[1]))
        bands = (np.add.reduceat(rise, self._fine, axis=1) / widths).T
        return Onsets(flux.astype(np.float32), bands.astype(np.float16))


def onset_envelope(onsets: NDArray[np.float32]) -> NDArray[np.float64]:
    """One curve from the bands of `Features.onsets`, low first: float64 (t,), about unit deviation, zero at rest.

    Soft passages count nearly as much as loud ones: each moment is measured against the seconds around it.
    """
    envelope = np.zeros(onsets.shape[1])
    for flux, weight in zip(onsets.astype(np.float64), _BAND_WEIGHTS, strict=False):
        scale = np.sqrt(np.mean(np.square(flux)))
        if scale > 0:
            envelope += weight * flux / scale
    envelope = scipy.ndimage.gaussian_filter1d(envelope, 1.0)
    second = round(ONSET_RATE_HZ)
    envelope = np.maximum(envelope - scipy.ndimage.uniform_filter1d(envelope, second, mode="nearest"), 0.0)
    local = np.sqrt(scipy.ndimage.uniform_filter1d(np.square(envelope), 8 * second, mode="nearest"))
    floor = 0.3 * np.sqrt(np.mean(np.square(envelope)))
    return np.asarray(envelope / np.maximum(np.maximum(local, floor), 1e-9))
