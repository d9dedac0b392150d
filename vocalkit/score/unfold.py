"""A part as it is played: every bar copied to where the order of play brings it, with the marks in force there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from vocalkit.errors import ScoreError
from vocalkit.score.written import WrittenNote, WrittenPart

MAX_PLAYED_NOTES = 500_000
T = TypeVar("T")


class Playing:
    """Maps written positions to played ones. order: indices of the bars as they are played."""

    def __init__(self, starts: Sequence[Fraction], order: Sequence[int]) -> None:
        """starts: where every written bar begins, and the end."""
        self._starts = starts
        self._order = order
        bars = [Fraction(0)]
        for bar in order:
            bars.append(bars[-1] + starts[bar + 1] - starts[bar])
        self.bars, self.end = tuple(bars[:-1]), bars[-1]

    def part(self, part: WrittenPart) -> WrittenPart:
        """The part as played, its notes knowing which visit to their bar they belong to."""
        chords = self._marks([(chord.start, chord) for chord in part.chords])
        return WrittenPart(
            notes=self._notes(part.notes),
            tempos=self._marks(part.tempos),
            chords=[replace(chord, start=at) for at, chord in chords],
            rehearsals=self._marks(part.rehearsals, lasting=False),
            signatures=self._marks(part.signatures),
            keys=self._marks(part.keys),
            lost=dict(part.lost),
        )

    def _notes(self, notes: list[WrittenNote]) -> list[WrittenNote]:
        by_bar: dict[int, list[WrittenNote]] = {}
        for note in notes:
            by_bar.setdefault(note.bar, []).append(note)
        if sum(len(by_bar.get(bar, ())) for bar in self._order) > MAX_PLAYED_NOTES:
            raise ScoreError(f"the repeats play over {MAX_PLAYED_NOTES:,} notes; check their counts")
        visits: dict[int, int] = {}
        played = []
        for bar, begin in zip(self._order, self.bars, strict=True):
            shift = begin - self._starts[bar]
            visit = visits.get(bar, 0)
            visits[bar] = visit + 1
            for note in by_bar.get(bar, ()):
                played.append(replace(note, start=note.start + shift, end=note.end + shift, visit=visit))
        return played

    def _marks(self, marks: list[tuple[Fraction, T]], *, lasting: bool = True) -> list[tuple[Fraction, T]]:
        """Marks of every stretch of bars in a row; a lasting mark from before the stretch holds at its start."""
        ordered = sorted(marks, key=lambda mark: mark[0])
        positions = [at for at, _ in ordered]
        played: list[tuple[Fraction, T]] = []
        for first, last, begin in self._stretches():
            low, high = self._starts[first], self._starts[last + 1]
            index = bisect_right(positions, low)
            if index and (lasting or positions[index - 1] == low):
                played.append((begin, ordered[index - 1][1]))
            while index < len(ordered) and (positions[index] < high or last + 2 == len(self._starts)):
                played.append((begin + positions[index] - low, ordered[index][1]))
                index += 1
        return played

    def _stretches(self) -> list[tuple[int, int, Fraction]]:
        """(first bar, last bar, played start) of every run of bars that are written one after the other."""
        runs: list[tuple[int, int, Fraction]] = []
        for bar, begin in zip(self._order, self.bars, strict=True):
            if runs and runs[-1][1] + 1 == bar:
                runs[-1] = (runs[-1][0], bar, runs[-1][2])
            else:
                runs.append((bar, bar, begin))
        return runs
