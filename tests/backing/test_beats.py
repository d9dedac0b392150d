from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.backing import analyze
from vocalkit.types import Audio


def nearest_error_s(found_s: np.ndarray, true_s: np.ndarray) -> np.ndarray:
    return found_s[np.abs(true_s[:, None] - found_s[None, :]).argmin(axis=1)] - true_s


@pytest.mark.parametrize("sample_rate", [8_000, 44_100])
@pytest.mark.parametrize("bpm", [74.0, 96.5, 128.0])
def test_clicks_are_found_within_ten_milliseconds(bpm: float, sample_rate: int, sounds: SimpleNamespace) -> None:
    true_s = 0.31 + np.arange(int(18 * bpm / 60)) * 60.0 / bpm
    click = np.array([1.0, 1.0, -1.0, -1.0])
    backing = analyze(sounds.place([(t, click) for t in true_s], 19.0, sample_rate))
    assert backing.tempo_map.bpm == pytest.approx(bpm, rel=0.005)
    errors_s = np.abs(nearest_error_s(backing.tempo_map.beats_s, true_s))
    assert np.median(errors_s) <= 0.010
    assert np.max(errors_s) <= 0.030


def test_beats_follow_a_tempo_that_drifts(sounds: SimpleNamespace) -> None:
    bpm = np.linspace(90.0, 112.0, 60)
    true_s = 0.5 + np.concatenate([[0.0], np.cumsum(60.0 / bpm)])
    events = [(t, sounds.kick(22_050)) for t in true_s] + [(t, sounds.hat(22_050)) for t in true_s]
    backing = analyze(sounds.place(events, float(true_s[-1]) + 0.5, 22_050))
    errors_s = np.abs(nearest_error_s(backing.tempo_map.beats_s, true_s))
    assert np.mean(errors_s < 0.05) > 0.9


def test_loud_off_beats_do_not_take_over(sounds: SimpleNamespace) -> None:
    beat_s = 60.0 / 110.0
    events = []
    for index in range(48):
        events.append((index * beat_s, sounds.kick(22_050)))
        events.append(((index + 0.5) * beat_s, 0.6 * sounds.hat(22_050)))
    backing = analyze(sounds.place(events, 48 * beat_s, 22_050))
    phase = (backing.tempo_map.beats_s / beat_s) % 1.0
    assert np.median(np.minimum(phase, 1.0 - phase)) < 0.1


@pytest.mark.parametrize("given_bpm", [60.0, 120.0, 240.0])
def test_a_given_tempo_is_followed_at_its_own_level(given_bpm: float, sounds: SimpleNamespace) -> None:
    assert analyze(sounds.song(bpm=120.0), tempo_bpm=given_bpm).tempo_map.bpm == pytest.approx(given_bpm, rel=0.01)


@given(bpm=st.floats(72.0, 140.0), start_s=st.floats(0.0, 3.0))
@settings(max_examples=8, deadline=None)
def test_beats_cover_the_whole_track(bpm: float, start_s: float, sounds: SimpleNamespace) -> None:
    audio = sounds.song(bpm=bpm, bars=6, start_s=start_s)
    beats_s = analyze(audio).tempo_map.beats_s
    assert np.all(np.diff(beats_s) > 0)
    assert 0.0 <= beats_s[0] <= np.diff(beats_s).max() + 1e-6
    assert beats_s[-1] >= audio.duration_s - 1e-6 or beats_s[-1] + np.diff(beats_s)[-1] > audio.duration_s


def test_what_has_no_beat_gets_an_assumed_one_and_says_so() -> None:
    t = np.arange(20 * 22_050) / 22_050
    swell = np.sin(2 * np.pi * 220.0 * t) * (0.6 + 0.4 * np.sin(2 * np.pi * t / 20.0))
    backing = analyze(Audio((0.1 * swell)[None].astype(np.float32), 22_050))
    assert backing.beat_confidence < 0.4
    assert backing.tempo_map.bpm == pytest.approx(100.0)
    assert backing.tempo_map.beats_s[-1] >= 19.0


def test_a_clear_beat_is_trusted_more_than_noise(four_chords: Audio) -> None:
    noise = np.random.default_rng(0).standard_normal((1, 20 * 22_050)).astype(np.float32)
    assert analyze(four_chords).beat_confidence > 0.7
    assert analyze(Audio(0.1 * noise, 22_050)).beat_confidence < 0.4
