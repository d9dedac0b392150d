"""From figures about a recording to wishes: what was asked for in words or sliders comes on top of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from vocalkit.types import Lyrics, Reference, Sliders, Wishes
from vocalkit.types.control import family

USUAL_BPM, USUAL_RANGE, RANGE_STEP = 105.0, 13.0, 6.0
"""What moves nothing, and how many semitones more are the widest wish."""

TEMPO_GAIN, ENERGY_GAIN = 0.6, 1.2


def wishes_after(reference: Reference, lyrics: Lyrics, asked: Wishes) -> Wishes:
    """Wishes for words sung after a reference: its pace, feel, range, and its energy where each section will lie."""
    pace = math.log2(reference.tempo_bpm / USUAL_BPM) * TEMPO_GAIN
    semitones = reference.range_semitones
    song = Sliders(
        density=_within(pace), range=0.0 if semitones is None else _within((semitones - USUAL_RANGE) / RANGE_STEP)
    )
    kinds = dict(asked.kinds)
    for kind, energy in _energy_by_kind(reference, lyrics).items():
        kinds[kind] = Sliders(energy=_within(ENERGY_GAIN * (energy - 0.5))) + kinds.get(kind, Sliders())
    return Wishes(song + asked.song, tuple(kinds.items()), asked.feel or reference.feel)


def describe(reference: Reference) -> str:
    """What was taken from a reference, in words."""
    semitones = reference.range_semitones
    voice = "nobody seems to sing on it: the range stays" if semitones is None else f"range {semitones:.0f} semitones"
    moves = f"{reference.tempo_bpm:.0f} BPM, {reference.feel} feel, energy in {len(reference.energy)} parts"
    return f"taken from the reference: {moves}; {voice}"


def _energy_by_kind(reference: Reference, lyrics: Lyrics) -> dict[str, float]:
    """Mean energy of the reference where sections of each kind lie, by their share of the syllables."""
    total = max(1, lyrics.syllable_count)
    at = 0
    found: dict[str, list[float]] = {}
    for section in lyrics.sections:
        middle = (at + 0.5 * section.syllable_count) / total
        found.setdefault(family(section.kind), []).append(reference.energy_at(middle))
        at += section.syllable_count
    return {kind: float(np.mean(values)) for kind, values in found.items()}


def _within(value: float) -> float:
    return round(min(1.0, max(-1.0, value)), 3)


def overridden(wishes: Wishes, sliders: Mapping[str, float]) -> Wishes:
    """The wishes with sliders of the whole song set to exact values, whatever a prompt said."""
    return replace(wishes, song=replace(wishes.song, **sliders)) if sliders else wishes
