"""Words on paper → syllables to sing: reading, phonemes, syllables joined to their spelling."""

from __future__ import annotations

from vocalkit.lyrics.espeak import languages
from vocalkit.lyrics.language_table import SUPPORTED, Language
from vocalkit.lyrics.lexicon import Lexicon, parse_lexicon, read_lexicon
from vocalkit.lyrics.parse import parse_lyrics, read_lyrics
from vocalkit.lyrics.sheet import LyricSheet, SheetLine, phonemize_sheet
from vocalkit.lyrics.typed import lay_typed
from vocalkit.lyrics.underlaid import Underlay, phonemize_underlay, read_underlay
from vocalkit.lyrics.words import SungWord

__all__ = [
    "SUPPORTED",
    "Language",
    "Lexicon",
    "LyricSheet",
    "SheetLine",
    "SungWord",
    "Underlay",
    "languages",
    "lay_typed",
    "parse_lexicon",
    "parse_lyrics",
    "phonemize_sheet",
    "phonemize_underlay",
    "read_lexicon",
    "read_lyrics",
    "read_underlay",
]
