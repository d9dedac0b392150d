"""Words that a score has already divided → exactly one syllable for each part given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vocalkit.errors import LyricsError
from vocalkit.lyrics import english
from vocalkit.lyrics.language_table import reader_of
from vocalkit.lyrics.lexicon import Lexicon, Pronunciation
from vocalkit.lyrics.phonemize import phonemize_lines
from vocalkit.lyrics.spelling import VOWEL_LETTERS, align_spelling, letters_of
from vocalkit.lyrics.syllabic import read_parts
from vocalkit.lyrics.syllables import divide_phones
from vocalkit.lyrics.symbols import Phone
from vocalkit.lyrics.text import find_words
from vocalkit.lyrics.unknown import why_unknown
from vocalkit.lyrics.words import syllables_of
from vocalkit.types import Syllable

_NO_LEXICON = Lexicon()
_WORDS_A_CALL = 12
"""Words of a score are given to espeak in runs of this length, so that weak forms have their context."""


@dataclass(frozen=True, slots=True)
class Underlay:
    """words: each with one syllable for every part; unknown: (word, why its sound is a guess), each word once."""

    words: tuple[tuple[Syllable, ...], ...]
    unknown: tuple[tuple[str, str], ...] = ()


def phonemize_underlay(
    words: Sequence[Sequence[str]], *, language: str, lexicon: Lexicon = _NO_LEXICON
) -> list[tuple[Syllable, ...]]:
    """The words of `read_underlay`."""
    return list(read_underlay(words, language=language, lexicon=lexicon).words)


def read_underlay(words: Sequence[Sequence[str]], *, language: str, lexicon: Lexicon = _NO_LEXICON) -> Underlay:
    """Phonemes for words that a score has already divided: exactly one syllable for each part given.

    words: each the spelled parts of one word, in singing order, punctuation allowed (``("heav", "en,")``);
    lexicon: the user's own pronunciations. The texts stay as given; phonemes are fitted to the score's division:
    a vowel that the score gives no note is folded into its neighbour, a part without a vowel of its own is given
    one. A word of punctuation alone raises LyricsError, so does one that the language cannot say.
    """
    if reader_of(language) in ("japanese", "mandarin", "korean"):
        return Underlay(tuple(read_parts(words, language=language)))
    tokens = [find_words("".join(parts), language=language) for parts in words]
    for parts, found in zip(words, tokens, strict=True):
        if not found:
            raise LyricsError(f"the score's syllable {'-'.join(parts)!r} has no letters; remove it or slur the note")
    runs = [tokens[at : at + _WORDS_A_CALL] for at in range(0, len(tokens), _WORDS_A_CALL)]
    lines = [[text for found in run for _, text in found] for run in runs]
    known = [[_own(text, language, lexicon) is not None for text in line] for line in lines]
    spoken = phonemize_lines(lines, language=language, optional=known)
    phones = iter([said for line in spoken for said in line])
    laid: list[tuple[Syllable, ...]] = []
    for parts, found in zip(words, tokens, strict=True):
        placed = [(at, text, next(phones)) for at, text in found]
        laid.append(_laid(parts, placed, language=language, lexicon=lexicon))
    return Underlay(tuple(laid), _unknown(lines, known, spoken, language=language))


def _unknown(
    lines: Sequence[Sequence[str]],
    known: Sequence[Sequence[bool]],
    spoken: Sequence[Sequence[Sequence[Phone]]],
    *,
    language: str,
) -> tuple[tuple[str, str], ...]:
    doubtful: dict[tuple[str, str], Sequence[Phone]] = {}
    for line, mine, said in zip(lines, known, spoken, strict=True):
        for text, own, phones in zip(line, mine, said, strict=True):
            if not own:
                doubtful.setdefault((text, language), phones)
    return tuple((text, why) for (text, _), why in why_unknown(doubtful).items())


def _own(text: str, language: str, lexicon: Lexicon) -> Pronunciation | None:
    vocable = english.vocable(text.lower()) if language.startswith("en") else None
    return lexicon.get(text) or vocable


def _laid(
    parts: Sequence[str], said: Sequence[tuple[int, str, Sequence[Phone]]], *, language: str, lexicon: Lexicon
) -> tuple[Syllable, ...]:
    """One word under its notes. said: where each written word in it begins, its spelling and its phonemes."""
    word = " ".join(text for _, text, _ in said)
    own = [_own(text, language, lexicon) for _, text, _ in said]
    if len(own) == 1 and own[0] is not None:
        divided = own[0].syllables(language=language)
        if len(divided) == len(parts):
            return syllables_of(word, list(parts), divided, language=language)
    placed = [
        pair
        for (at, text, phones), mine in zip(said, own, strict=True)
        for pair in _placed(text, mine.phones if mine is not None else phones, at)
    ]
    fitted = _fit(parts, placed, language=language)
    return syllables_of(word, list(parts), divide_phones(fitted, language=language), language=language)


def _placed(text: str, phones: Sequence[Phone], at: int) -> list[tuple[Phone, int]]:
    """Each phoneme with the position of the letter that spells it, `at` being the word's own position."""
    owners = align_spelling(letters_of(text), [phone.symbol for phone in phones])
    return [(phone, at + owner) for phone, owner in zip(phones, owners, strict=True)]


