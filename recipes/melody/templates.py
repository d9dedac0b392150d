"""How well every chord fits pitch classes that are known exactly, as those of a written accompaniment are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.chords import chord_names
from vocalkit.types import CHORD_INTERVALS, Key

_BIAS = {"maj": 0.03, "min": 0.03, "7": -0.02, "maj7": -0.02, "min7": -0.02, "sus4": -0.06, "dim": -0.06}
"""What a quality must gain by fitting better before it is believed; triads are the rule."""
_NOTE_WEIGHTS = (1.0, 1.0, 0.9, 0.75)
_BASS_WEIGHT, _FIFTH_IN_BASS = 0.35, 0.4
_NO_CHORD_FIT = 0.45
_FOREIGN_COST, _TONIC_GAIN = 0.06, 0.02
_SHARPNESS = 6.0
"""From likeness to log odds, on the scale of the costs that `vocalkit.backing.chords` puts on changing."""


def chord_odds(treble: NDArray[np.float64], bass: NDArray[np.float64], key: Key) -> NDArray[np.float64]:
    """Log odds (beats, states of `chord_names`) of pitch classes (beats, 12), rows of length 1 or 0."""
    scale = set(key.scale) | ({(key.tonic + 11) % 12} if key.mode == "minor" else set())
    odds = np.full((len(treble), len(chord_names())), _NO_CHORD_FIT)
    for state, (root, quality) in enumerate(chord_names()):
        if root is None:
            continue
        notes = [(root + step) % 12 for step in CHORD_INTERVALS[quality]]
        template = np.zeros(12)
        template[notes] = _NOTE_WEIGHTS[: len(notes)]
        low = bass[:, root] + _FIFTH_IN_BASS * bass[:, (root + 7) % 12]
        prior = _TONIC_GAIN * (root == key.tonic) - _FOREIGN_COST * len(set(notes) - scale)
        odds[:, state] = treble @ (template / np.linalg.norm(template)) + _BASS_WEIGHT * low + _BIAS[quality] + prior
    return _SHARPNESS * odds
