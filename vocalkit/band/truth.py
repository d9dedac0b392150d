"""What a rendered chart holds, known exactly rather than heard."""

from __future__ import annotations

import numpy as np

from vocalkit.band.chart import LEAD_IN_S, Chart, PlacedChord
from vocalkit.types import Backing, ChordSpan, SectionSpan, TempoMap


def chart_backing(chart: Chart) -> Backing:
    """The `Backing` that a perfect analysis of `render_chart(chart)` would return.

    Beats are those of the written bars; neighbouring chords with one root and quality are one span;
    the last chord lasts to the end of its bar. Section energies are the chart's own.
    """
    beats_s = np.asarray(LEAD_IN_S + np.arange(chart.beat_count) * 60.0 / chart.tempo_bpm, np.float64)
    sections = []
    first = 0
    for section in chart.sections:
        beats = len(section.bars) * chart.beats_per_bar
        start_s, end_s = chart.time_at(first), chart.time_at(first + beats)
        sections.append(SectionSpan(start_s, end_s, section.label, section.energy))
        first += beats
    return Backing(
        duration_s=chart.duration_s,
        tempo_map=TempoMap(beats_s, chart.beats_per_bar),
        key=chart.key,
        chords=_spans(chart),
        sections=tuple(sections),
    )


def _spans(chart: Chart) -> tuple[ChordSpan, ...]:
    runs: list[PlacedChord] = []
    for chord in chart.placed_chords():
        if runs and _same(runs[-1], chord):
            runs[-1] = PlacedChord(runs[-1].symbol, runs[-1].start_beat, chord.end_beat)
        else:
            runs.append(chord)
    return tuple(
        ChordSpan(chart.time_at(r.start_beat), chart.time_at(r.end_beat), r.symbol.root, r.symbol.quality) for r in runs
    )


def _same(one: PlacedChord, other: PlacedChord) -> bool:
    return (one.symbol.root, one.symbol.quality) == (other.symbol.root, other.symbol.quality)
