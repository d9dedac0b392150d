"""A plucked electric bass: string modes with a finger's soft attack."""

from __future__ import annotations

import numpy as np

from vocalkit.band.signal import Signal, fade_edges, hann_pulse, modes
from vocalkit.units import midi_to_hz

SECONDS = 3.0
_PARTIALS = 18
_PLUCK_POINT = 0.19
"""Where the finger plucks, as a part of the string."""


def bass(midi: int, *, velocity: float, sample_rate: int) -> Signal:
    """One note, about full scale at velocity 1; harder is brighter."""
    f0 = midi_to_hz(float(midi))
    n = np.arange(1, _PARTIALS + 1)
    hz = f0 * n * np.sqrt(1.0 + 0.00012 * n**2)
    corner_hz = 450.0 + 900.0 * velocity
    amplitude = np.abs(np.sin(np.pi * n * _PLUCK_POINT)) / n / (1.0 + (hz / corner_hz) ** 2)
    amplitude[0] *= 1.25
    decay_s = 1.1 * (55.0 / f0) ** 0.4 / (1.0 + 0.28 * (n - 1))
    sound = modes(
        hann_pulse(0.0016, sample_rate), hz=hz, decay_s=decay_s, amplitude=amplitude / amplitude.sum(),
        seconds=SECONDS, sample_rate=sample_rate,
    )  # fmt: skip
    return fade_edges(1.15 * velocity * sound, attack_s=0.001, release_s=0.1, sample_rate=sample_rate)
