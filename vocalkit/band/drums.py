"""The drum kit: every piece is synthesized from modes and shaped noise."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from scipy.signal import sosfilt

from vocalkit.band.signal import Signal, fade_edges, hann_pulse, highpass, lowpass, modes, times_s


def drum(piece: str, *, velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    """One stroke on a piece of the kit, about full scale at velocity 1."""
    sound = velocity * _MAKERS[piece](velocity, sample_rate, rng)
    return fade_edges(sound, attack_s=0.0003, release_s=0.02, sample_rate=sample_rate)


def _noise(seconds: float, band_hz: tuple[float, float], sample_rate: int, rng: np.random.Generator) -> Signal:
    """White noise in a band, unit RMS."""
    noise = rng.standard_normal(int(seconds * sample_rate))
    noise = sosfilt(highpass(band_hz[0], sample_rate), noise)
    noise = sosfilt(lowpass(band_hz[1], sample_rate), noise)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def _sweep(t: Signal, hz: float, bend_hz: float, bend_s: float) -> Signal:
    """A skin: a sine whose pitch falls to `hz`, phase integrated in closed form."""
    return np.sin(2.0 * np.pi * (hz * t + bend_hz * bend_s * (1.0 - np.exp(-t / bend_s))))


def _kick(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    t = times_s(0.5, sample_rate)
    body = _sweep(t, 51.0, 95.0 + 40.0 * velocity, 0.022) * np.exp(-t / 0.13)
    beater = _noise(0.5, (900.0, 3500.0), sample_rate, rng) * np.exp(-t / 0.006)
    return np.tanh(1.5 * body * (1.0 - np.exp(-t / 0.001))) * 0.85 + 0.25 * velocity * beater


def _snare(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    t = times_s(0.45, sample_rate)
    skin = _sweep(t, 182.0, 40.0, 0.02) * np.exp(-t / 0.07) + 0.45 * np.sin(2 * np.pi * 331.0 * t) * np.exp(-t / 0.045)
    wires = _noise(0.45, (1800.0, 9500.0), sample_rate, rng) * np.exp(-t / (0.055 + 0.05 * velocity))
    stick = _noise(0.45, (3000.0, 8000.0), sample_rate, rng) * np.exp(-t / 0.004)
    return 0.5 * skin + 0.2 * wires + 0.1 * velocity * stick


def _brush(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    t = times_s(0.4, sample_rate)
    swish = _noise(0.4, (1500.0, 8000.0), sample_rate, rng) * (1.0 - np.exp(-t / 0.008)) * np.exp(-t / 0.075)
    skin = _sweep(t, 175.0, 20.0, 0.02) * np.exp(-t / 0.05)
    return 0.17 * swish + 0.14 * velocity * skin


def _rim(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    strike = hann_pulse(0.00035, sample_rate) + 0.0
    hz = np.array([415.0, 890.0, 1720.0, 2630.0]) * (1.0 + 0.004 * rng.standard_normal(4))
    body = modes(
        strike, hz=hz, decay_s=np.array([0.022, 0.017, 0.012, 0.008]), amplitude=np.array([0.3, 0.5, 0.8, 0.7]),
        seconds=0.2, sample_rate=sample_rate,
    )  # fmt: skip
    return np.asarray(0.42 * body)


def _hat(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    t = times_s(0.22, sample_rate)
    decay_s = 0.022 + 0.03 * velocity * rng.uniform(0.8, 1.2)
    sizzle = _noise(0.22, (7000.0, 15000.0), sample_rate, rng) * np.exp(-t / decay_s)
    tick = _noise(0.22, (3500.0, 9000.0), sample_rate, rng) * np.exp(-t / 0.007)
    return 0.13 * sizzle + 0.05 * tick


def _shaker(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    t = times_s(0.16, sample_rate)
    envelope = (t / 0.014) ** 2 * np.exp(2.0 * (1.0 - t / 0.014)) + 0.25 * np.exp(-t / 0.03) * (1 - np.exp(-t / 0.01))
    return np.asarray(0.13 * _noise(0.16, (5000.0, 12000.0), sample_rate, rng) * envelope)


def _metal(seconds: float, low_hz: float, tau_s: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    """A cymbal: noise in bands, the higher the sooner gone, with a dense set of modes in it."""
    t = times_s(seconds, sample_rate)
    sound = np.zeros(t.size)
    edges = np.geomspace(low_hz, 15000.0, 6)
    for low, high in itertools.pairwise(edges):
        fall_s = tau_s * (low_hz / low) ** 0.35
        sound += _noise(seconds, (low, high), sample_rate, rng) * np.exp(-t / fall_s)
    return sound / 2.2


def _ride(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    t = times_s(1.2, sample_rate)
    hz = np.geomspace(2300.0, 9000.0, 9) * (1.0 + 0.01 * rng.standard_normal(9))
    ping = modes(
        hann_pulse(0.0003, sample_rate), hz=hz, decay_s=0.35 * (2300.0 / hz) ** 0.8, amplitude=np.full(9, 0.12),
        seconds=1.2, sample_rate=sample_rate,
    )  # fmt: skip
    wash = _metal(1.2, 3500.0, 0.3, sample_rate, rng) * (1.0 - np.exp(-t / 0.02))
    return 0.3 * ping + 0.045 * velocity * wash


def _crash(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
    t = times_s(2.6, sample_rate)
    wash = _metal(2.6, 1800.0, 0.75, sample_rate, rng) * (1.0 - 0.6 * np.exp(-t / 0.012))
    return 0.13 * wash * np.minimum(1.0, (2.6 - t) / 0.5)


def _tom(hz: float) -> Callable[[float, int, np.random.Generator], Signal]:
    def make(velocity: float, sample_rate: int, rng: np.random.Generator) -> Signal:
        t = times_s(0.7, sample_rate)
        skin = _sweep(t, hz, 0.35 * hz, 0.035) * np.exp(-t / 0.16)
        stick = _noise(0.7, (600.0, 4000.0), sample_rate, rng) * np.exp(-t / 0.008)
        return 0.65 * skin * (1.0 - np.exp(-t / 0.0012)) + 0.07 * velocity * stick

    return make


_MAKERS: dict[str, Callable[[float, int, np.random.Generator], Signal]] = {
    "kick": _kick, "snare": _snare, "brush": _brush, "rim": _rim, "hat": _hat, "shaker": _shaker,
    "ride": _ride, "crash": _crash, "tom1": _tom(172.0), "tom2": _tom(128.0), "tom3": _tom(92.0),
}  # fmt: skip
