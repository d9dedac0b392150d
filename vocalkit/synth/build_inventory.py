"""Chosen phones of recordings into the tensors of a voice, 8 bits a value."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.synth.choose_units import Phone, choose_units
from vocalkit.synth.inventory import MARGIN_FRAMES, Bend
from vocalkit.synth.material import HOP_S, RATE_HZ, Material, material
from vocalkit.types import AlignedClip

_COLUMNS = ("unit_symbol", "unit_left", "unit_right", "unit_start", "unit_end")


@dataclass(frozen=True, slots=True, eq=False)
class BuiltInventory:
    """tensors: what `vocalkit.synth.inventory.from_tensors` reads; units of each phone; seconds kept."""

    tensors: Mapping[str, NDArray[Any]]
    units: Mapping[str, int]
    seconds: float


def build_inventory(
    clips: Sequence[AlignedClip], *, minutes: float, bend: Bend | None = None, low_hz: float = 150.0
) -> BuiltInventory:
    """A voice of at most about `minutes` of the clips. InputError where no phone is fit to be sung."""
    recordings = [material(clip) for clip in clips]
    kept = choose_units(recordings, budget_frames=round(minutes * 60 / HOP_S), low_hz=low_hz)
    if not kept:
        raise InputError("no phoneme of the recordings is clear enough to be sung: record them again, close and steady")
    symbols = sorted({recordings[u].symbols[index] for u, index in kept})
    tensors = _Assembly(recordings, symbols).tensors(kept)
    header = {"symbols": symbols, "sample_rate": RATE_HZ, "hop_s": HOP_S, "bend": asdict(bend or Bend())}
    tensors["header"] = np.frombuffer(json.dumps(header, ensure_ascii=False, sort_keys=True).encode(), np.uint8)
    counts = np.bincount(tensors["unit_symbol"], minlength=len(symbols))
    return BuiltInventory(tensors, dict(zip(symbols, map(int, counts), strict=True)), len(tensors["f0_dhz"]) * HOP_S)


class _Assembly:
    """Runs of neighbouring phones laid end to end, each with its margin."""

    def __init__(self, recordings: Sequence[Material], symbols: Sequence[str]) -> None:
        self.recordings = recordings
        self.number = {symbol: i for i, symbol in enumerate(symbols)}
        self.frames: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
        self.units: list[tuple[int, int, int, int, int, float]] = []
        self.length = 0

    def tensors(self, kept: set[Phone]) -> dict[str, NDArray[Any]]:
        for u, spoken in enumerate(self.recordings):
            run: list[int] = []
            for index in sorted(i for v, i in kept if v == u):
                if run and not (index == run[-1] + 1 and spoken.spans[index, 0] == spoken.spans[run[-1], 1]):
                    self._add(spoken, run)
                    run = []
                run.append(index)
            if run:
                self._add(spoken, run)
        return self._quantised()

    def _add(self, spoken: Material, run: Sequence[int]) -> None:
        first, last = spoken.spans[run[0], 0] - MARGIN_FRAMES, spoken.spans[run[-1], 1] + MARGIN_FRAMES
        rows = np.clip(np.arange(first, last), 0, len(spoken.f0_hz) - 1)
        self.frames["shape"].append(spoken.shape[rows])
        self.frames["level"].append(spoken.level_db[rows])
        self.frames["bands"].append(spoken.bands_db[rows])
        self.frames["f0"].append(spoken.f0_hz[rows])
        for index in run:
            start, end = spoken.spans[index] - first + self.length
            left, right = self._neighbour(spoken, index, index - 1), self._neighbour(spoken, index, index + 1)
            symbol = self.number[spoken.symbols[index]]
            self.units.append((symbol, left, right, int(start), int(end), float(spoken.around_db[index])))
        self.length += len(rows)

    def _neighbour(self, spoken: Material, index: int, other: int) -> int:
        if not 0 <= other < len(spoken.symbols):
            return -1
        low, high = sorted((index, other))
        apart = spoken.spans[high, 0] != spoken.spans[low, 1]
        return -1 if apart else self.number.get(spoken.symbols[other], -1)

    def _quantised(self) -> dict[str, NDArray[Any]]:
        shape = np.concatenate(self.frames["shape"])
        low, high = np.percentile(shape, [0.05, 99.95], axis=0)
        scale = np.maximum(high - low, 1e-6) / 254.0
        offset = (high + low) / 2
        table = np.array(self.units, np.float64)
        tensors: dict[str, NDArray[Any]] = {
            "shape_q": np.clip(np.round((shape - offset) / scale), -127, 127).astype(np.int8),
            "shape_scale": scale.astype(np.float32),
            "shape_offset": offset.astype(np.float32),
            "level_db": np.concatenate(self.frames["level"]).astype(np.float32),
            "aperiodicity_q": np.clip(np.round(np.concatenate(self.frames["bands"]) * (-255 / 60)), 0, 255).astype(
                np.uint8
            ),
            "f0_dhz": np.round(np.concatenate(self.frames["f0"]) * 10).astype(np.uint16),
            "unit_level": table[:, 5].astype(np.float32),
        }
        for column, name in enumerate(_COLUMNS):
            tensors[name] = table[:, column].astype(np.int32)
        return tensors
