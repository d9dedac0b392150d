"""espeak's raw symbols → the project's alphabet (`vocalkit.phones`), one stress mark a vowel."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from vocalkit.errors import LyricsError
from vocalkit.phones import is_vowel, known_phones, normalize


@dataclass(frozen=True, slots=True)
class Phone:
    """One phoneme. symbol: of the project's alphabet; stress: 0 none, 1 secondary, 2 primary (vowels only)."""

    symbol: str
    stress: int = 0

    @property
    def vowel(self) -> bool:
        return is_vowel(self.symbol)


_ENGLISH = {"ᵻ": "ɪ", "ɐ": "ə", "ʔ": "t", "r": "ɹ", "əl": "ə l", "iə": "i ə", "aɪə": "aɪ ə", "aɪɚ": "aɪ ɚ"}
# espeak writes these several ways within one language; singers hold one sound.
_VARIANTS: dict[str, dict[str, str]] = {
    "en": _ENGLISH,
    "de": {"ɜ": "ɐ", "ʊɐ": "ʊ ɾ"},
    "it": {"ɪ": "i", "ʊ": "u"},
    "pt": {"y": "ɪ", "æ": "ɐ"},
    "es": {"oɪ": "oi", "eɪ": "ei", "aɪ": "ai", "aʊ": "au"},
    "ky": {"N": "ŋ", "dZ": "dʒ", "tS": "tʃ", "S": "ʃ", "X": "χ"},
    "uz": {"tS": "tʃ"},
    "lb": {"X": "χ"},
    "tn": {"K": "x"},
    "ga": {"A": "ɑ"},
    "ko": {"js": "s"},
}
_EVERYWHERE = {
    "eə": "ɛə", "n̩": "ə n", "m̩": "ə m", "ŋ̩": "ə ŋ", "l̩": "ə l", "r̩": "ə r", "ɹ̩": "ə ɹ", "oɪ": "oi", "ʦ": "ts", "ɗ": "d",
    "Φ": "p",
    # Some tables of espeak write retroflex sounds as X-SAMPA does.
    "s.": "ʂ", "z.": "ʐ", "ts.": "tʂ", "tsh.": "tʂ", "dz.": "dʐ", "r.": "ɽ", "t.": "ʈ", "d.": "ɖ", "n.": "ɳ", "l.": "ɭ",
    "i.": "ɨ",
}  # fmt: skip
_MARKS = {"ˈ": 2, "ˌ": 1}


def to_phones(raw: Sequence[str], *, language: str) -> tuple[Phone, ...]:
    """Symbols of the alphabet in order; a symbol of espeak that holds several phonemes is divided."""
    phones: list[Phone] = []
    for symbol in raw:
        if symbol == "ə" and language.startswith("pt") and phones and phones[-1].symbol == "ɾ":
            continue  # espeak eases a Portuguese r before a consonant by a vowel that nobody sings: carta
        stress = max((_MARKS.get(mark, 0) for mark in symbol), default=0)
        for part in _divide(symbol, language=language):
            vowel = is_vowel(part)
            phones.append(Phone(part, stress if vowel else 0))
            stress = 0 if vowel else stress
    return tuple(phones)


@lru_cache(maxsize=2048)
def _divide(symbol: str, *, language: str) -> tuple[str, ...]:
    bare = unicodedata.normalize("NFC", symbol.strip("ˈˌ"))
    if language.startswith("en-us") and bare == "ɜː":
        return ("ɝ",)  # espeak leaves out the r-colour that American English has
    table = _VARIANTS.get(language.split("-")[0], {})
    for key in (bare, bare.replace("ː", "")):
        written = table.get(key) or _EVERYWHERE.get(key)
        if written:
            return tuple(normalize(part) for part in written.split())
    try:
        return divide_symbol(normalize(symbol).replace("ε", "ɛ"))
    except LyricsError:
        raise LyricsError(f"espeak's {language} phoneme {symbol!r} is not in the phoneme alphabet") from None


def divide_symbol(text: str) -> tuple[str, ...]:
    """A string of symbols without spaces, already normal, cut at the longest known symbols. LyricsError if unknown."""
    known = known_phones()
    parts: list[str] = []
    at = 0
    while at < len(text):
        length = next((n for n in range(min(6, len(text) - at), 0, -1) if text[at : at + n] in known), 0)
        if not length:
            if unicodedata.category(text[at]) not in ("Ll", "Lo", "Lu"):
                at += 1  # what the alphabet does not keep: tone digits, stød, aspiration, release
                continue
            raise LyricsError(f"{text!r} is not in the phoneme alphabet")
        if not (parts and parts[-1] == text[at : at + length]):  # a geminate is one longer consonant
            parts.append(text[at : at + length])
        at += length
    return tuple(parts)
