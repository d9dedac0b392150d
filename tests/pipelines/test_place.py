"""A user's score on a backing: beats on beats, octaves for the voice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import ScoreError
from vocalkit.pipelines.place import fit_range, place_score, transpose
from vocalkit.types import Backing, Key, Note, Score, Syllable, TempoMap

LA = Syllable("la", ("l", "ɑ"))


def backing_of(beats_s: np.ndarray, first_downbeat: int = 0) -> Backing:
    grid = TempoMap(beats_s, 4, first_downbeat)
    return Backing(float(beats_s[-1]), grid, Key(0, "major"), (), ())


def score_of(starts: list[float], bpm: float, *, first_downbeat: int = 0, length: float = 0.5) -> Score:
    """Notes at beat positions, each `length` beats long."""
    beat_s = 60.0 / bpm
    notes = tuple(Note(at * beat_s, (at + length) * beat_s, 60.0 + i, LA) for i, at in enumerate(starts))
    grid = TempoMap.constant(bpm, duration_s=max(starts) * beat_s + 4)
    return Score(notes, TempoMap(grid.beats_s, 4, first_downbeat))


def wavering(count: int, bpm: float, seed: int = 1) -> np.ndarray:
    """Beats of a band that does not keep strict time."""
    gaps = 60.0 / bpm * (1 + 0.03 * np.random.default_rng(seed).standard_normal(count).clip(-2, 2))
    return 0.37 + np.cumsum(gaps)


def test_beats_land_on_tracked_beats() -> None:
    backing = backing_of(wavering(32, 100.0), first_downbeat=2)
    placed = place_score(score_of([0, 1, 2, 2.5, 4], 100.0), backing)
    beats = backing.tempo_map.beats_s
    expected = [beats[2], beats[3], beats[4], (beats[4] + beats[5]) / 2, beats[6]]
    assert [note.start_s for note in placed.notes] == pytest.approx(expected)
    assert placed.tempo_map is backing.tempo_map


@pytest.mark.parametrize(("written", "tracked_per_written"), [(50.0, 2.0), (100.0, 1.0), (200.0, 0.5), (113.0, 1.0)])
def test_half_and_double_time_are_understood(written: float, tracked_per_written: float) -> None:
    backing = backing_of(wavering(40, 100.0))
    placed = place_score(score_of([0, 2, 4], written), backing, start_s=1.0)
    expected = [backing.tempo_map.time_at(beat * tracked_per_written) for beat in (0, 2, 4)]
    assert [note.start_s for note in placed.notes] == pytest.approx(expected)


def test_start_takes_the_nearest_beat() -> None:
    backing = backing_of(wavering(32, 100.0))
    wanted = float(backing.tempo_map.beats_s[9])
    placed = place_score(score_of([0, 1], 100.0), backing, start_s=wanted + 0.2)
    assert placed.notes[0].start_s == pytest.approx(wanted)


def test_rests_before_the_first_bar_need_no_room() -> None:
    backing = backing_of(wavering(32, 100.0))
    beats = backing.tempo_map.beats_s
    rested = place_score(score_of([1, 2], 100.0, first_downbeat=1), backing)
    assert rested.notes[0].start_s == pytest.approx(beats[0])
    sung = place_score(score_of([0, 1], 100.0, first_downbeat=1), backing)
    assert sung.notes[1].start_s == pytest.approx(beats[4])


def test_a_start_of_0_takes_the_first_beat_there_is() -> None:
    backing = backing_of(0.55 + np.arange(32) * 0.6)
    assert place_score(score_of([0, 1], 100.0), backing, start_s=0.0).notes[0].start_s == pytest.approx(0.55)


def test_a_pickup_comes_before_the_downbeat() -> None:
    backing = backing_of(wavering(32, 100.0), first_downbeat=0)
    placed = place_score(score_of([0, 1, 2], 100.0, first_downbeat=1), backing)
    assert placed.notes[1].start_s == pytest.approx(float(backing.tempo_map.downbeats_s[1]))


def test_a_score_that_runs_past_the_end_is_refused() -> None:
    with pytest.raises(ScoreError, match="after the instrumental"):
        place_score(score_of([0, 60], 100.0), backing_of(wavering(16, 100.0)))
    with pytest.raises(ScoreError, match="no notes"):
        place_score(Score((), TempoMap.constant(100.0, duration_s=4)), backing_of(wavering(16, 100.0)))


@settings(max_examples=40)
@given(st.lists(st.integers(40, 90), min_size=1, max_size=12), st.sampled_from([(43.0, 62.0), (55.0, 76.0)]))
def test_octaves_bring_a_score_home(pitches: list[int], voice: tuple[float, float]) -> None:
    notes = tuple(Note(i, i + 0.9, float(p), LA) for i, p in enumerate(pitches))
    score = Score(notes, TempoMap.constant(60.0, duration_s=20))
    moved, octaves = fit_range(score, low_midi=voice[0], high_midi=voice[1])
    assert [n.pitch_midi - 12 * octaves for n in moved.notes] == [float(p) for p in pitches]

    def outside(shift: int) -> float:
        return sum(max(voice[0] - p - shift, 0) + max(p + shift - voice[1], 0) for p in pitches)

    assert all(outside(12 * octaves) <= outside(12 * other) for other in range(-3, 4))


def test_transposing_keeps_time_and_words() -> None:
    score = score_of([0, 1], 100.0)
    moved = transpose(score, 0.25)
    assert [note.pitch_midi for note in moved.notes] == [60.25, 61.25]
    assert [(n.start_s, n.end_s, n.syllable) for n in moved.notes] == [
        (n.start_s, n.end_s, n.syllable) for n in score.notes
    ]
