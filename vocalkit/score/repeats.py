"""The order in which bars are played: repeats, numbered endings, D.C., D.S., Fine and coda.

Where notation leaves it open we play as performers do: after a D.C. or D.S. repeats are not taken again, and of
numbered endings the last is played, unless an earlier one holds the Fine or the jump to the coda.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vocalkit.errors import ScoreError

MAX_PLAYED_BARS = 20_000


@dataclass
class BarMarks:
    """What one bar says about the way on. backward: how often the section is played in all, 0 for no repeat sign.

    endings: the passes that this bar's bracket is for, None outside brackets; opens: the bracket begins here.
    """

    forward: bool = False
    backward: int = 0
    endings: frozenset[int] | None = None
    opens: bool = False
    segno: bool = False
    coda: bool = False
    fine: bool = False
    to_coda: bool = False
    da_capo: bool = False
    dal_segno: bool = False


@dataclass
class _Way:
    """Where the reader is. first: bar that the repeat under way begins with; taken: jumps back made at each bar."""

    first: int = 0
    turn: int = 1
    jumped: bool = False
    taken: dict[int, int] = field(default_factory=dict)


def play_order(bars: Sequence[BarMarks]) -> list[int]:
    """Indices of the bars in the order they are played. ScoreError where repeats never end."""
    order: list[int] = []
    way = _Way()
    at = 0
    while at < len(bars):
        bar = bars[at]
        if bar.forward and not way.jumped and at != way.first:
            way.first, way.turn = at, 1
        if bar.opens and bar.endings is not None and not _plays_ending(bars, at, way):
            at = _after_ending(bars, at)
            if at < len(bars) and bars[at].endings is None:
                way.first, way.turn = at, 1
            continue
        order.append(at)
        if len(order) > MAX_PLAYED_BARS:
            raise ScoreError(f"bar {at + 1}: the repeats play over {MAX_PLAYED_BARS:,} bars; check their counts")
        if way.jumped and bar.fine:
            break
        at = _next(bars, at, way)
    return order


def _next(bars: Sequence[BarMarks], at: int, way: _Way) -> int:
    bar = bars[at]
    if way.jumped:
        return _coda(bars, at) if bar.to_coda else at + 1
    if bar.backward and way.taken.get(at, 0) < _jumps_back(bars, at):
        way.taken[at] = way.taken.get(at, 0) + 1
        way.turn += 1
        return way.first
    ends_section = bar.backward and bar.endings is None and not _opens(bars, at + 1)
    ends_brackets = bar.endings is not None and not _inside_same(bars, at) and not _opens(bars, at + 1)
    if ends_section or ends_brackets:
        way.first, way.turn = at + 1, 1
    if bar.da_capo or (bar.dal_segno and any(mark.segno for mark in bars)):
        way.jumped = True
        return 0 if bar.da_capo else next(index for index, mark in enumerate(bars) if mark.segno)
    return at + 1


def _opens(bars: Sequence[BarMarks], at: int) -> bool:
    return at < len(bars) and bars[at].opens


def _inside_same(bars: Sequence[BarMarks], at: int) -> bool:
    """The next bar is under the same bracket."""
    return at + 1 < len(bars) and bars[at + 1].endings is not None and not bars[at + 1].opens


def _after_ending(bars: Sequence[BarMarks], at: int) -> int:
    at += 1
    while at < len(bars) and bars[at].endings is not None and not bars[at].opens:
        at += 1
    return at


def _group(bars: Sequence[BarMarks], at: int) -> tuple[int, int]:
    """First bar of, and first bar after, the brackets side by side that a bar belongs to."""
    low = at
    while low > 0 and bars[low - 1].endings is not None:
        low -= 1
    high = at
    while high < len(bars) and bars[high].endings is not None:
        high += 1
    return low, high


def _numbers(bars: Sequence[BarMarks], low: int, high: int) -> list[frozenset[int]]:
    return [bars[index].endings or frozenset() for index in range(low, high) if bars[index].opens or index == low]


def _plays_ending(bars: Sequence[BarMarks], at: int, way: _Way) -> bool:
    passes = bars[at].endings or frozenset()
    low, high = _group(bars, at)
    brackets = _numbers(bars, low, high)
    if way.jumped:
        opening = [index for index in range(low, high) if bars[index].opens]
        leaving = [n for n in range(low, high) if bars[n].fine or bars[n].to_coda]
        holds = [index for index in opening if any(index <= n < _after_ending(bars, index) for n in leaving)]
        return at == (holds[0] if holds else opening[-1])
    if way.turn in passes:
        return True
    # A pass that no bracket names goes to the last one, so that nothing after the brackets is cut off from its way in;
    # but not if that sends back: then it is the pass after it.
    named = any(way.turn in numbers for numbers in brackets)
    last = max(index for index in range(low, high) if bars[index].opens)
    return not named and len(brackets) > 1 and at == last and not _leads_past(bars, high - 1, high)


def _jumps_back(bars: Sequence[BarMarks], at: int) -> int:
    """How often the repeat sign at the end of a bar sends back."""
    bar = bars[at]
    if bar.endings is None:
        low, high = _group(bars, at + 1) if _opens(bars, at + 1) else (0, 0)
        named = max((max(numbers, default=0) for numbers in _numbers(bars, low, high)), default=0)
        return max(bar.backward, min(named, 100)) - 1
    low, high = _group(bars, at)
    brackets = _numbers(bars, low, high)
    highest = max((max(numbers, default=0) for numbers in brackets), default=0)
    if len(brackets) == 1:
        return max(len(bar.endings), bar.backward - 1)
    turns = len([turn for turn in bar.endings if turn < highest])
    if bar.backward > 2:
        turns = max(turns, min(len(bar.endings), bar.backward - 1))
    return turns or int(_leads_past(bars, at, high))


def _leads_past(bars: Sequence[BarMarks], at: int, high: int) -> bool:
    """A repeat sign at the end of the last bracket, with music after it: the pass that it leads to has no bracket."""
    return at == high - 1 and bars[at].backward > 0 and high < len(bars)


def _coda(bars: Sequence[BarMarks], at: int) -> int:
    return next((index for index in range(at + 1, len(bars)) if bars[index].coda), at + 1)
