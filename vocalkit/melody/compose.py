"""The rule composer: words on bars, then on beats, then on pitches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vocalkit.errors import InputError, LyricsError
from vocalkit.melody.contour import WIDEST_LINE, WIDEST_SONG, find_registers
from vocalkit.melody.grid import Grid, make_grid
from vocalkit.melody.harmony import ChordTrack
from vocalkit.melody.layout import LineSpan, lay_out
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.timed import lay_timed
from vocalkit.melody.tunes import Plan, Rhythms, Song, Steps, TuneWriter, make_plans, write_rhythms
from vocalkit.melody.windows import find_windows, make_phrases
from vocalkit.types import Backing, Lyrics, LyricSection, Note, Score, SectionSpan, SyllableSpan


class RuleComposer:
    """Composes by rules and by frequencies counted in public-domain songs; a `vocalkit.protocols.Composer`."""

    _widest = (WIDEST_LINE, WIDEST_SONG)

    def __init__(self, settings: ComposeSettings | None = None) -> None:
        self._settings = settings if settings is not None else ComposeSettings()

    def compose(
        self, backing: Backing, lyrics: Lyrics, *, low_midi: float, high_midi: float, start_s: float | None, seed: int
    ) -> Score:
        """A melody for every syllable, on the backing's beats and in tune with it.

        low_midi, high_midi: the singer's range, at least 7 semitones; start_s: sing from the next
        downbeat on, None to come in after the intro; seed: >= 0, other seeds give other tunes.
        Raises LyricsError where there are no words or too many, InputError on a bad range.
        """
        if seed < 0:
            raise InputError(f"seed must be 0 or more, got {seed}")
        if start_s is not None and not (math.isfinite(start_s) and start_s >= 0.0):
            raise InputError(f"start must be 0 s or later, got {start_s}")
        words = _singable(lyrics)
        kinds = [section.kind for section in words.sections]
        rng = np.random.default_rng(seed)
        grid = make_grid(backing.tempo_map, feel=self._settings.feel)
        song = self._song(backing, grid, kinds, (low_midi, high_midi))
        spans = self._spans(backing, words, grid, start_s)
        phrases = make_phrases(words, spans, grid)
        windows = find_windows(phrases, grid, not_before_s=start_s or 0.0)
        plans = make_plans(phrases, windows, kinds, self._settings, rng)
        rhythms = self._rhythms(plans, grid, rng)
        steps = [rhythms[plan.tune] for plan in plans]
        times = [_times(plan, taken, grid) for plan, taken in zip(plans, steps, strict=True)]
        return _score(backing, words, Tune(plans, steps, times, self._sing(song, plans, steps, rng)))

    def compose_timed(
        self,
        backing: Backing,
        lyrics: Lyrics,
        spans: tuple[tuple[SyllableSpan, ...], ...],
        *,
        low_midi: float,
        high_midi: float,
        seed: int,
    ) -> Score:
        """A melody on times that are given: only the pitches are chosen.

        spans: for every line of the lyrics, in order, when its syllables are sung. Raises LyricsError where these are
        not as many as the syllables, out of order or past the end of the backing; else as `compose`.
        """
        if seed < 0:
            raise InputError(f"seed must be 0 or more, got {seed}")
        kinds = [section.kind for section in lyrics.sections]
        rng = np.random.default_rng(seed)
        grid = make_grid(backing.tempo_map, feel=self._settings.feel)
        plans, steps, times = lay_timed(lyrics, spans, grid, backing.duration_s, self._settings, rng)
        song = self._song(backing, grid, kinds, (low_midi, high_midi))
        return _score(backing, lyrics, Tune(plans, steps, times, self._sing(song, plans, steps, rng)))

    def _spans(self, backing: Backing, words: Lyrics, grid: Grid, start_s: float | None) -> tuple[LineSpan, ...]:
        return lay_out(backing, words, grid, start_s=start_s, settings=self._settings)

    def _song(self, backing: Backing, grid: Grid, kinds: list[str], voice: tuple[float, float]) -> Song:
        tuning = backing.tuning_cents / 100.0
        registers = find_registers(kinds, *voice, tuning=tuning, settings=self._settings, widest=self._widest)
        return Song(grid, ChordTrack(backing.chords, backing.key), backing.key, registers)

    def _sing(self, song: Song, plans: list[Plan], steps: list[Steps], rng: np.random.Generator) -> list[list[int]]:
        writer = self._writer(song, plans, steps, rng)
        return [writer.write(plan, taken) for plan, taken in zip(plans, steps, strict=True)]

    def _rhythms(self, plans: list[Plan], grid: Grid, rng: np.random.Generator) -> Rhythms:
        return write_rhythms(plans, grid, self._settings, rng)

    def _writer(self, song: Song, plans: list[Plan], steps: list[Steps], rng: np.random.Generator) -> TuneWriter:
        return TuneWriter(song, self._settings, rng)


def _singable(lyrics: Lyrics) -> Lyrics:
    """The lyrics without empty lines and sections; LyricsError where nothing is left."""
    sections = []
    for section in lyrics.sections:
        lines = tuple(line for line in section.lines if line.syllables)
        if lines:
            sections.append(LyricSection(section.label, lines))
    if not sections:
        raise LyricsError("the lyrics have no syllables to sing; write at least one line of words")
    return Lyrics(tuple(sections), lyrics.language)


@dataclass(frozen=True, slots=True, eq=False)
class Tune:
    """Lines with their notes: steps on the grid, times (start s, end s) and MIDI pitches in the backing's tuning."""

    plans: list[Plan]
    steps: list[Steps]
    times: list[list[tuple[float, float]]]
    pitches: list[list[int]]


def _score(backing: Backing, lyrics: Lyrics, tune: Tune) -> Score:
    tuning = backing.tuning_cents / 100.0
    sung: list[list[Note]] = [[] for _ in lyrics.sections]
    for plan, steps, times, pitches in zip(tune.plans, tune.steps, tune.times, tune.pitches, strict=True):
        syllables = plan.phrase.words.syllables
        sung[plan.phrase.section] += [
            Note(*span, pitch + tuning, None if step.syllable is None else syllables[step.syllable])
            for step, span, pitch in zip(steps, times, pitches, strict=True)
        ]
    parts = zip(lyrics.sections, sung, strict=True)
    return Score(
        notes=tuple(note for notes in sung for note in notes),
        tempo_map=backing.tempo_map,
        key=backing.key,
        chords=backing.chords,
        sections=tuple(_section_span(section, notes, backing) for section, notes in parts),
        language=lyrics.language,
    )


def _times(plan: Plan, steps: Steps, grid: Grid) -> list[tuple[float, float]]:
    at = plan.phrase.downbeat_slot
    return [(grid.time_at(at + step.start), grid.time_at(at + step.end)) for step in steps]


def _section_span(section: LyricSection, notes: list[Note], backing: Backing) -> SectionSpan:
    """Where a section is sung, with the energy of the backing at its middle."""
    start_s, end_s = notes[0].start_s, notes[-1].end_s
    middle_s = 0.5 * (start_s + end_s)
    energy = next((s.energy for s in backing.sections if s.start_s <= middle_s < s.end_s), 0.5)
    return SectionSpan(start_s, end_s, section.label, energy)
