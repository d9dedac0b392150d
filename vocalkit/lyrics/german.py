"""What espeak's German needs for song texts: old spellings, and vowels that poets leave out."""

from __future__ import annotations

import re

_OLD_SPELLINGS = (
    (re.compile("aü"), "äu"),
    (re.compile("ey"), "ei"),
    (re.compile(r"^d'(?=r)"), "d"),  # d'rum, d'rauf
    (re.compile(r"^('s|s')$"), "es"),
)


def spoken_spelling(word: str) -> str:
    """How to write a German word (lower case, straight apostrophes) so that espeak says it."""
    for pattern, written in _OLD_SPELLINGS:
        word = pattern.sub(written, word)
    return word
