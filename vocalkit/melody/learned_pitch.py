"""Pitches drawn from the learned network, note by note, several drafts of a line at once, under what must hold.

The network gives the odds of every pitch from the chords, the key, the metre, the words and the line so far. Weights on
them hold what it only tends to: chord tones on strong beats, steps out of foreign tones, leaps that turn back,
cadences, likeness to the line that is repeated. Of the finished drafts the one that keeps these best and is likeliest
is taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.melody.encode import REACH, NoteLine, anchor_of, pitch_columns
from vocalkit.melody.grid import STRONG
from vocalkit.melody.learned_rhythm import USUAL_VARIETY
from vocalkit.melody.network import PitchNetwork
from vocalkit.melody.pitch import Slot
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.tunes import Plan, Song, Steps, TuneWriter

DRAFTS = 24
TEMPERATURE = 0.9
LIKELIHOOD_SHARE = 0.4
STRONG_COST, WEAK_COST = 3.5, 0.3
FOREIGN_COST = 0.4
"""A pulse of a tone outside the chord."""
OUTSIDE_COST = 30.0
"""A tone outside the scale that the chord does not have; possible in principle, or a narrow range could leave none."""
CADENCE_SHARE = 0.7
CONTOUR_COST = 0.16
WIDE_LEAP, WIDEST_LEAP = 9, 12


class LearnedWriter(TuneWriter):
    """A `TuneWriter` whose pitches come from the network."""

    def __init__(
        self, network: PitchNetwork, song: Song, plans: list[Plan], steps: list[Steps], settings: ComposeSettings,
        rng: np.random.Generator, *, style: str | None,
    ) -> None:  # fmt: skip
        super().__init__(song, settings, rng)
        self._network = network
        self._heat = TEMPERATURE * settings.variety / USUAL_VARIETY
        centres = [song.registers[plan.kind].centre for plan in plans]
        self._anchor = anchor_of(song.key.tonic, float(np.mean(centres)))
        tables = [
            pitch_columns(
                _note_line(plan, taken, index / max(1, len(plans) - 1)), song.grid, song.chords, song.key,
                centre=centre - self._anchor, style=style,
            )
            for index, (plan, taken, centre) in enumerate(zip(plans, steps, centres, strict=True))
        ]  # fmt: skip
        known = network.read(np.concatenate(tables))
        edges = np.cumsum([len(table) for table in tables])[:-1]
        self._known = {_where(plan): part for plan, part in zip(plans, np.split(known, edges), strict=True)}
        self._state = network.start(1)
        self._last = (REACH + 1, REACH + 1)

    def _again(self, plan: Plan, pitches: list[int]) -> list[int]:
        """The network hears what is repeated."""
        for known, pitch in zip(self._known[_where(plan)], pitches, strict=True):
            before, earlier = self._last
            _, self._state = self._network.next(known, self._state, np.array([before]), np.array([earlier]))
            self._last = (int(np.clip(pitch - self._anchor, -REACH, REACH)), before)
        return pitches

    def _choose(self, plan: Plan, slots: list[Slot]) -> list[int]:
        pitches = self._registers[plan.kind].pitches
        inside = np.clip(pitches - self._anchor, -REACH, REACH) + REACH
        states = np.repeat(self._state, DRAFTS, axis=0)
        last, earlier = (np.full(DRAFTS, value) for value in self._last)
        paths = np.zeros((DRAFTS, len(slots)), np.intp)
        kept, likely = np.zeros(DRAFTS), np.zeros(DRAFTS)
        rows = np.arange(DRAFTS)
        for i, (slot, known) in enumerate(zip(slots, self._known[_where(plan)], strict=True)):
            odds, states = self._network.next(known, states, last, earlier)
            chances = np.asarray(odds[:, inside], np.float64)
            chances -= np.logaddexp.reduce(chances, axis=1)[:, None]
            costs = np.broadcast_to(place_cost(slot, pitches), chances.shape)
            if i > 0:
                before = pitches[paths[:, i - 1]]
                costs = costs + step_cost(slots[i - 1], slot, before, pitches)
                if i > 1:
                    costs = costs + turn_cost(pitches[paths[:, i - 2]], before, pitches)
            chosen = _draw_rows((chances - costs) / self._heat, self._rng)
            paths[:, i] = chosen
            kept += costs[rows, chosen]
            likely += chances[rows, chosen]
            last, earlier = inside[chosen] - REACH, last
        lines = [pitches[path] for path in paths]
        ill = [cost + _monotony(line) + _foreign(slots, line) for cost, line in zip(kept, lines, strict=True)]
        best = int(np.argmin(np.array(ill) - LIKELIHOOD_SHARE * likely))
        self._state = states[best : best + 1]
        self._last = int(last[best]), int(earlier[best])
        return [int(pitch) for pitch in lines[best]]


def _where(plan: Plan) -> tuple[int, int]:
    return plan.phrase.section, plan.phrase.line


def _note_line(plan: Plan, steps: Steps, progress: float) -> NoteLine:
    at, words = plan.phrase.downbeat_slot, plan.phrase.words
    levels: list[float] = []
    for step in steps:
        levels.append(levels[-1] if step.syllable is None else words.syllables[step.syllable].stress / 2.0)
    return NoteLine(
        tuple(at + step.start for step in steps), tuple(at + step.end for step in steps), tuple(levels),
        tuple(step.syllable is None for step in steps), plan.phrase.ends_stanza, plan.last, plan.phrase.line, progress,
    )  # fmt: skip


def place_cost(slot: Slot, pitches: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64 (pitches,): how ill each suits its place, whatever the network thinks of it."""
    classes = pitches % 12
    member, onset = slot.harmony.member[classes], slot.harmony.onset[classes]
    cost = (1.0 - member) * FOREIGN_COST * min(slot.length, 3.0)
    cost = cost + np.where(onset, 0.0, STRONG_COST if slot.weight >= STRONG else WEAK_COST * slot.weight)
    cost = cost + CONTOUR_COST * ((pitches - slot.target_midi) / 3.0) ** 2 - CADENCE_SHARE * slot.cadence[classes]
    if slot.reference_midi is not None:
        near = np.exp(-np.abs(pitches - slot.reference_midi) / 1.2)
        cost = cost - slot.reference_gain * near * np.where(onset, 1.0, 0.4)
    return np.asarray(cost + np.where(slot.harmony.allowed[classes], 0.0, OUTSIDE_COST))


