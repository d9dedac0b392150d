"""From notes to a sung F0: glides, preparation and overshoot, vibrato, and small irregularities.

Glides are in `vocalkit.synth.glide`, vibrato in `vocalkit.synth.vibrato`. The fine fluctuation of T. Saitou et al.,
"Speech-to-singing synthesis" (WASPAA 2007), is noise above 10 Hz. All pitch work is in cents on the
frame grid; defaults were set beside the PJS corpus.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.phones import is_voiced, phone_class
from vocalkit.synth.durations import phrase_ranges
from vocalkit.synth.glide import glide, glide_kernels, glide_shape, note_changes
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.synth.vibrato import ramp, vibrato_cents
from vocalkit.types import F0Curve, Note, PhonemeSpan
from vocalkit.units import midi_to_hz

Curve = NDArray[np.float64]

_FINE_CENTS, _FINE_HZ, _FINE_MAX_HZ = 6.5, (9.0, 18.0), 5.0
_DRIFT_CENTS, _DRIFT_HZ, _DRIFT_MAX_CENTS = 6.0, 1.2, 15.0
_DIP_CENTS = {"stop": 40.0, "affricate": 40.0, "fricative": 45.0, "nasal": 12.0, "tap": 12.0, "liquid": 10.0}
_RAISE_CENTS, _RAISE_DECAY_S = 20.0, 0.02
_SCOOP_S = 0.09
_FALL_CENTS, _FALL_S = 25.0, 0.09
_CORRECTIONS, _CORRECTION_MAX_CENTS = 3, 120.0
_SCOOP_STREAM, _FINE_STREAM, _DRIFT_STREAM = 2, 3, 4  # 1 is that of the vibrato


def f0_curve(
    notes: Sequence[Note],
    spans: Sequence[PhonemeSpan],
    frames: int,
    *,
    hop_s: float,
    seed: int,
    settings: PerformSettings,
) -> F0Curve:
    """F0 of a performance: continuous over `frames` frames, voiced where a voiced phoneme sounds.

    The steady part of every note has its median within 10 cents of the note. Randomness is bound to
    the index of a note or to absolute time, so an edit is heard only where it was made.
    """
    voiced = _voiced_frames(spans, frames, hop_s=hop_s)
    bends = vibrato_cents(notes, frames, hop_s=hop_s, seed=seed, settings=settings)
    _bend_phrases(bends, notes, spans, hop_s=hop_s, seed=seed, scoop_cents=settings.scoop_cents)
    _bend_consonants(bends, spans, hop_s=hop_s)
    bends += settings.fluctuation * _drift_cents(frames, hop_s=hop_s, seed=seed)
    limit = _fine_limit_cents(notes, frames, hop_s=hop_s)
    bends += np.clip(settings.fluctuation * _fine_cents(frames, hop_s=hop_s, seed=seed), -limit, limit)
    cents = melody_cents(notes, spans, bends, voiced, hop_s=hop_s, portamento_s=settings.portamento_s)
    hz = midi_to_hz(cents / 100.0)
    return F0Curve(hz.astype(np.float32), voiced, hop_s)


def melody_cents(
    notes: Sequence[Note],
    spans: Sequence[PhonemeSpan],
    bends: Curve,
    voiced: NDArray[np.bool_],
    *,
    hop_s: float,
    portamento_s: float,
) -> Curve:
    """Notes joined by glides, with `bends` added: float64 (frames,) in cents of MIDI pitch.

    bends: float64 (frames,) cents; voiced: bool (frames,). Targets are shifted until the median of
    the steady part of each note sits on its pitch, also between fast leaps and under slow vibrato.
    """
    frames, shape = bends.size, glide_shape()
    changes = note_changes(notes, spans, portamento_s=portamento_s, excess=shape.excess)
    kernels = glide_kernels(changes, shape, frames, hop_s)
    wanted = np.array([100.0 * note.pitch_midi for note in notes])
    steady = [np.flatnonzero(voiced[m]) + m.start for m in (_steady_frames(note, frames, hop_s) for note in notes)]
    targets = wanted.copy()
    curve = bends + glide(targets, kernels, frames)
    for _ in range(_CORRECTIONS):
        medians = np.array([_median(curve[at]) if at.size else w for at, w in zip(steady, wanted, strict=True)])
        targets -= np.clip(medians - wanted, -_CORRECTION_MAX_CENTS, _CORRECTION_MAX_CENTS)
        curve = bends + glide(targets, kernels, frames)
    return curve


def _median(values: Curve) -> float:
    """np.median, whose checks cost more than its work on the few frames of a note."""
    ordered = np.sort(values)
    return float(0.5 * (ordered[ordered.size // 2] + ordered[(ordered.size - 1) // 2]))


def _steady_frames(note: Note, frames: int, hop_s: float) -> slice:
    """Frames of a note after its glide in and before the glide out."""
    start_s = note.start_s + min(0.08, 0.3 * note.duration_s)
    end_s = note.end_s - min(0.10, 0.35 * note.duration_s)
    return slice(math.ceil(start_s / hop_s), min(math.ceil(end_s / hop_s), frames))


def _bend_phrases(
    cents: Curve,
    notes: Sequence[Note],
    spans: Sequence[PhonemeSpan],
    *,
    hop_s: float,
    seed: int,
    scoop_cents: float,
) -> None:
    """Scoop into the first note of each phrase and let the last one fall a little, in place."""
    entries_s = {span.note: span.start_s for span in reversed(spans) if is_voiced(span.symbol)}
    leaves_s = {span.note: span.end_s for span in spans}
    for phrase in phrase_ranges(notes):
        first, last = notes[phrase[0]], notes[phrase[-1]]
        depth = scoop_cents * np.random.default_rng([seed, _SCOOP_STREAM, phrase[0]]).uniform(0.5, 1.3)
        depth *= min(first.duration_s / 0.25, 1.0)
        start_s = entries_s.get(phrase[0], first.start_s)
        end_s = max(first.start_s, start_s) + min(_SCOOP_S, 0.25 * first.duration_s)
        low, high = math.ceil(start_s / hop_s), min(math.ceil(end_s / hop_s), cents.size)
        left_s = end_s - hop_s * np.arange(low, high, dtype=np.float64)
        cents[low:high] -= depth * ramp(left_s / max(end_s - start_s, 0.02))
        leave_s = leaves_s.get(phrase[-1], last.end_s)
        fall_s = min(_FALL_S, 0.3 * last.duration_s)
        low, high = math.ceil((leave_s - fall_s) / hop_s), min(math.ceil(leave_s / hop_s), cents.size)
        cents[low:high] -= _FALL_CENTS * ((np.arange(low, high) * hop_s - leave_s + fall_s) / fall_s) ** 2


def _bend_consonants(cents: Curve, spans: Sequence[PhonemeSpan], *, hop_s: float) -> None:
    """Voiced consonants pull the pitch down a little, voiceless ones start the next vowel higher; in place."""
    for k, span in enumerate(spans):
        kind = phone_class(span.symbol)
        if not is_voiced(span.symbol):
            low, high = math.ceil(span.end_s / hop_s), min(math.ceil(span.end_s / hop_s + 0.1 / hop_s), cents.size)
            if k + 1 < len(spans) and spans[k + 1].start_s <= span.end_s and is_voiced(spans[k + 1].symbol):
                cents[low:high] += _RAISE_CENTS * np.exp(-(np.arange(low, high) * hop_s - span.end_s) / _RAISE_DECAY_S)
        elif kind in _DIP_CENTS:
            start_s, end_s = span.start_s - 0.01, span.end_s + 0.015
            low, high = max(math.ceil(start_s / hop_s), 0), min(math.ceil(end_s / hop_s), cents.size)
            at = (np.arange(low, high) * hop_s - start_s) / (end_s - start_s)
            cents[low:high] -= _DIP_CENTS[kind] * np.sin(np.pi * at) ** 2


def _fine_cents(frames: int, *, hop_s: float, seed: int) -> Curve:
    """Noise between 10 Hz and where singers' spectra fall away: float64 (frames,), cents."""
    from scipy import signal

    noise = np.random.default_rng([seed, _FINE_STREAM]).standard_normal(frames)
    band = signal.butter(2, _FINE_HZ, "bandpass", fs=1.0 / hop_s, output="sos")
    return np.asarray(_FINE_CENTS * signal.sosfilt(band, noise) / _gain(band))


