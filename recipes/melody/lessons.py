"""Songs as the numbers that the two networks learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from songs import Song

from vocalkit.melody.encode import (
    REACH,
    NoteLine,
    WordLine,
    anchor_of,
    lead_tables,
    metre_columns,
    pitch_columns,
    place_columns,
    ratio_class,
    room_columns,
    syllable_columns,
)
from vocalkit.melody.grid import Grid, make_grid
from vocalkit.melody.harmony import ChordTrack

MOST_OFF_GRID = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class PitchLesson:
    """columns: (notes, PITCH_COLUMNS) for the anchor nearest to the middle; pitches: MIDI less anchor."""

    columns: NDArray[np.float32]
    pitches: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RhythmLesson:
    """columns: (notes, RHYTHM_COLUMNS); ratios: class of each inter-onset interval; slurs: the next note goes on with
    the syllable; closes: it ends its line; landing, held: (notes, ratios) classes of where each interval would lead."""

    columns: NDArray[np.float32]
    ratios: NDArray[np.int64]
    slurs: NDArray[np.float32]
    closes: NDArray[np.float32]
    landing: NDArray[np.int64]
    held: NDArray[np.int64]


def grid_of(song: Song) -> Grid | None:
    """Halves or thirds of the beat, whichever holds the notes; None where neither does."""
    best, off = None, MOST_OFF_GRID
    for feel in ("straight", "triplet"):
        grid = make_grid(song.tempo_map(), feel=feel)  # type: ignore[arg-type]
        slots = np.array([note[0] for note in song.notes]) * grid.slots_per_beat
        share = float(np.mean(np.abs(slots - np.round(slots)) > 1e-3))
        if share < off:
            best, off = grid, share
    return best


def slots_of(song: Song, grid: Grid) -> list[list[tuple[int, int, int, bool]]]:
    """(start, end, pitch, opens a syllable) in slots of the backing's grid, line by line; at least a slot each."""
    lead = song.beats_per_bar
    lines, before = [], -(10**6)
    for line in song.line_notes():
        made = []
        for start, end, pitch, opens in line:
            low = max(before, round((start + lead) * grid.slots_per_beat))
            high = max(low + 1, round((end + lead) * grid.slots_per_beat))
            made.append((low, high, pitch, opens))
            before = high
        lines.append(made)
    return lines


def pitch_lesson(song: Song, grid: Grid, *, style: str | None) -> PitchLesson:
    backing = song.backing()
    chords = ChordTrack(backing.chords, backing.key)
    pitches = np.array([note[2] for note in song.notes])
    anchor = anchor_of(song.tonic, float(pitches.mean()))
    lines = slots_of(song, grid)
    at, tables = 0, []
    for index, (notes, (count, ends_stanza)) in enumerate(zip(lines, song.lines, strict=True)):
        stresses = iter(stress / 2.0 for _, stress, _ in song.syllables[at : at + count])
        levels: list[float] = []
        for note in notes:
            levels.append(next(stresses) if note[3] else levels[-1])
        at += count
        line = NoteLine(
            tuple(n[0] for n in notes), tuple(n[1] for n in notes), tuple(levels), tuple(not n[3] for n in notes),
            ends_stanza, index == len(lines) - 1, index, index / max(1, len(lines) - 1),
        )  # fmt: skip
        tables.append(
            pitch_columns(line, grid, chords, backing.key, centre=float(pitches.mean()) - anchor, style=style)
        )
    return PitchLesson(np.concatenate(tables), np.clip(pitches - anchor, -REACH, REACH).astype(np.int64))


def rhythm_lesson(song: Song, grid: Grid, *, style: str | None) -> RhythmLesson:
    metre, (leads, holds) = metre_columns(grid, style), lead_tables(grid)
    syllables = song.lyrics().sections[0].lines
    rows: list[list[float]] = []
    ratios, slurs, closes, landing, held = [], [], [], [], []
    for words, notes in zip(syllables, slots_of(song, grid), strict=True):
        line = WordLine.of(words.syllables, ends_stanza=words.ends_stanza)
        limit = -(-notes[-1][1] // grid.slots_per_bar) * grid.slots_per_bar
        index = -1
        for i, (start, end, _, opens) in enumerate(notes):
            index += opens
            left = len(line.level) - 1 - index
            rows.append([
                *metre, *place_columns(grid, start), *syllable_columns(line, index, slur=not opens),
                *room_columns(grid, limit - start, left, i),
            ])  # fmt: skip
            closing = i == len(notes) - 1
            gap = end - start if closing else notes[i + 1][0] - start
            ratios.append(ratio_class(gap / grid.tactus_slots))
            slurs.append(float(not closing and not notes[i + 1][3]))
            closes.append(float(closing))
            landing.append(leads[start % grid.slots_per_bar])
            held.append(holds[start % grid.slots_per_bar])
    return RhythmLesson(
        np.array(rows, np.float32), np.array(ratios), np.array(slurs, np.float32), np.array(closes, np.float32),
        np.array(landing), np.array(held),
    )  # fmt: skip
