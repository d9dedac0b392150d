"""What a tune may take after in a recording: how it moves, how its energy runs, how wide its singer ranges.

Only these figures leave the room. Nothing of the sound, of its melody or of its words is kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.analyze import analyze
from vocalkit.backing.features import extract
from vocalkit.backing.lead_voice import SUNG
from vocalkit.backing.onsets import ONSET_RATE_HZ
from vocalkit.backing.pitches import FINE_BINS, LOW_MIDI, STEPS
from vocalkit.protocols import Progress, silent
from vocalkit.types import Audio, Feel, Reference, TempoMap

TRIPLET_OVER_HALF = 1.25
"""So much more must begin on the third third of beats than on their half for a swung feel."""

_SLACK = 0.045
_LOWEST_MIDI, _HIGHEST_MIDI = 43, 86
_PARTIALS, _PARTIAL_WEIGHT = 6, 0.8
_CLEAR = 0.25
_PERCENTILES = (4.0, 96.0)
_HELD, _REACH, _FEWEST_FRAMES = 0.5, 9.0, 10


def hear_reference(audio: Audio, *, progress: Progress = silent) -> Reference:
    """Tempo and feel, energy curve and range of a recording. Raises AudioError as `analyze` does."""
    backing = analyze(audio, progress=progress)
    features = extract(audio, progress=silent)
    length_s = backing.duration_s
    sung = backing.lead_voice >= SUNG
    return Reference(
        tempo_bpm=backing.tempo_map.bpm,
        feel=_feel(features.onsets.sum(axis=0), backing.tempo_map),
        energy=tuple((section.start_s / length_s, section.energy) for section in backing.sections),
        range_semitones=lead_range(features.pitches) if sung else None,
    )


def _feel(onsets: NDArray[np.float32], tempo_map: TempoMap) -> Feel:
    """Where inside beats things begin: ``triplet`` where the last third outdoes the half."""
    beats = tempo_map.beats_s
    times_s = np.arange(onsets.size) / ONSET_RATE_HZ
    inside = (times_s >= beats[0]) & (times_s < beats[-1])
    at = np.interp(times_s[inside], beats, np.arange(beats.size))
    phase, strength = at % 1.0, onsets[inside].astype(np.float64)

    def begun(place: float) -> float:
        near = np.abs(phase - place) < _SLACK
        # Of each beat's window the strongest frame counts: an onset is a peak, not a mean.
        peaks = np.zeros(beats.size)
        np.maximum.at(peaks, at[near].astype(int), strength[near])
        return float(peaks.mean())

    return "triplet" if begun(2.0 / 3.0) > TRIPLET_OVER_HALF * begun(0.5) else "straight"


def lead_range(pitches: NDArray[np.float32]) -> float | None:
    """Semitones within which the most salient pitch moves, its outermost 4 % to either side left out.

    pitches: float32 (t, FINE_BINS) as of `PitchMeter`. Salience is a sum over partials with falling weights
    (Salamon and Gómez, 2012). None where no pitch is clear.
    """
    shifts = [round(12 * STEPS * np.log2(n)) for n in range(1, _PARTIALS + 1)]
    first, last = (_LOWEST_MIDI - LOW_MIDI) * STEPS, (_HIGHEST_MIDI - LOW_MIDI) * STEPS
    padded = np.pad(pitches.astype(np.float64), ((0, 0), (0, shifts[-1])))
    salience = sum(_PARTIAL_WEIGHT**n * padded[:, shift : shift + FINE_BINS] for n, shift in enumerate(shifts))
    salience = np.asarray(salience)[:, first:last]
    top = salience.max(axis=1, initial=0.0)
    clear = top > _CLEAR * np.percentile(top, 95.0) if top.size else top > 0
    if not clear.any():
        return None
    path = salience.argmax(axis=1) / STEPS
    # A note holds its pitch from frame to frame; noise, consonants and glides do not.
    held = clear[1:] & clear[:-1] & (np.abs(np.diff(path)) < _HELD)
    found = path[1:][held]
    if found.size < _FEWEST_FRAMES:
        return None
    # Partials are taken for the tone now and then: whatever lies an octave off the middle is brought back to it.
    middle = float(np.median(found))
    off = np.round((found - middle) / 12.0) * (np.abs(found - middle) > _REACH)
    low, high = np.percentile(found - 12.0 * off, _PERCENTILES)
    return float(high - low)
