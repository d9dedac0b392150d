"""Words ready to be sung."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vocalkit.errors import InputError

WordPosition = Literal["single", "begin", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Syllable:
    """One sung syllable. phonemes: IPA symbols in order; stress: 0 none, 1 secondary, 2 primary.

    language: espeak code, None where it is the language of the song.
    """

    text: str
    phonemes: tuple[str, ...]
    stress: int = 0
    position: WordPosition = "single"
    language: str | None = None

    def __post_init__(self) -> None:
        if self.stress not in (0, 1, 2):
            raise InputError(f"syllable {self.text!r}: stress must be 0, 1 or 2, got {self.stress}")
        if not self.phonemes:
            raise InputError(f"syllable {self.text!r} has no phonemes")
        if self.language == "":
            raise InputError(f"syllable {self.text!r}: a language must not be empty")


def languages_of(syllables: Iterable[Syllable], language: str) -> tuple[str, ...]:
    """Every language that is sung, sorted; language: of what names none of its own, and of sounds without words."""
    return tuple(sorted({syllable.language or language for syllable in syllables} or {language}))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of lyrics: a phrase sung on one breath. ends_stanza: a blank line follows."""

    text: str
    syllables: tuple[Syllable, ...]
    ends_stanza: bool = False


@dataclass(frozen=True, slots=True)
class LyricSection:
    """Lines under one heading such as ``Verse 1``; sections with equal `kind` share their tune."""

    label: str
    lines: tuple[Line, ...]

    @property
    def kind(self) -> str:
        """The heading without its number, lower case: ``Verse 2`` → ``verse``."""
        return self.label.rstrip("0123456789. ").strip().lower()

    @property
    def syllable_count(self) -> int:
        return sum(len(line.syllables) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Lyrics:
    """Words ready to be sung. language: espeak code such as ``en-us``, of every word that names no other."""

    sections: tuple[LyricSection, ...]
    language: str

    @property
    def syllable_count(self) -> int:
        return sum(section.syllable_count for section in self.sections)

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language in it, sorted."""
        lines = (line for section in self.sections for line in section.lines)
        return languages_of((syllable for line in lines for syllable in line.syllables), self.language)
