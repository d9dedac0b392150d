"""The vocoder without torch: the same samples as the network in torch, in any chunks, of any input."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vocalkit.errors import WeightsError
from vocalkit.nn.shape import VocoderShape
from vocalkit.synth.harmonic.engine import NumpyEngine
from vocalkit.synth.harmonic.noise import white_noise
from vocalkit.synth.harmonic.source import cycles_at_frames, harmonic_source
from vocalkit.synth.mel import CONTRACT, log_mel, mel_filterbank
from vocalkit.synth.mel_vocoder import MelFrames
from vocalkit.synth.neural import NeuralVocoder, load_neural
from vocalkit.weights import WeightsManifest, read_manifest, write_manifest, write_weights

SHAPE = VocoderShape(channels=16, hidden=32, blocks=2, refinements=4)
FRAMES = 150
HOP_S = CONTRACT.hop_s


def drawn_weights(shape: VocoderShape) -> dict[str, np.ndarray]:
    """Weights of a network that corrects everything by about as much as a trained one."""
    random = np.random.default_rng(5)
    weights = {}
    for name, sizes in shape.tensors().items():
        fan_in = max(1, int(np.prod(sizes[1:])))
        weights[name] = random.normal(0.0, 0.7 * fan_in**-0.5 if len(sizes) > 1 else 0.1, sizes).astype(np.float32)
        if "norm.weight" in name:
            weights[name] += 1.0
    return weights


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return drawn_weights(SHAPE)


@pytest.fixture(scope="module")
def vocoder(weights: dict[str, np.ndarray]) -> NeuralVocoder:
    return NeuralVocoder(NumpyEngine(SHAPE, mel_filterbank(), weights))


def frames_of(buzz: float, noise: float, voiced: Callable[[np.ndarray], np.ndarray]) -> MelFrames:
    """A gliding voice with vibrato, and noise that comes and goes."""
    time_s = np.arange(FRAMES * CONTRACT.hop) / CONTRACT.sample_rate
    hz = 260.0 * 2.0 ** (0.4 * np.sin(4.0 * time_s) + 0.02 * np.sin(35.0 * time_s))
    cycles, sounding = np.cumsum(hz) / CONTRACT.sample_rate, voiced(time_s)
    tone = sum(np.cos(2.0 * np.pi * number * cycles) / number for number in range(1, 25))
    hiss = np.random.default_rng(0).normal(size=time_s.size) * (np.sin(11.0 * time_s) > -0.5)
    f0_hz = np.where(sounding, hz, 0.0)[:: CONTRACT.hop].astype(np.float32)
    return MelFrames(log_mel((buzz * tone * sounding + noise * hiss).astype(np.float32)), f0_hz)


INPUTS = {
    "voiced": frames_of(0.05, 0.001, lambda time_s: time_s >= 0),
    "unvoiced": frames_of(0.0, 0.03, lambda time_s: time_s < 0),
    "mixed": frames_of(0.05, 0.003, lambda time_s: np.sin(9.0 * time_s) > 0),
    "silent": frames_of(0.0, 0.0, lambda time_s: time_s < 0),
    "silent with F0": frames_of(0.0, 0.0, lambda time_s: time_s >= 0),
}


def difference_db(found: np.ndarray, asked: np.ndarray) -> float:
    """Level of the difference, relative to what was asked for."""
    error = np.mean(np.square(found - asked, dtype=np.float64))
    return float(10.0 * np.log10(error / np.mean(np.square(asked, dtype=np.float64)) + 1e-20))


@pytest.mark.parametrize("name", INPUTS)
def test_it_makes_the_samples_that_torch_makes(
    name: str, vocoder: NeuralVocoder, weights: dict[str, np.ndarray]
) -> None:
    torch = pytest.importorskip("torch", reason="torch is in the neural extra")
    from vocalkit.nn.vocoder import HarmonicVocoder
    from vocalkit.synth.torch_engine import TorchEngine

    network = HarmonicVocoder(SHAPE, torch.from_numpy(mel_filterbank()))
    network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    asked = NeuralVocoder(TorchEngine(network)).from_mel(INPUTS[name], seed=7).samples
    assert difference_db(vocoder.from_mel(INPUTS[name], seed=7).samples, asked) < -85.0


@pytest.mark.parametrize("name", ["mixed", "silent"])
@pytest.mark.parametrize("chunk_frames", [29, 64])
def test_chunks_join_without_a_seam(name: str, chunk_frames: int, vocoder: NeuralVocoder) -> None:
    whole = vocoder.from_mel(INPUTS[name], seed=0).samples[0]
    chunks = list(vocoder.stream(INPUTS[name], seed=0, chunk_frames=chunk_frames))
    assert difference_db(np.concatenate(chunks), whole) < -85.0


def test_a_batch_is_what_each_would_be_alone(vocoder: NeuralVocoder) -> None:
    mixed = INPUTS["mixed"]
    many = [mixed, MelFrames(mixed.mel[:, :60], mixed.f0_hz[:60])]
    for made, frames in zip(vocoder.batch(many, seed=0), many, strict=True):
        assert made.frames == frames.samples
        assert difference_db(made.samples, vocoder.from_mel(frames, seed=0).samples) < -85.0


def test_silence_stays_silent(vocoder: NeuralVocoder) -> None:
    for name in ("silent", "silent with F0"):
        assert np.abs(vocoder.from_mel(INPUTS[name], seed=0).samples).max() < 1e-4


def test_the_same_seed_gives_the_same_sound_and_another_does_not(vocoder: NeuralVocoder) -> None:
    first, again, other = (vocoder.from_mel(INPUTS["mixed"], seed=seed).samples for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert difference_db(other, first) > -40.0


def test_its_own_inputs_are_left_as_they_were(vocoder: NeuralVocoder) -> None:
    frames = INPUTS["mixed"]
    given = [frames.mel[None].copy(), frames.f0_hz[None].copy(), cycles_at_frames(frames.f0_hz, HOP_S)[None]]
    kept = [value.copy() for value in given]
    vocoder.engine(*given, np.zeros(1, np.int64), seed=0)
    assert all(np.array_equal(now, before) for now, before in zip(given, kept, strict=True))


def test_noise_is_that_of_torch_to_the_bit() -> None:
    torch = pytest.importorskip("torch", reason="torch is in the neural extra")
    from vocalkit.nn.noise import white_noise as asked

    for first, seed in ((-40_000, 0), (123_456_789_000, 2**40 + 3), (0, -5)):
        index = np.arange(first, first + 20_000)
        assert np.array_equal(white_noise(index, seed=seed), asked(torch.from_numpy(index), seed=seed).numpy())


def test_the_source_is_that_of_torch() -> None:
    torch = pytest.importorskip("torch", reason="torch is in the neural extra")
    from vocalkit.nn import source

    for hz in (INPUTS["mixed"].f0_hz, np.full(40, 61.3, np.float32), np.zeros(9, np.float32)):
        rows = torch.from_numpy(hz.copy())[None]
        phase = source.cycles_at_frames(rows, HOP_S)
        assert np.allclose(cycles_at_frames(hz, HOP_S), phase[0].numpy(), atol=1e-12)
        asked = source.harmonic_source(rows, phase, hop=512, sample_rate=44_100, top_hz=20_000.0)[0].numpy()
        found = harmonic_source(hz, phase[0].numpy(), SHAPE).reshape(-1)
        assert np.abs(found - asked).max() < 2e-3


def stored(folder: Path, tensors: dict[str, np.ndarray]) -> WeightsManifest:
    digest, size = write_weights(folder / "vocoder.safetensors", tensors)
    manifest = WeightsManifest(
        folder=folder, name="vocoder", file="vocoder.safetensors", sha256=digest, bytes=size, licence="CC0-1.0",
        sample_rate=44_100, sources=(), card="vocoder.md",
    )  # fmt: skip
    return read_manifest(write_manifest(manifest))


def test_it_sings_where_torch_is_not_installed(tmp_path: Path, weights: dict[str, np.ndarray]) -> None:
    shape = VocoderShape(channels=16, hidden=32, blocks=2)
    manifest = stored(tmp_path, {name: value.astype(np.float16) for name, value in weights.items()})
    frames = INPUTS["mixed"]
    np.savez(tmp_path / "input.npz", mel=frames.mel, f0_hz=frames.f0_hz)
    script = """
