"""Sung F0: on pitch, with glides that arrive on time, vibrato that comes late, and voicing from phonemes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from vocalkit.synth.durations import phoneme_spans
from vocalkit.synth.f0 import f0_curve
from vocalkit.synth.glide import (
    OVERSHOOT_DAMPING,
    OVERSHOOT_RAD_S,
    PREPARATION_DAMPING,
    PREPARATION_RAD_S,
    glide_shape,
    step_response,
)
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import F0Curve, Note, Syllable

HOP_S = 0.005
LA = Syllable("la", ("l", "a"), 1)
PLAIN = PerformSettings(vibrato_depth_cents=0.0, scoop_cents=0.0, fluctuation=0.0)


def sing(notes: list[Note], settings: PerformSettings = PLAIN, seed: int = 0) -> F0Curve:
    frames = round(notes[-1].end_s / HOP_S) + 20
    return f0_curve(notes, phoneme_spans(notes), frames, hop_s=HOP_S, seed=seed, settings=settings)


def cents(curve: F0Curve, pitch_midi: float, start_s: float, end_s: float) -> NDArray[np.float64]:
    """Deviation from a pitch, voiced frames only."""
    at = slice(math.ceil(start_s / HOP_S - 1e-6), math.ceil(end_s / HOP_S - 1e-6))
    hz = curve.hz[at][curve.voiced[at]].astype(np.float64)
    return np.asarray(1200.0 * np.log2(hz / 440.0) + 6900.0 - 100.0 * pitch_midi)


@pytest.mark.parametrize(
    ("omega_rad_s", "damping"),
    [(OVERSHOOT_RAD_S, OVERSHOOT_DAMPING), (PREPARATION_RAD_S, PREPARATION_DAMPING), (30.0, 1.0)],
)
def test_step_response_is_that_of_the_second_order_system(omega_rad_s: float, damping: float) -> None:
    time_s = np.linspace(0.0, 0.6, 601)
    system = signal.TransferFunction([omega_rad_s**2], [1.0, 2.0 * damping * omega_rad_s, omega_rad_s**2])
    _, expected = signal.step(system, T=time_s)
    ours = step_response(time_s, omega_rad_s=omega_rad_s, damping=damping)
    np.testing.assert_allclose(ours, expected, atol=1e-6)
    assert abs(ours[-1] - 1.0) < 1e-3  # unit gain


def test_the_glide_prepares_overshoots_and_settles() -> None:
    shape = glide_shape()
    assert 0.03 < shape.excess < 0.2
    assert -0.15 < shape.sung.min() < -0.01
    assert np.all(np.diff(shape.plain) >= -1e-12)
    for curve in (shape.sung, shape.plain):
        assert curve[0] == pytest.approx(0.0, abs=5e-3)
        assert curve[-1] == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize("interval", [-12, -5, -1, 1, 4, 12])
def test_pitch_arrives_at_the_note_and_overshoots_within_bounds(interval: int) -> None:
    notes = [Note(1.0, 2.0, 62.0, LA), Note(2.0, 3.0, 62.0 + interval)]
    curve = sing(notes)
    way = cents(curve, 62.0, 1.5, 2.5) / (100.0 * interval)
    arrived_s = 1.5 + HOP_S * np.argmax(way >= 0.9)
    left_s = 1.5 + HOP_S * np.argmax(way >= 0.1)
    assert 1.96 <= arrived_s <= 2.04
    assert 0.03 <= arrived_s - left_s <= 0.15
    assert (way.max() - 1.0) * abs(interval) * 100.0 <= 75.0
    assert abs(np.median(cents(curve, 62.0 + interval, 2.1, 2.9))) < 2.0


def test_longer_portamento_glides_longer() -> None:
    notes = [Note(1.0, 2.0, 60.0, LA), Note(2.0, 3.0, 64.0)]

    def width_s(portamento_s: float) -> float:
        settings = PerformSettings(portamento_s=portamento_s, vibrato_depth_cents=0.0, scoop_cents=0.0, fluctuation=0.0)
        way = cents(sing(notes, settings), 60.0, 1.4, 2.6) / 400.0
        return float(HOP_S * (np.argmax(way >= 0.9) - np.argmax(way >= 0.1)))

    assert width_s(0.05) < width_s(0.1) < width_s(0.2)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_median_of_every_note_is_on_pitch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    notes, time_s, pitch_midi = list[Note](), 0.5, 62.0
    words = (LA, Syllable("sand", ("s", "æ", "n", "d"), 2), Syllable("bee", ("b", "i"), 0))
    for _ in range(60):
        length_s = float(rng.choice([0.15, 0.25, 0.5, 1.0, 2.5]))
        word = words[rng.integers(3)] if not notes or rng.random() < 0.8 else None
        notes.append(Note(time_s, time_s + length_s, pitch_midi, word))
        pitch_midi = min(max(pitch_midi + float(rng.integers(-7, 8)), 50.0), 76.0)
        time_s += length_s + (0.5 if rng.random() < 0.1 else 0.0)
    curve = sing(notes, PerformSettings(), seed)
    for note in notes:
        margin_s = min(0.08, 0.3 * note.duration_s), min(0.10, 0.35 * note.duration_s)
        middle = cents(curve, note.pitch_midi, note.start_s + margin_s[0], note.end_s - margin_s[1])
        if middle.size >= 5:
            assert abs(np.median(middle)) < 10.0


def test_vibrato_comes_late_at_its_rate_and_depth_and_not_on_short_notes() -> None:
    settings = PerformSettings(vibrato_depth_cents=60.0, vibrato_rate_hz=5.5, scoop_cents=0.0, fluctuation=0.0)
    curve = sing([Note(1.0, 4.0, 60.0, LA), Note(4.0, 4.3, 60.0, LA), Note(4.3, 8.0, 60.0, LA)], settings)
    assert np.ptp(cents(curve, 60.0, 1.05, 1.2)) < 5.0
    assert np.ptp(cents(curve, 60.0, 4.06, 4.2)) < 5.0
    sung = cents(curve, 60.0, 2.0, 3.8)
    assert 40.0 < sung.max() < 80.0
    assert 40.0 < -sung.min() < 80.0
    spectrum = np.abs(np.fft.rfft((sung - sung.mean()) * np.hanning(sung.size), 4096))
    assert np.fft.rfftfreq(4096, HOP_S)[np.argmax(spectrum)] == pytest.approx(5.5, abs=0.5)
    assert np.ptp(cents(sing([Note(1.0, 4.0, 60.0, LA)]), 60.0, 2.0, 3.8)) < 1.0


def test_fluctuation_is_small_and_lies_above_the_vibrato() -> None:
    settings = PerformSettings(vibrato_depth_cents=0.0, scoop_cents=0.0)
    curve = sing([Note(0.5, 20.5, 57.0, LA)], settings)
    fine = signal.sosfilt(signal.butter(4, 8.0, "highpass", fs=200.0, output="sos"), cents(curve, 57.0, 1.0, 20.0))
    assert 2.0 < fine[200:].std() < 8.0
    assert np.ptp(cents(curve, 57.0, 1.0, 20.0)) < 80.0


def test_phrases_start_from_below() -> None:
    settings = PerformSettings(scoop_cents=80.0, vibrato_depth_cents=0.0, fluctuation=0.0)
    curve = sing([Note(1.0, 2.0, 60.0, LA)], settings)
    entry = cents(curve, 60.0, 0.9, 1.2)
    assert -130.0 < entry[:3].mean() < -30.0
    assert np.all(np.abs(entry[-4:]) < 5.0)


def test_voicing_follows_the_phonemes_and_pitch_never_stops() -> None:
    notes = [Note(1.0, 1.5, 60.0, Syllable("see", ("s", "i"), 1)), Note(1.5, 2.0, 67.0, Syllable("be", ("b", "i"), 1))]
    spans = phoneme_spans(notes)
    curve = sing(notes)
    at = np.arange(curve.hz.size) * HOP_S
    expected = np.zeros(at.size, np.bool_)
    for span in spans:
        if span.symbol != "s":
            expected |= (at >= span.start_s - 1e-9) & (at < span.end_s - 1e-9)
    np.testing.assert_array_equal(curve.voiced, expected)
    assert np.all(np.isfinite(curve.hz)) and np.all(curve.hz > 0)
    steps = np.abs(np.diff(1200.0 * np.log2(curve.hz)))
    assert steps.max() < 120.0


def test_an_edit_changes_only_its_surroundings() -> None:
    notes = [Note(1.0 + k, 2.0 + k, 60.0 + k % 3, LA) for k in range(10)]
    edited = [*notes[:5], Note(6.0, 7.0, 66.0, LA), *notes[6:]]
    before, after = sing(notes, PerformSettings(), 3), sing(edited, PerformSettings(), 3)
    changed_s = HOP_S * np.flatnonzero(np.abs(np.log2(before.hz / after.hz)) * 1200.0 > 1.0)
    assert changed_s.min() > 5.3
    assert changed_s.max() < 7.7
