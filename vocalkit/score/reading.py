"""What to read from a score file that holds more than one line: `Reading`."""

from __future__ import annotations

from dataclasses import dataclass

from vocalkit.errors import ScoreError


@dataclass(frozen=True, slots=True)
class Reading:
    """Which of a file's lines is read. All are counted from 1.

    part: part or track; None for the first with words, or with notes. voice: voice of a part that has several; None
    for the one with most words, filled in from others where it is silent. verse: whose words; on every repeat the
    next verse is sung. repeats: play repeats, endings and jumps; False reads every bar once, as written. song: tune of
    a file that holds many. language: espeak code that the words will be said in.
    """

    language: str = "en-us"
    verse: int = 1
    part: int | None = None
    voice: int | None = None
    repeats: bool = True
    song: int = 1

    def __post_init__(self) -> None:
        if self.verse < 1 or self.song < 1 or any(n is not None and n < 1 for n in (self.part, self.voice)):
            raise ScoreError("songs, parts, voices and verses are counted from 1")
