"""What a musician wishes for a single note, beside what holds for the whole song."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from vocalkit.errors import InputError

EXPRESSION_RANGES: dict[str, tuple[float, float]] = {
    "breathiness": (-1.0, 1.0),
    "tension": (-1.0, 1.0),
    "gender": (-1.0, 1.0),
    "loudness_db": (-30.0, 12.0),
    "swell_db": (-30.0, 30.0),
    "vibrato_depth_cents": (0.0, 200.0),
    "vibrato_rate_hz": (3.0, 9.0),
    "vibrato_onset_s": (0.0, 3.0),
    "portamento_s": (0.01, 0.4),
}
"""Lowest and highest value of each control that a note or a song may wish for."""


def range_faults(values: dict[str, float], ranges: dict[str, tuple[float, float]]) -> list[str]:
    """One line for every value that is not a finite number within its range."""
    return [
        f"{name} must be {ranges[name][0]:g} to {ranges[name][1]:g}, got {value}"
        for name, value in values.items()
        if not (math.isfinite(value) and ranges[name][0] <= value <= ranges[name][1])
    ]


@dataclass(frozen=True, slots=True)
class NoteExpression:
    """One note's own wishes; the defaults wish for nothing.

    breathiness, tension, gender (-1 to 1) and loudness_db are added to what holds for the song. swell_db: by how much
    the level changes from the note's start to its end. vibrato_* and portamento_s (the way into this note, 10 to 90 %
    of the interval) take the place of the song's where they are given. breath: the singer breathes after this note.
    """

    breathiness: float = 0.0
    tension: float = 0.0
    gender: float = 0.0
    loudness_db: float = 0.0
    swell_db: float = 0.0
    vibrato_depth_cents: float | None = None
    vibrato_rate_hz: float | None = None
    vibrato_onset_s: float | None = None
    portamento_s: float | None = None
    breath: bool = False

    def __post_init__(self) -> None:
        faults = range_faults(self.numbers, EXPRESSION_RANGES)
        if faults:
            raise InputError("; ".join(faults))

    @property
    def numbers(self) -> dict[str, float]:
        """Every number that is wished for, by name: those that are not given are left out."""
        found = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "breath"}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def wishes(self) -> dict[str, float]:
        """The numbers that differ from wishing for nothing, by name."""
        return {name: value for name, value in self.numbers.items() if value != getattr(NEUTRAL, name)}

    @property
    def shapes_vibrato(self) -> bool:
        """True where the note has a vibrato of its own."""
        return any(
            value is not None for value in (self.vibrato_depth_cents, self.vibrato_rate_hz, self.vibrato_onset_s)
        )


NEUTRAL = NoteExpression()
"""No wish at all."""
