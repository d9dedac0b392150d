"""From phrases to rhythms and pitches: which lines share an idea, and in which order they are written."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vocalkit.melody import contour
from vocalkit.melody.grid import Grid
from vocalkit.melody.harmony import ChordTrack, NoteHarmony
from vocalkit.melody.layout import LIFTED_KINDS
from vocalkit.melody.pitch import Slot, sing_line
from vocalkit.melody.rhythm import RhythmTask, Stress, Taste, note_ends, write_rhythm
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.windows import Phrase, Window, unstressed_opening
from vocalkit.types import Key

REPEAT_GAIN = 7.0
LIKENESS_GAIN = 4.0
EVER_NEW = -0.6
"""Repetition under which a verse does not take over the tune of the one before."""


@dataclass(frozen=True, slots=True)
class Step:
    """One note on the grid, in slots from its line's downbeat. syllable: index in the line, None for a slur."""

    start: int
    end: int
    syllable: int | None


Steps = tuple[Step, ...]
Rhythms = dict[tuple[object, ...], Steps]
"""The notes in slots of every tune."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A phrase with what shapes it. tune: phrases with equal `tune` share one melody;
    idea: phrases with equal `idea` resemble each other; letter: the idea's name in its stanza."""

    phrase: Phrase
    window: Window
    kind: str
    tune: tuple[object, ...]
    idea: tuple[str, str]
    letter: str
    last: bool


def make_plans(
    phrases: tuple[Phrase, ...],
    windows: tuple[Window, ...],
    kinds: list[str],
    settings: ComposeSettings,
    rng: np.random.Generator,
) -> list[Plan]:
    """Forms drawn per kind of section; equal sections share windows, hence rhythm and tune."""
    forms = {kind: _drawn(contour.forms(settings.of(kind).repetition), rng) for kind in dict.fromkeys(kinds)}
    plans: list[Plan] = []
    for section in dict.fromkeys(phrase.section for phrase in phrases):
        members = [(p, w) for p, w in zip(phrases, windows, strict=True) if p.section == section]
        kind = kinds[section]
        shape = tuple((len(p.words.syllables), p.bars, p.ends_stanza) for p, _ in members)
        letters = contour.line_letters(_stanzas([phrase for phrase, _ in members]), forms[kind])
        # Who wants ever new tunes gets them in verses too; a chorus is one because it comes back.
        name = f"{kind} {section}" if _is_ever_new(kind, settings) else kind
        for (phrase, window), letter in zip(members, letters, strict=True):
            tune = (name, shape, phrase.line)
            plans.append(Plan(phrase, window, kind, tune, (name, letter), letter, phrase is phrases[-1]))
    shared: dict[tuple[object, ...], Window] = {}
    for plan in plans:
        known = shared.get(plan.tune, plan.window)
        shared[plan.tune] = Window(min(known.pickup, plan.window.pickup), min(known.end, plan.window.end))
    return [replace(plan, window=shared[plan.tune]) for plan in plans]


def _drawn(forms: tuple[str, ...], rng: np.random.Generator) -> str:
    return forms[rng.integers(len(forms))]


def _is_ever_new(kind: str, settings: ComposeSettings) -> bool:
    return settings.of(kind).repetition < EVER_NEW and kind not in LIFTED_KINDS


def _stanzas(phrases: list[Phrase]) -> list[list[int]]:
    """Syllable counts of a section's lines, stanza by stanza."""
    stanzas: list[list[int]] = [[]]
    for phrase in phrases:
        stanzas[-1].append(len(phrase.words.syllables))
        if phrase.ends_stanza:
            stanzas.append([])
    return stanzas[:-1]


