"""Where lines go on bars: how many bars each line takes, and at which bar each section starts."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import LyricsError
from vocalkit.melody.grid import Grid
from vocalkit.melody.settings import ComposeSettings
from vocalkit.types import Backing, Lyrics

BREATH_S = 0.25
COMFORTABLE_SYLLABLES_PER_S = 4.5
LONGEST_BREAK_S = 16.0
USUAL_INTRO_S = 8.0
LIFTED_KINDS = ("chorus", "refrain", "hook", "drop")


@dataclass(frozen=True, slots=True)
class LineSpan:
    """The bars of one line: `bars` whole bars from `first_bar`."""

    section: int
    line: int
    first_bar: int
    bars: int


def lay_out(
    backing: Backing, lyrics: Lyrics, grid: Grid, *, start_s: float | None, settings: ComposeSettings
) -> tuple[LineSpan, ...]:
    """Bars for every line, in order, none overlapping; LyricsError with a count where they do not fit."""
    counts = [[len(line.syllables) for line in section.lines] for section in lyrics.sections]
    bar_count = count_bars(grid, backing.duration_s)
    earliest = grid.bar_from(start_s) if start_s is not None else 1
    preferred = earliest if start_s is not None else intro_bars(backing, grid)
    for start, pace in itertools.product((preferred, earliest), (1.0, 1.3, 1.7)):
        bars = [
            section_bars(section, grid, settings.of(words.kind).syllables_per_s * pace)
            for section, words in zip(counts, lyrics.sections, strict=True)
        ]
        if None not in bars and start + sum(sum(b) for b in bars if b) <= bar_count:
            fitting = [b for b in bars if b]
            labels = tuple(section.kind for section in lyrics.sections)
            track = Track(backing, grid, bar_count, fixed=start_s is not None)
            return _spans(fitting, place_sections([sum(b) for b in fitting], labels, track, start))
    return _tightest(counts, grid, earliest, bar_count)


def count_bars(grid: Grid, duration_s: float) -> int:
    """Whole bars from the first downbeat to the end of the track."""
    bars = max(0, grid.bar_at(duration_s) + 1)
    while bars > 0 and grid.bar_time(bars) > duration_s + 1e-6:
        bars -= 1
    return bars


def capacity(grid: Grid, bar: int, bars: int) -> int:
    """Syllables that can be sung in `bars` bars from `bar`, a breath at their end."""
    end = (bar + bars) * grid.slots_per_bar
    free = bars * grid.slots_per_bar - grid.rest_slots(end, BREATH_S)
    return max(0, free // grid.shortest_slots)


def section_bars(counts: list[int], grid: Grid, pace: float) -> list[int] | None:
    """Bars for each line of a section: one power of two for all, twice that for crowded lines."""
    sizes = [2**power for power in range(8)]
    breath_s = 2.0 * BREATH_S

    def rate(count: int, bars: int) -> float:
        return count / max(bars * grid.bar_s - breath_s, 1e-3)

    def fits(count: int, bars: int) -> bool:
        # A pickup of the next line may take half a felt pulse, and a breath must stay.
        free = (
            bars * grid.slots_per_bar
            - math.ceil(breath_s / grid.slot_s)
            - max(grid.shortest_slots, grid.tactus_slots // 2)
        )
        return rate(count, bars) <= COMFORTABLE_SYLLABLES_PER_S and count * grid.shortest_slots <= free

    def misfit(bars: int) -> float:
        crowded = [4.0 for count in counts if not fits(count, bars)]
        return sum(abs(math.log2(rate(count, bars) / pace)) for count in counts) + sum(crowded)

    base = min(sizes, key=misfit)
    chosen = [next((size for size in sizes if size >= base and fits(count, size)), None) for count in counts]
    return [size for size in chosen if size is not None] if None not in chosen else None


def _tightest(counts: list[list[int]], grid: Grid, earliest: int, bar_count: int) -> tuple[LineSpan, ...]:
    """Every line in the fewest bars it can be sung in; the last resort before refusing."""
    spans: list[LineSpan] = []
    bar, fitted, full = earliest, 0, False
    for section, line, count in ((s, i, n) for s, lines in enumerate(counts) for i, n in enumerate(lines)):
        bars = next((b for b in range(1, bar_count - bar + 1) if capacity(grid, bar, b) >= count), None)
        if bars is None:
            fitted += max(0, capacity(grid, bar, bar_count - bar)) if bar < bar_count else 0
            full = True
            break
        spans.append(LineSpan(section, line, bar, bars))
        bar, fitted = bar + bars, fitted + count
    if full:
        total = sum(sum(section) for section in counts)
        raise LyricsError(
            f"the lyrics have {total} syllables and about {fitted} fit in this track from bar {earliest + 1}; "
            "shorten them, start earlier or take a longer track"
        )
    return tuple(spans)


def intro_bars(backing: Backing, grid: Grid) -> int:
    """The bar where the track is in full swing: the voice comes in there, 1 bar in at the least."""
    usual = min((1, 2, 4, 8, 16, 32), key=lambda bars: abs(math.log(bars * grid.bar_s / USUAL_INTRO_S)))
    latest = max(1, grid.bar_at(min(backing.duration_s / 3.0, 40.0)))
    loudest = max((section.energy for section in backing.sections), default=0.5)
    starts = [
        grid.bar_at(section.start_s)
        for section in backing.sections
        if section.energy >= 0.5 * loudest and section.label.lower() not in ("intro", "silence")
    ]
    start = next((bar for bar in starts if bar >= 1), usual) if not starts or starts[0] < 1 else starts[0]
    if starts and starts[0] < 1:
        start = min(usual, start)
    sounding = next((grid.bar_from(c.start_s) for c in backing.chords if c.root is not None), 0)
    return max(1, min(max(start, sounding), latest))


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What placement needs to know of the backing, in bars. fixed: the first bar was asked for."""

    backing: Backing
    grid: Grid
    bar_count: int
    fixed: bool

    def boundaries(self) -> frozenset[int]:
        return frozenset(self.grid.bar_at(section.start_s) for section in self.backing.sections)

    def energies(self) -> NDArray[np.float64]:
        """float64 (bar_count,), energy of the section each bar lies in, 0.5 where unknown."""
        energies = np.full(self.bar_count, 0.5)
        for section in self.backing.sections:
            low, high = (int(np.clip(self.grid.bar_at(t), 0, self.bar_count)) for t in (section.start_s, section.end_s))
            energies[low:high] = section.energy
        return energies


