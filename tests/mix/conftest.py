"""A small song to mix: a backing of noise and chords, and a dry vocal with notes and rests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vocalkit.types import Audio, Expression, F0Curve, Note, Performance, Provenance, Syllable, Vocal

MakeBacking = Callable[..., Audio]
MakeVocal = Callable[..., tuple[Vocal, Performance]]

LA = Syllable("la", ("l", "ɑ"))


def _backing(
    duration_s: float = 8.0,
    rate: int = 44100,
    channels: int = 2,
    *,
    level: float = 0.2,
    offset: float = 0.0,
    seed: int = 1,
) -> Audio:
    rng = np.random.default_rng(seed)
    t = np.arange(round(duration_s * rate)) / rate
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in (110.0, 138.6, 164.8))
    beat = np.exp(-((t % 0.5) / 0.05)) * rng.standard_normal(t.size)
    side = 0.3 * rng.standard_normal((channels, t.size))
    return Audio((level * (0.3 * chord + 1.5 * beat + side) + offset).astype("f4"), rate)


def _vocal(
    starts_s: tuple[float, ...] = (1.0, 1.5, 2.0, 4.0, 5.0),
    *,
    note_s: float = 0.45,
    duration_s: float = 7.0,
    rate: int = 44100,
    level: float = 0.1,
) -> tuple[Vocal, Performance]:
    samples = np.zeros(round(duration_s * rate))
    notes = []
    for index, start_s in enumerate(starts_s):
        pitch = 60 + (index * 4) % 9
        hz = 440.0 * 2 ** ((pitch - 69) / 12)
        t = np.arange(round(note_s * rate)) / rate
        shape = np.minimum(1.0, np.minimum(t / 0.02, (note_s - t) / 0.04))
        tone = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 16) if k * hz < rate / 2)
        first = round(start_s * rate)
        part = samples[first : first + t.size]
        part += (level * shape * tone)[: part.size]
        notes.append(Note(start_s, start_s + note_s, pitch, LA))
    frames = round(duration_s / 0.005)
    zeros = np.zeros(frames, "f4")
    performance = Performance(tuple(notes), (), F0Curve(zeros, zeros > 0, 0.005), zeros, Expression.neutral(frames))
    return Vocal(Audio(samples[None].astype("f4"), rate), Provenance("voice", "grant", "digest", "credit")), performance


@pytest.fixture(scope="session")
def make_backing() -> MakeBacking:
    return _backing


@pytest.fixture(scope="session")
def make_vocal() -> MakeVocal:
    return _vocal