def _fit(parts: Sequence[str], placed: Sequence[tuple[Phone, int]], *, language: str) -> list[Phone]:
    """The word's phonemes with exactly one vowel for each part."""
    fitted: list[Phone] = []
    start = 0
    for index, part in enumerate(parts):
        end = start + len(part)
        own = [pair for pair in placed if start <= pair[1] < end or (index == len(parts) - 1 and pair[1] >= end)]
        vowels = sum(phone.vowel for phone, _ in own)
        if vowels == 0:
            own = _with_vowel(own, part, start, language=language)
        fitted.extend(_one_vowel([phone for phone, _ in own]) if vowels > 1 else [phone for phone, _ in own])
        start = end
    return fitted


def _with_vowel(own: list[tuple[Phone, int]], part: str, start: int, *, language: str) -> list[tuple[Phone, int]]:
    """Give a part its own vowel: a glide opens to one, or its vowel letter is said (lov-ed, ro-se)."""
    letters = letters_of(part)
    for index, (phone, at) in enumerate(own):
        if phone.symbol in _OPENED and at - start < len(letters) and letters[at - start] in VOWEL_LETTERS:
            return [*own[:index], (Phone(_OPENED[phone.symbol]), at), *own[index + 1 :]]
    position = next((i for i, letter in enumerate(letters) if letter in VOWEL_LETTERS), len(letters) - 1)
    spelled = letters[position : position + 1]
    vowel = _SAID.get(spelled, "ə")
    if language.startswith(("it", "es", "la", "pt")) and spelled in ("a", "e", "o"):
        vowel = spelled
    if language.startswith("en") and letters.startswith("ed", position):
        vowel = "ɪ"
    cut = sum(at < start + position for _, at in own)
    if position == len(letters) - 1:
        cut = len(own)
    return [*own[:cut], (Phone(vowel), start + position), *own[cut:]]


_OPENED = {"j": "i", "w": "u", "ɥ": "y"}
_SAID = {"i": "i", "y": "i", "u": "u"}
_CLOSED = {"i": "j", "ɪ": "j", "u": "w", "ʊ": "w", "y": "ɥ"}


def _one_vowel(phones: list[Phone]) -> list[Phone]:
    """Fold vowels until one is left: weak ones go first, as singers elide (ma-ny‿a, pow-er on one note)."""
    kept = list(phones)
    while sum(phone.vowel for phone in kept) > 1:
        closing = next((i for i in range(len(kept) - 1) if _closes(kept[i], kept[i + 1])), None)
        if closing is not None:
            kept[closing] = Phone(_CLOSED[kept[closing].symbol])
            continue
        at = min((i for i, phone in enumerate(kept) if phone.vowel), key=lambda i: _strength(kept[i]))
        kept[at : at + 1] = [Phone("ɹ")] if kept[at].symbol in ("ɚ", "ɝ") else []
    return kept


def _closes(phone: Phone, following: Phone) -> bool:
    """A close vowel becomes a glide before another vowel, unless that is its like."""
    alike = _CLOSED.get(following.symbol) == _CLOSED.get(phone.symbol)
    return phone.symbol in _CLOSED and not phone.stress and following.vowel and not alike


def _strength(phone: Phone) -> tuple[int, int]:
    weak = ("ə", "ɚ", "ɐ", "ɪ", "i", "ʊ", "u")
    return (phone.stress, weak.index(phone.symbol) if phone.symbol in weak else len(weak))
