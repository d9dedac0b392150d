from __future__ import annotations

import numpy as np

from vocalkit.synth.griffinlim import GriffinLimVocoder, istft, stft
from vocalkit.synth.mel import CONTRACT, log_mel
from vocalkit.synth.mel_vocoder import MelFrames


def test_spectra_turn_back() -> None:
    sound = np.random.default_rng(0).normal(size=512 * 30).astype(np.float32)
    quiet = np.pad(sound, 2048)
    assert np.abs(istft(stft(quiet, CONTRACT), CONTRACT) - quiet)[2048:-2048].max() < 1e-5


def test_the_copy_has_the_mel_it_was_made_of() -> None:
    time_s = np.arange(512 * 120) / CONTRACT.sample_rate
    sound = sum(0.1 * np.sin(2 * np.pi * 220.0 * k * time_s) / k for k in range(1, 12)).astype(np.float32)
    mel = log_mel(sound)
    made = GriffinLimVocoder().from_mel(MelFrames(mel, np.zeros(120, np.float32)), seed=0)
    assert (made.frames, made.sample_rate) == (sound.size, 44_100)
    loud = mel > -2.0
    assert np.abs(log_mel(made.samples[0]) - mel)[loud].mean() < 0.3


def test_long_sounds_are_made_in_pieces_that_join() -> None:
    frames = 2300
    quiet = MelFrames(np.full((128, frames), -6.0, np.float32), np.zeros(frames, np.float32))
    made = GriffinLimVocoder().from_mel(quiet, seed=0).samples[0]
    level = np.sqrt(np.mean(made[: frames * 512].reshape(frames, 512) ** 2, axis=1))[10:-10]
    assert level.min() > 0.3 * level.mean()
    assert level.max() < 3.0 * level.mean()


def test_the_same_seed_gives_the_same_sound() -> None:
    some = MelFrames(np.full((128, 8), -4.0, np.float32), np.zeros(8, np.float32))
    vocoder = GriffinLimVocoder()
    assert np.array_equal(vocoder.from_mel(some, seed=3).samples, vocoder.from_mel(some, seed=3).samples)
