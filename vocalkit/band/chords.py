"""Chord symbols as musicians write them: ``C  Am7  F#m  Bbmaj7  G/B  Dsus4  N.C.``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vocalkit.errors import ChartError
from vocalkit.types import CHORD_INTERVALS

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NO_CHORD = frozenset({"N.C.", "N.C", "NC", "N"})
_SYMBOL = re.compile(r"(?P<root>[A-G][#b]?)(?P<suffix>[^/]*?)(?:/(?P<bass>[A-G][#b]?))?")

# suffix → nearest quality of `CHORD_INTERVALS`, and the semitones that the band adds to it
_SUFFIXES: dict[str, tuple[str, tuple[int, ...]]] = {
    "": ("maj", ()), "maj": ("maj", ()), "M": ("maj", ()),
    "m": ("min", ()), "min": ("min", ()), "-": ("min", ()),
    "dim": ("dim", ()), "°": ("dim", ()), "o": ("dim", ()),
    "aug": ("aug", ()), "+": ("aug", ()),
    "sus2": ("sus2", ()), "sus4": ("sus4", ()), "sus": ("sus4", ()),
    "7sus4": ("sus4", (10,)), "7sus": ("sus4", (10,)), "9sus4": ("sus4", (10, 2)),
    "7": ("7", ()), "maj7": ("maj7", ()), "M7": ("maj7", ()), "ma7": ("maj7", ()), "Δ": ("maj7", ()),
    "m7": ("min7", ()), "min7": ("min7", ()), "-7": ("min7", ()),
    "dim7": ("dim7", ()), "°7": ("dim7", ()), "o7": ("dim7", ()),
    "m7b5": ("hdim7", ()), "ø": ("hdim7", ()), "ø7": ("hdim7", ()),
    "mM7": ("minmaj7", ()), "mmaj7": ("minmaj7", ()), "m(maj7)": ("minmaj7", ()),
    "6": ("6", ()), "m6": ("min6", ()), "min6": ("min6", ()), "69": ("6", (2,)),
    "9": ("9", ()), "maj9": ("maj7", (2,)), "M9": ("maj7", (2,)), "m9": ("min7", (2,)), "min9": ("min7", (2,)),
    "add9": ("maj", (2,)), "madd9": ("min", (2,)), "11": ("7", (2, 5)), "m11": ("min7", (2, 5)), "13": ("7", (2, 9)),
    "5": ("5", ()),
}  # fmt: skip

SUFFIXES = tuple(_SUFFIXES)
"""Every suffix that may follow a root."""


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """One chord. root: pitch class, None for no chord; quality: a key of `CHORD_INTERVALS`.

    added: semitones above the root beyond that quality; bass: pitch class below a slash, or None.
    """

    text: str
    root: int | None
    quality: str = "maj"
    added: tuple[int, ...] = ()
    bass: int | None = None

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Root first; empty where no chord sounds."""
        if self.root is None:
            return ()
        steps = dict.fromkeys(CHORD_INTERVALS[self.quality] + self.added)
        return tuple((self.root + step) % 12 for step in steps)

    @property
    def bass_pitch_class(self) -> int | None:
        """What the bass plays: the note below the slash, else the root."""
        return self.root if self.bass is None else self.bass


NO_CHORD = ChordSymbol("N.C.", None)


def _pitch_class(name: str) -> int:
    return (_NATURALS[name[0]] + {"#": 1, "b": -1, "": 0}[name[1:]]) % 12


def parse_chord(text: str) -> ChordSymbol:
    """Read one symbol; sharps and flats as ``#`` or ``♯``, ``b`` or ``♭``. Raises ChartError."""
    plain = text.replace("♯", "#").replace("♭", "b")
    if plain.upper() in _NO_CHORD:
        return NO_CHORD
    match = _SYMBOL.fullmatch(plain.replace("6/9", "69"))
    if match is None:
        raise ChartError(f"cannot read the chord {text!r}; expected a root A to G and a quality, such as Am7 or G/B")
    suffix = match["suffix"]
    if suffix not in _SUFFIXES:
        known = " ".join(s for s in SUFFIXES if s)
        raise ChartError(f"unknown chord quality {suffix!r} in {text!r}; expected one of: {known}")
    quality, added = _SUFFIXES[suffix]
    bass = _pitch_class(match["bass"]) if match["bass"] else None
    return ChordSymbol(plain, _pitch_class(match["root"]), quality, added, bass)
