"""Words as written → words to sing: each by its own language's reader, the user's pronunciations before all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vocalkit.errors import LyricsError
from vocalkit.lyrics import english
from vocalkit.lyrics.language_table import reader_of
from vocalkit.lyrics.lexicon import Lexicon, Pronunciation
from vocalkit.lyrics.markup import Token
from vocalkit.lyrics.phonemize import phonemize_lines
from vocalkit.lyrics.syllabic import read_syllabic
from vocalkit.lyrics.syllables import divide_phones, divide_spelling
from vocalkit.lyrics.symbols import Phone
from vocalkit.lyrics.unknown import why_unknown
from vocalkit.phones import is_vowel
from vocalkit.types import Syllable, WordPosition

_INITIAL = re.compile(r"[^\W\d]\.")
"""The letters of an abbreviation: U. S. A."""
_WORDS_A_RUN = 24
"""Longer lines are given to espeak in pieces: matching its groups to the words costs time by their square."""
_PROCLITICS = {
    "pl": "w z",
    "cs": "v z s k",
    "sk": "v z s k",
    "ru": "в с к б ж",
    "uk": "в з й",
    "hr": "s k",
    "sl": "s z k h",
}
"""Words without a vowel that are sung with the word after them."""


@dataclass(frozen=True, slots=True)
class SungWord:
    """One word ready to be sung. unknown: why its sound is a guess, empty where it is known."""

    text: str
    language: str
    syllables: tuple[Syllable, ...]
    unknown: str = ""


def say_lines(lines: Sequence[Sequence[Token]], *, lexicon: Lexicon) -> list[list[SungWord]]:
    """The words of every line with their syllables; espeak is asked once a language for all lines together.

    Raises LyricsError for a word that its language cannot say, BackendUnavailable where an extra is missing.
    """
    whole = _with_hyphens_resolved(lines, lexicon)
    own = [[token.said or lexicon.get(token.text) or _vocable(token) for token in line] for line in whole]
    spoken = _spoken(whole, own)
    unknown = why_unknown(
        {
            (token.text, token.language): spoken[i, j]
            for i, line in enumerate(whole)
            for j, token in enumerate(line)
            if (i, j) in spoken and own[i][j] is None
        }
    )
    result: list[list[SungWord]] = []
    divided: dict[tuple[Token, tuple[Phone, ...]], SungWord] = {}  # words come back often
    for i, line in enumerate(whole):
        words: list[SungWord] = []
        for j, token in enumerate(line):
            pronunciation = own[i][j]
            if pronunciation is not None:
                words.append(_as_user_says(token, pronunciation))
            elif (i, j) in spoken:
                key = (token, spoken[i, j])
                if key not in divided:
                    reason = unknown.get((token.text, token.language), "")
                    divided[key] = SungWord(token.text, token.language, divide_word(*key), reason)
                words.append(divided[key])
            else:
                words.append(_syllabic(token))
        result.append(_with_proclitics(words))
    return result


def divide_word(token: Token, phones: Sequence[Phone]) -> tuple[Syllable, ...]:
    """Syllables of one word, one vowel each, their texts joining to the word; its own hyphens go before rules."""
    parts = divide_phones(phones, language=token.language)
    written = token.parts or tuple(_INITIAL.findall(token.text))
    by_hand = len(written) == len(parts)
    texts = written if by_hand else divide_spelling(token.text, parts, language=token.language)
    return syllables_of(token.text, texts, parts, language=token.language)


def syllables_of(
    word: str, texts: Sequence[str], parts: Sequence[Sequence[Phone]], *, language: str
) -> tuple[Syllable, ...]:
    """Syllables of one word with their stress; one syllable alone is weak where running speech makes it so."""
    stresses = [max(phone.stress for phone in part) for part in parts]
    if len(parts) == 1:
        weak = stresses[0] < 2 or (language.startswith("en") and word.lower() in english.FUNCTION_WORDS)
        stresses = [0 if weak else 2]
    symbols = [tuple(phone.symbol for phone in part) for part in parts]
    positions: list[WordPosition] = ["single"]
    if len(parts) > 1:
        positions = ["begin", *(["middle"] * (len(parts) - 2)), "end"]  # type: ignore[list-item]
    return tuple(Syllable(*fields) for fields in zip(texts, symbols, stresses, positions, strict=True))


def _as_user_says(token: Token, said: Pronunciation) -> SungWord:
    parts = said.syllables(language=token.language)
    texts: Sequence[str] = next((given for given in (said.spelling, token.parts) if len(given) == len(parts)), ())
    if not texts and token.text == "".join(phone.symbol for phone in said.phones):
        texts = ["".join(phone.symbol for phone in part) for part in parts]
    if not texts:
        texts = divide_spelling(token.text, parts, language=token.language)
    if said.spelling:
        texts = _in_case_of(token.text, said.spelling)
    return SungWord(token.text, token.language, syllables_of(token.text, texts, parts, language=token.language))


def _in_case_of(word: str, spelling: Sequence[str]) -> list[str]:
    """The dictionary's syllables with the word's own capitals."""
    texts, at = [], 0
    for part in spelling:
        texts.append(word[at : at + len(part)])
        at += len(part)
    return texts if at == len(word) and all(texts) else list(spelling)


def _vocable(token: Token) -> Pronunciation | None:
    return english.vocable(token.text.lower()) if token.language.startswith("en") else None


def _spoken(
    lines: Sequence[Sequence[Token]], own: Sequence[Sequence[Pronunciation | None]]
) -> dict[tuple[int, int], tuple[Phone, ...]]:
    """Phonemes of every word of an alphabetic language, by line and place."""
    runs: dict[str, list[list[tuple[int, int]]]] = {}
    for i, line in enumerate(lines):
        before = None
        for j, token in enumerate(line):
            silent = own[i][j] is not None and token.said is not None
            if silent or reader_of(token.language) not in ("espeak", "latin"):
                before = None
                continue
            groups = runs.setdefault(token.language, [])
            if before != token.language or len(groups[-1]) >= _WORDS_A_RUN:
                groups.append([])
            groups[-1].append((i, j))
            before = token.language
    spoken: dict[tuple[int, int], tuple[Phone, ...]] = {}
    for language, groups in runs.items():
        texts = [[lines[i][j].text for i, j in group] for group in groups]
        known = [[own[i][j] is not None for i, j in group] for group in groups]
        for group, phones in zip(groups, phonemize_lines(texts, language=language, optional=known), strict=True):
            spoken.update(zip(group, phones, strict=True))
    return spoken


def _syllabic(token: Token) -> SungWord:
    """A word of Japanese, Mandarin or Korean: every syllable stands alone, as their scores write them."""
    read = read_syllabic(token.text, language=token.language)
    if not read:
        raise LyricsError(f"{token.text!r} has no sound in {token.language}; spell it out or remove it")
    syllables = tuple(
        Syllable(text, tuple(phone.symbol for phone in phones), max(phone.stress for phone in phones))
        for text, phones in read
    )
    return SungWord(token.text, token.language, syllables)


def _with_hyphens_resolved(lines: Sequence[Sequence[Token]], lexicon: Lexicon) -> list[list[Token]]:
    """``A-ma-zing`` is one word divided by hand, ``well-worn`` and ``bye-bye`` are two."""
    doubtful = {
        token
        for line in lines
        for token in line
        if token.parts and token.said is None and lexicon.get(token.text) is None
    }
    whole = _divided_by_hand(doubtful)
    result: list[list[Token]] = []
    for line in lines:
        tokens: list[Token] = []
        for token in line:
            if token in doubtful and token not in whole:
                tokens.extend(replace(token, text=part, parts=()) for part in token.parts)
            else:
                tokens.append(replace(token, text="".join(token.parts)) if token in whole else token)
        result.append(tokens)
    return result


def _divided_by_hand(tokens: Iterable[Token]) -> set[Token]:
    """Those that have, written without hyphens, as many syllables as parts, and nothing that speaks for two words."""
    whole: set[Token] = set()
    by_language: dict[str, list[Token]] = {}
    for token in sorted(tokens, key=lambda token: token.text):
        if reader_of(token.language) in ("espeak", "latin"):
            by_language.setdefault(token.language, []).append(token)
    for language, group in by_language.items():
        spoken = phonemize_lines([["".join(token.parts)] for token in group], language=language)
        for token, (phones,) in zip(group, spoken, strict=True):
            if sum(phone.vowel for phone in phones) == len(token.parts) and not _two_words(token.parts):
                whole.add(token)
    return whole


def _two_words(parts: Sequence[str]) -> bool:
    """A part said twice, or a joint that would be read as one sound (hot-head, blue-eyed)."""
    lowered = [part.lower() for part in parts]
    if len(set(lowered)) < len(lowered):
        return True
    joint = lowered[0][-1] + lowered[1][0]
    return len(parts) == 2 and (joint in ("th", "sh", "ph", "ch", "gh") or set(joint) <= set("aeiouy"))


def _with_proclitics(words: Sequence[SungWord]) -> list[SungWord]:
    """Polish *w*, Czech *v* and their like lend their consonant to the next word's first syllable."""
    result: list[SungWord] = []
    held: SungWord | None = None
    for word in words:
        if held is not None:
            word = _prefixed(held, word)
            held = None
        stem = word.language.split("-")[0]
        if word.text.lower() in _PROCLITICS.get(stem, "").split():
            held = word
        else:
            result.append(word)
    return result if held is None else [*result, held]


def _prefixed(before: SungWord, word: SungWord) -> SungWord:
    consonants = tuple(symbol for symbol in before.syllables[0].phonemes if not is_vowel(symbol))
    first = word.syllables[0]
    joined = replace(first, text=f"{before.text} {first.text}", phonemes=(*consonants, *first.phonemes))
    return replace(word, text=f"{before.text} {word.text}", syllables=(joined, *word.syllables[1:]))
