"""From semitone spectra to notes: overtones explained away beat by beat, then folded to pitch classes.

Approximate transcription by non-negative least squares with decaying harmonic combs
(Mauch and Dixon, ISMIR 2010), solved by multiplicative updates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.pitches import LOW_MIDI, PITCH_RATE_HZ, SEMITONES

_PARTIALS = 12
_DECAY = 0.75
_UPDATES = 80
_BASS_MIDI = (28, 52)
_TREBLE_MIDI = (46, 92)


def per_span(semitones: NDArray[np.float64], edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean spectrum between consecutive edges: (t, SEMITONES) at `PITCH_RATE_HZ` → (len(edges_s) - 1, SEMITONES).

    A span shorter than a frame takes the frame at its middle.
    """
    total = np.concatenate([np.zeros((1, semitones.shape[1])), np.cumsum(semitones, axis=0)])
    # Frame i stands for the time from i − 1/2 to i + 1/2; spans weigh the frames they cut by how much they cover.
    position = np.clip(edges_s * PITCH_RATE_HZ + 0.5, 0.0, len(semitones))
    low = np.minimum(position.astype(int), len(semitones) - 1)
    part = (position - low)[:, None]
    integral = total[low] + part * semitones[low]
    length = np.maximum(np.diff(position), 1e-3)[:, None]
    return np.asarray(np.maximum(np.diff(integral, axis=0) / length, 0.0))


def note_strengths(spectra: NDArray[np.float64]) -> NDArray[np.float64]:
    """How strongly each semitone is played, overtones taken out: (n, SEMITONES) → (n, SEMITONES)."""
    comb = np.zeros((SEMITONES, SEMITONES))
    for note in range(SEMITONES):
        for partial in range(1, _PARTIALS + 1):
            bin_ = note + round(12.0 * np.log2(partial))
            if bin_ < SEMITONES:
                comb[note, bin_] += _DECAY ** (partial - 1)
    gram = comb @ comb.T
    target = spectra @ comb.T
    notes = np.full(spectra.shape, 1e-3) + 0.1 * target / comb.sum()
    for _ in range(_UPDATES):
        notes *= target / (notes @ gram + 1e-9)
    return np.asarray(notes)


def fold(notes: NDArray[np.float64], *, bass: bool = False) -> NDArray[np.float64]:
    """Pitch classes of the bass or of the rest: (n, SEMITONES) → (n, 12), each row of unit length or zero."""
    low, high = _BASS_MIDI if bass else _TREBLE_MIDI
    midi = LOW_MIDI + np.arange(SEMITONES)
    ramp = np.clip(np.minimum(midi - low + 6, high + 6 - midi) / 6.0, 0.0, 1.0)
    if bass:
        # The lowest voice decides, so what lies under counts more than what lies over it.
        ramp = ramp * np.exp2(-np.maximum(midi - low, 0) / 12.0)
    weighted = notes * ramp
    chroma = np.stack([weighted[:, (midi % 12) == pc].sum(axis=1) for pc in range(12)], axis=1)
    norm = np.linalg.norm(chroma, axis=1, keepdims=True)
    return np.where(norm > 1e-6, chroma / np.maximum(norm, 1e-6), 0.0)
