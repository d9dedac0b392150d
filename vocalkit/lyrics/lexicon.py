"""A user's own pronunciations: the project dictionary ``lexicon.tsv``, and phonemes typed in the text.

A dictionary has one word a line: the word, a tab, its phonemes, and if wanted another tab and its spelled
syllables joined by hyphens. Phonemes are IPA symbols as espeak-ng writes them, spaces between them; ``ˈ`` and
``ˌ`` mark stress, ``.`` divides syllables where the usual division would be wrong. Lines that begin with
``#`` and empty lines are passed over.

    vocalkit	ˈv oʊ k ə l k ɪ t	vo-cal-kit
    Llŷn	ɬ iː n
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from vocalkit.errors import LyricsError
from vocalkit.lyrics.syllables import divide_phones
from vocalkit.lyrics.symbols import Phone, divide_symbol
from vocalkit.lyrics.text import decode_text
from vocalkit.phones import is_vowel, normalize

MAX_ENTRIES = 100_000
MAX_LINE_CHARACTERS = 500
_MAX_BYTES = 8_000_000
_MOST_AT_ONCE = 2
"""Symbols that may be written without a space between them, as ɑːɹ; longer runs are words, not phonemes."""
_STRESS = {"ˈ": 2, "ˌ": 1, "'": 2, ",": 1}


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """One way to say a word. phones: all in order; cuts: how many phones are before each further syllable, where the
    user divided it; spelling: the word's spelled syllables, empty where they are to be found."""

    phones: tuple[Phone, ...]
    cuts: tuple[int, ...] = ()
    spelling: tuple[str, ...] = ()

    def syllables(self, *, language: str) -> list[tuple[Phone, ...]]:
        """The phones in syllables: as divided by the user, else as the language divides them."""
        if not self.cuts:
            return divide_phones(self.phones, language=language)
        bounds = [0, *self.cuts, len(self.phones)]
        return [self.phones[a:b] for a, b in pairwise(bounds)]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words, in lower case with straight apostrophes, and how the user wants them said."""

    entries: Mapping[str, Pronunciation] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, word: str) -> Pronunciation | None:
        """The user's pronunciation of a word, None where there is none."""
        return self.entries.get(_key(word)) if self.entries else None


def read_lexicon(path: Path) -> Lexicon:
    """Read a dictionary file: UTF-8, or UTF-16 with its mark. LyricsError names the file and the line."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise LyricsError(f"cannot read the dictionary {path}: {error.strerror or error}") from error
    if len(data) > _MAX_BYTES:
        raise LyricsError(f"{path.name}: too large for a dictionary; at most {_MAX_BYTES:,} bytes are read")
    try:
        return parse_lexicon(decode_text(data, name=path.name))
    except LyricsError as error:
        raise LyricsError(f"{path.name}: {error}") from error


def parse_lexicon(text: str) -> Lexicon:
    """Entries of a dictionary; a later entry for the same word replaces an earlier one. LyricsError with the line."""
    entries: dict[str, Pronunciation] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(line) > MAX_LINE_CHARACTERS or number > MAX_ENTRIES:
            raise LyricsError(
                f"line {number}: a dictionary has at most {MAX_ENTRIES:,} lines of {MAX_LINE_CHARACTERS} characters"
            )
        word, *fields = (part.strip() for part in line.split("\t"))
        if not word or not fields or len(fields) > 2 or not fields[0]:
            raise LyricsError(f"line {number}: write a word, a tab and its phonemes, such as hello, tab, h ə l oʊ")
        try:
            entries[_key(word)] = _entry(word, fields)
        except LyricsError as error:
            raise LyricsError(f"line {number}: {error}") from None
    return Lexicon(MappingProxyType(entries))


def _entry(word: str, fields: list[str]) -> Pronunciation:
    said = parse_phonemes(fields[0])
    if len(fields) == 1 or not fields[1]:
        return said
    spelling = tuple(fields[1].split("-"))
    count = len(said.syllables(language="en-us"))
    if not all(spelling) or _key("".join(spelling)) != _key(word).replace("-", ""):
        raise LyricsError(f"the syllables {fields[1]!r} do not spell {word!r}")
    if len(spelling) != count:
        raise LyricsError(
            f"{fields[1]!r} has {len(spelling)} syllables, its phonemes {count}; mark them with full stops"
        )
    return Pronunciation(said.phones, said.cuts, spelling)


def parse_phonemes(text: str) -> Pronunciation:
    """Phonemes as typed, such as ``h ə ˈl oʊ``. LyricsError for a symbol that is not in the alphabet, or for none."""
    phones: list[Phone] = []
    cuts: list[int] = []
    stress = 0
    for chunk in unicodedata.normalize("NFC", text).replace("/", " ").split():
        if chunk in (".", "-"):
            if phones and len(phones) not in cuts:
                cuts.append(len(phones))
            continue
        stress = max([stress, *(_STRESS.get(mark, 0) for mark in chunk)])
        for symbol in _symbols(chunk, text):
            vowel = is_vowel(symbol)
            phones.append(Phone(symbol, stress if vowel else 0))
            stress = 0 if vowel else stress
    if not phones:
        raise LyricsError("there are no phonemes here; write them as in h ə l oʊ")
    cuts = [cut for cut in cuts if cut < len(phones)]
    return Pronunciation(tuple(phones), tuple(cuts))


def _symbols(chunk: str, text: str) -> tuple[str, ...]:
    if any(char.isascii() and not (char.isalpha() or char in "',-.:") for char in chunk):
        raise LyricsError(f"{chunk!r} in {text[:60]!r} is no phoneme; write IPA symbols as in h ə l oʊ")
    try:
        found = divide_symbol(normalize(chunk.strip("',")))
    except LyricsError:
        found = ()
    if not found or len(found) > _MOST_AT_ONCE:
        raise LyricsError(
            f"{chunk!r} in {text[:60]!r} is no phoneme; write IPA symbols with spaces between, as in h ə l oʊ"
        )
    return found


def _key(word: str) -> str:
    return unicodedata.normalize("NFC", word).replace("’", "'").strip("'").lower()
