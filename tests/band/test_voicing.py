"""Chords under the hand."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.band.chords import SUFFIXES, parse_chord
from vocalkit.band.voicing import (
    BASS_HIGH,
    BASS_LOW,
    KEYS_HIGH,
    KEYS_LOW,
    bass_notes,
    guitar_voicing,
    keys_voicings,
    movement,
)

ROOTS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
progressions = st.lists(
    st.builds(lambda r, s: parse_chord(r + s), st.sampled_from(ROOTS), st.sampled_from(SUFFIXES)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=50, deadline=None)
@given(progressions)
def test_keys_play_chord_notes_in_range_and_move_little(chords) -> None:  # type: ignore[no-untyped-def]
    voicings = keys_voicings(chords)
    for chord, voicing in zip(chords, voicings, strict=True):
        assert voicing[0] >= KEYS_LOW and voicing[-1] <= KEYS_HIGH
        assert list(voicing) == sorted(voicing)
        assert {n % 12 for n in voicing} <= set(chord.pitch_classes)
        assert len({n % 12 for n in voicing}) >= min(len(chord.pitch_classes), 3)
    for one, other in itertools.pairwise(voicings):
        assert movement(one, other) / (len(one) + len(other)) <= 3.5


def test_common_progression_keeps_common_notes() -> None:
    voicings = keys_voicings([parse_chord(c) for c in ("C", "Am", "F", "G", "C")])
    assert movement(voicings[0], voicings[1]) == 4  # only G to A moves, two semitones there and two back
    assert len(set(voicings[1]) & set(voicings[2])) == 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_guitar_shapes_are_playable(suffix: str) -> None:
    for root in ROOTS:
        chord = parse_chord(root + suffix)
        shape = guitar_voicing(chord)
        assert 3 <= len(shape) <= 6
        assert list(shape) == sorted(set(shape))
        assert shape[0] % 12 == chord.root
        assert {n % 12 for n in shape} <= set(chord.pitch_classes)
        assert len({n % 12 for n in shape}) >= min(len(chord.pitch_classes), 3)


def test_open_g_is_the_open_g() -> None:
    assert guitar_voicing(parse_chord("G")) == (43, 47, 50, 55, 59, 67)


@settings(max_examples=50, deadline=None)
@given(progressions)
def test_bass_stays_low_and_near(chords) -> None:  # type: ignore[no-untyped-def]
    notes = bass_notes(chords)
    assert all(n is not None and BASS_LOW <= n <= BASS_HIGH for n in notes)
    assert all(n % 12 == c.bass_pitch_class for n, c in zip(notes, chords, strict=True) if n is not None)


def test_no_chord_is_silence() -> None:
    silence = parse_chord("N.C.")
    assert keys_voicings([silence]) == [()]
    assert guitar_voicing(silence) == ()
    assert bass_notes([silence]) == [None]
