"""How chords lie under the hand: keys by voice leading, guitar by fingering, bass by nearness."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from vocalkit.band.chords import ChordSymbol

Voicing = tuple[int, ...]
"""MIDI notes, rising; empty where no chord sounds."""

KEYS_LOW, KEYS_HIGH = 52, 72
KEYS_CENTRE = 61.0
"""Below most of a voice's range, so that the keys leave it room."""
BASS_LOW, BASS_HIGH = 29, 43
GUITAR_STRINGS = (40, 45, 50, 55, 59, 64)
_REACH = 3
_HIGHEST_FRET = 9


def keys_voicings(chords: Sequence[ChordSymbol]) -> list[Voicing]:
    """Close voicings of two to four notes, each as near as can be to the one before it."""
    voicings: list[Voicing] = []
    last: Voicing = ()
    for chord in chords:
        voicing = _nearest(_candidates(chord), last)
        voicings.append(voicing)
        last = voicing or last
    return voicings


def movement(one: Voicing, other: Voicing) -> int:
    """Semitones the hand moves between two voicings: every note to its nearest, both ways."""
    there = sum(min(abs(a - b) for b in other) for a in one)
    back = sum(min(abs(a - b) for a in one) for b in other)
    return there + back


def _candidates(chord: ChordSymbol) -> list[Voicing]:
    """Every close position of the chord within the keys' range."""
    classes = chord.pitch_classes
    if not classes:
        return []
    if len(classes) > 4:  # the bass has the root, and the fifth is missed least
        classes = tuple(c for c in classes[1:] if (c - classes[0]) % 12 != 7)[:4]
    found: set[Voicing] = set()
    for order in set(itertools.permutations(classes)):
        for lowest in range(KEYS_LOW, KEYS_HIGH + 1):
            if lowest % 12 != order[0]:
                continue
            notes = [lowest]
            for pitch_class in order[1:]:
                notes.append(notes[-1] + ((pitch_class - notes[-1] - 1) % 12 + 1))
            if notes[-1] <= KEYS_HIGH and notes[-1] - notes[0] <= 12:
                found.add(tuple(notes))
    return sorted(found)


def _nearest(candidates: list[Voicing], last: Voicing) -> Voicing:
    if not candidates:
        return ()

    def cost(voicing: Voicing) -> tuple[float, Voicing]:
        off_centre = abs(sum(voicing) / len(voicing) - KEYS_CENTRE)
        grinding = 3.0 * (voicing[1] - voicing[0] < 2)
        moved = float(movement(last, voicing)) if last else 0.0
        return moved + 0.4 * off_centre + grinding, voicing

    return min(candidates, key=cost)


def guitar_voicing(chord: ChordSymbol) -> Voicing:
    """A fingering on a guitar in standard tuning: four to six strings, the lowest on the root."""
    classes = set(chord.pitch_classes)
    if not classes:
        return ()
    shapes = [_shape(chord, position, classes) for position in range(_HIGHEST_FRET - _REACH + 1)]

    def cost(shape: tuple[int, Voicing]) -> tuple[float, int]:
        position, notes = shape
        missing = len(classes - {note % 12 for note in notes})
        return 6.0 * missing + 2.0 * max(0, 5 - len(notes)) + position, position

    return min(enumerate(shapes), key=cost)[1]


def _shape(chord: ChordSymbol, position: int, classes: set[int]) -> Voicing:
    """The notes of a hand at `position`; open strings serve only near the nut."""
    frets = [*([0] if position <= 1 else []), *range(max(position, 1), position + _REACH + 1)]
    notes: list[int] = []
    for open_string in GUITAR_STRINGS:
        wanted = {chord.root} if not notes else classes
        note = next((open_string + fret for fret in frets if (open_string + fret) % 12 in wanted), None)
        if note is not None and (not notes or note > notes[-1]):
            notes.append(note)
    return tuple(notes)


def bass_notes(chords: Sequence[ChordSymbol]) -> list[int | None]:
    """The bass note of each chord, in the octave nearest to the one before."""
    notes: list[int | None] = []
    last = 36
    for chord in chords:
        pitch_class = chord.bass_pitch_class
        if pitch_class is None:
            notes.append(None)
            continue
        options = [n for n in range(BASS_LOW, BASS_HIGH + 1) if n % 12 == pitch_class]
        last = min(options, key=lambda n: (abs(n - last) + 0.3 * abs(n - 36), n))
        notes.append(last)
    return notes
