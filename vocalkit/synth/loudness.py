"""How loud each moment is sung: phrases arch, accents stand out, ends fade.

Levels follow `REFERENCE_LOUDNESS_DBFS`. Slopes lie below those of the PJS singer (+0.65 dB per
semitone within a song, +0.9 dB per doubling of length), because the mix compresses anyway.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.phones import phone_class
from vocalkit.synth.durations import phrase_ranges
from vocalkit.synth.note_curves import note_frames, smoothed, wished_db
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import Note, PhonemeSpan, Score, SectionSpan, TempoMap
from vocalkit.units import REFERENCE_LOUDNESS_DBFS

Curve = NDArray[np.float64]

REST_LOUDNESS_DBFS = REFERENCE_LOUDNESS_DBFS - 60.0
"""Level between phrases: as good as silent, without an infinity."""

_ARCH_DB, _ARCH_FULL_S = 3.0, 3.0
_PITCH_DB_PER_SEMITONE, _PITCH_MAX_DB = 0.4, 3.5
_DOWNBEAT_DB, _BEAT_DB, _BEAT_TOLERANCE = 0.8, 0.4, 0.08
_STRESS_DB = (-0.5, 0.3, 0.8)
_SWELL_DB, _SWELL_FROM_S, _SWELL_FULL_S = 1.5, 0.5, 2.0
_SECTION_DB, _SECTION_SMOOTH_S, _SMOOTH_S = 6.0, 0.5, 0.14
_FADE_IN_S, _FADE_OUT_S, _OBSTRUENT_FADE_OUT_S = 0.03, 0.08, 0.02
_OBSTRUENTS = ("stop", "affricate", "fricative")


def loudness_curve(
    score: Score, spans: Sequence[PhonemeSpan], frames: int, *, hop_s: float, settings: PerformSettings
) -> NDArray[np.float32]:
    """Level that a vowel has at each frame: float32 (frames,), dBFS RMS.

    Changes by less than 1 dB a frame except in the fades at the ends of phrases and where notes wish for more.
    """
    shape = np.zeros(frames)
    phrases = phrase_ranges(score.notes)
    _add_phrases(shape, score, phrases, hop_s=hop_s)
    shape = smoothed(shape, _SMOOTH_S, hop_s) + smoothed(
        _section_db(score.sections, frames, hop_s=hop_s), _SECTION_SMOOTH_S, hop_s
    )
    where = note_frames(score.notes, spans, frames, hop_s=hop_s)
    level = REFERENCE_LOUDNESS_DBFS + settings.loudness_db + settings.dynamics * shape
    level += wished_db(score.notes, where, frames, hop_s=hop_s)
    return np.asarray(_faded(level, score.notes, spans, hop_s=hop_s), np.float32)


def _add_phrases(shape: Curve, score: Score, phrases: Sequence[range], *, hop_s: float) -> None:
    """Arch of each phrase with the accents of its notes, held until the next phrase, in place."""
    notes = score.notes
    lengths_s = np.array([note.duration_s for note in notes])
    centre_midi = float(np.average([note.pitch_midi for note in notes], weights=lengths_s))
    for phrase in phrases:
        start_s, end_s = notes[phrase[0]].start_s, notes[phrase[-1]].end_s
        low, high = math.ceil(start_s / hop_s), math.ceil(end_s / hop_s)
        along = np.linspace(0.0, 1.0, max(high - low, 1))
        arch_db = _ARCH_DB * min((end_s - start_s) / _ARCH_FULL_S, 1.0)
        # Rises to its top at two fifths and falls more gently; zero on average.
        shape[low:high] += arch_db * (np.sin(np.pi * along**0.76) - 0.64)[: shape[low:high].size]
        for k in phrase:
            note = notes[k]
            until_s = notes[k + 1].start_s if k + 1 < len(notes) and k != phrase[-1] else note.end_s
            a, b = math.ceil(note.start_s / hop_s), math.ceil(until_s / hop_s)
            swell = np.sin(np.pi * np.linspace(0.0, 1.0, max(b - a, 1)))[: shape[a:b].size]
            shape[a:b] += _accent_db(note, score.tempo_map, centre_midi) + _swell_db(note) * swell
    for before, after in itertools.pairwise(phrases):  # carry levels over rests for smoothing
        a, b = math.ceil(notes[before[-1]].end_s / hop_s), math.ceil(notes[after[0]].start_s / hop_s)
        if 0 < a < b < shape.size:
            shape[a:b] = np.linspace(shape[a - 1], shape[b], b - a)
    first, last = math.ceil(notes[0].start_s / hop_s), math.ceil(notes[-1].end_s / hop_s)
    shape[:first] = shape[min(first, shape.size - 1)]
    shape[last:] = shape[max(last - 1, 0)]


def _accent_db(note: Note, tempo_map: TempoMap, centre_midi: float) -> float:
    higher_db = _PITCH_DB_PER_SEMITONE * (note.pitch_midi - centre_midi)
    accent_db = min(max(higher_db, -_PITCH_MAX_DB), _PITCH_MAX_DB)
    beat = tempo_map.beat_at(note.start_s)
    if abs(beat - round(beat)) < _BEAT_TOLERANCE:
        opens_bar = (round(beat) - tempo_map.first_downbeat) % tempo_map.beats_per_bar == 0
        accent_db += _DOWNBEAT_DB if opens_bar else _BEAT_DB
    return accent_db + (_STRESS_DB[note.syllable.stress] if note.syllable is not None else 0.0)


def _swell_db(note: Note) -> float:
    return _SWELL_DB * min(max((note.duration_s - _SWELL_FROM_S) / (_SWELL_FULL_S - _SWELL_FROM_S), 0.0), 1.0)


def _section_db(sections: Sequence[SectionSpan], frames: int, *, hop_s: float) -> Curve:
    curve = np.zeros(frames)
    for section in sections:
        low, high = max(math.ceil(section.start_s / hop_s), 0), max(math.ceil(section.end_s / hop_s), 0)
        curve[low:high] += _SECTION_DB * (min(max(section.energy, 0.0), 1.0) - 0.5)
    return curve


def _faded(level: Curve, notes: Sequence[Note], spans: Sequence[PhonemeSpan], *, hop_s: float) -> Curve:
    """Fades in amplitude at the ends of phrases, `REST_LOUDNESS_DBFS` between them.

    A phrase that ends on an obstruent keeps it: the vowel before is let down gently instead.
    """
    gain = np.zeros(level.size)
    for phrase in _span_runs(notes, spans):
        first, last = phrase[0], phrase[-1]
        fade_in_s = min(_FADE_IN_S, 0.5 * (last.end_s - first.start_s))
        fade_out_s = _OBSTRUENT_FADE_OUT_S if phone_class(last.symbol) in _OBSTRUENTS else _FADE_OUT_S
        fade_out_s = min(fade_out_s, 0.5 * (last.end_s - first.start_s))
        low, high = math.ceil(first.start_s / hop_s), min(math.ceil(last.end_s / hop_s) + 1, level.size)
        at = np.arange(low, high) * hop_s
        rising = np.clip((at - first.start_s) / fade_in_s, 0.0, 1.0)
        falling = np.clip((last.end_s - at) / fade_out_s, 0.0, 1.0)
        gain[low:high] = 0.5 - 0.5 * np.cos(np.pi * np.minimum(rising, falling))
    floor_db = REST_LOUDNESS_DBFS - level
    return np.asarray(level + np.maximum(20.0 * np.log10(np.maximum(gain, 1e-6)), floor_db))


def _span_runs(notes: Sequence[Note], spans: Sequence[PhonemeSpan]) -> list[list[PhonemeSpan]]:
    """Spans of each phrase."""
    opens = {phrase[0] for phrase in phrase_ranges(notes)}
    runs: list[list[PhonemeSpan]] = []
    for span in spans:
        before = runs[-1][-1] if runs else None
        starts_phrase = span.note in opens and (before is None or before.note != span.note)
        if before is None or starts_phrase:
            runs.append([])
        runs[-1].append(span)
    return runs
