"""Gain that changes over time, held as one value a hop (about 0.7 ms).

A curve has one value at each edge between hops: ``hops + 1`` of them. Between edges the gain runs
straight. So a whole track's gain stays small, and sound is touched in blocks, in place.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Curve = NDArray[np.float64]

_BLOCK_HOPS = 2048


def hop_frames(sample_rate: int) -> int:
    """Samples in a hop: 32 at 44.1 kHz."""
    return max(1, round(sample_rate * 32 / 44100))


def hop_count(frames: int, hop: int) -> int:
    return -(-frames // hop)


def block_slices(frames: int, hop: int) -> Iterator[slice]:
    """Spans of samples that start on a hop and cover `frames` in order."""
    for start in range(0, frames, hop * _BLOCK_HOPS):
        yield slice(start, min(start + hop * _BLOCK_HOPS, frames))


def gain_of(curve: Curve, block: slice, hop: int) -> Samples:
    """The gain at each sample of a block that starts on a hop: float32 (n,)."""
    first, frames = block.start // hop, block.stop - block.start
    edges = curve[first : first + hop_count(frames, hop) + 1]
    ramp = np.arange(hop) / hop
    gain = edges[:-1, None] + np.diff(edges)[:, None] * ramp
    return gain.reshape(-1)[:frames].astype(np.float32)


def smooth(curve: Curve, width_hops: int) -> Curve:
    """Smoothed over about `width_hops` on either side, without delay: two running means."""
    from scipy.ndimage import uniform_filter1d

    size = max(1, 2 * (width_hops // 2) + 1)
    once = uniform_filter1d(np.asarray(curve, dtype=np.float64), size, mode="nearest")
    return np.asarray(uniform_filter1d(once, size, mode="nearest"))


def at_edges(per_hop: Curve) -> Curve:
    """Values of hops carried to their edges: (hops,) → (hops + 1,)."""
    padded = np.concatenate((per_hop[:1], per_hop, per_hop[-1:]))
    return 0.5 * (padded[:-1] + padded[1:])
