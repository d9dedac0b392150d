"""What espeak's Spanish and Portuguese need for song.

Spanish: i and u without an accent are glides before another vowel (*lue-go*, *rui-do*, *ver-güen-za*), as the
Ortografía de la lengua española (2010, 3.4) counts syllables. Portuguese: *ri-o* has two syllables but *viu* one,
*céu* one, and the first e of *es-tre-la* is sung though hardly spoken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vocalkit.lyrics.symbols import Phone
from vocalkit.phones import is_vowel, phone_class

_GLIDES = {"i": "j", "u": "w"}
_MUTE_E = re.compile(r"e[sx][^aeiouáéíóúâêô]")
_SUNG_E = Phone("ɨ")


def fit_spanish(word: str, phones: Sequence[Phone]) -> tuple[Phone, ...]:
    """Weak vowels before other vowels as glides; word: in lower case."""
    if re.search("[íú][aeo]", word):
        return tuple(phones)
    fitted: list[Phone] = []
    for index, phone in enumerate(phones):
        following = phones[index + 1] if index + 1 < len(phones) else None
        weak = phone.symbol in _GLIDES and following is not None and (not phone.stress or following.stress > 0)
        glides = weak and following is not None and following.vowel and following.symbol[0] != phone.symbol
        fitted.append(Phone(_GLIDES[phone.symbol]) if glides else phone)
    return tuple(fitted)


def fit_portuguese(word: str, phones: Sequence[Phone]) -> tuple[Phone, ...]:
    """Syllables that Portuguese speech draws together or swallows; word: in lower case."""
    fitted = list(phones)
    if word.endswith(("io", "ios")):
        at = next((i for i in range(len(fitted) - 1, -1, -1) if fitted[i].symbol in ("iʊ", "iu")), None)
        if at is not None:
            fitted[at : at + 1] = [Phone("i", fitted[at].stress), Phone("ʊ")]
    if word.endswith(("éu", "éus")):
        at = next((i for i, p in enumerate(fitted[:-1]) if p.symbol == "ɛ" and fitted[i + 1].symbol in "ʊu"), None)
        if at is not None:
            fitted[at : at + 2] = [Phone("eu", fitted[at].stress)]
    swallowed = _MUTE_E.match(word) and len(fitted) > 1 and not any(is_vowel(phone.symbol) for phone in fitted[:2])
    if swallowed and phone_class(fitted[0].symbol) == "fricative":
        fitted.insert(0, _SUNG_E)
    return tuple(fitted)
