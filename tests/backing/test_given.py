"""What the user says is kept to the letter, and the rest follows it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from vocalkit.backing import analyze
from vocalkit.errors import InputError
from vocalkit.types import Audio, ChartLayout, ChordSpan, Given, Key, KeySpan, Metre, SectionSpan, TempoMap

BEAT_S = 0.6
BAR_S = 4 * BEAT_S


@pytest.mark.parametrize("beat", [1, 2, 3])
def test_a_given_downbeat_turns_the_bars(beat: int, four_chords: Audio) -> None:
    wanted_s = BAR_S + beat * BEAT_S
    backing = analyze(four_chords, given=Given(first_downbeat_s=wanted_s))
    assert np.abs(backing.tempo_map.downbeats_s - wanted_s).min() < 1e-9
    assert backing.tempo_map.bpm == pytest.approx(100.0, rel=0.01)


def test_a_downbeat_where_no_beat_is_moves_the_beats(four_chords: Audio) -> None:
    wanted_s = BAR_S + 0.45 * BEAT_S
    backing = analyze(four_chords, given=Given(first_downbeat_s=wanted_s))
    assert np.abs(backing.tempo_map.downbeats_s - wanted_s).min() < 1e-9


@pytest.mark.parametrize("text", ["3/4", "4/4", "5/4", "6/8", "12/8"])
def test_a_given_metre_is_kept(text: str, four_chords: Audio) -> None:
    backing = analyze(four_chords, given=Given(metre=Metre.parse(text)))
    assert backing.metre == text
    assert backing.tempo_bpm == pytest.approx(100.0, rel=0.01)


def test_beats_by_hand_are_kept_and_chords_follow_them(four_chords: Audio) -> None:
    beats = TempoMap(np.arange(0.3, four_chords.duration_s, 0.9), 3, 1)
    backing = analyze(four_chords, given=Given(tempo_map=beats))
    assert backing.tempo_map is beats
    assert backing.beat_confidence == 1.0
    inner = [chord.start_s for chord in backing.chords[1:]]
    assert all(np.abs(beats.beats_s - start).min() < 1e-9 for start in inner)


def test_chords_keys_sections_and_tuning_by_hand_are_kept(four_chords: Audio) -> None:
    given = Given(
        chords=(ChordSpan(0.0, 5.0, 2, "min"),),
        keys=(KeySpan(0.0, 9.0, Key(2, "minor")),),
        sections=(SectionSpan(0.0, 9.0, "verse"),),
        tuning_cents=7.0,
    )
    backing = analyze(four_chords, given=given)
    assert (backing.chords, backing.keys, backing.sections) == (given.chords, given.keys, given.sections)
    assert backing.tuning_cents == 7.0


def test_a_chart_is_laid_from_the_first_bar(sounds: SimpleNamespace) -> None:
    audio = sounds.song(bars=10, start_s=3.0)
    chart = ChartLayout(((0.0, 4.0, 0, "maj7"), (4.0, 8.0, 9, "min7"), (8.0, 12.0, 5, "6")), ((0.0, 12.0, "verse"),))
    backing = analyze(audio, given=Given(chart=chart, metre=Metre(4, 4), tempo_bpm=100.0))
    placed = [chord for chord in backing.chords if chord.quality in ("maj7", "min7", "6")]
    assert [chord.root for chord in placed[:3]] == [0, 9, 5]
    assert placed[0].start_s == pytest.approx(3.0, abs=0.05)
    assert placed[1].start_s == pytest.approx(3.0 + BAR_S, abs=0.05)
    assert [section.label for section in backing.sections] == ["before", "verse", "after"]
    assert any("chart ends" in line for line in backing.assumed)
    assert backing.chords[-1].end_s == pytest.approx(backing.duration_s)


def test_a_chart_longer_than_the_track_is_cut(four_chords: Audio) -> None:
    chart = ChartLayout(tuple((4.0 * n, 4.0 * n + 4.0, n % 12, "maj") for n in range(40)), ())
    backing = analyze(four_chords, given=Given(chart=chart, first_downbeat_s=0.0))
    assert backing.chords[-1].end_s <= backing.duration_s + 1e-9
    assert any("longer than the track" in line for line in backing.assumed)


@pytest.mark.parametrize(
    "given",
    [
        Given(first_downbeat_s=1e6),
        Given(tempo_map=TempoMap(np.array([500.0, 501.0]))),
        Given(tempo_map=TempoMap(np.array([-3.0, 1.0]))),
    ],
)
def test_what_lies_outside_the_track_is_refused(given: Given, four_chords: Audio) -> None:
    with pytest.raises(InputError):
        analyze(four_chords, given=given)


@pytest.mark.parametrize("text", ["", "4", "4/", "/4", "4/5", "0/4", "99/4", "a/b", "4/4/4", "1/4"])
def test_an_impossible_metre_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Metre.parse(text)


@pytest.mark.parametrize(
    ("text", "pulses", "pulse_beats"), [("6/8", 2, 3), ("9/8", 3, 3), ("3/8", 3, 1), ("7/8", 7, 1)]
)
def test_compound_metres_have_pulses_of_three(text: str, pulses: int, pulse_beats: int) -> None:
    metre = Metre.parse(text)
    assert (metre.pulses, metre.pulse_beats) == (pulses, pulse_beats)
