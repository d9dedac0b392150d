"""The languages that are looked after, and how each is read.

Any other language of espeak works too, as espeak says it; these have tests, figures or rules of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vocalkit.errors import LyricsError

Reader = Literal["espeak", "latin", "japanese", "mandarin", "korean"]


@dataclass(frozen=True, slots=True)
class Language:
    """code: espeak's; reader: what turns its words into phonemes."""

    code: str
    name: str
    reader: Reader = "espeak"


SUPPORTED: tuple[Language, ...] = (
    Language("en-us", "English (US)"),
    Language("en-gb", "English (GB)"),
    Language("es", "Spanish"),
    Language("es-419", "Spanish (Latin America)"),
    Language("fr-fr", "French"),
    Language("de", "German"),
    Language("it", "Italian"),
    Language("pt", "Portuguese"),
    Language("pt-br", "Portuguese (Brazil)"),
    Language("nl", "Dutch"),
    Language("pl", "Polish"),
    Language("cs", "Czech"),
    Language("sv", "Swedish"),
    Language("la", "Latin, as sung in church", "latin"),
    Language("ja", "Japanese", "japanese"),
    Language("cmn", "Mandarin: characters or pinyin", "mandarin"),
    Language("cmn-latn-pinyin", "Mandarin: pinyin", "mandarin"),
    Language("ko", "Korean", "korean"),
)
_READERS = {language.code: language.reader for language in SUPPORTED}
_SHORT = {
    "en": "en-us", "us": "en-us", "gb": "en-gb", "uk": "en-gb", "fr": "fr-fr", "zh": "cmn", "cn": "cmn", "jp": "ja",
    "br": "pt-br", "kr": "ko", "mx": "es-419",
}  # fmt: skip
"""What people write in a tag such as ``[fr]``, where it is no code of espeak's or seldom meant as one."""


def reader_of(code: str) -> Reader:
    """What reads a language; espeak where nothing else is named."""
    return _READERS.get(code, "espeak")


def tagged_language(tag: str) -> str:
    """The code meant by a tag in the text, such as ``[fr]``; LyricsError where it is none."""
    from vocalkit.lyrics.espeak import languages

    code = tag.lower().replace("_", "-")
    code = _SHORT.get(code, code)
    if code in _READERS or code in languages():
        return code
    listed = " ".join(language.code for language in SUPPORTED)
    raise LyricsError(f"[{tag}] names no language; use one of {listed}; headings stand on a line of their own")
