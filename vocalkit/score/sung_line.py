"""The line that is sung: one voice of a part, ties merged, one verse, one note at a time, in seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from vocalkit.errors import ScoreError
from vocalkit.score.imported import ImportedNote, word_positions
from vocalkit.score.timeline import TempoLine
from vocalkit.types import ChordSpan, SectionSpan


@dataclass
class XmlNote:
    """One <note> that sounds. start, end: quarters; lyrics: verse → (text, syllabic)."""

    start: Fraction
    end: Fraction
    pitch: float
    voice: str
    measure: str
    lyrics: dict[str, tuple[str, str]]
    tied_on: bool = False
    slur_starts: int = 0
    slur_stops: int = 0


def verse_key(notes: list[XmlNote], verse: int) -> str:
    """The file's own name of the n-th verse: verses are numbered with gaps or named."""
    keys = {key for note in notes for key in note.lyrics}
    ordered = sorted(keys, key=lambda key: (int(re.sub(r"\D", "", key)[:9] or 0), key))
    if keys and verse > len(ordered):
        raise ScoreError(f"verse {verse} does not exist; the part has {len(ordered)}")
    return ordered[verse - 1] if ordered else "1"


def sung_line(notes: list[XmlNote], *, verse: int) -> tuple[list[XmlNote], list[str]]:
    """Ties merged, one note at a time: the voice with most words, and others where it is silent."""
    key = verse_key(notes, verse)
    counts: dict[str, int] = {}
    for note in notes:
        counts[note.voice] = counts.get(note.voice, 0) + (1_000_000 if key in note.lyrics else 1)
    main = max(counts, key=lambda voice: (counts[voice], [-ord(char) for char in voice]), default="")
    line = _merge_ties([note for note in notes if note.voice == main], key)
    others = [n for n in notes if n.voice != main and key in n.lyrics]
    added, missed = 0, 0
    for note in sorted(_merge_ties(others, key), key=lambda n: n.start):
        clash = [n for n in line if n.start < note.end and note.start < n.end]
        if not clash:
            line.append(note)
            added += 1
        elif not any(key in n.lyrics for n in clash) and clash[0].start == note.start:
            clash[0].lyrics = {**note.lyrics, **clash[0].lyrics}
        elif not any(n.lyrics.get(key) == note.lyrics[key] for n in clash):
            missed += 1
    line.sort(key=lambda n: n.start)
    warnings = [f"{missed} syllables of another voice sound at the same time and are left out"] if missed else []
    return _without_overlaps(line), warnings


def _merge_ties(notes: list[XmlNote], key: str) -> list[XmlNote]:
    merged: list[XmlNote] = []
    for note in sorted(notes, key=lambda n: n.start):
        last = merged[-1] if merged else None
        if last and note.tied_on and last.pitch == note.pitch and last.end == note.start and key not in note.lyrics:
            last.end = note.end
            last.slur_starts += note.slur_starts
            last.slur_stops += note.slur_stops
        else:
            merged.append(note)
    return merged


def _without_overlaps(notes: list[XmlNote]) -> list[XmlNote]:
    kept: list[XmlNote] = []
    for note in notes:
        if kept and note.start < kept[-1].end:
            if note.start == kept[-1].start:
                kept[-1].lyrics = {**note.lyrics, **kept[-1].lyrics}
                continue
            kept[-1].end = note.start
        kept.append(note)
    return kept


def in_seconds(notes: list[XmlNote], line: TempoLine, *, verse_name: str) -> tuple[ImportedNote, ...]:
    """The line as notes in seconds, words divided as this verse divides them."""
    worded = any(verse_name in note.lyrics for note in notes)
    marks = [note.lyrics[verse_name][1] for note in notes if verse_name in note.lyrics]
    positions = iter(word_positions(marks))
    result: list[ImportedNote] = []
    open_slurs = 0
    for note in notes:
        text = note.lyrics[verse_name][0] if verse_name in note.lyrics else None
        continues = text is None and (worded or open_slurs > 0) and bool(result)
        open_slurs = max(0, open_slurs + note.slur_starts - note.slur_stops)
        position = next(positions) if text is not None else "single"
        result.append(
            ImportedNote(line.time_at(note.start), line.time_at(note.end), note.pitch, text, position, continues)
        )
    return tuple(result)


def chord_spans(
    chords: list[tuple[Fraction, int | None, str]], line: TempoLine, end: Fraction
) -> tuple[ChordSpan, ...]:
    """Chords in time; each lasts until the next, the last to the end."""
    starts = {at: (root, quality) for at, root, quality in sorted(chords, key=lambda c: c[0]) if 0 <= at < end}
    times = [*starts, end]
    spans = []
    for at, until in pairwise(times):
        root, quality = starts[at]
        spans.append(ChordSpan(line.time_at(at), line.time_at(until), root, quality))
    return tuple(spans)


def section_spans(marks: list[tuple[Fraction, str]], line: TempoLine, end: Fraction) -> tuple[SectionSpan, ...]:
    """Rehearsal marks in time, each until the next."""
    labels = {at: label for at, label in marks if at < end}
    times = [*labels, end]
    return tuple(SectionSpan(line.time_at(at), line.time_at(until), labels[at]) for at, until in pairwise(times))
