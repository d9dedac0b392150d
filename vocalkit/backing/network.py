"""The two small networks of the analysis, run by numpy: weights from `pretrained/backing`, convolutions over time.

`recipes/backing/` trains them; its networks in torch have the same layers under the same names.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vocalkit.resources import locate
from vocalkit.weights import Tensors, read_manifest, read_weights

Array = NDArray[np.float32]

PULSE_BLOCKS = 8
HARMONY_BLOCKS = 5


@cache
def weights(name: str) -> Tensors:
    """Tensors of ``pulse`` or ``harmony``, read and verified once. Raises WeightsError."""
    return read_weights(read_manifest(locate("pretrained") / "backing" / f"{name}.toml"))


def convolve(x: Array, kernel: Array, bias: Array, *, dilation: int = 1) -> Array:
    """x: (..., t, inputs), kernel: (outputs, inputs, taps odd) → (..., t, outputs), silence beyond both ends."""
    taps = kernel.shape[2]
    reach = dilation * (taps // 2)
    frames = x.shape[-2]
    out = np.zeros((*x.shape[:-1], kernel.shape[0]), np.float32)
    for tap in range(taps):
        shift = tap * dilation - reach
        low, high = max(0, -shift), min(frames, frames - shift)
        if high > low:
            out[..., low:high, :] += x[..., low + shift : high + shift, :] @ kernel[:, :, tap].T
    out += bias
    return out


def run(tensors: Tensors, x: Array, *, blocks: int) -> Array:
    """Entry, residual blocks with dilations 1, 2, 4, ... and an output layer: (..., t, inputs) → (..., t, outputs)."""

    def layer(name: str, values: Array, dilation: int = 1) -> Array:
        return convolve(values, tensors[f"{name}.weight"], tensors[f"{name}.bias"], dilation=dilation)

    hidden = np.maximum(layer("enter", x), 0.0)
    for block in range(blocks):
        inner = np.maximum(layer(f"wide.{block}", hidden, 2**block), 0.0)
        hidden = hidden + layer(f"narrow.{block}", inner)
    return layer("leave", hidden)


def sigmoid(x: Array) -> NDArray[np.float64]:
    """Logistic function, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x.astype(np.float64))))


def log_softmax(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log probabilities over the last axis."""
    values = np.asarray(x, np.float64)
    values = values - values.max(axis=-1, keepdims=True)
    return np.asarray(values - np.log(np.exp(values).sum(axis=-1, keepdims=True)))
