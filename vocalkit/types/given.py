"""What a user says about a backing before anything is heard in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.types.arrays import check_sorted
from vocalkit.types.music import ChordSpan, Key, KeySpan, SectionSpan, TempoMap

TEMPO_RANGE_BPM = (20.0, 400.0)


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature. 6/8, 9/8 and 12/8 are felt in pulses of three beats; all others beat by beat."""

    count: int
    unit: int

    def __post_init__(self) -> None:
        if self.unit not in (2, 4, 8) or not 2 <= self.count <= 12 or self.pulses > 7 or self.pulses < 2:
            raise InputError(f"the metre {self.count}/{self.unit} is not known; write it like 4/4, 3/4, 5/4 or 6/8")

    @property
    def pulse_beats(self) -> int:
        """Beats in one felt pulse."""
        return 3 if self.unit == 8 and self.count in (6, 9, 12) else 1

    @property
    def pulses(self) -> int:
        """Felt pulses in a bar."""
        return self.count // self.pulse_beats

    @classmethod
    def parse(cls, text: str) -> Metre:
        """Read ``3/4``. Raises InputError."""
        count, slash, unit = text.strip().partition("/")
        if not slash or not (count.isascii() and count.isdigit() and unit.isascii() and unit.isdigit()):
            raise InputError(f"cannot read the metre {text!r}; write it like 4/4, 3/4, 5/4 or 6/8")
        return cls(int(count[:4]), int(unit[:4]))


@dataclass(frozen=True, slots=True)
class ChartLayout:
    """A chord chart in beats from its first bar. chords: (start, end, root or None, quality); sections: (start, end,
    label).
    """

    chords: tuple[tuple[float, float, int | None, str], ...]
    sections: tuple[tuple[float, float, str], ...]

    def __post_init__(self) -> None:
        if not self.chords:
            raise InputError("the chart has no chords")

    @property
    def end_beat(self) -> float:
        return self.chords[-1][1]


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a backing; None: to be heard, following what is given.

    tempo_bpm: of the felt pulse; first_downbeat_s: when some bar begins, from which the others are counted; chart:
    chords and sections from there on; tempo_map and pulse_beats: every beat by hand.
    """

    tempo_bpm: float | None = None
    first_downbeat_s: float | None = None
    metre: Metre | None = None
    key: Key | None = None
    chart: ChartLayout | None = None
    tempo_map: TempoMap | None = None
    pulse_beats: int = 1
    keys: tuple[KeySpan, ...] | None = None
    chords: tuple[ChordSpan, ...] | None = None
    sections: tuple[SectionSpan, ...] | None = None
    tuning_cents: float | None = None

    def __post_init__(self) -> None:
        low, high = TEMPO_RANGE_BPM
        if self.tempo_bpm is not None and not (math.isfinite(self.tempo_bpm) and low <= self.tempo_bpm <= high):
            raise InputError(f"tempo must be {low:.0f} to {high:.0f} BPM, got {self.tempo_bpm}")
        first = self.first_downbeat_s
        if first is not None and not (math.isfinite(first) and first >= 0):
            raise InputError(f"a bar cannot begin at {first} s; give seconds from 0")
        if self.tuning_cents is not None and not (math.isfinite(self.tuning_cents) and abs(self.tuning_cents) <= 100):
            raise InputError(f"tuning must be -100 to 100 cents, got {self.tuning_cents}")
        check_sorted("keys", self.keys or ())
        check_sorted("chords", self.chords or ())
        check_sorted("sections", self.sections or ())

    def check_length(self, duration_s: float) -> None:
        """Raises InputError where something lies beyond the end of a track of this length."""
        if self.first_downbeat_s is not None and self.first_downbeat_s >= duration_s:
            raise InputError(f"no bar can begin at {self.first_downbeat_s:g} s: the track ends at {duration_s:.1f} s")
