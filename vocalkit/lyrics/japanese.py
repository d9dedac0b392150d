"""Japanese words → morae. Kana need nothing; kanji are read by SudachiPy and its dictionary (Apache-2.0)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from vocalkit.errors import BackendUnavailable, LyricsError
from vocalkit.lyrics.kana import Mora, hiragana, is_kana, morae
from vocalkit.lyrics.sino import NUMERALS, sino_numerals

_NUMBER = re.compile(r"\d+")
_NUMERAL_KANA = "ぜろ いち に さん よん ご ろく なな はち きゅう じゅう ひゃく せん まん おく"
_DIGITS = dict(zip(NUMERALS, _NUMERAL_KANA.split(), strict=True))
_SOUND_CHANGES = (
    ("さんひゃく", "さんびゃく"), ("ろくひゃく", "ろっぴゃく"), ("はちひゃく", "はっぴゃく"), ("さんせん", "さんぜん"),
    ("はちせん", "はっせん"),
)  # fmt: skip


def read_japanese(words: list[str]) -> list[Mora]:
    """Morae of a phrase. words: as the line divides them; kana are taken as written, with the topic は said wa.

    Raises BackendUnavailable for kanji without the extra ``japanese``, LyricsError for a character without
    a reading.
    """
    phrase = " ".join(words)
    if all(is_kana(word) for word in words):
        return [mora for word in words for mora in morae("わ" if word == "は" else "え" if word == "へ" else word)]
    if phrase.isdecimal():
        return morae(_read_number(int(phrase)))
    return morae(_read_kanji(_NUMBER.sub(lambda number: sino_numerals(int(number.group())), phrase)))


def _read_number(number: int) -> str:
    return _changed("".join(_DIGITS[numeral] for numeral in sino_numerals(number)))


def _changed(kana: str) -> str:
    for written, said in _SOUND_CHANGES:
        kana = kana.replace(written, said)
    return kana


def _read_kanji(text: str) -> str:
    """The kana of a text, particles as they are said."""
    said: list[str] = []
    for morpheme in _tokenizer().tokenize(text):
        surface, particle = morpheme.surface(), morpheme.part_of_speech()[0] == "助詞"
        if not surface.strip():
            continue
        if particle and surface in ("は", "へ"):
            said.append({"は": "わ", "へ": "え"}[surface])
            continue
        reading = hiragana(surface) if is_kana(surface) else hiragana(morpheme.reading_form())
        if not is_kana(reading):
            raise LyricsError(f"{surface!r} has no Japanese reading; write it in kana")
        said.append(reading)
    return _changed("".join(said))


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    try:
        from sudachipy import Dictionary  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise BackendUnavailable(
            "kanji need a reading dictionary: pip install 'vocalkit[japanese]', or write the words in kana"
        ) from None
    try:
        return Dictionary(dict="core").create()
    except Exception as error:
        raise BackendUnavailable(
            f"the reading dictionary cannot be opened ({error}): pip install 'vocalkit[japanese]'"
        ) from error
