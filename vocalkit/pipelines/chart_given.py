"""A chord chart as knowledge about a recording: what it says replaces what would be heard."""

from __future__ import annotations

from dataclasses import replace

from vocalkit.band import Chart
from vocalkit.types import ChartLayout, Given, Metre


def given_of_chart(chart: Chart, given: Given) -> Given:
    """The chart's chords, sections, metre, key and tempo; what `given` says already comes first."""
    chords = tuple(
        (placed.start_beat, placed.end_beat, placed.symbol.root, placed.symbol.quality)
        for placed in chart.placed_chords()
    )
    sections = []
    first = 0.0
    for section in chart.sections:
        beats = float(len(section.bars) * chart.beats_per_bar)
        sections.append((first, first + beats, section.label))
        first += beats
    return replace(
        given,
        tempo_bpm=given.tempo_bpm or chart.tempo_bpm,
        metre=given.metre or Metre(chart.beats_per_bar, 4),
        key=given.key or chart.key,
        chart=ChartLayout(chords, tuple(sections)),
    )
