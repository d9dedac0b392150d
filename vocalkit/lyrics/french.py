"""What espeak's French needs for song: the mute e that singers sound, and glides that it writes as vowels.

Spoken French drops most of its *e*; composers give them notes. What is sounded here was counted in half of
the CC0 lieder: a final mute e sings before a consonant and at the end of a line (also after a vowel: vi-e)
and is elided before a vowel; one between consonants inside a word sings (dou-ce-ment).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vocalkit.lyrics.spelling import align_spelling, letters_of
from vocalkit.lyrics.symbols import Phone

_VOWELS = "aeiouyàâäáéèêëîïíôöóùûüœæ"
_VOWEL_START = re.compile(rf"h?[{_VOWELS}]", re.IGNORECASE)
_MUTE_E = re.compile(rf"[{_VOWELS}].*(?:[^{_VOWELS}']|gu|qu)(?:e|es)$")
_MUTE_ENT = re.compile(rf"[^{_VOWELS}'m]ent$|(?<=[iaè])ment$|ssent$")
_OPEN_E = re.compile(rf"(?<=[^{_VOWELS}'])e(?=(?:[bcdfgpt][lr]|ch|ph|th|gn|qu|[^{_VOWELS}'hx])[{_VOWELS}])")
_MUTE_AFTER_VOWEL = re.compile(r"(?:[éiyïûî]|(?<![qg])u)es?$")
_HARD_H_WORDS = (
    "hache haie haine haïr hâle halle halte hameau hanche hanter happer harde hardi hardie hareng harpe hasard hâte "
    "haut haute hautes hauts hauteur héraut hérisson héron héros herse hêtre hêtres heurt hibou hideux hisser hocher "
    "hochet honte honteux hors houle huit hurler hurlement hutte"
)
_HARD_H = frozenset(_HARD_H_WORDS.split())
"""Words whose h keeps the vowel before it: *une hache* has its e."""

_SPELLED = {"é": "et", "è": "est", "ê": "est", "à": "a", "ô": "oh", "â": "ah", "î": "hi", "û": "hu", "ù": "ou"}


def spoken_spelling(word: str) -> str:
    """How to write a French word so that espeak says it: it reads a lone accented letter out by its name."""
    return _SPELLED.get(word, word)


def fit_to_song(word: str, phones: Sequence[Phone], next_word: str | None) -> tuple[Phone, ...]:
    """The word's phonemes with the mute e that song sounds. next_word: on the same line, None at its end."""
    lowered = word.lower()
    fitted = _with_open_e(lowered, _as_glides(lowered, list(phones)))
    if not fitted:
        return ()
    elides = next_word is not None and _VOWEL_START.match(next_word) is not None and next_word.lower() not in _HARD_H
    if lowered.endswith("ent") and _MUTE_ENT.search(lowered) and not _nasal(fitted):
        linked = fitted[-1].symbol in ("t", "t̪") and len(fitted) > 1 and not fitted[-2].vowel
        return (*fitted[:-1], Phone("ə"), fitted[-1]) if linked else _closed_by_e(fitted)
    if elides and lowered.endswith("e"):
        return tuple(fitted)
    if _MUTE_E.search(lowered):
        if lowered.endswith("s") and fitted[-1].symbol == "z" and len(fitted) > 1 and not fitted[-2].vowel:
            return (*fitted[:-1], Phone("ə"), fitted[-1])  # a linked s: belles amies
        return _closed_by_e(fitted)
    if next_word is None and len(lowered) > 2 and _MUTE_AFTER_VOWEL.search(lowered) and fitted[-1].vowel:
        return (*fitted, Phone("ə"))
    return tuple(fitted)


def _closed_by_e(phones: list[Phone]) -> tuple[Phone, ...]:
    return tuple(phones) if phones[-1].vowel else (*phones, Phone("ə"))


def _nasal(phones: Sequence[Phone]) -> bool:
    """-ent is mute in verbs alone; where espeak says a nasal vowel it is an adverb or a noun."""
    return any(phone.vowel and "\u0303" in phone.symbol for phone in phones[-2:])


def _as_glides(word: str, phones: list[Phone]) -> list[Phone]:
    """nuit and lui have one syllable, so has rien."""
    for index in range(len(phones) - 1):
        first, second = phones[index].symbol, phones[index + 1].symbol
        if first == "y" and second == "i" and "ui" in word:
            phones[index] = Phone("ɥ")
        elif first == "i" and second == "ɛ̃" and word.endswith(("rien", "riens")):
            phones[index] = Phone("j")
    return phones


def _with_open_e(word: str, phones: list[Phone]) -> list[Phone]:
    """Sound each e between consonants that spoken French drops."""
    letters = letters_of(word)
    spots = [match.start() for match in _OPEN_E.finditer(word)]
    if not spots or len(letters) != len(word):
        return phones
    owners = align_spelling(letters, [phone.symbol for phone in phones])
    for spot in reversed(spots):
        before = next((i for i in range(spot - 1, -1, -1) if word[i] in _VOWELS), -1)
        after = next(i for i in range(spot + 1, len(word)) if word[i] in _VOWELS)
        sounded = any(p.vowel and before < at < after for p, at in zip(phones, owners, strict=True))
        first_of_word = before < 0
        if sounded or first_of_word:
            continue
        cut = sum(at < spot for at in owners)
        phones = [*phones[:cut], Phone("ə"), *phones[cut:]]
        owners = [*owners[:cut], spot, *owners[cut:]]
    return phones
