"""How harmony voices and doubles are sung: on words or on a vowel, and never quite together.

Spread after what is measured in choirs and in layered takes: singers of one line lie within 10 to 20 ms and
some cents of each other (J. Sundberg, *The Science of the Singing Voice*, 1987, ch. 6: 10 to 15 cents).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.melody.harmonize import HarmonyLine, HarmonyNote
from vocalkit.types import Note, Score, Syllable

Text = Literal["words", "oohs", "aahs"]
TEXTS: tuple[Text, ...] = get_args(Text)

PHRASE_GAP_S = 0.25
_SOUNDS = {"oohs": Syllable("ooh", ("u",), 1), "aahs": Syllable("aah", ("ɑ",), 1)}
_LATEST_SIGMAS = 2.5
_SHORTEST_S = 0.05


@dataclass(frozen=True, slots=True)
class Spread:
    """How far apart takes are: standard deviations.

    onset_s: of a note's start, of which `steady` (0 to 1) is carried from note to note; lag_s: of a whole take;
    pitch_cents: of a note; tuning_cents: of a whole take.
    """

    onset_s: float = 0.014
    steady: float = 0.5
    lag_s: float = 0.006
    pitch_cents: float = 4.0
    tuning_cents: float = 4.0

    def __post_init__(self) -> None:
        values = (self.onset_s, self.lag_s, self.pitch_cents, self.tuning_cents)
        if not all(np.isfinite(values)) or min(values) < 0 or not 0 <= self.steady < 1:
            raise InputError("spreads must be finite and not negative, and steady from 0 to below 1")


def sung_line(line: HarmonyLine, score: Score, text: Text = "words") -> Score:
    """A line as a score of its own, on the tune's words or on one vowel a phrase."""
    if text not in TEXTS:
        raise InputError(f"unknown text {text!r} for harmony voices; known: {', '.join(TEXTS)}")
    notes = _on_words(line.notes, score) if text == "words" else _on_vowel(line.notes, _SOUNDS[text])
    return replace(score, notes=tuple(notes))


def _on_words(notes: Sequence[HarmonyNote], score: Score) -> list[Note]:
    made: list[Note] = []
    for note in notes:
        if not note.begins and made and made[-1].pitch_midi == note.pitch_midi:
            made[-1] = replace(made[-1], end_s=note.end_s)
        else:
            syllable = score.notes[note.lead].syllable if note.begins else None
            made.append(Note(note.start_s, note.end_s, note.pitch_midi, syllable))
    return made


def _on_vowel(notes: Sequence[HarmonyNote], sound: Syllable) -> list[Note]:
    """Held while the pitch stays and no rest comes; slurred where it moves; begun again after a rest."""
    made: list[Note] = []
    for note in notes:
        joined = bool(made) and note.start_s - made[-1].end_s < PHRASE_GAP_S
        if joined and made[-1].pitch_midi == note.pitch_midi:
            made[-1] = replace(made[-1], end_s=note.end_s)
        else:
            if joined:
                made[-1] = replace(made[-1], end_s=note.start_s)
            made.append(Note(note.start_s, note.end_s, note.pitch_midi, None if joined else sound))
    return made


def spread_take(score: Score, *, seed: int, spread: Spread = Spread()) -> Score:
    """The same score as another person would take it: a little off in time and pitch, no note lost.

    Notes that touch still touch; none is earlier than 0 s or shorter than 50 ms (or than it was).
    """
    rng = np.random.default_rng([seed, 11])
    notes = score.notes
    late = _deviations(len(notes), spread, rng)
    cents = rng.normal(0.0, spread.tuning_cents) + rng.normal(0.0, 1.0, len(notes)) * spread.pitch_cents
    starts = np.array([max(0.0, note.start_s + shift) for note, shift in zip(notes, late, strict=True)])
    ends = np.array([note.end_s for note in notes]) + late
    made: list[Note] = []
    for at, note in enumerate(notes):
        start_s = starts[at] if not made else max(starts[at], made[-1].end_s)
        end_s = ends[at]
        if at + 1 < len(notes):
            touches = notes[at + 1].start_s - note.end_s < 1e-3
            end_s = starts[at + 1] if touches else min(end_s, starts[at + 1])
        end_s = max(end_s, start_s + min(_SHORTEST_S, note.duration_s))
        made.append(Note(start_s, end_s, note.pitch_midi + cents[at] / 100.0, note.syllable))
    return replace(score, notes=tuple(made))


def _deviations(count: int, spread: Spread, rng: np.random.Generator) -> NDArray[np.float64]:
    """Seconds that every note is late by: a lag of the take, and a walk that comes back: float64 (count,)."""
    fresh = rng.normal(0.0, spread.onset_s * np.sqrt(1.0 - spread.steady**2), count)
    walk = np.empty(count)
    now = rng.normal(0.0, spread.onset_s)
    for at in range(count):
        now = spread.steady * now + fresh[at]
        walk[at] = now
    most = _LATEST_SIGMAS * spread.onset_s
    lag = float(np.clip(rng.normal(0.0, spread.lag_s), -2.0 * spread.lag_s, 2.0 * spread.lag_s))
    return np.asarray(np.clip(walk, -most, most) + lag)
