"""What a set of voices costs, and what it costs to go on to the next: the rules of close popular harmony.

After any textbook of voice leading (W. Piston, *Harmony*): chord tones where it counts, thirds and sixths with
the tune, no fifths, octaves or unisons in parallel, no crossing, small steps, the leading tone not doubled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.melody.harmony import NoteHarmony

Costs = NDArray[np.float64]

INTERVALS = np.array([3.0, 9.0, 5.0, 0.0, 0.0, 2.2, 4.0, 2.0, 0.2, 0.2, 4.0, 8.0])
"""Of a voice with the tune, by semitones modulo an octave: thirds and sixths, then fifth and fourth."""
_AMONG = np.array([3.0, 7.0, 3.0, 0.0, 0.0, 0.5, 2.5, 0.5, 0.2, 0.2, 2.0, 6.0])
_NOT_IN_CHORD_STRONG, _NOT_IN_CHORD_WEAK = 12.0, 2.0
_DOUBLED = 1.5
_FROM_TARGET = 0.22
_PARALLEL, _OVERLAP, _HIDDEN = 15.0, 1.5, 1.0
_STEP_COST = np.array([0.0, 0.1, 0.1, 0.6, 0.8, 1.2, 3.5, 2.0, 3.5, 4.0, 6.0, 7.0, 5.0, 9.0])
_RESTLESS = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A stretch of the tune under one chord. tune: semitone (MIDI) without tuning; lead: index of its note.

    strong: a strong beat, a long note, or a chord that changes; begins: a note begins here; joined: no rest before.
    """

    start_s: float
    end_s: float
    tune: int
    harmony: NoteHarmony
    strong: bool
    lead: int
    begins: bool
    joined: bool


def stack_costs(moment: Moment, stacks: NDArray[np.intp], targets: NDArray[np.float64]) -> Costs:
    """float64 (n,). stacks: int (n, voices), highest first; targets: semitones from the tune, float64 (voices,)."""
    away = np.abs(stacks - moment.tune)
    costs = INTERVALS[away % 12].sum(axis=1)
    foreign = ~moment.harmony.onset[stacks % 12]
    costs = costs + foreign.sum(axis=1) * (_NOT_IN_CHORD_STRONG if moment.strong else _NOT_IN_CHORD_WEAK)
    costs += _FROM_TARGET * np.abs(stacks - moment.tune - targets).sum(axis=1)
    for upper in range(stacks.shape[1]):
        for lower in range(upper + 1, stacks.shape[1]):
            gap = stacks[:, upper] - stacks[:, lower]
            costs += _AMONG[gap % 12] + _DOUBLED * (gap % 12 == 0)
    return np.asarray(costs)


def move_costs(before: Moment, now: Moment, old: NDArray[np.intp], new: NDArray[np.intp]) -> Costs:
    """float64 (new, old): of going from one set of voices to another."""
    steps = new[:, None, :] - old[None, :, :]
    costs = _STEP_COST[np.minimum(np.abs(steps), len(_STEP_COST) - 1)].sum(axis=2)
    tune_step = now.tune - before.tune
    if tune_step == 0 and np.array_equal(before.harmony.onset, now.harmony.onset):
        costs += _RESTLESS * (steps != 0).sum(axis=2)
    if not now.joined:
        return np.asarray(0.5 * costs)
    tune_new = np.full((len(new), 1), now.tune)
    tune_old = np.full((len(old), 1), before.tune)
    every_new, every_old = np.concatenate([new, tune_new], axis=1), np.concatenate([old, tune_old], axis=1)
    for one in range(every_new.shape[1]):
        for other in range(one + 1, every_new.shape[1]):
            costs += _parallels(every_old, every_new, one, other)
            if other == every_new.shape[1] - 1:
                costs += _overlaps(every_old, every_new, one, other)
    return np.asarray(costs)


def _parallels(old: NDArray[np.intp], new: NDArray[np.intp], one: int, other: int) -> Costs:
    """Both move the same way and stay a fifth, an octave or a unison apart: (new, old)."""
    gap_old = np.abs(old[:, one] - old[:, other]) % 12
    gap_new = np.abs(new[:, one] - new[:, other]) % 12
    move_one = new[:, None, one] - old[None, :, one]
    move_other = new[:, None, other] - old[None, :, other]
    together = (np.sign(move_one) == np.sign(move_other)) & (move_one != 0)
    perfect = np.isin(gap_new, (0, 7))[:, None]
    same = gap_new[:, None] == gap_old[None, :]
    leaps = (np.abs(move_one) > 2) & (np.abs(move_other) > 2)
    return np.asarray(_PARALLEL * (together & perfect & same) + _HIDDEN * (together & perfect & ~same & leaps))


def _overlaps(old: NDArray[np.intp], new: NDArray[np.intp], one: int, tune: int) -> Costs:
    """A voice goes past where the tune has just been: (new, old)."""
    above = new[:, one] > new[:, tune]
    past_up = new[:, None, one] >= old[None, :, tune]
    past_down = new[:, None, one] <= old[None, :, tune]
    return np.asarray(_OVERLAP * np.where(above[:, None], past_down, past_up))
