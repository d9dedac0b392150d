"""Lines whose times are given: phrases on the grid that a tune can be written for, with the notes' exact seconds.

The grid only says how strong a note's place is and which chord it meets; what is sung keeps the given times.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from vocalkit.errors import LyricsError
from vocalkit.melody.grid import Grid
from vocalkit.melody.rhythm import LONGEST_NOTE_S
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.tunes import Plan, Step, Steps, make_plans
from vocalkit.melody.windows import Phrase, Window
from vocalkit.types import Line, Lyrics, SyllableSpan

SHORTEST_NOTE_S = 0.03
SNAP_SHARE = 0.45
"""A time that is only spread between given ones may move to a slot, this share of the way to its neighbours."""
Times = list[tuple[float, float]]


def lay_timed(
    lyrics: Lyrics,
    spans: tuple[tuple[SyllableSpan, ...], ...],
    grid: Grid,
    duration_s: float,
    settings: ComposeSettings,
    rng: np.random.Generator,
) -> tuple[list[Plan], list[Steps], list[Times]]:
    """Plans, steps and times of every line. Lines with equal words share one melody."""
    _check(lyrics, spans, duration_s)
    phrases, steps, times = [], [], []
    ends_s = [line[0].start_s for line in spans[1:]] + [duration_s]
    lines = [(number, i, line) for number, part in enumerate(lyrics.sections) for i, line in enumerate(part.lines)]
    for (section, index, words), sung, until_s in zip(lines, spans, ends_s, strict=True):
        found = _line_times(sung, until_s, grid)
        taken = _steps(found, grid)
        bar = taken[0].start // grid.slots_per_bar
        at = bar * grid.slots_per_bar
        bars = -(-taken[-1].end // grid.slots_per_bar) - bar
        ends_stanza = index == len(lyrics.sections[section].lines) - 1 or words.ends_stanza
        phrases.append(Phrase(section, index, words, at, bars, ends_stanza))
        steps.append(tuple(Step(step.start - at, step.end - at, step.syllable) for step in taken))
        times.append(found)
    windows = tuple(Window(0, taken[-1].end) for taken in steps)
    plans = make_plans(tuple(phrases), windows, [section.kind for section in lyrics.sections], settings, rng)
    return [replace(plan, tune=("words", _words(plan.phrase.words))) for plan in plans], steps, times


def _words(line: Line) -> str:
    """What makes two lines the same to sing."""
    return " ".join(syllable.text.casefold().strip(".,;:!?\"'") for syllable in line.syllables)


def _check(lyrics: Lyrics, spans: tuple[tuple[SyllableSpan, ...], ...], duration_s: float) -> None:
    counts = [len(line.syllables) for section in lyrics.sections for line in section.lines]
    if not counts or min(counts) == 0:
        raise LyricsError("the lyrics have no syllables to sing; write at least one line of words")
    if counts != [len(line) for line in spans]:
        raise LyricsError(f"the lyrics have {sum(counts)} syllables and times for {sum(map(len, spans))}")
    starts = [span.start_s for line in spans for span in line]
    late = next((b for a, b in itertools.pairwise(starts) if b - a < SHORTEST_NOTE_S), None)
    if late is not None:
        raise LyricsError(f"the words at {late:.2f} s come on top of those before; give each its own time")
    if starts[-1] > duration_s - SHORTEST_NOTE_S:
        raise LyricsError(
            f"the timed words go on to {starts[-1]:.1f} s and the instrumental ends at {duration_s:.1f} s; "
            "check that they belong together"
        )


def _line_times(line: tuple[SyllableSpan, ...], until_s: float, grid: Grid) -> Times:
    """Seconds of every syllable; what was only spread moves to a slot that is near."""
    starts = [span.start_s for span in line]
    for i, span in enumerate(line):
        if span.given or i == 0:
            continue
        after_s = starts[i + 1] if i + 1 < len(starts) else span.end_s
        slot_s = _nearest_slot_s(span.start_s, grid)
        low = span.start_s - SNAP_SHARE * (span.start_s - starts[i - 1])
        if low <= slot_s <= span.start_s + SNAP_SHARE * (after_s - span.start_s):
            starts[i] = slot_s
    last_s = min(line[-1].end_s, starts[-1] + LONGEST_NOTE_S, until_s)
    ends = [*starts[1:], max(last_s, starts[-1] + SHORTEST_NOTE_S)]
    return list(zip(starts, ends, strict=True))


def _nearest_slot_s(time_s: float, grid: Grid) -> float:
    return grid.time_at(_slot(time_s, grid))


def _slot(time_s: float, grid: Grid) -> int:
    tempo = grid.tempo_map
    return round((tempo.beat_at(time_s) - tempo.first_downbeat) * grid.slots_per_beat)


def _steps(times: Times, grid: Grid) -> list[Step]:
    """The nearest slots, each syllable at least one long."""
    steps: list[Step] = []
    for index, (start_s, _) in enumerate(times):
        start = _slot(start_s, grid)
        if steps:
            start = max(start, steps[-1].start + 1)
            steps[-1] = replace(steps[-1], end=start)
        steps.append(Step(start, start + 1, index))
    steps[-1] = replace(steps[-1], end=max(steps[-1].start + 1, _slot(times[-1][1], grid)))
    return steps
