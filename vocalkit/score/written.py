"""What one part of a MusicXML score says, as written: before repeats are played and a line is chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from vocalkit.score.sheet import SheetChord, TimeSignature
from vocalkit.types import NEUTRAL, Key, NoteExpression


@dataclass
class WrittenNote:
    """One <note> that sounds. start, end: quarters; bar: index of its measure; lyrics: verse → (text, syllabic).

    visit: how often its measure was played before, once repeats are played. expression: how it is to be sung; played:
    wishes for it by name that stand above all signs.
    """

    start: Fraction
    end: Fraction
    pitch: float
    voice: str
    bar: int
    lyrics: dict[str, tuple[str, str]]
    tied_on: bool = False
    slur_starts: int = 0
    slur_stops: int = 0
    cue: bool = False
    breath: bool = False
    graces: tuple[float, ...] = ()
    visit: int = 0
    expression: NoteExpression = NEUTRAL
    played: dict[str, Any] = field(default_factory=dict)


@dataclass
class WrittenPart:
    """One part. Marks are (position in quarters, value). lost: sort of thing → how many were left out."""

    notes: list[WrittenNote] = field(default_factory=list)
    tempos: list[tuple[Fraction, float]] = field(default_factory=list)
    chords: list[SheetChord] = field(default_factory=list)
    rehearsals: list[tuple[Fraction, str]] = field(default_factory=list)
    signatures: list[tuple[Fraction, TimeSignature]] = field(default_factory=list)
    keys: list[tuple[Fraction, Key]] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)

    def lose(self, what: str) -> None:
        """Count something that is left out, to be told in the end."""
        self.lost[what] = self.lost.get(what, 0) + 1
