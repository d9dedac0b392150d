"""A steel-string guitar: Karplus-Strong strings, excited by a pick, heard through a wooden body."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from vocalkit.band.signal import Signal, fade_edges, high_shelf, highpass, peak, pluck
from vocalkit.units import midi_to_hz

SECONDS = 3.0
_PICK_POINT = 0.17


def guitar(midi: int, *, velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    """One plucked string, about full scale at velocity 1, before the body."""
    f0 = midi_to_hz(float(midi))
    excitation = _pick(sample_rate / f0, velocity, sample_rate, rng)
    t60_s = float(np.clip(5.0 * (110.0 / f0) ** 0.5, 1.6, 5.5))
    damping = 0.055 * (f0 / 196.0) ** -0.5 * sample_rate / 44100.0
    sound = pluck(
        excitation, hz=f0, t60_s=t60_s, damping=min(damping, 0.25), seconds=SECONDS, sample_rate=sample_rate
    )  # fmt: skip
    return fade_edges(velocity * sound, attack_s=0.0008, release_s=0.15, sample_rate=sample_rate)


def _pick(period: float, velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    """One period of what the pick does: a pulse and a scrape, dull when soft, with a comb by its place.

    A pulse alone would sound sterile, noise alone would leave partials out by chance.
    """
    n = int(period) + 1
    excitation = 0.35 * rng.standard_normal(n)
    excitation[: max(2, n // 12)] += 1.6 * np.sqrt(n / 12.0) * np.hanning(max(2, n // 12) + 2)[1:-1]
    corner_hz = 900.0 + 3800.0 * velocity
    pole = np.exp(-2.0 * np.pi * corner_hz / sample_rate)
    excitation = lfilter([1.0 - pole], [1.0, -pole], excitation)
    lag = max(1, round(_PICK_POINT * period))
    excitation[lag:] -= 0.85 * excitation[:-lag].copy()
    excitation -= excitation.mean()
    return np.asarray(0.5 * excitation / np.sqrt(np.mean(excitation**2)))


def body(sample_rate: int) -> Signal:
    """The guitar's body as sections: air and top resonances, a scooped middle, soft top."""
    return np.concatenate(
        [
            highpass(85.0, sample_rate),
            peak(108.0, 3.5, sample_rate, q=2.5),
            peak(205.0, 3.0, sample_rate, q=2.5),
            peak(410.0, 1.5, sample_rate, q=3.0),
            peak(1500.0, -3.5, sample_rate, q=0.7),
            high_shelf(6500.0, -2.0, sample_rate),
        ]
    )
