"""Words with times but without pitches: what timed lyrics such as LRC hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from vocalkit.errors import InputError


@dataclass(frozen=True, slots=True)
class TimedWord:
    """One word, or a piece of one where the file times its syllables. joins: no space follows it."""

    start_s: float
    text: str
    joins: bool = False


@dataclass(frozen=True, slots=True)
class TimedLine:
    """One line of words from start_s to end_s. words: at least one; a line timed only as a whole has one word."""

    start_s: float
    end_s: float
    words: tuple[TimedWord, ...]

    def __post_init__(self) -> None:
        if not (math.isfinite(self.end_s) and 0 <= self.start_s < self.end_s):
            raise InputError(f"a line of words must last, got {self.start_s:.3f} s to {self.end_s:.3f} s")
        if not self.words:
            raise InputError(f"the line at {self.start_s:.3f} s has no words")
        if any(after.start_s < before.start_s for before, after in pairwise(self.words)):
            raise InputError(f"the words of the line at {self.start_s:.3f} s are out of order")

    @property
    def text(self) -> str:
        """The line as it is read."""
        return "".join(word.text if word.joins else f"{word.text} " for word in self.words).strip()


@dataclass(frozen=True, slots=True)
class SyllableSpan:
    """When one syllable is sung. given: the file times its beginning; else it is spread between times that are."""

    start_s: float
    end_s: float
    given: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.end_s) and 0 <= self.start_s < self.end_s):
            raise InputError(f"a syllable must last, got {self.start_s:.3f} s to {self.end_s:.3f} s")


@dataclass(frozen=True, slots=True)
class TimedLyrics:
    """Lines in the order they are sung: a rhythm for a melody that is still to be found."""

    lines: tuple[TimedLine, ...]
    title: str = ""

    def __post_init__(self) -> None:
        if any(after.start_s < before.start_s for before, after in pairwise(self.lines)):
            raise InputError("lines of timed words are out of order")
