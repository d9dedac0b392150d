"""What the chords allow: for each note, which pitch classes belong to the chord and which may pass."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import CHORD_INTERVALS, ChordSpan, Key

ONSET_GRACE_S = 0.07
"""A chord found by analysis may change a little after the beat it belongs to."""


@dataclass(frozen=True, slots=True, eq=False)
class NoteHarmony:
    """Harmony under one note. member: float64 (12,), share of the note over which a pitch class is
    a chord tone; onset: bool (12,), chord tones when it starts; allowed: bool (12,), may be sung."""

    member: NDArray[np.float64]
    onset: NDArray[np.bool_]
    allowed: NDArray[np.bool_]


class ChordTrack:
    """The chords in time, searched by bisection. Reads only."""

    def __init__(self, chords: tuple[ChordSpan, ...], key: Key) -> None:
        self._chords = tuple(chord for chord in chords if chord.root is not None)
        self._starts = [chord.start_s for chord in self._chords]
        self._key = key

    def at(self, time_s: float) -> ChordSpan | None:
        """The chord that sounds at a time, None where none does."""
        index = bisect_right(self._starts, time_s) - 1
        return self._chords[index] if index >= 0 and time_s < self._chords[index].end_s else None

    def under(self, start_s: float, end_s: float) -> list[tuple[ChordSpan, float]]:
        """The chords under a span with the seconds that each sounds there."""
        index = max(0, bisect_right(self._starts, start_s) - 1)
        found = []
        while index < len(self._chords) and self._starts[index] < end_s:
            chord = self._chords[index]
            seconds = min(end_s, chord.end_s) - max(start_s, chord.start_s)
            if seconds > 0:
                found.append((chord, seconds))
            index += 1
        return found

    def onset_chord(self, start_s: float, end_s: float) -> ChordSpan | None:
        """The chord a note starts on, one that begins within 70 ms counted as there already."""
        return self.at(start_s + min(ONSET_GRACE_S, 0.5 * (end_s - start_s)))

    def harmony(self, start_s: float, end_s: float) -> NoteHarmony:
        """Where no chord sounds, the key's tonic triad and scale stand in."""
        spans = self.under(start_s, end_s)
        member = np.zeros(12)
        allowed = np.ones(12, np.bool_)
        total = sum(seconds for _, seconds in spans)
        for chord, seconds in spans:
            member[list(chord.pitch_classes)] += seconds / total
            allowed &= passing_classes(chord, self._key)
        first = self.onset_chord(start_s, end_s) or (spans[0][0] if spans else None)
        onset = np.zeros(12, np.bool_)
        if first is None:
            third = 4 if self._key.mode == "major" else 3
            triad = [(self._key.tonic + step) % 12 for step in (0, third, 7)]
            onset[triad] = True
            member[list(self._key.scale)] = 0.5
            member[triad] = 1.0
            allowed = _classes(self._key.scale)
        else:
            onset[list(first.pitch_classes)] = True
            allowed |= onset
        return NoteHarmony(member, onset, allowed)


def passing_classes(chord: ChordSpan, key: Key) -> NDArray[np.bool_]:
    """bool (12,): the key's scale bent to a chord: C# for C while A7 sounds in C major."""
    allowed = _classes(key.scale)
    if chord.root is None:
        return allowed
    for step in CHORD_INTERVALS[chord.quality]:
        tone = (chord.root + step) % 12
        if tone not in key.scale:
            raised = step in (4, 8)
            allowed[(tone - 1 if raised else tone + 1) % 12] = False
    allowed[list(chord.pitch_classes)] = True
    return allowed


def _classes(pitch_classes: tuple[int, ...]) -> NDArray[np.bool_]:
    flags = np.zeros(12, np.bool_)
    flags[list(pitch_classes)] = True
    return flags