def write_rhythms(plans: list[Plan], grid: Grid, settings: ComposeSettings, rng: np.random.Generator) -> Rhythms:
    """A rhythm for every tune, by dynamic programming line by line."""
    usual = ComposeSettings()
    tastes: dict[tuple[str, str], Taste] = {}
    motifs: dict[tuple[str, str], frozenset[int]] = {}
    rhythms: Rhythms = {}
    for plan in plans:
        if plan.tune in rhythms:
            continue
        sharing = [other.phrase.words for other in plans if other.tune == plan.tune]
        own = settings.of(plan.kind)
        if plan.idea not in tastes:
            tastes[plan.idea] = Taste.draw(rng, grid, plan.phrase.bars)
        task = RhythmTask(
            stress=Stress.of([tuple(s.stress for s in words.syllables) for words in sharing]),
            window=plan.window,
            opening=min(unstressed_opening(words) for words in sharing),
            motif=motifs.get(plan.idea, frozenset()),
            taste=tastes[plan.idea].times(own.variety / usual.variety),
            syncopation=own.syncopation,
            likeness=own.likeness,
            crowding=own.syllables_per_s / usual.syllables_per_s,
        )
        onsets = write_rhythm(task, grid)
        motifs.setdefault(plan.idea, frozenset(onsets))
        rhythms[plan.tune] = _steps(plan, onsets, grid, own, rng)
    return rhythms


def _steps(
    plan: Plan, onsets: tuple[int, ...], grid: Grid, settings: ComposeSettings, rng: np.random.Generator
) -> tuple[Step, ...]:
    """Syllables as notes; some stanza ends go on to a second note (a slur)."""
    stanza = plan.phrase.ends_stanza
    ends = note_ends(onsets, plan.window.end, grid, stretch=1.5 if stanza else 1.0)
    steps = [Step(start, end, index) for index, (start, end) in enumerate(zip(onsets, ends, strict=True))]
    last = steps[-1]
    slurred = rng.random() < settings.melisma
    if stanza and slurred and last.end - last.start >= 3 * grid.tactus_slots and not plan.last:
        turn = last.start + grid.tactus_slots
        steps[-1:] = [replace(last, end=turn), Step(turn, last.end, None)]
    return tuple(steps)


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """What all lines share. registers: by kind of section."""

    grid: Grid
    chords: ChordTrack
    key: Key
    registers: dict[str, contour.Register]


