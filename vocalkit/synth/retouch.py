"""Changes to a finished performance, note by note, whatever its curves came from: rules, an edit by hand, a guide.

Breath, tension, gender and loudness are added to its curves. A note that is given another vibrato first loses the
one it has (its F0 is smoothed over two periods of the slowest vibrato between its glides); one that is given another
portamento is led from the pitch of the note before to its own in that time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.synth.durations import LEGATO_GAP_S
from vocalkit.synth.note_curves import held, note_frames, smoothed, wished_db
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.synth.vibrato import ramp, vibrato_cents
from vocalkit.types import NEUTRAL, Expression, F0Curve, Note, NoteExpression, Performance, frozen_array

Curve = NDArray[np.float64]

_USUAL = PerformSettings()
_SLOWEST_HZ = 4.5
_GLIDE_S, _SEAM_S = 0.08, 0.05
_LEAST_STEADY_S = 0.2
_RISE_OF_RAMP = 0.59  # share of half a cosine between 10 and 90 %
_OLD_GLIDE_S, _SEAM_GLIDE_S = 0.12, 0.03


def retouch(performance: Performance, changes: Sequence[NoteExpression]) -> Performance:
    """The performance with one change for each of its notes; where a change is neutral, nothing moves by a bit.

    Its notes end up wishing for nothing: the curves hold it all. `breath` cannot be changed here, because it moves
    phonemes. Raises InputError for another number of changes than notes.
    """
    if len(changes) != len(performance.notes):
        raise InputError(f"a performance of {len(performance.notes)} notes needs as many changes, got {len(changes)}")
    wishing = tuple(replace(note, expression=own) for note, own in zip(performance.notes, changes, strict=True))
    frames, hop_s = performance.f0.hz.size, performance.hop_s
    where = note_frames(wishing, performance.spans, frames, hop_s=hop_s)
    curves = {}
    for name in ("breathiness", "tension", "gender"):
        wished = held([getattr(own, name) for own in changes], where, frames, hop_s=hop_s)
        curve = np.clip(getattr(performance.expression, name) + wished, -1.0, 1.0)
        curves[name] = frozen_array(curve.astype(np.float32), np.float32)
    louder = performance.loudness_dbfs + wished_db(wishing, where, frames, hop_s=hop_s)
    return replace(
        performance,
        notes=tuple(replace(note, expression=NEUTRAL) for note in wishing),
        f0=_changed_f0(performance.f0, wishing),
        loudness_dbfs=frozen_array(louder.astype(np.float32), np.float32),
        expression=Expression(**curves),
    )


def _changed_f0(curve: F0Curve, notes: Sequence[Note]) -> F0Curve:
    """F0 with the glides and vibratos that notes wish for; other frames keep their bits."""
    cents = 1200.0 * np.log2(np.maximum(curve.hz.astype(np.float64), 1.0))
    before = cents.copy()
    for k in range(1, len(notes)):
        wished_s = notes[k].expression.portamento_s
        if wished_s is not None and notes[k].start_s - notes[k - 1].end_s < LEGATO_GAP_S:
            _lead(cents, notes[k - 1], notes[k], wished_s, curve.hop_s)
    for note in notes:
        if note.expression.shapes_vibrato:
            _swing(cents, note, curve.hop_s)
    hz = np.where(cents == before, curve.hz, np.exp2(cents / 1200.0))
    return F0Curve(frozen_array(hz.astype(np.float32), np.float32), curve.voiced, curve.hop_s)


def _lead(cents: Curve, before: Note, after: Note, rise_s: float, hop_s: float) -> None:
    """From one note's pitch to the next in rise_s from 10 to 90 %, in place; at most half of each note is used."""
    whole_s = min(rise_s / _RISE_OF_RAMP, before.duration_s, after.duration_s)
    reach_s = min(max(whole_s / 2.0, _OLD_GLIDE_S), 0.5 * before.duration_s, 0.5 * after.duration_s)
    low, high = _frames(after.start_s - reach_s, after.start_s + reach_s, cents.size, hop_s)
    if high - low < 3:
        return
    at_s = np.arange(low, high) * hop_s - after.start_s
    left, right = _pitch(cents, before, hop_s), _pitch(cents, after, hop_s)
    led = left + (right - left) * ramp(0.5 + at_s / whole_s)
    edge = np.minimum(at_s + reach_s, reach_s - at_s) / min(_SEAM_GLIDE_S, 0.5 * reach_s)
    cents[low:high] += ramp(edge) * (led - cents[low:high])


def _pitch(cents: Curve, note: Note, hop_s: float) -> float:
    """Median of a note's middle, cents."""
    edge_s = 0.3 * note.duration_s
    low, high = _frames(note.start_s + edge_s, note.end_s - edge_s, cents.size, hop_s)
    return float(np.median(cents[low : max(high, low + 1)]))


def _swing(cents: Curve, note: Note, hop_s: float) -> None:
    """Another vibrato on a note, in place: what swings between its glides is smoothed out, the wished one added."""
    start_s = note.start_s + min(_GLIDE_S, 0.25 * note.duration_s)
    low, high = _frames(start_s, note.end_s, cents.size, hop_s)
    if (high - low) * hop_s < _LEAST_STEADY_S:
        return
    part = cents[low:high]
    at_s = np.arange(high - low) * hop_s
    inside = ramp(np.minimum(at_s, at_s[::-1]) / _SEAM_S)
    part += inside * (smoothed(part, 2.0 / _SLOWEST_HZ, hop_s) - part)
    own = note.expression
    wished = replace(
        own,
        vibrato_depth_cents=_USUAL.vibrato_depth_cents if own.vibrato_depth_cents is None else own.vibrato_depth_cents,
        vibrato_rate_hz=_USUAL.vibrato_rate_hz if own.vibrato_rate_hz is None else own.vibrato_rate_hz,
        vibrato_onset_s=_USUAL.vibrato_onset_s if own.vibrato_onset_s is None else own.vibrato_onset_s,
    )
    alone = [replace(note, expression=wished)]
    cents += vibrato_cents(alone, cents.size, hop_s=hop_s, seed=0, settings=_USUAL)


def _frames(start_s: float, end_s: float, frames: int, hop_s: float) -> tuple[int, int]:
    return max(math.ceil(start_s / hop_s), 0), min(math.ceil(end_s / hop_s), frames)
