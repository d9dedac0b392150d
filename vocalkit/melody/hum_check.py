"""Whether a hum is one voice alone, and what to tell where it does not look so.

Bounds lie between what solo songs measure (PJS: median periodicity of sounding frames .96 to 1.00) and what the
same songs measure with a second singer over them (.91) or in noise (10 dB: .83).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocalkit.melody.hum_f0 import HOP_S, Pitched
from vocalkit.melody.hum_notes import HumNote
from vocalkit.melody.hum_pitch import WrittenTune
from vocalkit.units import hz_to_midi

_LEAST_PERIODIC = 0.93
_LEAST_SUNG = 0.12
_STEADY_SEMITONES = 0.03
_FAST_NOTES_PER_S = 7.0
_UNSURE_KEY_NATS = 0.08


def hum_warnings(pitched: Pitched, notes: Sequence[HumNote], tune: WrittenTune, duration_s: float) -> tuple[str, ...]:
    """What a user should know before they trust the notes, one line each. notes: as sung, at least one."""
    found = []
    inside = _inside(notes, pitched.f0.voiced.size)
    sounding = inside & pitched.f0.voiced
    if float(np.median(pitched.periodicity[sounding], axis=0)) < _LEAST_PERIODIC:
        found.append(
            "something sounds beside the voice (noise, a second voice, an instrument): the strongest pitch was "
            "followed, and notes may be wrong; record one voice alone"
        )
    sung_s = sum(note.end_s - note.start_s for note in notes)
    if sung_s < _LEAST_SUNG * duration_s:
        found.append(f"only {sung_s:.1f} s of {duration_s:.1f} s could be taken for singing; the rest was left out")
    if _wobble(notes, pitched) < _STEADY_SEMITONES:
        found.append("the pitch is steadier than a voice's: taken as an instrument that plays one note at a time")
    lengths = np.array([note.end_s - note.start_s for note in notes])
    if len(notes) >= 10 and 1.0 / float(np.median(lengths)) > _FAST_NOTES_PER_S:
        found.append("most notes are shorter than a seventh of a second: this may be speech, not singing")
    if 0.0 < tune.key_margin < _UNSURE_KEY_NATS:
        found.append(f"the key is hard to hear, taken as {tune.key.name}; give --key if you know it")
    return tuple(found)


def _inside(notes: Sequence[HumNote], frames: int) -> np.ndarray:
    inside = np.zeros(frames, np.bool_)
    for note in notes:
        inside[round(note.start_s / HOP_S) : round(note.end_s / HOP_S)] = True
    return inside


def _wobble(notes: Sequence[HumNote], pitched: Pitched) -> float:
    """How much the pitch moves inside a note: median standard deviation in semitones of those of 0.25 s and more."""
    midi = hz_to_midi(pitched.f0.hz)
    spreads = []
    for note in notes:
        if note.end_s - note.start_s >= 0.25:
            core = slice(round((note.start_s + 0.06) / HOP_S), round((note.end_s - 0.06) / HOP_S))
            spreads.append(float(np.std(midi[core][pitched.f0.voiced[core]]) if pitched.f0.voiced[core].any() else 0.0))
    return float(np.median(spreads)) if len(spreads) >= 3 else np.inf
