"""Which letters of a word spell which of its phonemes, by the cheapest alignment.

Costs are ours, small integers: a letter that usually spells a sound is free, silent letters and
unusual pairs cost more. They serve every language in Latin letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from vocalkit.phones import is_vowel

VOWEL_LETTERS = frozenset("aeiouyæœ")

_SPELLS: dict[str, str] = {
    "b": "b p β", "c": "k s tʃ ʃ ts θ", "d": "d t dʒ ð ɾ", "f": "f v", "g": "ɡ dʒ ʒ x ɣ k ç", "h": "h x ɦ",
    "j": "dʒ j ʒ x", "k": "k", "l": "l ʎ j", "m": "m", "n": "n ŋ ɲ", "p": "p f", "q": "k", "r": "ɹ r ɾ ʁ ɐ ʀ",
    "s": "s z ʃ ʒ", "t": "t ʃ tʃ θ ð ɾ d s ts", "v": "v f b β", "w": "w v", "x": "k ɡ z s", "y": "j ʝ",
    "z": "z s ts θ dz", "ç": "s", "ñ": "ɲ", "ß": "s",
}  # fmt: skip
_VOWEL_SPELLS = {"u": "w v ɥ", "i": "j", "o": "w", "e": "j", "y": "j"}
_TWO: dict[str, str] = {
    "x": "k s|ɡ z|ɡ ʒ|k ʃ", "z": "t s", "u": "j u|j ʊ|j ə|j ʊɹ|j ɝ|j ɔ", "l": "ə l", "m": "ə m", "n": "ə n",
    "o": "w ʌ|w a", "r": "ə ɹ|ɚ ɹ|ə r", "i": "aɪ ə|aɪ ɚ", "e": "j u|j ʊ", "a": "j ə", "y": "aɪ ə|aɪ ɚ", "j": "d ʒ",
}  # fmt: skip
_SKIP = 8


def letters_of(text: str) -> str:
    """The word's letters in lower case, one character each, diacritics that change no class removed."""
    lowered = "".join(char.lower()[:1] if char.isalpha() else "'" for char in text)
    kept = {"ç", "ñ", "ß", "æ", "œ"}
    return "".join(char if char in kept else unicodedata.normalize("NFD", char)[0] for char in lowered)


def align_spelling(letters: str, phones: Sequence[str]) -> list[int]:
    """Index of the letter that spells each phoneme, never falling; phones: symbols of the alphabet."""
    count, total = len(letters), len(phones)
    best: list[list[tuple[float, int]]] = [[(float("inf"), 0)] * (total + 1) for _ in range(count + 1)]
    best[0][0] = (0.0, 0)
    for i in range(count + 1):
        for j in range(total + 1):
            cost = best[i][j][0]
            if cost == float("inf"):
                continue
            if j < total and cost + _SKIP < best[i][j + 1][0]:
                best[i][j + 1] = (cost + _SKIP, 3)
            if i == count:
                continue
            for used in (0, 1, 2):
                if j + used > total:
                    break
                price = cost + _letter_cost(letters, i, tuple(phones[j : j + used]))
                if price < best[i + 1][j + used][0]:
                    best[i + 1][j + used] = (price, used)
    return _trace(best, count, total)


def _trace(best: list[list[tuple[float, int]]], count: int, total: int) -> list[int]:
    owners = [0] * total
    i, j = count, total
    while i or j:
        step = best[i][j][1]
        if step == 3:
            j -= 1
            owners[j] = max(0, min(i, count) - 1)
            continue
        for back in range(step):
            owners[j - 1 - back] = i - 1
        i, j = i - 1, j - step
    return owners


def _letter_cost(letters: str, index: int, phones: tuple[str, ...]) -> float:
    """Price of one letter spelling none, one or two phonemes, seen beside its neighbours."""
    letter = letters[index]
    if not phones:
        return _silent_cost(letters, index)
    return _sound_cost(letter, phones) + (1.5 if len(phones) == 1 and _doubles(letters, index, phones[0]) else 0)


def _doubles(letters: str, index: int, phone: str) -> bool:
    """The second of two vowel letters rather belongs to the sound of the first."""
    return is_vowel(phone) and index > 0 and letters[index - 1] in VOWEL_LETTERS and letters[index - 1] != "y"


@lru_cache(maxsize=4096)
def _sound_cost(letter: str, phones: tuple[str, ...]) -> float:
    if len(phones) == 2:
        return 1.5 if " ".join(phones) in _TWO.get(letter, "").split("|") else 12.0
    phone = phones[0]
    if letter in VOWEL_LETTERS:
        if is_vowel(phone):
            return 0.5 if letter == "y" else 0.0
        return 1.0 if phone in _VOWEL_SPELLS.get(letter, "").split() else 9.0
    if is_vowel(phone):
        return 2.0 if letter in "rw" else 9.0
    return 0.0 if phone in _SPELLS.get(letter, "").split() else 6.0


def _silent_cost(letters: str, index: int) -> float:
    letter = letters[index]
    before, after = letters[index - 1 : index], letters[index + 1 : index + 2]
    if letter == "'":
        return 0.0
    if letter in VOWEL_LETTERS:
        if before and before in VOWEL_LETTERS:
            return 0.5
        if letter == "e":
            return 0.7 if not after or after in "sd'" else 1.5
        return 2.5
    if letter == before or (letter == "h" and before in ("t", "s", "c", "p", "w", "g", "r", "k")):
        return 0.2
    if letter in "wgh" or (letter == "r") or before + letter in ("ck", "sc", "mb", "dg", "tc", "ng"):
        return 1.0
    return 2.5
