"""``w:`` lines of ABC: syllables under the notes of the line of music above."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vocalkit.score.texts import clean, has_words
from vocalkit.score.written import WrittenNote, WrittenPart

_NUMBERING = re.compile(r"^\s*\d{1,3}\s*[.):]\s*")
HELD, SKIPPED, NEXT_BAR = "_", "*", "|"


def align(notes: list[WrittenNote], text: str, verse: str, part: WrittenPart, *, open_word: bool) -> bool:
    """Lay one line of words. Tied notes count, as ABC has it; syllables without notes are counted as lost.

    open_word: the line before ended inside a word. Returns whether this one does.
    """
    at = 0
    for kind, syllable, goes_on in _tokens(text):
        if kind == NEXT_BAR:
            bar = notes[at - 1].bar if 0 < at <= len(notes) else None
            while at < len(notes) and notes[at].bar == bar:
                at += 1
        elif kind in (HELD, SKIPPED):
            at += 1
        elif at < len(notes):
            mark = ("middle" if goes_on else "end") if open_word else ("begin" if goes_on else "single")
            open_word = goes_on
            notes[at].lyrics[verse] = (syllable, mark)
            at += 1
        else:
            part.lose("syllables of w: lines that have more of them than notes")
    return open_word


def _tokens(text: str) -> Iterator[tuple[str, str, bool]]:
    """(kind, syllable, whether its word goes on). A hyphen after a space or another hyphen holds the syllable."""
    syllable = ""
    index = 0
    while index <= len(text):
        char = text[index] if index < len(text) else " "
        if char == "\\" and text[index + 1 : index + 2] == "-":
            syllable += "-"
            index += 1
        elif char in " \t-_*|":
            if syllable:
                words = clean(_NUMBERING.sub("", syllable.replace("~", " ").replace("\\", ""))).rstrip("-")
                goes_on = char == "-"
                if has_words(words):
                    yield "", words, goes_on
                elif words:
                    yield SKIPPED, "", False
                syllable = ""
            elif char == "-":
                yield HELD, "", False
            if char in "_*|":
                yield char, "", False
        else:
            syllable += char
        index += 1
