"""A soft pad: two detuned wavetable voices, one to each side."""

from __future__ import annotations

import numpy as np

from vocalkit.band.signal import Signal, fade_edges
from vocalkit.units import midi_to_hz

ATTACK_S, RELEASE_S = 0.35, 0.6
_TABLE = 2048
_DETUNE_CENTS = 5.0
_CORNER_HZ = 900.0


def pad(midi: int, *, duration_s: float, velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    """One long note in stereo: float64 (2, n), its release after `duration_s`."""
    f0 = midi_to_hz(float(midi))
    table = _wavetable(f0, sample_rate)
    n = int((duration_s + RELEASE_S) * sample_rate)
    sound = np.empty((2, n))
    for side, cents in enumerate((-_DETUNE_CENTS, _DETUNE_CENTS)):
        step = f0 * 2.0 ** (cents / 1200.0) / sample_rate * _TABLE
        position = (rng.uniform(0.0, _TABLE) + step * np.arange(n)) % _TABLE
        whole = position.astype(np.int64)
        part = position - whole
        sound[side] = table[whole] * (1.0 - part) + table[whole + 1] * part
    return fade_edges(0.3 * velocity * sound, attack_s=ATTACK_S, release_s=RELEASE_S, sample_rate=sample_rate)


def _wavetable(f0: float, sample_rate: int) -> Signal:
    """One cycle of a dulled sawtooth below Nyquist, with its first sample again at the end."""
    cycle = 2.0 * np.pi * np.arange(_TABLE + 1) / _TABLE
    wave = np.zeros(_TABLE + 1)
    for n in range(1, 13):
        if n * f0 < 0.4 * sample_rate:
            wave += np.sin(n * cycle) / n / (1.0 + (n * f0 / _CORNER_HZ) ** 2)
    return wave
