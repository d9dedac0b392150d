"""The vocoder that comes with vocalkit: in tune from bass to soprano, silent where it should be, without seams."""

from __future__ import annotations

import numpy as np
import pytest

from vocalkit.synth.backends import load_vocoder
from vocalkit.synth.mel import CONTRACT, log_mel
from vocalkit.synth.mel_vocoder import MelFrames
from vocalkit.synth.neural import NeuralVocoder

FRAMES = 130


@pytest.fixture(scope="module")
def vocoder() -> NeuralVocoder:
    found = load_vocoder("neural")
    assert isinstance(found, NeuralVocoder)
    return found


def sung(hz: float) -> tuple[MelFrames, np.ndarray]:
    """A buzz with vibrato of a quarter tone, and its F0 at every sample."""
    time_s = np.arange(FRAMES * CONTRACT.hop) / CONTRACT.sample_rate
    curve = hz * np.exp2(np.sin(2 * np.pi * 5.5 * time_s) / 24)
    phase = 2 * np.pi * np.cumsum(curve) / CONTRACT.sample_rate
    buzz = sum(np.cos(k * phase) / k for k in range(1, int(8000 / hz) + 1))
    sound = (0.2 * buzz / np.abs(buzz).max()).astype(np.float32)
    return MelFrames(log_mel(sound), curve[:: CONTRACT.hop].astype(np.float32)), curve


@pytest.mark.parametrize("hz", [80.0, 350.0, 1000.0])
def test_it_sings_in_tune(vocoder: NeuralVocoder, hz: float) -> None:
    parselmouth = pytest.importorskip("parselmouth", reason="parselmouth is in the bench extra")
    frames, curve = sung(hz)
    made = vocoder.from_mel(frames, seed=0).samples[0].astype(np.float64)
    pitch = parselmouth.Sound(made, CONTRACT.sample_rate).to_pitch_ac(
        time_step=0.01, pitch_floor=60, pitch_ceiling=1300
    )
    heard, asked = pitch.selected_array["frequency"], curve[np.round(pitch.xs() * CONTRACT.sample_rate).astype(int)]
    voiced = heard > 0
    assert voiced.mean() > 0.95
    assert np.median(np.abs(1200 * np.log2(heard[voiced] / asked[voiced]))) < 5


def test_silence_stays_silent_and_chunks_have_no_seam(vocoder: NeuralVocoder) -> None:
    quiet = MelFrames(np.full((CONTRACT.n_mels, 60), CONTRACT.silence, np.float32), np.zeros(60, np.float32))
    assert np.abs(vocoder.from_mel(quiet, seed=0).samples).max() < 10 ** (-80 / 20)
    frames, _ = sung(220.0)
    whole = vocoder.from_mel(frames, seed=0).samples[0]
    joined = np.concatenate(list(vocoder.stream(frames, seed=0, chunk_frames=37)))
    assert np.mean((joined - whole) ** 2) < 1e-6 * np.mean(whole**2)
