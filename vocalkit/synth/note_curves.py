"""Values that notes wish for as curves over time: each note's from its first consonant to that of the next note."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import Note, PhonemeSpan

Curve = NDArray[np.float64]
SMOOTH_S = 0.04
"""A step from one note's value to the next takes so long."""


def note_frames(notes: Sequence[Note], spans: Sequence[PhonemeSpan], frames: int, *, hop_s: float) -> list[slice]:
    """Frames of each note: from its first phoneme to that of the next note, rests after it included."""
    first_s = {span.note: span.start_s for span in reversed(spans) if span.note is not None}
    starts = [math.ceil(min(first_s.get(k, note.start_s), note.start_s) / hop_s) for k, note in enumerate(notes)]
    bounds = [0, *(min(max(start, 0), frames) for start in starts[1:]), frames]
    ordered = np.maximum.accumulate(bounds).tolist()
    return [slice(low, high) for low, high in itertools.pairwise(ordered)]


def held(values: Sequence[float], where: Sequence[slice], frames: int, *, hop_s: float) -> Curve:
    """Each note's value over its frames, float64 (frames,); exactly 0 where nobody wishes for anything."""
    curve = np.zeros(frames)
    if not any(values):
        return curve
    for value, part in zip(values, where, strict=True):
        curve[part] = value
    return smoothed(curve, SMOOTH_S, hop_s)


def wished_db(notes: Sequence[Note], where: Sequence[slice], frames: int, *, hop_s: float) -> Curve:
    """The notes' own loudness with their swells, float64 (frames,) in dB."""
    levels = held([note.expression.loudness_db for note in notes], where, frames, hop_s=hop_s)
    if not any(note.expression.swell_db for note in notes):
        return levels
    swells = np.zeros(frames)
    for note, part in zip(notes, where, strict=True):
        along = (np.arange(part.start, part.stop) * hop_s - note.start_s) / note.duration_s
        swells[part] = note.expression.swell_db * np.clip(along, 0.0, 1.0)
    return levels + smoothed(swells, SMOOTH_S, hop_s)


def smoothed(curve: Curve, over_s: float, hop_s: float) -> Curve:
    """Two running means: a step takes over_s to come or go."""
    from scipy import ndimage

    width = max(round(0.5 * over_s / hop_s), 1)
    once = ndimage.uniform_filter1d(curve, width, mode="nearest")
    return np.asarray(ndimage.uniform_filter1d(once, width, mode="nearest"))
