"""Where a line should lie: tessitura by kind of section, contour by phrase, cadences by place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.melody.harmony import NoteHarmony
from vocalkit.melody.layout import LIFTED_KINDS
from vocalkit.melody.settings import ComposeSettings
from vocalkit.types import Key

SMALLEST_RANGE = 7
WIDEST_LINE = 11
WIDEST_SONG = 14
"""Semitones that one section and a whole song move within at the most; lead sheets have 12 to 17."""

FORMS = ("AABA", "ABAC", "ABAB", "AABC", "ABCB")
_FORMS_BY_REPETITION = (
    (-0.6, ("ABCD", "ABCE")),
    (-0.2, ("ABAC", "AABC", "ABCB", "ABCD")),
    (0.2, FORMS),
    (0.6, ("AABA", "ABAB", "AAAB")),
    (2.0, ("AAAA", "AAAB")),
)
"""Forms of a stanza, up to which repetition each set is drawn from."""
SHAPES = ("arch", "arch", "early", "late", "falling", "valley")


@dataclass(frozen=True, slots=True)
class Register:
    """The pitches of one section: MIDI low to high, both sung at most, and the centre between."""

    low: int
    high: int
    centre: float

    @property
    def pitches(self) -> NDArray[np.intp]:
        return np.arange(self.low, self.high + 1)


def forms(repetition: float) -> tuple[str, ...]:
    """The forms that a stanza may have: settings' `repetition`, -1 to 1, 0 as in songs."""
    return next(choice for limit, choice in _FORMS_BY_REPETITION if repetition <= limit)


def find_registers(
    kinds: list[str],
    low_midi: float,
    high_midi: float,
    *,
    tuning: float,
    settings: ComposeSettings,
    widest: tuple[int, int] = (WIDEST_LINE, WIDEST_SONG),
) -> dict[str, Register]:
    """A register per kind of section, together centred in the singer's range unless the settings move them.

    tuning: semitones that every note is raised by in the end, so that it is still in range;
    widest: semitones that one section and the whole song move within at the most.
    """
    if not (math.isfinite(low_midi) and math.isfinite(high_midi)) or high_midi - low_midi < SMALLEST_RANGE:
        raise InputError(
            f"a voice needs a range of at least {SMALLEST_RANGE} semitones to compose for, "
            f"got MIDI {low_midi:g} to {high_midi:g}"
        )
    low, high = math.ceil(low_midi - tuning - 1e-9), math.floor(high_midi - tuning + 1e-9)
    lifts = {kind: _lift(kind, settings.of(kind)) for kind in kinds}
    spread = max(lifts.values()) - min(lifts.values())
    room = high - low
    widths = {kind: _width(settings.of(kind).range_scale, spread, room, widest) for kind in kinds}
    width = max(widths.values())
    spread_used = min(spread, room - 0.5 * width)
    scale = spread_used / spread if spread > 0 else 0.0
    middle = (low + high) / 2.0
    base = middle - scale * (max(lifts.values()) + min(lifts.values())) / 2.0
    registers = {}
    for kind, raised in lifts.items():
        centre, half = base + scale * raised, widths[kind] / 2.0
        wish = settings.of(kind).register_semitones
        centre += min(max(wish, min(0.0, low + half - centre)), max(0.0, high - half - centre))
        bottom = max(low, round(centre - half))
        registers[kind] = Register(bottom, min(high, round(centre + half)), centre)
    return registers


def _width(scale: float, spread: float, room: float, widest: tuple[int, int]) -> float:
    """Semitones that a section moves within."""
    smallest = SMALLEST_RANGE * min(1.0, scale)
    return min(widest[0] * scale, room, max(smallest, widest[1] * scale - spread))


def _lift(kind: str, settings: ComposeSettings) -> float:
    lift = settings.chorus_lift_semitones * min(1.0, settings.range_scale)
    if kind in LIFTED_KINDS:
        return lift
    if kind in ("pre-chorus", "prechorus", "pre chorus", "bridge", "middle eight", "middle 8"):
        return lift * 0.5
    return 0.0


def line_letters(stanzas: list[list[int]], form: str) -> list[str]:
    """A letter per line: lines with the same letter share their idea, stanza by stanza.

    stanzas: syllables of each line. A line as long as an earlier one of another letter joins that
    one, but where all lines are of one length the form decides alone; a closing contrast (C) is always new,
    and so is every line of a form that never repeats.
    """
    letters: list[str] = []
    counts: list[int] = []
    for stanza in stanzas:
        pattern = form if len(stanza) >= 3 else "AA" if form.startswith("AA") else "AB"
        for at, count in enumerate(stanza):
            letter = pattern[at % len(pattern)]
            alike = [known for known, length in zip(letters, counts, strict=True) if length == count]
            closes = len(set(form)) == len(form) or (letter == "C" and at % len(pattern) == len(pattern) - 1)
            if alike and letter not in alike and not closes and (letter in letters or len(set(stanza)) > 1):
                letter = alike[0]
            letters.append(letter)
            counts.append(count)
    return letters


def contour(shape: str, count: int, height: float) -> NDArray[np.float64]:
    """float64 (count,): semitones about the centre along a phrase; every shape but the valley ends low."""
    if shape == "valley":
        return -0.7 * contour("arch", count, height)
    phase = np.linspace(0.0, 1.0, max(count, 2))[:count]
    peak = {"arch": 0.5, "early": 0.3, "late": 0.7, "falling": 0.08}[shape]
    rise = np.clip(phase / peak, 0.0, 1.0)
    fall = np.clip((phase - peak) / (1.0 - peak), 0.0, 1.0)
    curve = np.where(phase < peak, 0.5 - 0.5 * np.cos(np.pi * rise), 0.5 + 0.5 * np.cos(np.pi * fall))
    start = 0.15 if shape != "falling" else 0.7
    curve = np.where(phase < peak, start + (1.0 - start) * curve, curve)
    shaped: NDArray[np.float64] = height * (curve - 0.5)
    return shaped


def cadence_bonus(key: Key, harmony: NoteHarmony, *, final: bool, last: bool) -> NDArray[np.float64]:
    """float64 (12,): what a line's last note should be. final: a stanza ends; last: the song ends.

    At stanza ends tonic, third or fifth of the key where the chord has them; between, the chord's
    tones other than the tonic, so that the stanza goes on (a half cadence).
    """
    bonus = np.where(harmony.onset, 3.0, -6.0)
    third = 4 if key.mode == "major" else 3
    degrees = {0: 8.0 if last else 7.0, third: 6.0, 7: 5.5} if final else {0: -1.2, 2: 0.8, 7: 0.6, third: 0.2}
    for step, gain in degrees.items():
        if harmony.onset[(key.tonic + step) % 12]:
            bonus[(key.tonic + step) % 12] += gain
    return bonus


def move_in_scale(pitch: int, steps: int, key: Key) -> int:
    """A pitch moved by scale steps; one outside the scale moves with the scale tone below it."""
    scale = sorted((tone - key.tonic) % 12 for tone in key.scale)
    octave, place = divmod(pitch - key.tonic, 12)
    degree = max(i for i, tone in enumerate(scale) if tone <= place)
    bent = place - scale[degree]
    up, moved = divmod(degree + steps, len(scale))
    return key.tonic + 12 * (octave + up) + scale[moved] + bent