def step_cost(left: Slot, right: Slot, before: NDArray[np.intp], pitches: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64 (drafts, pitches): wide leaps, foreign tones not left or reached by step, slurs. before: (drafts,)."""
    moves = pitches[None, :] - before[:, None]
    sizes = np.abs(moves)
    cost = np.where(sizes > WIDEST_LEAP, 60.0, np.where(sizes > WIDE_LEAP, 2.0, 0.0))
    foreign = ~left.harmony.onset[before % 12]
    cost = cost + np.where(foreign[:, None] & (sizes > 2), 1.2, 0.0)
    cost = cost + np.where(~right.harmony.onset[pitches % 12][None, :] & (sizes > 2), 0.6, 0.0)
    if right.slur:
        cost = cost + np.where((sizes == 0) | (sizes > 4), 8.0, 0.0)
    if left.reference_midi is not None and right.reference_midi is not None:
        wanted = right.reference_midi - left.reference_midi
        cost = cost - 0.4 * right.reference_gain * np.exp(-np.abs(moves - wanted))
    return np.asarray(cost)


def turn_cost(first: NDArray[np.intp], second: NDArray[np.intp], pitches: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64 (drafts, pitches): after a leap the line turns back; two leaps together stay within an octave."""
    leap = (second - first)[:, None]
    move = pitches[None, :] - second[:, None]
    wide = np.abs(leap) >= 5
    cost = np.where(wide & (np.sign(move) == np.sign(leap)), 1.0 + 0.4 * np.abs(move), 0.0)
    cost = cost + np.where((np.abs(leap + move) > 12) & (leap != 0) & (move != 0), 4.0, 0.0)
    return np.asarray(cost)


def _draw_rows(weights: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """An index a row, drawn from exp(weights)."""
    noise = rng.gumbel(size=weights.shape)
    return np.asarray((weights + noise).argmax(axis=1))


def _monotony(line: NDArray[np.intp]) -> float:
    """Cost of a line that stays on few pitches or rocks between two."""
    if line.size < 5:
        return 0.0
    repeats = float(np.mean(np.diff(line) == 0))
    rocks = float(np.mean([a == c and a != b for a, b, c in zip(line, line[1:], line[2:], strict=False)]))
    return 1.5 * max(0, 4 - np.unique(line).size) + 8.0 * max(0.0, repeats - 0.35) + 6.0 * max(0.0, rocks - 0.35)


def _foreign(slots: list[Slot], line: NDArray[np.intp]) -> float:
    """Cost of a line of which less than 80 % of the time lies on chord tones."""
    lengths = np.array([slot.length for slot in slots])
    members = np.array([slot.harmony.member[pitch % 12] for slot, pitch in zip(slots, line, strict=True)])
    return 20.0 * max(0.0, 0.8 - float((members * lengths).sum() / lengths.sum()))
