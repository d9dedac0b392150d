"""Clips that are fit for a voice, and those whose fault is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr
from scipy.signal import fftconvolve

from vocalkit.audio import read
from vocalkit.types import Audio
from vocalkit.voice.quality import SHORTEST_S, measure_clip

RATE = 44_100


@pytest.fixture(scope="module")
def spoken(shared_data: Path) -> Audio:
    return read(sorted((shared_data / "speech" / "kathleen").glob("*.flac"))[0])


def remade(samples: np.ndarray, rate: int = RATE) -> Audio:
    return Audio(np.atleast_2d(samples).astype(np.float32), rate)


def test_a_good_clip_has_no_fault(spoken: Audio) -> None:
    quality = measure_clip(spoken)
    assert quality.faults == ()
    assert quality.bandwidth_hz > 15_000 and quality.snr_db > 20


@pytest.mark.parametrize("group", ["kerstin", "librispeech/dev-clean/84"])
def test_registered_speech_passes(shared_data: Path, group: str) -> None:
    paths = sorted(p for p in (shared_data / "speech" / group).rglob("*.*") if p.suffix in (".flac", ".wav"))[:10]
    clips = [audio for audio in map(read, paths) if audio.duration_s >= SHORTEST_S]
    assert len(clips) >= 6
    assert [measure_clip(audio).faults for audio in clips] == [()] * len(clips)


def test_each_fault_is_named(spoken: Audio) -> None:
    mono = spoken.mono()
    rng = np.random.default_rng(0)
    loud = np.clip(mono * (6 / np.abs(mono).max()), -1, 1)
    narrow = soxr.resample(soxr.resample(mono, RATE, 8000), 8000, RATE)
    noisy = mono + rng.normal(0, 0.03, mono.size)
    tail = rng.standard_normal(RATE) * 10.0 ** (-3.0 * np.arange(RATE) / RATE)  # a hall of one second
    echoing = fftconvolve(mono, np.concatenate([[0.3], 0.02 * tail]))[: mono.size]
    expected = {
        " s to die away": remade(echoing),
        "clipped": remade(loud * 0.9),
        "too quiet": remade(mono * 0.01),
        "noisy": remade(noisy),
        "nothing above 4": remade(narrow),
        "whole sentence": remade(mono[: RATE // 2]),
        "into sentences": remade(np.tile(mono, 1 + 31 * RATE // mono.size)),
    }
    for words, audio in expected.items():
        assert any(words in fault for fault in measure_clip(audio).faults), words


def test_silence_and_shreds_are_measured_without_failing() -> None:
    for samples in (np.zeros(RATE), np.zeros(1), np.full(100, 0.5), np.ones(RATE)):
        assert measure_clip(remade(samples)).faults
