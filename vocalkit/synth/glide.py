"""Glides between notes: preparation before a change of pitch, overshoot after it.

The second-order systems of T. Saitou, M. Goto, M. Unoki and M. Akagi, "Speech-to-singing synthesis"
(WASPAA 2007), with unit gain: preparation runs backwards in time, so that it acts before the change.
Widths and places were set beside the PJS corpus, where the way from 10 to 90 % of an interval takes
60 ms up to a third and 100 ms above, ends near the note's start, later when rising.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.synth.durations import LEGATO_GAP_S
from vocalkit.types import Note, PhonemeSpan

Curve = NDArray[np.float64]

OVERSHOOT_RAD_S, OVERSHOOT_DAMPING = 34.8, 0.5422
PREPARATION_RAD_S, PREPARATION_DAMPING = 29.2, 0.6681
_NOTE_SHARE = 0.33  # of the shorter note, at most, is spent on the way from 10 to 90 %
_WISHED_NOTE_SHARE = 0.6  # where the note itself wishes for a long way
_OVERSHOOT_MAX_CENTS = 60.0  # PJS: about 35 on seconds, 50 to 60 on thirds and more
_TABLE_STEP_S, _TABLE_REACH_S = 0.001, 0.6
_REACH_WIDTHS = 5.0  # a note change is settled this many glide widths away from its middle


@dataclass(frozen=True, slots=True)
class NoteChange:
    """Half way at middle_s; width_s: from 10 to 90 %; ringing: 1 full preparation and overshoot, 0 none."""

    middle_s: float
    width_s: float
    ringing: float


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


def note_changes(
    notes: Sequence[Note], spans: Sequence[PhonemeSpan], *, portamento_s: float, excess: float
) -> list[NoteChange]:
    """The change into every note but the first. excess: overshoot of the sung shape, share of the interval."""
    voice_starts_s = {span.note: span.start_s for span in reversed(spans)}
    changes = []
    for k in range(1, len(notes)):
        before, after = notes[k - 1], notes[k]
        gap_s = after.start_s - before.end_s
        if gap_s >= LEGATO_GAP_S:  # unheard, in the rest
            entry_s = voice_starts_s.get(k, after.start_s)
            width_s = max(min(0.06, 0.25 * (entry_s - before.end_s)), 0.01)
            changes.append(NoteChange(0.5 * (before.end_s + entry_s), width_s, 0.0))
            continue
        leap_semitones = abs(after.pitch_midi - before.pitch_midi)
        rises = after.pitch_midi > before.pitch_midi
        width_s = portamento_s * min(max(0.8 + 0.08 * leap_semitones, 0.85), 1.6) * (1.15 if rises else 0.9)
        wished_s, share = after.expression.portamento_s, _NOTE_SHARE
        if wished_s is not None:
            width_s, share = wished_s, _WISHED_NOTE_SHARE
        width_s = max(min(width_s, share * before.duration_s, share * after.duration_s), 0.01)
        excess_cents = 100.0 * leap_semitones * excess
        ringing = min(1.0, _OVERSHOOT_MAX_CENTS / excess_cents) if excess_cents > 0 else 1.0
        changes.append(NoteChange(after.start_s - (0.3 if rises else 0.5) * width_s, width_s, ringing))
    return changes


@dataclass(frozen=True, slots=True, eq=False)
class GlideShape:
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


def glide_shape() -> GlideShape:
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
    return GlideShape(widths, shapes[0], shapes[1])


def glide_kernels(
    changes: Sequence[NoteChange], shape: GlideShape, frames: int, hop_s: float
) -> list[tuple[int, int, Curve]]:
    """For each change its frame, the first frame it reaches, and by how much it is off a hard step there."""
    kernels = []
    for change in changes:
        middle_s, width_s = change.middle_s, change.width_s
        middle = min(max(math.ceil(middle_s / hop_s), 0), frames)
        reach_s = _REACH_WIDTHS * width_s
        low = min(max(math.ceil((middle_s - reach_s) / hop_s), 0), frames)
        at = np.arange(low, min(math.floor((middle_s + reach_s) / hop_s) + 1, frames))
        widths = (at * hop_s - middle_s) / width_s
        sung, plain = np.interp(widths, shape.widths, shape.sung), np.interp(widths, shape.widths, shape.plain)
        kernels.append((middle, low, plain + change.ringing * (sung - plain) - (at >= middle)))
    return kernels


def glide(targets: Curve, kernels: Sequence[tuple[int, int, Curve]], frames: int) -> Curve:
    """Superposed note changes: float64 (frames,) cents, at `targets` (n,) once a change is over."""
    bounds = np.maximum.accumulate([0, *(middle for middle, _, _ in kernels), frames])
    curve = np.repeat(targets, np.diff(bounds))
    for leap, (_, low, kernel) in zip(np.diff(targets), kernels, strict=True):
        curve[low : low + kernel.size] += leap * kernel
    return curve
