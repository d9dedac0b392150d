"""The rule composer: words on bars, then on beats, then on pitches."""

from __future__ import annotations

import math

import numpy as np

from vocalkit.errors import InputError, LyricsError
from vocalkit.melody.contour import find_registers
from vocalkit.melody.grid import Grid, make_grid
from vocalkit.melody.harmony import ChordTrack
from vocalkit.melody.layout import lay_out
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.tunes import Plan, Step, TuneWriter, make_plans, write_rhythms
from vocalkit.melody.windows import find_windows, make_phrases
from vocalkit.types import Backing, Lyrics, LyricSection, Note, Score, SectionSpan


class RuleComposer:
    """Composes by rules and by frequencies counted in public-domain songs; a `vocalkit.protocols.Composer`."""

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
        tuning = backing.tuning_cents / 100.0
        registers = find_registers(kinds, low_midi, high_midi, tuning=tuning, settings=self._settings)
        rng = np.random.default_rng(seed)
        grid = make_grid(backing.tempo_map, feel=self._settings.feel)
        spans = lay_out(backing, words, grid, start_s=start_s, settings=self._settings)
        phrases = make_phrases(words, spans, grid)
        windows = find_windows(phrases, grid, not_before_s=start_s or 0.0)
        plans = make_plans(phrases, windows, kinds, self._settings, rng)
        rhythms = write_rhythms(plans, grid, self._settings, rng)
        writer = TuneWriter(grid, ChordTrack(backing.chords, backing.key), backing.key, registers, self._settings, rng)
        sung: list[list[Note]] = [[] for _ in words.sections]
        for plan in plans:
            steps = rhythms[plan.tune]
            pitches = writer.write(plan, steps)
            sung[plan.phrase.section] += _notes(plan, steps, pitches, grid, tuning)
        spans_sung = zip(words.sections, sung, strict=True)
        return Score(
            notes=tuple(note for notes in sung for note in notes),
            tempo_map=backing.tempo_map,
            key=backing.key,
            chords=backing.chords,
            sections=tuple(_section_span(section, notes, backing) for section, notes in spans_sung),
            language=lyrics.language,
        )


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


def _notes(plan: Plan, steps: tuple[Step, ...], pitches: list[int], grid: Grid, tuning: float) -> list[Note]:
    at = plan.phrase.downbeat_slot
    syllables = plan.phrase.words.syllables
    return [
        Note(
            grid.time_at(at + step.start),
            grid.time_at(at + step.end),
            pitch + tuning,
            None if step.syllable is None else syllables[step.syllable],
        )
        for step, pitch in zip(steps, pitches, strict=True)
    ]


def _section_span(section: LyricSection, notes: list[Note], backing: Backing) -> SectionSpan:
    """Where a section is sung, with the energy of the backing at its middle."""
    start_s, end_s = notes[0].start_s, notes[-1].end_s
    middle_s = 0.5 * (start_s + end_s)
    energy = next((s.energy for s in backing.sections if s.start_s <= middle_s < s.end_s), 0.5)
    return SectionSpan(start_s, end_s, section.label, energy)
