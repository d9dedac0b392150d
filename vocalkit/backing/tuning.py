"""How far the recording sits from A = 440 Hz: the circular mean of where spectral peaks fall between semitones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.pitches import SEMITONES, STEPS


def tuning_cents(pitches: NDArray[np.float32]) -> float:
    """Offset in cents, −50 to 50. pitches: float32 (t, FINE_BINS) as in `Features`; 0 where nothing is pitched."""
    strength = pitches.astype(np.float64).sum(axis=0).reshape(SEMITONES, STEPS).sum(axis=0)
    offsets = (np.arange(STEPS) + 0.5) / STEPS - 0.5
    mean = np.sum(strength * np.exp(2j * np.pi * offsets))
    if np.abs(mean) < 0.05 * strength.sum() or strength.sum() <= 0:
        return 0.0
    return float(100.0 * np.angle(mean) / (2 * np.pi))


def to_semitones(pitches: NDArray[np.float32], cents: float) -> NDArray[np.float64]:
    """Fold the fine pitch axis onto tuned semitones: float64 (t, SEMITONES). Peaks near the middle count most."""
    fine = np.arange(SEMITONES * STEPS)
    position = (fine + 0.5) / STEPS - 0.5 - cents / 100.0
    nearest = np.clip(np.round(position), 0, SEMITONES - 1).astype(int)
    weight = np.exp(-0.5 * np.square((position - nearest) / 0.25))
    fold = np.zeros((fine.size, SEMITONES))
    fold[fine, nearest] = weight
    return np.asarray(pitches.astype(np.float64) @ fold)
