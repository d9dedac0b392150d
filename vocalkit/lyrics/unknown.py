"""Words whose pronunciation is a guess: espeak never refuses, so what it does with them tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vocalkit.lyrics.espeak import speak
from vocalkit.lyrics.spelling import VOWEL_LETTERS, letters_of
from vocalkit.lyrics.symbols import Phone, to_phones

SPELLED_OUT = "spelled out letter by letter"
NO_VOWEL = "has no vowel"
_LONG_NAME = 4
"""A letter's name of this many sounds is not found in a word by accident: German y, ypsilon."""

Word = tuple[str, str]
"""A word and its language."""


def why_unknown(words: Mapping[Word, Sequence[Phone]]) -> dict[Word, str]:
    """Why a word is unknown, for those that are. words: with their phonemes as espeak's line gave them."""
    found: dict[Word, str] = {}
    doubtful: dict[str, list[Word]] = {}
    for (text, language), phones in words.items():
        letters = letters_of(text).replace("'", "")
        if len(letters) < 2 or not letters.isalpha() or text.isupper():
            continue
        if len(_merged(phones)) > len(letters):
            doubtful.setdefault(language, []).append((text, language))
        elif not VOWEL_LETTERS.intersection(letters) and _only_vowel_is_schwa(phones) and letters.isascii():
            found[text, language] = NO_VOWEL
    for language, group in doubtful.items():
        names = _letter_names({char for text, _ in group for char in text.lower() if char.isalpha()}, language=language)
        for word in group:
            if _is_spelled_out(word[0].lower(), _merged(words[word]), names):
                found[word] = SPELLED_OUT
    return found


def _only_vowel_is_schwa(phones: Sequence[Phone]) -> bool:
    """The vowel that was added, at either end; a Czech or Serbian syllabic r has it inside."""
    vowels = [index for index, phone in enumerate(phones) if phone.vowel]
    return len(vowels) == 1 and phones[vowels[0]].symbol == "ə" and vowels[0] in (0, len(phones) - 1)


def _letter_names(letters: set[str], *, language: str) -> dict[str, tuple[str, ...]]:
    asked = sorted(letters)
    said = speak(asked, language=language)
    return {
        letter: _merged([phone for raw in groups for phone in to_phones(raw, language=language)])
        for letter, groups in zip(asked, said, strict=True)
    }


def _merged(phones: Sequence[Phone]) -> tuple[str, ...]:
    """Symbols, one for several alike in a row."""
    symbols = [phone.symbol for phone in phones]
    return tuple(s for i, s in enumerate(symbols) if i == 0 or symbols[i - 1] != s)


def _is_spelled_out(text: str, said: tuple[str, ...], names: Mapping[str, tuple[str, ...]]) -> bool:
    letters = [char for char in text if char.isalpha()]
    names_joined = _merged([Phone(symbol) for letter in letters for symbol in names[letter]])
    if said == names_joined:
        return True
    long_names = [names[letter] for letter in letters if len(names[letter]) >= _LONG_NAME]
    return any(said[at : at + len(name)] == name for name in long_names for at in range(len(said) - len(name) + 1))
