"""White noise that is a function of the sample's number: bit for bit that of `vocalkit.nn.noise`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_PRIME = 2_147_483_647


def white_noise(index: NDArray[np.int64], *, seed: int) -> NDArray[np.float32]:
    """Uniform noise of variance 1, float32, for sample numbers int64 of any shape."""
    mixed = _remainder(index * 48_271 + ((seed % _PRIME) * 16_807 + 12_345))
    mixed = _remainder(mixed * mixed + index * 69_621)
    mixed = _remainder(mixed * mixed + 1_013_904_223)
    mixed = _remainder(mixed * mixed)
    noise = mixed.astype(np.float32)
    noise /= float(_PRIME)
    noise *= 2.0
    noise -= 1.0
    noise *= 3.0**0.5
    return noise


def _remainder(number: NDArray[np.int64]) -> NDArray[np.int64]:
    """In place, never negative. NumPy divides integers by a constant faster than it takes their remainder."""
    number -= (number // _PRIME) * _PRIME
    return number
