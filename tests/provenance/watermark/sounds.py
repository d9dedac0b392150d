"""Voices made of partials and breath, so that the tests need no recording."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from vocalkit.types import Audio

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
MARK = 0xC0FFEE42
_FORMANTS_HZ = ((730.0, 90.0), (1090.0, 110.0), (2440.0, 160.0), (3400.0, 250.0))


def sung(duration_s: float, *, rate: int = 44_100, seed: int = 0, note_s: float = 0.6, breath: float = 0.02) -> Audio:
    """Notes with vibrato on one vowel, a breath between them: mono, from the first sample on."""
    random = np.random.default_rng(seed)
    count = int(duration_s * rate)
    time_s = np.arange(count) / rate
    notes = random.integers(48, 64, int(duration_s / note_s) + 2)
    midi = notes[(time_s / note_s).astype(int)] + 0.3 * np.sin(2.0 * np.pi * 5.5 * time_s)
    phase = np.cumsum(440.0 * 2.0 ** ((midi - 69.0) / 12.0)) / rate
    source = 2.0 * (phase % 1.0) - 1.0 + breath * random.standard_normal(count)
    for hz, width_hz in _FORMANTS_HZ:
        radius = np.exp(-np.pi * width_hz / rate)
        source = lfilter([1.0 - radius], [1.0, -2.0 * radius * np.cos(2.0 * np.pi * hz / rate), radius**2], source)
    within = time_s % note_s
    envelope = np.clip(np.minimum(within / 0.03, (note_s - 0.05 - within) / 0.05), 0.0, 1.0)
    voice: NDArray[np.float64] = source * envelope
    return Audio((0.5 * voice / np.abs(voice).max()).astype(np.float32)[None, :], rate)


def with_noise(audio: Audio, snr_db: float, *, seed: int = 1) -> Audio:
    noise = np.random.default_rng(seed).standard_normal(audio.samples.shape)
    level = np.sqrt(np.mean(audio.samples.astype(np.float64) ** 2)) * 10.0 ** (-snr_db / 20.0)
    return Audio((audio.samples + level * noise).astype(np.float32), audio.sample_rate)


def part(audio: Audio, start_s: float, end_s: float) -> Audio:
    first, last = round(start_s * audio.sample_rate), round(end_s * audio.sample_rate)
    return Audio(audio.samples[:, first:last], audio.sample_rate)


def change_db(before: Audio, after: Audio) -> float:
    """How far what was added lies under the sound."""
    sound = before.samples.astype(np.float64)
    return float(10.0 * np.log10(np.sum(sound**2) / np.sum((after.samples - sound) ** 2)))