def _fine_limit_cents(notes: Sequence[Note], frames: int, *, hop_s: float) -> Curve:
    """`_FINE_MAX_HZ` at the pitch of the note that sounds, or sounded last: float64 (frames,)."""
    starts_s = np.array([note.start_s for note in notes])
    index = np.searchsorted(starts_s, np.arange(frames) * hop_s, side="right") - 1
    hz = np.asarray(midi_to_hz(np.array([note.pitch_midi for note in notes])))[np.maximum(index, 0)]
    return np.asarray(1200.0 * np.log2(1.0 + _FINE_MAX_HZ / hz))


def _drift_cents(frames: int, *, hop_s: float, seed: int) -> Curve:
    """Slow wandering of a few cents: float64 (frames,)."""
    from scipy import signal

    noise = np.random.default_rng([seed, _DRIFT_STREAM]).standard_normal(frames)
    low = signal.butter(2, _DRIFT_HZ, "lowpass", fs=1.0 / hop_s, output="sos")
    wander = _DRIFT_CENTS * signal.sosfilt(low, noise) / _gain(low)
    return np.asarray(_DRIFT_MAX_CENTS * np.tanh(wander / _DRIFT_MAX_CENTS))


def _gain(sections: NDArray[np.float64]) -> float:
    """Standard deviation that a filter gives to white noise of unit variance."""
    from scipy import signal

    impulse = np.zeros(4096)
    impulse[0] = 1.0
    return float(np.sqrt(np.sum(signal.sosfilt(sections, impulse) ** 2)))


def _voiced_frames(spans: Sequence[PhonemeSpan], frames: int, *, hop_s: float) -> NDArray[np.bool_]:
    voiced = np.zeros(frames, np.bool_)
    for span in spans:
        if is_voiced(span.symbol):
            voiced[math.ceil(span.start_s / hop_s - 1e-6) : math.ceil(span.end_s / hop_s - 1e-6)] = True
    return voiced
