"""The neural vocoder behind the house's values: chunks, batches, silence, files of weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the neural extra")

from vocalkit.errors import InputError, WeightsError
from vocalkit.synth.mel import CONTRACT, MelContract, log_mel
from vocalkit.synth.mel_vocoder import MelFrames
from vocalkit.synth.neural import NeuralVocoder, load_neural
from vocalkit.synth.torch_engine import TorchEngine, build_network
from vocalkit.types import F0Curve, SourceFilter
from vocalkit.weights import WeightsManifest, read_manifest, write_manifest, write_weights

SHAPE = {"channels": 16, "hidden": 32, "blocks": 2}


@pytest.fixture(scope="module")
def vocoder() -> NeuralVocoder:
    import torch

    torch.manual_seed(0)
    return NeuralVocoder(TorchEngine(build_network(SHAPE)))


def voice(frames: int, *, hz: float = 220.0, seed: int = 0) -> MelFrames:
    """A buzz with noise that comes and goes."""
    time_s = np.arange(frames * CONTRACT.hop) / CONTRACT.sample_rate
    buzz = sum(np.cos(2 * np.pi * hz * k * time_s) / k for k in range(1, 20)) * (np.sin(3.0 * time_s) > 0)
    sound = 0.05 * buzz + 0.003 * np.random.default_rng(seed).normal(size=time_s.size)
    f0_hz = np.where(np.sin(3.0 * time_s[:: CONTRACT.hop]) > 0, hz, 0.0)
    return MelFrames(log_mel(sound.astype(np.float32)), f0_hz.astype(np.float32))


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20))


@pytest.mark.parametrize("chunk_frames", [37, 128])
def test_chunks_join_without_a_seam(vocoder: NeuralVocoder, chunk_frames: int) -> None:
    frames = voice(300)
    whole = vocoder.from_mel(frames, seed=0).samples[0]
    chunks = list(vocoder.stream(frames, seed=0, chunk_frames=chunk_frames))
    assert [len(chunk) for chunk in chunks[:-1]] == [chunk_frames * 512] * (len(chunks) - 1)
    assert level_db(np.concatenate(chunks) - whole) < level_db(whole) - 60.0


def test_a_batch_is_what_each_would_be_alone(vocoder: NeuralVocoder) -> None:
    many = [voice(80), voice(50, hz=440.0, seed=1)]
    for made, frames in zip(vocoder.batch(many, seed=0), many, strict=True):
        alone = vocoder.from_mel(frames, seed=0).samples[0]
        assert made.frames == frames.samples
        assert level_db(made.samples[0] - alone) < level_db(alone) - 60.0
    assert vocoder.batch([], seed=0) == []


def test_the_same_seed_gives_the_same_sound_and_another_does_not(vocoder: NeuralVocoder) -> None:
    frames = voice(60)
    first, again, other = (vocoder.from_mel(frames, seed=seed).samples for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_silence_in_silence_out(vocoder: NeuralVocoder) -> None:
    quiet = MelFrames(np.full((128, 100), CONTRACT.silence, np.float32), np.zeros(100, np.float32))
    assert np.abs(vocoder.from_mel(quiet, seed=0).samples).max() < 10 ** (-80 / 20)


def test_no_click_where_sound_begins_and_ends(vocoder: NeuralVocoder) -> None:
    quiet, loud = np.full((128, 40), CONTRACT.silence, np.float32), voice(40)
    frames = MelFrames(np.concatenate([quiet, loud.mel, quiet], axis=1), np.pad(loud.f0_hz, 40))
    made = vocoder.from_mel(frames, seed=0).samples[0]
    before, inside = made[: 38 * 512], made[40 * 512 : 80 * 512]
    assert np.abs(before[: 36 * 512]).max() < 1e-4
    assert np.abs(np.diff(before)).max() < np.abs(np.diff(inside)).max()


def test_a_chunk_and_a_contract_must_make_sense(vocoder: NeuralVocoder) -> None:
    with pytest.raises(InputError, match="at least one"):
        next(vocoder.stream(voice(10), seed=0, chunk_frames=0))
    other = MelContract(n_mels=80, high_hz=12_000.0)
    with pytest.raises(InputError, match="reads mel of"):
        vocoder.from_mel(MelFrames(np.zeros((80, 4), np.float32), np.zeros(4, np.float32), other), seed=0)
    with pytest.raises(InputError, match="no depth"):
        build_network({"depth": 3})


def test_it_sings_source_and_filter(vocoder: NeuralVocoder) -> None:
    curve = F0Curve(np.full(200, 220.0), np.ones(200, bool), 0.005)
    features = SourceFilter(np.full((200, 1025), 1e-6), np.full((200, 1025), 0.1), curve, 44_100)
    made = vocoder.synthesize(features, seed=0)
    assert (made.frames, made.sample_rate) == (44_100, 44_100)
    assert level_db(made.samples) > -80.0


def stored(vocoder: NeuralVocoder, folder: Path) -> WeightsManifest:
    tensors = {name: value.numpy().astype(np.float16) for name, value in vocoder.engine.network.state_dict().items()}
    digest, size = write_weights(folder / "vocoder.safetensors", tensors)
    manifest = WeightsManifest(
        folder=folder, name="vocoder", file="vocoder.safetensors", sha256=digest, bytes=size, licence="CC0-1.0",
        sample_rate=44_100, sources=(), card="vocoder.md",
    )  # fmt: skip
    return read_manifest(write_manifest(manifest))


def test_stored_weights_make_the_same_vocoder(vocoder: NeuralVocoder, tmp_path: Path) -> None:
    loaded, frames = load_neural(stored(vocoder, tmp_path)), voice(40)
    a, b = (which.from_mel(frames, seed=0).samples for which in (vocoder, loaded))
    assert level_db(a - b) < level_db(a) - 35.0


def test_wrong_weights_are_refused(vocoder: NeuralVocoder, tmp_path: Path) -> None:
    manifest = stored(vocoder, tmp_path)
    path = tmp_path / "vocoder.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(WeightsError, match="SHA-256"):
        load_neural(manifest)
    digest, size = write_weights(path, {"other": np.zeros(3, np.float32)})
    other = WeightsManifest(
        folder=tmp_path, name="vocoder", file="vocoder.safetensors", sha256=digest, bytes=size, licence="CC0-1.0",
        sample_rate=44_100, sources=(), card="vocoder.md",
    )  # fmt: skip
    with pytest.raises(WeightsError, match="no vocoder"):
        load_neural(other)