import sys
sys.modules["torch"] = None
from pathlib import Path
import numpy as np
from vocalkit.synth.mel_vocoder import MelFrames
from vocalkit.synth.neural import load_neural
from vocalkit.weights import read_manifest
folder = Path(sys.argv[1])
given = np.load(folder / "input.npz")
vocoder = load_neural(read_manifest(folder / "vocoder.toml"))
np.save(folder / "made.npy", vocoder.from_mel(MelFrames(given["mel"], given["f0_hz"]), seed=3).samples)
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=120)
    rounded = {name: value.astype(np.float16) for name, value in weights.items()}
    here = NeuralVocoder(NumpyEngine(shape, mel_filterbank(), rounded)).from_mel(frames, seed=3).samples
    assert difference_db(np.load(tmp_path / "made.npy"), here) < -85.0
    assert load_neural(manifest).engine.shape == shape


@pytest.mark.parametrize("fault", ["missing", "more", "another size"])
def test_other_tensors_are_refused(fault: str, tmp_path: Path, weights: dict[str, np.ndarray]) -> None:
    tensors = dict(weights)
    if fault == "missing":
        del tensors["blocks.1.scale"]
    elif fault == "more":
        tensors["blocks.2.scale"] = np.zeros(16, np.float32)
    else:
        tensors["leave.weight"] = np.zeros((4 * 513, 16), np.float32)
    with pytest.raises(WeightsError, match="other tensors"):
        load_neural(stored(tmp_path, tensors))
