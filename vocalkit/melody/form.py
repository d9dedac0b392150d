"""How alike parts of tunes are, and what form a song has by it."""

from __future__ import annotations

import itertools

import numpy as np

from vocalkit.types import Note, Score
from vocalkit.types.control import family

SAME_TUNE = 0.8
"""Likeness from which two sections have one tune."""


def likeness(one: tuple[Note, ...], other: tuple[Note, ...], *, beat_s: float) -> float:
    """Share of steps that two tunes have in common, 0 to 1: half for intervals, half for the times between notes.

    The syllables of the shorter one are compared with those of the longer one in order, and what is over counts as
    unlike; so it does not matter where in time or how high a tune lies. beat_s: a tenth of a beat counts as equal.
    """
    first, second = _steps(one), _steps(other)
    longer = max(len(first), len(second))
    if longer == 0:
        return 1.0 if len(one) == len(other) else 0.0
    shared = min(len(first), len(second))
    apart = np.abs(first[:shared] - second[:shared])
    alike = 0.5 * (apart[:, 0] < 0.5) + 0.5 * (apart[:, 1] < 0.1 * beat_s)
    return float(alike.sum()) / longer


def _steps(notes: tuple[Note, ...]) -> np.ndarray:
    """float64 (n - 1, 2): semitones and seconds from each syllable's start to the next."""
    sung = [note for note in notes if note.syllable is not None]
    return np.array(
        [(b.pitch_midi - a.pitch_midi, b.start_s - a.start_s) for a, b in itertools.pairwise(sung)], np.float64
    ).reshape(-1, 2)


def section_notes(score: Score) -> list[tuple[Note, ...]]:
    """The notes of each of the score's sections."""
    return [
        tuple(note for note in score.notes if section.start_s - 1e-6 <= note.start_s < section.end_s)
        for section in score.sections
    ]


def form(score: Score) -> str:
    """A letter per section, the same for the same tune: ``ABAB``; empty where the score names no sections."""
    beat_s = 60.0 / score.tempo_map.bpm
    models: list[tuple[Note, ...]] = []
    letters = []
    for notes in section_notes(score):
        at = next((i for i, model in enumerate(models) if likeness(model, notes, beat_s=beat_s) >= SAME_TUNE), None)
        if at is None:
            at = len(models)
            models.append(notes)
        letters.append(chr(ord("A") + at % 26))
    return "".join(letters)


def returning_rate(score: Score) -> float | None:
    """Share of sections whose tune is that of the first of their kind; None where no kind comes twice."""
    beat_s = 60.0 / score.tempo_map.bpm
    first: dict[str, tuple[Note, ...]] = {}
    verdicts = []
    for section, notes in zip(score.sections, section_notes(score), strict=True):
        kind = family(kind_of(section.label))
        if kind in first and _syllables(first[kind]) == _syllables(notes):
            verdicts.append(likeness(first[kind], notes, beat_s=beat_s) >= SAME_TUNE)
        first.setdefault(kind, notes)
    return float(np.mean(verdicts)) if verdicts else None


def chorus_lift_semitones(score: Score) -> float | None:
    """How much higher choruses lie than verses on average; None without either."""
    lying: dict[str, list[float]] = {"verse": [], "chorus": []}
    for section, notes in zip(score.sections, section_notes(score), strict=True):
        kind = family(kind_of(section.label))
        if kind in lying:
            lying[kind] += [note.pitch_midi for note in notes]
    if not lying["verse"] or not lying["chorus"]:
        return None
    return float(np.mean(lying["chorus"]) - np.mean(lying["verse"]))


def kind_of(label: str) -> str:
    """The heading without its number, as `LyricSection.kind` has it."""
    return label.rstrip("0123456789. ").strip().lower()


def _syllables(notes: tuple[Note, ...]) -> int:
    return sum(note.syllable is not None for note in notes)
