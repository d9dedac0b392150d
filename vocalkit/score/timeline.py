"""Notated time ↔ seconds: tempo marks to a `TempoMap` on import, a `TempoMap` to tempo marks on export.

Notated positions are in quarter notes on import and in beats on export; position 0 is 0 s on both.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vocalkit.errors import ScoreError
from vocalkit.types import TempoMap

DEFAULT_BPM = 120.0
MIN_BPM, MAX_BPM = 1.0, 2000.0
_MAX_BEATS = 200_000


class TempoLine:
    """Seconds of a position in quarter notes, from tempo marks. A mark counts until the next."""

    def __init__(self, marks: list[tuple[Fraction, float]]) -> None:
        """marks: (position in quarters, quarter notes per minute), any order; the last of equals counts."""
        last = dict(sorted(marks, key=lambda mark: mark[0]))
        if not last or min(last) > 0:
            last[Fraction(0)] = last[min(last)] if last and min(last) <= 1 else DEFAULT_BPM
        self._positions = sorted(last)
        self._seconds_per_quarter = [60.0 / last[position] for position in self._positions]
        self._times_s = [0.0]
        for before, after, rate in zip(self._positions, self._positions[1:], self._seconds_per_quarter, strict=False):
            self._times_s.append(self._times_s[-1] + float(after - before) * rate)

    def time_at(self, quarter: Fraction) -> float:
        """Seconds of a position in quarters; before 0 the first tempo goes on."""
        at = max(0, bisect.bisect_right(self._positions, quarter) - 1)
        return self._times_s[at] + float(quarter - self._positions[at]) * self._seconds_per_quarter[at]

    def bpm_between(self, start: Fraction, end: Fraction) -> float:
        """The steady tempo that takes as long from one position to another."""
        first = bisect.bisect_right(self._positions, start)
        if first == bisect.bisect_left(self._positions, end):
            return 60.0 / self._seconds_per_quarter[max(0, first - 1)]
        return 60.0 * float(end - start) / (self.time_at(end) - self.time_at(start))

    def position_at(self, time_s: float) -> float:
        """Position in quarters of a time in seconds: the inverse of `time_at`."""
        at = max(0, bisect.bisect_right(self._times_s, time_s) - 1)
        return float(self._positions[at]) + (time_s - self._times_s[at]) / self._seconds_per_quarter[at]


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature as a `TempoMap` counts it: `beats` a bar, each `quarters` long."""

    beats: int
    quarters: Fraction

    @classmethod
    def of(cls, count: int, unit: int) -> Meter:
        """Halves count as two quarter beats; eighths and shorter are beats themselves."""
        if not 1 <= count <= 64 or unit not in (1, 2, 4, 8, 16, 32, 64):
            raise ScoreError(f"time signature {count}/{unit} cannot be read")
        return cls(count * 4 // unit, Fraction(1)) if unit <= 4 else cls(count, Fraction(4, unit))


def tempo_map(line: TempoLine, *, end: Fraction, meter: Meter, first_bar: Fraction) -> TempoMap:
    """The beats of a piece of `end` quarters whose first full bar begins at `first_bar` quarters.

    Where the piece starts between beats, the grid's first beat lies before 0 s.
    """
    lead = math.ceil(first_bar / meter.quarters)
    origin = first_bar - lead * meter.quarters
    count = math.ceil((end - origin) / meter.quarters) + 1
    if count > _MAX_BEATS:
        raise ScoreError(f"the score is {count} beats long; at most {_MAX_BEATS} are read")
    times = [line.time_at(origin + index * meter.quarters) for index in range(max(2, count))]
    return TempoMap(np.array(times), meter.beats, lead % meter.beats)


@dataclass(frozen=True, slots=True)
class BeatGrid:
    """A tempo map whose position 0 is exactly 0 s, as files count. knots_s: seconds of every beat."""

    knots_s: tuple[float, ...]
    pickup_beats: int
    beats_per_bar: int

    @classmethod
    def of(cls, tempo: TempoMap, *, end_s: float) -> BeatGrid:
        """Beats from 0 s to past `end_s`; the time before the first beat becomes whole lead-in beats."""
        beats = [float(beat) for beat in tempo.beats_s if beat > -1e-6]
        dropped = tempo.beats_s.size - len(beats)
        if len(beats) < 2:
            last = float(tempo.beats_s[-1])
            period_s = last - float(tempo.beats_s[-2])
            ahead = math.ceil(max(0.0, -last) / period_s)
            beats, dropped = [last + (ahead + n) * period_s for n in range(2)], tempo.beats_s.size - 1 + ahead
        lead_s = max(0.0, beats[0])
        period_s = beats[1] - beats[0]
        lead = 0 if lead_s < 1e-6 else max(1, round(lead_s / period_s))
        knots = [lead_s * index / lead for index in range(lead)] + [max(beat, 0.0) for beat in beats]
        tail_s = beats[-1] - beats[-2]
        while knots[-1] < end_s:
            knots.append(knots[-1] + tail_s)
        pickup = (tempo.first_downbeat - dropped + lead) % tempo.beats_per_bar
        return cls(tuple(knots), pickup, tempo.beats_per_bar)

    def position_at(self, time_s: float) -> float:
        """Position in beats of a time in seconds."""
        at = min(max(bisect.bisect_right(self.knots_s, time_s) - 1, 0), len(self.knots_s) - 2)
        return at + (time_s - self.knots_s[at]) / (self.knots_s[at + 1] - self.knots_s[at])

    def tempo_marks(self, *, tolerance_s: float, digits: int) -> list[tuple[int, float]]:
        """(beat, seconds per beat) marks that keep every beat within the tolerance, errors not adding up.

        digits: decimals of the seconds per beat that the format keeps.
        """
        knots = self.knots_s
        marks: list[tuple[int, float]] = []
        start, now_s = 0, 0.0
        while start < len(knots) - 1:
            low, high, end = 0.0, math.inf, start
            while end + 1 < len(knots):  # the slopes that meet every beat so far
                span, ahead = end + 1 - start, knots[end + 1] - now_s
                bounds = max(low, (ahead - tolerance_s) / span), min(high, (ahead + tolerance_s) / span)
                if bounds[0] > bounds[1] and end > start:
                    break
                (low, high), end = bounds, end + 1
            rate = (knots[end] - now_s) / (end - start)
            rate = round(min(max(rate, low), high) if low <= high else rate, digits)
            marks.append((start, rate))
            now_s += rate * (end - start)
            start = end
        return marks
