"""Mandarin syllables → phonemes: from pinyin by rule, from characters by pypinyin (MIT).

espeak's Mandarin writes a syllable's glides and finals as loose letters, so the table here is ours, after
Y.-H. Lin, The Sounds of Chinese (2007). The alphabet has no aspiration: the unaspirated stops are written
with the voiced letters (b d ɡ dz dʑ dʐ), which keeps the pairs apart for any voice. A sung tune takes the
place of the tones; only a syllable in the neutral tone is marked, as unstressed.
"""

from __future__ import annotations

import re
import unicodedata

from vocalkit.errors import BackendUnavailable, LyricsError
from vocalkit.lyrics.sino import NUMERALS, sino_numerals
from vocalkit.lyrics.symbols import Phone

_INITIALS = {
    "b": "b", "p": "p", "m": "m", "f": "f", "d": "d", "t": "t", "n": "n", "l": "l", "g": "ɡ", "k": "k", "h": "x",
    "j": "dʑ", "q": "tɕ", "x": "ɕ", "zh": "dʐ", "ch": "tʂ", "sh": "ʂ", "r": "ɻ", "z": "dz", "c": "ts", "s": "s",
}  # fmt: skip
_FINALS = {
    "a": "a", "o": "w o", "e": "ɤ", "ai": "ai", "ei": "ei", "ao": "au", "ou": "ou", "an": "a n", "en": "ə n",
    "ang": "ɑ ŋ", "eng": "ə ŋ", "er": "ɚ", "ong": "ʊ ŋ", "i": "i", "ia": "j a", "ie": "j ɛ", "iao": "j au",
    "iu": "j ou", "ian": "j ɛ n", "in": "i n", "iang": "j ɑ ŋ", "ing": "i ŋ", "iong": "j ʊ ŋ", "u": "u", "ua": "w a",
    "uo": "w o", "uai": "w ai", "ui": "w ei", "uan": "w a n", "un": "w ə n", "uang": "w ɑ ŋ", "ueng": "w ə ŋ",
    "ü": "y", "üe": "ɥ ɛ", "üan": "ɥ ɛ n", "ün": "y n", "ê": "ɛ",
}  # fmt: skip
_FRONTED = {"u": "ü", "ue": "üe", "uan": "üan", "un": "ün"}
_ALONE = {
    "yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in", "yang": "iang",
    "ying": "ing", "yong": "iong", "yo": "io", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "ui",
    "wan": "uan", "wen": "un", "wang": "uang", "weng": "ueng", "yu": "ü", "yue": "üe", "yuan": "üan", "yun": "ün",
}  # fmt: skip
_TONE_MARKS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_CHARACTER = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]")
_PIECES = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]+|\d+")
_LONGEST = 6
_PINYIN = "ling2 yi1 er4 san1 si4 wu3 liu4 qi1 ba1 jiu3 shi2 bai3 qian1 wan4 yi4"
_NUMERAL_PINYIN = dict(zip(NUMERALS, _PINYIN.split(), strict=True))

SungCharacter = tuple[str, tuple[Phone, ...]]


def has_characters(word: str) -> bool:
    """True where a word is written in Chinese characters."""
    return _CHARACTER.search(word) is not None


def read_characters(word: str) -> list[SungCharacter]:
    """Each character, and numbers in figures, with its phonemes; words of several characters help to choose readings.

    Raises BackendUnavailable without the extra ``mandarin``, LyricsError for a character without a reading.
    """
    found: list[SungCharacter] = []
    for piece in _PIECES.findall(word):
        if piece.isdecimal():
            numerals = sino_numerals(int(piece), one_before_ten=True)
            found.extend((numeral, syllable_phones(_NUMERAL_PINYIN[numeral])) for numeral in numerals)
        else:
            found.extend(_read_run(piece))
    return found


def _read_run(run: str) -> list[SungCharacter]:
    try:
        from pypinyin import Style, lazy_pinyin  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise BackendUnavailable(
            "Chinese characters need their readings: pip install 'vocalkit[mandarin]', or write the words in pinyin"
        ) from None
    readings: list[str] = lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    if len(readings) != len(run):
        raise LyricsError(f"{run!r} cannot be read character by character; write it in pinyin")
    return [(character, syllable_phones(pinyin)) for character, pinyin in zip(run, readings, strict=True)]


def divide_pinyin(word: str) -> list[str] | None:
    """The syllables of a pinyin word, tone marks or digits kept (``Yuèliang``, ``yue4liang5``); None for no pinyin."""
    text = word.strip("'")
    ends: list[list[str] | None] = [None] * (len(text) + 1)
    ends[0] = []
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - _LONGEST - 1), end):
            before = ends[start]
            piece = text[start:end].lstrip("'")
            if (
                before is None
                or not _is_syllable(piece)
                or (start and text[start] in "aeoAEO" and text[start - 1].isalpha())
            ):
                continue  # a syllable that begins with a vowel is set off by an apostrophe
            shorter = ends[end]
            if shorter is None or len(before) + 1 < len(shorter):
                ends[end] = [*before, text[start:end]]
    return ends[-1] or None


def syllable_phones(pinyin: str) -> tuple[Phone, ...]:
    """Phonemes of one pinyin syllable, with or without its tone; LyricsError for what is none."""
    plain, tone = _plain(pinyin)
    parts = _parts(plain)
    if parts is None:
        raise LyricsError(f"{pinyin!r} is no pinyin syllable")
    stress = 0 if tone == "5" else 2
    phones = (Phone(symbol) for symbol in parts)
    return tuple(Phone(phone.symbol, stress) if phone.vowel else phone for phone in phones)


def _is_syllable(text: str) -> bool:
    plain, _ = _plain(text)
    return bool(plain) and not any(char.isdigit() for char in text[:-1]) and _parts(plain) is not None


def _plain(pinyin: str) -> tuple[str, str]:
    """Letters in lower case with ü written ü, and the tone's digit, empty where it is not given."""
    tone, letters = "", ""
    for char in unicodedata.normalize("NFD", pinyin.lower().strip("'")):
        if char in _TONE_MARKS:
            tone = _TONE_MARKS[char]
        elif char in "012345":
            tone = {"0": "5"}.get(char, char)
        else:
            letters += char
    return unicodedata.normalize("NFC", letters).replace("u:", "ü").replace("v", "ü"), tone


def _parts(plain: str) -> list[str] | None:
    if plain in _ALONE:
        return _FINALS.get(_ALONE[plain], "j o").split()
    erhua = plain.endswith("r") and plain not in ("er", "r")
    body = plain[:-1] if erhua else plain
    initial = next((i for i in (body[:2], body[:1]) if i in _INITIALS), "")
    final = body[len(initial) :]
    if initial in ("j", "q", "x"):
        final = _FRONTED.get(final, final)
    if not initial and final[:1] not in ("a", "o", "e", "ê"):
        return None
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        sounds = ["ɨ"]
    elif final not in _FINALS or (initial and final in ("er", "ueng", "ê")):
        return None
    else:
        sounds = ["o"] if not initial and final == "o" else _FINALS[final].split()
    return [*([_INITIALS[initial]] if initial else []), *sounds, *(["ɻ"] if erhua else [])]
