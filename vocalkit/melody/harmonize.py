"""Harmony voices under and over a tune: chord tones in thirds and sixths, led as singers can sing them.

One dynamic program chooses all voices together, moment by moment: what a chord and the tune allow
(`harmonize_rules`), and how voices may go on from there. A moment is a note of the tune, or a part of one
where the chord changes under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError, ScoreError
from vocalkit.melody.grid import STRONG, metrical_weight
from vocalkit.melody.harmonize_rules import Moment, move_costs, stack_costs
from vocalkit.melody.harmony import ChordTrack
from vocalkit.types import PITCH_NAMES, ChordSpan, Key, Score

MOST_VOICES = 4
FARTHEST_SEMITONES = 16
"""A tenth: farther from the tune a voice is no longer heard as its harmony."""

_LEAST_PART_S = 0.3
_LONG_BEATS = 1.4
"""A note this long is heard against its chord, wherever it begins."""
_KEPT = 60
"""Chords of voices that are kept a moment: the best by themselves; enough that the path is the best in practice."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a harmony voice lies. low_midi, high_midi: its singer's range; target: semitones from the tune."""

    low_midi: float
    high_midi: float
    target: float


@dataclass(frozen=True, slots=True)
class HarmonyNote:
    """One pitch of a voice. lead: index of the tune's note; begins: that note begins here, not a chord under it."""

    start_s: float
    end_s: float
    pitch_midi: float
    lead: int
    begins: bool


@dataclass(frozen=True, slots=True)
class HarmonyLine:
    """One voice; target: as in its `Place`; notes: sorted, as long together as the tune's."""

    target: float
    notes: tuple[HarmonyNote, ...]


def places_for(voices: int, low_midi: float, high_midi: float, score: Score) -> tuple[Place, ...]:
    """Where 1 to 3 harmony voices go about a tune, in a singer's range: the first where there is more room.

    A tune that lies high has its harmony below, one that lies low above; the second voice goes to the other
    side, or outside of the first.
    """
    if not 1 <= voices < MOST_VOICES:
        raise InputError(f"a tune takes 1 to {MOST_VOICES - 1} harmony voices, got {voices}")
    pitches = np.array([note.pitch_midi for note in score.notes])
    below = float(np.quantile(pitches, 0.1)) - low_midi
    above = high_midi - float(np.quantile(pitches, 0.9))
    # Below a tune there is room for a voice from about a third on, and for a second from a sixth on.
    wished = (-4.0, 4.0, -8.5) if below >= 3.0 or below >= above else (4.0, 8.5, -4.0)
    if voices >= 2 and above < 3.0:
        wished = (-4.0, -8.5, -12.0)
    elif voices >= 2 and below < 3.0:
        wished = (4.0, 8.5, 12.0)
    return tuple(Place(low_midi, high_midi, target) for target in sorted(wished[:voices], reverse=True))


def harmonize(score: Score, chords: Sequence[ChordSpan], key: Key, places: Sequence[Place]) -> tuple[HarmonyLine, ...]:
    """A line for every place, highest first. chords: on the score's clock; key: where no chord says more.

    Lines neither cross each other nor the tune, and none is in unison with another. Pitches carry the tune's
    tuning. Raises ScoreError that names the notes for which a range leaves no room.
    """
    if not score.notes:
        raise ScoreError("the score has no notes to harmonize")
    if not 1 <= len(places) < MOST_VOICES:
        raise InputError(f"a tune takes 1 to {MOST_VOICES - 1} harmony voices, got {len(places)}")
    ordered = sorted(places, key=lambda place: -place.target)
    tuning = _tuning(score)
    moments = _moments(score, ChordTrack(tuple(chords), key), tuning)
    stacks = [_stacks(moment, ordered, tuning) for moment in moments]
    _refuse_empty(moments, stacks, ordered)
    path = _best_path(moments, stacks, ordered)
    return tuple(
        HarmonyLine(
            place.target,
            tuple(
                HarmonyNote(m.start_s, m.end_s, float(chosen[voice]) + tuning, m.lead, m.begins)
                for m, chosen in zip(moments, path, strict=True)
            ),
        )
        for voice, place in enumerate(ordered)
    )


def _tuning(score: Score) -> float:
    """How far the tune's notes lie above semitones together, -0.5 to 0.5: the backing's tuning."""
    turns = np.exp(2j * np.pi * np.array([note.pitch_midi for note in score.notes]))
    return round(float(np.angle(turns.mean()) / (2 * np.pi)), 4) if abs(turns.mean()) > 0.5 else 0.0


