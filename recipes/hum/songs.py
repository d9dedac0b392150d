"""PJS songs with what is sung in them, and which of them teach, choose and judge.

A song's part is a fixed hash of its name: `part_of`. Truth comes in two kinds. *Score*: the notes of
the MIDI file, which the singer's timing was corrected to by the corpus's author. *Sung*: a note at
every vowel or moraic N of the phoneme labels, with the MIDI pitch where there are as many as notes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import mido
import numpy as np

Part = Literal["train", "dev", "test"]
SYLLABIC = frozenset("aiueoN")
_HTK_S = 1e-7


@dataclass(frozen=True)
class Song:
    """score: (n, 3) start s, end s, MIDI pitch; vowels: (m, 2) start s, end s."""

    name: str
    audio: Path
    score: np.ndarray
    vowels: np.ndarray

    @property
    def part(self) -> Part:
        return part_of(self.name)


def part_of(name: str) -> Part:
    """train 6, dev 1, test 3 of ten, by SHA-256 of the name."""
    draw = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10
    return "train" if draw < 6 else "dev" if draw == 6 else "test"


def read_songs(shared: Path) -> Iterator[Song]:
    """Every song that has a recording (022 and 062 have none)."""
    for folder in sorted((shared / "singing" / "pjs").glob("pjs[0-9]*")):
        audio = folder / f"{folder.name}_song.flac"
        if audio.exists():
            phones = _labels(folder / f"{folder.name}.lab")
            vowels = np.array([(start, end) for start, end, symbol in phones if symbol in SYLLABIC])
            score = _midi(folder / f"{folder.name}.mid")
            yield Song(folder.name, audio, score, _lined_up(vowels, score))


def _lined_up(vowels: np.ndarray, score: np.ndarray) -> np.ndarray:
    """The vowels on the recording's clock: the labels of pjs001 run 0.26 s ahead of its sound and its MIDI file."""
    if len(vowels) != len(score):
        return vowels
    shift = float(np.median(vowels[:, 0] - score[:, 0]))
    return vowels - shift if abs(shift) > 0.05 else vowels


def _labels(path: Path) -> tuple[tuple[float, float, str], ...]:
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) == 3 and int(words[1]) > int(words[0]):
            found.append((int(words[0]) * _HTK_S, int(words[1]) * _HTK_S, words[2]))
    return tuple(found)


def _midi(path: Path) -> np.ndarray:
    now, sounding, notes = 0.0, {}, []
    for message in mido.MidiFile(path):
        now += message.time
        if message.type == "note_on" and message.velocity > 0:
            sounding[message.note] = now
        elif message.type in ("note_on", "note_off") and message.note in sounding:
            notes.append((sounding.pop(message.note), now, message.note))
    return np.array(sorted(notes))
