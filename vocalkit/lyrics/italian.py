"""What espeak's Italian needs for song: its diphthongs are one syllable, as Italian verse counts them.

A weak i or u before a vowel is a glide (*vuol*, *spiace*, *gioia*), a final i after a vowel closes it (*vorrei*), and
words such as *mio* and *tua* are one syllable inside a line and two at its end (W. T. Elwert, Versificazione italiana,
1973, on syneresis).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vocalkit.lyrics.symbols import Phone

_GLIDES = {"ɪ": "j", "ʊ": "w", "i": "j", "u": "w"}
_CLOSED_BY_I = {"a": "ai", "ɛ": "ɛi", "e": "ei", "ɔ": "oi", "o": "oi", "u": "ui"}
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
        before_vowel = following is not None and following.vowel and following.symbol[0] not in "iɪuʊ"
        own_nucleus = lonely and not any(earlier.vowel for earlier in fitted)
        if phone.symbol in _GLIDES and before_vowel and not stresses[index] and not own_nucleus:
            fitted.append(Phone(_GLIDES[phone.symbol]))
        elif _closes(fitted, phone, following, stresses[index]):
            fitted[-1] = Phone(_CLOSED_BY_I[fitted[-1].symbol], fitted[-1].stress)
        else:
            fitted.append(phone)
    return tuple(fitted)


def _closes(before: Sequence[Phone], phone: Phone, following: Phone | None, stress: int) -> bool:
    """A weak i at the end of a word, after another vowel."""
    last = phone.symbol in ("i", "ɪ") and following is None and not stress
    return last and bool(before) and before[-1].symbol in _CLOSED_BY_I
