"""A voice as an inventory of aligned trajectories: what `recipes/voices` writes and the singer reads.

A unit is one phone of real speech; its frames lie in one table of coded source-filter frames on a
5 ms hop (WORLD's mel-spaced envelope code and band aperiodicity), quantised to 8 bits a value.
Units of one fragment follow each other in the recording, so taking both joins without a seam.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import WeightsError
from vocalkit.types import frozen_array

MARGIN_FRAMES = 6
"""Frames kept before and after every fragment, for joining."""

_TENSORS = {
    "shape_q": (np.int8, 2), "shape_scale": (np.float32, 1), "shape_offset": (np.float32, 1),
    "level_db": (np.float32, 1), "aperiodicity_q": (np.uint8, 2), "f0_dhz": (np.uint16, 1),
    "unit_symbol": (np.int32, 1), "unit_left": (np.int32, 1), "unit_right": (np.int32, 1),
    "unit_start": (np.int32, 1), "unit_end": (np.int32, 1), "unit_level": (np.float32, 1), "header": (np.uint8, 1),
}  # fmt: skip


@dataclass(frozen=True)
class Bend:
    """How a voice differs from the recordings it was selected from.

    formant_ratio: frequencies of the envelope times this; tilt_db_per_octave: above 500 Hz;
    breath_db: noise added to (negative: taken from) the aperiodic part.
    """

    formant_ratio: float = 1.0
    tilt_db_per_octave: float = 0.0
    breath_db: float = 0.0


@dataclass(frozen=True, eq=False)
class Inventory:
    """The units of a voice. Arrays are read-only; n frames, u units, symbols index `symbols`.

    shape_q: int8 (n, dims), the envelope code at unit mean power, restored by shape_scale and
    shape_offset: float32 (dims,); level_db: float32 (n,), the mean power taken out; aperiodicity_q:
    uint8 (n, bands), 0 … 255 for 0 … -60 dB; f0_dhz: uint16 (n,), tenths of Hz, 0 where unvoiced.
    unit_*: (u,): symbol, its neighbours in the recording (-1 silence), first and end frame, and the
    level in dB of the vowels around it.
    """

    symbols: tuple[str, ...]
    sample_rate: int
    hop_s: float
    bend: Bend
    shape_q: NDArray[np.int8]
    shape_scale: NDArray[np.float32]
    shape_offset: NDArray[np.float32]
    level_db: NDArray[np.float32]
    aperiodicity_q: NDArray[np.uint8]
    f0_dhz: NDArray[np.uint16]
    unit_symbol: NDArray[np.int32]
    unit_left: NDArray[np.int32]
    unit_right: NDArray[np.int32]
    unit_start: NDArray[np.int32]
    unit_end: NDArray[np.int32]
    unit_level: NDArray[np.float32]

    @cached_property
    def units_of(self) -> dict[str, NDArray[np.int32]]:
        """Indices of the units of each phone."""
        return {
            symbol: np.flatnonzero(self.unit_symbol == number).astype(np.int32)
            for number, symbol in enumerate(self.symbols)
        }

    def shape(self, frames: NDArray[np.intp]) -> NDArray[np.float32]:
        """Envelope code float32 (len(frames), dims) of some frames, at unit mean power."""
        decoded: NDArray[np.float32] = self.shape_q[frames].astype(np.float32) * self.shape_scale + self.shape_offset
        return decoded

    def bands(self, frames: NDArray[np.intp]) -> NDArray[np.float32]:
        """Coded aperiodicity in dB (<= 0), float32 (len(frames), bands)."""
        decoded: NDArray[np.float32] = self.aperiodicity_q[frames].astype(np.float32) * np.float32(-60 / 255)
        return decoded


def from_tensors(tensors: Mapping[str, NDArray[Any]]) -> Inventory:
    """Check a voice file's tensors and make an `Inventory`; WeightsError says what is wrong.

    header: UTF-8 JSON with symbols, sample_rate in Hz, hop_s and bend.
    """
    faults = [f"missing {name}" for name in _TENSORS if name not in tensors]
    faults += [f"unknown {name}" for name in tensors if name not in _TENSORS]
    for name, (dtype, ndim) in _TENSORS.items():
        if name in tensors and (tensors[name].dtype != dtype or tensors[name].ndim != ndim):
            faults.append(f"{name} must be {np.dtype(dtype)} with {ndim} axes")
    if faults:
        raise WeightsError(f"this voice file does not hold a unit inventory: {'; '.join(faults)}")
    try:
        header = json.loads(tensors["header"].tobytes())
        inventory = Inventory(
            tuple(header["symbols"]),
            int(header["sample_rate"]),
            float(header["hop_s"]),
            Bend(**header["bend"]),
            **{name: frozen_array(values, _TENSORS[name][0]) for name, values in tensors.items() if name != "header"},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"this voice file has an unreadable header ({error}); get the voice again") from error
    _check_ranges(inventory)
    return inventory


def _check_ranges(inventory: Inventory) -> None:
    frames, starts, ends = len(inventory.level_db), inventory.unit_start, inventory.unit_end
    inside = (starts >= MARGIN_FRAMES) & (ends > starts) & (ends + MARGIN_FRAMES <= frames)
    named = (inventory.unit_symbol >= 0) & (inventory.unit_symbol < len(inventory.symbols))
    if not (np.all(inside) and np.all(named)):
        raise WeightsError("this voice file names frames or phones that it does not hold; get the voice again")
