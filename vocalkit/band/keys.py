"""Two keyboards: an FM electric piano and a felt-damped upright."""

from __future__ import annotations

import numpy as np

from vocalkit.band.signal import Signal, fade_edges, hann_pulse, modes, times_s
from vocalkit.units import midi_to_hz

SECONDS = 3.5
_FELT_PARTIALS = 14
_HAMMER_POINT = 0.12


def electric_piano(midi: int, *, velocity: float, sample_rate: int) -> Signal:
    """A tine piano by frequency modulation (Chowning 1973): body at ratio 1, tine at ratio 14."""
    f0 = midi_to_hz(float(midi))
    t = times_s(SECONDS, sample_rate)
    phase = 2.0 * np.pi * f0 * t
    register = (261.6 / f0) ** 0.5
    bark = (0.25 + 1.1 * velocity) * register * (0.35 + 0.65 * np.exp(-t / 0.35))
    body = np.sin(phase + bark * np.sin(phase))
    tine_hz = min(14.0 * f0, 0.3 * sample_rate)
    tine = np.sin(2.0 * np.pi * tine_hz * t) * np.exp(-t / 0.06)
    bell = np.sin(2.0 * phase * 1.0007) * np.exp(-t / 0.7)
    decay_s = 1.5 * register
    sound = (body + 0.12 * bell) * np.exp(-t / decay_s) + 0.05 * velocity**1.5 * tine
    return fade_edges(0.6 * velocity * sound, attack_s=0.003, release_s=0.15, sample_rate=sample_rate)


def felt_piano(midi: int, *, velocity: float, sample_rate: int) -> Signal:
    """A soft upright: stiff-string partials, two strings a key beating slowly, a felt hammer."""
    f0 = midi_to_hz(float(midi))
    n = np.arange(1, _FELT_PARTIALS + 1)
    hz = f0 * n * np.sqrt(1.0 + 0.00035 * n**2)
    corner_hz = 700.0 + 1900.0 * velocity
    amplitude = np.abs(np.sin(np.pi * n * _HAMMER_POINT)) / n**0.7 / (1.0 + (hz / corner_hz) ** 2)
    decay_s = 1.3 * (261.6 / f0) ** 0.5 / (1.0 + 0.22 * (n - 1))
    hammer = hann_pulse(min(0.0035 - 0.0015 * velocity, 0.45 / f0), sample_rate)  # lighter hammers up the keyboard
    cents = 2.0 ** (np.array([-0.45, 0.5]) / 1200.0)
    sound = modes(
        hammer, hz=np.concatenate([hz * c for c in cents]), decay_s=np.concatenate([decay_s, 1.8 * decay_s]),
        amplitude=np.concatenate([0.65 * amplitude, 0.35 * amplitude]) / amplitude.sum(),
        seconds=SECONDS, sample_rate=sample_rate,
    )  # fmt: skip
    return fade_edges(1.5 * velocity * sound, attack_s=0.001, release_s=0.15, sample_rate=sample_rate)
