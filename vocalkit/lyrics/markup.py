"""A line of lyrics → its words, with what its writer marks in it.

``[de] Ich liebe dich`` a line, or the rest of one, in another language; ``my [de]Liebe`` one word of it;
``{h ə l oʊ}`` phonemes as a word of their own; ``hello{h ə l oʊ}`` the phonemes of that word; ``A-ma-zing``
a word divided by hand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from vocalkit.errors import LyricsError
from vocalkit.lyrics.language_table import reader_of, tagged_language
from vocalkit.lyrics.lexicon import Pronunciation, parse_phonemes
from vocalkit.lyrics.text import find_words, foreign_script

_MARK = re.compile(r"\[(?P<tag>[A-Za-z]{2,3}(?:[-_][A-Za-z0-9-]{2,12})*)\](?P<space>\s*)|(?P<braces>\{[^{}]*\})|[{}]")
_HYPHENS = frozenset("-‐‑")
MAX_WORD_CHARACTERS = 80
"""Of a word in an alphabet, its hyphened parts together; more is no word, and costs time by its square."""
_FOREIGN_IN = ("japanese", "mandarin", "korean")


@dataclass(frozen=True, slots=True)
class Token:
    """One word as written, without punctuation. said: the writer's own phonemes; parts: as hyphens divide it."""

    text: str
    language: str
    said: Pronunciation | None = None
    parts: tuple[str, ...] = ()


def read_line(line: str, *, language: str) -> list[Token]:
    """The words of a line. LyricsError for unpaired braces, unknown phonemes or languages, and another script."""
    plain = "".join(char for char in line if unicodedata.category(char) != "Cf")
    tokens: list[Token] = []
    current, for_one_word, at = language, None, 0
    for mark in _MARK.finditer(plain):
        found = _words(plain[at : mark.start()], current, for_one_word)
        touching = bool(found) and plain[mark.start() - 1] not in " \t"
        for_one_word = None if found else for_one_word
        tokens.extend(found)
        at = mark.end()
        if mark.group("tag"):
            code = tagged_language(mark.group("tag"))
            if mark.group("space"):
                current, for_one_word = code, None
            else:
                for_one_word = code
        elif mark.group("braces"):
            said = parse_phonemes(mark.group("braces")[1:-1])
            if touching:
                tokens[-1] = replace(tokens[-1], said=said, parts=())
            else:
                tokens.append(Token("".join(phone.symbol for phone in said.phones), for_one_word or current, said))
            for_one_word = None
        else:
            raise LyricsError(f"a {mark.group()} stands alone; phonemes go between braces, as in {{h ə l oʊ}}")
    tokens.extend(_words(plain[at:], current, for_one_word))
    return tokens


def _words(text: str, language: str, first_language: str | None) -> list[Token]:
    """Words of a stretch without marks; the first may have a language of its own."""
    tokens: list[Token] = []
    end = -1
    for at, word in find_words(text, language=language):
        own = first_language if first_language is not None and not tokens else language
        if len(word) > MAX_WORD_CHARACTERS and reader_of(own) in ("espeak", "latin", "mandarin"):
            raise LyricsError(f"{word[:12]!r}… is a word of {len(word)} letters; break it up")
        short = bool(tokens) and len(tokens[-1].text) + len(word) < MAX_WORD_CHARACTERS
        hyphened = short and end + 1 == at and text[end] in _HYPHENS and tokens[-1].language == own
        if hyphened and word[0].isalpha() and tokens[-1].text[-1].isalpha():
            before = tokens[-1]
            tokens[-1] = replace(before, text=f"{before.text}-{word}", parts=(*(before.parts or (before.text,)), word))
        else:
            tokens.append(Token(word, _checked(word, own)))
        end = at + len(word)
    return tokens


def _checked(word: str, language: str) -> str:
    """The language that a word is read in: words in Latin letters among other scripts are English."""
    script = foreign_script(word, language=language)
    if script:
        raise LyricsError(
            f"{script} letters in {word[:30]!r}, but the language is {language}; choose another with --lang, "
            "or mark the words as in [de]Liebe"
        )
    if reader_of(language) in _FOREIGN_IN and word[0].isascii() and (word[0].isalpha() or word == "&"):
        from vocalkit.lyrics.mandarin import divide_pinyin

        if reader_of(language) != "mandarin" or divide_pinyin(word) is None:
            return "en-us"
    return language
