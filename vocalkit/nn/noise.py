"""White noise that is a function of the sample's number: the same on every machine, in chunks and in ONNX."""

from __future__ import annotations

import torch
from torch import Tensor

_PRIME = 2_147_483_647


def white_noise(index: Tensor, *, seed: int) -> Tensor:
    """Uniform noise of variance 1, float32, for sample numbers int64 of any shape.

    Integer squares modulo a Mersenne prime scramble the number: exact in 64 bits, so nothing depends on the device.
    """
    mixed = (index * 48_271 + (seed % _PRIME) * 16_807 + 12_345) % _PRIME
    mixed = (mixed * mixed + index * 69_621) % _PRIME
    mixed = (mixed * mixed + 1_013_904_223) % _PRIME
    mixed = (mixed * mixed) % _PRIME
    noise: Tensor = (mixed.to(torch.float32) / _PRIME * 2.0 - 1.0) * 3.0**0.5
    return noise
