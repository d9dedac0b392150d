"""Ducking and the limiter on their own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import resample_poly, welch

from vocalkit.errors import InputError
from vocalkit.mix import MixSettings, integrated_lufs
from vocalkit.mix.curves import at_edges, gain_of, hop_count
from vocalkit.mix.loudness import hop_true_peaks
from vocalkit.mix.master import _limit_db, duck, master_bus
from vocalkit.types import Audio
from vocalkit.units import db_to_gain, gain_to_db

RATE = 44100


def checked(samples: np.ndarray, rate: int, settings: MixSettings) -> None:
    peak = np.max(np.abs(resample_poly(samples, 4, 1, axis=1)))
    assert 20 * np.log10(peak) <= -1.0
    assert integrated_lufs(Audio(samples, rate)) == pytest.approx(settings.target_lufs, abs=0.2)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
@pytest.mark.parametrize("level_db", [-40.0, -20.0, 10.0])
def test_lands_on_target(rate: int, level_db: float) -> None:
    rng = np.random.default_rng(3)
    t = np.arange(6 * rate) / rate
    beat = np.exp(-((t % 0.5) / 0.03)) * rng.standard_normal((2, t.size))
    samples = ((beat + 0.2 * np.sin(2 * np.pi * 220 * t)) * 10 ** (level_db / 20) * 0.3).astype("f4")
    master_bus(samples, rate, MixSettings())
    checked(samples, rate, MixSettings())


def test_peaky_sound_reaches_the_target_too() -> None:
    """Clicks 30 dB over the rest: much limiting, still inside both limits."""
    rng = np.random.default_rng(0)
    samples = (0.01 * rng.standard_normal((1, 8 * RATE))).astype("f4")
    samples[0, 5000::20000] = 0.9
    master_bus(samples, RATE, MixSettings())
    checked(samples, RATE, MixSettings())


@pytest.mark.parametrize("release", [25.0, 1000.0])
def test_no_needed_gain_is_exceeded(release: float) -> None:
    """The limiter's curve, sample by sample, holds every oversampled peak under the ceiling."""
    rng = np.random.default_rng(5)
    samples = (rng.standard_normal((2, 3 * RATE)) * np.repeat(rng.random(3 * 441), 100)).astype("f4")
    peaks = hop_true_peaks(samples, 16)
    curve = _limit_db(np.asarray(gain_to_db(peaks)), np.zeros(peaks.size + 1), 16 / RATE, -1.2, release)
    assert np.all(curve <= 0.0)
    gain = gain_of(np.asarray(db_to_gain(curve)), slice(0, samples.shape[1]), 16)
    highest = np.pad(peaks, (0, 1))[: hop_count(samples.shape[1], 16)].repeat(16)[: samples.shape[1]]
    assert np.max(gain * highest) <= 10 ** (-1.2 / 20) * (1 + 1e-6)


def test_the_limiter_rests_where_nothing_is_loud() -> None:
    assert not _limit_db(np.full(1000, -6.0), np.zeros(1001), 16 / RATE, -1.2, 25.0).any()


def test_gain_moves_without_steps() -> None:
    peaks = np.full(50_000, -20.0)
    peaks[10_000] = 12.0
    gain = db_to_gain(_limit_db(peaks, np.zeros(50_001), 16 / RATE, -1.2, 25.0))
    assert np.max(np.abs(np.diff(np.asarray(gain)))) < 0.2
    assert np.asarray(gain)[9_980] == 1.0
    assert np.asarray(gain)[40_000] == pytest.approx(1.0)


def test_silence_is_refused() -> None:
    with pytest.raises(InputError, match="too quiet"):
        master_bus(np.zeros((2, RATE * 2), "f4"), RATE, MixSettings())


def test_ducking_dips_the_presence_band_only_while_sung_and_takes_dc_away() -> None:
    noise = np.random.default_rng(0).standard_normal((2, 12 * RATE)).astype("f4") * 0.1
    out = np.empty((2, 12 * RATE + 100), "f4")
    duck(noise + np.float32(0.1), out, RATE, [(6.0, 10.0)], 2.5)
    assert abs(float(out[:, : 12 * RATE].mean())) < 1e-3
    assert np.allclose(out[:, RATE : 5 * RATE], noise[:, RATE : 5 * RATE], atol=1e-3)
    assert np.all(out[:, 12 * RATE :] == 0)
    sung = slice(7 * RATE, 9 * RATE)
    hz, before = welch(noise[0, sung], RATE, nperseg=2048)
    after = welch(out[0, sung], RATE, nperseg=2048)[1]
    change = 10 * np.log10(after / before)
    assert change[np.argmin(abs(hz - 2200))] == pytest.approx(-2.5, abs=0.2)
    assert abs(change[np.argmin(abs(hz - 100))]) < 0.2
    assert abs(change[np.argmin(abs(hz - 18000))]) < 0.2


def test_values_at_edges_lie_between_their_hops() -> None:
    assert at_edges(np.array([1.0, 3.0])).tolist() == [1.0, 2.0, 3.0]
