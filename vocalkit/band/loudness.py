"""Integrated loudness (ITU-R BS.1770-4), block by block, and the bus that holds the peaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from vocalkit.band.signal import Signal, high_shelf, resonant_highpass

_STEP_S = 0.1
_OFFSET_DB = -0.691


def integrated_lufs(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Gated loudness of (channels, n) in LUFS; -inf where everything is below the gate."""
    powers = _step_powers(samples, sample_rate)
    if powers.size < 4:
        return float("-inf")
    blocks = np.mean([powers[i : powers.size - 3 + i] for i in range(4)], axis=0)
    loud = blocks[_lufs(blocks) > -70.0]
    if not loud.size:
        return float("-inf")
    relative = _lufs(np.mean(loud)) - 10.0
    return float(_lufs(np.mean(loud[_lufs(loud) > relative])))


def _lufs(power: Signal | np.floating) -> Signal:
    return np.asarray(_OFFSET_DB + 10.0 * np.log10(np.maximum(power, 1e-20)))


def _step_powers(samples: NDArray[np.float32], sample_rate: int) -> Signal:
    """K-weighted power of each 0.1 s, summed over the channels."""
    weighting = np.concatenate([high_shelf(1500.0, 4.0, sample_rate), resonant_highpass(38.0, sample_rate, q=0.5)])
    step = int(_STEP_S * sample_rate)
    chunk = 100 * step
    state = np.zeros((weighting.shape[0], samples.shape[0], 2))
    powers = []
    for start in range(0, samples.shape[1] - step + 1, chunk):
        piece, state = sosfilt(weighting, samples[:, start : start + chunk], axis=1, zi=state)
        whole = piece[:, : piece.shape[1] // step * step]
        powers.append(np.sum(np.mean(whole.reshape(whole.shape[0], -1, step) ** 2, axis=2), axis=0))
    return np.concatenate(powers) if powers else np.zeros(0)


def saturate(samples: NDArray[np.float32], *, gain: float, knee: float, ceiling: float) -> None:
    """Scale in place, straight up to `knee`, bent smoothly towards `ceiling` above; no memory, so no pumping."""
    room = ceiling - knee
    chunk = 1 << 18
    for start in range(0, samples.shape[1], chunk):
        piece = samples[:, start : start + chunk]
        piece *= np.float32(gain)
        over = np.abs(piece) > knee
        high = piece[over]
        piece[over] = np.sign(high) * (knee + room * np.tanh((np.abs(high) - knee) / room))
