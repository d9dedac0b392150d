"""Instruments made of sums of sines, FM, noise and plucked strings: every one ours, none sampled.

`Instrument.note` gives a tone from its strike on; the renderer cuts it and lets it go. Sound is mono float64 at `RATE`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

RATE = 22_050
LONGEST_S = 4.0
Sound = np.ndarray
Maker = Callable[[float, np.random.Generator], Sound]


@dataclass
class Instrument:
    """A timbre with its own random build; tones of one pitch are made once. release_s: how long a tone dies away."""

    name: str
    build: int
    release_s: float
    _tones: dict[float, Sound] = field(default_factory=dict)

    def note(self, midi: float) -> Sound:
        """A tone of `LONGEST_S`, about unit peak."""
        if midi not in self._tones:
            tone = TIMBRES[self.name][0](440.0 * 2.0 ** ((midi - 69.0) / 12.0), np.random.default_rng(self.build))
            self._tones[midi] = tone / (np.abs(tone[: RATE // 2]).max() + 1e-9)
        return self._tones[midi]


def _time() -> Sound:
    return np.arange(int(LONGEST_S * RATE)) / RATE


def _partials(hz: list[float] | np.ndarray, gains: np.ndarray, decay_s: np.ndarray, rng: np.random.Generator) -> Sound:
    t = _time()
    out = np.zeros(t.size)
    for f, g, d in zip(hz, gains, decay_s, strict=True):
        if f < 0.45 * RATE and g > 1e-4:
            out += g * np.sin(2 * np.pi * f * t + rng.uniform(0, 2 * np.pi)) * np.exp(-t / d)
    return out


def _attack(tone: Sound, attack_s: float) -> Sound:
    return tone * np.minimum(1.0, _time() / max(attack_s, 1e-3))


def _piano(hz: float, rng: np.random.Generator) -> Sound:
    slope, stiff = rng.uniform(1.0, 1.9), rng.uniform(1e-4, 6e-4)
    n = np.arange(1, 15)
    life = rng.uniform(1.0, 3.0) * (220.0 / hz) ** 0.5
    tone = _partials(hz * n * np.sqrt(1 + stiff * n**2), n**-slope, life / (1 + 0.25 * n), rng)
    thump = rng.standard_normal(tone.size) * np.exp(-_time() / 0.012) * rng.uniform(0.05, 0.3)
    return _attack(tone + lfilter([0.15], [1, -0.85], thump), 0.003)


def _fm(hz: float, rng: np.random.Generator) -> Sound:
    ratio, depth, t = rng.choice([1.0, 2.0, 3.0, 14.0]), rng.uniform(0.6, 2.2), _time()
    index = depth * np.exp(-t / rng.uniform(0.15, 0.8)) * min(1.0, 500.0 / hz)
    tone = np.sin(2 * np.pi * hz * t + index * np.sin(2 * np.pi * ratio * hz * t))
    return _attack(tone * np.exp(-t / (rng.uniform(0.8, 2.2) * (300.0 / hz) ** 0.3)), 0.004)


def _organ(hz: float, rng: np.random.Generator) -> Sound:
    drawbars = np.array([0.5, 1, 1.5, 2, 3, 4, 5, 6, 8])
    gains = rng.uniform(0, 1, 9) * np.array([0.6, 1, 0.4, 0.8, 0.5, 0.5, 0.2, 0.2, 0.3])
    gains[1] = 1.0
    tone = _partials(hz * drawbars, gains, np.full(9, 1e3), rng)
    wobble = 1 + rng.uniform(0, 0.15) * np.sin(2 * np.pi * rng.uniform(5.0, 7.0) * _time())
    return _attack(tone * wobble, rng.uniform(0.004, 0.03))


def _strings(hz: float, rng: np.random.Generator) -> Sound:
    t, n = _time(), np.arange(1, 13)
    n = n[hz * n < 0.4 * RATE]
    out = np.zeros(t.size)
    for cents in rng.uniform(-9, 9, 3):
        swing = 0.004 * rng.uniform(0.3, 1.0) * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * t + rng.uniform(0, 6))
        phase = 2 * np.pi * hz * 2 ** (cents / 1200) * (t + swing / 30)
        out += np.sum([np.sin(k * phase + rng.uniform(0, 6)) / k ** rng.uniform(1.0, 1.5) for k in n], axis=0)
    return _attack(out, rng.uniform(0.03, 0.12))


def _guitar(hz: float, rng: np.random.Generator) -> Sound:
    """Karplus-Strong with a fractional delay, by a recursive filter."""
    period = RATE / hz - 0.5
    whole, part = int(period), period - int(period)
    burst = np.zeros(int(LONGEST_S * RATE))
    noise = rng.uniform(-1, 1, whole)
    at = max(1, int(whole * rng.uniform(0.1, 0.35)))
    burst[:whole] = noise - np.roll(noise, at)
    feedback = np.zeros(whole + 3)
    keep = 0.997 ** (220.0 / hz) if hz > 220 else 0.998
    for lag, weight in ((0, (1 - part) * 0.5), (1, 0.5), (2, part * 0.5)):
        feedback[whole + lag] = -keep * weight
    feedback[0] = 1.0
    return lfilter([1.0], feedback, burst)


def _pluck(hz: float, rng: np.random.Generator) -> Sound:
    n = np.arange(1, 20)
    body = _partials(hz * n, 1.0 / n, rng.uniform(0.3, 1.2) / (1 + rng.uniform(0.1, 0.5) * n), rng)
    return _attack(body, 0.003)


def _bass(hz: float, rng: np.random.Generator) -> Sound:
    n = np.arange(1, 9)
    return _attack(_partials(hz * n, n ** -rng.uniform(1.0, 2.0), rng.uniform(0.5, 1.5) / (1 + 0.2 * n), rng), 0.006)


def _mallets(hz: float, rng: np.random.Generator) -> Sound:
    ratios = np.array([1.0, 3.93, 9.2, 16.0]) if rng.random() < 0.5 else np.array([1.0, 2.76, 5.4, 8.9])
    life = rng.uniform(0.35, 0.9) * (440 / hz) ** 0.4
    return _attack(_partials(hz * ratios, np.array([1.0, 0.35, 0.12, 0.04]), life / (1 + np.arange(4)), rng), 0.002)


def _reeds(hz: float, rng: np.random.Generator) -> Sound:
    n = np.arange(1, 18)
    formant = np.exp(-0.5 * ((np.log2(hz * n) - np.log2(rng.uniform(700, 1500))) / 1.0) ** 2) + 0.15
    two = [
        _partials(hz * 2 ** (c / 1200) * n, formant / n**0.5, np.full(17, 1e3), rng) for c in (0.0, rng.uniform(3, 12))
    ]
    return _attack(two[0] + 0.7 * two[1], rng.uniform(0.02, 0.06))


TIMBRES: dict[str, tuple[Maker, float]] = {
    "piano": (_piano, 0.12), "fm": (_fm, 0.1), "organ": (_organ, 0.04), "strings": (_strings, 0.18),
    "guitar": (_guitar, 0.08), "pluck": (_pluck, 0.08), "bass": (_bass, 0.05),
    "mallets": (_mallets, 0.25), "reeds": (_reeds, 0.06),
}  # fmt: skip
"""Maker and release in seconds."""

TRAINED = ("piano", "fm", "organ", "strings", "guitar", "pluck")
UNHEARD = ("mallets", "reeds")
"""Timbres that no model was ever trained on (nor on the band of `vocalkit.band`)."""


def instrument(name: str, build: int) -> Instrument:
    return Instrument(name, build, TIMBRES[name][1])


def drum_kit(rng: np.random.Generator) -> dict[str, Sound]:
    """A kit of its own: kick, snare, hat, open hat, ride, tom, shaker."""

    def t(length_s: float) -> Sound:
        return np.arange(int(length_s * RATE)) / RATE

    def noise(length_s: float, life_s: float, low_hz: float, high_hz: float) -> Sound:
        x = t(length_s)
        band = butter(2, [low_hz, min(high_hz, 0.48 * RATE)], "bandpass", fs=RATE, output="sos")
        return sosfilt(band, rng.standard_normal(x.size)) * np.exp(-x / life_s)

    def drum(hz: float, sweep: float, life_s: float) -> Sound:
        x = t(5 * life_s)
        return np.sin(2 * np.pi * (hz * x + sweep * (1 - np.exp(-x / 0.025)))) * np.exp(-x / life_s)

    body = drum(rng.uniform(160, 220), 0.5, 0.06)
    rattle = noise(0.4, rng.uniform(0.05, 0.14), 900, 9000)
    rattle[: body.size] += rng.uniform(0.2, 0.8) * body[: rattle.size]
    kit = {
        "kick": drum(rng.uniform(42, 60), rng.uniform(1.5, 4.0), rng.uniform(0.07, 0.2)),
        "snare": rattle,
        "hat": noise(0.15, rng.uniform(0.015, 0.04), 6000, 10500),
        "open": noise(0.5, rng.uniform(0.1, 0.25), 6000, 10500),
        "ride": noise(0.8, rng.uniform(0.15, 0.35), 4500, 10500),
        "tom": drum(rng.uniform(80, 130), 1.0, 0.15),
        "shaker": noise(0.12, 0.03, 4000, 10000) * np.minimum(1.0, t(0.12) / 0.02),
    }
    return {name: sound / np.abs(sound).max() for name, sound in kit.items()}
