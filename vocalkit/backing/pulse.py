"""Where beats and bars are likely: a small convolutional network on onset strength and changes of harmony.

A temporal convolutional network as Davies and Böck use for beats (EUSIPCO 2019), trained by recipes/backing on rendered
scores alone. Its third output, two or three in a beat, only helps the training: `subdivision` tells that better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.network import PULSE_BLOCKS, run, sigmoid, weights
from vocalkit.backing.onsets import BANDS, ONSET_RATE_HZ
from vocalkit.backing.pitches import LOW_MIDI, PITCH_RATE_HZ

FRAME_POOL = 2
PULSE_RATE_HZ = ONSET_RATE_HZ / FRAME_POOL
"""Frames a second of everything here."""

_CHANGE_WIDTHS_S = (0.25, 0.6, 1.2)
_BASS_TOP_MIDI = 50
INPUTS = BANDS + 2 * len(_CHANGE_WIDTHS_S)


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """How likely each frame at `PULSE_RATE_HZ` is a beat, and the first of a bar: float64 (t,), 0 to 1."""

    beat: NDArray[np.float64]
    downbeat: NDArray[np.float64]


def hear_pulse(bands: NDArray[np.float16], semitones: NDArray[np.float64]) -> Pulse:
    """Run the network. bands: as in `Features`; semitones: (u, SEMITONES) at `PITCH_RATE_HZ`."""
    out = run(weights("pulse"), pulse_inputs(bands, semitones), blocks=PULSE_BLOCKS)
    beat, downbeat = sigmoid(out[:, 0]), sigmoid(out[:, 1])
    return Pulse(beat, np.minimum(downbeat, beat))


def pulse_inputs(bands: NDArray[np.float16], semitones: NDArray[np.float64]) -> NDArray[np.float32]:
    """What the network is shown: float32 (t, INPUTS) at `PULSE_RATE_HZ`, the same however loud or compressed."""
    frames = bands.shape[1] // FRAME_POOL
    pooled = bands[:, : frames * FRAME_POOL].astype(np.float32).reshape(BANDS, frames, FRAME_POOL).max(axis=2)
    rms = np.sqrt(np.mean(np.square(pooled), axis=1, keepdims=True)) if frames else np.ones((BANDS, 1))
    pooled = pooled / (rms + 0.3 * float(np.sqrt(np.mean(np.square(rms)))) + 1e-6)
    at = np.arange(frames) / PULSE_RATE_HZ * PITCH_RATE_HZ
    root = np.sqrt(semitones)
    low = root[:, : _BASS_TOP_MIDI - LOW_MIDI]
    rows = [
        np.interp(at, np.arange(len(part)), harmony_change(part, width=max(1, round(width_s * PITCH_RATE_HZ))))
        for part in (root, low)
        for width_s in _CHANGE_WIDTHS_S
    ]
    return np.ascontiguousarray(np.concatenate([np.log1p(pooled), 3.0 * np.array(rows)]).T, np.float32)


def harmony_change(spectra: NDArray[np.float64], *, width: int) -> NDArray[np.float64]:
    """1 less the cosine between the `width` frames after and before each frame: float64 (n,), 0 to 1."""
    if len(spectra) == 0:
        return np.zeros(0)
    total = np.concatenate([np.zeros((1, spectra.shape[1])), np.cumsum(spectra, axis=0)])
    index = np.arange(len(spectra))
    before = total[index] - total[np.maximum(index - width, 0)]
    after = total[np.minimum(index + width, len(spectra))] - total[index]
    norm = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    likeness = np.sum(before * after, axis=1) / np.maximum(norm, 1e-9)
    return np.asarray(np.where(norm > 1e-9, 1.0 - likeness, 0.0))


def strength_near(curve: NDArray[np.float64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The highest value within 40 ms of each time. curve: (t,) at `PULSE_RATE_HZ`."""
    wide = scipy.ndimage.maximum_filter1d(curve, 5)
    frames = np.clip(np.round(times_s * PULSE_RATE_HZ).astype(int), 0, curve.size - 1)
    return np.asarray(wide[frames])
