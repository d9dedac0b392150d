"""A lyrics sheet or file → `Lyrics`, ready for a melody."""

from __future__ import annotations

from pathlib import Path

from vocalkit.errors import LyricsError
from vocalkit.lyrics.lexicon import Lexicon
from vocalkit.lyrics.sheet import phonemize_sheet
from vocalkit.lyrics.text import MAX_CHARACTERS, decode_text
from vocalkit.types import Lyrics

_MAX_BYTES = 4 * MAX_CHARACTERS + 4
_NO_LEXICON = Lexicon()


def read_lyrics(path: Path, *, language: str = "en-us", lexicon: Lexicon = _NO_LEXICON) -> Lyrics:
    """Read a lyrics file: UTF-8, or UTF-16 with its byte-order mark. See `parse_lyrics`."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise LyricsError(f"cannot read the lyrics {path}: {error.strerror or error}") from error
    if len(data) > _MAX_BYTES:
        raise LyricsError(f"{path.name}: too large for lyrics; at most {MAX_CHARACTERS} characters are read")
    text = decode_text(data, name=path.name)
    try:
        return parse_lyrics(text, language=language, lexicon=lexicon)
    except LyricsError as error:
        raise LyricsError(f"{path.name}: {error}") from error


def parse_lyrics(text: str, *, language: str = "en-us", lexicon: Lexicon = _NO_LEXICON) -> Lyrics:
    """Sections, lines and syllables of a lyrics sheet, in singing order.

    As `vocalkit.lyrics.sheet.phonemize_sheet`, which tells more: the words, and which of them are unknown.
    """
    return phonemize_sheet(text, language=language, lexicon=lexicon).lyrics
