"""Where and how each phoneme is made, so that any phoneme is near some other.

Positions follow the IPA chart (2020): a vowel has height, backness and rounding, a consonant place,
manner and voicing. Distances are rough by nature: they rank contexts and find substitutes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from vocalkit.errors import InputError
from vocalkit.phones import is_voiced, phone_class

_VOWELS: dict[str, tuple[float, float, float]] = {
    "i": (1.0, 0.0, 0), "y": (1.0, 0.0, 1), "ɨ": (1.0, 0.5, 0), "ʉ": (1.0, 0.5, 1), "ɯ": (1.0, 1.0, 0),
    "u": (1.0, 1.0, 1), "ɪ": (0.85, 0.15, 0), "ʏ": (0.85, 0.15, 1), "ʊ": (0.85, 0.85, 1), "e": (0.66, 0.0, 0),
    "ø": (0.66, 0.0, 1), "ɘ": (0.66, 0.5, 0), "ɵ": (0.66, 0.5, 1), "ɤ": (0.66, 1.0, 0), "o": (0.66, 1.0, 1),
    "ə": (0.5, 0.5, 0), "ɛ": (0.33, 0.0, 0), "œ": (0.33, 0.0, 1), "ɜ": (0.33, 0.5, 0), "ɞ": (0.33, 0.5, 1),
    "ʌ": (0.33, 0.75, 0), "ɔ": (0.33, 1.0, 1), "æ": (0.15, 0.05, 0), "ɐ": (0.2, 0.55, 0), "a": (0.0, 0.35, 0),
    "ɶ": (0.0, 0.0, 1), "ɑ": (0.0, 0.95, 0), "ɒ": (0.0, 1.0, 1), "ɚ": (0.5, 0.5, 0), "ɝ": (0.45, 0.5, 0),
    "ᵻ": (0.9, 0.35, 0), "ᵿ": (0.9, 0.7, 1),
}  # fmt: skip
_PLACES: dict[float, str] = {
    0.0: "p b m ɸ β w ʍ", 0.1: "f v ɱ pf", 0.2: "θ ð", 0.3: "t d n s z l r ɾ ɬ ts dz n̩ l̩ r̝", 0.4: "ʃ ʒ tʃ dʒ ɹ",
    0.45: "ʈ ɖ ɳ ʂ ʐ tʂ dʐ ɻ ɭ ɽ", 0.5: "ɕ ʑ tɕ dʑ", 0.55: "c ɟ ɲ ç ʝ ʎ j ɥ", 0.7: "k ɡ ŋ x ɣ ɰ kx",
    0.8: "q ɢ ɴ χ ʁ ʀ", 0.9: "ħ ʕ", 1.0: "h ɦ ʔ",
}  # fmt: skip
_PLACE_OF = {
    unicodedata.normalize("NFD", phone): place for place, phones in _PLACES.items() for phone in phones.split()
}
_MANNER = {"stop": 0.0, "tap": 0.15, "affricate": 0.25, "fricative": 0.45, "nasal": 0.7, "liquid": 0.85, "glide": 1.0}
_RHOTIC = frozenset("ɚɝɹrɻʁʀɾ")
_FAR = 10.0


@dataclass(frozen=True, slots=True)
class Articulation:
    """Coordinates in 0..1 each; a vowel has its start and end tongue position, a consonant one place."""

    vowel: bool
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    voiced: bool
    rhotic: bool
    symbol: str


@lru_cache(maxsize=1024)
def articulation(symbol: str) -> Articulation:
    """Coordinates of a phoneme of the project's alphabet; InputError for any other symbol."""
    bare = unicodedata.normalize("NFD", symbol)
    kind = phone_class(bare)
    if kind is None:
        raise InputError(f"unknown phoneme {symbol!r}: write phonemes in the IPA symbols that espeak-ng uses")
    rhotic = any(mark in _RHOTIC for mark in bare)
    if kind in ("vowel", "diphthong"):
        positions = [_VOWELS[letter] for letter in bare if letter in _VOWELS]
        return Articulation(True, positions[0], positions[-1], True, rhotic, bare)
    if bare.endswith("\u0329"):  # a syllabic consonant is made where its consonant is
        bare = bare[0]
    position = (_PLACE_OF.get(bare, 0.3), _MANNER[kind], 0.0)
    return Articulation(False, position, position, is_voiced(bare), rhotic, bare)


def distance(one: str, other: str) -> float:
    """How different two phonemes are: 0 the same, about 1 far apart, 10 a vowel against a consonant."""
    a, b = articulation(one), articulation(other)
    if a.symbol == b.symbol:
        return 0.0
    if a.vowel != b.vowel:
        return _FAR
    weights = (1.0, 1.0, 0.4) if a.vowel else (0.9, 1.3, 0.0)
    spread = sum(
        weight * (abs(a.start[i] - b.start[i]) + abs(a.end[i] - b.end[i])) / 2 for i, weight in enumerate(weights)
    )
    return 0.02 + spread + 0.35 * (a.voiced != b.voiced) + 0.4 * (a.rhotic != b.rhotic)


def nearest(symbol: str, known: Iterable[str]) -> str:
    """The known phoneme most like `symbol`; ties go to the first in alphabetical order."""
    return min(sorted(known), key=lambda candidate: distance(symbol, candidate))


def context_cost(wanted: str | None, found: str | None) -> float:
    """How badly a neighbour colours a phoneme, 0 to 1: what counts is where the tongue and lips are."""
    if wanted == found:
        return 0.0
    if wanted is None or found is None:
        return 1.0
    a, b = articulation(wanted), articulation(found)
    if a.vowel != b.vowel:
        return 1.0
    axis = (0, 1) if a.vowel else (0,)
    apart = sum(abs(a.start[i] - b.end[i]) for i in axis) / len(axis)
    manner = 0.0 if a.vowel else 0.3 * abs(a.start[1] - b.start[1]) + 0.1 * (a.voiced != b.voiced)
    return min(1.0, 0.1 + 1.6 * apart + manner)
