"""The window of slots that each line may sing in: its pickup before, its breath after.

Sections of one kind with equal lines share one tune, so their lines share one window.
"""

from __future__ import annotations

from dataclasses import dataclass

from vocalkit.melody.grid import Grid
from vocalkit.melody.layout import BREATH_S, LineSpan
from vocalkit.types import Line, Lyrics

STANZA_BREATH_S = 0.6
LINE_BREATH_S = 0.3


@dataclass(frozen=True, slots=True)
class Window:
    """Slots of one line, relative to its downbeat: from -pickup to end (where its last note ends at the latest).

    A negative pickup: it goes on from an earlier part of the line, so many slots after the downbeat.
    """

    pickup: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line, placed. downbeat_slot: absolute; ends_stanza also at the end of a section."""

    section: int
    line: int
    words: Line
    downbeat_slot: int
    bars: int
    ends_stanza: bool


def make_phrases(lyrics: Lyrics, spans: tuple[LineSpan, ...], grid: Grid) -> tuple[Phrase, ...]:
    phrases = []
    for span in spans:
        lines = lyrics.sections[span.section].lines
        words, last = lines[span.line], span.line == len(lines) - 1
        slot = span.first_bar * grid.slots_per_bar
        phrases.append(Phrase(span.section, span.line, words, slot, span.bars, last or words.ends_stanza))
    return tuple(phrases)


def unstressed_opening(line: Line) -> int:
    """Syllables before the first stressed one; 0 where none is stressed or that is the first."""
    return next((i for i, syllable in enumerate(line.syllables) if syllable.stress > 0), 0)


def find_windows(phrases: tuple[Phrase, ...], grid: Grid, *, not_before_s: float) -> tuple[Window, ...]:
    """A window per phrase: a pickup where the opening asks for one and there is room, a breath at the end."""
    pickups = [_pickup(phrases, index, grid, not_before_s) for index in range(len(phrases))]
    ends = []
    for index, phrase in enumerate(phrases):
        limit = phrase.downbeat_slot + phrase.bars * grid.slots_per_bar
        breath_s = STANZA_BREATH_S if phrase.ends_stanza else LINE_BREATH_S
        if index + 1 < len(phrases):
            limit = min(limit, phrases[index + 1].downbeat_slot - pickups[index + 1])
        ends.append(_end(phrase, limit, grid, breath_s))
    return tuple(Window(pickup, end) for pickup, end in zip(pickups, ends, strict=True))


def _end(phrase: Phrase, limit: int, grid: Grid, breath_s: float) -> int:
    """The last slot to sing in before a breath, a short one where the words need the room."""
    count = len(phrase.words.syllables)
    for rest_s in (breath_s, BREATH_S):
        end = limit - grid.rest_slots(limit, rest_s) - phrase.downbeat_slot
        if end >= count * grid.shortest_slots + (grid.tactus_slots // 2 if rest_s > BREATH_S else 0):
            return end
    return end


def _pickup(phrases: tuple[Phrase, ...], index: int, grid: Grid, not_before_s: float) -> int:
    """Slots before the downbeat for an unstressed opening of one to three syllables, else 0."""
    phrase = phrases[index]
    opening = unstressed_opening(phrase.words)
    if not 1 <= opening <= 3 or opening >= len(phrase.words.syllables):
        return 0
    wanted = opening * max(grid.shortest_slots, -(-grid.tactus_slots // 2))
    if grid.time_at(phrase.downbeat_slot - wanted) < not_before_s:
        return 0
    if index == 0:
        return wanted
    before = phrases[index - 1]
    limit = phrase.downbeat_slot - wanted
    free = limit - grid.rest_slots(limit, LINE_BREATH_S) - before.downbeat_slot
    needed = len(before.words.syllables) * grid.shortest_slots + grid.tactus_slots // 2
    return wanted if free >= needed else 0
