"""Notes out of a hum: the best way to cut it at places where a note may begin.

One dynamic program weighs the evidence that a note begins at each place, that a note sounds between two
places, and that the pitch there is one pitch. So a consonant inside a note, a slide into it or vibrato
does not cut it, and a repeated note is cut where the sound says so though the pitch does not move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.melody.hum_f0 import HOP_S as F0_HOP_S
from vocalkit.melody.hum_f0 import Pitched
from vocalkit.melody.hum_features import HOP_S
from vocalkit.melody.hum_net import NoteEvidence

Curve = NDArray[np.float64]

_KERNEL_SEMITONES, _GRID_SEMITONES = 0.5, 0.04


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """Weights of the evidence, in nats; found on the dev part of PJS (`recipes/hum/songs.py`) by random search.

    least_onset: probability from which a peak may begin a note; onset: weight of its log odds;
    note_cost: what a note must be worth; sounding: nats a second for a certain frame; bend: nats a second and semitone
    that the pitch lies off the note beyond `slack` semitones, at most `most_bend` semitones; move: pitch
    changes (semitones within 80 ms) that may begin a note without an onset, at the log
    odds `move_odds`; shortest_s, longest_s.
    """

    least_onset: float = 0.15
    onset: float = 1.3
    note_cost: float = 0.0
    sounding: float = 15.0
    bend: float = 9.0
    slack: float = 0.4
    most_bend: float = 0.6
    move: float = 0.9
    move_odds: float = -4.0
    shortest_s: float = 0.06
    longest_s: float = 8.0


@dataclass(frozen=True, slots=True)
class HumNote:
    """A note as it was hummed. pitch_midi: fractional; certainty: probability of its onset, 0 to 1."""

    start_s: float
    end_s: float
    pitch_midi: float
    certainty: float


def find_notes(
    evidence: NoteEvidence,
    pitched: Pitched,
    settings: SegmentSettings = SegmentSettings(),
) -> tuple[HumNote, ...]:
    """The notes of a hum in order; none where nothing sounds. Time grows with the length times the longest note."""
    frames = evidence.onset.size
    pitch = _pitch_at_frames(pitched, frames)
    places, odds = _places(evidence, pitch, settings)
    if places.size < 2:
        return ()
    cuts = _best_cuts(places, odds, _gains(evidence, pitch, settings), pitch, settings)
    notes = (_note(places[i], places[j], evidence, pitch) for i, j in cuts)
    return tuple(note for note in notes if note is not None)


def _pitch_at_frames(pitched: Pitched, frames: int) -> Curve:
    """MIDI pitch of every 10 ms frame, NaN where unvoiced: float64 (frames,)."""
    every = round(HOP_S / F0_HOP_S)
    at = np.minimum(np.arange(frames) * every, pitched.f0.hz.size - 1)
    midi = 69.0 + 12.0 * np.log2(pitched.f0.hz[at].astype(np.float64) / 440.0)
    return np.where(pitched.f0.voiced[at], midi, np.nan)


def _places(evidence: NoteEvidence, pitch: Curve, settings: SegmentSettings) -> tuple[NDArray[np.intp], Curve]:
    """Frames where a note may begin or a rest may, sorted, and the log odds that a note begins there."""
    onset = evidence.onset.astype(np.float64)
    odds: dict[int, float] = {0: -6.0, onset.size - 1: -6.0}
    for frame in _peaks(np.abs(_move(pitch)), settings.move):
        odds[frame] = settings.move_odds
    # Where the voice sets in or ends, a note or a rest may begin too.
    sounds = np.concatenate([[False], evidence.sounding > 0.5, [False]])
    for edge in np.flatnonzero(sounds[1:] != sounds[:-1]):
        odds[min(int(edge), onset.size - 1)] = -4.0
    for frame in _peaks(onset, settings.least_onset):
        sure = float(np.clip(onset[frame], 1e-3, 1 - 1e-3))
        near = [other for other in odds if abs(other - frame) <= 3 and other not in (0, onset.size - 1)]
        for other in near:
            del odds[other]
        odds[frame] = max(math.log(sure / (1.0 - sure)), settings.move_odds if near else -9.0)
    places = np.array(sorted(odds), np.intp)
    return places, np.array([odds[int(place)] for place in places])


def _move(pitch: Curve) -> Curve:
    """Semitones from the 40 ms before a frame to the 40 ms after it, 0 where either is unvoiced."""
    padded = np.pad(pitch, 4, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 4)
    known = np.isfinite(windows).sum(axis=1) >= 2
    means = np.where(known, np.nansum(windows, axis=1) / np.maximum(np.isfinite(windows).sum(axis=1), 1), np.nan)
    return np.asarray(np.nan_to_num(means[5 : 5 + pitch.size - 1] - means[: pitch.size - 1], nan=0.0))


def _peaks(curve: Curve, least: float) -> list[int]:
    """Local maxima of at least `least`, no two within three frames."""
    from scipy.signal import find_peaks

    return [int(frame) for frame in find_peaks(curve, height=least, distance=3)[0]]


def _gains(evidence: NoteEvidence, pitch: Curve, settings: SegmentSettings) -> Curve:
    """What a frame adds to a note over it, in nats: float64 (t,), negative where nothing sounds."""
    sure = np.clip(evidence.sounding.astype(np.float64), 0.02, 0.98)
    gain = np.log(sure / (1.0 - sure)) / np.log(0.98 / 0.02)
    gain[~np.isfinite(pitch)] = np.minimum(gain[~np.isfinite(pitch)], 0.0)
    return np.asarray(gain * settings.sounding * HOP_S)


def _best_cuts(
    places: NDArray[np.intp], odds: Curve, gains: Curve, pitch: Curve, settings: SegmentSettings
) -> list[tuple[int, int]]:
    """(first, last) places of the notes of the best path; what lies between them is silence."""
    heard = np.concatenate([[0.0], np.cumsum(gains)])
    # A place that is passed over within a note is evidence against the note, as an onset that was missed.
    passed = np.concatenate([[0.0], np.cumsum(np.log1p(np.exp(settings.onset * odds)))])
    total = np.full(places.size, -np.inf)
    total[0] = 0.0
    back = np.full((places.size, 2), -1)
    shortest, longest = settings.shortest_s / HOP_S, settings.longest_s / HOP_S
    for end in range(1, places.size):
        total[end], back[end] = total[end - 1], (end - 1, 0)
        first = int(np.searchsorted(places, places[end] - longest))
        last = int(np.searchsorted(places, places[end] - shortest, side="right"))
        starts = np.arange(first, last)
        scores = total[starts] + heard[places[end]] - heard[places[starts]] - settings.note_cost
        scores += settings.onset * odds[starts] - (passed[end] - passed[starts + 1])
        # A bend can only cost, so starts that are behind without one need not be looked at.
        for index in np.argsort(-scores, kind="stable"):
            if scores[index] <= total[end]:
                break
            score = scores[index] - _bend(pitch[places[starts[index]] : places[end]], settings)
            if score > total[end]:
                total[end], back[end] = score, (starts[index], 1)
    cuts, at = [], places.size - 1
    while at > 0:
        before, sung = int(back[at, 0]), int(back[at, 1])
        if sung:
            cuts.append((before, at))
        at = before
    return cuts[::-1]


def _bend(pitch: Curve, settings: SegmentSettings) -> float:
    """What it costs to call a stretch one note: how far its pitch lies off its median, slides at its ends aside."""
    edge = min(4, pitch.size // 4)
    core = pitch[edge : pitch.size - edge // 2]
    core = core[np.isfinite(core)]
    if core.size == 0:
        return settings.bend * HOP_S * pitch.size
    ordered = np.sort(core)
    off = np.abs(core - ordered[core.size // 2]) - settings.slack
    return float(settings.bend * HOP_S * np.clip(off, 0.0, settings.most_bend).sum())


def _note(first: int, last: int, evidence: NoteEvidence, pitch: Curve) -> HumNote | None:
    """The note between two frames, ended where it stops sounding; None where it has no pitch."""
    sounds = np.flatnonzero((evidence.sounding[first:last] > 0.4) & np.isfinite(pitch[first:last]))
    if sounds.size < 3:
        return None
    end = first + int(sounds[-1]) + 1
    level = note_pitch(pitch[first:end])
    return HumNote(
        float(first * HOP_S), float(end * HOP_S), level, float(evidence.onset[max(0, first - 2) : first + 3].max())
    )


def note_pitch(pitch: Curve) -> float:
    """The pitch that a stretch is heard at: where most of its voiced frames lie within about a semitone.

    A wide kernel finds the middle of vibrato and of a note that sinks, and leaves out the slides at its ends,
    which a median does not.
    """
    known = pitch[np.isfinite(pitch)]
    grid = np.arange(known.min(), known.max() + _GRID_SEMITONES, _GRID_SEMITONES)
    near = np.exp(-0.5 * ((grid[:, None] - known) / _KERNEL_SEMITONES) ** 2)
    return float(grid[near.sum(axis=1).argmax()])
