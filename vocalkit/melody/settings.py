"""What a musician may set about a tune."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.types import Feel
from vocalkit.types.control import family

__all__ = ["ComposeSettings", "Feel"]


@dataclass(frozen=True, slots=True)
class ComposeSettings:
    """Taste of a composer; the defaults were set against human lead sheets.

    syllables_per_s: the pace that layout aims at, 1 to 5; feel: beats split in halves and quarters,
    or in thirds; variety: temperature of the choice of pitches, 0.2 (plain) to 2 (wayward);
    syncopation: 0 none to 1 much; melisma: share of stanza ends sung on more than one note;
    chorus_lift_semitones: how much higher a chorus lies than a verse, 0 to 7; range_scale: of the pitches
    a section and the song move within, 0.4 to 1.8; register_semitones: how much higher than the middle of
    the voice the tune lies, as far as there is room, -6 to 6; repetition: how much lines resemble each
    other, -1 (ever new, verses too) to 1 (ever the same), 0 as in songs; kinds: other settings for some
    kinds of section, by the usual name (`vocalkit.types.control.family`); `feel` is the whole song's.
    """

    syllables_per_s: float = 2.2
    feel: Feel = "straight"
    variety: float = 0.7
    syncopation: float = 0.3
    melisma: float = 0.25
    chorus_lift_semitones: float = 3.5
    range_scale: float = 1.0
    register_semitones: float = 0.0
    repetition: float = 0.0
    kinds: tuple[tuple[str, ComposeSettings], ...] = ()

    def __post_init__(self) -> None:
        limits = {
            "syllables_per_s": (1.0, 5.0),
            "variety": (0.2, 2.0),
            "syncopation": (0.0, 1.0),
            "melisma": (0.0, 1.0),
            "chorus_lift_semitones": (0.0, 7.0),
            "range_scale": (0.4, 1.8),
            "register_semitones": (-6.0, 6.0),
            "repetition": (-1.0, 1.0),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise InputError(f"{name} must be {low:g} to {high:g}, got {value}")
        if self.feel not in ("straight", "triplet"):
            raise InputError(f"feel must be straight or triplet, got {self.feel!r}")

    def of(self, kind: str) -> ComposeSettings:
        """The settings for sections of one kind."""
        return dict(self.kinds).get(family(kind), self)

    @property
    def likeness(self) -> float:
        """How much it counts that lines resemble an earlier one: 0 not at all, 1 as usual, 4 above all."""
        return 1.0 + self.repetition * (3.0 if self.repetition > 0 else 1.0)
