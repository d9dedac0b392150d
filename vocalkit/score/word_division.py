"""Whole words on their first note, as OpenUtau sings them, and the division into syllables that this would lose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from vocalkit.score.sheet import SheetNote

_MARK = "Words divided: "
_HELD = re.compile(r"Held over rests at:((?: \d{1,9})+);")
SAFE_BRACKETS, PLAIN_BRACKETS = str.maketrans("[]", "［］"), str.maketrans("［］", "[]")
"""OpenUtau takes what stands in square brackets for phonemes; words have wide ones instead."""
_VOWELS = re.compile(r"[aeiouyäöüáéíóúàèìòùâêîôûæœøåãõ]+", re.IGNORECASE)
_SEPARATOR = "·"


def whole_words(notes: Sequence[SheetNote]) -> tuple[list[str | None], str]:
    """The lyric of every note, and a comment that tells how the words are divided (``Words divided: heav·en``).

    A word stands on its first note, ``+`` where a further syllable of it begins; None carries a syllable on. A word
    that a rest breaks, or that is divided in a second way, cannot be written so: its syllables keep their hyphens.
    """
    lyrics: list[str | None] = [note.text for note in notes]
    table: dict[tuple[str, int], list[str]] = {}
    for group in _words(notes):
        texts = [notes[index].text or "" for index in group]
        key = ("".join(texts), len(texts))
        unbroken = all(notes[i].end == notes[i + 1].start for i in range(group[0], group[-1]))
        plain = not any(char.isspace() or char == _SEPARATOR for char in key[0])
        if len(group) > 1 and unbroken and plain and table.setdefault(key, texts) == texts:
            lyrics[group[0]] = key[0]
            for index in group[1:]:
                lyrics[index] = "+"
        else:
            for index, text in zip(group[:-1], texts[:-1], strict=True):
                lyrics[index] = f"{text}-"
    divided = sorted(_SEPARATOR.join(texts) for texts in table.values())
    return lyrics, _MARK + " ".join(divided) if divided else ""


def with_held_vowels(
    lyrics: Sequence[str | None], notes: Sequence[SheetNote], spans: Sequence[tuple[int, int]]
) -> tuple[list[str | None], str]:
    """The lyrics where a syllable goes on after a rest: its vowel again, for OpenUtau carries nothing over a gap.

    spans: of the notes, in ticks. Also a comment that tells which notes these are, so that they are no new words.
    """
    held: list[int] = []
    written = list(lyrics)
    vowel = "a"
    for index, note in enumerate(notes):
        if note.text is not None:
            vowels = _VOWELS.findall(note.text)
            vowel = vowels[-1].lower() if vowels else vowel
        elif note.continues and index and spans[index][0] > spans[index - 1][1]:
            written[index] = vowel
            held.append(spans[index][0])
    return written, f"Held over rests at: {' '.join(map(str, held))}; " if held else ""


def held_ticks(comment: str) -> frozenset[int]:
    """Where a note carries a syllable on after a rest, from such a comment."""
    found = _HELD.search(comment)
    return frozenset(map(int, found.group(1).split())) if found else frozenset()


def read_table(comment: str) -> dict[tuple[str, int], list[str]]:
    """(word, number of its syllables) → syllables, from such a comment."""
    _, found, rest = comment.partition(_MARK)
    table: dict[tuple[str, int], list[str]] = {}
    for word in rest.split() if found else ():
        parts = word.split(_SEPARATOR)
        table[("".join(parts), len(parts))] = parts
    return table


def divide(word: str, count: int, table: dict[tuple[str, int], list[str]]) -> list[str] | None:
    """The word's syllables: from the table, or before the consonant ahead of each vowel group if these are as many."""
    known = table.get((word, count))
    if known is not None or count == 1:
        return known or [word]
    vowels = list(_VOWELS.finditer(word))
    if len(vowels) == count + 1 and word.lower().endswith("e"):
        vowels.pop()
    if len(vowels) != count:
        return None
    cuts = [0, *(max(vowels[i].end(), vowels[i + 1].start() - 1) for i in range(count - 1)), len(word)]
    return [word[cuts[i] : cuts[i + 1]] for i in range(count)]


def _words(notes: Sequence[SheetNote]) -> Iterable[list[int]]:
    """Indices of the notes that begin a syllable, word by word."""
    group: list[int] = []
    for index, note in enumerate(notes):
        if note.text is None:
            continue
        if note.position in ("single", "begin") and group:
            yield group
            group = []
        group.append(index)
    if group:
        yield group
