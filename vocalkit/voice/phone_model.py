"""How phonemes sound, frame by frame: three states a phoneme, each a few Gaussians, one for each kind of source.

L. Rabiner, "A tutorial on hidden Markov models", Proc. IEEE 77 (1989). A symbol that the model never heard is taken as
all phonemes of its class and voicing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError, WeightsError
from vocalkit.phones import is_voiced, is_vowel, phone_class
from vocalkit.voice.cepstra import DIMS, Frames

SILENCE = "_"
STATES = 3
TENSORS = ("mean", "variance", "state", "header")
_FULL_TRUST_FRAMES = 60.0
Names = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PhoneModel:
    """mean, variance: float32 (k, 39); state: int32 (k,), which state each Gaussian belongs to: three a symbol."""

    symbols: Names
    mean: Frames
    variance: Frames
    state: NDArray[np.int32]

    @cached_property
    def _terms(self) -> tuple[Frames, Frames, Frames]:
        inverse = 1.0 / self.variance
        constant = -0.5 * (np.log(self.variance) + self.mean**2 * inverse).sum(axis=1)
        return (-0.5 * inverse).T, (self.mean * inverse).T, constant

    def states_of(self, symbol: str) -> list[list[int]]:
        """For each state of a phoneme the states of the model that may stand for it. InputError where unknown."""
        if symbol in self.symbols:
            names = [symbol]
        else:
            kind = phone_class(symbol)
            if kind is None:
                raise InputError(f"unknown phoneme {symbol!r}: write phonemes in the IPA symbols that espeak-ng uses")
            alike = [s for s in self.symbols if phone_class(s) == kind and is_voiced(s) == is_voiced(symbol)]
            names = alike or [s for s in self.symbols if s != SILENCE and is_vowel(s) == is_vowel(symbol)]
        return [[self.symbols.index(name) * STATES + place for name in names] for place in range(STATES)]

    def loglik(self, frames: Frames) -> Frames:
        """Log-likelihood float32 (t, states) of every frame in every state: its best Gaussian's."""
        square, linear, constant = self._terms
        each = frames**2 @ square + frames @ linear + constant
        best = np.full((len(frames), len(self.symbols) * STATES), -1e4, np.float32)
        for place, state in enumerate(self.state):  # Gaussians are few, frames many
            np.maximum(best[:, state], each[:, place], out=best[:, state])
        return best

    def adapted(self, frames: Frames, path: NDArray[np.int32]) -> PhoneModel:
        """The model moved towards a speaker: one shift for vowels, sonorants, noises and silence each.

        path: int32 (t,), the state that each frame was found in.
        """
        groups = np.array([_group(symbol) for symbol in self.symbols for _ in range(STATES)])
        mean = self.mean.copy()
        centre = np.zeros((len(groups), DIMS), np.float32)
        for state in np.unique(path):
            own = np.flatnonzero(self.state == state)
            inside = frames[path == state].mean(axis=0)
            centre[state] = self.mean[own[np.argmin(((self.mean[own] - inside) ** 2 / self.variance[own]).sum(axis=1))]]
        apart = frames - centre[path]
        for group in range(4):
            mine = groups[path] == group
            trust = mine.sum() / (mine.sum() + _FULL_TRUST_FRAMES)
            if mine.any():
                mean[groups[self.state] == group] += trust * apart[mine].mean(axis=0)
        return replace(self, mean=mean)


def _group(symbol: str) -> int:
    if symbol == SILENCE:
        return 3
    if is_vowel(symbol):
        return 0
    return 1 if phone_class(symbol) in ("glide", "liquid", "nasal", "tap") else 2


def model_of(tensors: Mapping[str, NDArray[Any]]) -> PhoneModel:
    """Check a file's tensors and make a model of them; WeightsError says what is wrong."""
    try:
        symbols = tuple(json.loads(tensors["header"].tobytes())["symbols"])
        mean, variance = (tensors[name].astype(np.float32) for name in ("mean", "variance"))
        state = tensors["state"].astype(np.int32)
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"this file does not hold an aligner ({error}); get it again") from error
    whole = mean.shape == variance.shape == (len(state), DIMS) and np.all(variance > 0)
    if not (whole and set(state.tolist()) == set(range(len(symbols) * STATES)) and SILENCE in symbols):
        raise WeightsError("this aligner's tables do not fit together; get it again")
    return PhoneModel(symbols, mean, variance, state)


def tensors_of(model: PhoneModel) -> dict[str, NDArray[Any]]:
    """What `model_of` reads, half precision."""
    header = json.dumps({"symbols": list(model.symbols)}, ensure_ascii=False).encode()
    return {
        "mean": model.mean.astype(np.float16),
        "variance": model.variance.astype(np.float16),
        "state": model.state.astype(np.int32),
        "header": np.frombuffer(header, np.uint8).copy(),
    }


def chain(model: PhoneModel, words: Sequence[Names]) -> tuple[list[list[int]], list[bool], list[int]]:
    """States of a sentence in order: which of the model's may stand there, whether it may be skipped, its phone.

    Silence may stand before, between and after the words; its phone is -1.
    """
    wanted: list[list[int]] = []
    optional: list[bool] = []
    owner: list[int] = []
    quiet = model.states_of(SILENCE)[1]
    number = 0
    for word in words:
        wanted.append(quiet)
        optional.append(True)
        owner.append(-1)
        for symbol in word:
            wanted += model.states_of(symbol)
            optional += [False] * STATES
            owner += [number] * STATES
            number += 1
    return [*wanted, quiet], [*optional, True], [*owner, -1]
