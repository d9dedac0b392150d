"""Vibrato: the undamped second-order system of T. Saitou et al., "Speech-to-singing synthesis" (WASPAA 2007), a sine.

It starts late, grows, wanders in rate and fades before the note ends, as singers' vibrato does. What a note
wishes for itself is sung to the letter; what holds for the song is varied a little from note to note.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vocalkit.synth.durations import phrase_ranges
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import Note

Curve = NDArray[np.float64]

_MIN_NOTE_S, _ATTACK_S, _TAPER_S = 0.45, 0.3, 0.1
_UNEVEN_HZ = 0.7
_SOONER = 0.7  # on the last note of a phrase, where singers settle into it
_LEAST_CYCLES = 1.5
_STREAM = 1


def vibrato_cents(notes: Sequence[Note], frames: int, *, hop_s: float, seed: int, settings: PerformSettings) -> Curve:
    """The vibrato of every note: float64 (frames,), cents around its pitch."""
    curve = np.zeros(frames)
    finals = {phrase[-1] for phrase in phrase_ranges(notes)}
    for k, note in enumerate(notes):
        own = note.expression
        rng = np.random.default_rng([seed, _STREAM, k])
        late, deep, fast, bend = rng.uniform(-1.0, 1.0, 4)
        onset_s = settings.vibrato_onset_s * (1.0 + 0.2 * late) * (_SOONER if k in finals else 1.0)
        onset_s = onset_s if own.vibrato_onset_s is None else own.vibrato_onset_s
        rate_hz = settings.vibrato_rate_hz if own.vibrato_rate_hz is None else own.vibrato_rate_hz
        left_s = note.duration_s - onset_s
        too_short = note.duration_s < _MIN_NOTE_S and own.vibrato_depth_cents is None
        if too_short or left_s < _LEAST_CYCLES / rate_hz:
            continue
        depth = settings.vibrato_depth_cents * (1.0 + 0.25 * deep)
        depth *= 0.5 + 0.5 * min(max((note.duration_s - _MIN_NOTE_S) / 1.5, 0.0), 1.0)
        low, high = math.ceil((note.start_s + onset_s) / hop_s), min(math.ceil(note.end_s / hop_s), frames)
        at = np.arange(low, high) * hop_s - note.start_s - onset_s
        wander = 0.15 * bend * np.sin(np.pi * at / max(left_s, 1.0)) + 0.15 * (at / left_s)
        uneven = 1.0 + 0.15 * np.sin(2.0 * np.pi * (_UNEVEN_HZ * at + bend))
        if own.vibrato_depth_cents is not None:
            depth, uneven = own.vibrato_depth_cents, np.ones(at.size)
        if own.vibrato_rate_hz is not None:
            fast, wander = 0.0, np.zeros(at.size)
        rate_hz *= 1.0 + 0.05 * fast
        phase = 2.0 * np.pi * np.cumsum(rate_hz + wander) * hop_s
        curve[low:high] += depth * _grown(at, left_s) * uneven * np.sin(phase)
    return curve


def _grown(at_s: Curve, left_s: float) -> Curve:
    """How far the vibrato has grown, 0 to 1, at times after its onset; it lasts left_s."""
    return ramp(at_s / min(_ATTACK_S, 0.6 * left_s)) * ramp((left_s - 0.02 - at_s) / _TAPER_S)


def ramp(x: ArrayLike) -> Curve:
    """Half a cosine from 0 at x <= 0 to 1 at x >= 1."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(np.asarray(x, np.float64), 0.0, 1.0)))
