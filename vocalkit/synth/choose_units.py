"""Which phones of the recordings become a voice: pairs round by round, best first, within a budget.

Nothing is learned by gradient here. What is decided is which phones are good enough to be sung and
together say everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from vocalkit.phones import is_vowel
from vocalkit.synth.inventory import MARGIN_FRAMES
from vocalkit.synth.material import Material, quality

LONGEST_VOWELS = 60

Phone = tuple[int, int]
"""Which recording, which of its phones."""


def choose_units(recordings: Sequence[Material], *, budget_frames: int, low_hz: float) -> set[Phone]:
    """The phones to keep: the best vowels of each kind, then pairs of neighbours until the budget is used."""
    pairs: dict[tuple[str, str], list[tuple[float, int, int]]] = defaultdict(list)
    vowels: dict[str, list[tuple[float, int, int]]] = defaultdict(list)
    for u, spoken in enumerate(recordings):
        marks = [quality(spoken, index, low_hz=low_hz) for index in range(len(spoken.symbols))]
        for index, mark in enumerate(marks):
            if mark is None:
                continue
            symbol = spoken.symbols[index]
            if is_vowel(symbol):
                vowels[symbol].append((mark, u, index))
            touching = index + 1 < len(marks) and spoken.spans[index + 1, 0] == spoken.spans[index, 1]
            follower = marks[index + 1] if touching else None
            if follower is not None:
                pairs[symbol, spoken.symbols[index + 1]].append((mark + follower, u, index))
    kept: set[Phone] = set()
    for ranked in vowels.values():
        kept.update((u, index) for _, u, index in sorted(ranked, reverse=True)[:LONGEST_VOWELS])
    ordered = [sorted(found, reverse=True) for _, found in sorted(pairs.items())]
    used = sum(_frames(recordings, phone) for phone in kept)
    for depth in range(max(map(len, ordered), default=0)):
        for found in ordered:
            if depth < len(found) and used < budget_frames:
                _, u, index = found[depth]
                for phone in ((u, index), (u, index + 1)):
                    if phone not in kept:
                        kept.add(phone)
                        used += _frames(recordings, phone)
    return kept


def _frames(recordings: Sequence[Material], phone: Phone) -> int:
    start, end = recordings[phone[0]].spans[phone[1]]
    return int(end - start) + MARGIN_FRAMES
