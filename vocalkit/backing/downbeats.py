"""Metre and the first downbeat: where chords change, the bass enters and accents fall."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.chroma import change

TRIPLE_MARGIN = 0.12
"""How much better three must fit than four before a track is taken for a waltz."""


def beat_accents(
    treble: NDArray[np.float64], bass: NDArray[np.float64], low: NDArray[np.float64], full: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much each beat sounds like a one, float64 (n,), zero mean.

    treble, bass: pitch classes of the span each beat opens, (n, 12); low, full: onset strength on each beat, (n,).
    """
    harmony = change(treble, width=1) + change(treble, width=2) + change(bass, width=2)
    evidence = 2.0 * _standard(harmony) + 1.0 * _standard(low) + 0.5 * _standard(full)
    return np.asarray(evidence - evidence.mean()) if evidence.size else evidence


def find_metre(accents: NDArray[np.float64]) -> tuple[int, int]:
    """Beats a bar (4 unless 3 fits clearly better) and the index of the first downbeat."""
    if accents.size < 8:
        return 4, 0
    scale = float(np.std(accents)) + 1e-9
    four = [float(np.mean(accents[phase::4])) / scale for phase in range(4)]
    three = [float(np.mean(accents[phase::3])) / scale for phase in range(3)]
    agree = {period: _periodicity(accents, period) for period in (2, 3, 4)}
    triple = agree[3] > max(agree[4], agree[2], 0.0) + TRIPLE_MARGIN and max(three) > 0.3
    phases = three if triple else four
    return (3 if triple else 4), int(np.argmax(phases))


def _periodicity(values: NDArray[np.float64], lag: int) -> float:
    """Correlation of a sequence with itself `lag` steps on, and twice that."""
    power = float(np.mean(np.square(values))) + 1e-9
    return float(np.mean([np.mean(values[k:] * values[:-k]) / power for k in (lag, 2 * lag) if k < values.size]))


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    deviation = float(np.std(values))
    clipped = np.clip(values, None, values.mean() + 3.0 * deviation) if values.size else values
    return np.asarray((clipped - clipped.mean()) / (deviation + 1e-9)) if values.size else values
