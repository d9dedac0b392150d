"""The values are valid when made, read-only, and share memory only with arrays that nobody can write."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.errors import InputError
from vocalkit.types import (
    Audio,
    ChordSpan,
    Expression,
    F0Curve,
    Key,
    LyricSection,
    Mode,
    Note,
    Performance,
    PhonemeSpan,
    Score,
    SourceFilter,
    Syllable,
    TempoMap,
    frozen_array,
)

LA = Syllable("la", ("l", "ɑ"), 2)


def test_audio_is_copied_and_cannot_be_written() -> None:
    samples = np.zeros((2, 10))
    audio = Audio(samples, 44_100)
    samples[:] = 1
    assert audio.samples.dtype == np.float32
    assert not audio.samples.any()
    with pytest.raises(ValueError, match="read-only"):
        audio.samples[0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        audio.sample_rate = 1  # type: ignore[misc]


def test_a_read_only_array_is_shared_and_a_view_of_a_writable_one_is_not() -> None:
    owner = np.zeros((1, 8), np.float32)
    view = owner[:, :4]
    view.flags.writeable = False
    assert frozen_array(view, np.float32) is not view
    owner.flags.writeable = False
    assert frozen_array(owner, np.float32) is owner


@pytest.mark.parametrize(
    "make",
    [
        lambda: Audio(np.zeros(5), 44_100),
        lambda: Audio(np.zeros((1, 5)), 0),
        lambda: Note(1.0, 1.0, 60),
        lambda: Note(-0.1, 1.0, 60),
        lambda: Note(0.0, float("nan"), 60),
        lambda: Note(0.0, 1.0, 128),
        lambda: Syllable("x", ()),
        lambda: Syllable("x", ("x",), 3),
        lambda: TempoMap(np.array([0.0])),
        lambda: TempoMap(np.array([0.0, 1.0, 1.0])),
        lambda: TempoMap(np.array([0.0, 1.0]), 0),
        lambda: TempoMap.constant(0, duration_s=10),
        lambda: Key(12, "major"),
        lambda: ChordSpan(0, 1, 3, "major"),
        lambda: Score((Note(0, 1, 60),), TempoMap.constant(120, duration_s=4)),
        lambda: Score((Note(0, 2, 60, LA), Note(1, 3, 60, LA)), TempoMap.constant(120, duration_s=4)),
        lambda: F0Curve(np.array([0.0, 100.0]), np.array([True, True]), 0.005),
        lambda: F0Curve(np.zeros(3), np.zeros(2, bool), 0.005),
        lambda: Expression(np.full(3, 2.0), np.zeros(3), np.zeros(3)),
    ],
)
def test_impossible_values_are_refused(make: object) -> None:
    with pytest.raises(InputError):
        make()  # type: ignore[operator]


def test_a_performance_is_consistent() -> None:
    f0 = F0Curve(np.full(4, 200.0), np.ones(4, bool), 0.005)
    note, span = Note(0, 0.02, 60, LA), PhonemeSpan("ɑ", 0.0, 0.02, 0)
    Performance((note,), (span,), f0, np.zeros(4), Expression.neutral(4))
    with pytest.raises(InputError, match="equally long"):
        Performance((note,), (span,), f0, np.zeros(3), Expression.neutral(4))
    with pytest.raises(InputError, match="does not exist"):
        Performance((note,), (dataclasses.replace(span, note=1),), f0, np.zeros(4), Expression.neutral(4))
    with pytest.raises(InputError, match="same frames"):
        SourceFilter(np.zeros((3, 5)), np.zeros((3, 5)), f0, 44_100)


@given(st.lists(st.floats(0.05, 3.0), min_size=1, max_size=40), st.floats(-20, 60), st.integers(1, 7))
def test_beats_and_seconds_are_inverse(gaps: list[float], beat: float, beats_per_bar: int) -> None:
    grid = TempoMap(np.concatenate([[0.3], 0.3 + np.cumsum(gaps)]), beats_per_bar)
    assert grid.beat_at(grid.time_at(beat)) == pytest.approx(beat, abs=1e-6)
    assert grid.time_at(beat + 0.5) > grid.time_at(beat)


def test_downbeats_follow_the_metre() -> None:
    grid = TempoMap(np.arange(9.0), 3, first_downbeat=4)
    assert grid.first_downbeat == 1
    assert list(grid.downbeats_s) == [1.0, 4.0, 7.0]
    assert grid.bpm == 60.0


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("C", "C major"),
        ("f#m", "F# minor"),
        ("A# major", "Bb major"),
        ("e minor", "E minor"),
        ("Cb", "B major"),
        ("A♭", "Ab major"),
        ("Dbm", "C# minor"),
    ],
)
def test_keys_are_read(text: str, name: str) -> None:
    assert Key.parse(text).name == name


@given(st.integers(0, 11), st.sampled_from(["major", "minor"]))
def test_a_key_reads_back_as_it_is_named(tonic: int, mode: Mode) -> None:
    assert Key.parse(Key(tonic, mode).name) == Key(tonic, mode)


@pytest.mark.parametrize("text", ["", "H", "C dorian", "7"])
def test_unreadable_keys_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="cannot read the key"):
        Key.parse(text)


def test_sections_of_one_kind() -> None:
    assert LyricSection("Verse 2", ()).kind == LyricSection("verse 1", ()).kind == "verse"


def test_chords_know_their_tones() -> None:
    assert ChordSpan(0, 1, 9, "min7").pitch_classes == (9, 0, 4, 7)
    assert ChordSpan(0, 1, None).pitch_classes == ()
    assert Key(9, "minor").scale == (9, 11, 0, 2, 4, 5, 7)
