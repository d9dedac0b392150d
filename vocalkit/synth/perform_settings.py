"""What a musician may shape about a whole performance, validated when made."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from vocalkit.errors import InputError

_RANGES: dict[str, tuple[float, float]] = {
    "breathiness": (-1.0, 1.0),
    "tension": (-1.0, 1.0),
    "gender": (-1.0, 1.0),
    "loudness_db": (-30.0, 12.0),
    "dynamics": (0.0, 2.0),
    "vibrato_depth_cents": (0.0, 200.0),
    "vibrato_rate_hz": (3.0, 9.0),
    "vibrato_onset_s": (0.0, 3.0),
    "portamento_s": (0.01, 0.4),
    "scoop_cents": (0.0, 200.0),
    "fluctuation": (0.0, 3.0),
}


@dataclass(frozen=True, slots=True)
class PerformSettings:
    """Song-wide wishes; the defaults are a restrained pop singer.

    breathiness, tension, gender: added to the expression curves, -1 to 1, 0 neutral.
    loudness_db: added to the loudness; dynamics: scale of every loudness shape, 0 flat, 1 normal.
    vibrato_depth_cents: deviation to either side on notes of two seconds and more, about half of it
    on the shortest notes that carry vibrato; 0 turns it off. vibrato_rate_hz; vibrato_onset_s: time
    from the note's start until vibrato begins, sooner where a phrase ends. portamento_s: time from
    10 to 90 % of a small interval, longer for leaps. scoop_cents: how far below its first note a phrase starts.
    fluctuation: scale of the small irregularities of pitch, 0 none, 1 normal.
    """

    breathiness: float = 0.0
    tension: float = 0.0
    gender: float = 0.0
    loudness_db: float = 0.0
    dynamics: float = 1.0
    vibrato_depth_cents: float = 60.0
    vibrato_rate_hz: float = 5.6
    vibrato_onset_s: float = 0.3
    portamento_s: float = 0.07
    scoop_cents: float = 55.0
    fluctuation: float = 1.0

    def __post_init__(self) -> None:
        faults = []
        for field in fields(self):
            low, high = _RANGES[field.name]
            value = getattr(self, field.name)
            if not (math.isfinite(value) and low <= value <= high):
                faults.append(f"{field.name} must be {low:g} to {high:g}, got {value}")
        if faults:
            raise InputError("; ".join(faults))
