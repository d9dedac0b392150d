"""From hummed pitches to written ones: the singer's tuning, the key, and the semitone that was meant.

A hum lies a third of a semitone off as a rule, and short notes more. So a note is decided by how far it lies
from each semitone and by whether that belongs to the key; and tuning and key are those under which the whole
hum is likeliest. How people move from note to note was tried as well and told nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vocalkit.melody.hum_notes import HumNote
from vocalkit.types import Key

Curve = NDArray[np.float64]

_SIGMA_SEMITONES, _SHORT_SIGMA, _SHORT_S = 0.33, 0.35, 0.12
"""Spread of hummed pitches about what was meant, and what is added on notes of `_SHORT_S`."""
_OUTSIDE, _STRICT = 2.5, 1e3
_TUNING_SIGMA = 0.08
"""In semitones: most people who hum have just heard something in tune."""
_TRIES = 9


@dataclass(frozen=True, slots=True)
class WrittenTune:
    """Hummed notes as they would be written. pitches: semitones (MIDI numbers), one a note.

    tuning_cents: how far the singer sits above A = 440 Hz, -50 to 50; key: given or heard.
    key_margin: nats a note by which the heard key beats the next that is not its relative or fifth, 0 where given.
    """

    pitches: tuple[int, ...]
    tuning_cents: float
    key: Key
    key_margin: float


def write_pitches(
    notes: Sequence[HumNote], *, key: Key | None = None, tuning_cents: float | None = None, strict: bool = False
) -> WrittenTune:
    """The semitones that were meant. key, tuning_cents: known from a backing; None: heard in the hum.

    strict: every note is put on the key's scale. Without it a note that is clearly between stays there.
    """
    sung = np.array([note.pitch_midi for note in notes])
    sigma = _SIGMA_SEMITONES + _SHORT_SIGMA * np.exp(-np.array([n.end_s - n.start_s for n in notes]) / _SHORT_S)
    if tuning_cents is not None:
        tunings = [tuning_cents / 100.0]
    else:
        tunings = list(np.mod(_tuning(notes) + np.linspace(-0.4, 0.4, _TRIES) + 0.5, 1.0) - 0.5)
    keys = [Key(tonic, "major") for tonic in range(12)] if key is None else [key]
    scales = np.array([[tone in one.scale for tone in range(12)] for one in keys])
    decided = [_decide(sung - tuning, sigma, scales, _STRICT if strict else _OUTSIDE) for tuning in tunings]
    unlikely = 0.5 * (np.array(tunings) / _TUNING_SIGMA) ** 2 if tuning_cents is None else np.zeros(1)
    costs = np.array([total for total, _ in decided]) + unlikely[:, None]
    at, found = np.unravel_index(int(costs.argmin()), costs.shape)
    tuning, pitches, scale_key = tunings[at], decided[at][1][found], keys[found]
    rivals = [costs[:, k].min() for k in range(len(keys)) if (keys[k].tonic - scale_key.tonic) % 12 not in (0, 5, 7)]
    margin = (min(rivals) - costs[at, found]) / len(notes) if rivals else 0.0
    if tuning_cents is None:
        lengths = np.array([note.end_s - note.start_s for note in notes])
        tuning = float(np.average(np.clip(sung - pitches, -0.5, 0.5), weights=lengths))
    chosen = key if key is not None else _mode_of(scale_key, notes, pitches)
    return WrittenTune(tuple(int(p) for p in pitches), 100.0 * tuning, chosen, float(margin))


def corrected(notes: Sequence[HumNote], tune: WrittenTune, *, tuning_cents: float) -> tuple[HumNote, ...]:
    """The notes on their semitones, in the tuning given (that of a backing, or 0)."""
    return tuple(
        replace(note, pitch_midi=pitch + tuning_cents / 100.0)
        for note, pitch in zip(notes, tune.pitches, strict=True)
    )  # fmt: skip


def _tuning(notes: Sequence[HumNote]) -> float:
    """Circular mean of how far notes lie from semitones, long notes counting more: -0.5 to 0.5."""
    turns = np.exp(2j * np.pi * np.array([note.pitch_midi for note in notes]))
    weights = np.sqrt(np.array([note.end_s - note.start_s for note in notes]))
    return float(np.angle(np.sum(weights * turns)) / (2 * np.pi))


def _decide(sung: Curve, sigma: Curve, scales: NDArray[np.bool_], outside: float) -> tuple[Curve, NDArray[np.intp]]:
    """Cost (nats) of every scale, float64 (k,), and the semitone of every note in it, int (k, n).

    sung: float64 (n,) in the tuning to be written; scales: bool (k, 12), pitch classes that belong.
    """
    near = np.round(sung).astype(np.intp)[:, None] + np.arange(-2, 3)
    miss = 0.5 * ((near - sung[:, None]) / sigma[:, None]) ** 2
    costs = miss + outside * ~scales[:, near % 12]
    best = costs.argmin(axis=2)
    # One wild note must not choose the key: it costs no more than what lies outside of every key.
    total = np.minimum(costs.min(axis=2), 2.0 * outside).sum(axis=1)
    return total, near[np.arange(sung.size), best]


def _mode_of(scale_key: Key, notes: Sequence[HumNote], pitches: NDArray[np.intp]) -> Key:
    """The major key of a scale or its relative minor: whichever tonic triad sounds longer, the last note counting."""
    heard = np.zeros(12)
    for note, pitch in zip(notes, pitches, strict=True):
        heard[pitch % 12] += note.end_s - note.start_s
    heard[int(pitches[-1]) % 12] += 0.15 * heard.sum()
    major = scale_key.tonic if scale_key.mode == "major" else (scale_key.tonic + 3) % 12
    minor = (major + 9) % 12
    home = {
        "major": heard[major] + 0.5 * heard[(major + 4) % 12] + 0.7 * heard[(major + 7) % 12],
        "minor": heard[minor] + 0.5 * heard[(minor + 3) % 12] + 0.7 * heard[(minor + 7) % 12],
    }
    return Key(major, "major") if home["major"] >= home["minor"] else Key(minor, "minor")
