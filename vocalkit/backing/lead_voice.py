"""Does someone already sing? A logistic judgement on how partials glide.

A voice never holds a pitch still: its partials rise and fall together, while those of keys, drums and plucked
strings stand, and those of a section of bowed strings move each their own way. The four weights were fitted
on nine instrumentals and twelve rendered backings, bare and with sung or spoken takes mixed in at −3, 0 and 3 dB
(PJS, Kathleen). A solo trumpet or violin glides like a voice and will be taken for one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.voice_cues import CUE_RATE_HZ

SUNG = 0.5
"""From here on a track probably has a singer already."""

_WINDOW_S = 3.0
_LEAST_STRENGTH = 0.1
_MEAN = (0.0924, 0.8518, 0.1232, 0.9127)
_DEVIATION = (0.0445, 0.089, 0.0555, 0.0833)
_WEIGHTS = (1.595, 0.787, 1.67, 0.938)
_OFFSET = 2.123


_LONG_WINDOW_S = 6.0
SURE = 0.8
"""A stretch is called sung only where it is rather sure: single windows know less than a whole track."""


@dataclass(frozen=True, slots=True)
class Window:
    """How likely someone sings, 0 to 1, from start_s to end_s."""

    start_s: float
    end_s: float
    sung: float


def windows(cues: NDArray[np.float32]) -> tuple[Window, ...]:
    """The same judgement stretch by stretch, six seconds each."""
    size = max(1, round(_LONG_WINDOW_S * CUE_RATE_HZ))
    return tuple(
        Window(start / CUE_RATE_HZ, min(start + size, len(cues)) / CUE_RATE_HZ, lead_voice(cues[start : start + size]))
        for start in range(0, len(cues), size)
    )


def sung_spans(found: tuple[Window, ...]) -> tuple[tuple[float, float], ...]:
    """Stretches where someone seems to lead, joined where they touch."""
    spans: list[tuple[float, float]] = []
    for window in found:
        if window.sung < SURE:
            continue
        if spans and window.start_s - spans[-1][1] < 0.1:
            spans[-1] = (spans[-1][0], window.end_s)
        else:
            spans.append((window.start_s, window.end_s))
    return tuple(spans)


def lead_voice(cues: NDArray[np.float32]) -> float:
    """How likely a lead voice is, 0 to 1. cues: float32 (t, CUES) at `CUE_RATE_HZ`, as in `voice_cues`."""
    description = describe(cues)
    if description is None:
        return 0.0
    z = (description - np.array(_MEAN)) / np.array(_DEVIATION)
    return float(1.0 / (1.0 + np.exp(-(z @ np.array(_WEIGHTS) + _OFFSET))))


def describe(cues: NDArray[np.float32]) -> NDArray[np.float64] | None:
    """Mean and 85th percentile over windows of the gliding share and of how much gliding partials agree: (4,).

    None where nothing is pitched.
    """
    size = max(1, round(_WINDOW_S * CUE_RATE_HZ))
    total = np.concatenate([np.zeros((1, cues.shape[1])), np.cumsum(_absolute(cues), axis=0)])
    starts = np.arange(0, max(1, len(cues) - size + 1), max(1, size // 2))
    sums = total[np.minimum(starts + size, len(cues))] - total[starts]
    tracked = sums[:, 0]
    if tracked.max(initial=0.0) <= 0.0:
        return None
    sums = sums[tracked >= _LEAST_STRENGTH * np.median(tracked[tracked > 0])]
    share = sums[:, 1] / (sums[:, 0] + 1e-6)
    agree = sums[:, 2] / (sums[:, 1] + 1e-6)
    return np.array([share.mean(), agree.mean(), np.percentile(share, 85), np.percentile(agree, 85)])


def _absolute(cues: NDArray[np.float32]) -> NDArray[np.float64]:
    values = cues.astype(np.float64)
    values[:, 2] = np.abs(values[:, 2])
    return values
