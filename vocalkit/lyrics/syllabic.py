"""Scripts whose characters are syllables: Japanese, Mandarin, Korean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vocalkit.errors import LyricsError
from vocalkit.lyrics.japanese import read_japanese
from vocalkit.lyrics.kana import Mora, is_kana, morae
from vocalkit.lyrics.korean import is_hangul, read_korean
from vocalkit.lyrics.language_table import reader_of
from vocalkit.lyrics.mandarin import divide_pinyin, has_characters, read_characters, syllable_phones
from vocalkit.lyrics.symbols import Phone
from vocalkit.lyrics.text import find_words
from vocalkit.phones import is_vowel
from vocalkit.types import Syllable

SpokenSyllable = tuple[str, tuple[Phone, ...]]


def read_syllabic(word: str, *, language: str) -> list[SpokenSyllable]:
    """The syllables of a word, spelling and phonemes each; kanji and figures are spelled as they are read.

    LyricsError for a word that the language does not write, BackendUnavailable where readings need an extra.
    """
    plain = word.strip("'")
    reader = reader_of(language)
    if reader == "japanese":
        return list(read_japanese([plain]))
    if reader == "korean":
        plain = plain.replace("%", "퍼센트")
        if not is_hangul(plain):
            raise LyricsError(f"{word[:30]!r} is not written in Hangul; write it so")
        return read_korean(plain)
    if reader != "mandarin":
        raise LyricsError(f"{language} is not written in syllables")
    if has_characters(plain) or plain.isdecimal():
        return list(read_characters(plain))
    parts = divide_pinyin(plain)
    if parts is None:
        raise LyricsError(f"{word[:30]!r} is neither Chinese characters nor pinyin")
    return [(part, syllable_phones(part)) for part in parts]


def read_parts(words: Sequence[Sequence[str]], *, language: str) -> list[tuple[Syllable, ...]]:
    """Syllables for words that a score has already divided, one for each part: a part may hold several characters.

    Kana are heard across the parts (っ and ん take their sound from what follows). LyricsError for a part without
    a sound, but a mark that draws the sound before it out (ー) repeats its vowel.
    """
    result: list[tuple[Syllable, ...]] = []
    held: tuple[str, ...] = ()
    for parts in words:
        syllables: list[Syllable] = []
        for part, phones in zip(parts, _phones_of(parts, language=language), strict=True):
            symbols = tuple(phone.symbol for phone in phones) or held
            if not symbols:
                raise LyricsError(f"the syllable {part!r} has no sound in {language}; remove it or slur its note")
            held = tuple(symbol for symbol in symbols if is_vowel(symbol))[-1:] or held
            syllables.append(Syllable(part, symbols, max((phone.stress for phone in phones), default=0)))
        result.append(tuple(syllables))
    return result


def _phones_of(parts: Sequence[str], *, language: str) -> list[tuple[Phone, ...]]:
    bare = ["".join(text for _, text in find_words(part, language=language)) or part.strip() for part in parts]
    whole = "".join(bare)
    if reader_of(language) == "japanese" and is_kana(whole):
        units = iter(morae(whole))
        return [_taken(units, len(part)) for part in bare]
    return [tuple(phone for _, phones in read_syllabic(part, language=language) for phone in phones) for part in bare]


def _taken(units: Iterator[Mora], length: int) -> tuple[Phone, ...]:
    """The morae that begin within a part of this many characters; a mora is cut by no score."""
    phones: list[Phone] = []
    while length > 0 and (unit := next(units, None)) is not None:
        phones.extend(unit[1])
        length -= len(unit[0])
    return tuple(phones)
