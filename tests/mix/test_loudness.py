"""Loudness and true peak against pyloudnorm, the standard's own signals, and known peaks."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from vocalkit.errors import InputError
from vocalkit.mix import integrated_lufs, true_peak_dbtp
from vocalkit.mix.curves import hop_frames
from vocalkit.mix.loudness import _k_weighting, block_powers, hop_energies, sung_blocks
from vocalkit.types import Audio
from vocalkit.units import SILENCE_DB


def sine(hz: float, level: float, rate: int, duration_s: float = 3.0, phase: float = 0.0) -> np.ndarray:
    return level * np.sin(2 * np.pi * hz * np.arange(round(duration_s * rate)) / rate + phase)


def test_the_filters_are_the_standards_at_48_khz() -> None:
    """Tables 1 and 2 of ITU-R BS.1770-4."""
    expected = [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
    assert np.allclose(_k_weighting(48000), expected, atol=1e-6)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2])
def test_agrees_with_pyloudnorm(rate: int, channels: int) -> None:
    rng = np.random.default_rng(rate)
    steps = np.repeat(rng.uniform(0.001, 0.3, 24), rate // 2)
    samples = (rng.standard_normal((channels, steps.size)) * steps).astype("f4")
    ours = integrated_lufs(Audio(samples, rate))
    reference = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(samples.T.astype("f8"))
    assert ours == pytest.approx(reference, abs=0.02)


def test_the_standards_reference_tone() -> None:
    """997 Hz at full scale in one channel reads -3.01 LKFS (BS.1770-4, annex 1)."""
    samples = np.zeros((2, 48000 * 4))
    samples[0] = sine(997, 1.0, 48000, 4.0)
    assert integrated_lufs(Audio(samples, 48000)) == pytest.approx(-3.01, abs=0.02)


def test_gates_leave_pauses_out() -> None:
    loud = sine(1000, 0.1, 48000, 6.0)
    paused = np.concatenate([loud, np.zeros(48000 * 20), loud * 0.01])
    assert integrated_lufs(Audio(paused[None], 48000)) == pytest.approx(
        integrated_lufs(Audio(loud[None], 48000)), abs=0.15
    )


def test_silence_and_too_little() -> None:
    assert integrated_lufs(Audio(np.zeros((1, 44100), "f4"), 44100)) == SILENCE_DB
    assert true_peak_dbtp(Audio(np.zeros((2, 44100), "f4"), 44100)) == SILENCE_DB
    with pytest.raises(InputError, match=r"at least 0\.4 s"):
        integrated_lufs(Audio(np.ones((1, 4000), "f4"), 44100))


@pytest.mark.parametrize("phase", [0.0, np.pi / 8, np.pi / 4])
@pytest.mark.parametrize("divisor", [4, 3, 8, 40])
def test_true_peak_of_sines(phase: float, divisor: int) -> None:
    """At a quarter of the rate and 45 degrees every sample lies 3 dB under the peak.

    Four points a sample may miss the top of a sine by an eighth of a sample, no more.
    """
    samples = sine(48000 / divisor, 0.5, 48000, 1.0, phase) * np.hanning(48000)
    missed = 20 * np.log10(np.cos(np.pi / 4 / divisor))
    assert missed - 0.04 <= true_peak_dbtp(Audio(samples[None], 48000)) + 6.02 <= 0.04


@settings(max_examples=20, deadline=None)
@given(st.integers(30, 3000), st.integers(0, 1000), st.sampled_from([8000, 44100, 192000]))
def test_true_peak_is_that_of_scipy_and_never_under_the_samples(frames: int, seed: int, rate: int) -> None:
    samples = (np.random.default_rng(seed).standard_normal((2, frames)) * 0.2).astype("f4")
    peak = true_peak_dbtp(Audio(samples, rate))
    assert peak >= 20 * np.log10(np.max(np.abs(samples))) - 1e-6
    padded = np.pad(samples, ((0, 0), (0, 40)))
    inside = np.abs(resample_poly(padded, 4, 1, axis=1))[:, : 4 * frames]
    assert peak == pytest.approx(20 * np.log10(inside.max()), abs=0.05)


def test_a_peak_at_a_seam_between_blocks_counts() -> None:
    samples = np.zeros((1, 200_000), "f4")
    for at in (65535, 65536, 131071):
        samples[:] = 0
        samples[0, at : at + 2] = 0.5
        assert true_peak_dbtp(Audio(samples, 44100)) == pytest.approx(-3.84, abs=0.15)


def test_sung_blocks_are_those_with_notes() -> None:
    which = sung_blocks([(1.0, 2.0)], 40)
    assert which.nonzero()[0].tolist() == [9, 10, 11, 12, 13, 14, 15, 16, 17]
    assert sung_blocks([(1.0, 1.1)], 40).nonzero()[0].tolist() == [7, 8, 9, 10]
    assert not sung_blocks([], 40).any()


def test_power_of_hops_is_that_of_the_whole() -> None:
    samples = sine(1000, 0.5, 44100)[None].astype("f4")
    powers = block_powers(hop_energies(samples, 44100), hop_frames(44100) / 44100)
    assert len(powers) == 27
    assert np.allclose(powers[1:], powers[5], rtol=1e-3)
