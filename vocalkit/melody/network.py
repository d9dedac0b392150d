"""The composer's two networks in numpy: one step of one note, for several drafts of a line at once.

The weights come from `recipes/melody/train.py`; `recipes/melody/networks.py` is the same in torch, for training.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import WeightsError
from vocalkit.melody.encode import PITCH_COLUMNS, REACH, RHYTHM_COLUMNS, WIDEST_STEP
from vocalkit.resources import locate
from vocalkit.weights import Tensors, read_manifest, read_weights

Array = NDArray[np.float32]

PITCHES = 2 * REACH + 1
STEPS = 2 * WIDEST_STEP + 2
NAME = "composer"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A matrix and a bias: float32 (out, in) and (out,)."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """x: (..., in) to (..., out)."""
        return x @ self.weight.T + self.bias


@dataclass(frozen=True, slots=True, eq=False)
class GatedUnit:
    """A GRU cell (Cho et al. 2014), gates in torch's order: reset, update, new."""

    inner: Layer
    outer: Layer

    @property
    def size(self) -> int:
        return int(self.inner.weight.shape[0] // 3)

    def __call__(self, x: Array, state: Array) -> Array:
        """x: (drafts, in); state: (drafts, size) to the next state."""
        reset_x, update_x, new_x = np.split(self.inner(x), 3, axis=1)
        reset_h, update_h, new_h = np.split(self.outer(state), 3, axis=1)
        reset, update = _sigmoid(reset_x + reset_h), _sigmoid(update_x + update_h)
        fresh = np.tanh(new_x + reset * new_h)
        moved: Array = fresh + update * (state - fresh)
        return moved


def _sigmoid(x: Array) -> Array:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x), np.float32)


def _relu(x: Array) -> Array:
    return np.maximum(x, np.float32(0.0))


class PitchNetwork:
    """Log-odds of the next pitch, from the conditions of all notes of a line and the pitches so far."""

    def __init__(self, tensors: Tensors) -> None:
        self._enter = _layer(tensors, "pitch.enter", PITCH_COLUMNS)
        self._around = [_layer(tensors, f"pitch.around.{i}", flat=True) for i in range(2)]
        self._pitch, self._step = _table(tensors, "pitch.pitch.weight"), _table(tensors, "pitch.step.weight")
        self._unit = _unit(tensors, "pitch.gru")
        self._mix, self._place, self._move = (_layer(tensors, f"pitch.{name}") for name in ("mix", "place", "move"))
        self._candidates = np.arange(-REACH, REACH + 1)

    def read(self, columns: Array) -> Array:
        """What the conditions of a line mean: (notes, PITCH_COLUMNS) to (notes, wide)."""
        known = _relu(self._enter(columns))
        for layer in self._around:
            padded = np.pad(known, ((2, 2), (0, 0)))
            near = np.concatenate([padded[i : i + len(known)] for i in range(5)], axis=1)
            known = known + _relu(layer(near))
        return known

    def start(self, drafts: int) -> Array:
        """The state before a song."""
        return np.zeros((drafts, self._unit.size), np.float32)

    def next(
        self, known: Array, state: Array, before: NDArray[np.intp], earlier: NDArray[np.intp]
    ) -> tuple[Array, Array]:
        """Log-odds (drafts, PITCHES) of one note, and the state after reading the last pitch.

        known: (wide,) of this note; before, earlier: (drafts,) the two pitches before, less anchor; REACH + 1 for none.
        """
        drafts = len(before)
        moved = np.where((before <= REACH) & (earlier <= REACH), _step_class(before - earlier), STEPS)
        here = np.broadcast_to(known, (drafts, known.size))
        state = self._unit(np.concatenate([here, self._pitch[before + REACH], self._step[moved]], axis=1), state)
        mixed = _relu(self._mix(np.concatenate([state, here], axis=1)))
        moves = np.take_along_axis(self._move(mixed), _step_class(self._candidates[None, :] - before[:, None]), axis=1)
        return self._place(mixed) + moves * (before <= REACH)[:, None], state


def _step_class(step: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.where(np.abs(step) <= WIDEST_STEP, step + WIDEST_STEP, STEPS - 1)


class RhythmNetwork:
    """Log-odds of the time to the next note, and of a slur, from where the line stands."""

    def __init__(self, tensors: Tensors) -> None:
        self._enter = _layer(tensors, "rhythm.enter", RHYTHM_COLUMNS)
        self._ratio = _table(tensors, "rhythm.ratio.weight")
        self._unit = _unit(tensors, "rhythm.gru")
        self._slur, self._mix = _layer(tensors, "rhythm.slur"), _layer(tensors, "rhythm.mix")
        self._heads = [_layer(tensors, f"rhythm.{name}") for name in ("interval", "landing", "held")]

    def start(self, drafts: int) -> Array:
        """The state before a song."""
        return np.zeros((drafts, self._unit.size), np.float32)

    def read(self, columns: Array, before: NDArray[np.intp], state: Array) -> tuple[Array, Array]:
        """Log-odds of a slur to the next note (drafts,), and the state. before: class of the last interval,
        len(RATIOS) for none; columns: (drafts, RHYTHM_COLUMNS)."""
        state = self._unit(np.concatenate([_relu(self._enter(columns)), self._ratio[before]], axis=1), state)
        return self._slur(state)[:, 0], state

    def intervals(self, state: Array, slurs: Array, closes: Array, leads: tuple[NDArray[np.intp], ...]) -> Array:
        """Log-odds (drafts, ratios). slurs, closes: (drafts,) 0 or 1; leads: `lead_tables` at the drafts' places."""
        mixed = _relu(self._mix(np.concatenate([state, slurs[:, None], closes[:, None]], axis=1)))
        interval, landing, held = (head(mixed) for head in self._heads)
        return np.asarray(
            interval + np.take_along_axis(landing, leads[0], axis=1) + np.take_along_axis(held, leads[1], axis=1)
        )


def _table(tensors: Tensors, name: str) -> Array:
    if name not in tensors:
        raise WeightsError(f"the composer's weights lack {name}; reinstall vocalkit")
    return np.asarray(tensors[name], np.float32)


def _layer(tensors: Tensors, name: str, inputs: int | None = None, *, flat: bool = False) -> Layer:
    """flat: a convolution (out, in, width) as a matrix over its width's rows, one after the other."""
    weight, bias = _table(tensors, f"{name}.weight"), _table(tensors, f"{name}.bias")
    if flat:
        weight = np.ascontiguousarray(weight.transpose(0, 2, 1).reshape(len(weight), -1))
    if inputs is not None and weight.shape[1] != inputs:
        raise WeightsError(
            f"the composer's weights {name} read {weight.shape[1]} columns, not {inputs}; train it again"
        )
    return Layer(weight, bias)


def _unit(tensors: Tensors, name: str) -> GatedUnit:
    inner, outer = (
        Layer(_table(tensors, f"{name}.weight_{kind}_l0"), _table(tensors, f"{name}.bias_{kind}_l0"))
        for kind in ("ih", "hh")
    )
    return GatedUnit(inner, outer)


@functools.cache
def pretrained() -> tuple[RhythmNetwork, PitchNetwork]:
    """The networks that come with vocalkit. Raises WeightsError where their file is missing or damaged."""
    return networks_of(read_weights(read_manifest(locate("pretrained") / f"{NAME}.toml")))


def networks_of(tensors: Tensors) -> tuple[RhythmNetwork, PitchNetwork]:
    """The networks of these weights."""
    return RhythmNetwork(tensors), PitchNetwork(tensors)
