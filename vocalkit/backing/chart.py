"""A chord chart laid on the beats that were heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vocalkit.backing.features import GATE_DB, Features
from vocalkit.backing.onsets import ONSET_RATE_HZ
from vocalkit.types import ChartLayout, ChordSpan, Given, SectionSpan, TempoMap

_EARLY_BEATS = 0.5
_MUCH_S = 4.0


@dataclass(frozen=True, slots=True)
class LaidOut:
    """Chords over the whole track, sections where the chart names them, and what had to be assumed."""

    chords: tuple[ChordSpan, ...]
    sections: tuple[SectionSpan, ...] = ()
    assumed: tuple[str, ...] = ()


def lay_out(
    given: Given, tempo_map: TempoMap, features: Features, heard: tuple[ChordSpan, ...], duration_s: float
) -> LaidOut:
    """The chart's chords from the first bar on, heard chords before and after it. Without a chart: what was heard."""
    layout = given.chart
    if layout is None or given.chords is not None:
        return LaidOut(heard)
    origin = _first_bar(given, tempo_map, features)
    start_s = max(0.0, tempo_map.time_at(origin))
    end_s = min(duration_s, tempo_map.time_at(origin + layout.end_beat))
    placed = [span for chord in layout.chords if (span := _chord(chord, origin, tempo_map, duration_s)) is not None]
    before = [piece for span in heard if (piece := _cut(span, 0.0, start_s)) is not None]
    after = [piece for span in heard if (piece := _cut(span, end_s, duration_s)) is not None]
    assumed = [] if given.first_downbeat_s is not None else [f"the chart's first bar is laid at {start_s:.2f} s"]
    if duration_s - end_s > _MUCH_S:
        assumed.append(f"the chart ends at {end_s:.1f} s; chords after it are as heard")
    if tempo_map.time_at(origin + layout.end_beat) > duration_s + _MUCH_S:
        assumed.append("the chart is longer than the track; its end is left out")
    return LaidOut((*before, *placed, *after), _sections(layout, origin, tempo_map, duration_s), tuple(assumed))


def _first_bar(given: Given, tempo_map: TempoMap, features: Features) -> int:
    """Beat where the chart begins: the given downbeat, else the first one where something sounds."""
    if given.first_downbeat_s is not None:
        return round(tempo_map.beat_at(given.first_downbeat_s))
    sounding = np.nonzero(features.level_db > GATE_DB)[0]
    heard_s = float(sounding[0]) / ONSET_RATE_HZ if sounding.size else 0.0
    beat = tempo_map.beat_at(heard_s) - _EARLY_BEATS
    bars = np.ceil((beat - tempo_map.first_downbeat) / tempo_map.beats_per_bar)
    return int(tempo_map.first_downbeat + bars * tempo_map.beats_per_bar)


def _chord(
    chord: tuple[float, float, int | None, str], origin: int, tempo_map: TempoMap, duration_s: float
) -> ChordSpan | None:
    start, end, root, quality = chord
    start_s, end_s = max(0.0, tempo_map.time_at(origin + start)), min(duration_s, tempo_map.time_at(origin + end))
    return ChordSpan(start_s, end_s, root, quality) if end_s > start_s else None


def _cut(span: ChordSpan, low_s: float, high_s: float) -> ChordSpan | None:
    start_s, end_s = max(span.start_s, low_s), min(span.end_s, high_s)
    return ChordSpan(start_s, end_s, span.root, span.quality) if end_s > start_s + 1e-6 else None


def _sections(layout: ChartLayout, origin: int, tempo_map: TempoMap, duration_s: float) -> tuple[SectionSpan, ...]:
    """Sections of the chart inside the track, ``before`` and ``after`` where it does not reach."""
    found: list[SectionSpan] = []
    for start, end, label in layout.sections:
        start_s = max(0.0, tempo_map.time_at(origin + start))
        end_s = min(duration_s, tempo_map.time_at(origin + end))
        if end_s > start_s:
            found.append(SectionSpan(start_s, end_s, label))
    if found and found[0].start_s > 0.5:
        found.insert(0, SectionSpan(0.0, found[0].start_s, "before"))
    if found and duration_s - found[-1].end_s > 0.5:
        found.append(SectionSpan(found[-1].end_s, duration_s, "after"))
    return tuple(found)
