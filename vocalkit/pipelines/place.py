"""Puts a user's own score onto a backing: its beats onto the beats that were heard."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from vocalkit.errors import ScoreError
from vocalkit.types import Backing, Note, Score

_BEAT_RATIOS = (0.5, 1.0, 2.0)
"""A tracker may count a tune in half or double time; the nearest of these is taken."""

LONGEST_RING_S = 5.0
"""How far a last note may sound past the end of the backing."""


def place_score(score: Score, backing: Backing, *, start_s: float | None = None) -> Score:
    """Move every note from the score's beats to the backing's tracked beats.

    The score's first beat falls on the tracked beat nearest `start_s`; without `start_s` its first
    full bar falls on the first downbeat that leaves room for a sung pickup. Positions inside a beat keep
    their proportion, so swing survives. Raises ScoreError where the score runs past the backing.
    """
    if not score.notes:
        raise ScoreError("the score has no notes to sing")
    grid, written = backing.tempo_map, score.tempo_map
    ratio = min(_BEAT_RATIOS, key=lambda r: abs(math.log(grid.bpm / (written.bpm * r))))
    ahead = max(0.0, written.first_downbeat - written.beat_at(score.notes[0].start_s))
    origin = _origin_beat(backing, start_s, pickup_beats=written.first_downbeat * ratio, sung_beats=ahead * ratio)

    def to_seconds(time_s: float) -> float:
        return grid.time_at(origin + written.beat_at(time_s) * ratio)

    placed = tuple(_moved(note, to_seconds(note.start_s), to_seconds(note.end_s)) for note in score.notes)
    over_s = placed[-1].end_s - backing.duration_s
    if over_s > LONGEST_RING_S:
        raise ScoreError(
            f"the score ends {over_s:.1f} s after the instrumental does; shorten it or begin earlier with --start"
        )
    return replace(
        score, notes=placed, tempo_map=grid, key=score.key or backing.key, chords=backing.chords,
        sections=backing.sections,
    )  # fmt: skip


def fit_range(score: Score, *, low_midi: float, high_midi: float) -> tuple[Score, int]:
    """Shift by whole octaves to where most of the sung time lies in the range; also tells how many."""
    pitches = np.array([note.pitch_midi for note in score.notes])
    lengths_s = np.array([note.duration_s for note in score.notes])

    def strain(octaves: int) -> tuple[float, int]:
        moved = pitches + 12 * octaves
        outside = np.maximum(low_midi - moved, 0) + np.maximum(moved - high_midi, 0)
        return float(np.sum(outside * lengths_s)), abs(octaves)

    octaves = min(range(-4, 5), key=strain)
    return transpose(score, 12.0 * octaves), octaves


def transpose(score: Score, semitones: float) -> Score:
    """The notes of a score higher by `semitones`, which need not be whole; the key stays as written."""
    if semitones == 0:
        return score
    moved = tuple(replace(note, pitch_midi=note.pitch_midi + semitones) for note in score.notes)
    return replace(score, notes=moved)


def _origin_beat(backing: Backing, start_s: float | None, *, pickup_beats: float, sung_beats: float) -> float:
    """The tracked beat where the score's beat 0 falls. sung_beats: of the pickup, from the first note on."""
    grid = backing.tempo_map
    if start_s is not None:
        return float(max(round(grid.beat_at(start_s)), math.ceil(grid.beat_at(0.0))))
    # Only what is sung of a pickup needs room: rests in it are how files write the time before the first beat.
    bars = math.ceil(max(0.0, sung_beats - grid.first_downbeat) / grid.beats_per_bar)
    return grid.first_downbeat + bars * grid.beats_per_bar - pickup_beats


def _moved(note: Note, start_s: float, end_s: float) -> Note:
    if start_s < 0:
        raise ScoreError("the score would begin before the instrumental does; begin later with --start")
    return replace(note, start_s=start_s, end_s=end_s)
