from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from vocalkit.backing import analyze
from vocalkit.backing.chroma import note_strengths
from vocalkit.backing.pitches import LOW_MIDI, SEMITONES
from vocalkit.backing.tuning import to_semitones, tuning_cents
from vocalkit.types import Audio, Key


def test_chords_are_named_and_cover_the_track(four_chords: Audio) -> None:
    backing = analyze(four_chords)
    bar_s = 2.4
    heard = [backing.chord_at((bar + 0.5) * bar_s) for bar in range(12)]
    assert [chord.name for chord in heard if chord] == ["C:maj", "A:min", "F:maj", "G:maj"] * 3
    assert backing.chords[0].start_s == 0.0
    assert backing.chords[-1].end_s == pytest.approx(backing.duration_s)
    gaps = [b.start_s - a.end_s for a, b in zip(backing.chords, backing.chords[1:], strict=False)]
    assert np.allclose(gaps, 0.0)


def test_chord_changes_lie_on_beats(four_chords: Audio) -> None:
    backing = analyze(four_chords)
    for chord in backing.chords[1:]:
        assert np.abs(backing.tempo_map.beats_s - chord.start_s).min() < 1e-9


def test_key_of_a_progression(four_chords: Audio) -> None:
    assert analyze(four_chords).key == Key(0, "major")


def test_a_given_key_is_kept(four_chords: Audio) -> None:
    assert analyze(four_chords, key=Key(9, "minor")).key == Key(9, "minor")


@pytest.mark.parametrize("cents", [-35.0, 0.0, 20.0, 42.0])
def test_tuning_is_measured_and_undone(cents: float, sounds: SimpleNamespace) -> None:
    backing = analyze(sounds.song(cents=cents, bars=8))
    assert backing.tuning_cents == pytest.approx(cents, abs=6.0)
    assert backing.key == Key(0, "major")


@pytest.mark.parametrize("beats_per_bar", [3, 4])
def test_metre_and_downbeats(beats_per_bar: int, sounds: SimpleNamespace) -> None:
    backing = analyze(sounds.song(beats_per_bar=beats_per_bar, bpm=110.0, bars=16))
    assert backing.tempo_map.beats_per_bar == beats_per_bar
    bar_s = beats_per_bar * 60.0 / 110.0
    phase = (backing.tempo_map.downbeats_s / bar_s) % 1.0
    assert np.median(np.minimum(phase, 1.0 - phase)) * bar_s < 0.03


def test_overtones_are_not_taken_for_notes() -> None:
    spectrum = np.zeros((1, SEMITONES))
    root = 48 - LOW_MIDI
    for partial in range(1, 9):
        spectrum[0, root + round(12 * np.log2(partial))] += 0.75 ** (partial - 1)
    notes = note_strengths(spectrum)[0]
    assert int(notes.argmax()) == root
    assert np.delete(notes, root).max() < 0.2 * notes[root]


def test_tuning_of_nothing_is_zero() -> None:
    empty = np.zeros((10, SEMITONES * 5), np.float32)
    assert tuning_cents(empty) == 0.0
    assert not to_semitones(empty, 0.0).any()
