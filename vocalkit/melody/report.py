"""Figures about a tune over a backing, the same for written and for human tunes.

Durations are seconds, weights are those of `vocalkit.melody.grid.metrical_weight`. A figure is None
where the score has nothing to judge it by (no chords, no stressed syllables).
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

import numpy as np

from vocalkit.errors import ScoreError
from vocalkit.melody.grid import STRONG, metrical_weight
from vocalkit.melody.harmony import ChordTrack
from vocalkit.types import Backing, Note, Score

REST_S = 0.1
"""Silence between two notes from which it counts as a rest."""
PATTERN_NOTES = 4


@dataclass(frozen=True, slots=True)
class MelodyReport:
    """chord_tone_rate: share of sung time on chord tones; strong_chord_tone_rate: share of the notes on
    strong beats; stressed_on_strong_rate: share of stressed syllables on a stronger place than each
    unstressed neighbour in the phrase; repetition_rate: share of four-note patterns (intervals and
    relative lengths) heard before; syllables_per_s_max: over any five syllables without a rest."""

    note_count: int
    chord_tone_rate: float | None
    strong_chord_tone_rate: float | None
    stressed_on_strong_rate: float | None
    range_semitones: float
    mean_leap_semitones: float
    largest_leap_semitones: float
    repetition_rate: float
    commonest_duration_share: float
    syllables_per_s_max: float
    rest_count: int
    shortest_rest_s: float | None


def melody_report(score: Score, backing: Backing) -> MelodyReport:
    """Judge a tune by the backing's chords and the score's own beats; ScoreError without notes."""
    notes = score.notes
    if not notes:
        raise ScoreError("the score has no notes to report on")
    pitches = np.array([note.pitch_midi for note in notes])
    leaps = np.abs(np.diff(pitches)) if len(notes) > 1 else np.zeros(1)
    rests = [b.start_s - a.end_s for a, b in itertools.pairwise(notes) if b.start_s - a.end_s >= REST_S]
    overall, strong = chord_tone_rates(score, backing)
    durations = Counter(round(beats, 2) for beats in _durations_beats(score))
    return MelodyReport(
        note_count=len(notes),
        chord_tone_rate=overall,
        strong_chord_tone_rate=strong,
        stressed_on_strong_rate=stressed_on_strong(score),
        range_semitones=float(np.ptp(pitches)),
        mean_leap_semitones=float(leaps.mean()),
        largest_leap_semitones=float(leaps.max()),
        repetition_rate=_repetition(score),
        commonest_duration_share=max(durations.values()) / len(notes),
        syllables_per_s_max=_fastest(notes),
        rest_count=len(rests),
        shortest_rest_s=min(rests, default=None),
    )


def note_weights(score: Score) -> list[float]:
    """Metrical weight of each note's start."""
    tempo_map = score.tempo_map
    weights = []
    for note in score.notes:
        beat = tempo_map.beat_at(note.start_s) - tempo_map.first_downbeat
        weights.append(metrical_weight(round(beat % tempo_map.beats_per_bar, 3), tempo_map.beats_per_bar))
    return weights


def chord_tone_rates(score: Score, backing: Backing) -> tuple[float | None, float | None]:
    """Share of chord tones by sung time, and among the notes that start on strong beats."""
    track = ChordTrack(backing.chords, backing.key)
    inside = total = 0.0
    strong: list[bool] = []
    for note, weight in zip(score.notes, note_weights(score), strict=True):
        pitch_class = round(note.pitch_midi - backing.tuning_cents / 100.0) % 12
        for chord, seconds in track.under(note.start_s, note.end_s):
            total += seconds
            inside += seconds * (pitch_class in chord.pitch_classes)
        chord_now = track.onset_chord(note.start_s, note.end_s)
        if weight >= STRONG and chord_now is not None:
            strong.append(pitch_class in chord_now.pitch_classes)
    return (inside / total if total else None), (float(np.mean(strong)) if strong else None)


def stressed_on_strong(score: Score) -> float | None:
    """Share of syllables with primary stress that stand on a stronger place than unstressed neighbours."""
    sung = [(note, weight) for note, weight in zip(score.notes, note_weights(score), strict=True) if note.syllable]
    verdicts = []
    for index, (note, weight) in enumerate(sung):
        if note.syllable is None or note.syllable.stress != 2:
            continue
        rivals = []
        for other in (index - 1, index + 1):
            if 0 <= other < len(sung) and _same_phrase(
                score.notes, sung[min(index, other)][0], sung[max(index, other)][0]
            ):
                syllable = sung[other][0].syllable
                if syllable is not None and syllable.stress == 0:
                    rivals.append(sung[other][1])
        if rivals:
            verdicts.append(weight > max(rivals))
    return float(np.mean(verdicts)) if verdicts else None


def _same_phrase(notes: tuple[Note, ...], left: Note, right: Note) -> bool:
    """No rest between two syllables, slurred notes of the first counted to it."""
    end_s = max(note.end_s for note in notes if left.start_s <= note.start_s < right.start_s)
    return right.start_s - end_s < REST_S


def _durations_beats(score: Score) -> list[float]:
    beat_at = score.tempo_map.beat_at
    return [beat_at(note.end_s) - beat_at(note.start_s) for note in score.notes]


def _repetition(score: Score) -> float:
    pitches = [note.pitch_midi for note in score.notes]
    starts = [score.tempo_map.beat_at(note.start_s) for note in score.notes]
    seen: set[tuple[tuple[int, float], ...]] = set()
    repeated = total = 0
    steps = [
        (round(b - a), round(y - x, 2)) for a, b, x, y in zip(pitches, pitches[1:], starts, starts[1:], strict=False)
    ]
    for at in range(len(steps) - PATTERN_NOTES + 2):
        pattern = tuple(steps[at : at + PATTERN_NOTES - 1])
        repeated += pattern in seen
        total += 1
        seen.add(pattern)
    return repeated / total if total else 0.0


def _fastest(notes: tuple[Note, ...]) -> float:
    phrases: list[list[Note]] = [[]]
    for note in notes:
        if phrases[-1] and note.start_s - phrases[-1][-1].end_s >= REST_S:
            phrases.append([])
        phrases[-1].append(note)
    fastest = 0.0
    for phrase in phrases:
        onsets = [note.start_s for note in phrase if note.syllable is not None]
        for at in range(len(onsets) - 1):
            last = min(at + 4, len(onsets) - 1)
            if last - at == 4 or at == 0:
                fastest = max(fastest, (last - at) / (onsets[last] - onsets[at]))
    return fastest
