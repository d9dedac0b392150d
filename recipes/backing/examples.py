"""What prepare.py kept, as inputs and targets of the networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from render import Truth

from vocalkit.backing import chroma
from vocalkit.backing.harmony import QUALITIES, turned
from vocalkit.backing.pulse import PULSE_RATE_HZ, pulse_inputs
from vocalkit.types import Key

NEAREST = {
    "maj": "maj", "min": "min", "7": "7", "maj7": "maj7", "min7": "min7", "sus4": "sus4", "sus2": "sus4",
    "dim": "dim", "dim7": "dim", "hdim7": "dim", "aug": "maj", "minmaj7": "min", "6": "maj", "min6": "min", "9": "7",
    "5": "maj",
}  # fmt: skip
"""Quality of the truth → quality that the network tells apart."""
UNKNOWN_TARGET = -1


@dataclass(frozen=True)
class PulseExample:
    """inputs: float32 (t, INPUTS); targets: float32 (t, 3) beat, downbeat, compound, 0.5 beside beats; -1 unknown."""

    inputs: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class HarmonyExample:
    """inputs: float32 (12, n, 24); chords: int64 (n,); keys: int64 (n,), -1 where nobody knows."""

    inputs: np.ndarray
    chords: np.ndarray
    keys: np.ndarray


def takes(work: Path) -> list[Path]:
    return sorted(path for path in (work / "train").glob("*.npz") if not path.name.endswith(".part.npz"))


def pulse_examples(work: Path) -> list[PulseExample]:
    found = []
    for path in takes(work):
        kept, truth = np.load(path), Truth.load(path.with_suffix(".json"))
        inputs = pulse_inputs(kept["bands"], kept["semitones"].astype(np.float64))
        found.append(PulseExample(inputs, _pulse_targets(truth, len(inputs))))
    return found


def _pulse_targets(truth: Truth, frames: int) -> np.ndarray:
    targets = np.zeros((frames, 3), np.float32)
    for column, times_s in ((0, truth.beats_s), (1, truth.downbeats_s)):
        at = np.round(np.array(times_s) * PULSE_RATE_HZ).astype(int)
        for shift, value in ((-1, 0.4), (1, 0.4), (0, 1.0)):
            inside = at + shift
            inside = inside[(inside >= 0) & (inside < frames)]
            targets[inside, column] = np.maximum(targets[inside, column], value)
    targets[:, 2] = truth.compound
    if truth.beats_s:  # what rings on after the last beat is neither
        targets[min(frames, int((truth.beats_s[-1] + 0.1) * PULSE_RATE_HZ)) :] = -1.0
    return targets


def harmony_examples(work: Path) -> list[HarmonyExample]:
    found = []
    for path in takes(work):
        kept, truth = np.load(path), Truth.load(path.with_suffix(".json"))
        if not kept["pitched"] or not truth.beats_s:
            continue
        edges_s = np.array(truth.beats_s)
        treble, bass = span_chroma(kept["semitones"].astype(np.float64), edges_s)
        middles_s = 0.5 * (edges_s[:-1] + edges_s[1:])
        chords = np.array([_chord_at(truth, t) for t in middles_s], np.int64)
        keys = np.array([_key_at(truth, t) for t in middles_s], np.int64)
        if (chords >= 0).any() or (keys >= 0).any():
            found.append(HarmonyExample(turned(treble, bass), chords, keys))
    return found


def span_chroma(semitones: np.ndarray, edges_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    notes = chroma.note_strengths(chroma.per_span(semitones, edges_s))
    return chroma.fold(notes), chroma.fold(notes, bass=True)


def _chord_at(truth: Truth, time_s: float) -> int:
    name = next((name for start, end, name in truth.chords if start <= time_s < end), "X")
    if name == "X":
        return UNKNOWN_TARGET
    if name == "N":
        return 12 * len(QUALITIES)
    root, quality = name.split(":")
    roots = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
    return 12 * QUALITIES.index(NEAREST[quality]) + roots.index(root)


def _key_at(truth: Truth, time_s: float) -> int:
    name = next((name for start, end, name in truth.keys if start <= time_s < end), None)
    if name is None:
        return UNKNOWN_TARGET
    key = Key.parse(name)
    return key.tonic + (12 if key.mode == "minor" else 0)
