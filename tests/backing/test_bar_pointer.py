from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.backing.bar_pointer import count_bars, decode_beats, periods
from vocalkit.backing.pulse import PULSE_RATE_HZ


def activations(bpm: float, beats: int = 48) -> np.ndarray:
    """What a good network would hear of a steady track."""
    at = np.round((0.4 + np.arange(beats) * 60.0 / bpm) * PULSE_RATE_HZ).astype(int)
    beat = np.full(at[-1] + 20, 0.02)
    beat[at - 1] = beat[at + 1] = 0.4
    beat[at] = 0.9
    return beat


def bpm_of(frames: np.ndarray) -> float:
    return float(60.0 * PULSE_RATE_HZ / np.median(np.diff(frames)))


@given(bpm=st.floats(60.0, 180.0))
@settings(max_examples=15, deadline=None)
def test_tempo_and_phase_are_recovered(bpm: float) -> None:
    beat = activations(bpm)
    middle = decode_beats(beat)[4:-4]
    assert bpm_of(middle) == pytest.approx(bpm, rel=0.04)
    assert np.median([beat[int(f) - 1 : int(f) + 2].max() for f in middle]) > 0.8


def test_a_tempo_that_jumps_is_followed() -> None:
    beats = decode_beats(np.concatenate([activations(80.0, 32), activations(120.0, 40)]))
    assert np.all(np.diff(beats) > 0)
    assert bpm_of(beats[4:26]) == pytest.approx(80.0, rel=0.04)
    assert bpm_of(beats[-26:-4]) == pytest.approx(120.0, rel=0.04)


@pytest.mark.parametrize("bpm", [20.0, 60.0, 240.0, 400.0])
def test_a_given_tempo_limits_the_search(bpm: float) -> None:
    found = 60.0 * PULSE_RATE_HZ / periods(bpm)
    assert found.max() >= bpm >= found.min()
    assert found.max() < 1.25 * bpm
    heard = bpm_of(decode_beats(activations(100.0), tempo_bpm=bpm))
    assert found.min() <= heard <= found.max()


@given(bar=st.sampled_from([2, 3, 4, 5]), data=st.data(), wrong=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_bars_and_their_first_beat_are_recovered(bar: int, data: st.DataObject, wrong: int) -> None:
    first = data.draw(st.integers(0, bar - 1))
    downbeat = np.full(60, 0.1)
    downbeat[first::bar] = 0.8
    downbeat[7 : 7 + wrong] = 0.5
    found = max((count_bars(downbeat, beats_per_bar=n) for n in (2, 3, 4, 5)), key=lambda bars: bars.score)
    assert (found.beats_per_bar, found.first) == (bar, first)


def test_no_beats_have_bars_too() -> None:
    assert count_bars(np.zeros(0), beats_per_bar=4).score == 0.0
