"""A chord chart as a value: what a band reads from, with its own exact clock.

Beat positions are floats in beats from the first bar; `Chart.time_at` turns them into seconds on
the clock of the rendered audio, swing included.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from vocalkit.band.chords import ChordSymbol
from vocalkit.errors import ChartError
from vocalkit.types import Key

StyleName = Literal["pop", "ballad", "folk", "waltz", "lo-fi"]
STYLE_NAMES: tuple[StyleName, ...] = get_args(StyleName)

LEAD_IN_S = 0.25
"""Silence before the first beat, so that a player who is a little early is not cut off."""
RING_S = 2.5
"""How long the last chord rings on after the last bar."""
MAX_DURATION_S = 1800.0
TEMPO_RANGE_BPM = (40.0, 240.0)


@dataclass(frozen=True, slots=True)
class BarChord:
    """A chord inside a bar. start_beat, beats: from the bar's first beat, multiples of 0.5."""

    symbol: ChordSymbol
    start_beat: float
    beats: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its chords in order, covering it without gaps."""

    chords: tuple[BarChord, ...]

    @property
    def beats(self) -> float:
        return sum(chord.beats for chord in self.chords)


@dataclass(frozen=True, slots=True)
class ChartSection:
    """Bars under one heading. energy: 0 (bare) to 1 (everyone plays)."""

    label: str
    bars: tuple[Bar, ...]
    energy: float

    @property
    def kind(self) -> str:
        """The heading without its number, lower case: ``Verse 2`` → ``verse``."""
        return section_kind(self.label)


@dataclass(frozen=True, slots=True)
class PlacedChord:
    """A chord on the chart's clock, in beats from the first bar."""

    symbol: ChordSymbol
    start_beat: float
    end_beat: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole song for the band. tempo_bpm: beats a minute; swing: where the off-beat falls, 0.5 even.

    Raises ChartError where a value is out of range.
    """

    title: str
    tempo_bpm: float
    key: Key
    sections: tuple[ChartSection, ...]
    beats_per_bar: int = 4
    style: StyleName = "pop"
    swing: float = 0.5

    def __post_init__(self) -> None:
        low, high = TEMPO_RANGE_BPM
        if not low <= self.tempo_bpm <= high:
            raise ChartError(f"tempo must be {low:g} to {high:g} BPM, got {self.tempo_bpm:g}")
        if self.beats_per_bar not in (3, 4):
            raise ChartError(f"metre must be 4/4 or 3/4, got {self.beats_per_bar} beats in a bar")
        if self.style not in STYLE_NAMES:
            raise ChartError(f"unknown style {self.style!r}; expected one of: {', '.join(STYLE_NAMES)}")
        if self.style == "waltz" and self.beats_per_bar != 3:
            raise ChartError("style waltz needs 'Metre: 3/4'")
        if not 0.5 <= self.swing <= 0.75:
            raise ChartError(f"swing must be 50% to 75%, got {self.swing:.0%}")
        if not self.sections or not all(section.bars for section in self.sections):
            raise ChartError("a chart needs at least one section, and each section at least one bar")
        for section in self.sections:
            if not 0.0 <= section.energy <= 1.0:
                raise ChartError(f"section {section.label!r}: energy must be 0% to 100%, got {section.energy:.0%}")
            if any(bar.beats != self.beats_per_bar for bar in section.bars):
                raise ChartError(f"section {section.label!r}: every bar must hold {self.beats_per_bar} beats")
        if self.duration_s > MAX_DURATION_S:
            raise ChartError(f"the chart lasts {self.duration_s / 60:.0f} minutes; at most {MAX_DURATION_S / 60:.0f}")

    @property
    def bar_count(self) -> int:
        return sum(len(section.bars) for section in self.sections)

    @property
    def beat_count(self) -> int:
        return self.bar_count * self.beats_per_bar

    @property
    def bars_end_s(self) -> float:
        """Where the last bar ends."""
        return LEAD_IN_S + self.beat_count * 60.0 / self.tempo_bpm

    @property
    def duration_s(self) -> float:
        """Length of the rendered audio: lead-in, bars, and the last chord ringing out."""
        return self.bars_end_s + RING_S

    def time_at(self, beat: float) -> float:
        """Seconds of a beat position; between beats the first half stretches to the swing."""
        whole = math.floor(beat)
        part = beat - whole
        swung = 2.0 * part * self.swing if part <= 0.5 else self.swing + (2.0 * part - 1.0) * (1.0 - self.swing)
        return LEAD_IN_S + (whole + swung) * 60.0 / self.tempo_bpm

    def placed_bars(self) -> Iterator[tuple[ChartSection, int, float]]:
        """Each bar in playing order: its section, its number in the section, its first beat."""
        beat = itertools.count(0, self.beats_per_bar)
        for section in self.sections:
            for number in range(len(section.bars)):
                yield section, number, float(next(beat))

    def placed_chords(self) -> tuple[PlacedChord, ...]:
        """Every chord as written, in order, on the chart's clock."""
        return tuple(
            PlacedChord(chord.symbol, first + chord.start_beat, first + chord.start_beat + chord.beats)
            for section, number, first in self.placed_bars()
            for chord in section.bars[number].chords
        )


def section_kind(label: str) -> str:
    """A heading without its number, lower case."""
    return label.rstrip("0123456789. ").strip().lower()
