"""What espeak's Italian needs for song: vowels that meet are one syllable or two as Italian verse counts them.

One (dittongo): a weak i or u before a vowel is a glide (*vuol*, *spiace*, *gioia*); a final i and any weak u close the
vowel before them (*vorrei*, *aura*). Two (iato): after a stop or f with r or l (*tri-on-fo*), after the prefix *ri-*
and in words of *via* (*ri-a-ma-re*, *vi-o-la*), and u before a stressed vowel but the *uo* that Latin o became
(*du-el-lo*, *vir-tu-o-so*). A stressed vowel and the last one after it are one syllable inside a line and two at its
end or before a vowel (*mio*, *desio*, *avea*). After W. T. Elwert, Versificazione italiana, 1973, chapter 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vocalkit.lyrics.spelling import VOWEL_LETTERS, letters_of
from vocalkit.lyrics.symbols import Phone
from vocalkit.phones import phone_class

_GLIDES = {"i": "j", "u": "w"}
_CLOSE = {"i": "i", "j": "i", "u": "u", "w": "u"}
_CLOSED_BY_I = {"a": "ai", "ɛ": "ɛi", "e": "ei", "ɔ": "oi", "o": "oi", "u": "ui"}
_CLOSED_BY_U = {"a": "au", "ɛ": "eu", "e": "eu"}
_ARTICLES = {"l": "il", "n": "in"}
_ALWAYS_DRAWN_OUT = frozenset({"maria", "lucia"})
_STRESSED_I = re.compile(r"(?:des|dis|obb?l|nat|rest|pend|mormor|ronz)io|(?:sa|av|pot|vor|fa|dov|and|ver)ria(?:no?)?")
"""Poets' words that espeak stresses a syllable too early: *desìo*, *sarìa*."""
_HIATUS_PREFIX = re.compile(r"ri[aou].|vi(?:ol|agg|al[ei]$|and)")
_TRUNCATED_UO = re.compile(r".*uo[lrnm]")
_LEARNED_UO = re.compile(r".*uos(?:[oaie]|ità)")
_CRY = re.compile(r"(?:[ao]h?)i[mb]è")


def spoken_spelling(word: str) -> str:
    """How a word in lower case is to be written so that espeak reads it, and not its letters: *ch'io*, *'l*."""
    return _ARTICLES.get(word, word.replace("ch'", "ch"))


def fit_to_song(word: str, phones: Sequence[Phone], alone: Sequence[Phone], following: str | None) -> tuple[Phone, ...]:
    """The word's phonemes with the vowels that verse sings as one, and those that it keeps apart.

    word: in lower case; phones: as heard in the line; alone: as espeak says the word by itself, which shows its stress;
    following: the next word of the line, None at its end.
    """
    own = alone if [phone.symbol for phone in alone] == [phone.symbol for phone in phones] else phones
    said = _stressed(word, [Phone(phone.symbol, own[index].stress) for index, phone in enumerate(phones)])
    fitted: list[Phone] = []
    for index, phone in enumerate(said):
        after = said[index + 1] if index + 1 < len(said) else None
        close = _CLOSE.get(phone.symbol)
        if close and after is not None and after.vowel and after.symbol[0] not in "iu":
            glides = not phone.stress and not _hiatus(word, said, index)
            fitted.append(Phone(_GLIDES[close]) if glides else Phone(close, phone.stress))
        elif (diphthong := _closed(word, fitted, phone, after)) is not None:
            fitted[-1] = Phone(diphthong, fitted[-1].stress)
        else:
            fitted.append(phone)
    if following is not None and word not in _ALWAYS_DRAWN_OUT:
        fitted = _short_at_the_end(fitted, before_vowel=letters_of(following)[:1] in VOWEL_LETTERS)
    return tuple(fitted)


def _stressed(word: str, phones: list[Phone]) -> list[Phone]:
    """Stress moved to where it is sung."""
    if _STRESSED_I.fullmatch(word):
        at = next((i for i in range(len(phones) - 1, -1, -1) if _CLOSE.get(phones[i].symbol) == "i"), None)
        if at is not None:
            return [Phone("i", 2) if i == at else Phone(phone.symbol) for i, phone in enumerate(phones)]
    if _TRUNCATED_UO.fullmatch(word) and len(phones) >= 3 and phones[-3].symbol == "u":
        return [*phones[:-3], Phone("u"), Phone(phones[-2].symbol, 2), phones[-1]]
    return phones


def _short_at_the_end(phones: list[Phone], *, before_vowel: bool) -> list[Phone]:
    """*mio*, *desio*, *tua* as one syllable; *avea* has both vowels in one. Before a vowel only *mio* and its like."""
    if len(phones) < 2 or not (phones[-2].vowel and phones[-1].vowel):
        return phones
    first, last = phones[-2:]
    alone = sum(phone.vowel for phone in phones) == 2
    if before_vowel and not alone:
        return phones
    if first.symbol in _GLIDES and last.symbol in ("a", "e", "ɛ", "o", "ɔ") and (first.stress or alone):
        return [*phones[:-2], Phone(_GLIDES[first.symbol]), Phone(last.symbol, 2)]
    if first.symbol in ("e", "ɛ") and first.stress and last.symbol == "a":
        return [*phones[:-2], Phone("ɛə", 2)]
    return phones


def _hiatus(word: str, phones: Sequence[Phone], index: int) -> bool:
    """The weak i or u at `index` keeps a syllable of its own before the vowel after it."""
    close, following = _CLOSE[phones[index].symbol], phones[index + 1]
    if not any(phone.stress for phone in phones) and not any(phone.vowel for phone in phones[:index]):
        return True  # an unstressed *io*
    before = [phone.symbol for phone in phones[:index]]
    tonic_behind = any(phone.stress == 2 for phone in phones[:index])
    if close == "u":
        after_back = before[-1:] in (["k"], ["ɡ"]) or not before
        learned = _LEARNED_UO.fullmatch(word) or following.symbol not in ("o", "ɔ")
        return bool(following.stress == 2 and learned and not after_back)
    if len(before) < 2 and _HIATUS_PREFIX.match(word):
        return True
    return not tonic_behind and len(before) >= 2 and _muta_cum_liquida(*before[-2:])


def _muta_cum_liquida(first: str, second: str) -> bool:
    return (phone_class(first) == "stop" or first == "f") and phone_class(second) in ("liquid", "tap") and second != "ʎ"


def _closed(word: str, before: Sequence[Phone], phone: Phone, following: Phone | None) -> str | None:
    """The diphthong that a weak vowel makes with the one before it: a final i (*vorrei*), any u (*aura*)."""
    if phone.stress or not before:
        return None
    if phone.symbol == "i":
        return _CLOSED_BY_I.get(before[-1].symbol) if following is None or _CRY.fullmatch(word) else None
    closes = phone.symbol == "u" and (following is None or not following.vowel)
    return _CLOSED_BY_U.get(before[-1].symbol) if closes else None
