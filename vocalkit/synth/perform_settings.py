"""What a musician may shape about a whole performance, validated when made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vocalkit.errors import InputError
from vocalkit.types import EXPRESSION_RANGES, NoteExpression
from vocalkit.types.expression import range_faults

_RANGES: dict[str, tuple[float, float]] = {
    **{name: bounds for name, bounds in EXPRESSION_RANGES.items() if name != "swell_db"},
    "dynamics": (0.0, 2.0),
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
    portamento_s: float = 0.05
    scoop_cents: float = 55.0
    fluctuation: float = 1.0

    def __post_init__(self) -> None:
        faults = range_faults(asdict(self), _RANGES)
        if faults:
            raise InputError("; ".join(faults))


def settings_of(wishes: Mapping[str, float]) -> PerformSettings:
    """The settings with some of them as wished, by name. InputError lists what is unknown or out of range."""
    unknown = sorted(set(wishes) - set(_RANGES))
    if unknown:
        raise InputError(f"unknown expression {unknown[0]!r}; known: {', '.join(_RANGES)}")
    return PerformSettings(**wishes)


def change_of(wishes: Mapping[str, float]) -> NoteExpression:
    """The same wishes as a change to every note of a finished performance.

    InputError for those that only a score can take, because a performance no longer tells what they shaped.
    """
    late = sorted(set(wishes) & {"dynamics", "scoop_cents", "fluctuation"})
    if late:
        raise InputError(f"{late[0]} cannot be changed in a finished performance; sing the score again instead")
    settings_of(wishes)
    numbers: dict[str, Any] = dict(wishes)
    return NoteExpression(**numbers)
