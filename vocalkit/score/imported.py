"""What a score file holds before its words have phonemes, in seconds: `ImportedScore`.

`vocalkit.types.Score` needs a pronounced syllable on its first note, which no file has. So a reader
returns this value, and `vocalkit.score.underlay` turns it into a `Score` with words or lyrics.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from vocalkit.errors import ScoreError
from vocalkit.score.sheet import Sheet, SheetNote, without_graces
from vocalkit.score.timeline import Meter, TempoLine, tempo_map
from vocalkit.types import NEUTRAL, ChordSpan, Key, NoteExpression, SectionSpan, TempoMap, WordPosition


@dataclass(frozen=True, slots=True)
class ImportedNote:
    """One sounding note, ties merged. text: its syllable as spelled, None where it has none of its own.

    continues: a slur or melisma carries the syllable before on to this note. expression: how it is to be sung.
    """

    start_s: float
    end_s: float
    pitch_midi: float
    text: str | None = None
    position: WordPosition = "single"
    continues: bool = False
    expression: NoteExpression = NEUTRAL

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise ScoreError(f"a note must last from 0 s on, got {self.start_s:.3f} s to {self.end_s:.3f} s")


@dataclass(frozen=True, slots=True, eq=False)
class ImportedScore:
    """One sung line of a score file. notes: sorted, not overlapping; warnings: what could not be kept."""

    notes: tuple[ImportedNote, ...]
    tempo_map: TempoMap
    key: Key | None = None
    chords: tuple[ChordSpan, ...] = ()
    sections: tuple[SectionSpan, ...] = ()
    language: str = "en-us"
    title: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def has_words(self) -> bool:
        return any(note.text is not None for note in self.notes)

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words in singing order, each as the parts that its notes carry."""
        found: list[list[str]] = []
        for note in self.notes:
            if note.text is None:
                continue
            if note.position in ("single", "begin") or not found:
                found.append([])
            found[-1].append(note.text)
        return tuple(tuple(parts) for parts in found)


def word_positions(syllabics: list[str]) -> list[WordPosition]:
    """Consistent positions from a file's own marks, which often lack a begin or an end."""
    groups: list[int] = []
    open_word = False
    for mark in syllabics:
        if mark in ("middle", "end") and open_word:
            groups[-1] += 1
        else:
            groups.append(1)
        open_word = mark in ("begin", "middle")
    positions: list[WordPosition] = []
    for size in groups:
        if size == 1:
            positions.append("single")
        else:
            positions.append("begin")
            positions.extend(["middle"] * (size - 2))  # type: ignore[list-item]
            positions.append("end")
    return positions


def in_seconds(sheet: Sheet) -> ImportedScore:
    """The sheet's line in seconds, grace notes written out. Bars are counted in the first time signature."""
    sheet = without_graces(sheet)
    if not sheet.notes:
        raise ScoreError("the score has no notes")
    line = TempoLine(list(sheet.tempos))
    signature = sheet.signature
    warnings = list(sheet.warnings)
    if len({made for _, made in sheet.signatures}) > 1:
        warnings.append("the time signature changes; bars are counted in the first one")
    return ImportedScore(
        notes=tuple(_note_in_seconds(note, line) for note in sheet.notes),
        tempo_map=tempo_map(
            line, end=sheet.end, meter=Meter.of(signature.count, signature.unit), first_bar=sheet.pickup
        ),
        key=sheet.keys[0][1] if sheet.keys else None,
        chords=_chord_spans(sheet, line),
        sections=_section_spans(sheet, line),
        language=sheet.language,
        title=sheet.title,
        warnings=tuple(warnings),
    )


def _note_in_seconds(note: SheetNote, line: TempoLine) -> ImportedNote:
    times = line.time_at(note.start), line.time_at(note.end)
    expression = replace(note.expression, breath=True) if note.breath else note.expression
    return ImportedNote(*times, note.pitch_midi, note.text, note.position, note.continues, expression)


def _chord_spans(sheet: Sheet, line: TempoLine) -> tuple[ChordSpan, ...]:
    """Chords in time; each lasts until the next, the last to the end."""
    starts: dict[Fraction, tuple[int | None, str]] = {
        chord.start: (chord.root, chord.quality) for chord in sheet.chords if 0 <= chord.start < sheet.end
    }
    times = [*starts, sheet.end]
    return tuple(ChordSpan(line.time_at(at), line.time_at(until), *starts[at]) for at, until in pairwise(times))


def _section_spans(sheet: Sheet, line: TempoLine) -> tuple[SectionSpan, ...]:
    """Rehearsal marks in time, each until the next."""
    labels = {at: label for at, label in sheet.marks if at < sheet.end}
    times = [*labels, sheet.end]
    return tuple(SectionSpan(line.time_at(at), line.time_at(until), labels[at]) for at, until in pairwise(times))
