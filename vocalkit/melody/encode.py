"""What the learned composer is told about a note: columns of numbers, the same in training and in use.

Everything is relative, so that little has to be learned twice: pitch classes to the key's tonic, lengths to the felt
pulse, places to the bar and to the line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.melody.grid import Grid
from vocalkit.melody.harmony import ChordTrack
from vocalkit.types import Key, Syllable

Columns = NDArray[np.float32]

RATIOS = (
    1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 5 / 4, 4 / 3, 3 / 2, 5 / 3, 7 / 4, 2.0, 7 / 3, 5 / 2,
    8 / 3, 3.0, 7 / 2, 4.0, 5.0, 6.0, 8.0,
)  # fmt: skip
"""Inter-onset intervals in felt pulses; each is a class, others belong to the nearest."""
WEIGHT_BINS = (0.15, 0.23, 0.4, 0.6, 0.9)
"""Between these metrical weights lie six classes, from the weakest place to the downbeat."""
HELD_BINS = (0.01, 0.3)
REACH = 24
"""Semitones about the anchor (a tonic near the middle of the voice) that pitches are counted in, both ways."""
WIDEST_STEP = 12
STYLES = ("leadsheets", "lieder", "hymns")
"""Kinds of song learned from; no column set is any of them."""


def weight_class(weight: float) -> int:
    """0 (weakest) to 5 (downbeat)."""
    return int(np.searchsorted(WEIGHT_BINS, weight))


def ratio_class(ratio: float) -> int:
    """Index of the nearest of `RATIOS`, by their logarithms."""
    return int(np.argmin(np.abs(np.log(RATIOS) - math.log(ratio))))


def held_class(grid: Grid, start: int, end: int) -> int:
    """How much stronger the strongest place is that a note is held over: 0 not, 1 a little, 2 much."""
    inside = [grid.weight_at(slot) for slot in range(start + 1, min(end, start + 1 + grid.slots_per_bar))]
    over = max(inside, default=0.0) - grid.weight_at(start)
    return int(np.searchsorted(HELD_BINS, max(0.0, over)))


def lead_tables(grid: Grid) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Two tables (slots of a bar, ratios): class of the place that an interval leads to, of what it is held over."""
    landing = np.zeros((grid.slots_per_bar, len(RATIOS)), np.intp)
    held = np.zeros_like(landing)
    for start in range(grid.slots_per_bar):
        for index, ratio in enumerate(RATIOS):
            end = start + max(1, round(ratio * grid.tactus_slots))
            landing[start, index] = weight_class(grid.weight_at(end))
            held[start, index] = held_class(grid, start, end)
    return landing, held


@dataclass(frozen=True, slots=True)
class WordLine:
    """The words of one line. level: stress 0 to 1 of each syllable; opens, closes: it begins, ends a word."""

    level: tuple[float, ...]
    opens: tuple[bool, ...]
    closes: tuple[bool, ...]
    ends_stanza: bool

    @classmethod
    def of(
        cls, syllables: tuple[Syllable, ...], *, ends_stanza: bool, level: NDArray[np.float64] | None = None
    ) -> WordLine:
        """level: in place of the syllables' own stress, where sections share a tune."""
        own = tuple(s.stress / 2.0 for s in syllables) if level is None else tuple(float(value) for value in level)
        return cls(
            own,
            tuple(s.position in ("single", "begin") for s in syllables),
            tuple(s.position in ("single", "end") for s in syllables),
            ends_stanza,
        )


def metre_columns(grid: Grid, style: str | None) -> list[float]:
    """Eleven numbers about the whole song."""
    beats = grid.tempo_map.beats_per_bar
    kind = 0 if beats in (2, 4, 8) else 1 if beats == 3 else 2 if beats % 3 == 0 else 3
    pulse_s = grid.tactus_slots * grid.slot_s
    return [
        *(float(kind == i) for i in range(4)),
        float(grid.tactus_slots % 3 == 0),
        math.log2(pulse_s / 0.5),
        grid.slots_per_bar / grid.tactus_slots / 8.0,
        grid.tactus_slots / 12.0,
        *(float(style == name) for name in STYLES),
    ]


