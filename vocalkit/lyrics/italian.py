"""What espeak's Italian needs for song: its diphthongs are one syllable, as Italian verse counts them.

A weak i or u before a vowel is a glide (*vuol*, *spiace*, *gioia*); a final i and any weak u close the vowel before
them (*vorrei*, *aura*); words such as *mio* and *tua* are one syllable inside a line and two at its end (W. T. Elwert,
Versificazione italiana, 1973, on syneresis).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vocalkit.lyrics.symbols import Phone

_GLIDES = {"i": "j", "u": "w"}
_CLOSED_BY_I = {"a": "ai", "ɛ": "ɛi", "e": "ei", "ɔ": "oi", "o": "oi", "u": "ui"}
_CLOSED_BY_U = {"a": "au", "ɛ": "eu", "e": "eu"}
_ONE_INSIDE_A_LINE = re.compile(r"(?:[a-zà-ù]+')?(?:[mts][iu][aoe]|d[iu]o|due|io|pria|fia|sia|zi[ao]|via|miei)")


def fit_to_song(word: str, phones: Sequence[Phone], alone: Sequence[Phone], *, ends_line: bool) -> tuple[Phone, ...]:
    """The word's phonemes with the vowels that verse sings as one.

    word: in lower case; phones: as heard in the line; alone: as espeak says the word by itself, which shows its stress.
    """
    own = alone if [phone.symbol for phone in alone] == [phone.symbol for phone in phones] else phones
    short = not ends_line and _ONE_INSIDE_A_LINE.fullmatch(word) is not None
    stresses = [0 if short and phone.symbol in _GLIDES else own[index].stress for index, phone in enumerate(phones)]
    lonely = not short and not any(stresses)
    fitted: list[Phone] = []
    for index, phone in enumerate(phones):
        following = phones[index + 1] if index + 1 < len(phones) else None
        before_vowel = following is not None and following.vowel and following.symbol[0] not in "iu"
        own_nucleus = lonely and not any(earlier.vowel for earlier in fitted)
        if phone.symbol in _GLIDES and before_vowel and not stresses[index] and not own_nucleus:
            fitted.append(Phone(_GLIDES[phone.symbol]))
        elif (diphthong := _closed(fitted, phone, following, stresses[index])) is not None:
            fitted[-1] = Phone(diphthong, fitted[-1].stress)
        else:
            fitted.append(phone)
    return tuple(fitted)


def _closed(before: Sequence[Phone], phone: Phone, following: Phone | None, stress: int) -> str | None:
    """The diphthong that a weak vowel makes with the one before it: a final i (*vorrei*), any u (*aura*)."""
    if stress or not before:
        return None
    if phone.symbol == "i":
        return _CLOSED_BY_I.get(before[-1].symbol) if following is None else None
    closes = phone.symbol == "u" and (following is None or not following.vowel)
    return _CLOSED_BY_U.get(before[-1].symbol) if closes else None
