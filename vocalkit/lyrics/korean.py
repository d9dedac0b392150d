"""Hangul → phonemes, one block a syllable, by the Standard Pronunciation (표준 발음법, 1988).

espeak's Korean leaves Hangul's sound changes half done, so they are made here within a word: the coda that
moves on to a vowel, palatalisation, nasals, liquids, and the h that joins its neighbour. The alphabet has
neither aspiration nor tenseness: the plain stops are voiced between voiced sounds, all others voiceless.
"""

from __future__ import annotations

import unicodedata

from vocalkit.lyrics.sino import NUMERALS, sino_numerals
from vocalkit.lyrics.symbols import Phone

_FIRST, _LAST = 0xAC00, 0xD7A3
_ONSETS = tuple("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
_VOWEL_TABLE = "a ɛ j,a j,ɛ ʌ e j,ʌ j,e o w,a w,ɛ w,e j,o u w,ʌ w,e w,i j,u ɯ ɰ,i i"
_VOWELS = tuple(_VOWEL_TABLE.split())
_CODA_TABLE = "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ"
_CODAS = ("", *_CODA_TABLE.split())
_CLOSED = {"ㄱ": "ㄱㄲㅋ", "ㄷ": "ㄷㅅㅆㅈㅊㅌㅎ", "ㅂ": "ㅂㅍ", "ㄴ": "ㄴ", "ㄹ": "ㄹ", "ㅁ": "ㅁ", "ㅇ": "ㅇ"}
_CLOSES = {letter: closed for closed, letters in _CLOSED.items() for letter in letters}
_CLUSTER_HEAD = {"ㄹㄱ": "ㄱ", "ㄹㅁ": "ㅁ", "ㄹㅍ": "ㅂ"}
_ASPIRATED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅂ": "ㅍ", "ㅈ": "ㅊ"}
_TENSE = {"ㄱ": "ㄲ", "ㄷ": "ㄸ", "ㅂ": "ㅃ", "ㅅ": "ㅆ", "ㅈ": "ㅉ"}
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
_ONSET_SOUND = {
    "ㄱ": "k", "ㄲ": "k", "ㅋ": "k", "ㄷ": "t", "ㄸ": "t", "ㅌ": "t", "ㅂ": "p", "ㅃ": "p", "ㅍ": "p", "ㅈ": "tɕ",
    "ㅉ": "tɕ", "ㅊ": "tɕ", "ㅅ": "s", "ㅆ": "s", "ㄴ": "n", "ㄹ": "ɾ", "ㅁ": "m", "ㅎ": "h", "ㅇ": "",
}  # fmt: skip
_VOICED = {"ㄱ": "ɡ", "ㄷ": "d", "ㅂ": "b", "ㅈ": "dʑ"}
_CODA_SOUND = {"ㄱ": "k", "ㄷ": "t", "ㅂ": "p", "ㄴ": "n", "ㄹ": "l", "ㅁ": "m", "ㅇ": "ŋ", "": ""}
_NUMERALS = dict(zip(NUMERALS, "영일이삼사오육칠팔구십백천만억", strict=True))


def is_hangul(word: str) -> bool:
    """True where every character is a Hangul block or a figure."""
    return bool(word) and all(_FIRST <= ord(char) <= _LAST or char.isdecimal() for char in _composed(word))


def read_korean(word: str) -> list[tuple[str, tuple[Phone, ...]]]:
    """The blocks of a word, figures as their numerals, each with its phonemes."""
    blocks = _with_numerals(_composed(word))
    codes = [divmod(ord(block) - _FIRST, 588) for block in blocks]
    onsets = [_ONSETS[onset] for onset, _ in codes]
    vowels = [_VOWELS[rest // 28] for _, rest in codes]
    codas = [_CODAS[rest % 28] for _, rest in codes]
    for at in range(len(blocks) - 1):
        codas[at], onsets[at + 1] = _join(codas[at], onsets[at + 1], vowels[at + 1])
    codas[-1:] = [_closed(coda) for coda in codas[-1:]]
    found: list[tuple[str, tuple[Phone, ...]]] = []
    voiced = False
    for block, onset, vowel, coda in zip(blocks, onsets, vowels, codas, strict=True):
        first = _VOICED[onset] if voiced and onset in _VOICED else _ONSET_SOUND[onset]
        if onset == "ㄹ" and found and found[-1][1][-1].symbol == "l":
            first = "l"
        sounds = [first, *vowel.split(","), _CODA_SOUND[coda]]
        if first == "s" and (sounds[1] in ("i", "j") or sounds[1:3] == ["w", "i"]):
            sounds[0] = "ɕ"
        if first in ("tɕ", "dʑ", "ɕ") and sounds[1] == "j":
            del sounds[1]
        found.append((block, tuple(Phone(s, 1 if s == vowel.split(",")[-1] else 0) for s in sounds if s)))
        voiced = coda in ("", "ㄴ", "ㄹ", "ㅁ", "ㅇ")
    return found


def _composed(word: str) -> str:
    return unicodedata.normalize("NFC", word)


def _with_numerals(word: str) -> str:
    text, digits = "", ""
    for char in [*word, ""]:
        if char.isdecimal():
            digits += char
            continue
        if digits:
            numerals = sino_numerals(int(digits))
            numerals = numerals[1:] if numerals.startswith("一万") else numerals  # ten thousand is 만, not 일만
            text += "".join(_NUMERALS[numeral] for numeral in numerals)
            digits = ""
        text += char
    return text


def _closed(coda: str) -> str:
    """The one sound that a coda keeps at the end of a word or before a consonant."""
    if not coda:
        return ""
    return _CLUSTER_HEAD.get(coda) or _CLOSES[coda[0]]


def _join(coda: str, onset: str, vowel: str) -> tuple[str, str]:
    """A coda and the onset after it, as they sound together."""
    if not coda:
        return "", onset
    if onset == "ㅇ":
        return _moved_on(coda, vowel)
    last = coda[-1]
    if last == "ㅎ" and onset in _ASPIRATED:
        return _closed(coda[:-1]), _ASPIRATED[onset]
    if last == "ㅎ" and onset == "ㅅ":
        return _closed(coda[:-1]), "ㅆ"
    if last == "ㅎ" and onset == "ㄴ" and len(coda) > 1:
        coda = coda[:-1]
    if onset == "ㅎ" and (last in _ASPIRATED or _CLOSES[last] == "ㄷ") and last != "ㅎ":
        aspirated = "ㅊ" if last == "ㄷ" and vowel in ("i", "j,ʌ") else _ASPIRATED[last if last in _ASPIRATED else "ㄷ"]
        return _closed(coda[:-1]), aspirated
    closed = _closed(coda)
    if closed in _NASAL and onset in ("ㄴ", "ㅁ"):
        return _NASAL[closed], onset
    if onset == "ㄹ":
        if closed in ("ㄴ", "ㄹ"):
            return "ㄹ", "ㄹ"
        return _NASAL.get(closed, closed), "ㄴ"
    if closed == "ㄹ" and onset == "ㄴ":
        return "ㄹ", "ㄹ"
    if closed in ("ㄱ", "ㄷ", "ㅂ") and onset in _TENSE:
        return closed, _TENSE[onset]
    return closed, onset


def _moved_on(coda: str, vowel: str) -> tuple[str, str]:
    """A coda before a vowel begins the next syllable; ng stays, h falls silent."""
    rest, last = coda[:-1], coda[-1]
    if coda in ("ㄲ", "ㅆ"):
        return "", coda
    if last == "ㅇ":
        return "ㅇ", "ㅇ"
    if last == "ㅎ":
        return ("", rest) if rest else ("", "ㅇ")
    if last in ("ㄷ", "ㅌ") and vowel == "i":
        return _closed(rest), {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}[last]
    if last == "ㅅ" and rest:
        return _closed(rest), "ㅆ"
    return _closed(rest), last
