"""Syllables to slots: dynamic programming over metrical weights, durations and a motif.

The cost of a rhythm is a sum of: stress against metrical weight (each syllable and each pair of
neighbours), how idiomatic each inter-onset interval is (negative log frequencies counted in the
public-domain lead sheets, with the felt pulse as unit), notes held over a stronger place
(syncopation), the length of the last note, distance from the section's motif, and the taste drawn
by the seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import LyricsError
from vocalkit.melody.grid import Grid
from vocalkit.melody.windows import Window

DUPLE_COSTS = {
    0.25: 3.4, 0.5: 1.3, 0.75: 3.6, 1.0: 1.0, 1.25: 4.5, 1.5: 2.5, 1.75: 4.5, 2.0: 2.0, 2.5: 3.2, 3.0: 2.9, 4.0: 3.8,
}  # fmt: skip
TRIPLE_COSTS = {
    1 / 6: 4.0, 1 / 3: 1.1, 1 / 2: 2.6, 2 / 3: 1.2, 1.0: 1.2, 4 / 3: 2.9, 5 / 3: 2.9, 2.0: 2.3, 3.0: 3.4, 4.0: 4.2,
}  # fmt: skip
RARE_COST = 5.0
LONGEST_NOTE_S = 2.2
LONGEST_GAP_TACTUS = 4
USUAL_SYNCOPATION = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Stress:
    """Stress of a line, shared by the sections that share its tune.

    level: float64 (n,), 0 to 1 mean stress; rising, falling: float64 (n - 1,), share of the
    sections where stress rises or falls from a syllable to the next.
    """

    level: NDArray[np.float64]
    rising: NDArray[np.float64]
    falling: NDArray[np.float64]

    @classmethod
    def of(cls, lines: list[tuple[int, ...]]) -> Stress:
        """lines: the stress marks 0, 1, 2 of each section's line, all of one length."""
        marks = np.asarray(lines, np.float64) / 2.0
        steps = np.diff(marks, axis=1)
        return cls(marks.mean(axis=0), np.maximum(steps, 0.0).mean(axis=0), np.maximum(-steps, 0.0).mean(axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """What the seed likes. slots: float64 (bars of slots,) cost per place; gaps: cost per slot count."""

    slots: NDArray[np.float64]
    gaps: NDArray[np.float64]

    @classmethod
    def draw(cls, rng: np.random.Generator, grid: Grid, bars: int) -> Taste:
        slots = rng.normal(0.0, 0.8, (bars + 1) * grid.slots_per_bar)
        return cls(slots, rng.normal(0.0, 0.55, longest_gap(grid) + 1))

    def times(self, strength: float) -> Taste:
        """The same taste, more or less of it."""
        return self if strength == 1.0 else Taste(strength * self.slots, strength * self.gaps)

    def at(self, slot: int) -> float:
        """A slot relative to the line's downbeat; a pickup reads from the back."""
        return float(self.slots[slot % self.slots.size])


@dataclass(frozen=True, slots=True, eq=False)
class RhythmTask:
    """All that a line's rhythm depends on. opening: unstressed syllables in the pickup;
    motif: slots of an earlier line that this one should resemble, empty for a new idea;
    likeness: how much that counts, 1 as usual; crowding: pace of the syllables, 1 as usual."""

    stress: Stress
    window: Window
    opening: int
    motif: frozenset[int]
    taste: Taste
    syncopation: float
    likeness: float = 1.0
    crowding: float = 1.0


def longest_gap(grid: Grid) -> int:
    """The longest inter-onset interval within a line, in slots."""
    return max(LONGEST_GAP_TACTUS * grid.tactus_slots, 2 * grid.shortest_slots)


def gap_costs(grid: Grid) -> NDArray[np.float64]:
    """float64 (longest_gap + 1,), cost of each inter-onset interval in slots; inf where too short."""
    triple = grid.tactus_slots % 3 == 0
    table = TRIPLE_COSTS if triple else DUPLE_COSTS
    costs = np.full(longest_gap(grid) + 1, np.inf)
    for gap in range(grid.shortest_slots, costs.size):
        ratio = gap / grid.tactus_slots
        costs[gap] = next((cost for known, cost in table.items() if abs(known - ratio) < 1e-6), RARE_COST)
    return costs


def write_rhythm(task: RhythmTask, grid: Grid) -> tuple[int, ...]:
    """Onset slots of a line's syllables, relative to its downbeat, strictly rising."""
    window, count = task.window, task.stress.level.size
    slots = np.arange(-window.pickup, window.end)
    if count * grid.shortest_slots > window.end + window.pickup:
        raise LyricsError(f"{count} syllables do not fit {window.end + window.pickup} steps; use fewer words")
    place = _place_costs(task, slots)
    step = _step_costs(task, grid, slots)
    weights = np.array([grid.weight_at(int(slot)) for slot in slots])
    no_rise = weights[None, :] <= weights[:, None]
    no_fall = weights[None, :] >= weights[:, None]
    accents = 1.4 * (task.stress.level - 0.4)
    costs = np.where(_first_allowed(task, slots), place - accents[0] * weights, np.inf)
    back: list[NDArray[np.intp]] = []
    for index in range(1, count):
        rising, falling = task.stress.rising[index - 1], task.stress.falling[index - 1]
        total = costs[:, None] + step + 3.2 * (rising * no_rise + falling * no_fall)
        total = total + _length_costs(task, grid, slots, task.stress.level[index - 1])
        if index == task.opening and window.pickup > 0:
            total = np.where(slots[None, :] == 0, total - 2.5, total)
        best = total.argmin(axis=0)
        back.append(best)
        costs = total[best, np.arange(slots.size)] + place - accents[index] * weights
    costs = costs + _ending_costs(grid, slots, window.end)
    at = int(costs.argmin())
    if not math.isfinite(costs[at]):
        raise LyricsError(f"{count} syllables do not fit {window.end + window.pickup} steps; use fewer words")
    path = [at]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    return tuple(int(slots[i]) for i in reversed(path))


def _first_allowed(task: RhythmTask, slots: NDArray[np.intp]) -> NDArray[np.bool_]:
    """A line opens on its downbeat, or anywhere in its pickup; one that goes on from another where that left off."""
    pickup = task.window.pickup
    allowed: NDArray[np.bool_] = slots < 0 if pickup > 0 else slots == -pickup
    return allowed


def _place_costs(task: RhythmTask, slots: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64 (slots,): taste, and likeness to the motif."""
    taste = np.array([task.taste.at(int(slot)) for slot in slots])
    motif = np.zeros(slots.size)
    if task.motif:
        motif = task.likeness * np.array([-1.1 if int(slot) in task.motif else 0.7 for slot in slots])
        taste = (0.3 if task.likeness >= 1.0 else 1.0 - 0.7 * task.likeness) * taste
    return taste + motif


def _step_costs(task: RhythmTask, grid: Grid, slots: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64 (slots, slots): cost of going from one onset to the next, whoever sings."""
    gaps = slots[None, :] - slots[:, None]
    table = gap_costs(grid) + task.taste.gaps
    known = (gaps >= grid.shortest_slots) & (gaps < table.size)
    costs = np.where(known, table[np.clip(gaps, 0, table.size - 1)], np.inf)
    span = max(1.0, task.window.end - 1.5 * grid.tactus_slots)
    usual = span / max(1, task.stress.level.size - 1 - task.opening * (task.window.pickup > 0))
    usual = max(grid.shortest_slots, min(usual / task.crowding, 2.0 * grid.tactus_slots))
    with np.errstate(divide="ignore"):
        spread = np.log2(np.maximum(gaps, 1) / usual) ** 2
    firmness = 0.35 * max(task.crowding, 1.0 / task.crowding)
    total: NDArray[np.float64] = costs * 0.8 + firmness * spread + _syncopation(task, grid, slots)
    return total


def _syncopation(task: RhythmTask, grid: Grid, slots: NDArray[np.intp]) -> NDArray[np.float64]:
    """How much stronger than its onset the strongest place is that a note is held over."""
    weights = np.array([grid.weight_at(int(slot)) for slot in slots])
    costs = np.zeros((slots.size, slots.size))
    for start in range(slots.size - 1):
        held = np.maximum.accumulate(np.append(0.0, weights[start + 1 :]))[:-1]
        costs[start, start + 1 :] = np.maximum(0.0, held - weights[start])
    # Beyond the usual it soon costs nothing to be off the beat, and then it is sought.
    wanted = task.syncopation - USUAL_SYNCOPATION
    scaled: NDArray[np.float64] = costs * (4.0 - 3.0 * task.syncopation - 4.0 * wanted)
    return scaled


def _length_costs(task: RhythmTask, grid: Grid, slots: NDArray[np.intp], level: float) -> NDArray[np.float64]:
    """Function words short, stressed syllables not the shortest."""
    ratio = (slots[None, :] - slots[:, None]) / grid.tactus_slots
    lingering = 0.5 * np.maximum(0.0, ratio - 0.5) + 1.0 * np.maximum(0.0, ratio - 1.0)
    costs: NDArray[np.float64] = (1.0 - level) * lingering + level * 1.6 * np.maximum(0.0, 1.0 - ratio)
    return costs


def _ending_costs(grid: Grid, slots: NDArray[np.intp], end: int) -> NDArray[np.float64]:
    """The last note should last one to three pulses and its line not break off early."""
    room = (end - slots) / grid.tactus_slots
    short = np.where(end - slots < grid.shortest_slots, np.inf, 2.5 * np.maximum(0.0, 1.5 - room))
    weights = np.array([grid.weight_at(int(slot)) for slot in slots])
    costs: NDArray[np.float64] = short + 0.5 * np.maximum(0.0, room - 2.5) + 1.0 * (1.0 - weights)
    return costs


def note_ends(onsets: tuple[int, ...], end: int, grid: Grid, *, stretch: float = 1.0) -> tuple[int, ...]:
    """End slot of each syllable: the next onset, the last one held but not endlessly."""
    longest = max(grid.tactus_slots, round(stretch * LONGEST_NOTE_S / grid.slot_s))
    last = min(end, onsets[-1] + longest)
    return (*onsets[1:], last)
