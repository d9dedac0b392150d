"""From notes to a sung F0: glides, preparation and overshoot, vibrato, and small irregularities.

The shapes of note changes and vibrato are the second-order systems of T. Saitou, M. Goto, M. Unoki
and M. Akagi, "Speech-to-singing synthesis" (WASPAA 2007): preparation (run backwards in time, so
that it acts before the change), overshoot, and undamped vibrato. All pitch work is in cents on the
frame grid; defaults were set beside the PJS corpus (see `PerformSettings` and the tests).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.phones import is_voiced, phone_class
from vocalkit.synth.durations import LEGATO_GAP_S, phrase_ranges
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import F0Curve, Note, PhonemeSpan
from vocalkit.units import midi_to_hz

Curve = NDArray[np.float64]

OVERSHOOT_RAD_S, OVERSHOOT_DAMPING = 34.8, 0.5422
PREPARATION_RAD_S, PREPARATION_DAMPING = 29.2, 0.6681
_OVERSHOOT_MAX_CENTS = 60.0  # PJS: about 35 on seconds, 50 to 60 on thirds and more
_TABLE_STEP_S, _TABLE_REACH_S = 0.001, 0.6
_REACH_WIDTHS = 6.0  # a note change is settled this many glide widths away from its middle
_VIBRATO_MIN_NOTE_S, _VIBRATO_ATTACK_S, _VIBRATO_TAPER_S = 0.5, 0.3, 0.1
_FINE_CENTS, _FINE_HZ, _FINE_MAX_HZ = 4.5, (10.0, 22.0), 5.0
_DRIFT_CENTS, _DRIFT_HZ, _DRIFT_MAX_CENTS = 3.0, 0.8, 6.0
_DIP_CENTS = {"stop": 40.0, "affricate": 40.0, "fricative": 45.0, "nasal": 12.0, "tap": 12.0, "liquid": 10.0}
_RAISE_CENTS, _RAISE_DECAY_S = 20.0, 0.025
_FALL_CENTS, _FALL_S = 25.0, 0.09
_VIBRATO_STREAM, _SCOOP_STREAM, _FINE_STREAM, _DRIFT_STREAM = 1, 2, 3, 4


def step_response(time_s: Curve, *, omega_rad_s: float, damping: float) -> Curve:
    """Unit-gain step response of ω²/(s² + 2ζωs + ω²) at float64 (t,) seconds, 0 before the step.

    damping: 0 to 1; 1 is critical.
    """
    t = np.maximum(time_s, 0.0)
    if damping >= 1.0:
        return np.asarray(1.0 - np.exp(-omega_rad_s * t) * (1.0 + omega_rad_s * t))
    ringing = omega_rad_s * math.sqrt(1.0 - damping**2)
    slope = damping * omega_rad_s / ringing
    return np.asarray(1.0 - np.exp(-damping * omega_rad_s * t) * (np.cos(ringing * t) + slope * np.sin(ringing * t)))


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
    cents = melody_cents(notes, spans, frames, hop_s=hop_s, settings=settings)
    cents += _vibrato_cents(notes, frames, hop_s=hop_s, seed=seed, settings=settings)
    _bend_phrases(cents, notes, spans, hop_s=hop_s, seed=seed, scoop_cents=settings.scoop_cents)
    _bend_consonants(cents, spans, hop_s=hop_s)
    cents += settings.fluctuation * _drift_cents(frames, hop_s=hop_s, seed=seed)
    hz = midi_to_hz(cents / 100.0)
    fine = settings.fluctuation * _fine_cents(frames, hop_s=hop_s, seed=seed)
    hz += np.clip(hz * (np.exp2(fine / 1200.0) - 1.0), -_FINE_MAX_HZ, _FINE_MAX_HZ)
    return F0Curve(hz.astype(np.float32), _voiced_frames(spans, frames, hop_s=hop_s), hop_s)


def melody_cents(
    notes: Sequence[Note], spans: Sequence[PhonemeSpan], frames: int, *, hop_s: float, settings: PerformSettings
) -> Curve:
    """Notes joined by glides: float64 (frames,) in cents of MIDI pitch, no vibrato, no randomness.

    Targets are shifted until the middle of each note sits on its pitch, also between fast leaps.
    """
    shape = _glide_shape()
    changes = _note_changes(notes, spans, portamento_s=settings.portamento_s, excess=shape.excess)
    wanted = np.array([100.0 * note.pitch_midi for note in notes])
    middles = [_steady_frames(note, frames, hop_s) for note in notes]
    targets = wanted.copy()
    for _ in range(3):
        curve = _glide(targets, changes, shape, frames=frames, hop_s=hop_s)
        errors = np.array([np.median(curve[m]) if m.stop > m.start else np.nan for m in middles]) - wanted
        if np.all(np.nan_to_num(np.abs(errors)) < 2.0):
            break
        targets -= np.clip(np.nan_to_num(errors), -150.0, 150.0)
    return curve


def _steady_frames(note: Note, frames: int, hop_s: float) -> slice:
    """Frames of a note after its glide in and before the glide out."""
    start_s = note.start_s + min(0.08, 0.3 * note.duration_s)
    end_s = note.end_s - min(0.10, 0.35 * note.duration_s)
    return slice(math.ceil(start_s / hop_s), min(math.ceil(end_s / hop_s), frames))


def _note_changes(
    notes: Sequence[Note], spans: Sequence[PhonemeSpan], *, portamento_s: float, excess: float
) -> list[tuple[float, float, float]]:
    """(middle s, width s, share of overshoot) of the change into every note but the first."""
    voice_starts_s = {span.note: span.start_s for span in reversed(spans)}
    changes = []
    for k in range(1, len(notes)):
        before, after = notes[k - 1], notes[k]
        gap_s = after.start_s - before.end_s
        if gap_s >= LEGATO_GAP_S:  # unheard, in the rest
            entry_s = voice_starts_s.get(k, after.start_s)
            changes.append((0.5 * (before.end_s + entry_s), max(min(0.06, 0.25 * (entry_s - before.end_s)), 0.01), 0.0))
            continue
        leap_semitones = abs(after.pitch_midi - before.pitch_midi)
        width_s = portamento_s * min(max(0.8 + 0.08 * leap_semitones, 0.85), 1.6)
        width_s = max(min(width_s, 0.4 * before.duration_s, 0.4 * after.duration_s), 0.01)
        excess_cents = 100.0 * leap_semitones * excess
        share = min(1.0, _OVERSHOOT_MAX_CENTS / excess_cents) if excess_cents > 0 else 1.0
        changes.append((after.start_s - 0.45 * width_s, width_s, share))
    return changes


@dataclass(frozen=True, slots=True, eq=False)
class _GlideShape:
    """A unit note change over time in glide widths (10 to 90 %), 0 at half way: float64 (n,) each.

    sung: with preparation and overshoot; plain: the same systems critically damped.
    """

    widths: Curve
    sung: Curve
    plain: Curve

    @property
    def excess(self) -> float:
        """How far the sung change shoots over, as a share of the interval."""
        return float(self.sung.max() - 1.0)


def _glide_shape() -> _GlideShape:
    time_s = np.arange(-_TABLE_REACH_S, _TABLE_REACH_S, _TABLE_STEP_S)
    widths = np.linspace(-_REACH_WIDTHS, _REACH_WIDTHS, 1201)
    shapes = []
    for ring, lead in ((OVERSHOOT_DAMPING, PREPARATION_DAMPING), (1.0, 1.0)):
        overshoot = step_response(time_s, omega_rad_s=OVERSHOOT_RAD_S, damping=ring)
        preparation = step_response(time_s, omega_rad_s=PREPARATION_RAD_S, damping=lead)
        backwards = np.diff(preparation, prepend=0.0)[::-1]  # sums to one
        rise = np.convolve(np.concatenate([overshoot, np.ones(time_s.size)]), backwards)
        middle, low, high = (int(np.argmax(rise >= level)) for level in (0.5, 0.1, 0.9))
        at = (np.arange(rise.size) - middle) / (high - low)
        settled = time_s.size + overshoot.size  # beyond, the convolution runs out of steps
        shapes.append(np.interp(widths, at[:settled], rise[:settled]))
    return _GlideShape(widths, shapes[0], shapes[1])


def _glide(
    targets: Curve,
    changes: Sequence[tuple[float, float, float]],
    shape: _GlideShape,
    *,
    frames: int,
    hop_s: float,
) -> Curve:
    """Superposed note changes: float64 (frames,) cents, `targets` (n,) where the change is over."""
    middles = [min(max(math.ceil(middle_s / hop_s), 0), frames) for middle_s, _, _ in changes]
    curve = np.repeat(targets, np.diff([0, *middles, frames]))
    for k, (middle_s, width_s, share) in enumerate(changes):
        reach_s = _REACH_WIDTHS * width_s
        low = max(math.ceil((middle_s - reach_s) / hop_s), 0)
        high = min(math.floor((middle_s + reach_s) / hop_s) + 1, frames)
        if low >= high:
            continue
        at = (np.arange(low, high) * hop_s - middle_s) / width_s
        sung, plain = np.interp(at, shape.widths, shape.sung), np.interp(at, shape.widths, shape.plain)
        step = np.arange(low, high) >= middles[k]
        curve[low:high] += (targets[k + 1] - targets[k]) * (plain + share * (sung - plain) - step)
    return curve


def _vibrato_cents(notes: Sequence[Note], frames: int, *, hop_s: float, seed: int, settings: PerformSettings) -> Curve:
    """Delayed vibrato that grows, wanders in rate and fades before the note ends: float64 (frames,)."""
    curve = np.zeros(frames)
    for k, note in enumerate(notes):
        rng = np.random.default_rng([seed, _VIBRATO_STREAM, k])
        late, deep, fast, bend = rng.uniform(-1.0, 1.0, 4)
        onset_s = settings.vibrato_onset_s * (1.0 + 0.2 * late)
        left_s = note.duration_s - onset_s
        if note.duration_s < _VIBRATO_MIN_NOTE_S or left_s < 1.5 / settings.vibrato_rate_hz:
            continue
        low, high = math.ceil((note.start_s + onset_s) / hop_s), min(math.ceil(note.end_s / hop_s), frames)
        at = np.arange(low, high) * hop_s - note.start_s - onset_s
        depth = settings.vibrato_depth_cents * (1.0 + 0.25 * deep)
        depth *= 0.5 + 0.5 * min(max((note.duration_s - _VIBRATO_MIN_NOTE_S) / 1.5, 0.0), 1.0)
        grown = _ramp(at / min(_VIBRATO_ATTACK_S, 0.6 * left_s)) * _ramp((left_s - 0.02 - at) / _VIBRATO_TAPER_S)
        rate_hz = settings.vibrato_rate_hz * (1.0 + 0.05 * fast)
        wander = 0.15 * bend * np.sin(np.pi * at / max(left_s, 1.0)) + 0.15 * (at / left_s)
        phase = 2.0 * np.pi * np.cumsum(rate_hz + wander) * hop_s
        curve[low:high] += depth * grown * np.sin(phase)
    return curve


def _ramp(x: Curve) -> Curve:
    """Half a cosine from 0 at x <= 0 to 1 at x >= 1."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(x, 0.0, 1.0)))


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
    entries_s = {span.note: span.start_s for span in reversed(spans)}
    leaves_s = {span.note: span.end_s for span in spans}
    for phrase in phrase_ranges(notes):
        first, last = notes[phrase[0]], notes[phrase[-1]]
        depth = scoop_cents * np.random.default_rng([seed, _SCOOP_STREAM, phrase[0]]).uniform(0.5, 1.3)
        depth *= min(first.duration_s / 0.25, 1.0)
        start_s = entries_s.get(phrase[0], first.start_s)
        end_s = max(first.start_s, start_s) + min(0.06, 0.25 * first.duration_s)
        low, high = math.ceil(start_s / hop_s), min(math.ceil(end_s / hop_s), cents.size)
        left: Curve = (end_s - np.arange(low, high) * hop_s) / max(end_s - start_s, 0.06)
        cents[low:high] -= depth * _ramp(left)
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
