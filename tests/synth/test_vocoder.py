from __future__ import annotations

import numpy as np
import pytest

from vocalkit.synth.acoustic import mute_below_f0, warp
from vocalkit.synth.vocoder import WorldVocoder
from vocalkit.types import F0Curve, SourceFilter
from vocalkit.units import cents_between

RATE, HOP_S, BINS = 44_100, 0.005, 1025


def tone(hz: float, frames: int = 200) -> SourceFilter:
    slope = np.exp(-np.arange(BINS) / 60.0) * 1e-2
    curve = F0Curve(np.full(frames, hz), np.ones(frames, bool), HOP_S)
    return SourceFilter(np.tile(slope, (frames, 1)), np.full((frames, BINS), 1e-3), curve, RATE)


@pytest.mark.parametrize("hz", [82.0, 220.0, 440.0, 987.0])
def test_the_tone_has_the_pitch_asked_for(hz: float) -> None:
    parselmouth = pytest.importorskip("parselmouth", reason="parselmouth is in the bench extra")
    samples = WorldVocoder().synthesize(tone(hz), seed=0).samples[0]
    pitch = parselmouth.Sound(samples.astype(np.float64), RATE).to_pitch_ac(pitch_floor=60, pitch_ceiling=1300)
    heard = pitch.selected_array["frequency"]
    assert abs(cents_between(float(np.median(heard[heard > 0])), hz)) < 5


def test_length_and_silence() -> None:
    frames = 120
    unvoiced = F0Curve(np.zeros(frames), np.zeros(frames, bool), HOP_S)
    quiet = SourceFilter(np.full((frames, BINS), 1e-16), np.full((frames, BINS), 0.999), unvoiced, RATE)
    audio = WorldVocoder().synthesize(quiet, seed=0)
    assert audio.frames == round(frames * HOP_S * RATE)
    assert np.abs(audio.samples).max() < 1e-4


def test_warping_moves_a_formant_by_the_ratio() -> None:
    spectrum = np.exp(-0.5 * ((np.arange(BINS) - 100) / 8.0) ** 2).astype(np.float32)[None]
    assert int(np.argmax(warp(spectrum, 1.2)[0])) == 120
    assert int(np.argmax(warp(spectrum, np.array([0.5], np.float32))[0])) == 50
    assert warp(spectrum, 1.0) is spectrum


def test_under_the_first_harmonic_there_is_nothing() -> None:
    envelope = np.ones((2, BINS), np.float32)
    mute_below_f0(envelope, F0Curve(np.array([400.0, 0.0]), np.array([True, False]), HOP_S), RATE)
    hz = np.arange(BINS) * RATE / 2 / (BINS - 1)
    assert np.all(envelope[0, hz < 100] < 0.01)
    assert np.all(envelope[0, hz > 300] == 1)
    assert np.all(envelope[1, hz > 70] == 1)
