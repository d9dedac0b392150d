"""Chords and keys beat by beat: one small network asked of every root in turn, so that all keys are heard alike.

The pitch classes around a beat are turned so that a root comes first; the network says how much that root sounds like
each chord quality, and like the tonic of a major or a minor key. Trained by recipes/backing on rendered scores alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.network import HARMONY_BLOCKS, log_softmax, run, weights

QUALITIES = ("maj", "min", "7", "maj7", "min7", "sus4", "dim")
"""Chord qualities that are told apart; the network's first outputs, in this order."""
OUTPUTS = len(QUALITIES) + 3
"""After the qualities: no chord (summed over roots), tonic of a major key, tonic of a minor key."""
INPUTS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Likely:
    """Log probabilities of every span. chords: float64 (n, 12 * qualities + 1), qualities outermost, no chord last;
    keys: float64 (n, 24), major keys from C, then minor.
    """

    chords: NDArray[np.float64]
    keys: NDArray[np.float64]


def hear_harmony(treble: NDArray[np.float64], bass: NDArray[np.float64]) -> Likely:
    """treble, bass: pitch classes of every span, (n, 12)."""
    out = run(weights("harmony"), turned(treble, bass), blocks=HARMONY_BLOCKS)
    return likely(out)


def turned(treble: NDArray[np.float64], bass: NDArray[np.float64]) -> NDArray[np.float32]:
    """Input of the network, once for each root: float32 (12, n, INPUTS), pitch classes counted from that root."""
    both = np.stack([treble, bass])
    return np.stack([np.concatenate(np.roll(both, -root, axis=2), axis=1) for root in range(12)]).astype(np.float32)


def likely(out: NDArray[np.float32]) -> Likely:
    """Output of the network, (12, n, OUTPUTS), as log probabilities."""
    count, n = len(QUALITIES), out.shape[1]
    chords = out[:, :, :count].transpose(1, 2, 0).reshape(n, 12 * count)
    none = out[:, :, count].mean(axis=0)[:, None]
    keys = out[:, :, count + 1 :].transpose(1, 2, 0).reshape(n, 24)
    return Likely(log_softmax(np.concatenate([chords, none], axis=1)), log_softmax(keys))