class TuneWriter:
    """Writes the pitches of phrase after phrase and remembers what it wrote."""

    def __init__(self, song: Song, settings: ComposeSettings, rng: np.random.Generator) -> None:
        self._grid, self._chords, self._key, self._registers = song.grid, song.chords, song.key, song.registers
        self._settings, self._rng = settings, rng
        self._tunes: dict[tuple[object, ...], tuple[list[int], list[NoteHarmony]]] = {}
        self._ideas: dict[tuple[str, str], list[dict[int, tuple[int, NoteHarmony]]]] = {}
        self._shapes: dict[tuple[str, str], tuple[str, float, float]] = {}
        self._before: int | None = None

    def write(self, plan: Plan, steps: tuple[Step, ...]) -> list[int]:
        """MIDI pitches of one phrase, one per step."""
        harmonies = [self._chords.harmony(*self._times(plan, step)) for step in steps]
        known = self._tunes.get(plan.tune)
        if known and all(_same_harmony(a, b) for a, b in zip(known[1], harmonies, strict=True)):
            pitches = self._again(plan, known[0])
        else:
            pitches = self._choose(plan, self._slots(plan, steps, harmonies, known[0] if known else None))
        self._tunes.setdefault(plan.tune, (pitches, harmonies))
        sung = zip(steps, pitches, harmonies, strict=True)
        self._ideas.setdefault(plan.idea, []).append({step.start: (pitch, harmony) for step, pitch, harmony in sung})
        self._before = pitches[-1]
        return pitches

    def _choose(self, plan: Plan, slots: list[Slot]) -> list[int]:
        """New pitches, one per slot."""
        pitches, temperature = self._registers[plan.kind].pitches, self._settings.of(plan.kind).variety
        return sing_line(slots, pitches, before=self._before, temperature=temperature, rng=self._rng)

    def _again(self, plan: Plan, pitches: list[int]) -> list[int]:
        """A tune sung before, over the same chords."""
        return pitches

    def _times(self, plan: Plan, step: Step) -> tuple[float, float]:
        at = plan.phrase.downbeat_slot
        return self._grid.time_at(at + step.start), self._grid.time_at(at + step.end)

    def _slots(
        self, plan: Plan, steps: tuple[Step, ...], harmonies: list[NoteHarmony], tune: list[int] | None
    ) -> list[Slot]:
        centre = self._registers[plan.kind].centre
        shape, height, raised = self._shape(plan)
        targets = centre + raised + contour.contour(shape, len(steps), height)
        idea = self._sequence(self._nearest(plan.idea, steps, harmonies), steps, harmonies)
        nothing = np.zeros(12)
        likeness = self._settings.of(plan.kind).likeness
        slots = []
        for index, (step, harmony) in enumerate(zip(steps, harmonies, strict=True)):
            ending = index == len(steps) - 1
            free = index >= len(steps) - (2 if plan.phrase.ends_stanza else 1)
            reference, gain = (tune[index], REPEAT_GAIN) if tune else (None, 0.0)
            if tune is None and not free and step.start in idea:
                reference, gain = idea[step.start], LIKENESS_GAIN * likeness
            bonus = contour.cadence_bonus(self._key, harmony, final=plan.phrase.ends_stanza, last=plan.last)
            slots.append(
                Slot(
                    harmony=harmony,
                    weight=self._grid.weight_at(plan.phrase.downbeat_slot + step.start),
                    length=(step.end - step.start) / self._grid.tactus_slots,
                    target_midi=float(targets[index]),
                    cadence=bonus if ending else nothing,
                    reference_midi=reference,
                    reference_gain=gain,
                    slur=step.syllable is None,
                )
            )
        return slots

    def _nearest(self, idea: tuple[str, str], steps: tuple[Step, ...], harmonies: list[NoteHarmony]) -> dict[int, int]:
        """The earlier line of an idea whose chords agree best with those of this line: slot → pitch."""
        here = {step.start: harmony for step, harmony in zip(steps, harmonies, strict=True)}

        def agreement(line: dict[int, tuple[int, NoteHarmony]]) -> int:
            return sum(slot in here and _same_harmony(harmony, here[slot]) for slot, (_, harmony) in line.items())

        best = max(self._ideas.get(idea, []), key=agreement, default={})
        return {slot: pitch for slot, (pitch, _) in best.items()}

    def _sequence(self, idea: dict[int, int], steps: tuple[Step, ...], harmonies: list[NoteHarmony]) -> dict[int, int]:
        """An earlier line's pitches, moved by the few scale steps that suit the chords of this line best."""
        shared = [(step, harmony) for step, harmony in zip(steps, harmonies, strict=True) if step.start in idea]

        def fit(moved: dict[int, int]) -> float:
            return sum((s.end - s.start) * float(h.member[moved[s.start] % 12]) for s, h in shared)

        length = 0.1 * sum(step.end - step.start for step, _ in shared)
        options = {
            shift: {slot: contour.move_in_scale(pitch, shift, self._key) for slot, pitch in idea.items()}
            for shift in (0, -1, 1, -2, 2)
        }
        return max(options.values(), key=lambda moved: fit(moved) - length * (moved != idea)) if idea else idea

    def _shape(self, plan: Plan) -> tuple[str, float, float]:
        if plan.idea not in self._shapes:
            shape = contour.SHAPES[self._rng.integers(len(contour.SHAPES))]
            height, raised = self._rng.uniform(5.0, 8.0), self._rng.uniform(-1.5, 1.5)
            scale = self._settings.of(plan.kind).range_scale
            self._shapes[plan.idea] = shape, float(height) * scale, float(raised) * scale
        return self._shapes[plan.idea]


def _same_harmony(one: NoteHarmony, other: NoteHarmony) -> bool:
    return bool(np.array_equal(one.onset, other.onset) and np.array_equal(one.member >= 0.5, other.member >= 0.5))
