"""A tune goes on from bars that are given: those stay, the remaining words are set after them.

Sections like one that was given take up its tune, as sections of one kind do, wherever the chords there allow it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

from vocalkit.errors import LyricsError, ScoreError
from vocalkit.melody.report import chord_tone_rates
from vocalkit.melody.retake import BORDER_S, groups
from vocalkit.types import Backing, Line, Lyrics, LyricSection, Note, Score, SectionSpan
from vocalkit.types.control import family

BREATH_S = 0.25
LONGEST_WAIT_S = 16.0
"""How long the tune may wait for the backing's next section, where the given bars end a section."""

LEAST_CHORD_TONES, WORSE_CHORD_TONES = 0.6, 0.15
"""A tune is taken up where so much of it lies on the chords, and not so much less than of a new one."""

Write = Callable[[Lyrics, float], Score]


@dataclass(frozen=True, slots=True)
class Cut:
    """Lyrics cut after some syllables. given, rest: both parts, sections and lines cut where that falls inside one."""

    whole: Lyrics
    given: Lyrics
    rest: Lyrics
    ends_section: bool


def cut_lyrics(lyrics: Lyrics, count: int) -> Cut:
    """Raises ScoreError unless `count` is from 1 to less than all syllables."""
    total = lyrics.syllable_count
    if count >= total:
        raise ScoreError(
            f"the given bars have {count} syllables and the lyrics {total}: nothing is left to go on with; give "
            "all the words of the song, those of the given bars first"
        )
    if count < 1:
        raise ScoreError("the given bars have no notes to sing")
    before: list[LyricSection] = []
    after: list[LyricSection] = []
    left, ends_section = count, False
    for section in lyrics.sections:
        lines_before, lines_after = [], []
        for line in section.lines:
            taken, left = min(left, len(line.syllables)), max(0, left - len(line.syllables))
            if taken:
                lines_before.append(_part(line, slice(0, taken)))
            if taken < len(line.syllables):
                lines_after.append(_part(line, slice(taken, None)))
        ends_section = ends_section or (not left and not lines_after and not after)
        before += [LyricSection(section.label, tuple(lines_before))] if lines_before else []
        after += [LyricSection(section.label, tuple(lines_after))] if lines_after else []
    return Cut(lyrics, Lyrics(tuple(before), lyrics.language), Lyrics(tuple(after), lyrics.language), ends_section)


def go_on(kept: Score, cut: Cut, backing: Backing, write: Write) -> Score:
    """The given notes, and the rest of the words after them.

    kept: the given bars with their syllables, on the backing's clock and in its tuning; write: a score for lyrics from
    a time on. Raises LyricsError where the rest does not fit.
    """
    if kept.end_s + BREATH_S >= backing.duration_s:
        raise LyricsError(
            f"the given bars end at {kept.end_s:.1f} s of a track of {backing.duration_s:.1f} s: no room to go on"
        )
    new = _written(kept, cut, backing, write)
    notes, ends = list(kept.notes), _section_notes(kept.notes, cut.given)
    models = {_shape(section): tune for section, tune in zip(cut.given.sections, ends, strict=True)}
    parts = _section_notes(new.notes, cut.rest)
    for at, (section, part) in enumerate(zip(cut.rest.sections, parts, strict=True)):
        until_s = parts[at + 1][0].start_s if at + 1 < len(parts) else backing.duration_s
        model = models.get(_shape(section))
        taken = None if model is None else _taken_up(model, part, backing, since_s=notes[-1].end_s, until_s=until_s)
        notes += part if taken is None else taken
    whole = cut.whole
    sung = _section_notes(tuple(notes), whole)
    spans = tuple(_span(section, part, backing) for section, part in zip(whole.sections, sung, strict=True))
    return replace(new, notes=tuple(notes), sections=spans)


def _written(kept: Score, cut: Cut, backing: Backing, write: Write) -> Score:
    """The rest from the backing's next section on where the given bars end one, else from the next bar on."""
    soon_s = kept.end_s + BREATH_S
    borders = [s.start_s for s in backing.sections if soon_s <= s.start_s + 0.05 <= soon_s + LONGEST_WAIT_S]
    if cut.ends_section and borders:
        downbeats = backing.tempo_map.downbeats_s
        nearest = float(min(downbeats, key=lambda time_s: abs(time_s - borders[0])))
        try:
            return write(cut.rest, max(soon_s, nearest - 0.01))
        except LyricsError:
            pass  # The words need the bars before that section as well.
    return write(cut.rest, soon_s)


def _taken_up(
    model: tuple[Note, ...], part: tuple[Note, ...], backing: Backing, *, since_s: float, until_s: float
) -> tuple[Note, ...] | None:
    """A given section's tune to other words, whole bars later; None where there is no room, or other chords."""
    grid = backing.tempo_map

    def bar(note: Note) -> int:
        # Half a bar of grace: a pickup belongs to the bar it leads to.
        return round((grid.beat_at(note.start_s) - grid.first_downbeat) / grid.beats_per_bar)

    later = (bar(part[0]) - bar(model[0])) * grid.beats_per_bar
    syllables = iter([note.syllable for note in part if note.syllable is not None])
    moved = tuple(
        Note(
            grid.time_at(grid.beat_at(note.start_s) + later),
            grid.time_at(grid.beat_at(note.end_s) + later),
            note.pitch_midi,
            None if note.syllable is None else next(syllables),
        )
        for note in model
    )
    if moved[0].start_s < since_s + BORDER_S or moved[-1].end_s > until_s - BORDER_S:
        return None
    new, old = (chord_tone_rates(Score(notes, grid), backing)[0] for notes in (moved, part))
    if new is not None and old is not None and (new < LEAST_CHORD_TONES or new < old - WORSE_CHORD_TONES):
        return None
    return moved


def _section_notes(notes: tuple[Note, ...], lyrics: Lyrics) -> list[tuple[Note, ...]]:
    sung = groups(notes)
    counts = itertools.accumulate((section.syllable_count for section in lyrics.sections), initial=0)
    return [notes[sung[a][0] : sung[b - 1][-1] + 1] for a, b in itertools.pairwise(counts)]


def _shape(section: LyricSection) -> tuple[object, ...]:
    """Sections with equal shapes share their tune."""
    return family(section.kind), tuple(len(line.syllables) for line in section.lines)


def _part(line: Line, part: slice) -> Line:
    return Line(line.text, line.syllables[part], line.ends_stanza)


def _span(section: LyricSection, notes: tuple[Note, ...], backing: Backing) -> SectionSpan:
    start_s, end_s = notes[0].start_s, notes[-1].end_s
    middle_s = 0.5 * (start_s + end_s)
    energy = next((s.energy for s in backing.sections if s.start_s <= middle_s < s.end_s), 0.5)
    return SectionSpan(start_s, end_s, section.label, energy)
