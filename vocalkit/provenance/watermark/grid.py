"""The grid of tiles that both sides agree on: fixed in seconds and hertz, whatever the sample rate.

A tile is a band for the length of a chip. One period holds `CHIPS` chips of `BANDS` bands and is
repeated from the first sample on, so any stretch of some seconds holds all of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CHIP_S = 0.07
CHIPS = 64
PERIOD_S = CHIPS * CHIP_S

LOW_HZ = 300.0
BAND_HZ = 130.0
BANDS = 52

WINDOW_S = 0.0464
"""Of the short-time spectra, on both sides."""


def band_edges_hz(scale: float = 1.0) -> NDArray[np.float64]:
    """Edges of the bands in sound whose frequencies were multiplied by `scale`: (BANDS + 1,)."""
    return scale * (LOW_HZ + BAND_HZ * np.arange(BANDS + 1, dtype=np.float64))
