"""Small sounds with known times: the analysis is judged against what was put in."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from vocalkit.types import Audio

CHORDS = {"C": (48, 60, 64, 67), "F": (53, 60, 65, 69), "G": (55, 59, 62, 67), "Am": (57, 60, 64, 69)}


def kick(sample_rate: int) -> NDArray[np.float64]:
    t = np.arange(int(0.2 * sample_rate)) / sample_rate
    return np.sin(2 * np.pi * (50 * t + 3 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.08)


def hat(sample_rate: int) -> NDArray[np.float64]:
    t = np.arange(int(0.05 * sample_rate)) / sample_rate
    return np.random.default_rng(5).standard_normal(t.size) * np.exp(-t / 0.01)


def pluck(midi: float, sample_rate: int, length_s: float = 0.5) -> NDArray[np.float64]:
    t = np.arange(int(length_s * sample_rate)) / sample_rate
    hz = 440.0 * 2.0 ** ((midi - 69.0) / 12.0)
    partials = [np.sin(2 * np.pi * hz * h * t) / h for h in range(1, 7) if hz * h < 0.45 * sample_rate]
    fade = np.minimum(1.0, (t[-1] - t) / 0.02)
    return np.sum(partials, axis=0) * np.exp(-t / 0.5) * np.minimum(1.0, t / 0.004) * fade


def place(events: list[tuple[float, NDArray[np.float64]]], duration_s: float, sample_rate: int) -> Audio:
    out = np.zeros(round(duration_s * sample_rate))
    for start_s, sound in events:
        start = round(start_s * sample_rate)
        piece = sound[: max(0, out.size - start)]
        out[start : start + piece.size] += piece
    return Audio((0.3 * out / max(1e-9, float(np.abs(out).max())))[None].astype(np.float32), sample_rate)


def song(
    *,
    bpm: float = 100.0,
    bars: int = 12,
    beats_per_bar: int = 4,
    start_s: float = 0.0,
    progression: tuple[str, ...] = ("C", "Am", "F", "G"),
    cents: float = 0.0,
    sample_rate: int = 22_050,
) -> Audio:
    """One chord a bar struck on every beat, a kick on the one, a hat on every half beat."""
    beat_s, events = 60.0 / bpm, []
    for bar in range(bars):
        for beat in range(beats_per_bar):
            time_s = start_s + (bar * beats_per_bar + beat) * beat_s
            notes = CHORDS[progression[bar % len(progression)]]
            events += [(time_s, 0.3 * pluck(n + cents / 100.0, sample_rate, beat_s)) for n in notes]
            events += [(time_s, 0.1 * hat(sample_rate)), (time_s + beat_s / 2, 0.05 * hat(sample_rate))]
            if beat == 0:
                bass = notes[0] - 12 + cents / 100.0
                events += [
                    (time_s, kick(sample_rate)),
                    (time_s, 0.6 * pluck(bass, sample_rate, beat_s * beats_per_bar)),
                ]
    return place(events, start_s + bars * beats_per_bar * beat_s, sample_rate)


@pytest.fixture(scope="session")
def sounds() -> SimpleNamespace:
    """The functions above, for tests to build their own tracks with."""
    return SimpleNamespace(CHORDS=CHORDS, kick=kick, hat=hat, pluck=pluck, place=place, song=song)


@pytest.fixture(scope="session")
def four_chords() -> Audio:
    """C Am F G at 100 BPM, twelve bars from 0 s."""
    return song()
