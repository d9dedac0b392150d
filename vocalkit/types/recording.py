"""Recordings of a person, ready to become a voice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.types.arrays import frozen_array


@dataclass(frozen=True, slots=True, eq=False)
class AlignedClip:
    """A recording as coded source-filter frames, and when each phoneme is spoken in it.

    symbols: p phonemes; borders_s: float32 (p, 2), start and end; f0_hz: float32 (t,), 0 where
    unvoiced; envelope: float32 (t, dims), WORLD's coded spectral envelope; aperiodicity: float32
    (t, bands), WORLD's coded aperiodicity in dB; all on a hop of hop_s.
    """

    symbols: tuple[str, ...]
    borders_s: NDArray[np.float32]
    f0_hz: NDArray[np.float32]
    envelope: NDArray[np.float32]
    aperiodicity: NDArray[np.float32]
    hop_s: float

    def __post_init__(self) -> None:
        for name in ("borders_s", "f0_hz", "envelope", "aperiodicity"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float32))
        frames = self.f0_hz.shape[0]
        if self.f0_hz.ndim != 1 or not frames or self.hop_s <= 0:
            raise InputError("a clip needs frames of F0 on a positive hop")
        if self.envelope.ndim != 2 or self.aperiodicity.ndim != 2:
            raise InputError("envelope and aperiodicity must be tables of frames")
        if self.envelope.shape[0] != frames or self.aperiodicity.shape[0] != frames:
            raise InputError("F0, envelope and aperiodicity of a clip must be equally long")
        if not self.symbols or self.borders_s.shape != (len(self.symbols), 2):
            raise InputError("a clip needs phonemes, each with a start and an end")

    @property
    def duration_s(self) -> float:
        return len(self.f0_hz) * self.hop_s
