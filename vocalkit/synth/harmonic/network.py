"""ConvNeXt blocks over time (Liu et al., CVPR 2022) as matrix products, from the weights of `vocalkit.nn`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.nn.shape import VocoderShape
from vocalkit.synth.harmonic.blocks import blocks

Array = NDArray[np.float32]
Weights = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Linear:
    """x @ matrix + bias. matrix: (in, out), bias: (out,)."""

    matrix: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        made = x @ self.matrix
        made += self.bias
        return made


@dataclass(frozen=True, slots=True)
class Block:
    """A depthwise convolution over time, then a two-layer network within each frame, added to the input.

    depthwise: (kernel, channels); what scales before and after is folded into `up` and `down`.
    """

    depthwise: Array
    bias: Array
    up: Linear
    down: Linear

    def __call__(self, x: Array, out: Array) -> None:
        """x: (frames + kernel - 1, channels) between zeros; the same rows of `out` are written."""
        half = len(self.depthwise) // 2
        for block in blocks(len(x) - 2 * half):
            start, stop = block.start, block.stop
            inner = x[start:stop] * self.depthwise[0]
            part = np.empty_like(inner)
            for shift, weight in enumerate(self.depthwise[1:], start=1):
                inner += np.multiply(x[start + shift : stop + shift], weight, out=part)
            inner += self.bias
            added = self.down(_gelu(self.up(normalised(inner))))
            np.add(added, x[start + half : stop + half], out=out[start + half : stop + half])


class Network:
    """Features of frames in; for every frame the channels that the last layer reads, and that layer."""

    def __init__(self, shape: VocoderShape, weights: Weights) -> None:
        self.kernel, self.width = shape.kernel, 2 * shape.n_mels + 2
        enter = _float64(weights, "enter.weight").transpose(2, 1, 0).reshape(-1, shape.channels)
        self.enter = Linear(_float32(enter), _float32(_float64(weights, "enter.bias")))
        self.enter_gain = _float32(_float64(weights, "enter_norm.weight"))
        self.enter_bias = _float32(_float64(weights, "enter_norm.bias"))
        self.blocks = tuple(_block(weights, f"blocks.{index}") for index in range(shape.blocks))
        self.leave = _after_norm(weights, "leave_norm", "leave")

    def features(self, mel: Array, teeth: Array, f0_hz: Array) -> Array:
        """(frames + kernel - 1, 2 n_mels + 2) between zeros, of mel and teeth (frames, n_mels) and F0 (frames,)."""
        half, bands = self.kernel // 2, mel.shape[1]
        voiced = (f0_hz > 0).astype(np.float32)
        made = np.zeros((len(mel) + 2 * half, self.width), np.float32)
        inside = made[half : half + len(mel)]
        inside[:, :bands] = (mel + 5.0) / 3.0
        inside[:, bands:-2] = np.log(teeth) + 4.0
        inside[:, -2] = np.log2(np.maximum(f0_hz, np.float32(40.0)) / 200.0) * voiced
        inside[:, -1] = voiced
        return made

    def __call__(self, features: Array) -> Array:
        """(frames, channels), normalised, as `leave` reads them."""
        half = self.kernel // 2
        frames = len(features) - 2 * half
        rows = np.lib.stride_tricks.sliding_window_view(features.reshape(-1), self.kernel * self.width)[:: self.width]
        x, y = (np.zeros((frames + 2 * half, len(self.enter_gain)), np.float32) for _ in range(2))
        for block in blocks(frames):
            entered = normalised(self.enter(np.ascontiguousarray(rows[block])))
            entered *= self.enter_gain
            entered += self.enter_bias
            x[block.start + half : block.stop + half] = entered
        for layer in self.blocks:
            layer(x, y)
            x, y = y, x
        return normalised(x[half : half + frames])


def normalised(x: Array) -> Array:
    """In place: every row (frames, channels) of mean 0 and variance 1, LayerNorm's first half."""
    x -= np.add.reduce(x, axis=1, keepdims=True) / x.shape[1]
    variance = np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1]
    x *= 1.0 / np.sqrt(variance + 1e-6)
    return x


def _gelu(x: Array) -> Array:
    """In place: twice the tanh approximation of GELU (Hendrycks and Gimpel, 2016), 1/2 being in the next layer."""
    inner = np.square(x)
    inner *= 0.044715 * math.sqrt(2.0 / math.pi)
    inner += math.sqrt(2.0 / math.pi)
    inner *= x
    np.tanh(inner, out=inner)
    inner += 1.0
    x *= inner
    return x


def _block(weights: Weights, name: str) -> Block:
    scale = _float64(weights, f"{name}.scale")
    return Block(
        depthwise=_float32(_float64(weights, f"{name}.depthwise.weight")[:, 0].T),
        bias=_float32(_float64(weights, f"{name}.depthwise.bias")),
        up=_after_norm(weights, f"{name}.norm", f"{name}.up"),
        down=Linear(
            _float32(0.5 * _float64(weights, f"{name}.down.weight").T * scale),
            _float32(_float64(weights, f"{name}.down.bias") * scale),
        ),
    )


def _after_norm(weights: Weights, norm: str, linear: str) -> Linear:
    """A linear layer that takes over the gain and bias of the LayerNorm before it."""
    matrix = _float64(weights, f"{linear}.weight")
    gain, bias = _float64(weights, f"{norm}.weight"), _float64(weights, f"{norm}.bias")
    return Linear(_float32((matrix * gain).T), _float32(matrix @ bias + _float64(weights, f"{linear}.bias")))


def _float64(weights: Weights, name: str) -> NDArray[np.float64]:
    # Weights are stored in half precision; what is folded is computed in double.
    return np.asarray(weights[name], np.float64)


def _float32(values: NDArray[np.float64]) -> Array:
    return np.ascontiguousarray(values, np.float32)
