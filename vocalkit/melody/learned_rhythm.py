"""Rhythms drawn from the learned network, several drafts of a line at once, under what must hold.

A draft cannot run out of room for its words. Stress against metre, likeness to the line's idea, syncopation and slurs
are weights on the network's odds; of the finished drafts the one that keeps them best and is likeliest is taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import LyricsError
from vocalkit.melody.encode import (
    RATIOS,
    WordLine,
    lead_tables,
    metre_columns,
    place_columns,
    ratio_class,
    room_columns,
    syllable_columns,
)
from vocalkit.melody.grid import Grid
from vocalkit.melody.network import Array, RhythmNetwork
from vocalkit.melody.rhythm import LONGEST_NOTE_S, Stress
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.tunes import Plan, Rhythms, Step
from vocalkit.melody.windows import unstressed_opening

DRAFTS = 16
USUAL_SYNCOPATION, USUAL_MELISMA, USUAL_VARIETY = 0.3, 0.25, 0.7
"""The default settings, at which the network's own odds stand."""
MOST_SLURS = 3
TEMPERATURE = 0.75
STRESS_COST = 2.5
ACCENT_GAIN = 0.5
ALIKE_GAIN = (1.6, -1.2)
DOWNBEAT_GAIN = 2.5
LATE_START_COST = 1.5
LIKELIHOOD_SHARE = 0.8
"""How much a draft's likelihood counts beside what it keeps, when one is chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class RhythmLine:
    """One line to be set. limit: slots from its downbeat to its last barline; alike: slots of the line it resembles."""

    words: WordLine
    stress: Stress
    pickup: int
    end: int
    limit: int
    opening: int
    alike: frozenset[int]


@dataclass(slots=True)
class Draft:
    """A line on its way. steps: notes that are done; slot, syllable, slur: the note that sounds now;
    onset: where its syllable began; kept, likely: log-weights so far."""

    slot: int
    onset: int
    syllable: int = 0
    slur: bool = False
    slurs: int = 0
    before: int = len(RATIOS)
    done: bool = False
    kept: float = 0.0
    likely: float = 0.0
    steps: tuple[Step, ...] = ()


class RhythmWriter:
    """Writes the rhythm of line after line and remembers what it wrote."""

    def __init__(
        self, network: RhythmNetwork, grid: Grid, settings: ComposeSettings, rng: np.random.Generator, style: str | None
    ) -> None:
        self._network, self._grid, self._rng = network, grid, rng
        self._syncopation = 4.0 * (settings.syncopation - USUAL_SYNCOPATION)
        self._slur_odds = _odds(settings.melisma) - _odds(USUAL_MELISMA)
        self._temperature = TEMPERATURE * math.sqrt(settings.variety / USUAL_VARIETY)
        self._metre = metre_columns(grid, style)
        self._places = [place_columns(grid, slot) for slot in range(grid.slots_per_bar)]
        self._landing, self._held = lead_tables(grid)
        self._gaps = _gaps(grid)
        self._state = network.start(1)

    def write(self, line: RhythmLine) -> tuple[Step, ...]:
        """Notes in slots from the line's downbeat. Raises LyricsError where the words have no room."""
        count = len(line.words.level)
        if count * self._grid.shortest_slots > line.end + line.pickup:
            raise LyricsError(f"{count} syllables do not fit {line.end + line.pickup} steps; use fewer words")
        drafts = [self._begin(line) for _ in range(DRAFTS)]
        states = np.repeat(self._state, DRAFTS, axis=0)
        while not all(draft.done for draft in drafts):
            going = [i for i, draft in enumerate(drafts) if not draft.done]
            states[going] = self._go_on(line, [drafts[i] for i in going], states[going])
        best = max(range(DRAFTS), key=lambda i: drafts[i].kept + LIKELIHOOD_SHARE * drafts[i].likely)
        self._state = states[best : best + 1]
        return drafts[best].steps

    def _begin(self, line: RhythmLine) -> Draft:
        """A pickup before the downbeat where there is one; else on it, or a little later if nothing stressed opens."""
        grid, count = self._grid, len(line.words.level)
        if line.pickup:
            latest = min(-1, -line.opening * grid.shortest_slots)
            slots = list(range(-line.pickup, max(latest, -line.pickup) + 1))
        else:
            room = line.end - count * max(grid.shortest_slots, grid.tactus_slots // 2)
            latest = min(grid.tactus_slots, room) if line.words.level[0] < 0.5 else 0
            slots = [slot for slot in range(max(0, latest) + 1) if slot % max(1, grid.tactus_slots // 2) == 0]
        # Nothing may begin so late that the words have no room left.
        slots = [slot for slot in slots if slot + count * grid.shortest_slots <= line.end] or [-line.pickup]
        slot = int(self._rng.choice(slots))
        kept = ACCENT_GAIN * (line.words.level[0] - 0.4) * grid.weight_at(slot) - LATE_START_COST * (slot > 0)
        return Draft(slot, slot, kept=kept + self._alike(line, slot))

    def _go_on(self, line: RhythmLine, drafts: list[Draft], states: Array) -> Array:
        """One note more in every draft; the network's states."""
        grid, count = self._grid, len(line.words.level)
        columns = np.array([self._columns(line, draft) for draft in drafts], np.float32)
        slur_odds, states = self._network.read(columns, np.array([draft.before for draft in drafts]), states)
        slurs = np.array([self._slurs(line, d, odds) for d, odds in zip(drafts, slur_odds, strict=True)], np.float32)
        closes = np.array([d.syllable == count - 1 and not s for d, s in zip(drafts, slurs, strict=True)], np.float32)
        bars = [draft.slot % grid.slots_per_bar for draft in drafts]
        logits = self._network.intervals(states, slurs, closes, (self._landing[bars], self._held[bars]))
        for draft, odds, slur, close in zip(drafts, logits, slurs, closes, strict=True):
            self._step(line, draft, odds, slur=bool(slur), closes=bool(close))
        return states

    def _columns(self, line: RhythmLine, draft: Draft) -> list[float]:
        left = len(line.words.level) - 1 - draft.syllable
        return [
            *self._metre, *self._places[draft.slot % self._grid.slots_per_bar],
            *syllable_columns(line.words, draft.syllable, slur=draft.slur),
            *room_columns(self._grid, line.limit - draft.slot, left, len(draft.steps)),
        ]  # fmt: skip

    def _slurs(self, line: RhythmLine, draft: Draft, odds: float) -> bool:
        """Whether the syllable goes on to another note: drawn, where there is room for it."""
        left = len(line.words.level) - 1 - draft.syllable
        needed = (left + 2) * self._grid.shortest_slots
        if draft.slurs >= MOST_SLURS or draft.slot + needed > line.end:
            return False
        return bool(self._rng.random() < 1.0 / (1.0 + math.exp(-float(np.clip(odds + self._slur_odds, -30, 30)))))

    def _step(self, line: RhythmLine, draft: Draft, odds: Array, *, slur: bool, closes: bool) -> None:
        """Draw how long the note is and move on."""
        grid = self._grid
        left = len(line.words.level) - 1 - draft.syllable
        room = line.end - draft.slot - (left + slur) * grid.shortest_slots
        if closes:
            longest = max(grid.tactus_slots, round(1.5 * LONGEST_NOTE_S / grid.slot_s))
            room = min(line.end - draft.slot, longest)
        options = [(gap, kind) for gap, kind in self._gaps if gap <= room]
        if not options:
            options = [(max(1, min(room, grid.shortest_slots)), ratio_class(grid.shortest_slots / grid.tactus_slots))]
        chances = np.array([float(odds[kind]) for _, kind in options])
        chances -= np.logaddexp.reduce(chances)
        wishes = np.zeros(len(options))
        if not closes:
            wishes = np.array([self._wish(line, draft, draft.slot + gap, slur=slur) for gap, _ in options])
        weights = (chances + wishes) / self._temperature
        at = _draw(weights, self._rng)
        gap, kind = options[at]
        end = draft.slot + gap
        draft.steps += (Step(draft.slot, end, None if draft.slur else draft.syllable),)
        draft.kept += float(wishes[at])
        draft.likely += float(chances[at])
        draft.before, draft.done, draft.slur = kind, closes, slur
        draft.slurs = draft.slurs + 1 if slur else 0
        if not closes:
            draft.slot = end
            if not slur:
                draft.syllable += 1
                draft.onset = end

    def _wish(self, line: RhythmLine, draft: Draft, slot: int, *, slur: bool) -> float:
        """Log-weight of the next note on a slot."""
        weight, own = self._grid.weight_at(slot), self._grid.weight_at(draft.onset)
        held = max((self._grid.weight_at(s) for s in range(draft.slot + 1, slot)), default=0.0)
        wish = self._syncopation * max(0.0, held - self._grid.weight_at(draft.slot))
        if slur:
            return wish - 0.5 * STRESS_COST * (weight > own)
        now = draft.syllable
        wish -= STRESS_COST * (line.stress.rising[now] * (weight <= own) + line.stress.falling[now] * (weight >= own))
        wish += ACCENT_GAIN * (line.stress.level[now + 1] - 0.4) * weight
        if line.pickup and now + 1 == line.opening and slot == 0:
            wish += DOWNBEAT_GAIN
        return float(wish + self._alike(line, slot))

    def _alike(self, line: RhythmLine, slot: int) -> float:
        return ALIKE_GAIN[slot not in line.alike] if line.alike else 0.0


def _odds(share: float) -> float:
    return math.log((share + 1e-9) / (1.0 - share + 1e-3))


def _gaps(grid: Grid) -> list[tuple[int, int]]:
    """(slots, class) of every interval that lies on the grid and can be sung."""
    found = []
    for kind, ratio in enumerate(RATIOS):
        slots = ratio * grid.tactus_slots
        if abs(slots - round(slots)) < 1e-6 and round(slots) >= grid.shortest_slots:
            found.append((round(slots), kind))
    return found


def _draw(weights: NDArray[np.float64], rng: np.random.Generator) -> int:
    chances = np.exp(weights - weights.max())
    return min(int(np.searchsorted(np.cumsum(chances), rng.random() * chances.sum())), weights.size - 1)


def draw_rhythms(plans: list[Plan], grid: Grid, writer: RhythmWriter) -> Rhythms:
    """A rhythm for every tune; lines of one idea resemble the first of them."""
    ideas: dict[tuple[str, str], frozenset[int]] = {}
    rhythms: Rhythms = {}
    for plan in plans:
        if plan.tune in rhythms:
            continue
        sharing = [other.phrase.words for other in plans if other.tune == plan.tune]
        stress = Stress.of([tuple(s.stress for s in words.syllables) for words in sharing])
        phrase = plan.phrase
        line = RhythmLine(
            words=WordLine.of(phrase.words.syllables, ends_stanza=phrase.ends_stanza, level=stress.level),
            stress=stress,
            pickup=plan.window.pickup,
            end=plan.window.end,
            limit=phrase.bars * grid.slots_per_bar,
            opening=min(unstressed_opening(words) for words in sharing),
            alike=ideas.get(plan.idea, frozenset()),
        )
        rhythms[plan.tune] = writer.write(line)
        onsets = frozenset(step.start for step in rhythms[plan.tune] if step.syllable is not None)
        ideas.setdefault(plan.idea, onsets)
    return rhythms
