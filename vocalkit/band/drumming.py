"""The drummer: the style's beat, a fill into each new section, a crash on its first beat."""

from __future__ import annotations

import numpy as np

from vocalkit.band.chart import Chart, ChartSection
from vocalkit.band.events import Hit
from vocalkit.band.styles import Style, groove_of, level_of

_STEP_BEATS = 0.25
_TIMED = ("hat", "shaker", "ride")
_FILL_BARS = 4
"""Sections shorter than this run on without a fill."""


def drum_part(chart: Chart, style: Style, *, rng: np.random.Generator) -> tuple[Hit, ...]:
    """Every drum stroke, sorted by time."""
    hits: list[Hit] = []
    after = _following(chart)
    for index, (section, number, first) in enumerate(chart.placed_bars()):
        if first + chart.beats_per_bar >= chart.beat_count:
            hits += _ending(chart, section, first)
            continue
        fill_beats = _fill_beats(section, number, after[index])
        hits += _bar(chart, style, section, first, until=chart.beats_per_bar - fill_beats)
        if fill_beats:
            hits += _fill(chart, style, section, first + chart.beats_per_bar - fill_beats, fill_beats)
        opens_loud = number == 0 and index > 0 and level_of(section.energy) == 2
        if opens_loud:
            hits.append(Hit(chart.time_at(first), "crash", 0.75))
    played = [_played(hit, style, rng) for hit in hits]
    return tuple(sorted(played, key=lambda hit: (hit.start_s, hit.piece)))


def _following(chart: Chart) -> list[ChartSection | None]:
    """For each bar the section of the next bar, None after the last."""
    sections = [section for section, _, _ in chart.placed_bars()]
    return [*sections[1:], None]


def _fill_beats(section: ChartSection, number: int, after: ChartSection | None) -> int:
    """How many beats of a fill end this bar: none inside a section, more before a louder one."""
    last = number == len(section.bars) - 1
    if not last or after is None or len(section.bars) < _FILL_BARS:
        return 0
    return 2 if level_of(after.energy) == 2 and level_of(section.energy) > 0 else 1


def _velocity(digit: int, energy: float) -> float:
    return digit / 9.0 * (0.7 + 0.3 * energy)


def _bar(chart: Chart, style: Style, section: ChartSection, first: float, *, until: float) -> list[Hit]:
    hits = []
    for piece, pattern in groove_of(style, section.energy, chart.beats_per_bar).drums.items():
        for step, symbol in enumerate(pattern):
            if symbol == "." or (step * _STEP_BEATS >= until and piece not in ("kick", *_TIMED)):
                continue
            sounding = style.snare if piece == "snare" else piece
            velocity = _velocity(int(symbol), section.energy)
            hits.append(Hit(chart.time_at(first + step * _STEP_BEATS), sounding, velocity))
    return hits


def _fill(chart: Chart, style: Style, section: ChartSection, start: float, beats: int) -> list[Hit]:
    """A run down the kit that grows louder; eighths where the section is light, else sixteenths."""
    quiet = level_of(section.energy) == 0
    step = 0.5 if quiet else 0.25
    count = round(beats / step)
    pieces = style.fill[:1] if quiet else style.fill
    hits = []
    for i in range(count):
        if not quiet and beats == 2 and i in (1, 5):  # breathing space keeps a fill from being a machine gun
            continue
        piece = pieces[min(i * len(pieces) // count, len(pieces) - 1)]
        velocity = (0.3 if quiet else 0.45) + 0.3 * i / count
        hits.append(Hit(chart.time_at(start + i * step), piece, velocity * (0.7 + 0.3 * section.energy)))
    return hits


def _ending(chart: Chart, section: ChartSection, first: float) -> list[Hit]:
    """The last bar: one stroke together with the band, softer in a light section."""
    level = level_of(section.energy)
    start_s = chart.time_at(first)
    ending = [Hit(start_s, "kick", 0.6 + 0.1 * level)]
    ending.append(Hit(start_s, "crash", 0.55) if level == 2 else Hit(start_s, "ride", 0.4))
    return ending


def _played(hit: Hit, style: Style, rng: np.random.Generator) -> Hit:
    """A hand's deviation: the kick is steadier, the backbeat sits a shade late."""
    looseness_s = style.looseness_s * (0.5 if hit.piece == "kick" else 0.8)
    late_s = 0.003 if hit.piece in ("snare", "brush", "rim") else 0.0
    timing_s = late_s + float(np.clip(rng.normal(0.0, looseness_s), -0.012, 0.012))
    velocity = float(np.clip(hit.velocity * (1.0 + rng.normal(0.0, 0.06)), 0.04, 1.0))
    return Hit(hit.start_s + timing_s, hit.piece, velocity)
