"""`Score` → `Sheet`: times in seconds become positions in quarters, beats where they lie on beats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from vocalkit.errors import ScoreError
from vocalkit.score.imported import ImportedNote, ImportedScore
from vocalkit.score.sheet import Sheet, SheetChord, SheetNote, TimeSignature, barred
from vocalkit.score.timeline import BeatGrid
from vocalkit.types import Note, Score

READABLE, FINE = 48, 960
"""Parts of a beat that a time is rounded to where it lies on no simple one: for the eye, and for the ear."""
_SIMPLE = (48, 40, 56)
_SIMPLE_TOLERANCE_BEATS = 1e-4


@dataclass(frozen=True, slots=True)
class _Line:
    grid: BeatGrid
    beat: Fraction
    parts: int

    def at(self, time_s: float) -> Fraction:
        """Position in quarters: a simple part of a beat if the time lies on one."""
        position = self.grid.position_at(time_s)
        for parts in _SIMPLE:
            nearest = round(position * parts)
            if abs(position - nearest / parts) < _SIMPLE_TOLERANCE_BEATS:
                return max(Fraction(0), Fraction(nearest, parts) * self.beat)
        return max(Fraction(0), Fraction(round(position * self.parts), self.parts) * self.beat)


def sheet_of(score: Score | ImportedScore, *, parts: int = FINE, tempo_tolerance_s: float = 0.0003) -> Sheet:
    """The score on bars and beats. Position 0 is 0 s: the time before the first beat becomes lead-in beats.

    Compound bars (6, 9 or 12 beats) count eighths, others quarters. parts: see `READABLE` and `FINE`. Tempo marks keep
    every beat within the tolerance. ScoreError where there are no notes.
    """
    if not score.notes:
        raise ScoreError("a score without notes cannot be written")
    ends = [score.notes[-1].end_s, *(c.end_s for c in score.chords), *(part.end_s for part in score.sections)]
    grid = BeatGrid.of(score.tempo_map, end_s=max(ends))
    compound = grid.beats_per_bar in (6, 9, 12)
    line = _Line(grid, Fraction(1, 2) if compound else Fraction(1), parts)
    notes = _notes(score, line)
    signature = TimeSignature(grid.beats_per_bar, 8 if compound else 4)
    signatures = ((Fraction(0), signature),)
    end = max([notes[-1].end, *(line.at(time_s) for time_s in ends)])
    bars, end = barred(signatures, end, pickup=grid.pickup_beats * line.beat)
    return Sheet(
        notes=notes,
        end=end,
        tempos=tuple(
            (beat * line.beat, 60.0 / seconds * float(line.beat))
            for beat, seconds in grid.tempo_marks(tolerance_s=tempo_tolerance_s, digits=9)
        ),
        signatures=signatures,
        bars=bars,
        keys=((Fraction(0), score.key),) if score.key else (),
        chords=_chords(score, line),
        marks=tuple((line.at(section.start_s), section.label) for section in score.sections),
        language=score.language,
        title=score.title,
    )


def _notes(score: Score | ImportedScore, line: _Line) -> tuple[SheetNote, ...]:
    """In order, none empty, none overlapping."""
    least = line.beat / line.parts
    spans: list[tuple[Fraction, Fraction]] = []
    for note in score.notes:
        start = max(line.at(note.start_s), spans[-1][0] + least if spans else Fraction(0))
        if spans and spans[-1][1] > start:
            spans[-1] = (spans[-1][0], start)
        spans.append((start, max(start + least, line.at(note.end_s))))
    notes: tuple[Note | ImportedNote, ...] = score.notes
    return tuple(_note(note, span) for note, span in zip(notes, spans, strict=True))


def _note(note: Note | ImportedNote, span: tuple[Fraction, Fraction]) -> SheetNote:
    return replace(_worded(note, span), expression=note.expression, breath=note.expression.breath)


def _worded(note: Note | ImportedNote, span: tuple[Fraction, Fraction]) -> SheetNote:
    if isinstance(note, ImportedNote):
        return SheetNote(*span, note.pitch_midi, note.text, note.position, note.continues)
    if note.syllable is None:
        return SheetNote(*span, note.pitch_midi, continues=True)
    sung = note.syllable
    return SheetNote(*span, note.pitch_midi, sung.text, sung.position, phonemes=sung.phonemes)


def _chords(score: Score | ImportedScore, line: _Line) -> tuple[SheetChord, ...]:
    chords: list[SheetChord] = []
    end_s = None
    for chord in score.chords:
        if end_s is not None and chord.start_s > end_s + 0.01:
            chords.append(SheetChord(line.at(end_s), None))
        chords.append(SheetChord(line.at(chord.start_s), chord.root, chord.quality))
        end_s = chord.end_s
    return tuple(chords)
