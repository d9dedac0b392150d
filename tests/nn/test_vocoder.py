"""The network's parts: spectra by matrices, the prior, phases, silence, shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the neural extra")

from vocalkit.nn.bands import minimum_phase_of  # noqa: E402
from vocalkit.nn.export import write_onnx  # noqa: E402
from vocalkit.nn.losses import SpectralDistance, mel_distance, phase_distance  # noqa: E402
from vocalkit.nn.source import cycles_at_frames, harmonic_source  # noqa: E402
from vocalkit.nn.spectral import MatrixStft, Stft  # noqa: E402
from vocalkit.nn.vocoder import HarmonicVocoder, VocoderShape  # noqa: E402
from vocalkit.synth.mel import CONTRACT, log_mel, mel_filterbank  # noqa: E402


@pytest.fixture(scope="module")
def small() -> HarmonicVocoder:
    torch.manual_seed(0)
    shape = VocoderShape(channels=16, hidden=32, blocks=2)
    return HarmonicVocoder(shape, torch.from_numpy(mel_filterbank())).eval()


def run(network: HarmonicVocoder, mel: np.ndarray, f0_hz: np.ndarray) -> np.ndarray:
    hz = torch.from_numpy(f0_hz.astype(np.float32))[None]
    with torch.inference_mode():
        return network(
            torch.from_numpy(mel.astype(np.float32))[None],
            hz,
            cycles_at_frames(hz, CONTRACT.hop_s),
            torch.zeros(1, dtype=torch.int64),
            seed=0,
        )[0].numpy()


def test_matrices_and_fourier_agree() -> None:
    sound = torch.randn(2, 512 * 9)
    fast, plain = Stft(2048, 512), MatrixStft(2048, 512)
    for a, b in zip(fast(sound), plain(sound), strict=True):
        assert torch.allclose(a, b, atol=2e-3)
    spectrum = fast(sound)
    assert torch.allclose(fast.inverse(spectrum), plain.inverse(spectrum), atol=1e-5)


def test_minimum_phase_is_that_of_a_known_filter() -> None:
    turn = np.exp(-2j * np.pi * np.arange(1025) / 2048)
    response = 1.0 / (1.0 - 0.9 * turn + 0.5 * turn**2)
    found = minimum_phase_of(np.log(np.abs(response))[:, None].astype(np.float32))[:, 0]
    assert np.allclose(found, np.angle(response), atol=1e-4)


def test_the_prior_has_the_mel_asked_for(small: HarmonicVocoder) -> None:
    sound = np.random.default_rng(0).normal(0, 0.05, 512 * 40).astype(np.float32)
    mel = torch.from_numpy(log_mel(sound))[None]
    found = torch.log(small.mel_basis @ small.prior(mel, torch.ones(1, 1025, 40)))
    assert (found - mel).abs().mean() < 0.15


def test_silence_stays_silent(small: HarmonicVocoder) -> None:
    made = run(small, np.full((128, 40), CONTRACT.silence), np.full(40, 200.0))
    assert np.abs(made).max() < 1e-5


def test_the_fundamental_is_where_it_was_asked_for(small: HarmonicVocoder) -> None:
    parselmouth = pytest.importorskip("parselmouth", reason="parselmouth is in the bench extra")
    for hz in (82.0, 330.0, 990.0):
        curve = torch.full((1, 100), hz)
        cycles = cycles_at_frames(curve, CONTRACT.hop_s)
        tone = harmonic_source(curve, cycles, hop=512, sample_rate=44_100, top_hz=9000.0)[0].numpy()
        made = run(small, log_mel(0.01 * tone), np.full(100, hz)).astype(np.float64)
        pitch = parselmouth.Sound(made, 44_100).to_pitch_ac(pitch_floor=60, pitch_ceiling=1300)
        heard = pitch.selected_array["frequency"]
        assert abs(1200 * np.log2(np.median(heard[heard > 0]) / hz)) < 3


def test_losses_are_zero_for_the_same_sound_and_grow_with_noise(small: HarmonicVocoder) -> None:
    sound = torch.randn(1, 512 * 40) * 0.1
    distance = SpectralDistance()
    spectrum = small.stft(sound)
    assert distance(sound, sound) < 1e-6
    assert phase_distance(spectrum, spectrum) < 1e-3
    assert mel_distance(spectrum, spectrum, small.mel_basis, floor=1e-5) == 0
    near, far = sound + 0.01 * torch.randn_like(sound), sound + 0.1 * torch.randn_like(sound)
    assert 0 < distance(near, sound) < distance(far, sound)
    assert phase_distance(small.stft(near), spectrum) < phase_distance(small.stft(far), spectrum)


def test_every_weight_learns(small: HarmonicVocoder) -> None:
    sound = torch.randn(1, 512 * 16) * 0.1
    hz = torch.full((1, 16), 150.0)
    network = HarmonicVocoder(small.shape, small.mel_basis)
    spectrum = network.spectrum(
        torch.full((1, 128, 16), -3.0), hz, cycles_at_frames(hz, CONTRACT.hop_s), torch.zeros(1, dtype=torch.int64),
        seed=0,
    )  # fmt: skip
    made = network.stft.inverse(network.refined(spectrum, 1))
    SpectralDistance()(made, sound).backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None and torch.isfinite(weight.grad).all() and weight.grad.abs().max() > 0, name


@pytest.mark.slow
def test_onnx_makes_the_same_sound(small: HarmonicVocoder, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is in the dev extra")
    pytest.importorskip("onnx", reason="onnx is in the dev extra")
    write_onnx(small, tmp_path / "vocoder.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "vocoder.onnx"), providers=["CPUExecutionProvider"])
    assert [put.name for put in session.get_inputs()] == ["mel", "f0"]
    sound = np.random.default_rng(0).normal(0, 0.05, 512 * 90).astype(np.float32)
    mel, f0_hz = log_mel(sound), np.where(np.arange(90) < 60, 261.6, 0.0).astype(np.float32)
    (theirs,) = session.run(["waveform"], {"mel": mel.T[None], "f0": f0_hz[None]})
    reach = small.reach
    padded = np.pad(mel, ((0, 0), (reach, reach)), constant_values=CONTRACT.silence)
    hz = torch.from_numpy(np.pad(f0_hz, (reach, reach)))[None]
    cycles = torch.nn.functional.pad(cycles_at_frames(torch.from_numpy(f0_hz)[None], CONTRACT.hop_s), (reach, reach))
    with torch.inference_mode():
        ours = small(torch.from_numpy(padded)[None], hz, cycles, torch.tensor([-reach * 512]), seed=0)
    ours = ours[:, reach * 512 : -reach * 512].numpy()
    assert theirs.shape == (1, 90 * 512)
    assert np.sqrt(np.mean((theirs - ours) ** 2)) < 1e-3 * np.sqrt(np.mean(ours**2))
