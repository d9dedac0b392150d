"""Chord symbols."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.band.chords import SUFFIXES, parse_chord
from vocalkit.errors import ChartError
from vocalkit.types import CHORD_INTERVALS

ROOTS = {"C": 0, "C#": 1, "Db": 1, "D": 2, "Eb": 3, "E": 4, "F": 5, "F#": 6, "Gb": 6, "G": 7, "Ab": 8, "A": 9, "Bb": 10,
         "B": 11, "Cb": 11, "E#": 5}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "root", "quality", "bass"),
    [
        ("C", 0, "maj", None), ("Am7", 9, "min7", None), ("F#m", 6, "min", None), ("Bbmaj7", 10, "maj7", None),
        ("G/B", 7, "maj", 11), ("Dsus4", 2, "sus4", None), ("Edim", 4, "dim", None), ("A7", 9, "7", None),
        ("Caug", 0, "aug", None), ("C6", 0, "6", None), ("C5", 0, "5", None), ("B♭m7♭5/A♭", 10, "hdim7", 8),
        ("C6/9", 0, "6", None), ("D6/F#", 2, "6", 6), ("N.C.", None, "maj", None), ("n.c.", None, "maj", None),
    ],
)  # fmt: skip
def test_reads_what_musicians_write(text: str, root: int | None, quality: str, bass: int | None) -> None:
    chord = parse_chord(text)
    assert (chord.root, chord.quality, chord.bass) == (root, quality, bass)


@given(st.sampled_from(sorted(ROOTS)), st.sampled_from(SUFFIXES), st.sampled_from([None, *sorted(ROOTS)]))
def test_every_root_suffix_and_bass_combine(root: str, suffix: str, bass: str | None) -> None:
    chord = parse_chord(root + suffix + (f"/{bass}" if bass else ""))
    assert chord.root == ROOTS[root]
    assert chord.bass_pitch_class == ROOTS[bass or root]
    assert chord.quality in CHORD_INTERVALS
    assert chord.pitch_classes[0] == chord.root
    assert len(set(chord.pitch_classes)) == len(chord.pitch_classes)


def test_added_notes_sound() -> None:
    assert parse_chord("Cadd9").pitch_classes == (0, 4, 7, 2)
    assert parse_chord("G7sus4").pitch_classes == (7, 0, 2, 5)


@pytest.mark.parametrize("text", ["", "H7", "am", "Cmj7", "C/", "G/H", "C//E", "7", "Cmaj77", "♯"])
def test_refuses_what_is_no_chord(text: str) -> None:
    with pytest.raises(ChartError, match="expected"):
        parse_chord(text)
