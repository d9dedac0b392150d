"""What the players are told to play."""

from __future__ import annotations

from dataclasses import dataclass

PIECES = ("kick", "snare", "brush", "rim", "hat", "shaker", "ride", "crash", "tom1", "tom2", "tom3")
"""The drum kit."""


@dataclass(frozen=True, slots=True)
class Tone:
    """One pitched note. velocity: 0 (silent) to 1 (hard)."""

    start_s: float
    duration_s: float
    midi: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One drum stroke. piece: one of `PIECES`; velocity: 0 to 1."""

    start_s: float
    piece: str
    velocity: float


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Everything that is played, each part sorted by start."""

    bass: tuple[Tone, ...]
    keys: tuple[Tone, ...]
    guitar: tuple[Tone, ...]
    pad: tuple[Tone, ...]
    drums: tuple[Hit, ...]
