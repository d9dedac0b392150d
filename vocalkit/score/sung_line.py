"""The line that is sung: one voice of a part, and others where it is silent; ties merged, one note at a time."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, replace
from fractions import Fraction

from vocalkit.errors import ScoreError
from vocalkit.score.imported import word_positions
from vocalkit.score.musicxml_expression import joined
from vocalkit.score.sheet import SheetNote
from vocalkit.score.verses import check_verse, choose_lyrics, verse_keys
from vocalkit.score.written import WrittenNote
from vocalkit.types import NoteExpression


@dataclass
class LineNote:
    """A note with the words it sings. start, end: quarters; cuts: the voice's note before sounded on under it."""

    start: Fraction
    end: Fraction
    pitch: float
    lyric: tuple[str, str] | None
    tied_on: bool
    slur_starts: int
    slur_stops: int
    cue: bool
    breath: bool
    graces: tuple[float, ...]
    expression: NoteExpression
    cuts: bool = False


def sung_line(notes: list[WrittenNote], *, verse: int, voice: int | None = None) -> tuple[list[LineNote], list[str]]:
    """One note at a time, with warnings of syllables that have no place in it.

    voice: which voice of the part, counted from 1 as the file numbers them; None for the one with most words in all
    verses, with the words of others where it is silent. ScoreError where the verse or the voice does not exist.
    """
    keys = verse_keys(notes)
    check_verse(keys, verse)
    lines = {name: _voice_line([n for n in notes if n.voice == name], keys, verse) for name in _voices(notes)}
    if voice is not None:
        if voice > len(lines):
            raise ScoreError(f"voice {voice} does not exist; the part has {len(lines)}")
        return list(lines.values())[voice - 1], []
    if not lines:
        return [], []
    words = dict.fromkeys(lines, 0)
    for note in notes:
        words[note.voice] += len(note.lyrics)
    main = max(lines, key=lambda name: (words[name], len(lines[name])))
    merged = _Merged(lines.pop(main))
    for other in lines.values():
        merged.add(other)
    warnings = []
    if merged.missed:
        warnings.append(
            f"{merged.missed} syllables of another voice sound at the same time and are left out; "
            f"choose that voice to sing them"
        )
    return merged.line, warnings


def _voices(notes: list[WrittenNote]) -> list[str]:
    """Names of the voices: staff and number, in the order of the page."""
    return sorted(
        {note.voice for note in notes}, key=lambda name: [(len(piece), piece) for piece in name.split(":", 1)]
    )


def _voice_line(notes: list[WrittenNote], keys: list[str], verse: int) -> list[LineNote]:
    ordered = sorted(notes, key=lambda note: note.start)
    lyrics = choose_lyrics(ordered, keys, verse)
    line = [
        LineNote(
            note.start, note.end, note.pitch, lyric, note.tied_on, note.slur_starts, note.slur_stops, note.cue,
            note.breath, note.graces, note.expression,
        )
        for note, lyric in zip(ordered, lyrics, strict=True)
    ]  # fmt: skip
    return _without_overlaps(_merge_ties(line))


def _merge_ties(notes: list[LineNote]) -> list[LineNote]:
    merged: list[LineNote] = []
    for note in notes:
        last = merged[-1] if merged else None
        joins = last is not None and last.pitch == note.pitch and last.end == note.start
        if last is not None and joins and note.tied_on and note.lyric is None:
            last.end = note.end
            last.expression = joined(last.expression, note.expression)
            last.breath |= note.breath
            last.slur_starts += note.slur_starts
            last.slur_stops += note.slur_stops
        else:
            merged.append(note)
    return merged


def _without_overlaps(notes: list[LineNote]) -> list[LineNote]:
    kept: list[LineNote] = []
    for note in notes:
        if kept and note.start < kept[-1].end:
            if note.start == kept[-1].start:
                if kept[-1].lyric is None:
                    kept[-1].lyric = note.lyric
                continue
            kept[-1].end = note.start
            note.cuts = True
        kept.append(note)
    return kept


class _Merged:
    """The main voice, with words of other voices laid in where there is room."""

    def __init__(self, line: list[LineNote]) -> None:
        self.line = line
        self.missed = 0

    def add(self, other: list[LineNote]) -> None:
        """Lay one more voice in: its words, and the notes that carry them on."""
        last_end: Fraction | None = None
        for note in other:
            if note.lyric is None and note.start != last_end:
                continue
            low, high = self._clash(note)
            clash = self.line[low:high]
            last_end = None
            if note.lyric is None:
                if not clash:
                    insort(self.line, note, key=lambda n: n.start)
                    last_end = note.end
            elif not clash or (note.cue and all(n.lyric is None for n in clash)):
                del self.line[low:high]  # small notes are how another verse goes
                self.line.insert(low, note)
                last_end = note.end
            elif clash[0].start == note.start and all(n.lyric is None for n in clash):
                clash[0].lyric = note.lyric
            elif not any(n.lyric is not None and _same(n.lyric, note.lyric) for n in clash):
                self.missed += 1

    def _clash(self, note: LineNote) -> tuple[int, int]:
        """Range of the line's notes that sound with this one."""
        low = bisect_left(self.line, note.start, key=lambda n: n.start)
        if low and self.line[low - 1].end > note.start:
            low -= 1
        high = bisect_left(self.line, note.end, key=lambda n: n.start)
        return low, max(low, high)


def _same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0].casefold().strip(".,;:!?") == other[0].casefold().strip(".,;:!?")


def sheet_notes(line: list[LineNote]) -> tuple[SheetNote, ...]:
    """The line's notes with words divided consistently; a note without a syllable of its own carries one on.

    In a tune without words only slurred notes do.
    """
    worded = any(note.lyric is not None for note in line)
    positions = iter(word_positions([note.lyric[1] for note in line if note.lyric is not None]))
    result: list[SheetNote] = []
    open_slurs = 0
    for note in line:
        continues = note.lyric is None and (worded or open_slurs > 0) and bool(result)
        open_slurs = max(0, open_slurs + note.slur_starts - note.slur_stops)
        made = SheetNote(
            note.start,
            note.end,
            note.pitch,
            continues=continues,
            graces=note.graces,
            breath=note.breath,
            expression=note.expression,
        )
        if note.lyric is not None:
            made = replace(made, text=note.lyric[0], position=next(positions))
        result.append(made)
    return tuple(result)
