"""From a score to how it is sung, frame by frame: `perform`."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.synth.durations import LEGATO_GAP_S, phoneme_spans, phrase_ranges
from vocalkit.synth.f0 import f0_curve
from vocalkit.synth.loudness import loudness_curve
from vocalkit.synth.note_curves import held, note_frames
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import Expression, Note, Performance, PhonemeSpan, Score, frozen_array

__all__ = ["HOP_S", "PerformSettings", "perform"]

HOP_S = 0.005
_TAIL_S = 0.1
_BREATHY_END, _BREATHY_END_S = 0.25, 0.18
_BREATH_S, _BREATH_SHARE = 0.25, 0.4


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
    score = replace(score, notes=_with_breaths(score.notes))
    spans = phoneme_spans(score.notes)
    frames = math.ceil((score.end_s + _TAIL_S) / HOP_S) + 1
    f0 = f0_curve(score.notes, spans, frames, hop_s=HOP_S, seed=seed, settings=settings)
    loudness = loudness_curve(score, spans, frames, hop_s=HOP_S, settings=settings)
    expression = _expression(score, spans, frames, settings)
    return Performance(score.notes, spans, f0, frozen_array(loudness, np.float32), expression, score.language)


def _with_breaths(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """Notes that end early where a breath is wished for and no rest gives time for one."""
    sung = list(notes)
    for k, (note, after) in enumerate(itertools.pairwise(notes)):
        if note.expression.breath and after.syllable is not None:
            breath_s = min(_BREATH_S, max(LEGATO_GAP_S + HOP_S, _BREATH_SHARE * note.duration_s))
            end_s = min(note.end_s, after.start_s - breath_s)
            if end_s - note.start_s >= 0.5 * note.duration_s:
                sung[k] = replace(note, end_s=end_s)
    return tuple(sung)


def _expression(score: Score, spans: tuple[PhonemeSpan, ...], frames: int, settings: PerformSettings) -> Expression:
    """The wishes of the song and of its notes, and a little more breath where a phrase ends."""
    breathiness = np.full(frames, settings.breathiness, np.float32)
    for phrase in phrase_ranges(score.notes):
        last = score.notes[phrase[-1]]
        length_s = min(_BREATHY_END_S, 0.4 * last.duration_s)
        low, high = math.ceil((last.end_s - length_s) / HOP_S), math.ceil(last.end_s / HOP_S)
        breathiness[low:high] += _BREATHY_END * np.linspace(0.0, 1.0, high - low, dtype=np.float32)
    where = note_frames(score.notes, spans, frames, hop_s=HOP_S)
    song = {"breathiness": breathiness, "tension": settings.tension, "gender": settings.gender}
    curves: dict[str, NDArray[np.float32]] = {}
    for name, wish in song.items():
        own = held([getattr(note.expression, name) for note in score.notes], where, frames, hop_s=HOP_S)
        curves[name] = np.clip(own + np.asarray(wish), -1.0, 1.0).astype(np.float32)
    return Expression(**curves)
