"""The grid of slots under a tune: how beats are split, how strong each place in the bar is.

A slot is the smallest step a note may start or end on. Slot 0 is the first downbeat; slots before
it are negative. The felt pulse (tactus) may be half a beat at slow tempi and two or three beats at
fast ones; durations are judged against it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.melody.settings import Feel
from vocalkit.types import TempoMap

SHORTEST_SLOT_S = 0.12
FASTEST_SYLLABLES_PER_S = 6.0
FELT_PULSE_S = 0.55
STRONG = 0.75
"""Metrical weight from which a position counts as a strong beat."""


def beat_groups(beats_per_bar: int) -> tuple[int, ...]:
    """How a bar falls into groups of beats: 4 → 2+2, 5 → 3+2, 6 → 3+3, 7 → 2+2+3."""
    if beats_per_bar <= 3:
        return (beats_per_bar,)
    if beats_per_bar == 5:
        return (3, 2)
    if beats_per_bar % 3 == 0:
        return (3,) * (beats_per_bar // 3)
    if beats_per_bar % 2 == 0:
        return (2,) * (beats_per_bar // 2)
    return (2,) * ((beats_per_bar - 3) // 2) + (3,)


def metrical_weight(beat_in_bar: float, beats_per_bar: int) -> float:
    """Weight 0 to 1 of a position in the bar: downbeat 1, group starts 0.75, beats 0.5, less between."""
    compound = beats_per_bar > 3 and beats_per_bar % 3 == 0
    nearest = round(beat_in_bar)
    if abs(beat_in_bar - nearest) < 1e-6:
        if nearest % beats_per_bar == 0:
            return 1.0
        starts = np.cumsum(beat_groups(beats_per_bar))
        if nearest in starts:
            return STRONG
        return 0.3 if compound else 0.5
    fraction = beat_in_bar - math.floor(beat_in_bar)
    if abs(fraction - 0.5) < 1e-6:
        return 0.12 if compound else 0.25
    return 0.2 if min(abs(fraction - 1 / 3), abs(fraction - 2 / 3)) < 1e-6 else 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Slots over a tempo map. slots_per_beat >= 1; tactus_slots and shortest_slots in slots.

    weights: float64 (slots_per_bar,), metrical weight of each slot of a bar, read-only by custom;
    shortest_slots: least distance of two syllables; bar_s: median length of a bar.
    """

    tempo_map: TempoMap
    slots_per_beat: int
    tactus_slots: int
    shortest_slots: int
    weights: NDArray[np.float64]
    bar_s: float

    @property
    def slots_per_bar(self) -> int:
        return int(self.weights.size)

    @property
    def slot_s(self) -> float:
        return self.bar_s / self.slots_per_bar

    def time_at(self, slot: int) -> float:
        """Seconds of a slot on the backing's clock."""
        return self.tempo_map.time_at(self.tempo_map.first_downbeat + slot / self.slots_per_beat)

    def weight_at(self, slot: int) -> float:
        return float(self.weights[slot % self.slots_per_bar])

    def bar_time(self, bar: int) -> float:
        return self.time_at(bar * self.slots_per_bar)

    def bar_at(self, time_s: float) -> int:
        """The bar whose downbeat is nearest to a time."""
        beat = self.tempo_map.beat_at(time_s) - self.tempo_map.first_downbeat
        return round(beat / self.tempo_map.beats_per_bar)

    def bar_from(self, time_s: float) -> int:
        """The first bar that starts at a time or after it (5 ms grace), not before bar 0."""
        beat = self.tempo_map.beat_at(time_s - 0.005) - self.tempo_map.first_downbeat
        return max(0, math.ceil(beat / self.tempo_map.beats_per_bar))

    def rest_slots(self, end_slot: int, rest_s: float) -> int:
        """Slots before `end_slot` that make up a rest of at least `rest_s`."""
        count = 1
        while self.time_at(end_slot) - self.time_at(end_slot - count) < rest_s - 1e-9:
            count += 1
        return count


def make_grid(tempo_map: TempoMap, *, feel: Feel = "straight") -> Grid:
    """Split the beats as finely as can be sung, and find the felt pulse."""
    beat_s = 60.0 / tempo_map.bpm
    beats = tempo_map.beats_per_bar
    splits = (3, 1) if feel == "triplet" else (4, 2, 1)
    split = next((s for s in splits if beat_s / s >= SHORTEST_SLOT_S), 1)
    slot_s = beat_s / split
    group = beat_groups(beats)[0]
    pulses = [split, split * group] if len(set(beat_groups(beats))) == 1 else [split]
    if split % 2 == 0 and beats != 6:
        pulses.append(split // 2)
    tactus = min(pulses, key=lambda slots: abs(math.log(slots * slot_s / FELT_PULSE_S)))
    shortest = max(1, math.ceil(1.0 / (FASTEST_SYLLABLES_PER_S * slot_s) - 0.02))
    weights = np.array([metrical_weight(i / split, beats) for i in range(beats * split)])
    return Grid(tempo_map, split, tactus, shortest, weights, beat_s * beats)
