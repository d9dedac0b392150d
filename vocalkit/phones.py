"""The phonemes of the project: IPA symbols as espeak-ng writes them, and what kind of sound each is.

Classes follow the IPA chart (2020 revision). A symbol is one phoneme: diphthongs and affricates are
single symbols. `normalize` brings espeak's variants (length, ties, syllabicity) to this alphabet.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

PhoneClass = Literal["vowel", "diphthong", "glide", "liquid", "nasal", "fricative", "affricate", "stop", "tap"]

_CLASSES: dict[PhoneClass, str] = {
    "vowel": "i y ɨ ʉ ɯ u ɪ ʏ ʊ e ø ɘ ɵ ɤ o ə ɛ œ ɜ ɞ ʌ ɔ æ ɐ a ɶ ɑ ɒ ɚ ɝ ᵻ ᵿ ɑ̃ ɔ̃ ɛ̃ œ̃ ã õ ẽ ĩ ũ ɐ̃ ə̃ æ̃",
    "diphthong": "aɪ eɪ ɔɪ aʊ oʊ əʊ ɪə eə ɛə ʊə iə ai ei oi au ou eu iu ui ɔø ɔʏ œy ɛi ʌy øy ɑu ɐɪ ɐʊ ɔʊ ɐ̃ʊ̃ ɐ̃ɪ̃ õɪ̃ "
    "eʊ iʊ",
    "glide": "j w ɥ ɰ ʍ ʋ",
    "liquid": "l ɹ r ʁ ʀ ɻ ɭ ʎ ɫ l̩",
    "nasal": "m n ŋ ɲ ɳ ɱ ɴ n̩ m̩",
    "fricative": "f v θ ð s z ʃ ʒ ɕ ʑ ʂ ʐ ç ʝ x ɣ χ h ɦ ħ ʕ ɸ β ɬ r̝",
    "affricate": "tʃ dʒ ts dz tɕ dʑ tʂ dʐ pf kx",
    "stop": "p b t d k ɡ q ɢ ʔ c ɟ ʈ ɖ",
    "tap": "ɾ ɽ",
}
_CLASS_OF: dict[str, PhoneClass] = {
    unicodedata.normalize("NFD", symbol): name for name, symbols in _CLASSES.items() for symbol in symbols.split()
}
_UNVOICED_SYMBOLS = "p t k q ʔ c ʈ f θ s ʃ ɕ ʂ ç x χ h ħ ɸ ɬ tʃ ts tɕ tʂ pf kx ʍ"
_UNVOICED = frozenset(unicodedata.normalize("NFD", symbol) for symbol in _UNVOICED_SYMBOLS.split())
_DROPPED = "ˈˌː͜͡ˑ'ʲ-|‿"
_VARIANTS = {"g": "ɡ", "ɫ": "l", "ɜː": "ɜ", "ɚ": "ɚ"}


def normalize(symbol: str) -> str:
    """Bring one espeak symbol to the project's alphabet: no stress, length, tie or palatal marks; NFD."""
    bare = unicodedata.normalize("NFD", symbol)
    bare = "".join(mark for mark in bare if mark not in _DROPPED)
    return _VARIANTS.get(bare, bare)


def phone_class(symbol: str) -> PhoneClass | None:
    """The manner of a phoneme, None for a symbol that is not in the alphabet."""
    return _CLASS_OF.get(unicodedata.normalize("NFD", symbol))


def is_vowel(symbol: str) -> bool:
    """True for vowels and diphthongs: the sounds a note is held on."""
    return phone_class(symbol) in ("vowel", "diphthong")


def is_voiced(symbol: str) -> bool:
    """True where the vocal folds swing: every vowel and sonorant, and the voiced obstruents."""
    return phone_class(symbol) is not None and unicodedata.normalize("NFD", symbol) not in _UNVOICED


def known_phones() -> frozenset[str]:
    """Every symbol of the alphabet."""
    return frozenset(_CLASS_OF)
