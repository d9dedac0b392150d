"""Which verse a note sings: the one asked for, the next one on every repeat, shared words where it has none."""

from __future__ import annotations

import re
from itertools import pairwise

from vocalkit.errors import ScoreError
from vocalkit.score.written import WrittenNote

SHARED_INSIDE, SHARED_AT_END = 4, 2
"""So many syllables of another verse in a row, where this one has none, are words that both share (a refrain).
Fewer are a melisma of this verse. Inside a verse, and after its last syllable."""

Lyric = tuple[str, str]


def verse_keys(notes: list[WrittenNote]) -> list[str]:
    """The file's own names of the verses, in order: they are numbered with gaps, or named."""
    keys = {key for note in notes for key in note.lyrics}
    return sorted(keys, key=lambda key: (int(re.sub(r"\D", "", key)[:9] or 0), key))


def check_verse(keys: list[str], verse: int) -> None:
    """ScoreError, with how many there are, where the verse does not exist."""
    if keys and verse > len(keys):
        raise ScoreError(f"verse {verse} does not exist; the part has {len(keys)}")


def choose_lyrics(notes: list[WrittenNote], keys: list[str], verse: int) -> list[Lyric | None]:
    """The syllable of every note of one voice, in playing order. verse: counted from 1; repeats go on from it."""
    if not keys:
        return [None] * len(notes)
    base = keys[verse - 1]
    wanted = [keys[verse - 1 + note.visit] if verse - 1 + note.visit < len(keys) else base for note in notes]
    chosen: list[Lyric | None] = []
    index = 0
    while index < len(notes):
        end = index
        while end < len(notes) and wanted[end] == wanted[index] and notes[end].visit == notes[index].visit:
            end += 1
        chosen.extend(_stretch(notes[index:end], wanted[index], [base, *keys]))
        index = end
    return chosen


def _stretch(notes: list[WrittenNote], wanted: str, others: list[str]) -> list[Lyric | None]:
    """Syllables of notes that follow each other on one pass: the wanted verse's, and shared ones in its gaps."""
    own = [index for index, note in enumerate(notes) if wanted in note.lyrics]
    chosen: list[Lyric | None] = [note.lyrics.get(wanted) for note in notes]
    edges = [-1, *own, len(notes)]
    for before, after in pairwise(edges):
        gap = range(before + 1, after)
        least = 1 if not own else (SHARED_AT_END if before < 0 or after == len(notes) else SHARED_INSIDE)
        key = next((k for k in others if sum(k in notes[i].lyrics for i in gap) >= least), None) if gap else None
        for index in gap if key is not None else ():
            chosen[index] = notes[index].lyrics.get(key) if key is not None else None
    return chosen
