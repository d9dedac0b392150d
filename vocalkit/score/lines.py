"""Notes on a format's own grid, the lines that they are sung in, and how bars are counted there."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from vocalkit.score.imported import word_positions
from vocalkit.score.sheet import Sheet, SheetNote, TimeSignature
from vocalkit.score.texts import joined_words
from vocalkit.score.timeline import TempoLine

LINE_REST_S = 0.35
_MAX_COUNT = 64
Span = tuple[Fraction, Fraction, float]
"""Start and end in quarters, and pitch as a MIDI number."""


def grid_spans(notes: tuple[SheetNote, ...], quarter: int) -> list[tuple[int, int]]:
    """Start and end of every note in ticks: in order, none empty, none overlapping."""
    spans: list[tuple[int, int]] = []
    before = 0
    for note in notes:
        start = max(round(note.start * quarter), before)
        before = max(start + 1, round(note.end * quarter))
        spans.append((start, before))
    return spans


def sung_lines(sheet: Sheet) -> list[list[SheetNote]]:
    """The notes, line by line: a line ends where the score says so, or at a rest that lets the singer breathe."""
    line = TempoLine(list(sheet.tempos))
    lines: list[list[SheetNote]] = []
    before: SheetNote | None = None
    for note in sheet.notes:
        rested = before is None or line.time_at(note.start) - line.time_at(before.end) >= LINE_REST_S
        if before is None or (not note.continues and (rested or before.breath)):
            lines.append([])
        lines[-1].append(note)
        before = note
    return lines


def bar_counts(sheet: Sheet) -> list[tuple[int, TimeSignature]]:
    """(index of the bar, its signature) at every change, irregular bars as signatures of their own where they fit."""
    changes: list[tuple[int, TimeSignature]] = []
    marks = list(sheet.signatures)
    current = sheet.signature
    for index, (start, end) in enumerate(pairwise((*sheet.bars, sheet.end))):
        while marks and marks[0][0] <= start:
            current = marks.pop(0)[1]
        made = current if end - start == current.quarters else _irregular(end - start, current)
        if not changes or changes[-1][1] != made:
            changes.append((index, made))
    return changes


def _irregular(length: Fraction, usual: TimeSignature) -> TimeSignature:
    for unit in (usual.unit, 4, 8, 16, 32, 64):
        count = length * unit / 4
        if unit >= usual.unit and count.denominator == 1 and 1 <= count <= _MAX_COUNT:
            return TimeSignature(int(count), unit)
    return usual


def with_pickup(
    signatures: list[tuple[Fraction, TimeSignature]],
) -> tuple[tuple[tuple[Fraction, TimeSignature], ...], Fraction]:
    """Signatures, and the length of a pickup: a first signature of one short bar is that."""
    marks = sorted(dict(signatures).items())
    if len(marks) > 1 and marks[0][0] == 0:
        length = marks[0][1].quarters
        if marks[1][0] == length and length < marks[1][1].quarters:
            return ((Fraction(0), marks[1][1]), *marks[2:]), length
    return tuple(marks), Fraction(0)


def with_words(spans: list[Span], texts: list[str | None], hyphened: list[bool]) -> tuple[SheetNote, ...]:
    """Notes with their words; a note whose text is None carries the syllable before on, if there are words at all."""
    positions = iter(word_positions(joined_words(texts, hyphened)))
    worded = any(text is not None for text in texts)
    notes: list[SheetNote] = []
    for (start, end, pitch), text in zip(spans, texts, strict=True):
        if text is None:
            notes.append(SheetNote(start, end, pitch, continues=worded and bool(notes)))
        else:
            notes.append(SheetNote(start, end, pitch, text, next(positions)))
    return tuple(notes)


def one_at_a_time(spans: list[Span]) -> tuple[list[int], list[tuple[Fraction, Fraction]], tuple[Fraction, ...]]:
    """Which notes of a line stay, where each ends, and where notes were cut or left out: they overlap, or are empty."""
    kept: list[int] = []
    ends: list[tuple[Fraction, Fraction]] = []
    clashes: list[Fraction] = []
    for index in sorted(range(len(spans)), key=lambda i: (spans[i][0], -spans[i][2])):
        start, end, _ = spans[index]
        if end <= start or (ends and start == ends[-1][0]):
            clashes.append(start)
            continue
        if ends and start < ends[-1][1]:
            clashes.append(start)
            ends[-1] = (ends[-1][0], start)
        kept.append(index)
        ends.append((start, end))
    return kept, ends, tuple(clashes)


def overlap_warning(overlaps: tuple[Fraction, ...]) -> tuple[str, ...]:
    """What is told of such notes, if there are any."""
    return (f"{len(overlaps)} notes overlap or have no length; they are cut or left out",) if overlaps else ()
