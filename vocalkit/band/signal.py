"""Small building blocks of synthesis: decaying modes, plucked strings, envelopes, filters.

Signals are float64 (n,) at `sample_rate` Hz unless said otherwise; filters are second-order
sections (sections, 6) as scipy has them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter

Signal = NDArray[np.float64]

_MODE_DECAYS = 12.0
"""A mode is followed down to -104 dB; what is left cannot click."""


def times_s(seconds: float, sample_rate: int) -> Signal:
    """The clock of a sound `seconds` long."""
    return np.arange(int(seconds * sample_rate)) / sample_rate


def modes(
    excitation: Signal, *, hz: Signal, decay_s: Signal, amplitude: Signal, seconds: float, sample_rate: int
) -> Signal:
    """A struck body: each mode rings at `hz` and falls by 1/e in `decay_s`; all (modes,).

    `excitation` is what strikes it; modes above 0.45 of the sample rate are left out.
    """
    impulse = np.zeros(int(seconds * sample_rate))
    impulse[: excitation.size] = excitation[: impulse.size]
    sound: Signal = np.zeros(impulse.size)
    for f, tau, gain in zip(hz, decay_s, amplitude, strict=True):
        if f >= 0.45 * sample_rate:
            continue
        radius, angle = np.exp(-1.0 / (tau * sample_rate)), 2.0 * np.pi * f / sample_rate
        n = min(sound.size, excitation.size + int(_MODE_DECAYS * tau * sample_rate))
        ring = lfilter([radius * np.sin(angle)], [1.0, -2.0 * radius * np.cos(angle), radius**2], impulse[:n])
        sound[:n] += gain * ring
    return sound


def hann_pulse(seconds: float, sample_rate: int) -> Signal:
    """A soft hammer: one raised-cosine bump with area 1."""
    n = max(3, round(seconds * sample_rate))
    pulse = np.hanning(n + 2)[1:-1]
    return np.asarray(pulse / pulse.sum())


def pluck(excitation: Signal, *, hz: float, t60_s: float, damping: float, seconds: float, sample_rate: int) -> Signal:
    """Karplus-Strong string (Jaffe and Smith 1983) that falls by 60 dB in `t60_s` at its fundamental.

    damping: 0 bright to 0.25 dull, how much faster high partials die. Lagrange interpolation in the
    loop keeps the pitch true between samples.
    """
    period = sample_rate / hz
    whole = int(period) - 2
    loop_gain = 10.0 ** (-3.0 / (hz * t60_s))
    lowpass = np.array([damping, 1.0 - 2.0 * damping, damping])
    loss = 1.0 - 2.0 * damping * (1.0 - np.cos(2.0 * np.pi * hz / sample_rate))
    taps = np.convolve(lowpass, _lagrange(period - 1.0 - whole)) * min(loop_gain / loss, 0.9999)
    reach = taps.size - 1
    n = int(seconds * sample_rate)
    front = whole + reach
    sound = np.zeros(front + n)
    sound[front : front + min(excitation.size, n)] = excitation[:n]
    for start in range(front, front + n, whole):
        stop = min(start + whole, front + n)
        sound[start:stop] += np.convolve(sound[start - whole - reach : stop - whole], taps, "valid")
    return sound[front:]


def _lagrange(delay: float) -> Signal:
    """Third-order interpolation filter for a delay of 1 to 2 samples."""
    points = np.arange(4.0)
    return np.array([np.prod([(delay - k) / (p - k) for k in points if k != p]) for p in points])


def fade_edges(sound: Signal, *, attack_s: float, release_s: float, sample_rate: int) -> Signal:
    """Raised-cosine ends, so that nothing begins or stops with a step. sound: (..., n), changed in place."""
    n = sound.shape[-1]
    rise, fall = (min(max(2, round(s * sample_rate)), n) for s in (attack_s, release_s))
    sound[..., :rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)
    sound[..., n - fall :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fall + 1) / fall)
    return sound


def highpass(hz: float, sample_rate: int, *, order: int = 2) -> Signal:
    """Butterworth high-pass sections."""
    return np.atleast_2d(butter(order, _below_nyquist(hz, sample_rate), "highpass", fs=sample_rate, output="sos"))


def lowpass(hz: float, sample_rate: int, *, order: int = 2) -> Signal:
    """Butterworth low-pass sections."""
    return np.atleast_2d(butter(order, _below_nyquist(hz, sample_rate), "lowpass", fs=sample_rate, output="sos"))


def peak(hz: float, gain_db: float, sample_rate: int, *, q: float = 1.0) -> Signal:
    """A bell equalizer (R. Bristow-Johnson's cookbook)."""
    a, w, alpha = _cookbook(hz, gain_db, sample_rate, q)
    return _section(
        (1.0 + alpha * a, -2.0 * np.cos(w), 1.0 - alpha * a), (1.0 + alpha / a, -2.0 * np.cos(w), 1.0 - alpha / a)
    )


def resonant_highpass(hz: float, sample_rate: int, *, q: float) -> Signal:
    """A high-pass with a quality of its own (R. Bristow-Johnson's cookbook)."""
    _, w, alpha = _cookbook(hz, 0.0, sample_rate, q)
    rise = 1.0 + float(np.cos(w))
    return _section((0.5 * rise, -rise, 0.5 * rise), (1.0 + alpha, -2.0 * np.cos(w), 1.0 - alpha))


def high_shelf(hz: float, gain_db: float, sample_rate: int, *, q: float = 0.7071) -> Signal:
    """A high-shelf equalizer (R. Bristow-Johnson's cookbook)."""
    a, w, alpha = _cookbook(hz, gain_db, sample_rate, q)
    cos, root = np.cos(w), 2.0 * np.sqrt(a) * alpha
    return _section(
        (
            a * ((a + 1) + (a - 1) * cos + root),
            -2 * a * ((a - 1) + (a + 1) * cos),
            a * ((a + 1) + (a - 1) * cos - root),
        ),
        ((a + 1) - (a - 1) * cos + root, 2 * ((a - 1) - (a + 1) * cos), (a + 1) - (a - 1) * cos - root),
    )


def _cookbook(hz: float, gain_db: float, sample_rate: int, q: float) -> tuple[float, float, float]:
    w = 2.0 * np.pi * _below_nyquist(hz, sample_rate) / sample_rate
    return 10.0 ** (gain_db / 40.0), w, float(np.sin(w) / (2.0 * q))


def _section(b: tuple[float, float, float], a: tuple[float, float, float]) -> Signal:
    return np.array([[*(x / a[0] for x in b), 1.0, a[1] / a[0], a[2] / a[0]]])


def _below_nyquist(hz: float, sample_rate: int) -> float:
    return min(hz, 0.47 * sample_rate)
