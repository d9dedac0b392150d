"""How the words of a challenge are said: from their spelling to what the recogniser listens for."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vocalkit.errors import LyricsError

if TYPE_CHECKING:
    from vocalkit.voice.recogniser import SpokenWord


def spoken_words(words: Sequence[str], *, language: str) -> tuple[SpokenWord, ...]:
    """Each word by itself, as the language says it. Raises LyricsError for one that it cannot say."""
    from vocalkit.lyrics import parse_lyrics
    from vocalkit.voice.recogniser import SpokenWord

    lines = [line for section in parse_lyrics("\n".join(words), language=language).sections for line in section.lines]
    if len(lines) != len(words):
        raise LyricsError("a word of the challenge cannot be read as one word; choose another name or spelling")
    return tuple(
        SpokenWord(word, (tuple(symbol for syllable in line.syllables for symbol in syllable.phonemes),))
        for word, line in zip(words, lines, strict=True)
    )


def statement_words(statement: str, *, language: str) -> tuple[SpokenWord, ...]:
    """The words of a statement in order: what stands between spaces, in Japanese too."""
    bare = ("".join(char for char in word if not _is_mark(char)) for word in statement.split())
    return spoken_words([word for word in bare if word], language=language)


def _is_mark(char: str) -> bool:
    return char not in "'’" and unicodedata.category(char)[0] in "PSZ"