def _moments(score: Score, track: ChordTrack, tuning: float) -> list[Moment]:
    """The tune cut where its notes begin and where chords change under them."""
    grid = score.tempo_map
    found: list[Moment] = []
    ended_s = -np.inf
    for index, note in enumerate(score.notes):
        changes = [
            chord.start_s
            for chord, _ in track.under(note.start_s, note.end_s)
            if note.start_s + _LEAST_PART_S <= chord.start_s <= note.end_s - _LEAST_PART_S
        ]
        for part, (start_s, end_s) in enumerate(pairwise([note.start_s, *changes, note.end_s])):
            beat = grid.beat_at(start_s) - grid.first_downbeat
            weight = metrical_weight(round(beat % grid.beats_per_bar, 2), grid.beats_per_bar)
            found.append(
                Moment(
                    start_s,
                    end_s,
                    tune=round(note.pitch_midi - tuning),
                    harmony=track.harmony(start_s, end_s),
                    strong=weight >= STRONG or end_s - start_s >= _LONG_BEATS * 60.0 / grid.bpm or part > 0,
                    lead=index,
                    begins=part == 0,
                    joined=start_s - ended_s < 0.05,
                )
            )
            ended_s = end_s
    return found


def _stacks(moment: Moment, places: Sequence[Place], tuning: float) -> NDArray[np.intp]:
    """Every allowed set of pitches at a moment, highest first: int (n, voices); the best `_KEPT` by themselves."""
    choices = []
    for place in places:
        low = max(int(np.ceil(place.low_midi - tuning - 1e-6)), moment.tune - FARTHEST_SEMITONES)
        high = min(int(np.floor(place.high_midi - tuning + 1e-6)), moment.tune + FARTHEST_SEMITONES)
        pitches = np.arange(low, high + 1)
        side = pitches > moment.tune if place.target > 0 else pitches < moment.tune
        allowed = moment.harmony.allowed[pitches % 12] if pitches.size else np.zeros(0, np.bool_)
        choices.append([int(pitch) for pitch in pitches[side & allowed]])
    stacks = np.array([s for s in product(*choices) if all(a > b for a, b in pairwise(s))], np.intp)
    if not stacks.size:
        return np.zeros((0, len(places)), np.intp)
    costs = stack_costs(moment, stacks, np.array([place.target for place in places]))
    return stacks[np.argsort(costs, kind="stable")[:_KEPT]]


def _refuse_empty(moments: Sequence[Moment], stacks: Sequence[NDArray[np.intp]], places: Sequence[Place]) -> None:
    """ScoreError that names the first notes without room for the voices."""
    stuck = [moment for moment, stack in zip(moments, stacks, strict=True) if not len(stack)]
    if not stuck:
        return
    names = ", ".join(f"{note_name(moment.tune)} at {moment.start_s:.1f} s" for moment in stuck[:4])
    more = f" and {len(stuck) - 4} more" if len(stuck) > 4 else ""
    low, high = min(place.low_midi for place in places), max(place.high_midi for place in places)
    raise ScoreError(
        f"no room for {len(places)} harmony voices between {note_name(round(low))} and {note_name(round(high))} "
        f"beside the tune's {names}{more}; ask for fewer voices, transpose the score or choose another voice"
    )


def note_name(pitch: int) -> str:
    """``C4`` for MIDI 60."""
    return f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def _best_path(
    moments: Sequence[Moment], stacks: Sequence[NDArray[np.intp]], places: Sequence[Place]
) -> list[NDArray[np.intp]]:
    """The cheapest stack of every moment."""
    targets = np.array([place.target for place in places])
    total = stack_costs(moments[0], stacks[0], targets)
    back: list[NDArray[np.intp]] = []
    for before, now, old, new in zip(moments, moments[1:], stacks, stacks[1:], strict=False):
        costs = total[None, :] + move_costs(before, now, old, new)
        back.append(costs.argmin(axis=1))
        total = costs.min(axis=1) + stack_costs(now, new, targets)
    at = int(total.argmin())
    chosen = [at]
    for pointers in reversed(back):
        at = int(pointers[at])
        chosen.append(at)
    return [stack[index] for stack, index in zip(stacks, reversed(chosen), strict=True)]
