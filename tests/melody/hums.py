"""Hums made by arithmetic, whose notes are known exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocalkit.types import Audio

RATE_HZ = 44_100
_FORMANTS = {"a": ((700, 90), (1200, 110), (2600, 160)), "o": ((450, 80), (850, 100), (2500, 160))}


def hummed(
    notes: Sequence[tuple[float, float, float]],
    *,
    duration_s: float,
    vibrato_cents: float = 0.0,
    closure_s: float = 0.06,
    glide_s: float = 0.04,
    noise_db: float = -60.0,
    seed: int = 0,
) -> Audio:
    """A source-filter voice on notes (start s, end s, MIDI pitch), a murmur of `closure_s` before each as for m.

    noise_db: of white noise under the voice.
    """
    from scipy import signal

    rng = np.random.default_rng(seed)
    count = round(duration_s * RATE_HZ)
    times = np.arange(count) / RATE_HZ
    pitch, open_ = np.zeros(count), np.zeros(count)
    for number, (start, end, midi) in enumerate(notes):
        inside = (times >= start - closure_s) & (times < end)
        before = notes[number - 1][2] if number and start - notes[number - 1][1] < 0.1 else midi
        blend = np.clip((times[inside] - (start - closure_s)) / max(glide_s, 1e-3), 0.0, 1.0)
        wave = vibrato_cents / 100.0 * np.sin(2 * np.pi * 5.5 * (times[inside] - start))
        pitch[inside] = before + (midi - before) * blend + wave * (times[inside] > start + 0.2)
        open_[inside] = np.where(times[inside] < start, 0.12, 1.0)
    sounding = pitch > 0
    phase = np.cumsum(np.where(sounding, 440.0 * 2.0 ** ((pitch - 69.0) / 12.0), 0.0)) / RATE_HZ
    # A pulse a period, softened: the spectrum falls as a voice's does.
    source = np.where(sounding, (phase % 1.0 < 0.1) - 0.1, 0.0)
    source = signal.lfilter([1.0], [1.0, -0.9], source)
    vowel = source
    for hz, width in _FORMANTS["a"]:
        radius = np.exp(-np.pi * width / RATE_HZ)
        vowel = signal.lfilter([1.0 - radius], [1.0, -2 * radius * np.cos(2 * np.pi * hz / RATE_HZ), radius**2], vowel)
    murmur = signal.lfilter(*signal.butter(2, 350.0, fs=RATE_HZ), source)
    gate = signal.filtfilt(np.ones(400) / 400, [1.0], np.clip(open_, 0.0, 1.0))
    voice = vowel / np.abs(vowel).max() * np.maximum(gate - 0.12, 0.0) + 0.1 * murmur / np.abs(murmur).max() * gate
    noise = rng.standard_normal(count) * 10 ** (noise_db / 20) * voice.std()
    return Audio((0.4 * (voice + noise))[None].astype(np.float32), RATE_HZ)
