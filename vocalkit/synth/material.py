"""Aligned recordings as material to cut units from: level apart from shape, and how good each phone is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.phones import is_vowel, phone_class
from vocalkit.types import AlignedClip

RATE_HZ, HOP_S, FFT_SIZE = 44_100, 0.005, 2048
_SONORANT = ("vowel", "diphthong", "glide", "liquid", "nasal")


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """One recording's frames and its phones.

    spans: int64 (p, 2), first and end frame of each phone; shape: float32 (t, dims), envelope code at
    unit mean power; level_db: float32 (t,), the power taken out; bands_db: float32 (t, bands);
    f0_hz: float32 (t,); around_db: float32 (p,), level of the vowels around each phone.
    """

    symbols: tuple[str, ...]
    spans: NDArray[np.int64]
    shape: NDArray[np.float32]
    level_db: NDArray[np.float32]
    bands_db: NDArray[np.float32]
    f0_hz: NDArray[np.float32]
    around_db: NDArray[np.float32]


def material(clip: AlignedClip) -> Material:
    """A clip with its aperiodicity mended where a sonorant was taken for noise."""
    import pyworld

    spans = np.round(clip.borders_s / HOP_S).astype(np.int64)
    bands, f0 = clip.aperiodicity.copy(), clip.f0_hz
    power = pyworld.decode_spectral_envelope(clip.envelope.astype(np.float64), RATE_HZ, FFT_SIZE).mean(axis=1)
    shape = clip.envelope.copy()
    shape[:, 0] -= np.log(power)
    spans = np.clip(spans, 0, len(f0))
    for symbol, (start, end) in zip(clip.symbols, spans, strict=True):
        if phone_class(symbol) in _SONORANT and end > start:
            good = np.flatnonzero((f0[start:end] > 0) & (bands[start:end, 0] < -3.0))
            if len(good):
                nearest = good[np.argmin(np.abs(np.arange(end - start)[:, None] - good[None, :]), axis=1)]
                bands[start:end] = bands[start + nearest]
    level_db = (10 * np.log10(power)).astype(np.float32)
    return Material(clip.symbols, spans, shape, level_db, bands, f0, _around(clip.symbols, spans, level_db))


def _around(symbols: Sequence[str], spans: NDArray[np.int64], level_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Level in dB of the vowels within 0.8 s of each phone: how loud the speaker was there."""
    middles = spans.mean(axis=1) * HOP_S
    vowels = [i for i, symbol in enumerate(symbols) if is_vowel(symbol) and spans[i, 1] > spans[i, 0]]
    if not vowels:
        return np.full(len(symbols), float(level_db.max()), np.float32)
    peaks = np.array([np.percentile(level_db[spans[i, 0] : spans[i, 1]], 75) for i in vowels])
    near = np.exp(-0.5 * ((middles[:, None] - middles[vowels][None, :]) / 0.4) ** 2) + 1e-6
    around: NDArray[np.float32] = (near @ peaks / near.sum(axis=1)).astype(np.float32)
    return around


def quality(spoken: Material, index: int, *, low_hz: float) -> float | None:
    """How well a phone may be sung, higher is better; None where it may not be.

    low_hz: vowels spoken below this F0 creak more often than not and count less.
    """
    symbol, (start, end) = spoken.symbols[index], spoken.spans[index]
    seconds = (end - start) * HOP_S
    if not 0.02 <= seconds <= 0.45:
        return None
    f0, level = spoken.f0_hz[start:end], spoken.level_db[start:end]
    relative = float(np.percentile(level, 75)) - float(spoken.around_db[index])
    if not is_vowel(symbol):
        if phone_class(symbol) in _SONORANT and (f0 > 0).mean() < 0.6:
            return None
        return None if seconds > 0.3 or relative < -45 else -abs(float(np.log2(seconds / 0.08)))
    voiced = f0[f0 > 0]
    if len(voiced) < 0.85 * len(f0) or seconds < 0.04 or relative < -9:
        return None
    restless = float(np.abs(np.diff(np.log2(voiced))).mean()) * 1200
    low = max(0.0, (low_hz - float(np.median(voiced))) / 20.0)
    return float(min(seconds, 0.25) / 0.08 + relative / 6.0 - restless / 25.0 - low)
