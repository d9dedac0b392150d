"""What a musician may set about a tune."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from vocalkit.errors import InputError

Feel = Literal["straight", "triplet"]


@dataclass(frozen=True, slots=True)
class ComposeSettings:
    """Taste of the rule composer; the defaults were set against human lead sheets.

    syllables_per_s: the pace that layout aims at, 1 to 5; feel: beats split in halves and quarters,
    or in thirds; variety: temperature of the choice of pitches, 0.2 (plain) to 2 (wayward);
    syncopation: 0 none to 1 much; melisma: share of stanza ends sung on more than one note;
    chorus_lift_semitones: how much higher a chorus lies than a verse, 0 to 7.
    """

    syllables_per_s: float = 2.2
    feel: Feel = "straight"
    variety: float = 0.7
    syncopation: float = 0.3
    melisma: float = 0.25
    chorus_lift_semitones: float = 3.5

    def __post_init__(self) -> None:
        limits = {
            "syllables_per_s": (1.0, 5.0),
            "variety": (0.2, 2.0),
            "syncopation": (0.0, 1.0),
            "melisma": (0.0, 1.0),
            "chorus_lift_semitones": (0.0, 7.0),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise InputError(f"{name} must be {low:g} to {high:g}, got {value}")
        if self.feel not in ("straight", "triplet"):
            raise InputError(f"feel must be straight or triplet, got {self.feel!r}")
