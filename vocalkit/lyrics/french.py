"""What espeak's French needs for song: the mute e that singers sound, and glides that it writes as vowels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from vocalkit.lyrics.symbols import Phone

_VOWEL_START = re.compile(r"h?[aeiouyàâäéèêëîïôöùûüœæ]", re.IGNORECASE)
_MUTE_E = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ].*[^aeiouyàâäéèêëîïôöùûüœæ'](?:e|es)$", re.IGNORECASE)
_MUTE_ENT = re.compile(r"[^aeiouyàâäéèêëîïôöùûü'm]ent$", re.IGNORECASE)


def fit_to_song(word: str, phones: Sequence[Phone], next_word: str | None) -> tuple[Phone, ...]:
    """Sound a final mute e after a consonant (bel-le), unless it is elided before a vowel (belle‿amie)."""
    fitted = list(phones)
    for index, (phone, following) in enumerate(pairwise(fitted)):
        if phone.symbol == "y" and following.symbol == "i" and "ui" in word:
            fitted[index] = Phone("ɥ")  # nuit, lui
    if not fitted or fitted[-1].vowel:
        return tuple(fitted)
    elided = next_word is not None and _VOWEL_START.match(next_word) is not None and word.endswith("e")
    # -ent is mute in verbs alone, where espeak says no nasal vowel for it
    if not elided and (_MUTE_E.search(word) or _MUTE_ENT.search(word)):
        fitted.append(Phone("ə"))
    return tuple(fitted)
