"""PJS songs as notes on the singer's own timing: the score's words and pitches, the hand labels' times.

Each note's nucleus (its vowel, or ん) is found among the labels by the cheapest edit of one sequence of nuclei into the
other; notes whose nucleus has no counterpart are left out, with what touches them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocalkit.lyrics import phonemize_underlay
from vocalkit.score import lay_words, read_score
from vocalkit.types import Note, Score

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NO_AUDIO = ("pjs022", "pjs062")
NUCLEI = ("a", "i", "u", "e", "o", "N")
SILENT = ("pau", "xx", "sil")
VOICELESS_GAP_S = 0.0


@dataclass(frozen=True, slots=True)
class Label:
    symbol: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SungNote:
    """A note of the score with what the singer made of it.

    written: the note in the score; nucleus: the label it is sung on; onset: the labels between it and the nucleus
    before; after_rest: silence comes before the onset; next_s: when the next nucleus starts, None before a rest.
    """

    written: Note
    nucleus: Label
    onset: tuple[Label, ...]
    after_rest: bool
    next_s: float | None

    @property
    def onset_s(self) -> float:
        return self.nucleus.start_s - self.onset[0].start_s if self.onset else 0.0


def songs(folder: Path, config: Path = Path("recipes/vocoder/config.toml")) -> tuple[list[str], list[str]]:
    """Names of the songs to fit on, and of those held out."""
    corpora = tomllib.loads(config.read_text())["corpora"]
    held = next(corpus["held_out"] for corpus in corpora if corpus["name"] == "pjs")
    names = sorted(path.name for path in folder.glob("pjs*") if path.is_dir() and path.name not in NO_AUDIO)
    return [name for name in names if name not in held], held


def labels(folder: Path, name: str) -> list[Label]:
    """The hand labels of one song: HTK, 100 ns."""
    found = []
    for line in (folder / name / f"{name}.lab").read_text().splitlines():
        start, end, symbol = line.split()
        found.append(Label(symbol, int(start) / 1e7, int(end) / 1e7))
    return found


def score_of(folder: Path, name: str) -> Score:
    imported = read_score(folder / name / f"{name}.musicxml", language="ja")
    return lay_words(imported, phonemize_underlay(imported.words, language="ja"))


def nuclei_of(note: Note) -> list[str]:
    """The vowels of a note as PJS writes them, N for a note that is a nasal alone."""
    if note.syllable is None:
        return []
    vowels = [symbol.replace("ɯ", "u") for symbol in note.syllable.phonemes if symbol in "aiɯeo"]
    return vowels or ["N"]


def sung_notes(folder: Path, name: str) -> list[SungNote]:
    """The notes of a song that could be found in its labels."""
    score, found = score_of(folder, name), labels(folder, name)
    asked = [(k, symbol) for k, note in enumerate(score.notes) for symbol in nuclei_of(note)]
    places = [index for index, label in enumerate(found) if label.symbol in NUCLEI]
    pairs = _edit([symbol for _, symbol in asked], [found[index].symbol for index in places])
    first: dict[int, int] = {}
    for ours, theirs in pairs:
        first.setdefault(asked[ours][0], places[theirs])
    notes = []
    for k, index in first.items():
        begin = index
        while begin > 0 and found[begin - 1].symbol not in (*NUCLEI, *SILENT):
            begin -= 1
        after = next((label for label in found[index + 1 :] if label.symbol in (*NUCLEI, *SILENT)), None)
        next_s = after.start_s if after is not None and after.symbol in NUCLEI else None
        rest = begin == 0 or found[begin - 1].symbol in SILENT
        notes.append(SungNote(score.notes[k], found[index], tuple(found[begin:index]), rest, next_s))
    return notes


def on_singers_time(notes: list[SungNote]) -> tuple[Note, ...]:
    """The notes starting when the singer's nuclei do, each until the next or until the singer stops."""
    timed = []
    for k, sung in enumerate(notes):
        start_s = sung.nucleus.start_s
        following = notes[k + 1].nucleus.start_s if k + 1 < len(notes) else None
        joined = sung.next_s is not None and following is not None and following - sung.next_s < 2.0
        end_s = following if joined and following is not None else sung.nucleus.end_s
        if following is not None:
            end_s = min(end_s, following)
        if end_s > start_s:
            timed.append(Note(start_s, end_s, sung.written.pitch_midi, sung.written.syllable))
    return tuple(timed)


def _edit(ours: list[str], theirs: list[str]) -> list[tuple[int, int]]:
    """Pairs of equal symbols on the cheapest edit path."""
    cost = np.zeros((len(ours) + 1, len(theirs) + 1), np.int32)
    cost[:, 0], cost[0] = np.arange(len(ours) + 1), np.arange(len(theirs) + 1)
    for i, one in enumerate(ours, 1):
        for j, other in enumerate(theirs, 1):
            cost[i, j] = min(cost[i - 1, j - 1] + 2 * (one != other), cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    pairs, i, j = [], len(ours), len(theirs)
    while i and j:
        if ours[i - 1] == theirs[j - 1] and cost[i, j] == cost[i - 1, j - 1]:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        elif cost[i, j] == cost[i, j - 1] + 1:
            j -= 1
        else:
            i, j = i - 1, j - 1
    return pairs[::-1]
