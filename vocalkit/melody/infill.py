"""New notes for some syllables between notes that stay: rhythm and pitches by the composer's own rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocalkit.errors import LyricsError
from vocalkit.melody import contour
from vocalkit.melody.grid import Grid, make_grid
from vocalkit.melody.harmony import ChordTrack, NoteHarmony
from vocalkit.melody.pitch import Slot, sing_line
from vocalkit.melody.rhythm import RhythmTask, Stress, Taste, note_ends, write_rhythm
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.windows import Window
from vocalkit.types import Backing, Note

ANCHOR_GAIN = 40.0
"""How firmly a line leads to the note that stays after it."""

NEWNESS_GAIN = 2.5
"""How firmly it leads away from the pitches that were there."""

LEAST_ROOM = 4
WIDEN = 2
"""Semitones around the old notes that new ones may use beyond them, and the least there must be."""


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """A hole in a tune. old: the notes that were there, first to last; start_s, until_s: the new ones lie within;
    before, after: the notes beside it that stay, None where there is none in the same line; ends_line: a cadence is
    due."""

    old: tuple[Note, ...]
    start_s: float
    until_s: float
    before: Note | None
    after: Note | None
    ends_line: bool


def fill(
    gap: Gap,
    backing: Backing,
    *,
    settings: ComposeSettings,
    low_midi: float,
    high_midi: float,
    rng: np.random.Generator,
) -> tuple[Note, ...]:
    """New notes for the syllables of a gap, each on one note.

    Where the syllables cannot be placed anew on the grid they keep their times, and slurs, and get new pitches.
    """
    grid = make_grid(backing.tempo_map, feel=settings.feel)
    times = _times(gap, grid, settings, rng)
    track, tuning = ChordTrack(backing.chords, backing.key), backing.tuning_cents / 100.0
    harmonies = [track.harmony(start_s, end_s) for start_s, end_s, _ in times]
    slots = _slots(gap, grid, times, harmonies, backing, rng)
    if gap.after is not None:
        slots.append(_anchor(gap.after, grid, track, tuning))
    before = None if gap.before is None else round(gap.before.pitch_midi - tuning)
    pitches = sing_line(
        slots, _room(gap, tuning, low_midi, high_midi), before=before, temperature=settings.variety, rng=rng
    )
    return tuple(
        Note(start_s, end_s, pitch + tuning, None if carried else gap.old[carrier].syllable)
        for (start_s, end_s, carrier), pitch, carried in zip(times, pitches, _carried(gap, times), strict=False)
    )


Times = list[tuple[float, float, int]]
"""Start, end and the index of the old note whose syllable is sung."""


def _carried(gap: Gap, times: Times) -> list[bool]:
    return [gap.old[carrier].syllable is None for _, _, carrier in times]


def _times(gap: Gap, grid: Grid, settings: ComposeSettings, rng: np.random.Generator) -> Times:
    """A new rhythm between the border notes, or the old one where none fits."""
    begins = [at for at, note in enumerate(gap.old) if note.syllable is not None]
    first, until = _slot(grid, gap.start_s), _slot(grid, gap.until_s)
    bar = first // grid.slots_per_bar * grid.slots_per_bar
    stress = tuple(syllable.stress for note in gap.old if (syllable := note.syllable) is not None)
    task = RhythmTask(
        stress=Stress.of([stress]),
        window=Window(bar - first, until - bar),
        opening=0,
        motif=frozenset(),
        taste=Taste.draw(rng, grid, max(1, -(-(until - bar) // grid.slots_per_bar))).times(2.0),
        syncopation=settings.syncopation,
        crowding=settings.syllables_per_s / ComposeSettings().syllables_per_s,
    )
    try:
        onsets = write_rhythm(task, grid)
    except LyricsError:
        return [(note.start_s, note.end_s, at) for at, note in enumerate(gap.old)]
    ends = note_ends(onsets, until - bar, grid)
    starts_s = [gap.start_s, *(grid.time_at(bar + onset) for onset in onsets[1:])]
    ends_s = [*starts_s[1:], min(gap.until_s, grid.time_at(bar + ends[-1]))]
    if gap.after is not None:
        ends_s[-1] = gap.until_s
    if any(end_s - start_s < 0.5 * grid.slot_s for start_s, end_s in zip(starts_s, ends_s, strict=True)):
        return [(note.start_s, note.end_s, at) for at, note in enumerate(gap.old)]
    return list(zip(starts_s, ends_s, begins, strict=True))


def _slot(grid: Grid, time_s: float) -> int:
    beat = grid.tempo_map.beat_at(time_s) - grid.tempo_map.first_downbeat
    return round(beat * grid.slots_per_beat)


def _slots(
    gap: Gap, grid: Grid, times: Times, harmonies: list[NoteHarmony], backing: Backing, rng: np.random.Generator
) -> list[Slot]:
    tuning = backing.tuning_cents / 100.0
    centre = float(np.mean([note.pitch_midi for note in gap.old])) - tuning
    shape = contour.SHAPES[rng.integers(len(contour.SHAPES))]
    targets = centre + contour.contour(shape, len(times), float(rng.uniform(3.0, 7.0)))
    slots = []
    for index, ((start_s, end_s, carrier), harmony) in enumerate(zip(times, harmonies, strict=True)):
        ending = gap.ends_line and index == len(times) - 1
        bonus = contour.cadence_bonus(backing.key, harmony, final=True, last=False) if ending else np.zeros(12)
        # Away from the pitch that was there: a retake is to be another one.
        bonus[round(gap.old[carrier].pitch_midi - tuning) % 12] -= NEWNESS_GAIN
        slots.append(
            Slot(
                harmony=harmony,
                weight=grid.weight_at(_slot(grid, start_s)),
                length=(end_s - start_s) / (grid.tactus_slots * grid.slot_s),
                target_midi=float(targets[index]),
                cadence=bonus,
                slur=gap.old[carrier].syllable is None,
            )
        )
    return slots


def _anchor(after: Note, grid: Grid, track: ChordTrack, tuning: float) -> Slot:
    """The note that stays after the gap, as the end that its line leads to."""
    pitch = round(after.pitch_midi - tuning)
    return Slot(
        harmony=track.harmony(after.start_s, after.end_s),
        weight=0.0,
        length=after.duration_s / (grid.tactus_slots * grid.slot_s),
        target_midi=float(pitch),
        cadence=np.zeros(12),
        reference_midi=pitch,
        reference_gain=ANCHOR_GAIN,
    )


def _room(gap: Gap, tuning: float, low_midi: float, high_midi: float) -> np.ndarray:
    """Pitches to choose from: about where the old notes lay, inside the voice."""
    beside: Sequence[Note] = [note for note in (gap.before, gap.after) if note is not None]
    lying = [round(note.pitch_midi - tuning) for note in (*gap.old, *beside)]
    low, high = min(lying) - WIDEN, max(lying) + WIDEN
    missing = max(0, LEAST_ROOM - (high - low))
    # What is there already may be sung again, whatever the voice's range is.
    low = max(low - missing, min(min(lying), math.ceil(low_midi - tuning - 1e-9)))
    high = min(high + missing, max(max(lying), math.floor(high_midi - tuning + 1e-9)))
    return np.arange(low, high + 1)
