"""Figures about tunes whose answers are known."""

from __future__ import annotations

import pytest
from melody_songs import make_backing

from vocalkit.errors import InputError, ScoreError
from vocalkit.melody import ComposeSettings, load_composer, melody_report
from vocalkit.protocols import Composer
from vocalkit.types import Backing, Note, Score, Syllable


def tune(backing: Backing, notes: list[tuple[float, float, float, int]]) -> Score:
    """notes: start beat, length in beats, pitch, stress."""
    time_at = backing.tempo_map.time_at
    made = [Note(time_at(b), time_at(b + n), p, Syllable("la", ("l", "a"), s)) for b, n, p, s in notes]
    return Score(tuple(made), backing.tempo_map)


def test_a_known_tune_gets_its_known_figures() -> None:
    backing = make_backing(120, chords=((0, "maj"),))
    score = tune(backing, [(0, 1, 60, 2), (1, 1, 62, 0), (2, 1, 64, 0), (3, 1, 65, 2), (5, 2, 72, 0)])
    report = melody_report(score, backing)
    assert report.chord_tone_rate == pytest.approx(4 / 6)
    assert report.strong_chord_tone_rate == 1.0
    assert report.stressed_on_strong_rate == 0.5
    assert report.range_semitones == 12
    assert report.largest_leap_semitones == 7
    assert report.mean_leap_semitones == pytest.approx(12 / 4)
    assert report.commonest_duration_share == pytest.approx(4 / 5)
    assert report.rest_count == 1
    assert report.shortest_rest_s == pytest.approx(0.5)
    assert report.syllables_per_s_max == pytest.approx(2.0)
    assert report.repetition_rate == 0.0


def test_a_loop_is_all_repetition_but_its_first_round() -> None:
    backing = make_backing(120, chords=((0, "maj"),))
    score = tune(backing, [(i, 1, (60, 64, 67, 64)[i % 4], 0) for i in range(19)])
    assert melody_report(score, backing).repetition_rate == pytest.approx(12 / 16)
    assert melody_report(score, backing).stressed_on_strong_rate is None


def test_a_detuned_recording_counts_its_own_chord_tones() -> None:
    backing = make_backing(120, chords=((0, "maj"),), tuning_cents=40.0)
    score = tune(backing, [(i, 1, 60.4, 0) for i in range(4)])
    assert melody_report(score, backing).chord_tone_rate == 1.0


def test_an_empty_score_has_no_figures() -> None:
    backing = make_backing(120)
    with pytest.raises(ScoreError, match="no notes"):
        melody_report(Score((), backing.tempo_map), backing)


def test_composers_are_found_by_name() -> None:
    composer: Composer = load_composer("rules")
    assert callable(composer.compose)
    with pytest.raises(InputError, match="known: learned, rules"):
        load_composer("neural")


@pytest.mark.parametrize("wrong", [{"variety": 0.0}, {"syllables_per_s": float("nan")}, {"feel": "swing"}])
def test_settings_are_checked(wrong: dict) -> None:
    with pytest.raises(InputError):
        ComposeSettings(**wrong)
