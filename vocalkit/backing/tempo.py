"""Tempo over time: autocorrelation of the onset envelope, read as a path that may drift but not leap.

The tempo of each moment is scored by a comb on the autocorrelation (whole beats and their divisions agree),
under a log-normal prior on what people tap to (Parncutt 1994; Ellis 2007), and decoded by Viterbi.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.onsets import ONSET_RATE_HZ

SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
ASSUMED_BPM = 100.0
"""Tempo of the grid where no beat is heard."""

_PREFERRED_BPM = 108.0
_USUAL_BPM = (70.0, 150.0)
_PRIOR_OCTAVES = 0.4
_STEPS_PER_OCTAVE = 96
_WINDOW_S, _HOP_S = 10.0, 1.0
_BAND_WEIGHTS = (1.0, 1.0, 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class TempoCurve:
    """Tempo over time. times_s, bpm: float64 (w,); clarity: 0 to 1, how periodic the track is there."""

    times_s: NDArray[np.float64]
    bpm: NDArray[np.float64]
    clarity: NDArray[np.float64]

    def twice(self) -> TempoCurve:
        """The same track counted twice as fast."""
        return TempoCurve(self.times_s, 2.0 * self.bpm, self.clarity)

    def period_frames(self, frames: int) -> NDArray[np.float64]:
        """Beat length in onset frames, at every onset frame: float64 (frames,)."""
        at = np.interp(np.arange(frames) / ONSET_RATE_HZ, self.times_s, np.log2(self.bpm))
        return ONSET_RATE_HZ * 60.0 / np.exp2(at)


def onset_envelope(onsets: NDArray[np.float32], *, band: int | None = None) -> NDArray[np.float64]:
    """One curve from all bands of `Features.onsets`, or from one: float64 (t,), about unit deviation, zero at rest.

    Soft passages count nearly as much as loud ones: each moment is measured against the seconds around it.
    """
    envelope = np.zeros(onsets.shape[1])
    weights = _BAND_WEIGHTS if band is None else np.eye(3)[band]
    for flux, weight in zip(onsets.astype(np.float64), weights, strict=True):
        scale = np.sqrt(np.mean(np.square(flux)))
        if scale > 0:
            envelope += weight * flux / scale
    envelope = scipy.ndimage.gaussian_filter1d(envelope, 1.0)
    second = round(ONSET_RATE_HZ)
    envelope = np.maximum(envelope - scipy.ndimage.uniform_filter1d(envelope, second, mode="nearest"), 0.0)
    local = np.sqrt(scipy.ndimage.uniform_filter1d(np.square(envelope), 8 * second, mode="nearest"))
    floor = 0.3 * np.sqrt(np.mean(np.square(envelope)))
    return np.asarray(envelope / np.maximum(np.maximum(local, floor), 1e-9))


def follow_tempo(envelope: NDArray[np.float64], *, tempo_bpm: float | None = None) -> TempoCurve:
    """Decode the tempo path. A given `tempo_bpm` holds it to that level, give or take 4 % of drift."""
    grid_bpm = _grid(tempo_bpm)
    times_s, correlation = _autocorrelations(envelope)
    comb = _comb(correlation, grid_bpm)
    if tempo_bpm is None:
        prior = _prior(grid_bpm)
        # What the whole track agrees on steadies the windows that are unsure.
        emission = 6.0 * comb + 6.0 * comb.mean(axis=0) + prior
    else:
        emission = 6.0 * comb - 0.5 * (np.log2(grid_bpm / tempo_bpm) / 0.02) ** 2
    path = _viterbi(emission)
    clarity = np.clip(comb[np.arange(len(comb)), path], 0.0, 1.0)
    return TempoCurve(times_s, grid_bpm[path], clarity)


def _prior(grid_bpm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-normal, and falling fast outside the usual range, where only strong evidence shall lead."""
    low, high = np.log2(_USUAL_BPM[0] / grid_bpm), np.log2(grid_bpm / _USUAL_BPM[1])
    outside = np.maximum(np.maximum(low, high), 0.0)
    return np.asarray(-0.5 * (np.log2(grid_bpm / _PREFERRED_BPM) / _PRIOR_OCTAVES) ** 2 - 20.0 * outside)


def _grid(tempo_bpm: float | None) -> NDArray[np.float64]:
    if tempo_bpm is None:
        octaves = np.log2(FASTEST_BPM / SLOWEST_BPM)
        return np.asarray(SLOWEST_BPM * np.exp2(np.arange(0.0, octaves, 1.0 / _STEPS_PER_OCTAVE)))
    return np.asarray(tempo_bpm * np.exp2(np.linspace(-0.06, 0.06, 49)))


def _autocorrelations(envelope: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Window centres in seconds and normalized autocorrelation (windows, lags)."""
    size, hop = round(_WINDOW_S * ONSET_RATE_HZ), round(_HOP_S * ONSET_RATE_HZ)
    size = min(size, max(envelope.size, 4))
    smooth = scipy.ndimage.gaussian_filter1d(envelope, 1.5)
    padded = np.pad(smooth, (size // 2, size))
    starts = np.arange(0, max(envelope.size, 1), hop)
    rows = []
    for start in starts:
        piece = padded[start : start + size]
        piece = piece - piece.mean()
        spectrum = scipy.fft.rfft(piece, 2 * size)
        full = scipy.fft.irfft(np.square(np.abs(spectrum)))[:size]
        full = full / (full[0] + 1e-9)
        rows.append(full * size / np.maximum(size - np.arange(size), size // 4))
    return starts / ONSET_RATE_HZ, np.asarray(rows)


def _comb(correlation: NDArray[np.float64], grid_bpm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Agreement at whole beats, and at the half or third beats that divide them: (windows, tempos).

    Two and four beats count more than three, and a divided beat more than a bare one: that is what tells a
    beat from three pulses taken together.
    """
    period = ONSET_RATE_HZ * 60.0 / grid_bpm
    lags = np.arange(correlation.shape[1])

    def at(beats: float) -> NDArray[np.float64]:
        rows = [np.interp(beats * period, lags, row, right=0.0) for row in correlation]
        return np.asarray(rows)

    whole = (at(1) + at(2) + 0.5 * at(3) + at(4)) / 3.5
    halves = 0.5 * (at(0.5) + at(1.5))
    thirds = 0.25 * (at(1 / 3) + at(2 / 3) + at(4 / 3) + at(5 / 3))
    return np.asarray(whole + 0.3 * np.maximum(halves, 0.7 * thirds))


def _viterbi(emission: NDArray[np.float64]) -> NDArray[np.intp]:
    """Best path through (windows, tempos); a change costs by its size, up to the cost of a sudden new tempo."""
    steps = np.arange(emission.shape[1])
    cost = np.minimum(0.02 * (steps[:, None] - steps[None, :]) ** 2.0, 12.0)
    score, back = emission[0], np.zeros(emission.shape, np.intp)
    for index in range(1, len(emission)):
        total = score[None, :] - cost
        back[index] = total.argmax(axis=1)
        score = total[steps, back[index]] + emission[index]
    path = np.zeros(len(emission), np.intp)
    path[-1] = int(score.argmax())
    for index in range(len(emission) - 1, 0, -1):
        path[index - 1] = back[index, path[index]]
    return path