def place_columns(grid: Grid, slot: int) -> list[float]:
    """Eleven numbers about a place in the bar."""
    phase = 2.0 * math.pi * (slot % grid.slots_per_bar) / grid.slots_per_bar
    weight = weight_class(grid.weight_at(slot))
    return [
        *(float(weight == i) for i in range(len(WEIGHT_BINS) + 1)),
        math.sin(phase), math.cos(phase), math.sin(2 * phase), math.cos(2 * phase),
        (slot % grid.tactus_slots) / grid.tactus_slots,
    ]  # fmt: skip


def syllable_columns(line: WordLine, index: int, *, slur: bool) -> list[float]:
    """Twelve numbers about a syllable, those after it, and how many are to come."""
    level = (*line.level, 0.0, 0.0, 0.0)
    closes = (*line.closes, True)
    left = len(line.level) - 1 - index
    return [
        level[index], level[index + 1], level[index + 2],
        max(0.0, level[index + 1] - level[index]), max(0.0, level[index] - level[index + 1]),
        float(line.closes[index]), float(closes[index + 1]), float(slur), float(left == 0),
        math.log1p(left) / 3.0, min(left, 8) / 8.0, float(line.ends_stanza),
    ]  # fmt: skip


def room_columns(grid: Grid, room_slots: int, left: int, note: int) -> list[float]:
    """Four numbers about the time a line has left. room_slots: to its last barline; left: syllables to come."""
    room = max(room_slots, 0) / grid.tactus_slots
    each = room / (left + 1)
    return [math.log2(room + 0.1) / 4.0, float(np.clip(math.log2(each + 0.05), -3, 3)), float(note == 0), note / 16.0]


RHYTHM_COLUMNS = 11 + 11 + 12 + 4


@dataclass(frozen=True, slots=True, eq=False)
class NoteLine:
    """A line whose rhythm is known. starts, ends: slots on the grid; levels: stress of each note's syllable;
    slurs: it goes on with the syllable before; index: line of its section; progress: 0 to 1 in the song."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    levels: tuple[float, ...]
    slurs: tuple[bool, ...]
    ends_stanza: bool
    last: bool
    index: int
    progress: float


LENGTH_BINS = (0.6, 1.1, 1.6, 2.1, 3.1)


def pitch_columns(
    line: NoteLine, grid: Grid, chords: ChordTrack, key: Key, *, centre: float, style: str | None
) -> Columns:
    """float32 (notes, PITCH_COLUMNS). centre: semitones of the register's middle above the anchor."""
    song = [*metre_columns(grid, style), float(key.mode == "minor"), centre / 6.0]
    count = len(line.starts)
    rows = []
    for i, (start, end) in enumerate(zip(line.starts, line.ends, strict=True)):
        times = grid.time_at(start), grid.time_at(end)
        harmony, chord = chords.harmony(*times), chords.onset_chord(*times)
        root = np.zeros(12)
        if chord is not None and chord.root is not None:
            root[(chord.root - key.tonic) % 12] = 1.0
        length = (end - start) / grid.tactus_slots
        size = int(np.searchsorted(LENGTH_BINS, length))
        rows.append([
            *np.roll(harmony.onset.astype(float), -key.tonic), *np.roll(harmony.member, -key.tonic), *root,
            *place_columns(grid, start), *(float(size == k) for k in range(len(LENGTH_BINS) + 1)),
            math.log2(length) / 2.0, line.levels[i], float(line.slurs[i]), *_line_columns(line, i, count), *song,
        ])  # fmt: skip
    return np.array(rows, np.float32)


def _line_columns(line: NoteLine, i: int, count: int) -> list[float]:
    left = count - 1 - i
    return [
        i / max(count - 1, 1), float(i == 0), float(left == 0), float(left == 1), float(left == 2), min(left, 8) / 8.0,
        count / 16.0, float(line.ends_stanza), float(line.last), *(float(line.index % 4 == k) for k in range(4)),
        line.progress,
    ]  # fmt: skip


PITCH_COLUMNS = 36 + 11 + 7 + 2 + 14 + 13


def anchor_of(tonic: int, centre_midi: float) -> int:
    """The tonic's MIDI number nearest to a pitch."""
    return tonic + 12 * round((centre_midi - tonic) / 12.0)
