"""A score → format → MusicXML: which notes and syllables come back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction

from vocalkit.score import Sheet, parse_score
from vocalkit.score.sheet import without_graces
from vocalkit.score.timeline import TempoLine
from vocalkit.score.write import write_score

FORMATS = (".musicxml", ".mid", ".ustx", ".ust", ".ds", ".txt")
IN_BEATS = (".musicxml", ".mid", ".ustx")
"""Formats that keep beats: there positions are compared in quarters too."""
TICK = Fraction(1, 480)
ULTRASTAR_TICK_S = 0.004


@dataclass
class TripFigures:
    """Counts of one format over many files. whole: files from which everything comes back."""

    files: int = 0
    whole: int = 0
    notes: int = 0
    kept: int = 0
    beats: int = 0
    syllables: int = 0
    syllables_kept: int = 0
    faults: Counter[str] = field(default_factory=Counter)


def travel(sheet: Sheet, name: str, figures: dict[str, TripFigures]) -> None:
    """Take one score through every format."""
    original = _spoken(without_graces(sheet))
    for suffix in FORMATS:
        there = parse_score(write_score(original, suffix).data, suffix)
        back = parse_score(write_score(_spoken(there), ".musicxml").data, ".musicxml")
        _compare(original, back, suffix, figures[suffix], name)


def _spoken(sheet: Sheet) -> Sheet:
    """With letters for phonemes: what .ds has to have, and no round trip looks at."""
    return replace(
        sheet, notes=tuple(replace(note, phonemes=tuple(filter(str.isalnum, note.text or ""))) for note in sheet.notes)
    )


def _compare(one: Sheet, other: Sheet, suffix: str, figures: TripFigures, name: str) -> None:
    first, second = TempoLine(list(one.tempos)), TempoLine(list(other.tempos))
    figures.files += 1
    figures.notes += len(one.notes)
    figures.syllables += len(one.syllables)
    kept = beats = words = 0
    for a, b in zip(one.notes, other.notes, strict=False):
        tick_s = float(TICK) * 60.0 / first.bpm_between(a.start, a.end)
        if suffix == ".txt":
            tick_s = ULTRASTAR_TICK_S
        moved = abs(first.time_at(a.start) - second.time_at(b.start)), _length_s(first, a) - _length_s(second, b)
        kept += round(a.pitch_midi) == round(b.pitch_midi) and moved[0] <= tick_s and abs(moved[1]) <= tick_s
        beats += abs(a.start - b.start) <= TICK and abs(a.end - a.start - (b.end - b.start)) <= TICK
        words += a.text is not None and (a.text, a.position) == (b.text, b.position)
    figures.kept += kept
    figures.beats += beats
    figures.syllables_kept += words
    complete = kept == len(one.notes) == len(other.notes) and words == len(one.syllables) == len(other.syllables)
    figures.whole += complete
    if not complete:
        figures.faults[f"{name} notes -{len(one.notes) - kept} words -{len(one.syllables) - words}"] += 1


def _length_s(line: TempoLine, note: object) -> float:
    return line.time_at(note.end) - line.time_at(note.start)  # type: ignore[attr-defined]
