"""What a musician may wish of a tune, before any stage makes settings of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal

from vocalkit.errors import InputError

Feel = Literal["straight", "triplet"]


@dataclass(frozen=True, slots=True)
class Sliders:
    """Six wishes, -1 to 1 each; 0 leaves things as they are.

    range: from narrow to wide in pitch; energy: from low and soft to high and strong; complexity: from
    plain to ornate intervals; density: from few long notes to many short ones; repetition: from ever new
    to ever the same; syncopation: from on the beat to off it.
    """

    range: float = 0.0
    energy: float = 0.0
    complexity: float = 0.0
    density: float = 0.0
    repetition: float = 0.0
    syncopation: float = 0.0

    def __post_init__(self) -> None:
        faults = [
            f"{field.name} must be -1 to 1, got {value}"
            for field in fields(self)
            if not (math.isfinite(value := getattr(self, field.name)) and -1.0 <= value <= 1.0)
        ]
        if faults:
            raise InputError("; ".join(faults))

    def __add__(self, other: Sliders) -> Sliders:
        """Both wishes, each slider kept within -1 to 1."""
        return Sliders(
            *(min(1.0, max(-1.0, getattr(self, name) + getattr(other, name))) for name in SLIDERS),
        )


SLIDERS: tuple[str, ...] = tuple(field.name for field in fields(Sliders))


@dataclass(frozen=True, slots=True)
class Wishes:
    """Sliders of the whole song, what is added to them in some kinds of section, and how beats are split.

    kinds: (kind of section such as ``chorus``, sliders); feel: None where nobody said.
    """

    song: Sliders = Sliders()
    kinds: tuple[tuple[str, Sliders], ...] = ()
    feel: Feel | None = None

    def of(self, kind: str) -> Sliders:
        """The sliders of sections of one kind."""
        return self.song + dict(self.kinds).get(family(kind), Sliders())


_FAMILIES: dict[str, tuple[str, ...]] = {
    "verse": ("verse", "strophe", "stanza"),
    "chorus": ("chorus", "refrain", "hook", "drop"),
    "pre-chorus": ("pre-chorus", "prechorus", "pre chorus", "build"),
    "bridge": ("bridge", "middle eight", "middle 8"),
    "intro": ("intro",),
    "outro": ("outro", "coda", "ending"),
}


def family(kind: str) -> str:
    """The usual name of a kind of section: ``refrain`` is a ``chorus``; an unusual kind keeps its own."""
    return next((name for name, alike in _FAMILIES.items() if kind in alike), kind)


KINDS: tuple[str, ...] = tuple(_FAMILIES)
KIND_WORDS: dict[str, str] = {word: name for name, alike in _FAMILIES.items() for word in alike}
"""Every word for a kind of section, and the usual one."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a tune takes after: figures about a recording, nothing of its sound or its tune.

    tempo_bpm, feel: how it moves; energy: (place in the recording 0 to 1, loudness rank 0 to 1), in order;
    range_semitones: of the voice that leads it, None where nobody seems to sing.
    """

    tempo_bpm: float
    feel: Feel
    energy: tuple[tuple[float, float], ...]
    range_semitones: float | None = None

    def energy_at(self, place: float) -> float:
        """Energy 0 to 1 at a place 0 to 1; 0.5 where nothing is known."""
        return next((energy for at, energy in reversed(self.energy) if at <= place), 0.5)
