"""Where notes begin and where they sound: a small convolutional network, run with numpy alone.

`recipes/hum` trains it; its weights are in `pretrained/hum`. A stack of dilated convolutions over
frames of `vocalkit.melody.hum_features`, 0.6 s of which every output sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]

DILATIONS = (1, 2, 4, 8)
TAPS = 5


@dataclass(frozen=True, slots=True, eq=False)
class NoteEvidence:
    """Probabilities of every 10 ms frame, float32 (t,).

    onset: that a note begins here, spread over a few frames; sounding: that a note's vowel sounds.
    """

    onset: Frames
    sounding: Frames


def note_evidence(features: Frames, weights: Mapping[str, Frames]) -> NoteEvidence:
    """features: float32 (t, SIZE). weights: ``conv<i>`` (out, in, TAPS) in order, and ``out``."""
    hidden = features
    for layer, dilation in enumerate(DILATIONS):
        made = _convolved(hidden, weights[f"conv{layer}.weight"], weights[f"conv{layer}.bias"], dilation)
        np.maximum(made, 0.0, out=made)
        hidden = made + hidden if layer else made
    logits = hidden @ weights["out.weight"].T + weights["out.bias"]
    onset, sounding = (1.0 / (1.0 + np.exp(-logits.astype(np.float64)))).T.astype(np.float32)
    return NoteEvidence(onset, sounding)


def _convolved(frames: Frames, weight: Frames, bias: Frames, dilation: int) -> Frames:
    """A convolution over time, centred, zeros beyond the ends: float32 (t, out)."""
    reach = dilation * (TAPS // 2)
    padded = np.pad(frames, ((reach, reach), (0, 0)))
    out = np.tile(bias, (len(frames), 1))
    for tap in range(TAPS):
        out += padded[tap * dilation : tap * dilation + len(frames)] @ weight[:, :, tap].T
    return np.asarray(out, np.float32)
