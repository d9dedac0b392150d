"""Harmony voices keep the rules, and takes are never quite together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import InputError, ScoreError
from vocalkit.melody.harmonize import HarmonyLine, Place, harmonize, note_name, places_for
from vocalkit.melody.harmonize_chords import chords_under
from vocalkit.melody.harmonize_singing import Spread, spread_take, sung_line
from vocalkit.types import ChordSpan, Key, Note, Score, Syllable, TempoMap

LA = Syllable("la", ("l", "ɑ"), 1)
BEAT_S = 0.5
PROGRESSION = ((0, "maj"), (9, "min"), (5, "maj"), (7, "maj"))
TUNE = (64, 65, 67, 67, 69, 67, 64, 60, 65, 64, 62, 60, 62, 67, 65, 62, 64, 67, 72, 71, 69, 64, 60, 60)
WIDE = (45.0, 84.0)


def song(pitches: tuple[int, ...] = TUNE, *, chords: bool = True, tuning: float = 0.0) -> Score:
    """A tune in C on quarters, four to a bar, a bar a chord, with a rest after every eighth note."""
    notes, at = [], 0.0
    for index, pitch in enumerate(pitches):
        notes.append(Note(at, at + BEAT_S, pitch + tuning, LA))
        at += BEAT_S * (5 if index % 8 == 7 else 1)
    bars = int(np.ceil(at / (4 * BEAT_S)))
    spans = tuple(ChordSpan(2.0 * bar, 2.0 * (bar + 1), *PROGRESSION[bar % 4]) for bar in range(bars))
    return Score(tuple(notes), TempoMap.constant(120.0, duration_s=at + 2), Key(0, "major"), spans if chords else ())


def lines_of(score: Score, voices: int, low: float = WIDE[0], high: float = WIDE[1]) -> tuple[HarmonyLine, ...]:
    assert score.key is not None
    return harmonize(score, score.chords, score.key, places_for(voices, low, high, score))


def stacks(score: Score, lines: tuple[HarmonyLine, ...]) -> list[list[int]]:
    """The semitones of all voices at every note, highest first, the tune among them."""
    return [
        sorted([round(note.pitch_midi), *(round(line.notes[at].pitch_midi) for line in lines)], reverse=True)
        for at, note in enumerate(score.notes)
    ]


@pytest.mark.parametrize("voices", [1, 2, 3])
def test_strong_beats_are_consonant_with_the_chord(voices: int) -> None:
    score = song()
    lines = lines_of(score, voices)
    for at, note in enumerate(score.notes):
        if round(note.start_s / BEAT_S) % 2 == 0:
            chord = next(c for c in score.chords if c.start_s <= note.start_s < c.end_s)
            for line in lines:
                assert round(line.notes[at].pitch_midi) % 12 in chord.pitch_classes, (at, chord.name)


def test_one_harmony_goes_in_thirds_and_sixths_most_of_the_time() -> None:
    score = song()
    (line,) = lines_of(score, 1)
    away = [abs(round(h.pitch_midi) - round(n.pitch_midi)) % 12 for h, n in zip(line.notes, score.notes, strict=True)]
    assert np.mean([interval in (3, 4, 8, 9) for interval in away]) > 0.6
    assert not any(interval in (0, 1, 2, 6, 10, 11) for interval in away), "never dissonant, never in unison"


@pytest.mark.parametrize("voices", [1, 2, 3])
def test_no_voice_crosses_another_or_is_in_unison_with_it(voices: int) -> None:
    score = song()
    lines = lines_of(score, voices)
    targets = [line.target for line in lines]
    assert targets == sorted(targets, reverse=True)
    for at, note in enumerate(score.notes):
        tune = round(note.pitch_midi)
        pitches = [round(line.notes[at].pitch_midi) for line in lines]
        assert all(above > below for above, below in pairwise(pitches))
        for pitch, target in zip(pitches, targets, strict=True):
            assert (pitch > tune) == (target > 0) and pitch != tune


@pytest.mark.parametrize("voices", [1, 2, 3])
def test_no_fifths_or_octaves_in_parallel(voices: int) -> None:
    score = song()
    for before, now, first, second in zip(
        stacks(score, lines_of(score, voices)), stacks(score, lines_of(score, voices))[1:], score.notes,
        score.notes[1:], strict=False,
    ):  # fmt: skip
        if second.start_s - first.end_s > 0.05:
            continue
        for one in range(len(now)):
            for other in range(one + 1, len(now)):
                moved = (now[one] - before[one], now[other] - before[other])
                alike = moved[0] * moved[1] > 0
                gap_before, gap_now = (before[one] - before[other]) % 12, (now[one] - now[other]) % 12
                assert not (alike and gap_now in (0, 7) and gap_before == gap_now), (before, now)


def test_a_range_is_kept_and_one_without_room_is_refused_by_name() -> None:
    score = song()
    for line in lines_of(score, 2, 52.0, 77.0):
        assert all(52.0 <= note.pitch_midi <= 77.0 for note in line.notes)
    with pytest.raises(ScoreError, match=r"no room for 1 harmony voice.*E4 at 0\.0 s.*and \d+ more.*transpose"):
        harmonize(score, score.chords, Key(0, "major"), (Place(20.0, 30.0, -4.0),))


def test_a_high_tune_has_its_harmony_below_and_a_low_one_above() -> None:
    assert places_for(1, 55.0, 74.0, song())[0].target < 0
    assert places_for(1, 60.0, 84.0, song())[0].target > 0
    assert len({place.target for place in places_for(3, 50.0, 80.0, song())}) == 3
    for wrong in (0, 4):
        with pytest.raises(InputError, match="1 to 3"):
            places_for(wrong, 50.0, 80.0, song())


def test_a_chord_that_changes_under_a_held_note_moves_the_harmony() -> None:
    chords = (ChordSpan(0.0, 1.0, 0, "maj"), ChordSpan(1.0, 2.0, 5, "maj"))
    score = Score((Note(0.0, 2.0, 72.0, LA),), TempoMap.constant(120.0, duration_s=3.0), Key(0, "major"), chords)
    (line,) = harmonize(score, chords, Key(0, "major"), (Place(55.0, 71.0, -4.0),))
    first, second = (round(note.pitch_midi) for note in line.notes)
    assert first % 12 in (0, 4, 7) and second % 12 in (5, 9, 0) and first != second
    sung = sung_line(line, score)
    assert [note.syllable for note in sung.notes] == [LA, None], "the change is slurred"


def test_the_tuning_of_the_tune_is_kept() -> None:
    for line in lines_of(song(tuning=0.2), 2):
        assert all(note.pitch_midi % 1 == pytest.approx(0.2, abs=1e-6) for note in line.notes)


def test_oohs_are_held_and_begin_again_after_a_rest() -> None:
    score = song()
    (line,) = lines_of(score, 1)
    oohs = sung_line(line, score, "oohs")
    begun = [note for note in oohs.notes if note.syllable is not None]
    assert len(begun) == 3, "one for every phrase"
    assert all(note.syllable.phonemes == ("u",) for note in begun if note.syllable)
    assert all(a.pitch_midi != b.pitch_midi for a, b in pairwise(oohs.notes) if b.syllable is None)
    words = sung_line(line, score, "words")
    assert [note.syllable for note in words.notes] == [note.syllable for note in score.notes]


def test_chords_are_guessed_from_the_tune_with_a_warning() -> None:
    chords, key, notices = chords_under(song(chords=False))
    assert key == Key(0, "major") and len(notices) == 1 and "guessed" in notices[0]
    assert chords[0].root == 0
    for note in song().notes:
        chord = next(c for c in chords if c.start_s <= note.start_s < c.end_s)
        assert chord.root is not None and set(chord.pitch_classes) <= set(key.scale) | {11}
    assert chords_under(song())[2] == ()


def test_takes_differ_by_milliseconds_and_cents() -> None:
    score = song(TUNE * 6)
    spread = Spread()
    takes = [spread_take(score, seed=seed, spread=spread) for seed in range(12)]
    late_s = np.array([[t.start_s - n.start_s for t, n in zip(take.notes, score.notes, strict=True)] for take in takes])
    cents = np.array(
        [[100 * (t.pitch_midi - n.pitch_midi) for t, n in zip(take.notes, score.notes, strict=True)] for take in takes]
    )
    assert 0.009 < late_s[:, 1:].std() < 0.022 and abs(late_s).max() < 0.06
    assert 3.5 < cents.std() < 9.0 and abs(cents.mean()) < 3.0
    assert np.corrcoef(late_s[0], late_s[1])[0, 1] < 0.5, "takes are not late together"
    assert spread_take(score, seed=3).notes == spread_take(score, seed=3).notes
    assert spread_take(score, seed=3).notes != spread_take(score, seed=4).notes


def test_no_spread_is_no_change() -> None:
    score = song()
    assert spread_take(score, seed=1, spread=Spread(0.0, 0.0, 0.0, 0.0, 0.0)).notes == score.notes


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(58, 74), min_size=1, max_size=24),
    st.integers(1, 3),
    st.integers(0, 11),
    st.sampled_from(["major", "minor"]),
)
def test_any_tune_is_harmonized_or_refused(pitches: list[int], voices: int, tonic: int, mode: str) -> None:
    key = Key(tonic, mode)  # type: ignore[arg-type]
    score = song(tuple(pitches))
    lines = harmonize(score, score.chords, key, places_for(voices, 40.0, 90.0, score))
    assert len(lines) == voices
    for line in lines:
        assert len(line.notes) >= len(pitches)
        assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(line.notes))
    for sung in (spread_take(sung_line(line, score, "aahs"), seed=0) for line in lines):
        assert sung.notes[0].syllable is not None


def test_notes_are_named_as_musicians_name_them() -> None:
    assert (note_name(60), note_name(69), note_name(42)) == ("C4", "A4", "F#2")
