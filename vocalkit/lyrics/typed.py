"""Lyrics typed note by note → what each note sings: hyphens, melismas and elisions as editors write them.

One item a note: ``A-ma-zing grace _ how sweet`` gives the third note of *grace* to ``_``. ``-`` and LilyPond's
`` -- `` divide a word, ``_`` and ``+`` hold the syllable before over one more note (``grace__`` over two), and
``‿`` or ``~`` joins two syllables on one note (``ma-ny‿a``).
"""

from __future__ import annotations

import re
import unicodedata

from vocalkit.errors import LyricsError
from vocalkit.lyrics.espeak import check_language
from vocalkit.lyrics.lexicon import Lexicon
from vocalkit.lyrics.text import check_text, find_words
from vocalkit.lyrics.underlaid import phonemize_underlay
from vocalkit.types import Syllable

_DIVIDED = re.compile(r"\s+(?:--|-)\s+")
_HELD = re.compile(r"[_+]")
_ELISION = "‿"
_NO_LEXICON = Lexicon()


def lay_typed(text: str, *, language: str = "en-us", lexicon: Lexicon = _NO_LEXICON) -> tuple[Syllable | None, ...]:
    """For each note in order the syllable that begins on it, None where the one before is held.

    Line ends are spaces. Raises LyricsError where there is nothing to sing, or a mark holds nothing.
    """
    check_language(language)
    plain = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    check_text(plain)
    words, marks = _read(plain, language=language)
    if not words:
        raise LyricsError("there are no words to sing, only marks or punctuation")
    syllables = iter([s for word in phonemize_underlay(words, language=language, lexicon=lexicon) for s in word])
    return tuple(None if held else next(syllables) for held in marks)


def _read(text: str, *, language: str) -> tuple[list[list[str]], list[bool]]:
    """Words in parts, and for each note whether it is held."""
    words: list[list[str]] = []
    marks: list[bool] = []
    goes_on = False
    for chunk in _DIVIDED.sub("-", text.replace("~", _ELISION)).split():
        for piece in re.split(r"(?=[_+])|(?<=[_+])|-+", chunk):
            if _HELD.fullmatch(piece or ""):
                if not words:
                    raise LyricsError(f"{piece!r} holds a syllable, but none is before it")
                marks.append(True)
            elif find_words(piece or "", language=language):
                if goes_on:
                    words[-1].append(piece)
                else:
                    words.append([piece])
                goes_on = True
                marks.append(False)
        goes_on = goes_on and chunk.endswith("-")
    return words, marks
