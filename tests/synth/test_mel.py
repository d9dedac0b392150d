from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import InputError
from vocalkit.synth.mel import (
    CONTRACT,
    MelContract,
    check_mel,
    frame_count,
    hz_to_mel,
    log_mel,
    mel_filterbank,
    mel_to_hz,
)
from vocalkit.synth.mel_vocoder import MelFrames, f0_at_frames, mel_from_source_filter
from vocalkit.synth.vocoder import WorldVocoder
from vocalkit.types import F0Curve, SourceFilter


@given(st.floats(0.0, 22_000.0))
def test_mel_scale_turns_back(hz: float) -> None:
    assert mel_to_hz(hz_to_mel(np.array([hz])))[0] == pytest.approx(hz, abs=1e-6)


def test_bands_are_those_of_librosa() -> None:
    librosa = pytest.importorskip("librosa", reason="librosa is in the bench extra")
    theirs = librosa.filters.mel(sr=44_100, n_fft=2048, n_mels=128, fmin=40.0, fmax=16_000.0)
    assert np.abs(mel_filterbank() - theirs).max() < 1e-6


def test_mel_is_that_of_librosa() -> None:
    librosa = pytest.importorskip("librosa", reason="librosa is in the bench extra")
    sound = np.random.default_rng(0).normal(0, 0.1, 44_100).astype(np.float32)
    sound[10_000:20_000] = 0.0
    theirs = librosa.feature.melspectrogram(
        y=sound, sr=44_100, n_fft=2048, hop_length=512, window="hann", center=True, pad_mode="constant", power=1.0,
        n_mels=128, fmin=40.0, fmax=16_000.0,
    )  # fmt: skip
    ours = log_mel(sound)
    assert ours.shape == (128, 87)
    assert np.abs(ours - np.log(np.maximum(theirs[:, :87], 1e-5))).max() < 1e-3


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5000))
def test_frames_cover_the_sound(samples: int) -> None:
    frames = frame_count(samples)
    assert 0 <= frames * CONTRACT.hop - samples < CONTRACT.hop
    assert log_mel(np.zeros(samples, np.float32)).shape == (128, frames)


def test_silence_has_the_floor() -> None:
    assert np.all(log_mel(np.zeros(4096, np.float32)) == pytest.approx(CONTRACT.silence))


@pytest.mark.parametrize("bad", [np.zeros(0), np.zeros((2, 100)), np.array([0.0, np.nan])])
def test_what_is_no_sound_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(InputError):
        log_mel(bad.astype(np.float32))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mel": np.zeros((80, 10))}, "128 bands"),
        ({"mel": np.zeros((128, 0)), "f0_hz": np.zeros(0)}, "empty"),
        ({"f0_hz": np.zeros(9)}, "one value for each of the 10"),
        ({"f0_hz": np.full(10, np.nan)}, "never NaN"),
        ({"f0_hz": np.full(10, -5.0)}, "or up to"),
        ({"mel": np.full((128, 10), np.nan)}, "finite"),
        ({"mel": np.full((128, 10), 60.0)}, "natural logs"),
    ],
)
def test_mel_and_f0_outside_the_contract_are_refused(change: dict[str, np.ndarray], says: str) -> None:
    given = {"mel": np.zeros((128, 10)), "f0_hz": np.zeros(10)} | change
    with pytest.raises(InputError, match=says):
        MelFrames(given["mel"].astype(np.float32), given["f0_hz"].astype(np.float32))
    with pytest.raises(InputError, match=says):
        check_mel(given["mel"].astype(np.float32), given["f0_hz"].astype(np.float32))


def test_a_contract_must_make_sense() -> None:
    with pytest.raises(InputError):
        MelContract(hop=500)
    with pytest.raises(InputError):
        MelContract(high_hz=30_000.0)


def test_f0_moves_to_another_hop_without_crossing_into_silence() -> None:
    curve = F0Curve(np.array([0.0, 100.0, 200.0, 0.0]), np.array([False, True, True, False]), 0.01)
    assert f0_at_frames(curve, 7, 0.005) == pytest.approx([0, 100, 100, 150, 200, 0, 0])


def vowel(hz: float, noise: float, frames: int = 120) -> SourceFilter:
    bins = np.arange(1025) * 22_050 / 1024
    formants = sum(np.exp(-0.5 * ((bins - at) / width) ** 2) for at, width in ((700, 120), (1200, 200), (2800, 400)))
    envelope = np.tile(1e-5 * (formants + 1e-3), (frames, 1))
    curve = F0Curve(np.full(frames, hz), np.ones(frames, bool), 0.005)
    return SourceFilter(envelope, np.full((frames, 1025), noise), curve, 44_100)


@pytest.mark.parametrize(("hz", "noise"), [(110.0, 0.01), (220.0, 0.3), (440.0, 0.01), (220.0, 0.99)])
def test_the_mel_of_source_and_filter_is_that_of_their_sound(hz: float, noise: float) -> None:
    features = vowel(hz, noise)
    heard = log_mel(WorldVocoder().synthesize(features, seed=0).samples[0])
    told = mel_from_source_filter(features)
    inside = slice(10, told.frames - 10)
    loud = heard[:, inside].mean(1) > heard[:, inside].mean(1).max() - 4.0
    apart = (told.mel[:, inside].mean(1) - heard[:, inside].mean(1))[loud]
    assert np.abs(np.median(apart)) < 0.25
    assert np.mean(np.abs(apart)) < 0.5


def test_another_rate_is_refused() -> None:
    features = vowel(200.0, 0.1, 4)
    other = SourceFilter(features.envelope, features.aperiodicity, features.f0, 24_000)
    with pytest.raises(InputError, match="44100"):
        mel_from_source_filter(other)
