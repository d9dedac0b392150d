"""Which pitches sound: spectral peaks on a fine pitch axis, so that tuning can be found and undone later."""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.stream import ANALYSIS_RATE, Framer
from vocalkit.units import hz_to_midi

PITCH_FFT = 8192
PITCH_HOP = 2048
PITCH_RATE_HZ = ANALYSIS_RATE / PITCH_HOP

LOW_MIDI = 24
SEMITONES = 84
STEPS = 5
"""Bins a semitone: 20 cents each."""
FINE_BINS = SEMITONES * STEPS

_FLOOR = 1e-4


class PitchMeter:
    """Turns blocks of mono samples into peak strength on a pitch axis. push() -> float32 (t, FINE_BINS).

    Bin ``b`` is MIDI pitch ``LOW_MIDI - 0.5 + (b + 0.5) / STEPS`` at A = 440 Hz.
    """

    def __init__(self) -> None:
        self._framer = Framer(PITCH_FFT, PITCH_HOP)
        self._window = np.hanning(PITCH_FFT + 1)[:-1].astype(np.float32) / np.float32(PITCH_FFT / 4)

    def push(self, mono: NDArray[np.float32], *, last: bool = False) -> NDArray[np.float32]:
        frames = self._framer.push(mono, last=last)
        if len(frames) == 0:
            return np.zeros((0, FINE_BINS), np.float32)
        top = int(4300.0 * PITCH_FFT / ANALYSIS_RATE)
        magnitude = np.abs(scipy.fft.rfft(frames * self._window, axis=1)[:, :top])
        return _peaks_on_pitch_axis(magnitude)


def _peaks_on_pitch_axis(magnitude: NDArray[np.float32]) -> NDArray[np.float32]:
    """Peaks that stand out of their surroundings; each goes to its two nearest bins."""
    around = scipy.ndimage.uniform_filter1d(magnitude, 61, axis=1)
    inner = magnitude[:, 1:-1]
    peak = (
        (inner > magnitude[:, :-2]) & (inner >= magnitude[:, 2:]) & (inner > 1.5 * around[:, 1:-1]) & (inner > _FLOOR)
    )
    peak[:, : int(30.0 * PITCH_FFT / ANALYSIS_RATE)] = False
    row, column = np.nonzero(peak)
    column += 1
    left, mid, right = (np.log(np.maximum(magnitude[row, column + d], 1e-9)).astype(np.float64) for d in (-1, 0, 1))
    shift = 0.5 * (left - right) / np.minimum(left - 2.0 * mid + right, -1e-9)
    midi = hz_to_midi((column + np.clip(shift, -0.5, 0.5)) * ANALYSIS_RATE / PITCH_FFT)
    position = (midi - LOW_MIDI + 0.5) * STEPS - 0.5
    # Partial whitening: a peak counts by its height over its surroundings as well as by its level.
    strength = np.sqrt(magnitude[row, column].astype(np.float64) * np.maximum(magnitude - around, 0.0)[row, column])
    strength = np.sqrt(strength)
    low = np.floor(position).astype(int)
    part = position - low
    out = np.zeros(len(magnitude) * FINE_BINS)
    for bins, weight in ((low, 1.0 - part), (low + 1, part)):
        ok = (bins >= 0) & (bins < FINE_BINS)
        out += np.bincount(row[ok] * FINE_BINS + bins[ok], (strength * weight)[ok], minlength=out.size)
    return out.reshape(len(magnitude), FINE_BINS).astype(np.float32)
