"""Do beats fall in three or in two? A logistic judgement on where, between beats, something begins.

In 6/8 both thirds of a pulse sound; in a shuffle only the second; in plain time the half. The weights were fitted by
recipes/backing/fit_subdivision.py on rendered takes whose scores are not among those held out.
"""

from __future__ import annotations

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.onsets import ONSET_RATE_HZ

PLACES = (1 / 3, 2 / 3, 1 / 2, 1 / 4, 3 / 4)
"""Where between two beats is looked, as parts of the beat."""

_FLOOR = 0.05
_MEAN = (-1.801, -1.612, -1.205, -1.851, -1.745)
_DEVIATION = (0.792, 0.977, 0.953, 0.76, 0.807)
_WEIGHTS = (0.932, 0.948, -0.743, -0.406, -0.403)
_OFFSET = -0.791


def log_odds_of_three(bands: NDArray[np.float16], beats_s: NDArray[np.float64]) -> float:
    """Log odds that beats fall in three. bands: as in `Features`; beats_s: felt beats, at least two."""
    z = (describe(bands, beats_s) - np.array(_MEAN)) / np.array(_DEVIATION)
    return float(z @ np.array(_WEIGHTS)) + _OFFSET


def describe(bands: NDArray[np.float16], beats_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of how strongly things begin at `PLACES` against on the beat: (5,)."""
    curve = scipy.ndimage.maximum_filter1d(bands.astype(np.float64).sum(axis=0), 5)

    def strength(part: float) -> float:
        frames = np.round((beats_s[:-1] + part * np.diff(beats_s)) * ONSET_RATE_HZ).astype(int)
        inside = frames[(frames >= 0) & (frames < curve.size)]
        return float(curve[inside].mean()) if inside.size else 0.0

    on_beat = strength(0.0) + 1e-6
    return np.log(np.array([strength(part) / on_beat for part in PLACES]) + _FLOOR)
