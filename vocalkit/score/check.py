"""What a singer would stumble over in a score: each finding with its time, its bar and what to do.

The limits are rules of thumb for amateurs, said here so that they can be disagreed with.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from vocalkit.score.lines import sung_lines
from vocalkit.score.sheet import Sheet, SheetNote, without_graces
from vocalkit.score.timeline import TempoLine
from vocalkit.types import PITCH_NAMES

WIDEST_LEAP = 12
"""Semitones between notes without a breath between them."""
BREATH_S, LONGEST_BREATH_S = 0.15, 12.0
"""A rest that lets one breathe; how long one sings without."""
SHORTEST_SYLLABLE_S, FASTEST_PER_S = 0.08, 8.0
SLOWEST_BPM, FASTEST_BPM, TEMPO_JUMP = 30.0, 260.0, 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. kind: overlap, words, leap, range, breath, short, crowded or tempo. bar: from 1."""

    kind: str
    time_s: float
    bar: int
    text: str


def check_sheet(sheet: Sheet, *, low_midi: float | None = None, high_midi: float | None = None) -> tuple[Finding, ...]:
    """Everything found, in the order of time. low_midi, high_midi: the range of the voice that shall sing."""
    sheet = without_graces(sheet)
    checker = _Checker(sheet)
    found = [
        *checker.overlaps(),
        *checker.words(),
        *checker.leaps(),
        *checker.breaths(),
        *checker.lengths(),
        *checker.tempos(),
    ]
    if low_midi is not None and high_midi is not None:
        found += checker.range(low_midi, high_midi)
    return tuple(sorted(found, key=lambda finding: finding.time_s))


class _Checker:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._line = TempoLine(list(sheet.tempos))
        self._spans = [(self._line.time_at(n.start), self._line.time_at(n.end)) for n in sheet.notes]

    def _at(self, kind: str, index: int, text: str) -> Finding:
        note = self._sheet.notes[index]
        return Finding(kind, self._spans[index][0], bisect_right(self._sheet.bars, note.start), text)

    def overlaps(self) -> Iterator[Finding]:
        """Notes that the file has at the same time."""
        for at in self._sheet.overlaps:
            bar = bisect_right(self._sheet.bars, at)
            yield Finding("overlap", self._line.time_at(at), bar, "notes overlap here; one is cut or left out")

    def words(self) -> Iterator[Finding]:
        """Notes that nothing is sung on."""
        notes = self._sheet.notes
        if not self._sheet.syllables:
            yield self._at("words", 0, "the score has no words; give lyrics to lay under its notes")
            return
        silent = [index for index, note in enumerate(notes) if note.text is None and not note.continues]
        if silent:
            yield self._at("words", silent[0], f"{len(silent)} notes have no words and will not be sung")

    def leaps(self) -> Iterator[Finding]:
        """Leaps that few sing without a breath."""
        for index, (a, b) in enumerate(pairwise(self._sheet.notes)):
            size = abs(b.pitch_midi - a.pitch_midi)
            if size > WIDEST_LEAP and self._spans[index + 1][0] - self._spans[index][1] < BREATH_S:
                text = f"a leap of {size:g} semitones, {_name(a)} to {_name(b)}; more than an octave is hard to sing"
                yield self._at("leap", index + 1, text)

    def range(self, low_midi: float, high_midi: float) -> Iterator[Finding]:
        """Notes beyond the voice, told once below and once above."""
        pitches_of = [note.pitch_midi for note in self._sheet.notes]
        below = [index for index, pitch in enumerate(pitches_of) if pitch < low_midi]
        above = [index for index, pitch in enumerate(pitches_of) if pitch > high_midi]
        for found, side in ((below, "below"), (above, "above")):
            if found:
                pitches = sorted(self._sheet.notes[index].pitch_midi for index in found)
                edge = _pitch_name(pitches[0] if side == "below" else pitches[-1])
                text = f"{len(found)} notes lie {side} the voice, as far as {edge}; transpose the score"
                yield self._at("range", found[0], text)

    def breaths(self) -> Iterator[Finding]:
        """Stretches without a rest or a breath mark that are longer than a breath."""
        begins = 0
        for index in range(len(self._sheet.notes)):
            last = index + 1 == len(self._sheet.notes)
            rests = last or self._spans[index + 1][0] - self._spans[index][1] >= BREATH_S
            if rests or self._sheet.notes[index].breath:
                length_s = self._spans[index][1] - self._spans[begins][0]
                if length_s > LONGEST_BREATH_S:
                    yield self._at("breath", begins, f"{length_s:.0f} s without a rest; put one in, or a breath mark")
                begins = index + 1

    def lengths(self) -> Iterator[Finding]:
        """Syllables that are too short, or come too fast, to be understood."""
        for index, note in enumerate(self._sheet.notes):
            length_s = self._spans[index][1] - self._spans[index][0]
            if note.text is not None and length_s < SHORTEST_SYLLABLE_S:
                yield self._at("short", index, f"{note.text!r} lasts {length_s * 1000:.0f} ms; it will not be heard")
        places = {id(note): index for index, note in enumerate(self._sheet.notes)}
        for line in sung_lines(self._sheet):
            first, last = places[id(line[0])], places[id(line[-1])]
            length_s = self._spans[last][1] - self._spans[first][0]
            count = sum(note.text is not None for note in line)
            if count >= FASTEST_PER_S and count / length_s > FASTEST_PER_S:
                yield self._at("crowded", first, f"{count} syllables in {length_s:.1f} s; few can say them so fast")

    def tempos(self) -> Iterator[Finding]:
        """Tempos beyond reason, and sudden jumps between them."""
        before: float | None = None
        for at, bpm in self._sheet.tempos:
            bar = bisect_right(self._sheet.bars, at)
            time_s = self._line.time_at(at)
            if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
                yield Finding("tempo", time_s, bar, f"{bpm:g} quarters a minute; is the tempo right?")
            elif before is not None and not 1 / TEMPO_JUMP <= bpm / before <= TEMPO_JUMP:
                yield Finding("tempo", time_s, bar, f"from {before:g} to {bpm:g} quarters a minute at once")
            before = bpm


def _name(note: SheetNote) -> str:
    return _pitch_name(note.pitch_midi)


def _pitch_name(pitch_midi: float) -> str:
    midi = round(pitch_midi)
    return f"{PITCH_NAMES[midi % 12]}{midi // 12 - 1}"
