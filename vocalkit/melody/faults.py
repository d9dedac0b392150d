"""What a listener would object to in a tune, with the place where it is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from vocalkit.melody.grid import FASTEST_SYLLABLES_PER_S, STRONG
from vocalkit.melody.harmony import ChordTrack
from vocalkit.melody.report import REST_S, note_weights
from vocalkit.types import Backing, Note, Score, TempoMap

Fault = Literal["loop", "drone", "clash", "too fast", "out of range"]

SMALLEST_LOOP, LARGEST_LOOP, LOOP_ROUNDS = 2, 8, 3
LONGEST_DRONE = 6
LONGEST_RUB_S = 0.5
FAST_SYLLABLES = 5
FASTER_PER_S = FASTEST_SYLLABLES_PER_S + 0.5
"""Five syllables faster than this are not sung clearly."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection: what it is, from when to when, and in words."""

    fault: Fault
    start_s: float
    end_s: float
    text: str


def find_faults(score: Score, backing: Backing, *, low_midi: float | None, high_midi: float | None) -> list[Finding]:
    """Everything to object to, in the order of time. low_midi, high_midi: the singer's range, None: any."""
    found = [
        *_loops(score),
        *_drones(score),
        *_clashes(score, backing),
        *_fast(score.notes),
        *_out_of_range(score.notes, low_midi, high_midi),
    ]
    return sorted(found, key=lambda finding: (finding.start_s, finding.fault))


def phrases(notes: tuple[Note, ...]) -> list[list[Note]]:
    """Notes in groups between rests of a tenth of a second or more."""
    groups: list[list[Note]] = []
    for note in notes:
        if not groups or note.start_s - groups[-1][-1].end_s >= REST_S:
            groups.append([])
        groups[-1].append(note)
    return groups


def _steps(notes: tuple[Note, ...], tempo_map: TempoMap) -> list[tuple[float, float]]:
    """From each note to the next: semitones, and beats between their starts."""
    beats = [tempo_map.beat_at(note.start_s) for note in notes]
    return [
        (round(b.pitch_midi - a.pitch_midi, 1), round(y - x, 2))
        for a, b, x, y in zip(notes, notes[1:], beats, beats[1:], strict=False)
    ]


def _loops(score: Score) -> Iterator[Finding]:
    """The same few notes, pitch and rhythm, three times running."""
    notes, steps = score.notes, _steps(score.notes, score.tempo_map)
    at = 0
    while at < len(steps):
        size, end = _loop_from(steps, at)
        if not size:
            at += 1
            continue
        rounds = (end - at) / size
        yield Finding(
            "loop", notes[at].start_s, notes[min(end, len(notes) - 1)].end_s,
            f"{size} notes go round {rounds:.0f} times",
        )  # fmt: skip
        at = end


def _loop_from(steps: list[tuple[float, float]], at: int) -> tuple[int, int]:
    """Size and end of the loop that starts at a step; size 0 where none does."""
    for size in range(SMALLEST_LOOP, LARGEST_LOOP + 1):
        pattern = steps[at : at + size]
        # A pattern that moves on as a whole is a sequence, and one without motion a drone.
        if len(pattern) < size or abs(sum(move for move, _ in pattern)) > 0.05 or not any(move for move, _ in pattern):
            continue
        end = at + size
        while end < len(steps) and steps[end] == steps[end - size]:
            end += 1
        if end - at >= LOOP_ROUNDS * size - 1:
            return size, end
    return 0, at


def _drones(score: Score) -> Iterator[Finding]:
    for phrase in phrases(score.notes):
        for _, run in itertools.groupby(phrase, key=lambda note: round(note.pitch_midi, 1)):
            same = list(run)
            if len(same) >= LONGEST_DRONE:
                yield Finding("drone", same[0].start_s, same[-1].end_s, f"{len(same)} notes stay on one pitch")


def _clashes(score: Score, backing: Backing) -> Iterator[Finding]:
    """Notes that stay off the chord: half a second on a semitone above one of its tones, a second on any other tone.

    On strong beats half of that is enough; shorter notes pass.
    """
    track = ChordTrack(backing.chords, backing.key)
    tuning = backing.tuning_cents / 100.0
    for note, weight in zip(score.notes, note_weights(score), strict=True):
        pitch_class = round(note.pitch_midi - tuning) % 12
        for chord, seconds in track.under(note.start_s, note.end_s):
            if pitch_class in chord.pitch_classes:
                continue
            rubs = any((tone + 1) % 12 == pitch_class for tone in chord.pitch_classes)
            allowed_s = LONGEST_RUB_S * (1.0 if rubs else 2.0) * (0.5 if weight >= STRONG else 1.0)
            if seconds >= allowed_s:
                yield Finding("clash", note.start_s, note.end_s, f"{seconds:.2f} s against {chord.name}")
                break


def _fast(notes: tuple[Note, ...]) -> Iterator[Finding]:
    """In each phrase, from its first to its last syllable that comes too fast."""
    for phrase in phrases(notes):
        sung = [note for note in phrase if note.syllable is not None]
        paces = [
            (FAST_SYLLABLES - 1) / (last.start_s - first.start_s)
            for first, last in zip(sung, sung[FAST_SYLLABLES - 1 :], strict=False)
        ]
        fast = [at for at, pace in enumerate(paces) if pace > FASTER_PER_S]
        if fast:
            end_s = sung[fast[-1] + FAST_SYLLABLES - 1].end_s
            yield Finding("too fast", sung[fast[0]].start_s, end_s, f"{max(paces):.1f} syllables a second")


def _out_of_range(notes: tuple[Note, ...], low_midi: float | None, high_midi: float | None) -> Iterator[Finding]:
    for note in notes:
        under = low_midi is not None and note.pitch_midi < low_midi - 0.5
        over = high_midi is not None and note.pitch_midi > high_midi + 0.5
        if under or over:
            where = "under" if under else "over"
            yield Finding("out of range", note.start_s, note.end_s, f"MIDI {note.pitch_midi:.0f}, {where} the voice")
