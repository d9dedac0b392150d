"""The source has the pitch and phase asked for; noise is white and a function of its place."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the neural extra")

from vocalkit.nn.noise import white_noise  # noqa: E402
from vocalkit.nn.source import cycles_at_frames, harmonic_source  # noqa: E402
from vocalkit.nn.spectral import Stft  # noqa: E402

RATE, HOP = 44_100, 512


def made(f0_hz: np.ndarray) -> np.ndarray:
    hz = torch.tensor(f0_hz, dtype=torch.float32)[None]
    return harmonic_source(hz, cycles_at_frames(hz, HOP / RATE), hop=HOP, sample_rate=RATE, top_hz=20_000.0)[0].numpy()


@pytest.mark.parametrize("hz", [80.0, 233.1, 997.3])
def test_every_harmonic_has_amplitude_one_and_its_place(hz: float) -> None:
    sound = made(np.full(200, hz)).astype(np.float64)
    time_s = np.arange(sound.size) / RATE
    window = np.hanning(sound.size)
    for number in (1, 2, 7, int(19_000 / hz)):
        line = 2.0 * np.sum(sound * window * np.exp(-2j * np.pi * number * hz * time_s)) / window.sum()
        assert abs(line) == pytest.approx(1.0, abs=0.01)
        assert abs(np.angle(line)) < 0.15


def test_a_glide_is_the_integral_of_its_f0() -> None:
    f0_hz = np.linspace(200.0, 400.0, 87)
    time_s = np.arange(86 * HOP) / RATE
    slope = 200.0 / (86 * HOP / RATE)
    truth = np.cos(2 * np.pi * (200.0 * time_s + 0.5 * slope * time_s**2))
    sound = made(f0_hz)[: truth.size]
    window = np.hanning(truth.size)
    # The fundamental alone: harmonics are far away after demodulation by the true phase.
    assert 2 * np.sum(sound * truth * window) / window.sum() == pytest.approx(1.0, abs=0.02)


def test_no_voice_no_source() -> None:
    assert np.all(made(np.zeros(10)) == 0)
    edge = made(np.array([0.0, 0.0, 200.0, 200.0]))
    assert np.all(edge[:HOP] == 0)
    assert np.any(edge[2 * HOP :] != 0)


def test_phase_is_kept_over_ten_minutes() -> None:
    hz = torch.full((1, 52_000), 437.123)
    found = cycles_at_frames(hz, HOP / RATE)[0, -1].item()
    truth = float(np.float32(437.123)) * 51_999 * HOP / RATE % 1.0
    assert abs((found - truth + 0.5) % 1.0 - 0.5) < 1e-6


def test_noise_is_white_and_the_same_wherever_it_is_cut() -> None:
    whole = white_noise(torch.arange(1 << 16), seed=3)
    part = white_noise(torch.arange(1000, 1500), seed=3)
    assert torch.equal(whole[1000:1500], part)
    assert not torch.equal(whole[:500], white_noise(torch.arange(500), seed=4))
    assert whole.mean().abs() < 0.02
    assert whole.var().item() == pytest.approx(1.0, abs=0.02)
    power = torch.fft.rfft(whole.view(64, 1024)).abs().square().mean(0)[1:-1]
    assert power.max() / power.mean() < 1.7
    spectrum = torch.fft.fft(whole - whole.mean()).abs().square()
    correlation = torch.fft.ifft(spectrum).real
    assert (correlation[1 : 1 << 15] / correlation[0]).abs().max() < 0.03


def test_spectra_turn_back() -> None:
    stft, sound = Stft(2048, 512), torch.randn(2, 512 * 20)
    back = stft.inverse(stft(torch.nn.functional.pad(sound, (2048, 2048))))[:, 2048:-2048]
    assert torch.allclose(back, sound, atol=1e-5)
