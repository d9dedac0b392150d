"""Keeps synthesized notes, so that a pitch that returns is not made again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from vocalkit.band.signal import Signal

Maker = Callable[[float, np.random.Generator], Signal]
"""Makes one note at a velocity: float64 (n,)."""

_LAYERS = 4


class Sampler:
    """Notes by pitch (or piece), velocity layer and variant; holds at most `capacity` of them.

    A note depends on its own name and the seed alone, never on what was played before it.
    """

    def __init__(self, *, seed: int, variants: int, capacity: int = 96) -> None:
        self._seed, self._variants, self._capacity = seed, variants, capacity
        self._notes: OrderedDict[Hashable, NDArray[np.float32]] = OrderedDict()

    def note(self, number: int, *, velocity: float, turn: int, make: Maker) -> NDArray[np.float32]:
        """float32 (n,), read-only in spirit: copy before changing.

        number: MIDI pitch or index of a drum; turn: successive strokes take successive variants.
        """
        layer = min(int(velocity * _LAYERS), _LAYERS - 1)
        variant = turn % self._variants
        name = (number, layer, variant)
        if name in self._notes:
            self._notes.move_to_end(name)
        else:
            rng = np.random.default_rng([self._seed, number, layer, variant])
            note = make((layer + 0.5) / _LAYERS, rng).astype(np.float32)
            note.flags.writeable = False
            self._notes[name] = note
            if len(self._notes) > self._capacity:
                self._notes.popitem(last=False)
        return self._notes[name] * np.float32(velocity * _LAYERS / (layer + 0.5))


def released(note: NDArray[np.float32], *, duration_s: float, release_s: float, sample_rate: int) -> Signal:
    """The note let go after `duration_s`: it falls smoothly to nothing within `release_s`."""
    held, fall = int(duration_s * sample_rate), int(release_s * sample_rate)
    cut = note[: held + fall].astype(np.float64)
    if cut.size > held:
        ramp = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fall + 1) / fall)
        cut[held:] *= ramp[: cut.size - held]
    return cut
