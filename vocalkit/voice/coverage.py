"""Which phonemes a speaker's sentences hold, how often, and which are still too rare to sing with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vocalkit.phones import is_vowel

Words = tuple[tuple[str, ...], ...]

ENOUGH_VOWELS, ENOUGH_CONSONANTS = 12, 6
"""How often a phoneme should be said: vowels are held and chosen by pitch and context, so more of them are wanted."""


@dataclass(frozen=True, slots=True)
class PhonemeCount:
    """A phoneme, how often it was said, and how many more times it should be."""

    symbol: str
    count: int
    missing: int


def enough(symbol: str) -> int:
    """How often a phoneme should be said."""
    return ENOUGH_VOWELS if is_vowel(symbol) else ENOUGH_CONSONANTS


def count_phonemes(texts: Iterable[Words]) -> Counter[str]:
    """How often each phoneme occurs in texts given as the phonemes of their words."""
    return Counter(symbol for words in texts for word in words for symbol in word)


def coverage(said: Mapping[str, int], wanted: Iterable[str]) -> tuple[PhonemeCount, ...]:
    """Every wanted phoneme and every one that was said, those that lack most first."""
    symbols = sorted({*wanted, *said})
    counts = [PhonemeCount(s, said.get(s, 0), max(enough(s) - said.get(s, 0), 0)) for s in symbols]
    return tuple(sorted(counts, key=lambda entry: (-entry.missing / enough(entry.symbol), entry.symbol)))


def choose(texts: Sequence[Words], said: Mapping[str, int], *, most: int) -> list[int]:
    """Indices of at most `most` texts that bring what is still missing, the most useful first.

    Greedy: each next text is the one that fills most of the gaps that those before it leave, by phoneme said.
    """
    have = Counter(said)
    wanted = count_phonemes(texts)
    left = set(range(len(texts)))
    counts = [count_phonemes([words]) for words in texts]
    chosen: list[int] = []
    while left and len(chosen) < most:
        gaps = {s: enough(s) - have[s] for s in wanted if have[s] < enough(s)}
        gains = {index: _gain(counts[index], gaps) for index in sorted(left)}
        best = max(gains, key=gains.__getitem__)
        if gains[best] <= 0:
            break
        chosen.append(best)
        left.remove(best)
        have.update(counts[best])
    return chosen


def _gain(counts: Counter[str], gaps: Mapping[str, int]) -> float:
    """How much of the gaps a text fills, less for long texts."""
    filled = sum(min(count, gaps.get(symbol, 0)) / enough(symbol) for symbol, count in counts.items())
    return float(filled / max(counts.total(), 1) ** 0.5)