def place_sections(lengths: list[int], kinds: tuple[str, ...], track: Track, start: int) -> list[int]:
    """First bar of each section by dynamic programming over bars.

    Costs: bars off the four-bar grid, away from the backing's boundaries, a break that is not the
    fair share of the spare bars, a chorus over a quiet part.
    """
    bars = track.bar_count
    spare = bars - start - sum(lengths)
    longest = max(1.0, LONGEST_BREAK_S / track.grid.bar_s)
    ideal_break = min(longest, spare / len(lengths))
    breaks = np.abs(np.arange(bars + 1) - ideal_break) * 0.3 * min(1.0, 4.0 / longest)
    places = _place_costs(lengths, kinds, track)
    first = np.full(bars + 1, np.inf)
    reach = np.arange(bars + 1)
    # An earlier start than the full swing is worse than a later one is only a little.
    entry = np.where(reach < start, 1.0 * (start - reach), 0.6 * (reach - start))
    first[start if track.fixed else 1 :] = entry[start if track.fixed else 1 :]
    if track.fixed:
        first[start + 1 :] = np.inf
    costs, origins = [first + places[0]], []
    for index in range(1, len(lengths)):
        ready = np.full(bars + 1, np.inf)
        ready[lengths[index - 1] :] = costs[-1][: bars + 1 - lengths[index - 1]]
        options = np.full((bars + 1, bars + 1), np.inf)
        for gap in range(bars + 1):
            options[gap, gap:] = ready[: bars + 1 - gap] + breaks[gap]
        best = options.argmin(axis=0)
        origins.append(best)
        costs.append(options[best, reach] + places[index])
    costs[-1] = costs[-1] + 0.1 * np.maximum(0.0, bars - lengths[-1] - reach - ideal_break)
    place = int(costs[-1].argmin())
    result = [place]
    for index in range(len(lengths) - 1, 0, -1):
        place = place - int(origins[index - 1][place]) - lengths[index - 1]
        result.append(place)
    return result[::-1]


def _place_costs(lengths: list[int], kinds: tuple[str, ...], track: Track) -> list[NDArray[np.float64]]:
    """For each section float64 (bar_count + 1,): how well it would start at each bar, inf past the end."""
    bars, boundaries, energies = track.bar_count, track.boundaries(), track.energies()
    inner = [bar % 4 for bar in boundaries if 0 < bar < bars]
    origin = Counter(inner).most_common(1)[0][0] if inner else 0
    offset = (np.arange(bars + 1) - origin) % 4
    aligned = np.where(offset == 0, 0.0, np.where(offset == 2, 2.0, 3.0))
    near = np.array([0.0 if bar in boundaries else 1.0 for bar in range(bars + 1)])
    running = np.concatenate([[0.0], np.cumsum(energies)])
    costs = []
    for length, kind in zip(lengths, kinds, strict=True):
        cost = aligned + (near if boundaries else 0.0)
        mean = np.full(bars + 1, 0.5)
        mean[: bars + 1 - length] = (running[length:] - running[: bars + 1 - length]) / length
        cost = cost - (2.0 if kind in LIFTED_KINDS else 0.3) * mean
        cost[bars + 1 - length :] = np.inf
        costs.append(cost)
    return costs


def _spans(bars: list[list[int]], starts: list[int]) -> tuple[LineSpan, ...]:
    spans = []
    for section, (line_bars, start) in enumerate(zip(bars, starts, strict=True)):
        offsets = itertools.accumulate(line_bars, initial=start)
        spans += [
            LineSpan(section, line, bar, count)
            for line, (count, bar) in enumerate(zip(line_bars, offsets, strict=False))
        ]
    return tuple(spans)
