"""Words on paper → syllables to sing: reading, phonemes, syllables joined to their spelling."""

from __future__ import annotations

from vocalkit.lyrics.parse import parse_lyrics, read_lyrics
from vocalkit.lyrics.phonemize import languages
from vocalkit.lyrics.underlaid import phonemize_underlay

__all__ = ["languages", "parse_lyrics", "phonemize_underlay", "read_lyrics"]
