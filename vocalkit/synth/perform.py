"""From a score to how it is sung, frame by frame: `perform`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.synth.durations import phoneme_spans, phrase_ranges
from vocalkit.synth.f0 import f0_curve
from vocalkit.synth.loudness import loudness_curve
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import Expression, Performance, Score, frozen_array

__all__ = ["HOP_S", "PerformSettings", "perform"]

HOP_S = 0.005
_TAIL_S = 0.1
_BREATHY_END, _BREATHY_END_S = 0.25, 0.18


def perform(score: Score, *, seed: int, settings: PerformSettings = PerformSettings()) -> Performance:  # noqa: B008
    """Sing a score by rule: phonemes in time, F0, loudness and expression on a hop of `HOP_S`.

    The curves run from 0 s to a tenth of a second after the last note. The same score, seed and
    settings give the same performance, bit for bit. Raises InputError for a score without notes, a
    negative seed, or a phoneme outside the alphabet.
    """
    if not score.notes:
        raise InputError("the score has no notes to sing")
    if seed < 0:
        raise InputError(f"the seed must not be negative, got {seed}")
    spans = phoneme_spans(score.notes)
    frames = math.ceil((score.end_s + _TAIL_S) / HOP_S) + 1
    f0 = f0_curve(score.notes, spans, frames, hop_s=HOP_S, seed=seed, settings=settings)
    loudness = loudness_curve(score, spans, frames, hop_s=HOP_S, settings=settings)
    expression = _expression(score, frames, settings)
    return Performance(score.notes, spans, f0, frozen_array(loudness, np.float32), expression, score.language)


def _expression(score: Score, frames: int, settings: PerformSettings) -> Expression:
    """The song-wide wishes, and a little more breath where a phrase ends."""
    breathiness = np.full(frames, settings.breathiness, np.float32)
    for phrase in phrase_ranges(score.notes):
        last = score.notes[phrase[-1]]
        length_s = min(_BREATHY_END_S, 0.4 * last.duration_s)
        low, high = math.ceil((last.end_s - length_s) / HOP_S), math.ceil(last.end_s / HOP_S)
        breathiness[low:high] += _BREATHY_END * np.linspace(0.0, 1.0, high - low, dtype=np.float32)
    return Expression(np.clip(breathiness, -1.0, 1.0), _flat(settings.tension, frames), _flat(settings.gender, frames))


def _flat(value: float, frames: int) -> NDArray[np.float32]:
    return np.full(frames, value, np.float32)
