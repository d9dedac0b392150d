"""How far each tile may be bent: more where the voice is weak beside its strong partials, which mask it.

In every frame the change has an allowance, `CHANGE_DB` under the sound; overlapping frames then smooth
it to some 2 dB less. Bands share it equally whatever their level, for a weak band is bent further by
the same change, but none is bent by more than `MOST_DB`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

CHANGE_DB = 21.3
MOST_DB = 4.0
_SMOOTH_FRAMES = 5
HALO_FRAMES = _SMOOTH_FRAMES // 2
_ROUNDS = 14


def depths(bands: NDArray[np.floating], total: NDArray[np.floating]) -> NDArray[np.float64]:
    """Relative change of amplitude for each tile: (frames, bands), 0 to 10^(MOST_DB / 20) - 1.

    bands: power (frames, bands); total: power of the whole frame, (frames, 1). Frames are smoothed
    over their neighbours, so the first and last `HALO_FRAMES` depend on where the array ends.
    """
    frame = uniform_filter1d(total.astype(np.float64), _SMOOTH_FRAMES, axis=0) + 1e-30
    share = np.maximum(uniform_filter1d(bands.astype(np.float64), _SMOOTH_FRAMES, axis=0) / frame, 1e-12)
    most = 10.0 ** (MOST_DB / 20.0) - 1.0
    budget = 10.0 ** (-CHANGE_DB / 10.0)
    each = 1.0 / np.sqrt(share)
    low, high = np.zeros_like(frame), np.full_like(frame, most)
    for _ in range(_ROUNDS):
        middle = 0.5 * (low + high)
        fits = np.sum(np.minimum(most, middle * each) ** 2 * share, axis=1, keepdims=True) < budget
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    bent: NDArray[np.float64] = np.minimum(most, low * each)
    return bent
